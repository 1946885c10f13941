//! What happened, in a sentence a person reads: one function per noun.
//!
//! Guarantees a sentence for every event, also for one that this release does not know. Absent on
//! purpose: amounts in another form than the event has them.

mod dunning;
mod hosting;
mod outside;
mod settlement;

use billfold_domain::accounting_period::AccountingPeriodEvent;
use billfold_domain::affiliate::AffiliateEvent;
use billfold_domain::api_key::ApiKeyEvent;
use billfold_domain::approval::ApprovalEvent;
use billfold_domain::billing_run::BillingRunEvent;
use billfold_domain::client::ClientEvent;
use billfold_domain::client_group::ClientGroupEvent;
use billfold_domain::coupon::CouponEvent;
use billfold_domain::credit::CreditEvent;
use billfold_domain::credit_note::CreditNoteEvent;
use billfold_domain::department::DepartmentEvent;
use billfold_domain::gift_card::GiftCardEvent;
use billfold_domain::invoice::InvoiceEvent;
use billfold_domain::order::OrderEvent;
use billfold_domain::payment::PaymentEvent;
use billfold_domain::product::ProductEvent;
use billfold_domain::proforma::ProformaEvent;
use billfold_domain::recognition::RecognitionEvent;
use billfold_domain::role::RoleEvent;
use billfold_domain::schema::Event;
use billfold_domain::sign_in::SignInEvent;
use billfold_domain::staff::StaffEvent;
use billfold_domain::subscription::SubscriptionEvent;
use billfold_domain::subscription::service::End;
use billfold_domain::tax_rate::TaxRateEvent;
use billfold_domain::tenant::TenantEvent;
use billfold_domain::webhook_endpoint::WebhookEndpointEvent;
use billfold_projections::event_index::Stored;

use crate::data_subject;
use crate::show::{decoded, money, words};
use crate::view::Day;

/// What happened, as a sentence, and the tone of its dot.
pub(crate) fn happened(stored: &Stored) -> (String, &'static str) {
    match decoded(stored) {
        Some(Event::Client(event)) => client(&event),
        Some(Event::Invoice(event)) => invoice(&event),
        Some(Event::Payment(event)) => payment(&event),
        Some(Event::Order(event)) => order(&event),
        Some(Event::Product(event)) => product(&event),
        Some(Event::Tenant(event)) => tenant(&event),
        Some(Event::Subscription(event)) => subscription(&event),
        Some(Event::CreditNote(event)) => credit_note(&event),
        Some(Event::BillingRun(event)) => billing_run(&event),
        Some(Event::AccountingPeriod(event)) => accounting_period(&event),
        Some(Event::Recognition(event)) => recognition(&event),
        Some(Event::SignIn(event)) => sign_in(&event),
        Some(Event::DataSubject(event)) => data_subject::happened(&event),
        Some(Event::Proforma(event)) => proforma(&event),
        Some(Event::CreditBalance(event)) => credit(&event),
        Some(Event::TaxRate(event)) => tax_rate(&event),
        Some(Event::ClientGroup(event)) => client_group(&event),
        Some(Event::Role(event)) => role(&event),
        Some(Event::StaffMember(event)) => staff_member(&event),
        Some(Event::Department(event)) => department(&event),
        Some(Event::ApiKey(event)) => api_key(&event),
        Some(Event::Coupon(event)) => coupon(&event),
        Some(Event::GiftCard(event)) => gift_card(&event),
        Some(Event::Affiliate(event)) => affiliate(&event),
        Some(Event::DunningCase(event)) => dunning::case(&event),
        Some(Event::DunningStrategy(event)) => dunning::strategy(&event),
        Some(Event::WebhookEndpoint(event)) => webhook_endpoint(&event),
        Some(Event::Approval(event)) => approval(&event),
        Some(Event::Effect(event)) => outside::effect(&event),
        Some(Event::Driver(event)) => outside::driver(&event),
        Some(Event::Gateway(event)) => outside::gateway(&event),
        Some(Event::Service(event)) => hosting::service(&event),
        Some(Event::Server(event)) => hosting::server(&event),
        Some(Event::ServerGroup(event)) => hosting::group(&event),
        Some(Event::Settlement(event)) => settlement::happened(&event),
        _ => (words(&stored.event_type), "grey"),
    }
}

