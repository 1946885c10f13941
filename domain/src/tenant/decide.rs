//! What a seller may do in which state.

use chrono::{DateTime, TimeDelta, Utc};

use crate::approval::ApprovalLimits;
use crate::client::{CustomField, MOST_CUSTOM_FIELDS, check_vat_id};
use crate::invoice::Letterhead;
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line};
use crate::kernel::{Aggregate, Invalid, Issued, NumberFormat};
use crate::proforma::Proforma;
use crate::schedule::ScheduleChoice;
use crate::subscription::Conventions;
use crate::tenant::{OpenBooks, Profile, Tenant, TenantCommand, TenantEvent, TenantRefusal};

/// Names that a seller may be found under.
const MOST_HOST_NAMES: usize = 20;
/// Days between issue and due date.
const LONGEST_TERM: u16 = 365;
/// How far a test clock is moved at once.
const LONGEST_MOVE: TimeDelta = TimeDelta::days(400);

impl Aggregate for Tenant {
    const TYPE: &'static str = "tenant";
    type Command = TenantCommand;
    type Event = TenantEvent;
    type Refusal = TenantRefusal;

    fn decide(&self, ask: &Issued<TenantCommand>) -> Result<Vec<TenantEvent>, TenantRefusal> {
        use TenantCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Open(books)) => open(books),
            (
                Self::Open(profile) | Self::Suspended(profile) | Self::Closed(profile),
                Ask::Open(books),
            ) => open_again(profile, books),
            (Self::Absent, _) => Err(TenantRefusal::Absent),
            (Self::Open(profile), Ask::Rename { name }) => rename(profile, name),
            (Self::Open(profile), Ask::SetVatId { vat_id }) => set_vat_id(profile, vat_id),
            (Self::Open(profile), Ask::SetLetterhead { letterhead }) => {
                set_letterhead(profile, letterhead)
            }
            (
                Self::Open(profile),
                Ask::SetInvoiceNumbers { invoice_numbers, credit_note_numbers },
            ) => set_numbers(profile, invoice_numbers, credit_note_numbers),
            (Self::Open(profile), Ask::SetPaymentTerm { days }) => set_term(profile, *days),
            (Self::Open(profile), Ask::SetSchedule { job, choice }) => {
                set_schedule(profile, job, choice)
            }
            (Self::Open(profile), Ask::SetConventions { conventions }) => {
                Ok(set_conventions(profile, *conventions))
            }
            (Self::Open(profile), Ask::SetSecondFactor { demanded }) => {
                let demanded = *demanded;
                if profile.second_factor == demanded {
                    return Ok(Vec::new());
                }
                Ok(vec![TenantEvent::SecondFactorSet { demanded }])
            }
            (Self::Open(profile), Ask::SetClientRegistration { open }) => {
                Ok(set_client_registration(profile, *open))
            }
            (Self::Open(profile), Ask::SetAffiliateTerms { terms }) => {
                terms.check()?;
                if profile.affiliate_terms.as_ref() == Some(terms) {
                    return Ok(Vec::new());
                }
                Ok(vec![TenantEvent::AffiliateTermsSet { terms: terms.clone() }])
            }
            (Self::Open(profile), Ask::DefineCustomField { field }) => define(profile, field),
            (Self::Open(profile), Ask::RetireCustomField { key }) => retire(profile, key),
            (Self::Open(profile), Ask::SetApprovalLimits { limits }) => set_limits(profile, limits),
            (Self::Open(profile), Ask::MoveTestClock { to }) => move_clock(profile, *to),
            (Self::Open(profile), Ask::Suspend { reason }) => {
                check_line("reason", reason, 500)?;
                if profile.operator {
                    return Err(TenantRefusal::IsOperator);
                }
                Ok(vec![TenantEvent::Suspended { reason: reason.clone() }])
            }
            (Self::Open(_), Ask::Resume | Ask::Close { .. }) => Err(TenantRefusal::NotSuspended),
            (Self::Open(profile), ask) => be_seen(profile, ask),
            (Self::Suspended(_), Ask::Resume) => Ok(vec![TenantEvent::Resumed {}]),
            (Self::Suspended(profile), Ask::Close { reason }) => {
                check_line("reason", reason, 500)?;
                let (reason, host_names) = (reason.clone(), profile.host_names.clone());
                Ok(vec![TenantEvent::Closed { reason, host_names }])
            }
            (Self::Suspended(_), _) => Err(TenantRefusal::Suspended),
            (Self::Closed(_), Ask::Close { .. }) => Ok(Vec::new()),
            (Self::Closed(_), _) => Err(TenantRefusal::Closed),
        }
    }

    fn apply(&mut self, event: &TenantEvent) {
        self.take(event);
    }
}

bridge_to_cqrs_es!(Tenant);

