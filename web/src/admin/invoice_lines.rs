//! Lines of an invoice as somebody types them: what was typed, what is wrong with it, what it adds
//! up to.
//!
//! Guarantee: a line of a saved draft keeps what the form does not show (the product, the days it
//! covers, the tax country) for as long as it stays in the form.

use billfold_domain::invoice::{
    Line, LineKind, NewLine, TaxCategory, TaxTreatment, preview as priced,
};
use billfold_domain::kernel::{Country, Currency, Percent, Quantity, Refusal as _, UnitPrice};

use super::invoice::Tax;
use crate::fields::{Fields, Wrong, sentence};
use crate::show;
use crate::view::Amount;

/// One line as it stands in the form.
#[derive(Clone, Debug)]
pub(crate) struct LineFields {
    /// Its place, from 0; part of the field names.
    pub(crate) index: usize,
    /// Its number in the saved draft; empty for a new one.
    pub(crate) no: String,
    /// What it keeps that the form does not show; empty for a new one.
    pub(crate) note: String,
    /// Kinds as value, label and whether it is the chosen one.
    pub(crate) kinds: Vec<(String, String, bool)>,
    /// What is sold.
    pub(crate) description: Cell,
    /// How much.
    pub(crate) quantity: Cell,
    /// For how much each.
    pub(crate) unit_price: Cell,
    /// Tax rate in percent.
    pub(crate) tax_rate: Cell,
    /// Without tax, once it can be computed.
    pub(crate) net: Option<Amount>,
}

/// One value as typed, with what is wrong with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// As typed.
    pub(crate) value: String,
    /// Empty when nothing is wrong.
    pub(crate) error: String,
}

/// What the lines add up to.
#[derive(Clone, Debug)]
pub(crate) struct Totals {
    /// Without tax.
    pub(crate) net: Amount,
    /// Tax by category and rate.
    pub(crate) taxes: Vec<Tax>,
    /// With tax.
    pub(crate) total: Amount,
}

/// Lines that one form may have.
const LINES: usize = 200;

/// What typed lines are read with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms<'a> {
    /// Currency of all lines.
    pub(super) currency: Currency,
    /// Whose tax it is, unless the line was saved with another's.
    pub(super) country: Country,
    /// The lines of the saved draft.
    pub(super) saved: &'a [Line],
}

/// A line as typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    no: String,
    description: String,
    kind: String,
    quantity: String,
    unit_price: String,
    tax_rate: String,
}

/// Every line of a sent form, with one more or less if a button asked for that.
pub(super) fn sent(fields: &Fields) -> Vec<Typed> {
    let columns = ["no", "description", "kind", "quantity", "unit_price", "tax_rate"]
        .map(|name| fields.all(name));
    let [no, description, kind, quantity, unit_price, tax_rate] = &columns;
    let cell = |column: &Vec<&str>, at: usize| {
        column.get(at).map_or_else(String::new, |text| (*text).to_owned())
    };
    let lines = (0..description.len().min(LINES)).map(|at| Typed {
        no: cell(no, at),
        description: cell(description, at),
        kind: cell(kind, at),
        quantity: cell(quantity, at),
        unit_price: cell(unit_price, at),
        tax_rate: cell(tax_rate, at),
    });
    let mut lines: Vec<Typed> = lines.collect();
    if fields.some("add").is_some() && lines.len() < LINES {
        lines.push(Typed::default());
    }
    if let Ok(index) = fields.one("remove").parse::<usize>()
        && index < lines.len()
        && lines.len() > 1
    {
        lines.remove(index);
    }
    lines
}

/// The lines that can be read; what is wrong with the others is noted. Lines left empty do not
/// count.
pub(super) fn read(typed: &[Typed], terms: Terms<'_>, wrong: &mut Wrong) -> Vec<Option<NewLine>> {
    let mut lines = Vec::new();
    for (at, one) in typed.iter().enumerate() {
        lines.push(if one.is_empty() { None } else { one.read(at, terms, wrong) });
    }
    if lines.iter().all(Option::is_none) && wrong.is_none() {
        wrong.at("lines/0/description", "an invoice has at least one line");
    }
    lines
}

/// The form's lines and their sum. While nothing is refused yet, only what was filled in and is
/// wrong is marked.
pub(super) fn editor(
    typed: &[Typed],
    terms: Terms<'_>,
    wrong: &Wrong,
) -> (Vec<LineFields>, Option<Totals>) {
    let mut noted = wrong.clone();
    let lines = if wrong.is_none() {
        read(typed, terms, &mut noted)
    } else {
        read(typed, terms, &mut Wrong::default())
    };
    let complete: Vec<NewLine> = lines.iter().flatten().cloned().collect();
    let totals = priced(terms.currency, &complete).ok().map(|preview| Totals {
        net: show::money(preview.totals.net),
        taxes: preview.totals.tax_groups.iter().map(super::invoice::tax).collect(),
        total: show::money(preview.totals.total),
    });
    let both = typed.iter().zip(&lines).enumerate();
    (
        both.map(|(at, (typed, line))| typed.fields(at, line.as_ref(), terms, &noted)).collect(),
        totals,
    )
}