fn client(event: &ClientEvent) -> (String, &'static str) {
    let (text, tone) = match event {
        ClientEvent::Registered { .. } => ("Client registered", ""),
        ClientEvent::ContactChanged { .. } => ("Contact changed", "grey"),
        ClientEvent::BillingSet { .. } => ("Billing day or time zone set", "grey"),
        ClientEvent::TaxFactsSet { .. } => ("Tax facts set", "grey"),
        ClientEvent::ContactAdded { .. } => ("Contact added", "grey"),
        ClientEvent::ContactRevised { .. } => ("Contact changed", "grey"),
        ClientEvent::ContactRemoved { .. } => ("Contact removed", "grey"),
        ClientEvent::NoteAdded { .. } => ("Note written", "grey"),
        ClientEvent::NoteRemoved { .. } => ("Note removed", "grey"),
        ClientEvent::CustomFieldsSet { .. } => ("Custom fields set", "grey"),
        ClientEvent::AvatarSet { avatar: Some(_) } => ("Picture set", "grey"),
        ClientEvent::AvatarSet { avatar: None } => ("Picture taken away", "grey"),
        ClientEvent::Entrusted { .. } => ("Given to a reseller", ""),
        ClientEvent::WithdrawnFromReseller { .. } => ("Taken from its reseller", "grey"),
        ClientEvent::Suspended { .. } => ("Client suspended", "red"),
        ClientEvent::Deactivated { .. } => ("Client deactivated", "grey"),
        ClientEvent::Activated {} => ("Client activated", "green"),
        ClientEvent::Erased { .. } => ("Personal data erased", "grey"),
    };
    (text.to_owned(), tone)
}

fn invoice(event: &InvoiceEvent) -> (String, &'static str) {
    match event {
        InvoiceEvent::Drafted { .. } => ("Invoice drafted".to_owned(), "grey"),
        InvoiceEvent::LineAdded { line } => (format!("Line added: {}", line.description), "grey"),
        InvoiceEvent::LineRemoved { line_no } => (format!("Line {line_no} removed"), "grey"),
        InvoiceEvent::LineTaxed { line_no, evidence } => {
            let treatment = evidence.treatment;
            (format!("Line {line_no} taxed at {} %", treatment.rate), "grey")
        }
        InvoiceEvent::CouponApplied { .. } => ("Coupon applied".to_owned(), "green"),
        InvoiceEvent::CouponTakenOff { .. } => ("Coupon taken off".to_owned(), "grey"),
        InvoiceEvent::DueDateSet { due_date } => {
            (format!("Due date set to {}", Day(*due_date).plain()), "grey")
        }
        InvoiceEvent::Discarded { .. } => ("Draft discarded".to_owned(), "grey"),
        InvoiceEvent::Issued(issued) => (format!("Invoice {} issued", issued.number.text), ""),
        InvoiceEvent::Settled { .. } => ("Invoice paid in full".to_owned(), "green"),
        InvoiceEvent::PaymentApplied { amount, .. } => {
            (format!("{} paid", money(*amount).plain()), "green")
        }
        InvoiceEvent::CreditApplied { amount, .. } => {
            (format!("{} paid from credit", money(*amount).plain()), "green")
        }
        InvoiceEvent::CreditUnapplied { amount, .. } => {
            (format!("{} of credit taken back", money(*amount).plain()), "red")
        }
        InvoiceEvent::PaymentUnapplied { amount, .. } => {
            (format!("{} of a payment taken back", money(*amount).plain()), "red")
        }
        InvoiceEvent::CreditNoteApplied { credit_note, amount, .. } => {
            (format!("{} credited by {credit_note}", money(*amount).plain()), "grey")
        }
        InvoiceEvent::Voided(voided) => (
            format!("Invoice {} voided by {}", voided.invoice_number, voided.credit_note.text),
            "red",
        ),
        InvoiceEvent::WrittenOff { amount, .. } => {
            (format!("{} written off", money(*amount).plain()), "red")
        }
    }
}

fn proforma(event: &ProformaEvent) -> (String, &'static str) {
    match event {
        ProformaEvent::Issued(issued) => (format!("Proforma {} issued", issued.number.text), ""),
        ProformaEvent::Converted { invoice_number, .. } => {
            (format!("Proforma became invoice {invoice_number}"), "green")
        }
        ProformaEvent::Withdrawn { .. } => ("Proforma withdrawn".to_owned(), "grey"),
    }
}

