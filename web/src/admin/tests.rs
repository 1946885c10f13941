//! What every page promises, whatever it shows.

use askama::Template as _;

use super::{
    affiliate_samples as partners, api_key_samples as keys, approval_samples as deciding,
    catalogue_samples as catalogue, discount_samples as discounts, dunning_samples as dunning,
    more_samples as more, run_samples as billing, samples, schedule_samples as timed,
    security_samples as security, staff_samples as people, subscription_samples as recurring,
    tax_samples as taxes, tenant_samples as sellers, unusual_samples as unusual,
};

fn pages() -> Vec<(&'static str, String)> {
    let mut welcome = samples::overview();
    welcome.shell.flash = Some(samples::flash());
    welcome.shell.alarm = Some("Position 1,204 has another hash.".to_owned());
    welcome.first_steps = vec![super::overview::Step {
        text: "Register the first client",
        href: "/admin/clients/new",
        done: false,
    }];
    [
        ("overview", samples::overview().render()),
        ("welcome", welcome.render()),
        ("overview of own", more::own_overview(true).render()),
        ("overview of nobody", more::own_overview(false).render()),
        ("clients", more::clients().render()),
        ("client-new", more::new_client().render()),
        ("client", samples::client("ledger", false).render()),
        ("client-past", samples::client("ledger", true).render()),
        ("client-invoices", samples::client("invoices", false).render()),
        ("client-events", samples::client("events", false).render()),
        ("record", samples::record(true).render()),
        ("record-bare", samples::record(false).render()),
        ("balance", samples::explained().render()),
        ("invoices", invoices().render()),
        ("invoice", samples::invoice("lines").render()),
        ("invoice-payments", samples::invoice("payments").render()),
        ("invoice-events", samples::invoice("events").render()),
        ("invoice-new", samples::invoice_form().render()),
        ("confirm", samples::confirm().render()),
        ("payments", more::payments().render()),
        ("payment", more::payment(true).render()),
        ("payment-declined", more::payment(false).render()),
        ("payment-new", more::new_payment().render()),
        ("orders", more::orders().render()),
        ("order", catalogue::order(true).render()),
        ("order, placed", catalogue::order(false).render()),
        ("new order", catalogue::new_order(false).render()),
        ("new order, asked", catalogue::new_order(true).render()),
        ("products", more::products().render()),
        ("product-new", more::new_product().render()),
        ("product", catalogue::product(true).render()),
        ("product-bare", catalogue::product(false).render()),
        ("journal", more::journal().render()),
        ("trial-balance", more::trial_balance().render()),
        ("events", more::events().render()),
        ("event", more::event().render()),
        ("audit", more::audit().render()),
        ("projections", more::projections().render()),
        ("integrity", more::integrity().render()),
        ("settings", more::settings().render()),
        ("security", security::security(false).render()),
        ("security-second-step", security::security(true).render()),
        ("security-set-up", security::set_up().render()),
        ("security-codes", security::recovery_codes().render()),
        ("search", samples::hits().render()),
        ("sign-in", more::sign_in().render()),
        ("fault", more::fault().render()),
    ]
    .into_iter()
    .map(|(name, html)| (name, html.unwrap()))
    .chain(recurring_pages())
    .chain(discount_pages())
    .chain(deciding_pages())
    .collect()
}

fn recurring_pages() -> Vec<(&'static str, String)> {
    let mut none = samples::client("ledger", false);
    none.subscriptions = Some(super::client::Subscribed { rows: Vec::new(), more: false });
    [
        ("client-none-subscribed", none.render()),
        ("subscriptions", recurring::subscriptions(recurring::subscription_rows()).render()),
        ("subscriptions-none", recurring::subscriptions(Vec::new()).render()),
        ("subscription", recurring::subscription().render()),
        ("subscription-ended", recurring::ended_subscription().render()),
        ("subscription-unknown", recurring::unknown_subscription().render()),
        ("subscription-new", recurring::new_subscription().render()),
        ("subscription-change", recurring::change(None).render()),
        ("subscription-change-shown", recurring::change(Some(990)).render()),
        ("subscription-change-back", recurring::change(Some(-990)).render()),
    ]
    .into_iter()
    .chain(office_pages())
    .chain(dunning_pages())
    .chain(people_pages())
    .map(|(name, html)| (name, html.unwrap()))
    .collect()
}

