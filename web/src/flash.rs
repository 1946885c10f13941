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

const DONE: [(&str, &str); 18] = [
    ("client", "Client registered."),
    ("suspended", "Client suspended."),
    ("activated", "Client activated."),
    ("erased", "Personal data erased. Amounts and the chain are unchanged."),
    ("product", "Product created."),
    ("price", "Price set."),
    ("retired", "Product retired."),
    ("draft", "Draft saved. It has no number until it is issued."),
    ("discarded", "Draft discarded."),
    ("issued", "Invoice issued and posted to the ledger."),
    ("voided", "Invoice voided by a credit note."),
    ("written-off", "Invoice written off."),
    ("payment", "Payment recorded and posted to the ledger."),
    ("rebuild", "Rebuild started beside the live read model."),
    ("paused", "Read model paused."),
    ("resumed", "Read model follows the log again."),
    ("verified", "Verification started."),
    ("welcome", "Signed in."),
];

impl Flash {
    /// The sentence for the word in the address, if it is one of ours.
    pub(crate) fn of(word: &str) -> Option<Flash> {
        if word == "late" {
            return Some(Flash {
                icon: "clock",
                tone: "amber",
                text: "Saved. This page is still catching up: reload in a moment.",
            });
        }
        DONE.iter().find(|(known, _)| *known == word).map(|(_, text)| Flash {
            icon: "circle-check",
            tone: "",
            text,
        })
    }
}
