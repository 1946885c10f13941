//! What is asked when a product is ordered (PRD-09).

use serde::{Deserialize, Serialize};

use crate::kernel::text::{check_key, check_line};
use crate::kernel::{Currency, Invalid, Money, Quantity};

/// How many options a product may have.
const MOST_OPTIONS: usize = 50;
/// How many choices an option may have.
const MOST_CHOICES: usize = 100;

/// One thing that is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductOption {
    /// Its name for machines: lower case letters, digits, `_` and `-`, at most 40; unique within
    /// the product.
    pub key: String,
    /// What people are asked, 1 to 200 characters.
    pub label: String,
    /// What an answer is.
    pub kind: OptionKind,
    /// Whether an answer must be given.
    pub required: bool,
    /// What can be chosen: 1 to 100 where one is chosen, none otherwise.
    pub choices: Vec<OptionChoice>,
}

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    /// A line of text.
    Text,
    /// A number.
    Number,
    /// One of the choices.
    Choice,
    /// Yes or no.
    YesNo,
}

impl OptionKind {
    /// Every kind, in the order screens list them.
    pub const ALL: [Self; 4] = [Self::Text, Self::Number, Self::Choice, Self::YesNo];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Choice => "choice",
            Self::YesNo => "yes_no",
        }
    }
}

/// One thing that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionChoice {
    /// Its name for machines: lower case letters, digits, `_` and `-`, at most 40; unique within
    /// the option.
    pub key: String,
    /// What people read, 1 to 200 characters.
    pub label: String,
    /// What it costs more per cycle, without tax; not negative, once per currency.
    pub surcharges: Vec<Money>,
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply<'a> {
    /// A line of text.
    Text(&'a str),
    /// A number.
    Number(Quantity),
    /// One of the choices.
    Choice(&'a OptionChoice),
    /// Yes or no.
    YesNo(bool),
}

impl ProductOption {
    /// Reads an answer: a line of at most 500 characters, a number of up to six decimals, the key
    /// of a choice, or `yes` or `no`.
    pub fn read<'a>(&'a self, answer: &'a str) -> Result<Reply<'a>, Invalid> {
        match self.kind {
            OptionKind::Text => check_line("answer", answer, 500).map(|()| Reply::Text(answer)),
            OptionKind::Number => answer.parse().map(Reply::Number).map_err(|_| {
                let detail = "write a number, such as 4 or 2.5";
                Invalid::one("answer", "order.answer_no_number", detail)
            }),
            OptionKind::Choice => {
                let choice = self.choices.iter().find(|choice| choice.key == answer);
                choice.map(Reply::Choice).ok_or_else(|| {
                    let keys: Vec<_> = self.choices.iter().map(|one| one.key.as_str()).collect();
                    let detail = format!("choose one of {}", keys.join(", "));
                    Invalid::one("answer", "order.answer_no_choice", detail)
                })
            }
            OptionKind::YesNo => match answer {
                "yes" => Ok(Reply::YesNo(true)),
                "no" => Ok(Reply::YesNo(false)),
                _ => Err(Invalid::one("answer", "order.answer_not_yes_or_no", "say yes or no")),
            },
        }
    }
}

impl OptionChoice {
    /// What it costs more per cycle in a currency, without tax; nothing where no surcharge is set
    /// at all.
    ///
    /// # Errors
    /// Surcharges are set, and none of them in the currency.
    pub fn surcharge(&self, currency: Currency) -> Result<Money, Invalid> {
        let of = self.surcharges.iter().find(|money| money.currency() == currency);
        match of {
            Some(money) => Ok(*money),
            None if self.surcharges.is_empty() => Ok(Money::zero(currency)),
            None => {
                let detail = format!("{} has no price in {currency}", self.label);
                Err(Invalid::one("answer", "order.choice_without_price", detail))
            }
        }
    }
}

/// Checks every option and names each field that is wrong.
pub(super) fn check(options: &[ProductOption]) -> Result<(), Invalid> {
    if options.len() > MOST_OPTIONS {
        let detail = format!("a product has at most {MOST_OPTIONS} options");
        return Err(Invalid::one("options", "product.too_many_options", detail));
    }
    Invalid::gather(options.iter().enumerate().map(|(at, option)| {
        let known = options.iter().take(at).any(|earlier| earlier.key == option.key);
        let checks = [
            check_key("key", &option.key),
            apart(known, "product.option_twice", "another option has it"),
            check_line("label", &option.label, 200),
            check_choices(option.kind, &option.choices),
        ];
        Invalid::gather(checks).map_err(|invalid| invalid.under(&format!("options/{at}")))
    }))
}

/// Roughly how many bytes options occupy behind their pointers.
pub(super) fn weight(options: &[ProductOption]) -> usize {
    let of_choice = |choice: &OptionChoice| {
        let texts = choice.key.len().saturating_add(choice.label.len());
        texts.saturating_add(size_of_val(choice.surcharges.as_slice()))
    };
    let of_option = |option: &ProductOption| {
        let texts = option.key.len().saturating_add(option.label.len());
        let choices: usize = option.choices.iter().map(of_choice).sum();
        texts.saturating_add(size_of_val(option.choices.as_slice())).saturating_add(choices)
    };
    let more: usize = options.iter().map(of_option).sum();
    size_of_val(options).saturating_add(more)
}

fn apart(known: bool, code: &'static str, detail: &str) -> Result<(), Invalid> {
    match known {
        true => Err(Invalid::one("key", code, detail)),
        false => Ok(()),
    }
}

fn check_choices(kind: OptionKind, choices: &[OptionChoice]) -> Result<(), Invalid> {
    let wrong = |code, detail: String| Err(Invalid::one("choices", code, detail));
    match (kind, choices.len()) {
        (OptionKind::Choice, 1..=MOST_CHOICES) => {}
        (OptionKind::Choice, _) => {
            let detail = format!("give 1 to {MOST_CHOICES} choices");
            return wrong("product.choice_count", detail);
        }
        (_, 0) => {}
        (_, _) => {
            let detail = "only an option of the kind choice has choices".to_owned();
            return wrong("product.choices_unasked", detail);
        }
    }
    Invalid::gather(choices.iter().enumerate().map(|(at, choice)| {
        let known = choices.iter().take(at).any(|earlier| earlier.key == choice.key);
        let checks = [
            check_key("key", &choice.key),
            apart(known, "product.choice_twice", "another choice has it"),
            check_line("label", &choice.label, 200),
            check_surcharges(&choice.surcharges),
        ];
        Invalid::gather(checks).map_err(|invalid| invalid.under(&format!("choices/{at}")))
    }))
}

fn check_surcharges(surcharges: &[Money]) -> Result<(), Invalid> {
    Invalid::gather(surcharges.iter().enumerate().map(|(at, money)| {
        let mut earlier = surcharges.iter().take(at);
        let (code, detail) = if money.is_negative() {
            ("product.negative_surcharge", "must not be negative")
        } else if earlier.any(|known| known.currency() == money.currency()) {
            ("product.surcharge_twice", "another surcharge is in this currency")
        } else {
            return Ok(());
        };
        Err(Invalid::one(&format!("surcharges/{at}"), code, detail))
    }))
}