fn payment(event: &PaymentEvent) -> (String, &'static str) {
    match event {
        PaymentEvent::Settled { amount, .. } => {
            (format!("Payment of {} settled", money(*amount).plain()), "green")
        }
        PaymentEvent::Declined { amount, reason, .. } => {
            (format!("Payment of {} declined: {reason}", money(*amount).plain()), "red")
        }
        PaymentEvent::Allocated { amount, .. } => {
            (format!("{} allocated to an invoice", money(*amount).plain()), "green")
        }
        PaymentEvent::Attempted { amount, .. } => {
            (format!("Payment of {} tried", money(*amount).plain()), "grey")
        }
        PaymentEvent::Unallocated { .. } => ("Taken off an invoice".to_owned(), "grey"),
        PaymentEvent::RefundRequested { amount, .. } => {
            (format!("Refund of {} promised", money(*amount).plain()), "")
        }
        PaymentEvent::RefundSent { amount, .. } => {
            (format!("Refund of {} sent", money(*amount).plain()), "")
        }
        PaymentEvent::RefundFailed { amount, reason, .. } => {
            (format!("Refund of {} failed: {reason}", money(*amount).plain()), "red")
        }
        PaymentEvent::DisputeOpened { amount, .. } => {
            (format!("Dispute over {} opened", money(*amount).plain()), "red")
        }
        PaymentEvent::DisputeWon { amount, .. } => {
            (format!("Dispute over {} won", money(*amount).plain()), "green")
        }
        PaymentEvent::DisputeLost { amount, .. } => {
            (format!("Dispute over {} lost", money(*amount).plain()), "red")
        }
        PaymentEvent::DisputeFeeCharged { fee, .. } => {
            (format!("Dispute fee of {} charged", money(*fee).plain()), "grey")
        }
    }
}

fn order(event: &OrderEvent) -> (String, &'static str) {
    match event {
        OrderEvent::Placed { total, .. } => {
            (format!("Order over {} placed", money(*total).plain()), "")
        }
        OrderEvent::Held { .. } => ("Order held back".to_owned(), "red"),
        OrderEvent::Released {} => ("Order released".to_owned(), ""),
        OrderEvent::Accepted { .. } => ("Order accepted".to_owned(), "green"),
        OrderEvent::Invoiced { .. } => ("Order invoiced".to_owned(), ""),
        OrderEvent::Completed {} => ("Order completed".to_owned(), "green"),
        OrderEvent::Cancelled { .. } => ("Order cancelled".to_owned(), "red"),
    }
}

fn product(event: &ProductEvent) -> (String, &'static str) {
    let text = match event {
        ProductEvent::Created { name, .. } => format!("Product {name} created"),
        ProductEvent::PriceSet { price, .. } => format!("Price set to {}", money(*price).plain()),
        ProductEvent::TierPriceSet { tier, price, .. } => {
            format!("Price of {tier} set to {}", money(*price).plain())
        }
        ProductEvent::Described(_) => "Product described".to_owned(),
        ProductEvent::QuotasSet { quotas } => match quotas.len() {
            0 => "Quotas taken away".to_owned(),
            1 => "1 quota set".to_owned(),
            count => format!("{count} quotas set"),
        },
        ProductEvent::OptionsSet { options } => match options.len() {
            0 => "Options taken away".to_owned(),
            1 => "1 option set".to_owned(),
            count => format!("{count} options set"),
        },
        ProductEvent::HostingSet { hosting: Some(_) } => "Kept on servers of a group".to_owned(),
        ProductEvent::HostingSet { hosting: None } => "Kept on no server".to_owned(),
        ProductEvent::Renamed { name } => format!("Product renamed to {name}"),
        ProductEvent::Retired { on } => format!("Product retired on {}", Day(*on).plain()),
    };
    (text, "grey")
}

