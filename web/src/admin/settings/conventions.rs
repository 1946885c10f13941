//! How time becomes money: what the page says of it, and the fields of its form (SUB).

use billfold_domain::subscription::conventions::{
    Conventions, CreditBasis, DayCount, LastDay, MonthDays, ProrationUnit,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fields::{Fields, Wrong};
use crate::form::Field;

/// Label and value of each convention.
pub(crate) fn words(now: &Conventions) -> Vec<(&'static str, String)> {
    let month = match now.day_count {
        DayCount::Actual => "As the calendar has it".to_owned(),
        DayCount::Fixed => format!("Always {} days", now.fixed_month_days.get()),
    };
    let of = |name, options: Vec<(String, String)>, now: String| {
        let label = options.into_iter().find(|(key, _)| *key == now).map(|(_, label)| label);
        (name, label.unwrap_or(now))
    };
    vec![
        of("A part of a period is measured", units(), word(&now.proration)),
        ("A month has", month),
        of("A credit is a share of", bases(), word(&now.credit_basis())),
        of("The day of a change", days(), word(&now.change_day)),
        of("The day of a cancellation", days(), word(&now.cancel_day)),
        ("Fractions of a cent", "Rounded half up, once per line".to_owned()),
    ]
}

/// The fields of the form, as far as somebody filled them in already.
pub(super) fn asked(sent: &Fields, wrong: &Wrong, now: &Conventions) -> Vec<Field> {
    let stands = |name: &str, now: String| sent.some(name).unwrap_or(now);
    let choice = |name: &str, label: &str, options, now: String| {
        Field::choice(name, label, options).with(stands(name, now)).wrong(wrong.of(name))
    };
    vec![
        choice("proration", "A part of a period is measured", units(), word(&now.proration)),
        choice("day_count", "A month has", months(), word(&now.day_count)),
        Field::input("fixed_month_days", "Days of a month", "text")
            .with(stands("fixed_month_days", now.fixed_month_days.get().to_string()))
            .decimal()
            .hint("Only where every month has the same number of days")
            .wrong(wrong.of("fixed_month_days")),
        choice("credit_basis", "A credit is a share of", bases(), word(&now.credit_basis)),
        choice("change_day", "The day of a change", days(), word(&now.change_day)),
        choice("cancel_day", "The day of a cancellation", days(), word(&now.cancel_day)),
    ]
}

/// The conventions that were chosen, or what is wrong with them.
pub(super) fn read(sent: &Fields) -> Result<Conventions, Wrong> {
    let mut wrong = Wrong::default();
    let days = sent.one("fixed_month_days").parse().ok().map(MonthDays::try_new);
    let fixed_month_days = days.and_then(Result::ok);
    if fixed_month_days.is_none() {
        wrong.at("fixed_month_days", "use 1 to 31");
    }
    let proration = chosen(sent, "proration", &mut wrong);
    let day_count = chosen(sent, "day_count", &mut wrong);
    let credit_basis = chosen(sent, "credit_basis", &mut wrong);
    let change_day = chosen(sent, "change_day", &mut wrong);
    let cancel_day = chosen(sent, "cancel_day", &mut wrong);
    match (fixed_month_days, proration, day_count, credit_basis, change_day, cancel_day) {
        (
            Some(fixed_month_days),
            Some(proration),
            Some(day_count),
            Some(credit_basis),
            Some(change_day),
            Some(cancel_day),
        ) => Ok(Conventions {
            proration,
            day_count,
            fixed_month_days,
            credit_basis,
            change_day,
            cancel_day,
            ..Conventions::default()
        }),
        _ => Err(wrong),
    }
}

/// What was chosen among words that are stored.
pub(super) fn chosen<T: DeserializeOwned>(
    sent: &Fields,
    name: &str,
    wrong: &mut Wrong,
) -> Option<T> {
    let value = serde_json::from_value(Value::String(sent.one(name).to_owned())).ok();
    if value.is_none() {
        wrong.at(name, "choose one of these");
    }
    value
}

/// The stored word of a choice.
pub(super) fn word<T: Serialize>(choice: &T) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

fn units() -> Vec<(String, String)> {
    vec![
        (word(&ProrationUnit::Day), "By whole days".to_owned()),
        (word(&ProrationUnit::Second), "By the second".to_owned()),
    ]
}

fn months() -> Vec<(String, String)> {
    vec![
        (word(&DayCount::Actual), "As the calendar has it".to_owned()),
        (word(&DayCount::Fixed), "Always the same number of days".to_owned()),
    ]
}

fn bases() -> Vec<(String, String)> {
    vec![
        (word(&CreditBasis::BilledLine), "The billed line".to_owned()),
        (word(&CreditBasis::Price), "The price of a whole period".to_owned()),
    ]
}

fn days() -> Vec<(String, String)> {
    vec![
        (word(&LastDay::Credited), "Belongs to the new terms".to_owned()),
        (word(&LastDay::Charged), "Belongs to the old terms".to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(changed: &[(&str, &str)]) -> Fields {
        let usual = [
            ("proration", "day"),
            ("day_count", "actual"),
            ("fixed_month_days", "30"),
            ("credit_basis", "billed_line"),
            ("change_day", "credited"),
            ("cancel_day", "credited"),
        ];
        let kept = usual.iter().filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
        Fields::of(&kept.copied().chain(changed.iter().copied()).collect::<Vec<_>>())
    }

    #[test]
    fn what_the_form_says_is_what_is_set_and_shown() {
        assert_eq!(read(&sent(&[])).ok(), Some(Conventions::default()));
        let fixed = [("day_count", "fixed"), ("fixed_month_days", "28"), ("cancel_day", "charged")];
        let set = read(&sent(&fixed)).unwrap();
        let shown: Vec<_> = words(&set).into_iter().map(|(_, value)| value).collect();
        assert!(shown.contains(&"Always 28 days".to_owned()), "{shown:?}");
        assert!(shown.contains(&"Belongs to the old terms".to_owned()), "{shown:?}");
        // Days of fixed months are credited by price, whatever is chosen.
        assert!(shown.contains(&"The price of a whole period".to_owned()), "{shown:?}");
    }

    #[test]
    fn a_wrong_value_is_named_beside_its_field() {
        for days in ["0", "32", "", "a month"] {
            let wrong = read(&sent(&[("fixed_month_days", days)])).unwrap_err();
            assert_eq!(wrong.of("fixed_month_days"), "Use 1 to 31.");
        }
        let wrong = read(&sent(&[("credit_basis", "luck"), ("change_day", "")])).unwrap_err();
        assert!(!wrong.of("credit_basis").is_empty() && !wrong.of("change_day").is_empty());
    }
}
