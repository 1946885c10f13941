//! What can have happened to a seller.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::affiliate::CommissionTerms;
use crate::client::CustomField;
use crate::kernel::aggregate::name_events;
use crate::kernel::{Country, Currency, EventBody, NumberFormat};
use crate::subscription::Conventions;

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
    /// Later documents are numbered in another way.
    InvoiceNumbersSet {
        /// How invoices are numbered from now on.
        invoice_numbers: NumberFormat,
        /// How credit notes are numbered from now on.
        credit_note_numbers: NumberFormat,
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
    /// The clock of a test seller was moved forward.
    TestClockMoved {
        /// What it shows now.
        to: DateTime<Utc>,
    },
    /// The books were closed to changes.
    Suspended {
        /// Why.
        reason: String,
    },
    /// The books are open again.
    Resumed {},
}

name_events!(TenantEvent {
    Opened => "tenant.opened" v "1",
    Renamed => "tenant.renamed" v "1",
    VatIdSet => "tenant.vat_id_set" v "1",
    InvoiceNumbersSet => "tenant.invoice_numbers_set" v "1",
    ConventionsSet => "tenant.conventions_set" v "1",
    SecondFactorSet => "tenant.second_factor_set" v "1",
    AffiliateTermsSet => "tenant.affiliate_terms_set" v "1",
    CustomFieldDefined => "tenant.custom_field_defined" v "1",
    CustomFieldRetired => "tenant.custom_field_retired" v "1",
    TestClockMoved => "tenant.test_clock_moved" v "1",
    Suspended => "tenant.suspended" v "1",
    Resumed => "tenant.resumed" v "1",
});

impl EventBody for TenantEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }
}
