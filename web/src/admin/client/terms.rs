//! What a client pays, as fields of a form: the group whose prices count, and the facts that decide
//! its taxes.

use billfold_app::commands::client_groups::group_of_client;
use billfold_domain::client::{Client, TaxFacts};
use billfold_domain::kernel::ClientId;
use billfold_domain::tax::VatCheck;
use billfold_projections::Wanted;
use billfold_projections::client_group_list::{self, ClientGroupRow};

use crate::admin::deed::{Asked, Deed};
use crate::error::PageError;
use crate::fields::Fields;
use crate::form::Field;

/// Groups offered in the list.
const OFFERED: u32 = 200;
/// What is known of a VAT number.
const CHECKS: [(&str, Option<VatCheck>, &str); 6] = [
    ("", None, "Taken as it was given"),
    ("valid", Some(VatCheck::Valid), "Confirmed"),
    ("invalid", Some(VatCheck::Invalid), "Refused: taxed as a consumer"),
    ("pending", Some(VatCheck::Pending), "Asked, not answered yet"),
    ("error", Some(VatCheck::Error), "The office could not be asked"),
    ("no_number", Some(VatCheck::NoNumber), "No number"),
];

/// The groups to choose from; more than fit a choice are named by id.
pub(super) async fn group_field<D: Deed<Id = ClientId>>(
    asked: &Asked<'_, D>,
) -> Result<Field, PageError> {
    let (state, tenant) = (asked.state, asked.visitor.tenant());
    let known = group_of_client(state.door(), tenant, asked.id).await?;
    let known = known.map(|(id, _)| id.to_string()).unwrap_or_default();
    let value = asked.sent.some("client_group_id").unwrap_or(known);
    let wanted = Wanted { limit: OFFERED, ..Wanted::default() };
    let groups = client_group_list::page(state.reads(), tenant, &wanted).await?.value;
    let field = if groups.next.is_some() {
        Field::input("client_group_id", "Group", "text").hint("The id of a group: grp_…")
    } else {
        let option = |row: &ClientGroupRow| (row.client_group_id.to_string(), row.name.clone());
        let none = (String::new(), "None: the list prices".to_owned());
        let choices = std::iter::once(none).chain(groups.rows.iter().map(option));
        Field::choice("client_group_id", "Group", choices.collect())
    };
    Ok(field.with(value).wrong(asked.wrong.of("client_group_id")))
}

/// Region and VAT check as they are known, or as they were typed.
pub(super) fn tax_fields<D: Deed<Id = ClientId>>(
    asked: &Asked<'_, D>,
    client: &Client,
) -> Vec<Field> {
    let known = client.profile().map(|profile| profile.tax.clone()).unwrap_or_default();
    let region = asked.sent.some("region").or(known.region).unwrap_or_default();
    let word = CHECKS.into_iter().find(|(_, check, _)| *check == known.vat_check);
    let check = asked
        .sent
        .some("vat_check")
        .unwrap_or_else(|| word.map_or_else(String::new, |(word, ..)| word.to_owned()));
    let choices = CHECKS.map(|(word, _, label)| (word.to_owned(), label.to_owned()));
    vec![
        Field::input("region", "Region", "text")
            .with(region)
            .hint("As tax rates name it; empty: none")
            .wrong(asked.wrong.of("region")),
        Field::choice("vat_check", "VAT number", choices.to_vec()).with(check),
    ]
}

/// The facts as they were sent.
pub(super) fn tax_facts(sent: &Fields) -> TaxFacts {
    let word = sent.one("vat_check");
    let check = CHECKS.into_iter().find(|(known, ..)| *known == word);
    TaxFacts { region: sent.some("region"), vat_check: check.and_then(|(_, check, _)| check) }
}
