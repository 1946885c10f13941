//! What Northwind sells.

use billfold_domain::kernel::Cycle;
use billfold_domain::product::ProductKind;
use chrono::NaiveDate;

use super::Stage;
use crate::commands::products::{CreateProduct, RetireProduct, SetPrice};
use crate::error::Error;

/// One product: code, name, kind, price a month and setup fee in cents.
pub(super) struct Listed {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: ProductKind,
    pub(super) monthly: i64,
    pub(super) setup: i64,
}

const fn listed(
    code: &'static str,
    name: &'static str,
    kind: ProductKind,
    monthly: i64,
    setup: i64,
) -> Listed {
    Listed { code, name, kind, monthly, setup }
}

/// The catalogue. The last one is no longer sold.
pub(super) const PRODUCTS: [Listed; 10] = [
    listed("web-s", "Web hosting S, 10 GB", ProductKind::Hosting, 499, 0),
    listed("web-m", "Web hosting M, 50 GB", ProductKind::Hosting, 999, 0),
    listed("web-l", "Web hosting L, 200 GB", ProductKind::Hosting, 1999, 0),
    listed("vps-2", "VPS 2 vCPU, 4 GB", ProductKind::Vps, 1290, 0),
    listed("vps-4", "VPS 4 vCPU, 8 GB", ProductKind::Vps, 2490, 0),
    listed("vps-8", "VPS 8 vCPU, 16 GB", ProductKind::Vps, 4890, 990),
    listed("game-20", "Game server, 20 slots", ProductKind::GameServer, 1490, 500),
    listed("game-60", "Game server, 60 slots", ProductKind::GameServer, 3490, 500),
    listed("tls-wild", "Wildcard certificate", ProductKind::SslCertificate, 690, 0),
    listed("web-xs", "Web hosting XS, 1 GB", ProductKind::Hosting, 199, 0),
];

/// The product with this code.
pub(super) fn find(code: &str) -> Option<&'static Listed> {
    PRODUCTS.iter().find(|product| product.code == code)
}

pub(super) async fn stock(stage: &mut Stage<'_>) -> Result<(), Error> {
    // A fixed first day, so that a run on another day asks for the same.
    let valid_from = NaiveDate::from_ymd_opt(2020, 1, 1);
    for listed in &PRODUCTS {
        let product_id = stage.product(listed.code);
        let create = CreateProduct {
            product_id: Some(product_id),
            code: listed.code.to_owned(),
            name: listed.name.to_owned(),
            kind: listed.kind,
        };
        stage.ask(listed.code, create).await?;
        let setup_fee = if listed.setup == 0 { None } else { Some(stage.eur(listed.setup)?) };
        let price = SetPrice {
            product_id,
            cycle: Cycle::Months(1),
            price: stage.eur(listed.monthly)?,
            setup_fee,
            valid_from,
            trial_days: 0,
        };
        stage.ask(listed.code, price).await?;
    }
    let product_id = stage.product("web-xs");
    stage.ask("web-xs", RetireProduct { product_id }).await?;
    Ok(())
}
