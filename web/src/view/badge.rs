//! A state as a dot, a word and a tint.

use std::fmt;

use askama::filters::HtmlSafe;

use super::Escaped;

/// What a state means for the reader; the stylesheet has one pair of colours for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Settled, healthy, proven.
    Green,
    /// Under way, nothing to do.
    Blue,
    /// Wants attention soon.
    Amber,
    /// Wants attention now.
    Red,
    /// Reversed.
    Violet,
    /// At rest.
    Grey,
}

impl Tone {
    /// The class name of the stylesheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Green => "green",
            Tone::Blue => "blue",
            Tone::Amber => "amber",
            Tone::Red => "red",
            Tone::Violet => "violet",
            Tone::Grey => "grey",
        }
    }
}

/// A state: the same word in list, detail, API and CSV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Badge {
    tone: Tone,
    word: String,
}

impl Badge {
    /// A badge that says `word`.
    pub(crate) fn new(tone: Tone, word: impl Into<String>) -> Badge {
        Badge { tone, word: word.into() }
    }

    /// The payment status of an invoice (INV-26), by the word the API uses.
    pub(crate) fn invoice(status: &str) -> Badge {
        let (tone, word) = match status {
            "draft" => (Tone::Grey, "Draft"),
            "open" => (Tone::Blue, "Open"),
            "partially_paid" => (Tone::Amber, "Partially paid"),
            "paid" => (Tone::Green, "Paid"),
            "overdue" => (Tone::Red, "Overdue"),
            "void" => (Tone::Grey, "Void"),
            "refunded" => (Tone::Violet, "Refunded"),
            "uncollectible" => (Tone::Violet, "Uncollectible"),
            "discarded" => (Tone::Grey, "Discarded"),
            other => (Tone::Grey, other),
        };
        Badge::new(tone, word)
    }

    /// The word alone.
    pub(crate) fn word(&self) -> &str {
        &self.word
    }
}

impl fmt::Display for Badge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"<span class="badge {}">{}</span>"#, self.tone.class(), Escaped(&self.word))
    }
}

impl HtmlSafe for Badge {}