fn office_pages() -> Vec<(&'static str, askama::Result<String>)> {
    vec![
        ("tenants", sellers::tenants(true).render()),
        ("tenants-none", sellers::tenants(false).render()),
        ("tenant-new", sellers::new_tenant().render()),
        ("branding", sellers::branding(false).render()),
        ("branding-tried", sellers::branding(true).render()),
        ("picture", sellers::picture_page(true).render()),
        ("picture-none", sellers::picture_page(false).render()),
        ("periods", billing::periods(true).render()),
        ("periods-none", billing::periods(false).render()),
        ("billing-runs", billing::runs(true).render()),
        ("billing-runs-none", billing::runs(false).render()),
        ("billing-run-new", billing::new_run(false).render()),
        ("billing-run-rehearsed", billing::new_run(true).render()),
        ("billing-run", billing::run(false).render()),
        ("billing-run-running", billing::run(true).render()),
        ("invoice-credit", recurring::invoice_credit(false, true).render()),
        ("invoice-credit-shown", recurring::invoice_credit(true, true).render()),
        ("invoice-credit-none", recurring::invoice_credit(false, false).render()),
        ("number-register", recurring::number_register(true, true).render()),
        ("number-register-gap", recurring::number_register(true, false).render()),
        ("number-register-none", recurring::number_register(false, true).render()),
        ("proformas", recurring::proforma_list(true).render()),
        ("proformas-none", recurring::proforma_list(false).render()),
        ("proforma", recurring::proforma().render()),
        ("affiliates", partners::affiliates(true).render()),
        ("affiliates-none", partners::affiliates(false).render()),
        ("affiliate", partners::affiliate(true).render()),
        ("affiliate-new", partners::affiliate(false).render()),
        ("credit-notes", recurring::credit_notes(true).render()),
        ("credit-notes-none", recurring::credit_notes(false).render()),
        ("credit-note", recurring::credit_note(true).render()),
        ("credit-note-bare", recurring::credit_note(false).render()),
        ("tax-rates", taxes::tax_rates(true, Some(taxes::found())).render()),
        ("tax-rates-refused", taxes::tax_rates(true, Some(taxes::refused())).render()),
        ("tax-rates-none", taxes::tax_rates(false, None).render()),
        ("tax-rate-new", taxes::new_tax_rate().render()),
        ("client-groups", taxes::client_groups(true).render()),
        ("client-groups-none", taxes::client_groups(false).render()),
        ("client-group", taxes::client_group(true).render()),
        ("client-group-none", taxes::client_group(false).render()),
        ("client-group-new", taxes::new_client_group().render()),
    ]
}

fn dunning_pages() -> Vec<(&'static str, askama::Result<String>)> {
    vec![
        ("dunning", dunning::cases(true).render()),
        ("dunning-none", dunning::cases(false).render()),
        ("dunning-case", dunning::case(false).render()),
        ("dunning-case-stopped", dunning::case(true).render()),
        ("dunning-strategies", dunning::strategies(true).render()),
        ("dunning-strategies-none", dunning::strategies(false).render()),
        ("dunning-strategy-new", dunning::new_strategy().render()),
    ]
}

