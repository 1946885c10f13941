//! Terms of commissions in forms and in words.

use billfold_domain::affiliate::{CommissionRate, CommissionTerms, Recurrence};
use billfold_domain::kernel::{Currency, Money, Percent};

use crate::fields::{Fields, Wrong};
use crate::form::Field;
use crate::show;

/// Label and value of each term.
pub(in crate::admin) fn words(terms: &CommissionTerms) -> Vec<(&'static str, String)> {
    let percent = |percent: &Percent| format!("{} %", percent.value().normalize());
    let rate = match &terms.rate {
        CommissionRate::Percent(share) => format!("{} of each sale", percent(share)),
        CommissionRate::Flat(amount) => format!("{} for each item", show::money(*amount).plain()),
        CommissionRate::Tiers { tiers, above } => {
            let below = tiers.iter().map(|tier| {
                format!("{} below {}", percent(&tier.percent), show::money(tier.below).plain())
            });
            below.chain([format!("{} above", percent(above))]).collect::<Vec<_>>().join(", ")
        }
    };
    let recurrence = match terms.recurrence {
        Recurrence::FirstSale => "the first sale".to_owned(),
        Recurrence::Months { months } => format!("{months} months"),
        Recurrence::Forever => "for ever".to_owned(),
    };
    let minimum: Vec<_> =
        terms.minimum_payout.iter().map(|money| show::money(*money).plain()).collect();
    let minimum = if minimum.is_empty() { "none".to_owned() } else { minimum.join(", ") };
    vec![
        ("Commission", rate),
        ("Earns", recurrence),
        ("Hold", format!("{} days", terms.hold_days)),
        ("A click counts", format!("{} days", terms.window_days)),
        ("Least payout", minimum),
    ]
}

/// The fields of a form of terms. Tiers are agreed on by the API.
pub(super) fn fields(
    sent: &Fields,
    wrong: &Wrong,
    now: Option<&CommissionTerms>,
    currency: Currency,
) -> Vec<Field> {
    let stands = |name: &str| sent.some(name).unwrap_or_else(|| value_of(name, now, currency));
    let text = |name: &str, label: &str| {
        Field::input(name, label, "text").with(stands(name)).wrong(wrong.of(name))
    };
    let options = |words: &[(&str, &str)]| {
        words.iter().map(|(key, label)| ((*key).to_owned(), (*label).to_owned())).collect()
    };
    let rates = options(&[("percent", "Percent of the sale"), ("flat", "Amount for each item")]);
    let spans = options(&[
        ("forever", "Every sale"),
        ("first_sale", "The first sale"),
        ("months", "Sales for some months"),
    ]);
    vec![
        Field::choice("kind", "Commission", rates).with(stands("kind")),
        text("rate", "Percent or amount").decimal().required().hint("Without tax"),
        Field::choice("recurrence", "Earns", spans).with(stands("recurrence")),
        text("months", "Months").decimal().hint("Only for sales for some months"),
        text("hold_days", "Days of hold").decimal().required(),
        text("window_days", "Days a click counts").decimal().required(),
        text("minimum", "Least payout").decimal().hint("In the currency of the books"),
    ]
}

fn value_of(name: &str, now: Option<&CommissionTerms>, currency: Currency) -> String {
    let Some(now) = now else {
        let usual = [("rate", "20"), ("hold_days", "30"), ("window_days", "60")];
        let usual = usual.into_iter().find(|(known, _)| *known == name);
        return usual.map_or_else(String::new, |(_, value)| value.to_owned());
    };
    match (name, &now.rate, now.recurrence) {
        ("kind", CommissionRate::Flat(_), _) => "flat".to_owned(),
        ("rate", CommissionRate::Percent(share), _) => share.value().normalize().to_string(),
        ("rate", CommissionRate::Flat(amount), _) => amount.to_major(),
        ("recurrence", _, Recurrence::FirstSale) => "first_sale".to_owned(),
        ("recurrence", _, Recurrence::Months { .. }) => "months".to_owned(),
        ("months", _, Recurrence::Months { months }) => months.to_string(),
        ("hold_days", ..) => now.hold_days.to_string(),
        ("window_days", ..) => now.window_days.to_string(),
        ("minimum", ..) => {
            let own = now.minimum_payout.iter().find(|money| money.currency() == currency);
            own.map_or_else(String::new, |money| money.to_major())
        }
        _ => String::new(),
    }
}

/// The terms that were typed, or what is wrong with them.
pub(super) fn read(sent: &Fields, currency: Currency) -> Result<CommissionTerms, Wrong> {
    let mut wrong = Wrong::default();
    let rate = if sent.one("kind") == "flat" {
        let amount = Money::parse_major(sent.one("rate"), currency);
        amount.map(CommissionRate::Flat).map_err(|no| no.to_string())
    } else {
        let share = sent.one("rate").parse::<Percent>();
        share.map(CommissionRate::Percent).map_err(|no| no.to_string())
    };
    let number = |name: &str| {
        sent.one(name).parse::<u32>().map_err(|_| (name.to_owned(), "use a whole number"))
    };
    let recurrence = match sent.one("recurrence") {
        "first_sale" => Ok(Recurrence::FirstSale),
        "months" => number("months").map(|months| Recurrence::Months { months }),
        _ => Ok(Recurrence::Forever),
    };
    let minimum = sent.some("minimum").map(|text| Money::parse_major(&text, currency)).transpose();
    if let Err(no) = &rate {
        wrong.at("rate", no.clone());
    }
    if let Err(no) = &minimum {
        wrong.at("minimum", no.to_string());
    }
    let (hold, window) = (number("hold_days"), number("window_days"));
    for (field, detail) in [recurrence.as_ref().err(), hold.as_ref().err(), window.as_ref().err()]
        .into_iter()
        .flatten()
    {
        wrong.at(field.clone(), *detail);
    }
    let (Ok(rate), Ok(recurrence), Ok(hold_days), Ok(window_days), Ok(minimum)) =
        (rate, recurrence, hold, window, minimum)
    else {
        return Err(wrong);
    };
    let minimum_payout = minimum.into_iter().collect();
    Ok(CommissionTerms { rate, recurrence, hold_days, window_days, minimum_payout })
}

/// A refusal that names fields of terms, told beside the fields of the form.
pub(super) fn beside(refused: Wrong) -> Wrong {
    let mut wrong = Wrong::of_whole(refused.whole.clone());
    for (named, field) in [
        ("terms/rate", "rate"),
        ("terms/recurrence/months", "months"),
        ("terms/hold_days", "hold_days"),
        ("terms/window_days", "window_days"),
        ("terms/minimum_payout", "minimum"),
    ] {
        let detail = refused.of(named);
        if !detail.is_empty() {
            wrong.at(field, detail);
        }
    }
    wrong
}