fn tenant(event: &TenantEvent) -> (String, &'static str) {
    let text = match event {
        TenantEvent::Opened { name, .. } => format!("Books of {name} opened"),
        TenantEvent::Renamed { name } => format!("Seller renamed to {name}"),
        TenantEvent::VatIdSet { .. } => "Tax number set".to_owned(),
        TenantEvent::LetterheadSet { .. } => "Address and bank account set".to_owned(),
        TenantEvent::InvoiceNumbersSet { .. } => "Number format set".to_owned(),
        TenantEvent::PaymentTermSet { days } => format!("Payment term set to {days} days"),
        TenantEvent::ConventionsSet { .. } => "Proration settings changed".to_owned(),
        TenantEvent::ClientRegistrationSet { open: true } => {
            "Clients may register by themselves".to_owned()
        }
        TenantEvent::ClientRegistrationSet { open: false } => {
            "Clients no longer register by themselves".to_owned()
        }
        TenantEvent::SecondFactorSet { demanded: true } => {
            "Second step asked of all staff".to_owned()
        }
        TenantEvent::SecondFactorSet { demanded: false } => {
            "Second step left to each of the staff".to_owned()
        }
        TenantEvent::AffiliateTermsSet { .. } => "Terms of affiliates changed".to_owned(),
        TenantEvent::CustomFieldDefined { field } => format!("Custom field {} defined", field.key),
        TenantEvent::CustomFieldRetired { key } => format!("Custom field {key} retired"),
        TenantEvent::ApprovalLimitsSet { .. } => "Limits of one person set".to_owned(),
        TenantEvent::TestClockMoved { to } => {
            format!("Test clock moved to {}", Day(to.date_naive()).plain())
        }
        TenantEvent::BrandSet { .. } => "Brand changed".to_owned(),
        TenantEvent::LogoSet { logo: Some(_) } => "Logo set".to_owned(),
        TenantEvent::LogoSet { logo: None } => "Logo taken away".to_owned(),
        TenantEvent::HostNameTaken { host_name } => format!("Host name {host_name} taken"),
        TenantEvent::HostNameReleased { host_name } => format!("Host name {host_name} given up"),
        TenantEvent::OperatorAppointed {} => "Operator of the installation appointed".to_owned(),
        TenantEvent::OperatorDismissed {} => "Operator of the installation dismissed".to_owned(),
        TenantEvent::SellerCreated { tenant_id } => format!("Seller {tenant_id} created"),
        TenantEvent::Suspended { .. } => "Seller suspended".to_owned(),
        TenantEvent::Resumed {} => "Seller resumed".to_owned(),
        TenantEvent::Closed { .. } => "Books closed for good".to_owned(),
    };
    (text, "grey")
}

fn billing_run(event: &BillingRunEvent) -> (String, &'static str) {
    match event {
        BillingRunEvent::Started { through, .. } => {
            (format!("Billing run through {} started", Day(*through).plain()), "")
        }
        BillingRunEvent::AccountQuarantined { code, .. } => {
            (format!("Account set aside: {code}"), "red")
        }
        BillingRunEvent::Finished { tally } => {
            (format!("Billing run finished with {} documents", tally.issued), "green")
        }
        BillingRunEvent::Halted { .. } => ("Billing run halted".to_owned(), "red"),
        BillingRunEvent::Resumed {} => ("Billing run goes on".to_owned(), ""),
    }
}

fn accounting_period(event: &AccountingPeriodEvent) -> (String, &'static str) {
    match event {
        AccountingPeriodEvent::Closed { month } => (format!("{month} closed"), "green"),
        AccountingPeriodEvent::ReopeningAsked { month, .. } => {
            (format!("Reopening of {month} asked for"), "")
        }
        AccountingPeriodEvent::Reopened { month, .. } => (format!("{month} reopened"), "red"),
        AccountingPeriodEvent::AdjustmentPosted(adjustment) => {
            (format!("Adjustment {} posted: {}", adjustment.no, adjustment.reason), "")
        }
    }
}

fn sign_in(event: &SignInEvent) -> (String, &'static str) {
    match event {
        SignInEvent::Succeeded { .. } | SignInEvent::ClientSucceeded { .. } => {
            ("Signed in".to_owned(), "green")
        }
        SignInEvent::Refused { .. } => ("Sign-in refused".to_owned(), "red"),
        SignInEvent::Slowed { refusals } => {
            (format!("Sign-ins slowed after {refusals} refusals"), "red")
        }
        SignInEvent::Ended { .. } => ("Session ended".to_owned(), "grey"),
        SignInEvent::ResetAsked { .. } => {
            ("Code for a forgotten password asked for".to_owned(), "")
        }
        SignInEvent::MeansChanged { what, .. } | SignInEvent::ClientMeansChanged { what, .. } => {
            (crate::means::sentence(*what).to_owned(), "")
        }
    }
}

