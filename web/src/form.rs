//! One field of a form: label, control, hint, and what is wrong with the value that was sent.
//!
//! Guarantees: the error stands beside its field and is tied to it (`aria-describedby`, `aria-
//! invalid`), and what a person typed is shown again as typed. Absent on purpose: rules; whoever
//! handles the form sets `error`.

use askama::Template;
use askama::filters::HtmlSafe;

/// What kind of control a field is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    /// An `<input>` of this type.
    Input(&'static str),
    /// A `<select>` of value and label.
    Choice(Vec<(String, String)>),
    /// A `<textarea>` of so many lines.
    Lines(u8),
}

/// A field ready to be shown.
#[derive(Clone, Debug, Template)]
#[template(path = "form/field.html")]
pub(crate) struct Field {
    /// Name in the form and id of the control.
    pub(crate) name: String,
    /// Above the control.
    pub(crate) label: String,
    /// What stands in it.
    pub(crate) value: String,
    /// The control.
    pub(crate) control: Control,
    /// Below it: what to write here.
    pub(crate) hint: &'static str,
    /// What is wrong with the value; empty when nothing is.
    pub(crate) error: String,
    /// Whether the browser asks for a value before sending.
    pub(crate) required: bool,
    /// The browser's name for what belongs here.
    pub(crate) autocomplete: &'static str,
    /// The keyboard a phone should show.
    pub(crate) inputmode: &'static str,
}

impl HtmlSafe for Field {}

impl Field {
    /// An empty one-line field.
    pub(crate) fn input(
        name: impl Into<String>,
        label: impl Into<String>,
        kind: &'static str,
    ) -> Field {
        Field {
            name: name.into(),
            label: label.into(),
            value: String::new(),
            control: Control::Input(kind),
            hint: "",
            error: String::new(),
            required: false,
            autocomplete: "off",
            inputmode: "",
        }
    }

    /// One of `options`, given as value and label.
    pub(crate) fn choice(
        name: impl Into<String>,
        label: impl Into<String>,
        options: Vec<(String, String)>,
    ) -> Field {
        Field { control: Control::Choice(options), ..Field::input(name, label, "text") }
    }

    /// An empty field of several lines.
    pub(crate) fn lines(name: impl Into<String>, label: impl Into<String>, rows: u8) -> Field {
        Field { control: Control::Lines(rows), ..Field::input(name, label, "text") }
    }

    /// The same field with a value.
    pub(crate) fn with(self, value: impl Into<String>) -> Field {
        Field { value: value.into(), ..self }
    }

    /// The same field with a hint.
    pub(crate) fn hint(self, hint: &'static str) -> Field {
        Field { hint, ..self }
    }

    /// The same field, asked for.
    pub(crate) fn required(self) -> Field {
        Field { required: true, ..self }
    }

    /// The same field, for an amount or number.
    pub(crate) fn decimal(self) -> Field {
        Field { inputmode: "decimal", ..self }
    }

    /// The same field with the browser's name for what belongs here.
    pub(crate) fn known_as(self, autocomplete: &'static str) -> Field {
        Field { autocomplete, ..self }
    }

    /// The same field with what is wrong.
    pub(crate) fn wrong(self, error: impl Into<String>) -> Field {
        Field { error: error.into(), ..self }
    }
}
