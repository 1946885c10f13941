//! Forms as Stripe reads them: brackets for members and lists, in a fixed order.

use billfold_app::ports::gateway::Payer;

/// Characters of a value of metadata at most.
const LONGEST_VALUE: usize = 500;
/// Characters of a name of metadata at most.
const LONGEST_NAME: usize = 40;
/// Entries of metadata at most.
const MOST_ENTRIES: usize = 50;
/// Characters of a description at most.
const LONGEST_DESCRIPTION: usize = 1_000;
/// Characters of a customer's name at most.
const LONGEST_CUSTOMER: usize = 256;
/// Characters of a mail address at most.
const LONGEST_EMAIL: usize = 512;

/// Names and values, in the order they were added. `Debug` tells no values: they may be personal.
#[derive(Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// One without a field.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// With a field.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// With a field, if there is a value.
    pub(super) fn with_some(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With what the payer reads of it; nothing for an empty text.
    pub(super) fn description(self, name: &str, text: &str) -> Self {
        let text = cut(text, LONGEST_DESCRIPTION);
        self.with_some(name, (!text.is_empty()).then_some(text))
    }

    /// With metadata under a name such as `metadata`: as many as Stripe keeps, cut to what it
    /// takes. The first are those we look up by.
    pub(super) fn metadata<'a>(
        self,
        under: &str,
        entries: impl IntoIterator<Item = (&'a str, String)>,
    ) -> Self {
        let fits =
            entries.into_iter().filter(|(name, _)| !name.is_empty() && name.len() <= LONGEST_NAME);
        let cut_to_fit = fits.map(|(name, value)| (name, cut(&value, LONGEST_VALUE)));
        let said = cut_to_fit.filter(|(_, value)| !value.is_empty());
        said.take(MOST_ENTRIES)
            .fold(self, |form, (name, value)| form.with(&format!("{under}[{name}]"), value))
    }

    /// The pairs, as they are sent.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The pairs as a query or a body.
    pub(super) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }

    /// A short digest of the whole: the same for the same form.
    pub(super) fn digest(&self) -> String {
        format!("{:08x}", crc32fast::hash(self.encoded().as_bytes()))
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// The first characters of a text on one line.
pub(super) fn cut(text: &str, most: usize) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).skip_while(|c| c.is_whitespace()).take(most).collect()
}

/// The name of a payer that Stripe takes, if there is one.
pub(super) fn name_of(payer: &Payer) -> Option<String> {
    let name = payer.name.as_deref().map(|name| cut(name, LONGEST_CUSTOMER));
    name.filter(|name| !name.is_empty())
}

/// The mail address of a payer, unless Stripe would refuse its length.
pub(super) fn email_of(payer: &Payer) -> Option<String> {
    let email = payer.email.as_deref().map(str::trim);
    email.filter(|email| (1..=LONGEST_EMAIL).contains(&email.len())).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_stays_within_its_limits() {
        let names: Vec<String> = (0..70).map(|at| format!("reference_{at}")).collect();
        let entries = names.iter().map(|name| (name.as_str(), "ü".repeat(900)));
        let long = "n".repeat(41);
        let all = [(long.as_str(), "x".to_owned()), ("empty", String::new())];
        let form = Form::new().metadata("metadata", all.into_iter().chain(entries));
        assert_eq!(form.pairs().len(), 50);
        for (name, value) in form.pairs() {
            assert!(name.starts_with("metadata[reference_"), "{name}");
            assert_eq!(value.chars().count(), 500);
        }
    }

    #[test]
    fn a_form_keeps_its_order_and_shows_no_value() {
        let form = Form::new().with("amount", "1999").with("metadata[a]", "b & c");
        assert_eq!(form.encoded(), "amount=1999&metadata%5Ba%5D=b+%26+c");
        assert_eq!(format!("{form:?}"), r#"{"amount", "metadata[a]"}"#);
        assert_ne!(form.digest(), Form::new().with("amount", "1999").digest());
    }
}
