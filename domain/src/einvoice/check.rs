//! Whether a document may be issued: the rules of EN 16931 over the terms we know.
//!
//! Guarantees that every broken rule is named with its field, never only the first. A blank text
//! counts as missing. A tax may differ from base times rate by less than one major unit, as the
//! standard's own validators allow (BR-CO-17): a last credit note takes the cents that are left.
//! Source: EN 16931-1:2017 and the schematron that CEN publishes for it.

use rust_decimal::Decimal;

use crate::einvoice::document::{Document, DocumentLine, DocumentProfile, Party, TaxBreakdown};
use crate::einvoice::stated::{Term, agree};
use crate::einvoice::{Broken, CategoryRule, Rule, Stated, StatedTotals, Unissuable, needs_reason};
use crate::kernel::{Country, Money, Percent, power_of_ten};
use crate::tax::{TaxCategory, tax_on};

/// Checks a document. Refuses with all that is wrong.
pub fn check(document: &Document) -> Result<(), Unissuable> {
    let mut found = Found::default();
    found.head(document);
    found.references(document);
    for (at, line) in document.lines.iter().enumerate() {
        found.line(at, line);
    }
    found.seller_and_buyer(document);
    found.breakdown(document);
    found.totals(document);
    Unissuable::unless_empty(found.broken)
}

/// Whether a text is not there, or says nothing.
pub(super) fn is_missing(text: &Option<String>) -> bool {
    text.as_deref().is_none_or(|text| text.trim().is_empty())
}

/// What is wrong so far.
#[derive(Default)]
struct Found {
    broken: Vec<Broken>,
}

impl Found {
    fn note(&mut self, broken: bool, rule: Rule, field: &str) {
        if broken {
            self.broken.push(Broken { rule, field: field.to_owned() });
        }
    }

    fn head(&mut self, document: &Document) {
        self.note(is_missing(&document.number), Rule::Br02, "/number");
        self.note(document.issue_date.is_none(), Rule::Br03, "/issue_date");
        self.note(document.currency.is_none(), Rule::Br05, "/currency");
        self.note(is_missing(&document.seller.name), Rule::Br06, "/seller/name");
        self.note(document.seller.country.is_none(), Rule::Br09, "/seller/country");
        self.note(is_missing(&document.buyer.name), Rule::Br07, "/buyer/name");
        self.note(document.buyer.country.is_none(), Rule::Br11, "/buyer/country");
        self.note(document.lines.is_empty(), Rule::Br16, "/lines");
        let due = document.totals.payable.unwrap_or_default();
        let open = due > Decimal::ZERO
            && document.due_date.is_none()
            && is_missing(&document.payment_terms);
        self.note(open, Rule::BrCo25, "/due_date");
    }

    fn references(&mut self, document: &Document) {
        let (buyer, order) =
            (is_missing(&document.buyer_reference), is_missing(&document.order_reference));
        match document.profile {
            DocumentProfile::En16931 => {}
            DocumentProfile::Peppol => {
                self.note(buyer && order, Rule::PeppolR003, "/buyer_reference");
            }
            DocumentProfile::XRechnung => self.note(buyer, Rule::BrDe15, "/buyer_reference"),
        }
    }

    fn line(&mut self, at: usize, line: &DocumentLine) {
        let field = |name: &str| format!("/lines/{at}/{name}");
        self.note(is_missing(&line.name), Rule::Br25, &field("name"));
        self.note(line.quantity.is_none(), Rule::Br22, &field("quantity"));
        self.note(is_missing(&line.unit_code), Rule::Br23, &field("unit_code"));
        self.note(line.unit_price.is_none(), Rule::Br26, &field("unit_price"));
        let negative = line.unit_price.is_some_and(|price| price.amount() < Decimal::ZERO);
        self.note(negative, Rule::Br27, &field("unit_price"));
        self.note(line.net.is_none(), Rule::Br24, &field("net"));
        match &line.tax {
            None => self.note(true, Rule::BrCo04, &field("tax")),
            Some(tax) => {
                let rule = Rule::Of(tax.category, CategoryRule::Rate);
                self.note(tax.check().is_err(), rule, &field("tax/rate"));
            }
        }
    }

