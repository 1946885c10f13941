//! The vertical axis: a round top, four or five steps to it.

/// Maps amounts in minor units to lengths in tenths of a pixel.
pub(super) struct Scale {
    step: i64,
    top: i64,
    length: i64,
}

impl Scale {
    /// A scale of `length` tenths of a pixel whose top is a round number not below `most`.
    pub(super) fn above(most: i64, length: i64) -> Scale {
        let mut unit = 1_i64;
        loop {
            for factor in [10, 20, 25, 50] {
                let step = unit.saturating_mul(factor);
                if step.saturating_mul(5) >= most {
                    let steps = most.div_euclid(step) + i64::from(most.rem_euclid(step) > 0);
                    return Scale { step, top: step.saturating_mul(steps.max(1)), length };
                }
            }
            unit = unit.saturating_mul(10);
        }
    }

    /// Zero, the steps, the top.
    pub(super) fn ticks(&self) -> impl Iterator<Item = i64> {
        let (step, top) = (self.step, self.top);
        (0..=top.div_euclid(step)).map(move |index| index.saturating_mul(step))
    }

    /// How long a bar of `minor` is; nothing below zero.
    pub(super) fn length(&self, minor: i64) -> i64 {
        let share = i128::from(minor.clamp(0, self.top)) * i128::from(self.length);
        i64::try_from(share / i128::from(self.top)).unwrap_or(self.length)
    }
}
