//! Features and options as lines of a text field, and back.
//!
//! Guarantees that what is shown is read back as it was, unless a name has the very sign that ends
//! it, and that whatever is wrong is told with its line. Absent on purpose: the rules, which are
//! the domain's.

use billfold_domain::kernel::{Currency, Money};
use billfold_domain::product::{Feature, OptionChoice, OptionKind, ProductOption};

/// One feature a line: `Disk: 10 GB`.
pub(super) fn features(known: &[Feature]) -> String {
    let line = |feature: &Feature| format!("{}: {}", feature.key, feature.value);
    known.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The features in a text; a line without a colon has no value.
pub(super) fn read_features(text: &str) -> Vec<Feature> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let feature = |line: &str| {
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        Feature { key: key.trim().to_owned(), value: value.trim().to_owned() }
    };
    lines.map(feature).collect()
}

/// One option a line, each choice on a line below it that begins with a dash.
pub(super) fn options(known: &[ProductOption]) -> String {
    let mut lines = Vec::new();
    for option in known {
        let required = if option.required { " | required" } else { "" };
        lines.push(format!("{} | {} | {}{required}", option.key, option.label, word(option.kind)));
        for choice in &option.choices {
            let amounts = choice.surcharges.iter();
            let amounts: Vec<_> = amounts
                .map(|money| format!("{} {}", money.to_major(), money.currency().code()))
                .collect();
            let more = if amounts.is_empty() { String::new() } else { " | ".to_owned() };
            let (key, label) = (&choice.key, &choice.label);
            lines.push(format!("- {key} | {label}{more}{}", amounts.join(", ")));
        }
    }
    lines.join("\n")
}

/// Options that were read, with the number of the line of each and of each choice.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) options: Vec<ProductOption>,
    lines: Vec<(usize, Vec<usize>)>,
}

/// The options in a text, or what is wrong with its first wrong line.
pub(super) fn read_options(text: &str) -> Result<Read, String> {
    let mut read = Read::default();
    for (at, line) in text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())) {
        let wrong = |detail: &str| format!("line {at}: {detail}");
        if let Some(choice) = line.strip_prefix('-') {
            let choice = read_choice(choice).map_err(|detail| wrong(&detail))?;
            let (Some(option), Some(lines)) = (read.options.last_mut(), read.lines.last_mut())
            else {
                return Err(wrong("a choice stands below the option that it is of"));
            };
            option.choices.push(choice);
            lines.1.push(at);
        } else if !line.is_empty() {
            read.options.push(read_option(line).map_err(|detail| wrong(&detail))?);
            read.lines.push((at, Vec::new()));
        }
    }
    Ok(read)
}

impl Read {
    /// What is wrong at a pointer such as `options/1/choices/0/key`, told with its line.
    pub(super) fn told(&self, pointer: &str, detail: &str) -> String {
        let mut parts = pointer.split('/').filter_map(|part| part.parse::<usize>().ok());
        let option = parts.next().and_then(|at| self.lines.get(at));
        let choices = pointer.contains("/choices/");
        let choice = parts.next().filter(|_| choices);
        match (option, choice) {
            (None, _) => detail.to_owned(),
            (Some((line, lines)), choice) => {
                let line = choice.and_then(|at| lines.get(at)).unwrap_or(line);
                format!("line {line}: {detail}")
            }
        }
    }
}

fn read_option(line: &str) -> Result<ProductOption, String> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let (key, label, kind, required) = match parts.as_slice() {
        [key, label, kind] => (key, label, kind, false),
        [key, label, kind, "required"] => (key, label, kind, true),
        _ => return Err("write: key | question | kind, and | required at the end".to_owned()),
    };
    let found = OptionKind::ALL.into_iter().find(|known| word(*known) == *kind);
    let kind = found.ok_or_else(|| {
        let words: Vec<_> = OptionKind::ALL.into_iter().map(word).collect();
        format!("the kind is one of {}", words.join(", "))
    })?;
    let (key, label) = ((*key).to_owned(), (*label).to_owned());
    Ok(ProductOption { key, label, kind, required, choices: Vec::new() })
}

fn read_choice(line: &str) -> Result<OptionChoice, String> {
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    let (key, label, amounts) = match parts.as_slice() {
        [key, label] => (key, label, ""),
        [key, label, amounts] => (key, label, *amounts),
        _ => return Err("write: - key | label, and | 2.00 EUR at the end".to_owned()),
    };
    let amounts = amounts.split(',').map(str::trim).filter(|amount| !amount.is_empty());
    let surcharges = amounts.map(read_amount).collect::<Result<_, _>>()?;
    Ok(OptionChoice { key: (*key).to_owned(), label: (*label).to_owned(), surcharges })
}

fn read_amount(text: &str) -> Result<Money, String> {
    let (amount, currency) = text
        .rsplit_once(' ')
        .ok_or_else(|| format!("write an amount and its currency instead of {text}"))?;
    let currency = Currency::parse(currency).map_err(|no| no.to_string())?;
    Money::parse_major(amount.trim(), currency).map_err(|no| no.to_string())
}

fn word(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::YesNo => "yes-no",
        other => other.word(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "hostname | Name of the server | text | required\n\
        location | Where it stands | choice\n\
        - fra | Frankfurt\n\
        - ash | Ashburn | 2.00 EUR, 2.50 USD\n\
        backup | Daily backups | yes-no";

    #[test]
    fn options_are_read_back_as_they_were_shown() {
        let read = read_options(TEXT).unwrap();
        assert_eq!(read.options.len(), 3);
        assert_eq!(read.options[1].choices[1].surcharges.len(), 2);
        assert_eq!(options(&read.options), TEXT);
        assert_eq!(read_options("").unwrap(), Read::default());
    }

    #[test]
    fn a_wrong_line_is_told_with_its_number() {
        let wrong = |text: &str| read_options(text).unwrap_err();
        assert!(wrong("\nhostname").starts_with("line 2: write"));
        assert!(wrong("a | A | list").starts_with("line 1: the kind is one of text, number"));
        assert!(wrong("- a | A").starts_with("line 1: a choice stands below"));
        assert!(wrong("a | A | choice\n- b | B | 2.00").starts_with("line 2: write an amount"));
        assert!(wrong("a | A | choice\n- b | B | 2.001 EUR").starts_with("line 2: "));
    }

    #[test]
    fn a_refusal_of_the_domain_is_told_with_its_line() {
        let read = read_options(TEXT).unwrap();
        assert_eq!(read.told("options/1/choices/1/surcharges/0", "no"), "line 4: no");
        assert_eq!(read.told("options/2/key", "no"), "line 5: no");
        assert_eq!(read.told("options", "too many"), "too many");
    }

    #[test]
    fn features_are_read_back_as_they_were_shown() {
        let text = "Disk: 10 GB\nBackups: daily, kept: a week";
        let read = read_features(text);
        assert_eq!(
            (read[1].key.as_str(), read[1].value.as_str()),
            ("Backups", "daily, kept: a week")
        );
        assert_eq!(features(&read), text);
        assert_eq!(read_features("Disk")[0].value, "");
    }
}