    fn seller_and_buyer(&mut self, document: &Document) {
        let (seller, buyer) = (&document.seller, &document.buyer);
        let unnamed = [&seller.vat_id, &seller.legal_registration, &seller.identifier]
            .into_iter()
            .all(is_missing);
        self.note(unnamed, Rule::BrCo26, "/seller/identifier");
        let categories = categories(document);
        // A document of category O shows no VAT number at all (BR-O-02).
        if categories.iter().any(|category| *category != TaxCategory::O) {
            self.note(is_foreign(&seller.vat_id), Rule::BrCo09, "/seller/vat_id");
            self.note(is_foreign(&buyer.vat_id), Rule::BrCo09, "/buyer/vat_id");
        }
        for category in categories {
            let rule = Rule::Of(category, CategoryRule::TaxIds);
            self.note(seller_is_unknown(seller, category), rule, "/seller/vat_id");
            self.note(buyer_is_unknown(buyer, category), rule, "/buyer/vat_id");
            if category == TaxCategory::K {
                let undated = document.delivered_on.is_none()
                    && document.period.is_none()
                    && document.lines.iter().all(|line| line.period.is_none());
                self.note(undated, Rule::BrIc11, "/period");
                self.note(document.deliver_to.is_none(), Rule::BrIc12, "/deliver_to");
            }
        }
    }

    fn breakdown(&mut self, document: &Document) {
        self.note(document.taxes.is_empty(), Rule::BrCo18, "/taxes");
        let outside = |tax: &TaxBreakdown| tax.category == TaxCategory::O;
        let mixed = document.taxes.iter().any(outside) && !document.taxes.iter().all(outside);
        self.note(mixed, Rule::BrO11, "/taxes");
        for (at, line) in document.lines.iter().enumerate() {
            let Some(tax) = &line.tax else { continue };
            self.listed(document, tax.category, tax.rate, &format!("/lines/{at}/tax"));
        }
        for (name, amounts) in
            [("allowances", &document.allowances), ("charges", &document.charges)]
        {
            for (at, of) in amounts.iter().enumerate() {
                self.listed(document, of.category, of.rate, &format!("/{name}/{at}/category"));
            }
        }
        for (at, group) in document.taxes.iter().enumerate() {
            let field = |name: &str| format!("/taxes/{at}/{name}");
            let of = |rule| Rule::Of(group.category, rule);
            self.note(!base_agrees(document, group), of(CategoryRule::Base), &field("base"));
            if needs_reason(group.category) || group.category == TaxCategory::Z {
                self.note(!group.tax.is_zero(), of(CategoryRule::Tax), &field("tax"));
            } else {
                self.note(!tax_agrees(group), Rule::BrCo17, &field("tax"));
            }
            let silent = group.reason.is_silent();
            let wrong = silent == needs_reason(group.category);
            self.note(wrong, of(CategoryRule::Reason), &field("reason"));
        }
    }

    /// What is taxed is in the breakdown.
    fn listed(&mut self, document: &Document, category: TaxCategory, rate: Percent, field: &str) {
        let same = |group: &TaxBreakdown| (group.category, group.rate) == (category, rate);
        let rule = Rule::Of(category, CategoryRule::Breakdown);
        self.note(!document.taxes.iter().any(same), rule, field);
    }

    fn totals(&mut self, document: &Document) {
        let totals = &document.totals;
        self.note(totals.line_total.is_none(), Rule::Br12, "/totals/line_total");
        self.note(totals.tax_exclusive.is_none(), Rule::Br13, "/totals/tax_exclusive");
        self.note(totals.tax_inclusive.is_none(), Rule::Br14, "/totals/tax_inclusive");
        self.note(totals.payable.is_none(), Rule::Br15, "/totals/payable");
        let amounts = |amounts: &[_]| amounts.iter().copied().map(Money::to_decimal).collect();
        let nets: Vec<Money> = document.lines.iter().filter_map(|line| line.net).collect();
        let allowances: Vec<Money> = document.allowances.iter().map(|of| of.amount).collect();
        let charges: Vec<Money> = document.charges.iter().map(|of| of.amount).collect();
        let taxes: Vec<Money> = document.taxes.iter().map(|group| group.tax).collect();
        let stated = Stated {
            lines: Some(amounts(&nets)),
            allowances: Some(amounts(&allowances)),
            charges: Some(amounts(&charges)),
            tax_subtotals: Some(amounts(&taxes)),
            // A document that states no tax says that there is none.
            totals: StatedTotals {
                tax_total: Some(totals.tax_total.unwrap_or_default()),
                ..*totals
            },
        };
        for rule in stated.broken() {
            self.note(true, rule, total_of(rule));
        }
    }
}