fn people_pages() -> Vec<(&'static str, askama::Result<String>)> {
    vec![
        ("staff", people::staff().render()),
        ("staff-new", people::new_member().render()),
        ("staff-member", people::member(true).render()),
        ("staff-stopped", people::member(false).render()),
        ("resellers", people::resellers(true).render()),
        ("resellers-none", people::resellers(false).render()),
        ("departments", people::departments(true).render()),
        ("departments-none", people::departments(false).render()),
        ("department-new", people::department(None).render()),
        ("department", people::department(Some(true)).render()),
        ("department-empty", people::department(Some(false)).render()),
        ("roles", people::roles().render()),
        ("rights", people::who_could(Some(true), true).render()),
        ("rights-none", people::who_could(Some(false), false).render()),
        ("rights-blank", people::who_could(None, false).render()),
        ("role-new", people::role_form(None).render()),
        ("role-edit", people::role_form(Some("/admin/roles/rol_01")).render()),
        ("unusual", unusual::list(true).render()),
        ("unusual-none", unusual::list(false).render()),
        ("api-keys", keys::list(true).render()),
        ("api-keys-none", keys::list(false).render()),
        ("api-key-new", keys::form("").render()),
        ("api-key-refused", keys::form("Choose at least one scope.").render()),
        ("api-key-made", keys::made().render()),
    ]
}

fn deciding_pages() -> Vec<(&'static str, String)> {
    [
        ("approvals", deciding::inbox(false).render()),
        ("approvals-none", deciding::inbox(true).render()),
        ("approval", deciding::one().render()),
        ("approval-limits", deciding::limits(false).render()),
        ("approval-limits-none", deciding::limits(true).render()),
        ("webhooks", deciding::webhooks(false).render()),
        ("webhooks-none", deciding::webhooks(true).render()),
        ("webhook", deciding::endpoint(false).render()),
        ("webhook-nothing-sent", deciding::endpoint(true).render()),
        ("webhook-new", deciding::endpoint_form().render()),
        ("webhook-secret", deciding::secret().render()),
        ("schedules", timed::list(false).render()),
        ("schedules-rest", timed::list(true).render()),
        ("schedule", timed::one(false).render()),
        ("schedule-never-done", timed::one(true).render()),
    ]
    .into_iter()
    .map(|(name, html)| (name, html.unwrap()))
    .collect()
}

fn discount_pages() -> Vec<(&'static str, String)> {
    [
        ("coupons", discounts::coupons(true).render()),
        ("coupons-none", discounts::coupons(false).render()),
        ("coupon", discounts::coupon(true).render()),
        ("coupon-unused", discounts::coupon(false).render()),
        ("coupon-new", discounts::coupon_form().render()),
        ("gift-cards", discounts::gift_cards(true).render()),
        ("gift-cards-none", discounts::gift_cards(false).render()),
        ("gift-card", discounts::gift_card(true).render()),
        ("gift-card-unused", discounts::gift_card(false).render()),
        ("gift-card-new", discounts::gift_card_form(false).render()),
        ("gift-card-sold", discounts::gift_card_form(true).render()),
    ]
    .into_iter()
    .map(|(name, html)| (name, html.unwrap()))
    .collect()
}

fn invoices() -> super::invoices::Invoices {
    super::invoices::Invoices {
        shell: samples::shell("/admin/invoices"),
        chips: samples::chips(&[("All", 69_679), ("Open", 64), ("Overdue", 26), ("Paid", 69_570)]),
        status: String::new(),
        q: String::new(),
        from: String::new(),
        to: String::new(),
        rows: samples::invoice_rows(),
        pager: samples::pager(),
    }
}

#[test]
fn no_page_needs_inline_style_or_script() {
    for (name, html) in pages() {
        for forbidden in
            [" style=", "<style", " onclick", " onload", "hx-on", "javascript:", "<script>"]
        {
            assert!(!html.contains(forbidden), "{name} has {forbidden}");
        }
    }
}

