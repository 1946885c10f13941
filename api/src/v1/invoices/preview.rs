//! What lines would sum to, before there is a draft (INV-07).

use axum::Json;
use billfold_app::commands::tax_rates::AskedTax;
use billfold_domain::invoice::preview;
use billfold_domain::kernel::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{InvoicesRead, May};
use crate::problem::Problem;
use crate::receive::{Body, Check};
use crate::wire::{NewLineBody, WireLine, WireMoney, WireTaxGroup};

/// Sums lines up by the code that issues invoices; stores nothing.
#[utoipa::path(
    post, path = "/preview", tag = "invoices", request_body = LinesToSum,
    responses((status = 200, body = Totals)),
)]
pub(super) async fn preview_invoice(
    _caller: May<InvoicesRead>,
    Body(ask): Body<LinesToSum>,
) -> Result<Json<Totals>, Problem> {
    let mut check = Check::default();
    let currency = check.value("/currency", Currency::parse(&ask.currency));
    let currency = currency.ok_or_else(|| std::mem::take(&mut check).problem())?;
    let read = |(at, line): (usize, &NewLineBody)| {
        let asked = line.read(&mut check, &format!("/lines/{at}"), currency)?;
        let AskedTax::Named(tax) = asked.tax else {
            let detail = "lines without a client need their tax, see /tax-rates/resolve";
            check.wrong(format!("/lines/{at}/tax"), "field.missing", detail);
            return None;
        };
        Some(asked.taxed(tax))
    };
    let lines: Vec<_> = ask.lines.iter().enumerate().filter_map(read).collect();
    check.finish()?;
    let summed = preview(currency, &lines);
    let summed = summed.map_err(|refusal| Problem::from(billfold_app::Refused::of(&refusal)))?;
    Ok(Json(Totals {
        lines: summed.lines.iter().map(WireLine::from).collect(),
        tax_groups: summed.totals.tax_groups.iter().map(WireTaxGroup::from).collect(),
        net: summed.totals.net.into(),
        tax: summed.totals.tax.into(),
        total: summed.totals.total.into(),
    }))
}

/// Lines to be summed up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LinesToSum {
    /// Currency of all lines; ISO 4217.
    #[schema(example = "EUR", pattern = "^[A-Z]{3}$")]
    currency: String,
    /// The lines.
    #[schema(min_items = 1, max_items = 1000)]
    lines: Vec<NewLineBody>,
}

/// What lines sum to.
#[derive(Serialize, ToSchema)]
pub(super) struct Totals {
    /// The lines, numbered from 1.
    lines: Vec<WireLine>,
    /// Tax by category, rate and country.
    tax_groups: Vec<WireTaxGroup>,
    /// Sum of the lines.
    net: WireMoney,
    /// Sum of the taxes.
    tax: WireMoney,
    /// Net and tax.
    total: WireMoney,
}