/// The categories of a document's lines, allowances and charges, each once.
fn categories(document: &Document) -> Vec<TaxCategory> {
    let lines = document.lines.iter().filter_map(|line| Some(line.tax.as_ref()?.category));
    let amounts = document.allowances.iter().chain(&document.charges).map(|of| of.category);
    let mut categories: Vec<_> = lines.chain(amounts).collect();
    categories.sort_unstable();
    categories.dedup();
    categories
}

/// Whether a VAT number does not begin with the letters of a country. Greece writes EL, Northern
/// Ireland XI.
fn is_foreign(vat_id: &Option<String>) -> bool {
    let Some(vat_id) = vat_id.as_deref().filter(|vat_id| !vat_id.trim().is_empty()) else {
        return false;
    };
    !names_a_country(vat_id)
}

/// Whether a number begins with the letters of a country, as a VAT number does.
pub(super) fn names_a_country(number: &str) -> bool {
    let country = number.get(..2).unwrap_or_default();
    matches!(country, "EL" | "XI") || Country::parse(country).is_ok()
}

fn seller_is_unknown(seller: &Party, category: TaxCategory) -> bool {
    match category {
        TaxCategory::K | TaxCategory::G => is_missing(&seller.vat_id),
        TaxCategory::O => false,
        TaxCategory::S
        | TaxCategory::Z
        | TaxCategory::E
        | TaxCategory::AE
        | TaxCategory::L
        | TaxCategory::M => is_missing(&seller.vat_id) && is_missing(&seller.tax_registration),
    }
}

fn buyer_is_unknown(buyer: &Party, category: TaxCategory) -> bool {
    match category {
        TaxCategory::AE => is_missing(&buyer.vat_id) && is_missing(&buyer.legal_registration),
        TaxCategory::K => is_missing(&buyer.vat_id),
        _ => false,
    }
}

/// Whether a base is the sum of what is taxed under its category and rate.
fn base_agrees(document: &Document, group: &TaxBreakdown) -> bool {
    let same =
        |category: TaxCategory, rate: Percent| (category, rate) == (group.category, group.rate);
    let lines = document.lines.iter().filter_map(|line| {
        let taxed = line.tax.is_some_and(|tax| same(tax.category, tax.rate));
        Some(Term::Plus(line.net.filter(|_| taxed)?.to_decimal()))
    });
    let allowances = document.allowances.iter().filter(|of| same(of.category, of.rate));
    let charges = document.charges.iter().filter(|of| same(of.category, of.rate));
    let terms: Vec<Term> = lines
        .chain(allowances.map(|of| Term::Less(of.amount.to_decimal())))
        .chain(charges.map(|of| Term::Plus(of.amount.to_decimal())))
        .collect();
    agree(group.base.to_decimal(), &terms)
}

/// Whether a tax lies within one major unit of its base times its rate; where the major unit is
/// the smallest one, a difference of one is let through.
fn tax_agrees(group: &TaxBreakdown) -> bool {
    let Some(unit) = power_of_ten(group.base.currency().exponent()) else { return false };
    tax_on(group.base.into(), group.rate)
        .and_then(|expected| expected.checked_sub(group.tax))
        .is_ok_and(|difference| i128::from(difference.abs().minor()) < unit.max(2))
}

/// Where the total stands that a rule is about.
fn total_of(rule: Rule) -> &'static str {
    match rule {
        Rule::BrCo10 => "/totals/line_total",
        Rule::BrCo11 => "/totals/allowance_total",
        Rule::BrCo12 => "/totals/charge_total",
        Rule::BrCo13 => "/totals/tax_exclusive",
        Rule::BrCo14 => "/totals/tax_total",
        Rule::BrCo15 => "/totals/tax_inclusive",
        _ => "/totals/payable",
    }
}