/// How and where the seller is seen, and whether it looks after others.
fn be_seen(profile: &Profile, ask: &TenantCommand) -> Result<Vec<TenantEvent>, TenantRefusal> {
    use TenantCommand as Ask;
    Ok(match ask {
        Ask::SetBrand { brand } => {
            brand.check()?;
            if profile.brand == *brand {
                return Ok(Vec::new());
            }
            vec![TenantEvent::BrandSet { brand: brand.clone() }]
        }
        Ask::SetLogo { logo } if profile.logo == *logo => Vec::new(),
        Ask::SetLogo { logo } => vec![TenantEvent::LogoSet { logo: *logo }],
        Ask::TakeHostName { host_name } if profile.host_names.contains(host_name) => Vec::new(),
        Ask::TakeHostName { .. } if profile.host_names.len() >= MOST_HOST_NAMES => {
            return Err(TenantRefusal::TooManyHostNames);
        }
        Ask::TakeHostName { host_name } => {
            vec![TenantEvent::HostNameTaken { host_name: host_name.clone() }]
        }
        Ask::ReleaseHostName { host_name } if profile.host_names.contains(host_name) => {
            vec![TenantEvent::HostNameReleased { host_name: host_name.clone() }]
        }
        Ask::ReleaseHostName { .. } => return Err(TenantRefusal::NoSuchHostName),
        Ask::AppointOperator if profile.operator => Vec::new(),
        Ask::AppointOperator => vec![TenantEvent::OperatorAppointed {}],
        Ask::DismissOperator if profile.operator => vec![TenantEvent::OperatorDismissed {}],
        Ask::NoteCreated { tenant_id } if profile.operator => {
            vec![TenantEvent::SellerCreated { tenant_id: *tenant_id }]
        }
        Ask::DismissOperator | Ask::NoteCreated { .. } => return Err(TenantRefusal::NotOperator),
        _ => Vec::new(),
    })
}

fn open(books: &OpenBooks) -> Result<Vec<TenantEvent>, TenantRefusal> {
    Invalid::gather([
        check_line("name", &books.name, 200),
        check_time_zone(&books.time_zone),
        check_numbers(&books.invoice_numbers, &books.credit_note_numbers),
        check_term("payment_term_days", books.payment_term_days),
        books.vat_id.as_deref().map_or(Ok(()), check_vat_id),
    ])?;
    Ok(vec![TenantEvent::Opened {
        name: books.name.clone(),
        country: books.country,
        currency: books.currency,
        time_zone: books.time_zone.clone(),
        invoice_numbers: books.invoice_numbers.clone(),
        credit_note_numbers: books.credit_note_numbers.clone(),
        payment_term_days: books.payment_term_days,
        vat_id: books.vat_id.clone(),
        test_clock: books.test_clock,
    }])
}

/// Opening twice is one opening as long as it says the same.
fn open_again(profile: &Profile, books: &OpenBooks) -> Result<Vec<TenantEvent>, TenantRefusal> {
    let same = profile.name == books.name
        && profile.country == books.country
        && profile.currency == books.currency
        && profile.time_zone == books.time_zone
        && profile.test_clock.is_some() == books.test_clock.is_some();
    if same { Ok(Vec::new()) } else { Err(TenantRefusal::AlreadyOpen) }
}

fn rename(profile: &Profile, name: &str) -> Result<Vec<TenantEvent>, TenantRefusal> {
    check_line("name", name, 200)?;
    if profile.name == name {
        return Ok(Vec::new());
    }
    Ok(vec![TenantEvent::Renamed { name: name.to_owned() }])
}

fn set_conventions(profile: &Profile, conventions: Conventions) -> Vec<TenantEvent> {
    if profile.conventions == conventions {
        return Vec::new();
    }
    vec![TenantEvent::ConventionsSet { conventions }]
}

fn set_term(profile: &Profile, days: u16) -> Result<Vec<TenantEvent>, TenantRefusal> {
    check_term("days", days)?;
    if profile.payment_term_days == days {
        return Ok(Vec::new());
    }
    Ok(vec![TenantEvent::PaymentTermSet { days }])
}

fn retire(profile: &Profile, key: &str) -> Result<Vec<TenantEvent>, TenantRefusal> {
    if profile.custom_fields.iter().all(|field| field.key != key) {
        return Err(TenantRefusal::NoSuchCustomField);
    }
    Ok(vec![TenantEvent::CustomFieldRetired { key: key.to_owned() }])
}

fn set_schedule(
    profile: &Profile,
    job: &str,
    choice: &ScheduleChoice,
) -> Result<Vec<TenantEvent>, TenantRefusal> {
    check_key("job", job)?;
    let usual = ScheduleChoice::default();
    if profile.schedules.get(job).unwrap_or(&usual) == choice {
        return Ok(Vec::new());
    }
    Ok(vec![TenantEvent::ScheduleSet { job: job.to_owned(), choice: choice.clone() }])
}

fn check_term(field: &str, days: u16) -> Result<(), Invalid> {
    if days <= LONGEST_TERM {
        return Ok(());
    }
    let detail = format!("must not be more than {LONGEST_TERM} days");
    Err(Invalid::one(field, "payment_term.too_long", detail))
}