fn recognition(event: &RecognitionEvent) -> (String, &'static str) {
    let RecognitionEvent::Posted { through, .. } = event;
    (format!("Revenue recognised through {}", Day(*through).plain()), "")
}

fn subscription(event: &SubscriptionEvent) -> (String, &'static str) {
    let ends = |end: &End| Day(end.day).plain();
    match event {
        SubscriptionEvent::Started { terms, .. } => (format!("Subscribed to {}", terms.name), ""),
        SubscriptionEvent::ChangeScheduled { change, .. } => {
            (format!("Will change to {} on {}", change.terms.name, Day(change.from).plain()), "")
        }
        SubscriptionEvent::ChangeWithdrawn { .. } => {
            ("Change to come taken back".to_owned(), "grey")
        }
        SubscriptionEvent::PlanChanged { terms, .. } => (format!("Changed to {}", terms.name), ""),
        SubscriptionEvent::AnchorSet { .. } => ("Billing day moved".to_owned(), "grey"),
        SubscriptionEvent::Paused { end } => (format!("Paused on {}", ends(end)), "red"),
        SubscriptionEvent::Resumed { on } => (format!("Resumed on {}", Day(*on).plain()), "green"),
        SubscriptionEvent::Cancelled { end } => (format!("Cancelled, ends {}", ends(end)), "red"),
        SubscriptionEvent::CancellationWithdrawn { .. } => {
            ("Cancellation withdrawn".to_owned(), "green")
        }
        SubscriptionEvent::LineAdjusted { amount, .. } => {
            (format!("{} taken off a billed line", money(*amount).plain()), "grey")
        }
        SubscriptionEvent::Taxed { evidence: Some(found), .. } => {
            (format!("Taxed at {} % by the tax rates", found.treatment.rate), "grey")
        }
        SubscriptionEvent::Taxed { evidence: None, .. } => {
            ("Taxed as the terms say".to_owned(), "grey")
        }
        SubscriptionEvent::CouponAttached { terms, .. } => {
            (format!("Coupon {} attached", terms.code), "green")
        }
        SubscriptionEvent::CouponUsed { amount, .. } => {
            (format!("Coupon took {} off", money(*amount).plain()), "green")
        }
        SubscriptionEvent::CouponReturned { amount, .. } => {
            (format!("Coupon got {} back", money(*amount).plain()), "grey")
        }
        SubscriptionEvent::CouponDetached { .. } => ("Coupon taken off".to_owned(), "grey"),
        SubscriptionEvent::Billed { plan, .. } => {
            (format!("Billed through {}", Day(plan.through).plain()), "")
        }
    }
}

fn credit_note(event: &CreditNoteEvent) -> (String, &'static str) {
    let CreditNoteEvent::Issued(note) = event;
    (format!("Credit note {} over {} issued", note.number.text, money(note.total).plain()), "")
}

fn credit(event: &CreditEvent) -> (String, &'static str) {
    match event {
        CreditEvent::Granted { amount, .. } => {
            (format!("{} became credit", money(*amount).plain()), "green")
        }
        CreditEvent::Spent { amount, .. } => {
            (format!("{} of credit paid an invoice", money(*amount).plain()), "")
        }
        CreditEvent::Unspent { amount, .. } => {
            (format!("{} of credit taken back from an invoice", money(*amount).plain()), "")
        }
        CreditEvent::Withdrawn { amount, .. } => {
            (format!("{} of credit given back with its payment", money(*amount).plain()), "red")
        }
    }
}

fn tax_rate(event: &TaxRateEvent) -> (String, &'static str) {
    match event {
        TaxRateEvent::Defined { tax, rate, .. } => {
            (format!("Tax {} of {} defined at {rate} %", tax.code, tax.country), "")
        }
        TaxRateEvent::RateSet { rate, valid_from, .. } => {
            (format!("Rate set to {rate} % from {}", Day(*valid_from).plain()), "")
        }
        TaxRateEvent::Retired { from } => (format!("Tax ended on {}", Day(*from).plain()), "red"),
        TaxRateEvent::ClientExempted { .. } => ("Client exempted".to_owned(), "grey"),
        TaxRateEvent::ExemptionEnded { .. } => ("Exemption ended".to_owned(), "grey"),
    }
}

