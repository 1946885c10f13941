//! What may be asked of a seller.

use chrono::{DateTime, Utc};

use crate::affiliate::CommissionTerms;
use crate::approval::ApprovalLimits;
use crate::client::CustomField;
use crate::invoice::Letterhead;
use crate::kernel::{Country, Currency, ImageHash, NumberFormat, TenantId};
use crate::schedule::ScheduleChoice;
use crate::subscription::Conventions;
use crate::tenant::{Brand, HostName};

/// A request about a seller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantCommand {
    /// Open the books.
    Open(OpenBooks),
    /// Change the legal name.
    Rename {
        /// The new name, 1 to 200 characters.
        name: String,
    },
    /// Change or remove the tax number.
    SetVatId {
        /// The new number, or none.
        vat_id: Option<String>,
    },
    /// Say where it is reached and paid.
    SetLetterhead {
        /// All of it; what is missing is no longer said.
        letterhead: Letterhead,
    },
    /// Number later documents in another way.
    SetInvoiceNumbers {
        /// How to number invoices.
        invoice_numbers: NumberFormat,
        /// How to number credit notes.
        credit_note_numbers: NumberFormat,
    },
    /// Let later documents be due after another time.
    SetPaymentTerm {
        /// Days between issue and due date, at most 365.
        days: u16,
    },
    /// Let something be done by itself at other times, or not any more.
    SetSchedule {
        /// What: the key of a job, such as `bill_due_subscriptions`.
        job: String,
        /// When.
        choice: ScheduleChoice,
    },
    /// Turn time into money in another way, from now on.
    SetConventions {
        /// How.
        conventions: Conventions,
    },
    /// Ask a second step of all staff, or leave it to each.
    SetSecondFactor {
        /// Whether everybody needs one.
        demanded: bool,
    },
    /// Let clients register by themselves, or no longer.
    SetClientRegistration {
        /// Whether they may.
        open: bool,
    },
    /// Offer affiliates other terms, from now on.
    SetAffiliateTerms {
        /// What an affiliate gets who is approved without terms of their own.
        terms: CommissionTerms,
    },
    /// Ask something of clients that not every seller asks; a field of that key is replaced.
    DefineCustomField {
        /// What.
        field: CustomField,
    },
    /// Ask it no longer.
    RetireCustomField {
        /// The field's name for machines.
        key: String,
    },
    /// Want a second person above other sums, from now on.
    SetApprovalLimits {
        /// All of them.
        limits: ApprovalLimits,
    },
    /// Move the clock of a test seller forward.
    MoveTestClock {
        /// What it is to show, at most 400 days later than now.
        to: DateTime<Utc>,
    },
    /// Look otherwise from now on.
    SetBrand {
        /// How.
        brand: Brand,
    },
    /// Show a picture beside the name, or none.
    SetLogo {
        /// Which; the bytes are stored beforehand.
        logo: Option<ImageHash>,
    },
    /// Be found under a name that no other seller of the installation has.
    TakeHostName {
        /// The name.
        host_name: HostName,
    },
    /// Give it up.
    ReleaseHostName {
        /// The name.
        host_name: HostName,
    },
    /// Have its staff look after the sellers of the installation.
    AppointOperator,
    /// Leave that to another one.
    DismissOperator,
    /// Note that its staff opened the books of another seller.
    NoteCreated {
        /// The other one.
        tenant_id: TenantId,
    },
    /// Close the books to changes.
    Suspend {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Open them again.
    Resume,
    /// Close the books for good.
    Close {
        /// Why, 1 to 500 characters.
        reason: String,
    },
}

/// What the books begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenBooks {
    /// Legal name, 1 to 200 characters.
    pub name: String,
    /// Where the seller is established.
    pub country: Country,
    /// Currency of the books.
    pub currency: Currency,
    /// Name in the tz database; only its form is checked here.
    pub time_zone: String,
    /// How to number invoices.
    pub invoice_numbers: NumberFormat,
    /// How to number credit notes.
    pub credit_note_numbers: NumberFormat,
    /// Days between issue and due date, at most 365.
    pub payment_term_days: u16,
    /// Tax number.
    pub vat_id: Option<String>,
    /// Makes it a test seller, whose clock begins here and stands until it is moved. It can't
    /// become a real one, nor a real one a test seller.
    pub test_clock: Option<DateTime<Utc>>,
}
