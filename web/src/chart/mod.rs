//! Charts drawn on the server as SVG: bars with a line over them, and the small trend of a figure.
//!
//! Guarantees: whole-number arithmetic from minor units to tenths of a pixel; colours come from the
//! stylesheet, so both themes work; the same numbers stand beside the picture as a table. Absent on
//! purpose: zooming, tooltips that need a script, and any decision about what is shown.

mod scale;
mod spark;

use std::fmt;

use askama::filters::HtmlSafe;

use crate::view::{Amount, Escaped};
use scale::Scale;
pub(crate) use spark::Spark;

const WIDTH: i64 = 8_000;
const HEIGHT: i64 = 3_120;
const LEFT: i64 = 520;
const RIGHT: i64 = 60;
const TOP: i64 = 130;
const BOTTOM: i64 = 300;

/// One place on the horizontal axis.
#[derive(Clone, Debug)]
pub(crate) struct Month {
    /// Short name on the axis: `Nov`.
    pub(crate) label: String,
    /// Full name in the table: `November 2026`.
    pub(crate) name: String,
    /// The two bars.
    pub(crate) bars: [Amount; 2],
    /// The line's point, where there is a line.
    pub(crate) line: Option<Amount>,
}

/// Two bars a month and a line over them.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    /// What the picture shows, for those who do not see it.
    pub(crate) title: String,
    /// Names of the two bars and of the line.
    pub(crate) series: [&'static str; 3],
    /// In order of time.
    pub(crate) months: Vec<Month>,
}

impl Chart {
    /// Whether any month has the line's point.
    pub(crate) fn has_line(&self) -> bool {
        self.months.iter().any(|month| month.line.is_some())
    }

    /// Whether there is nothing but zeros to draw.
    pub(crate) fn is_flat(&self) -> bool {
        self.months.iter().flat_map(amounts).all(Amount::is_zero)
    }

    fn draw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let top = self.months.iter().flat_map(amounts).map(Amount::minor).max().unwrap_or(0);
        let unit = self.months.iter().flat_map(amounts).next();
        let scale = Scale::above(top.max(1), HEIGHT - TOP - BOTTOM);
        for tick in scale.ticks() {
            let y = HEIGHT - BOTTOM - scale.length(tick);
            let label = unit.map_or_else(String::new, |unit| unit.with_minor(tick).short());
            write!(
                f,
                r#"<path class="grid-line" d="M{} {}H{}"/>
<text x="{}" y="{}" text-anchor="end">{}</text>"#,
                Px(LEFT),
                Px(y),
                Px(WIDTH - RIGHT),
                Px(LEFT - 100),
                Px(y + 40),
                Escaped(&label)
            )?;
        }
        let count = i64::try_from(self.months.len().max(1)).unwrap_or(i64::MAX);
        let step = (WIDTH - LEFT - RIGHT) / count;
        let mut line = String::new();
        let mut dots = String::new();
        for (index, month) in (0..).zip(&self.months) {
            let from = LEFT + step * index;
            self.bars(f, month, from, step, &scale)?;
            if let Some(amount) = month.line {
                let (x, y) = (from + step / 2, HEIGHT - BOTTOM - scale.length(amount.minor()));
                line.push_str(if line.is_empty() { "M" } else { "L" });
                line.push_str(&format!("{} {}", Px(x), Px(y)));
                dots.push_str(&format!(
                    r#"<circle class="dot" cx="{}" cy="{}" r="2.6"/>"#,
                    Px(x),
                    Px(y)
                ));
            }
        }
        if line.is_empty() {
            return Ok(());
        }
        write!(f, r#"<path class="s3" d="{line}"/>{dots}"#)
    }

    fn bars(
        &self,
        f: &mut fmt::Formatter<'_>,
        month: &Month,
        from: i64,
        step: i64,
        scale: &Scale,
    ) -> fmt::Result {
        let width = (step * 28 / 100).min(190);
        let middle = from + step / 2;
        let base = HEIGHT - BOTTOM;
        write!(
            f,
            r#"<g><rect class="band" x="{}" y="{}" width="{}" height="{}" rx="6"/>"#,
            Px(from + 20),
            Px(TOP - 40),
            Px(step - 40),
            Px(base - TOP + 40)
        )?;
        let lefts = [middle - width - 12, middle + 12];
        for ((class, left), amount) in ["s1", "s2"].iter().zip(lefts).zip(month.bars) {
            let height = scale.length(amount.minor().max(0));
            let round = height.min(30);
            write!(
                f,
                r#"<path class="{class}" d="M{} {}v-{}q0-{r} {r}-{r}h{}q{r} 0 {r} {r}v{}z"/>"#,
                Px(left),
                Px(base),
                Px(height - round),
                Px(width - 2 * round.min(width / 2)),
                Px(height - round),
                r = Px(round.min(width / 2))
            )?;
        }
        let mut title = month.name.clone();
        for (name, amount) in self.series.iter().zip(amounts(month)) {
            title.push_str(&format!("\n{name} {}", amount.plain()));
        }
        write!(
            f,
            r#"<title>{}</title><text x="{}" y="{}" text-anchor="middle">{}</text></g>"#,
            Escaped(&title),
            Px(middle),
            Px(HEIGHT - 90),
            Escaped(&month.label)
        )
    }
}

impl fmt::Display for Chart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"<svg viewBox="0 0 {} {}" role="img" aria-label="{}">"#,
            Px(WIDTH),
            Px(HEIGHT),
            Escaped(&self.title)
        )?;
        self.draw(f)?;
        f.write_str("</svg>")
    }
}

impl HtmlSafe for Chart {}

fn amounts(month: &Month) -> impl Iterator<Item = Amount> {
    month.bars.into_iter().chain(month.line)
}

/// Tenths of a pixel, written as pixels.
struct Px(i64);

impl fmt::Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 10 {
            0 => write!(f, "{}", self.0 / 10),
            tenth => write!(f, "{}.{}", self.0 / 10, tenth.abs()),
        }
    }
}

#[cfg(test)]
mod tests;