fn client_group(event: &ClientGroupEvent) -> (String, &'static str) {
    let text = match event {
        ClientGroupEvent::Created { name, .. } => format!("Group {name} created"),
        ClientGroupEvent::DiscountSet { discount } => format!("Discount set to {discount} %"),
        ClientGroupEvent::PriceTierSet { tier: Some(tier) } => format!("Prices of {tier} count"),
        ClientGroupEvent::PriceTierSet { tier: None } => "List prices count".to_owned(),
        ClientGroupEvent::ClientJoined { .. } => "Client joined".to_owned(),
        ClientGroupEvent::ClientLeft { .. } => "Client left".to_owned(),
    };
    (text, "grey")
}

fn webhook_endpoint(event: &WebhookEndpointEvent) -> (String, &'static str) {
    let (text, tone) = match event {
        WebhookEndpointEvent::Registered(terms) => (format!("Webhooks go to {}", terms.url), ""),
        WebhookEndpointEvent::TermsSet(terms) => (format!("Webhooks go to {}", terms.url), "grey"),
        WebhookEndpointEvent::SecretRotated { secret_no } => {
            (format!("Webhooks are signed with secret {secret_no}"), "grey")
        }
        WebhookEndpointEvent::ReplayAsked { after } => {
            (format!("Webhooks after position {after} are sent again"), "grey")
        }
        WebhookEndpointEvent::Paused { reason } => {
            (format!("Webhooks paused: {}", reason.word()), "red")
        }
        WebhookEndpointEvent::Resumed {} => ("Webhooks go on".to_owned(), "green"),
        WebhookEndpointEvent::Deleted {} => ("Webhook endpoint deleted".to_owned(), "grey"),
    };
    (text, tone)
}

fn approval(event: &ApprovalEvent) -> (String, &'static str) {
    let (text, tone) = match event {
        ApprovalEvent::Requested(_) => ("A second person is asked".to_owned(), "amber"),
        ApprovalEvent::Granted { .. } => ("A second person said yes".to_owned(), "green"),
        ApprovalEvent::Declined { .. } => ("A second person said no".to_owned(), "red"),
        ApprovalEvent::Withdrawn { .. } => ("Taken back by who asked".to_owned(), "grey"),
        ApprovalEvent::Expired { .. } => ("Nobody answered in time".to_owned(), "grey"),
        ApprovalEvent::CarriedOut { .. } => ("Done as granted".to_owned(), "green"),
        ApprovalEvent::Failed { detail, .. } => (format!("Could not be done: {detail}"), "red"),
    };
    (text, tone)
}

fn role(event: &RoleEvent) -> (String, &'static str) {
    let text = match event {
        RoleEvent::Established { system } => format!("Built-in role {} begun", system.slug()),
        RoleEvent::Created { name, .. } => format!("Role {name} created"),
        RoleEvent::Renamed { name, .. } => format!("Role called {name} now"),
        RoleEvent::PermissionsSet { permissions, .. } => {
            format!("Role allows {} things now", permissions.iter().count())
        }
        RoleEvent::Assigned { .. } => "Role given".to_owned(),
        RoleEvent::Withdrawn { .. } => "Role taken".to_owned(),
        RoleEvent::Deleted { name } => format!("Role {name} deleted"),
    };
    (text, "grey")
}

fn staff_member(event: &StaffEvent) -> (String, &'static str) {
    let (text, tone) = match event {
        StaffEvent::Added { .. } => ("Member of staff added", ""),
        StaffEvent::Changed { .. } => ("Member of staff changed", "grey"),
        StaffEvent::AvatarSet { avatar: Some(_) } => ("Picture set", "grey"),
        StaffEvent::AvatarSet { avatar: None } => ("Picture taken away", "grey"),
        StaffEvent::Stopped { .. } => ("Member of staff stopped", "red"),
        StaffEvent::Resumed {} => ("Member of staff let in again", "green"),
        StaffEvent::Erased { .. } => ("Member of staff erased", "red"),
    };
    (text.to_owned(), tone)
}

fn department(event: &DepartmentEvent) -> (String, &'static str) {
    match event {
        DepartmentEvent::Created(terms) => (format!("Department {} created", terms.name), ""),
        DepartmentEvent::Changed { terms, .. } => {
            (format!("Department {} changed", terms.name), "grey")
        }
        DepartmentEvent::StaffAssigned { .. } => ("Assigned to the department".to_owned(), "grey"),
        DepartmentEvent::StaffUnassigned { .. } => {
            ("Taken out of the department".to_owned(), "grey")
        }
        DepartmentEvent::Deleted { name } => (format!("Department {name} deleted"), "grey"),
    }
}

