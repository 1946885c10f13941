//! How values read.

use super::*;

#[test]
fn an_amount_is_grouped_signed_and_keeps_its_currency_s_decimals() {
    assert_eq!(Amount::new(123_456_789, "EUR", 2).plain(), "€\u{a0}1,234,567.89");
    assert_eq!(Amount::new(-5, "CHF", 2).plain(), "\u{2212}CHF\u{a0}0.05");
    assert_eq!(Amount::new(1200, "JPY", 0).plain(), "JP¥\u{a0}1,200");
    let least = Amount::new(i64::MIN, "EUR", 2).plain();
    assert_eq!(least, "\u{2212}€\u{a0}92,233,720,368,547,758.08");
}

#[test]
fn an_axis_label_is_short() {
    assert_eq!(Amount::new(2_500_000, "EUR", 2).short(), "€25k");
    assert_eq!(Amount::new(250_000_000, "EUR", 2).short(), "€2.5M");
    assert_eq!(Amount::new(0, "EUR", 2).short(), "€0");
}

#[test]
fn figures_are_isolated_from_the_direction_of_the_page() {
    assert!(Amount::new(1, "EUR", 2).to_string().starts_with(r#"<bdi dir="ltr""#));
    assert!(at(7).to_string().contains(r##"<bdi dir="ltr">#7</bdi>"##));
}

#[test]
fn text_in_a_badge_or_identifier_is_escaped() {
    assert!(Badge::new(Tone::Red, "<b>").to_string().contains("&lt;b&gt;"));
    assert!(Ident("a\"&'".to_owned()).to_string().contains("a&quot;&amp;&#39;"));
}
