//! What an action did, said once on the page after it.
//!
//! It travels in the address (`?done=`), as one of the words below, so it needs no storage and
//! shows no text that a stranger could put there. Absent on purpose: free text and markup.

/// A sentence about a finished action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flash {
    /// The icon before it.
    pub(crate) icon: &'static str,
    /// The class of the toast: empty, `amber` or `red`.
    pub(crate) tone: &'static str,
    /// The sentence.
    pub(crate) text: &'static str,
}

const DONE: &[(&str, &str)] = &[
    ("client", "Client registered."),
    ("suspended", "Client suspended."),
    ("activated", "Client activated."),
    ("erased", "Personal data erased. Amounts and the chain are unchanged."),
    ("details", "Details of the client saved."),
    ("contact", "Contact added."),
    ("contact-set", "Contact changed."),
    ("contact-removed", "Contact removed."),
    ("note", "Note written."),
    ("note-removed", "Note removed."),
    ("custom-fields", "Custom fields set."),
    ("custom-field", "Custom field defined. It counts when values are set."),
    ("custom-field-retired", "Custom field retired."),
    ("product", "Product created."),
    ("product-set", "Product changed. It counts for new sales."),
    ("product-retired", "Product retired. What was sold goes on."),
    ("price", "Price set."),
    ("tax-rate", "Tax rate set. It counts from its first day on."),
    ("tax-ended", "Tax ended."),
    ("group", "Client group created."),
    ("group-set", "Client group changed. It counts for new sales."),
    ("tax-facts", "Tax facts of the client set."),
    ("grouped", "Group of the client set. It counts for new sales."),
    ("coupon", "Coupon created."),
    ("coupon-terms", "Coupon changed. What was reserved keeps the terms it had."),
    ("coupon-off", "Coupon switched off."),
    ("coupon-on", "Coupon switched on."),
    ("coupon-archived", "Coupon archived."),
    ("coupon-applied", "Coupon applied to the draft."),
    ("coupon-attached", "Coupon attached. It comes off what is billed from now on."),
    ("coupon-taken-off", "Coupon taken off."),
    ("gift-redeemed", "Gift card redeemed. It is credit of the client now."),
    ("gift-cancelled", "Gift card cancelled. What was left is credit of the client."),
    ("gift-expired", "Gift card expired."),
    ("retired", "Product retired."),
    ("ordered", "Order placed. Nothing is billed until it is accepted."),
    ("order-accepted", "Order accepted. What recurs began, and what is due is billed."),
    ("order-held", "Order held back."),
    ("order-released", "Order released."),
    ("order-completed", "Order completed."),
    ("order-cancelled", "Order cancelled."),
    ("draft", "Draft saved. It has no number until it is issued."),
    ("revised", "Draft saved."),
    ("discarded", "Draft discarded."),
    ("issued", "Invoice issued and posted to the ledger."),
    ("voided", "Invoice voided by a credit note."),
    ("proforma", "Proforma issued. The draft ended with it; see Proformas."),
    ("converted", "The proforma is an invoice now, posted to the ledger."),
    ("proforma-paid", "Payment recorded. The proforma is a paid invoice now."),
    ("withdrawn", "Proforma withdrawn."),
    ("credited", "Credit note issued and posted to the ledger."),
    ("written-off", "Invoice written off."),
    ("subscribed", "Subscription begun. What was due is billed."),
    ("terms", "Subscription changed."),
    ("service-paused", "Subscription paused. What was billed and not used went back."),
    ("service-resumed", "Subscription resumed. What was due is billed."),
    ("cancelled", "Subscription cancelled."),
    ("ending", "Subscription ends when what is billed has run out."),
    ("terms-kept", "The change to come is taken back."),
    ("goes-on", "Cancellation withdrawn. The subscription goes on."),
    ("billing-run", "The billing run is under way."),
    ("period-closed", "The month is closed. It keeps its figures."),
    ("period-asked", "Asked to reopen the month. Another person has to do it."),
    ("period-reopened", "The month is open again."),
    ("recognised", "Revenue recognised and posted to the ledger."),
    ("gift-cards-expired", "Gift cards expired. What was left on them is earned."),
    ("test-clock", "The clock was moved, with everything those days brought."),
    ("dunning-looked", "Done what dunning wants today."),
    ("dunning-promised", "Promise noted. Nothing happens until the day is over."),
    ("dunning-held", "Dunning rests until it is released."),
    ("dunning-released", "Dunning goes on."),
    ("dunning-stopped", "Dunning stopped for good."),
    ("strategy", "Strategy created. Choose for whom it holds."),
    ("strategy-chosen", "Strategy chosen for cases that begin from now on."),
    ("strategy-withdrawn", "Strategy withdrawn. The next one up holds."),
    ("strategy-retired", "Strategy retired."),
    ("payment", "Payment recorded and posted to the ledger."),
    ("credit-used", "Credit set against the invoice."),
    ("matched", "Payment set against the invoice."),
    ("refund", "Refund promised. What it had paid is owed again."),
    ("refund-sent", "Refund sent and posted to the ledger."),
    ("refund-failed", "Refund taken back. The money is the client's again."),
    ("dispute", "Dispute recorded. What it had paid is owed again."),
    ("dispute-decided", "Dispute decided and posted to the ledger."),
    ("dispute-fee", "Fee of the dispute posted to the ledger."),
    ("conventions", "Conventions saved. They hold for what is billed from now on."),
    ("programme", "Terms of the programme saved."),
    ("affiliate", "The client is an affiliate now, and waits for approval."),
    ("referred", "Recorded who brought the client."),
    ("affiliate-approved", "Affiliate approved."),
    ("affiliate-suspended", "Affiliate suspended."),
    ("affiliate-resumed", "Affiliate resumed."),
    ("affiliate-terms", "Terms set."),
    ("commissions-approved", "Commissions approved. They are owed."),
    ("commission-rejected", "Commission rejected. Nothing of it is owed."),
    ("paid-out", "Paid out, or on its way."),
    ("payout-sent", "Payout recorded and posted to the ledger."),
    ("payout-failed", "Payout failed. What was in it is owed again."),
    ("rebuild", "Rebuild started beside the live read model."),
    ("paused", "Read model paused."),
    ("resumed", "Read model follows the log again."),
    ("verified", "Verification started."),
    ("welcome", "Signed in."),
];

const NOT_QUITE: &[(&str, &str)] = &[
    ("late", "Saved. This page is still catching up: reload in a moment."),
    ("no-draft", "It is no draft any more, so its lines cannot be changed."),
];

impl Flash {
    /// The sentence for the word in the address, if it is one of ours.
    pub(crate) fn of(word: &str) -> Option<Flash> {
        let of = |said: &[(&str, &'static str)], icon, tone| {
            let (_, text) = said.iter().find(|(known, _)| *known == word)?;
            Some(Flash { icon, tone, text })
        };
        of(DONE, "circle-check", "").or_else(|| of(NOT_QUITE, "clock", "amber"))
    }
}
