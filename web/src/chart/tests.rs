//! What the picture promises.

use super::*;

fn eur(minor: i64) -> Amount {
    Amount::new(minor, "EUR", 2)
}

fn month(label: &str, invoiced: i64, collected: i64) -> Month {
    Month {
        label: label.to_owned(),
        name: format!("{label} 2026"),
        bars: [eur(invoiced), eur(collected)],
        line: Some(eur(invoiced - collected)),
    }
}

#[test]
fn the_top_of_the_axis_is_round_and_not_below_the_highest_bar() {
    for most in [1, 7, 99, 9_712_345, 10_000_000, i64::MAX / 100] {
        let scale = Scale::above(most, 2_000);
        let top = scale.ticks().last().unwrap();
        assert!(top >= most && scale.ticks().count() <= 6, "{most}: {top}");
        assert_eq!(scale.length(top), 2_000);
    }
}

#[test]
fn a_chart_names_every_value_and_carries_no_inline_style() {
    let chart = Chart {
        title: "Invoiced <and> collected".to_owned(),
        series: ["Invoiced", "Collected", "Past due"],
        months: vec![month("Oct", 9_700_000, 9_200_000), month("Nov", 0, 0)],
    };
    let svg = chart.to_string();
    assert!(svg.contains("Collected €\u{a0}92,000.00") && svg.contains("&lt;and&gt;"));
    assert!(!svg.contains("style=") && svg.contains("€100k"));
    assert!(chart.has_line() && !chart.is_flat());
}

#[test]
fn a_trend_of_equal_values_is_not_drawn() {
    assert_eq!(Spark(vec![0, 0, 0]).to_string(), "");
    assert!(Spark(vec![1, 3, 2]).to_string().contains("<path"));
}
