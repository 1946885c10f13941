//! The trend of one figure as a small line.

use std::fmt;

use askama::filters::HtmlSafe;

use super::Px;

const WIDTH: i64 = 840;
const HEIGHT: i64 = 280;
const EDGE: i64 = 20;

/// Values in order of time; drawn without axis, hidden from screen readers: the figure's text says
/// what matters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spark(pub(crate) Vec<i64>);

impl fmt::Display for Spark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = self.0.iter().copied().min().unwrap_or(0).min(0);
        let most = self.0.iter().copied().max().unwrap_or(0);
        if self.0.len() < 2 || most <= least {
            return Ok(());
        }
        let range = i128::from(most) - i128::from(least);
        let gaps = i64::try_from(self.0.len() - 1).unwrap_or(i64::MAX);
        let mut path = String::new();
        for (index, value) in (0..).zip(&self.0) {
            let x = EDGE + (WIDTH - 2 * EDGE) * index / gaps;
            let up =
                (i128::from(*value) - i128::from(least)) * i128::from(HEIGHT - 2 * EDGE) / range;
            let y = HEIGHT - EDGE - i64::try_from(up).unwrap_or(0);
            path.push_str(&format!("{}{} {}", if index == 0 { "M" } else { "L" }, Px(x), Px(y)));
        }
        write!(
            f,
            r#"<svg class="spark" viewBox="0 0 {w} {h}" aria-hidden="true">
<path class="area" d="{path}V{h}H{e}z"/><path class="line" d="{path}"/></svg>"#,
            w = Px(WIDTH),
            h = Px(HEIGHT),
            e = Px(EDGE)
        )
    }
}

impl HtmlSafe for Spark {}
