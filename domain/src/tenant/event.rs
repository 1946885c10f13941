//! What can have happened to a seller.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::affiliate::CommissionTerms;
use crate::approval::ApprovalLimits;
use crate::client::CustomField;
use crate::invoice::Letterhead;
use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, Country, Currency, EventBody, ImageHash, NumberFormat, TenantId};
use crate::schedule::ScheduleChoice;
use crate::subscription::Conventions;
use crate::tenant::{Brand, HostName};

/// A fact about a seller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenantEvent {
    /// The books were opened.
    Opened {
        /// Legal name, as documents show it.
        name: String,
        /// Where the seller is established.
        country: Country,
        /// Currency of the books.
        currency: Currency,
        /// Name in the tz database, such as `Europe/Berlin`; decides what day it is.
        time_zone: String,
        /// How invoices are numbered.
        invoice_numbers: NumberFormat,
        /// How credit notes are numbered.
        credit_note_numbers: NumberFormat,
        /// Days between issue and due date, unless said otherwise.
        payment_term_days: u16,
        /// Tax number, as documents show it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        vat_id: Option<String>,
        /// Where the clock of a test seller begins; nothing for one whose clock is real.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        test_clock: Option<DateTime<Utc>>,
    },
    /// The legal name changed; documents already issued keep the old one.
    Renamed {
        /// The new name.
        name: String,
    },
    /// The tax number changed; documents already issued keep the old one.
    VatIdSet {
        /// The new number, or none.
        vat_id: Option<String>,
    },
    /// Where it is reached and paid changed; documents already issued keep the old words.
    LetterheadSet {
        /// All of it.
        letterhead: Letterhead,
    },
    /// Later documents are numbered in another way.
    InvoiceNumbersSet {
        /// How invoices are numbered from now on.
        invoice_numbers: NumberFormat,
        /// How credit notes are numbered from now on.
        credit_note_numbers: NumberFormat,
    },
    /// Later documents are due after another time, unless said otherwise; issued ones stay due
    /// when they were.
    PaymentTermSet {
        /// Days between issue and due date from now on.
        days: u16,
    },
    /// Something is done by itself at other times, or not any more (ES-19, OPS-06).
    ScheduleSet {
        /// What: the key of a job, such as `bill_due_subscriptions`.
        job: String,
        /// When.
        choice: ScheduleChoice,
    },
    /// Time becomes money in another way; what is billed stays as it is.
    ConventionsSet {
        /// How, from now on.
        conventions: Conventions,
    },
    /// A second step is asked of all staff from now on, or left to each.
    SecondFactorSet {
        /// Whether everybody needs one.
        demanded: bool,
    },
    /// Clients may register by themselves from now on, or not any more (API-010).
    ClientRegistrationSet {
        /// Whether they may.
        open: bool,
    },
    /// Affiliates who are approved later get other terms; agreements stay as they are.
    AffiliateTermsSet {
        /// What they get from now on.
        terms: CommissionTerms,
    },
    /// Something is asked of clients that not every seller asks; values that are kept stay.
    CustomFieldDefined {
        /// What; it replaces a field of the same key.
        field: CustomField,
    },
    /// It is asked no longer; values that are kept go when they are set again.
    CustomFieldRetired {
        /// The field's name for machines.
        key: String,
    },
    /// A second person is wanted above other sums from now on.
    ApprovalLimitsSet {
        /// All of them.
        limits: ApprovalLimits,
    },
    /// The clock of a test seller was moved forward.
    TestClockMoved {
        /// What it shows now.
        to: DateTime<Utc>,
    },
    /// Its pages look otherwise.
    BrandSet {
        /// How, from now on.
        brand: Brand,
    },
    /// Its pages show another picture beside the name, or none.
    LogoSet {
        /// Which.
        logo: Option<ImageHash>,
    },
    /// It is found under one more name.
    HostNameTaken {
        /// The name.
        host_name: HostName,
    },
    /// Somebody else may be found under that name.
    HostNameReleased {
        /// The name.
        host_name: HostName,
    },
    /// Its staff look after the sellers of the installation.
    OperatorAppointed {},
    /// They do so no longer.
    OperatorDismissed {},
    /// Its staff opened the books of another seller.
    SellerCreated {
        /// The other one.
        tenant_id: TenantId,
    },
    /// The books were closed to changes.
    Suspended {
        /// Why.
        reason: String,
    },
    /// The books are open again.
    Resumed {},
    /// The books were closed for good; what is in them stays to be read.
    Closed {
        /// Why.
        reason: String,
        /// The names that others may take from now on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        host_names: Vec<HostName>,
    },
}

