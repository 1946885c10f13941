//! One product: what it costs, in force, to come and past; what it grants, has and asks; what is
//! said about it; and what may be done.

mod actions;
mod lines;
pub(crate) mod markdown;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use billfold_domain::invoice::LineKind;
use billfold_domain::kernel::{Currency, Cycle, ProductId};
use billfold_domain::product::{OptionKind, ProductOption, Quota, QuotaKind, QuotaLimit};
use billfold_domain::role::Permission;
use billfold_projections::product_list::{self, PriceRow, TierPriceRow};
use chrono::NaiveDate;

use self::markdown::Prose;
use super::confirm::Action;
use super::products::{PATH, status};
use super::timeline::{self, Happened};
use crate::error::PageError;
use crate::layout::Shell;
use crate::reach::Needs;
use crate::router::page;
use crate::show;
use crate::state::WebState;
use crate::view::{Amount, Badge, Day, Tone};
use crate::visitor::Visitor;

/// The page.
#[derive(Debug, Template)]
#[template(path = "admin/product.html")]
pub(crate) struct ProductPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// What people call it.
    pub(crate) name: String,
    /// What machines call it.
    pub(crate) code: String,
    /// On sale or retired.
    pub(crate) status: Badge,
    /// Its kind, and whether it is put before the others.
    pub(crate) facts: Vec<String>,
    /// What may be done.
    pub(crate) actions: Vec<Action>,
    /// Newest first, with those of tiers.
    pub(crate) prices: Vec<Price>,
    /// What is asked when it is ordered.
    pub(crate) options: Vec<Asked>,
    /// What people read.
    pub(crate) description: Prose,
    /// What it has.
    pub(crate) features: Vec<(String, String)>,
    /// What it grants: of what, and how much.
    pub(crate) quotas: Vec<(&'static str, String)>,
    /// What happened to it, newest first.
    pub(crate) timeline: Vec<Happened>,
}

/// One price.
#[derive(Clone, Debug)]
pub(crate) struct Price {
    /// Of one cycle.
    pub(crate) amount: Amount,
    /// `a month`.
    pub(crate) cycle: String,
    /// The tier that pays it; everybody without.
    pub(crate) tier: Option<String>,
    /// In force, to come, past.
    pub(crate) status: Badge,
    /// The first day.
    pub(crate) from: Day,
    /// Free days; none if zero.
    pub(crate) trial_days: i64,
    /// Charged once.
    pub(crate) setup_fee: Option<Amount>,
    /// The event that set it.
    pub(crate) position: i64,
}

/// One option.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The question.
    pub(crate) label: String,
    /// Its name for machines.
    pub(crate) key: String,
    /// What an answer is.
    pub(crate) kind: &'static str,
    /// Whether it must be answered.
    pub(crate) required: bool,
    /// Label and what it costs more of each choice.
    pub(crate) choices: Vec<(String, Vec<Amount>)>,
}

/// The product's addresses.
pub(crate) fn routes() -> Router<WebState> {
    Router::new().route("/admin/products/{id}", get(show_product)).merge(actions::routes())
}

async fn show_product(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    state.must_scope(&visitor, Needs::of_own(Permission::ProductsRead))?;
    let id: ProductId = id.parse().map_err(|_| PageError::NotFound)?;
    let tenant = visitor.tenant();
    let found = product_list::find(state.reads(), tenant, id).await?;
    let priced = found.value.ok_or(PageError::NotFound)?;
    // What groups of clients pay, and who set it, is for those who see every client.
    let sees_all = visitor.meets(Needs::of_all(Permission::ProductsRead));
    let tiers = match sees_all {
        true => product_list::tier_prices(state.reads(), tenant, id).await?.value,
        false => Vec::new(),
    };
    let today = state.today(tenant).await?;
    let product = &priced.product;
    let mut facts = vec![show::line_kind(LineKind::from(product.kind))];
    facts.extend(product.featured.then(|| "featured".to_owned()));
    let set: Vec<Set> =
        priced.prices.iter().map(Set::from).chain(tiers.iter().map(Set::from)).collect();
    page(&ProductPage {
        shell: visitor.shell(&state, PATH, found.as_of_position).await?,
        name: product.name.clone(),
        code: product.code.clone(),
        status: status(product),
        facts,
        actions: match product.retired_on {
            None => Action::open(actions::actions(id), &visitor),
            Some(_) => Vec::new(),
        },
        prices: prices(&set, today),
        options: product.options.0.iter().map(Asked::from).collect(),
        description: Prose::of(&product.description),
        features: product
            .features
            .0
            .iter()
            .map(|feature| (feature.key.clone(), feature.value.clone()))
            .collect(),
        quotas: product.quotas.0.iter().map(quota).collect(),
        timeline: match sees_all {
            true => timeline::of(&state, &visitor, "product", id.uuid()).await?,
            false => Vec::new(),
        },
    })
}

/// A price of everybody or of a tier.
struct Set<'a> {
    tier: Option<&'a str>,
    cycle: Cycle,
    currency: Currency,
    price: i64,
    setup_fee: Option<i64>,
    valid_from: NaiveDate,
    trial_days: i64,
    position: i64,
}