fn api_key(event: &ApiKeyEvent) -> (String, &'static str) {
    match event {
        ApiKeyEvent::Created(terms) => (format!("API key {} made", terms.name), ""),
        ApiKeyEvent::Revoked { name } => (format!("API key {name} revoked"), "red"),
    }
}

fn coupon(event: &CouponEvent) -> (String, &'static str) {
    match event {
        CouponEvent::Created { terms } => (format!("Coupon {} created", terms.code), ""),
        CouponEvent::Revised { terms, .. } => (format!("Coupon {} changed", terms.code), "grey"),
        CouponEvent::Disabled { .. } => ("Coupon switched off".to_owned(), "red"),
        CouponEvent::Enabled {} => ("Coupon switched on".to_owned(), "green"),
        CouponEvent::Archived {} => ("Coupon archived".to_owned(), "grey"),
        CouponEvent::Reserved { .. } => ("Coupon reserved".to_owned(), "grey"),
        CouponEvent::Redeemed { terms, .. } => (format!("Coupon {} redeemed", terms.code), "green"),
        CouponEvent::Released { .. } => ("Coupon released".to_owned(), "grey"),
    }
}

fn gift_card(event: &GiftCardEvent) -> (String, &'static str) {
    match event {
        GiftCardEvent::Issued { value, .. } => {
            (format!("Gift card over {} made", money(*value).plain()), "grey")
        }
        GiftCardEvent::Activated { value, .. } => {
            (format!("Gift card over {} sold", money(*value).plain()), "")
        }
        GiftCardEvent::Redeemed { amount, .. } => {
            (format!("{} of a gift card redeemed", money(*amount).plain()), "green")
        }
        GiftCardEvent::RedemptionReversed { amount, .. } => {
            (format!("{} put back on a gift card", money(*amount).plain()), "grey")
        }
        GiftCardEvent::Expired { left, .. } => {
            (format!("Gift card expired with {} left", money(*left).plain()), "red")
        }
        GiftCardEvent::Cancelled { .. } => ("Gift card cancelled".to_owned(), "red"),
    }
}

fn affiliate(event: &AffiliateEvent) -> (String, &'static str) {
    match event {
        AffiliateEvent::Enrolled { code, .. } => (format!("Affiliate {code} enrolled"), ""),
        AffiliateEvent::Approved {} => ("Affiliate approved".to_owned(), "green"),
        AffiliateEvent::TermsSet { valid_from, .. } => {
            (format!("Terms from {} set", Day(*valid_from).plain()), "grey")
        }
        AffiliateEvent::Suspended { .. } => ("Affiliate suspended".to_owned(), "red"),
        AffiliateEvent::Resumed {} => ("Affiliate resumed".to_owned(), "green"),
        AffiliateEvent::ClientReferred { .. } => ("Client referred".to_owned(), ""),
        AffiliateEvent::ClicksCounted { on, clicks } => {
            (format!("{clicks} clicks on {}", Day(*on).plain()), "grey")
        }
        AffiliateEvent::ReferralRejected { .. } => ("Referral rejected".to_owned(), "red"),
        AffiliateEvent::CommissionAccrued { amount, .. } => {
            (format!("Commission of {} earned", money(*amount).plain()), "")
        }
        AffiliateEvent::CommissionApproved { amount, .. } => {
            (format!("Commission of {} approved", money(*amount).plain()), "green")
        }
        AffiliateEvent::CommissionRejected { amount, .. } => {
            (format!("Commission of {} rejected", money(*amount).plain()), "red")
        }
        AffiliateEvent::CommissionReversed { amount, .. } => {
            (format!("{} of a commission taken back", money(*amount).plain()), "red")
        }
        AffiliateEvent::PayoutRequested { amount, .. } => {
            (format!("Payout of {} requested", money(*amount).plain()), "")
        }
        AffiliateEvent::PayoutSent { amount, .. } => {
            (format!("Payout of {} sent", money(*amount).plain()), "green")
        }
        AffiliateEvent::PayoutFailed { amount, .. } => {
            (format!("Payout of {} failed", money(*amount).plain()), "red")
        }
    }
}