fn set_client_registration(profile: &Profile, open: bool) -> Vec<TenantEvent> {
    if profile.client_registration == open {
        return Vec::new();
    }
    vec![TenantEvent::ClientRegistrationSet { open }]
}

fn define(profile: &Profile, field: &CustomField) -> Result<Vec<TenantEvent>, TenantRefusal> {
    field.check()?;
    let known = profile.custom_fields.iter().find(|known| known.key == field.key);
    if known == Some(field) {
        return Ok(Vec::new());
    }
    if known.is_none() && profile.custom_fields.len() >= MOST_CUSTOM_FIELDS {
        return Err(TenantRefusal::TooManyCustomFields);
    }
    Ok(vec![TenantEvent::CustomFieldDefined { field: field.clone() }])
}

fn set_limits(
    profile: &Profile,
    limits: &ApprovalLimits,
) -> Result<Vec<TenantEvent>, TenantRefusal> {
    limits.check()?;
    if profile.approval_limits == *limits {
        return Ok(Vec::new());
    }
    Ok(vec![TenantEvent::ApprovalLimitsSet { limits: limits.clone() }])
}

fn set_vat_id(
    profile: &Profile,
    vat_id: &Option<String>,
) -> Result<Vec<TenantEvent>, TenantRefusal> {
    vat_id.as_deref().map_or(Ok(()), check_vat_id)?;
    if profile.vat_id == *vat_id {
        return Ok(Vec::new());
    }
    Ok(vec![TenantEvent::VatIdSet { vat_id: vat_id.clone() }])
}

fn set_letterhead(
    profile: &Profile,
    letterhead: &Letterhead,
) -> Result<Vec<TenantEvent>, TenantRefusal> {
    letterhead.check()?;
    if profile.letterhead == *letterhead {
        return Ok(Vec::new());
    }
    Ok(vec![TenantEvent::LetterheadSet { letterhead: letterhead.clone() }])
}

fn set_numbers(
    profile: &Profile,
    invoices: &NumberFormat,
    credit_notes: &NumberFormat,
) -> Result<Vec<TenantEvent>, TenantRefusal> {
    check_numbers(invoices, credit_notes)?;
    let used = &profile.used_prefixes;
    let own = |field: &str, format: &NumberFormat, others: &[String], kind: &str| {
        if !others.contains(&format.prefix) {
            return Ok(());
        }
        let detail = format!("{kind} were numbered with this prefix once, choose another");
        Err(Invalid::one(field, "number_format.used_prefix", detail))
    };
    Invalid::gather([
        own("invoice_numbers/prefix", invoices, &used.credit_notes, "credit notes"),
        own("credit_note_numbers/prefix", credit_notes, &used.invoices, "invoices"),
    ])?;
    if profile.invoice_numbers == *invoices && profile.credit_note_numbers == *credit_notes {
        return Ok(Vec::new());
    }
    Ok(vec![TenantEvent::InvoiceNumbersSet {
        invoice_numbers: invoices.clone(),
        credit_note_numbers: credit_notes.clone(),
    }])
}

/// A test seller's clock goes forward, by at most [`LONGEST_MOVE`] at a time.
fn move_clock(profile: &Profile, to: DateTime<Utc>) -> Result<Vec<TenantEvent>, TenantRefusal> {
    let shows = profile.test_clock.ok_or(TenantRefusal::NotATest)?;
    if to == shows {
        return Ok(Vec::new());
    }
    if to < shows {
        return Err(TenantRefusal::ClockGoesBack { shows });
    }
    if to.signed_duration_since(shows) > LONGEST_MOVE {
        let detail = format!("must not be more than {} days ahead", LONGEST_MOVE.num_days());
        return Err(Invalid::one("to", "test_clock.too_far", detail).into());
    }
    Ok(vec![TenantEvent::TestClockMoved { to }])
}

fn check_numbers(invoices: &NumberFormat, credit_notes: &NumberFormat) -> Result<(), Invalid> {
    let apart = if invoices.prefix == credit_notes.prefix {
        let detail = "must differ from the prefix of invoices";
        Err(Invalid::one("credit_note_numbers/prefix", "number_format.same_prefix", detail))
    } else {
        Ok(())
    };
    let proformas = Proforma::numbers().prefix;
    let own = |field: &str, format: &NumberFormat| {
        if format.prefix == proformas {
            let detail = "is the prefix of proformas, choose another";
            return Err(Invalid::one(field, "number_format.same_prefix", detail));
        }
        Ok(())
    };
    Invalid::gather([
        own("invoice_numbers/prefix", invoices),
        own("credit_note_numbers/prefix", credit_notes),
        invoices.check().map_err(|invalid| invalid.under("invoice_numbers")),
        credit_notes.check().map_err(|invalid| invalid.under("credit_note_numbers")),
        apart,
    ])
}

/// The form of a tz name. Whether the database has it is known outside of the domain.
fn check_time_zone(name: &str) -> Result<(), Invalid> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(legal) {
        let detail = "use a name of the tz database, such as Europe/Berlin";
        return Err(Invalid::one("time_zone", "time_zone.malformed", detail));
    }
    Ok(())
}