impl<'a> From<&'a PriceRow> for Set<'a> {
    fn from(row: &'a PriceRow) -> Self {
        Self {
            tier: None,
            cycle: row.cycle.0,
            currency: row.currency,
            price: row.price,
            setup_fee: row.setup_fee,
            valid_from: row.valid_from,
            trial_days: row.trial_days,
            position: row.position,
        }
    }
}

impl<'a> From<&'a TierPriceRow> for Set<'a> {
    fn from(row: &'a TierPriceRow) -> Self {
        Self {
            tier: Some(&row.tier),
            cycle: row.cycle.0,
            currency: row.currency,
            price: row.price,
            setup_fee: row.setup_fee,
            valid_from: row.valid_from,
            trial_days: row.trial_days,
            position: row.position,
        }
    }
}

impl Set<'_> {
    fn of_the_same(&self, other: &Self) -> bool {
        (self.tier, self.cycle, self.currency) == (other.tier, other.cycle, other.currency)
    }

    /// By which one goes before another on a day that both count.
    fn rank(&self) -> (NaiveDate, i64) {
        (self.valid_from, self.position)
    }
}

/// Newest first, each with how it stands on a day.
fn prices(set: &[Set<'_>], today: NaiveDate) -> Vec<Price> {
    let mut sorted: Vec<&Set<'_>> = set.iter().collect();
    sorted.sort_by_key(|one| std::cmp::Reverse(one.rank()));
    let standing = |one: &Set<'_>| {
        let replaced = |other: &Set<'_>| other.of_the_same(one) && other.rank() > one.rank();
        if one.valid_from > today {
            let same_day = |other: &&Set<'_>| other.valid_from == one.valid_from;
            match set.iter().filter(same_day).any(replaced) {
                true => Badge::new(Tone::Grey, "Replaced"),
                false => Badge::new(Tone::Blue, "To come"),
            }
        } else if set.iter().filter(|other| other.valid_from <= today).any(replaced) {
            Badge::new(Tone::Grey, "Past")
        } else {
            Badge::new(Tone::Green, "In force")
        }
    };
    let price = |one: &Set<'_>| Price {
        amount: show::minor(one.price, one.currency),
        cycle: show::cycle(one.cycle),
        tier: one.tier.map(str::to_owned),
        status: standing(one),
        from: Day(one.valid_from),
        trial_days: one.trial_days,
        setup_fee: one.setup_fee.map(|fee| show::minor(fee, one.currency)),
        position: one.position,
    };
    sorted.into_iter().map(price).collect()
}

impl From<&ProductOption> for Asked {
    fn from(option: &ProductOption) -> Self {
        let choices = option.choices.iter().map(|choice| {
            let more = choice.surcharges.iter().map(|money| show::money(*money)).collect();
            (choice.label.clone(), more)
        });
        Self {
            label: option.label.clone(),
            key: option.key.clone(),
            kind: match option.kind {
                OptionKind::Text => "Text",
                OptionKind::Number => "Number",
                OptionKind::Choice => "Choice",
                OptionKind::YesNo => "Yes or no",
            },
            required: option.required,
            choices: choices.collect(),
        }
    }
}

fn quota(quota: &Quota) -> (&'static str, String) {
    let limit = match quota.limit {
        QuotaLimit::Unlimited => "unlimited".to_owned(),
        QuotaLimit::AtMost(limit) => limit.to_string(),
    };
    (quota_label(quota.kind), limit)
}

/// What is counted, for people.
fn quota_label(kind: QuotaKind) -> &'static str {
    match kind {
        QuotaKind::Accounts => "Accounts",
        QuotaKind::Domains => "Domains",
        QuotaKind::Subdomains => "Subdomains",
        QuotaKind::Databases => "Databases",
        QuotaKind::Emails => "Mailboxes",
        QuotaKind::FtpAccounts => "FTP accounts",
        QuotaKind::DiskMib => "Disk space in MiB",
        QuotaKind::TrafficMibPerMonth => "Traffic a month in MiB",
        QuotaKind::MemoryMib => "Memory in MiB",
        QuotaKind::CpuCores => "Processor cores",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(tier: Option<&'static str>, from: &str, position: i64) -> Set<'static> {
        Set {
            tier,
            cycle: Cycle::Months(1),
            currency: Currency::EUR,
            price: 100,
            setup_fee: None,
            valid_from: from.parse().unwrap(),
            trial_days: 0,
            position,
        }
    }

    #[test]
    fn prices_are_in_force_to_come_or_past_and_a_tier_has_its_own() {
        let set = [
            set(None, "2026-01-01", 1),
            set(None, "2026-02-01", 2),
            set(None, "2026-02-01", 3),
            set(None, "2026-09-01", 4),
            set(None, "2026-09-01", 5),
            set(Some("wholesale"), "2026-01-01", 6),
        ];
        let shown = prices(&set, "2026-03-01".parse().unwrap());
        let word = |at: i64| {
            let one = shown.iter().find(|price| price.position == at).unwrap();
            one.status.to_string()
        };
        for (at, expected) in [
            (1, "Past"),
            (2, "Past"),
            (3, "In force"),
            (4, "Replaced"),
            (5, "To come"),
            (6, "In force"),
        ] {
            assert!(word(at).contains(expected), "{at}: {}", word(at));
        }
        assert_eq!(shown[0].position, 5, "newest first");
    }
}
