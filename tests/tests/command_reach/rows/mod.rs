//! The table: a file for each family of use cases.

mod affiliates;
mod billing;
mod catalogue;
mod clients;
mod dunning;
mod invoices;
mod payments;
mod people;
mod sales;
mod seller;

use std::sync::Arc;

use billfold_adapters::postgres::{PostgresAvatars, PostgresPictures};
use billfold_app::pictures::Pictures;
use billfold_tests::till::Till;

use crate::row::Row;

/// Every row; what destroys something comes last in its file.
pub(crate) fn all() -> Vec<Row> {
    let files = [
        clients::rows,
        catalogue::rows,
        affiliates::rows,
        sales::rows,
        invoices::rows,
        payments::rows,
        dunning::rows,
        billing::rows,
        people::rows,
        seller::rows,
    ];
    files.into_iter().flat_map(|rows| rows()).collect()
}

/// Pictures of people in the books of a till.
pub(crate) fn pictures(till: &Till) -> Pictures {
    let bytes = Arc::new(PostgresPictures::new(till.db.app.clone()));
    let avatars = Arc::new(PostgresAvatars::new(till.db.app.clone()));
    Pictures::new(bytes, avatars, till.door.clone())
}