impl TenantEvent {
    /// What host names are unique in: the installation, not the seller.
    pub const HOST_NAME_SCOPE: &'static str = "installation.host_name";
    /// What the operator of the installation holds.
    pub const OPERATOR_SCOPE: &'static str = "installation.operator";
    /// The one key in [`Self::OPERATOR_SCOPE`].
    pub const OPERATOR_KEY: &'static str = "operator";
}

name_events!(TenantEvent {
    Opened => "tenant.opened" v "1",
    Renamed => "tenant.renamed" v "1",
    VatIdSet => "tenant.vat_id_set" v "1",
    LetterheadSet => "tenant.letterhead_set" v "1",
    InvoiceNumbersSet => "tenant.invoice_numbers_set" v "1",
    PaymentTermSet => "tenant.payment_term_set" v "1",
    ScheduleSet => "tenant.schedule_set" v "1",
    ConventionsSet => "tenant.conventions_set" v "1",
    SecondFactorSet => "tenant.second_factor_set" v "1",
    ClientRegistrationSet => "tenant.client_registration_set" v "1",
    AffiliateTermsSet => "tenant.affiliate_terms_set" v "1",
    CustomFieldDefined => "tenant.custom_field_defined" v "1",
    CustomFieldRetired => "tenant.custom_field_retired" v "1",
    ApprovalLimitsSet => "tenant.approval_limits_set" v "1",
    TestClockMoved => "tenant.test_clock_moved" v "1",
    BrandSet => "tenant.brand_set" v "1",
    LogoSet => "tenant.logo_set" v "1",
    HostNameTaken => "tenant.host_name_taken" v "1",
    HostNameReleased => "tenant.host_name_released" v "1",
    OperatorAppointed => "tenant.operator_appointed" v "1",
    OperatorDismissed => "tenant.operator_dismissed" v "1",
    SellerCreated => "tenant.seller_created" v "1",
    Suspended => "tenant.suspended" v "1",
    Resumed => "tenant.resumed" v "1",
    Closed => "tenant.closed" v "1",
});

impl EventBody for TenantEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn claims(&self) -> Vec<Claim> {
        let scope = Self::HOST_NAME_SCOPE;
        let name = |host_name: &HostName| host_name.as_str().to_owned();
        let operator = || Self::OPERATOR_KEY.to_owned();
        match self {
            Self::HostNameTaken { host_name } => vec![Claim::Take { scope, key: name(host_name) }],
            Self::HostNameReleased { host_name } => {
                vec![Claim::Release { scope, key: name(host_name) }]
            }
            Self::Closed { host_names, .. } => {
                host_names.iter().map(|own| Claim::Release { scope, key: name(own) }).collect()
            }
            Self::OperatorAppointed {} => {
                vec![Claim::Take { scope: Self::OPERATOR_SCOPE, key: operator() }]
            }
            Self::OperatorDismissed {} => {
                vec![Claim::Release { scope: Self::OPERATOR_SCOPE, key: operator() }]
            }
            Self::Opened { .. }
            | Self::Renamed { .. }
            | Self::VatIdSet { .. }
            | Self::LetterheadSet { .. }
            | Self::InvoiceNumbersSet { .. }
            | Self::PaymentTermSet { .. }
            | Self::ScheduleSet { .. }
            | Self::ConventionsSet { .. }
            | Self::SecondFactorSet { .. }
            | Self::AffiliateTermsSet { .. }
            | Self::ApprovalLimitsSet { .. }
            | Self::ClientRegistrationSet { .. }
            | Self::CustomFieldDefined { .. }
            | Self::CustomFieldRetired { .. }
            | Self::TestClockMoved { .. }
            | Self::BrandSet { .. }
            | Self::LogoSet { .. }
            | Self::SellerCreated { .. }
            | Self::Suspended { .. }
            | Self::Resumed {} => Vec::new(),
        }
    }
}
