//! The chart of accounts: one list, used by every rule.
//!
//! Guarantees that a code stands for one account for ever. Absent on purpose: accounts of a
//! seller's own; exports map these codes to theirs.

use crate::ledger::{Account, AccountCode, AccountKind};

/// Money a gateway has or had for us; the detail names the gateway.
pub const GATEWAY_CLEARING: AccountCode = AccountCode::listed("1100");
/// What clients owe on issued invoices.
pub const RECEIVABLE: AccountCode = AccountCode::listed("1200");
/// What a dispute took back until it is decided.
pub const DISPUTES: AccountCode = AccountCode::listed("1210");
/// Money on our own accounts.
pub const BANK: AccountCode = AccountCode::listed("1300");
/// What clients may spend.
pub const CUSTOMER_CREDIT: AccountCode = AccountCode::listed("2100");
/// What gift cards are still worth.
pub const GIFT_CARDS: AccountCode = AccountCode::listed("2150");
/// Tax to hand on; the detail names country and rate.
pub const TAX_PAYABLE: AccountCode = AccountCode::listed("2200");
/// Service billed ahead of its days.
pub const DEFERRED_REVENUE: AccountCode = AccountCode::listed("2300");
/// What we promised to send back.
pub const REFUNDS_PAYABLE: AccountCode = AccountCode::listed("2400");
/// Money nobody has matched to an invoice.
pub const UNAPPLIED_CASH: AccountCode = AccountCode::listed("2450");
/// What affiliates earned.
pub const COMMISSION_PAYABLE: AccountCode = AccountCode::listed("2500");
/// What was sold; the detail names the kind of line.
pub const REVENUE: AccountCode = AccountCode::listed("4000");
/// Gift cards that expired.
pub const BREAKAGE: AccountCode = AccountCode::listed("4100");
/// Fees for paying late.
pub const LATE_FEES: AccountCode = AccountCode::listed("4200");
/// What was given up and came after all.
pub const BAD_DEBT_RECOVERED: AccountCode = AccountCode::listed("4300");
/// What a better rate brought.
pub const FX_GAIN: AccountCode = AccountCode::listed("4400");
/// What gateways keep.
pub const PAYMENT_FEES: AccountCode = AccountCode::listed("5100");
/// What was given up.
pub const BAD_DEBT: AccountCode = AccountCode::listed("5200");
/// What affiliates cost.
pub const COMMISSION_EXPENSE: AccountCode = AccountCode::listed("5300");
/// What a worse rate cost.
pub const FX_LOSS: AccountCode = AccountCode::listed("5400");
/// Cents nobody owns.
pub const ROUNDING: AccountCode = AccountCode::listed("5900");

/// Every account, by code.
pub const CHART: &[Account] = &[
    listed(GATEWAY_CLEARING, "Gateway clearing", AccountKind::Asset),
    listed(RECEIVABLE, "Accounts receivable", AccountKind::Asset),
    listed(DISPUTES, "Disputes receivable", AccountKind::Asset),
    listed(BANK, "Bank", AccountKind::Asset),
    listed(CUSTOMER_CREDIT, "Customer credit", AccountKind::Liability),
    listed(GIFT_CARDS, "Gift card liability", AccountKind::Liability),
    listed(TAX_PAYABLE, "Tax payable", AccountKind::Liability),
    listed(DEFERRED_REVENUE, "Deferred revenue", AccountKind::Liability),
    listed(REFUNDS_PAYABLE, "Refunds payable", AccountKind::Liability),
    listed(UNAPPLIED_CASH, "Unapplied cash", AccountKind::Liability),
    listed(COMMISSION_PAYABLE, "Commission payable", AccountKind::Liability),
    listed(REVENUE, "Revenue", AccountKind::Income),
    listed(BREAKAGE, "Breakage revenue", AccountKind::Income),
    listed(LATE_FEES, "Late fee income", AccountKind::Income),
    listed(BAD_DEBT_RECOVERED, "Bad debt recovered", AccountKind::Income),
    listed(FX_GAIN, "Exchange gain", AccountKind::Income),
    listed(PAYMENT_FEES, "Payment fees", AccountKind::Expense),
    listed(BAD_DEBT, "Bad debt", AccountKind::Expense),
    listed(COMMISSION_EXPENSE, "Commission expense", AccountKind::Expense),
    listed(FX_LOSS, "Exchange loss", AccountKind::Expense),
    listed(ROUNDING, "Rounding", AccountKind::Expense),
];

/// The account of a code such as `1200`.
pub fn account(code: &str) -> Option<&'static Account> {
    CHART.iter().find(|account| account.code.as_str() == code)
}

const fn listed(code: AccountCode, name: &'static str, kind: AccountKind) -> Account {
    Account { code, name, kind }
}