#[test]
fn every_form_that_writes_carries_the_guard_against_forged_requests() {
    for (name, html) in pages() {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if form.split('>').next().unwrap_or_default().contains(r#"method="post""#) {
                assert!(form.contains(r#"name="csrf""#), "{name}: {form}");
            }
        }
    }
}

#[test]
fn every_amount_and_position_is_isolated_from_the_direction_of_the_page() {
    for (name, html) in pages() {
        for (at, _) in html.match_indices("href=\"/admin/events/1") {
            let link =
                html.get(at..).and_then(|rest| rest.split("</a>").next()).unwrap_or_default();
            let in_words = ["Earlier", "Later", ">why"].iter().any(|word| link.contains(word));
            assert!(in_words || link.contains(r#"<bdi dir="ltr""#), "{name}: {link}");
        }
    }
}

#[test]
fn every_page_ends_with_the_tenant_s_footer_and_its_link() {
    for (name, html) in pages() {
        let link = r#"<a href="https://lumisolutions.tech">Lumi Solutions</a>"#;
        assert!(html.contains(&format!("Lumi Billing Panel | {link} | 2025")), "{name}");
    }
}

#[test]
fn every_page_loads_only_our_own_files_and_they_exist() {
    for (name, html) in pages() {
        assert!(!html.contains("/assets/missing/"), "{name}");
        for (at, _) in html.match_indices("src=\"") {
            let source = html.get(at + 5..).unwrap_or_default();
            let picture = source.split('"').next().is_some_and(|path| {
                path.starts_with("/brand/logo/")
                    || path.starts_with("/admin/") && path.ends_with("/avatar")
            });
            let own = source.starts_with("/assets/") || picture;
            assert!(own, "{name}");
        }
    }
}

#[test]
fn a_change_of_terms_is_shown_before_it_can_be_confirmed() {
    let asked = recurring::change(None).render().unwrap();
    assert!(!asked.contains(r#"name="confirm""#));
    let shown = recurring::change(Some(990)).render().unwrap();
    assert!(shown.contains(r#"name="confirm""#) && shown.contains("Invoice with this change"));
    let back = recurring::change(Some(-990)).render().unwrap();
    assert!(back.contains("Credit note with this change"));
}

#[test]
fn a_register_says_that_it_is_complete_or_what_is_missing() {
    let complete = recurring::number_register(true, true).render().unwrap();
    assert!(complete.contains("Complete from 1 to 118.") && !complete.contains("gaps-head"));
    let gap = recurring::number_register(true, false).render().unwrap();
    assert!(gap.contains("1 to 40") && gap.contains("history was imported"));
    let none = recurring::number_register(false, true).render().unwrap();
    assert!(none.contains("No numbers yet"));
}

#[test]
fn a_credit_note_is_shown_before_it_can_be_issued() {
    let asked = recurring::invoice_credit(false, true).render().unwrap();
    assert!(!asked.contains(r#"name="confirm""#) && asked.contains("Name both days."));
    let shown = recurring::invoice_credit(true, true).render().unwrap();
    assert!(shown.contains(r#"name="confirm""#) && shown.contains("Lowers this invoice"));
    let none = recurring::invoice_credit(false, false).render().unwrap();
    assert!(none.contains("Nothing can go back") && !none.contains(r#"name="way""#));
}

#[test]
fn a_list_that_is_empty_says_what_it_is_and_what_can_be_done() {
    let subscriptions = recurring::subscriptions(Vec::new()).render().unwrap();
    assert!(subscriptions.contains("No subscriptions here"));
    assert!(subscriptions.contains(r#"href="/admin/subscriptions/new""#));
    assert!(recurring::credit_notes(false).render().unwrap().contains("No credit notes yet"));
    assert!(recurring::ended_subscription().render().unwrap().contains("Nothing to bill"));
}

#[test]
fn a_note_that_takes_a_whole_invoice_back_leads_to_that_invoice() {
    let notes = recurring::credit_notes(true).render().unwrap();
    assert!(notes.contains(r#"href="/admin/credit-notes/crn_01""#));
    assert!(notes.contains(r#"href="/admin/invoices/inv_01""#) && notes.contains("whole invoice"));
}