impl From<&Line> for Typed {
    fn from(line: &Line) -> Self {
        Self {
            no: line.no.to_string(),
            description: line.description.clone(),
            kind: line.kind.word().to_owned(),
            quantity: line.quantity.to_string(),
            unit_price: show::unit_price(&line.unit_price),
            tax_rate: line.tax.rate.to_string(),
        }
    }
}

impl Typed {
    fn is_empty(&self) -> bool {
        self.description.is_empty() && self.unit_price.is_empty()
    }

    fn saved<'a>(&self, terms: Terms<'a>) -> Option<&'a Line> {
        let no: u32 = self.no.parse().ok()?;
        terms.saved.iter().find(|line| line.no == no)
    }

    fn read(&self, at: usize, terms: Terms<'_>, wrong: &mut Wrong) -> Option<NewLine> {
        let mut note =
            |field: &str, detail: String| wrong.at(format!("lines/{at}/{field}"), detail);
        let quantity = or_one(&self.quantity).parse::<Quantity>();
        let unit_price = UnitPrice::parse(&self.unit_price, terms.currency);
        let rate = or_zero(&self.tax_rate).parse::<Percent>();
        let quantity = quantity.map_err(|error| note("quantity", error.to_string())).ok();
        let unit_price = unit_price.map_err(|error| note("unit_price", error.to_string())).ok();
        let rate = rate.map_err(|error| note("tax_rate", error.to_string())).ok();
        let (quantity, unit_price, rate) = (quantity?, unit_price?, rate?);
        let saved = self.saved(terms);
        let kind = LineKind::ALL.into_iter().find(|kind| kind.word() == self.kind);
        let line = NewLine {
            kind: kind.unwrap_or(LineKind::Hosting),
            description: self.description.clone(),
            quantity,
            unit_price,
            tax: taxed(rate, saved, terms.country),
            period: saved.and_then(|line| line.period),
            product_id: saved.and_then(|line| line.product_id),
        };
        match line.check() {
            Ok(()) => Some(line),
            Err(invalid) => {
                for problem in invalid.problems() {
                    note(problem.field.trim_start_matches('/'), problem.detail);
                }
                None
            }
        }
    }

    fn fields(
        &self,
        index: usize,
        line: Option<&NewLine>,
        terms: Terms<'_>,
        wrong: &Wrong,
    ) -> LineFields {
        let cell = |name: &str, value: &str| {
            let error = wrong.of(&format!("lines/{index}/{name}"));
            let untouched = value.is_empty() && self.is_empty() && index > 0;
            Cell {
                value: value.to_owned(),
                error: if untouched { String::new() } else { sentence(&error) },
            }
        };
        let kind = |kind: LineKind| {
            (kind.word().to_owned(), show::line_kind(kind), kind.word() == self.kind)
        };
        let saved = self.saved(terms);
        let period = saved.and_then(|line| line.period).map(show::period);
        let usual = |tax: TaxTreatment| {
            matches!(tax.category, TaxCategory::S | TaxCategory::Z) && tax.country == terms.country
        };
        let tax = line.map(|line| line.tax).filter(|tax| saved.is_some() && !usual(*tax));
        let tax = tax.map(|tax| show::tax(tax.category, tax.rate, tax.country));
        LineFields {
            index,
            no: saved.map_or_else(String::new, |line| line.no.to_string()),
            note: [period, tax].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            kinds: LineKind::ALL.into_iter().map(kind).collect(),
            description: cell("description", &self.description),
            quantity: cell("quantity", or_one(&self.quantity)),
            unit_price: cell("unit_price", &self.unit_price),
            tax_rate: cell("tax_rate", &self.tax_rate),
            net: line.and_then(|line| line.priced(1).ok()).map(|line| show::money(line.net)),
        }
    }
}

/// The tax at a typed rate: as it was saved unless the rate is another now.
fn taxed(rate: Percent, saved: Option<&Line>, country: Country) -> TaxTreatment {
    match saved.map(|line| line.tax) {
        Some(tax) if tax.rate == rate => tax,
        known => TaxTreatment {
            category: if rate.is_zero() { TaxCategory::Z } else { TaxCategory::S },
            rate,
            country: known.map_or(country, |tax| tax.country),
        },
    }
}

fn or_one(text: &str) -> &str {
    if text.is_empty() { "1" } else { text }
}

fn or_zero(text: &str) -> &str {
    if text.is_empty() { "0" } else { text }
}
