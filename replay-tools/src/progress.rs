//! Progress of long work: a bar on a terminal, a line now and then elsewhere.
//!
//! Shows the rate and the time left. Goes to standard error, so that standard output stays a clean
//! result. Absent on purpose: timing decisions; nothing waits for a bar.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// A running count towards a total.
#[derive(Debug, Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar for `total` units (0: unknown) called `what`, such as `events verified`.
    pub fn new(what: &'static str, total: u64, quiet: bool) -> Self {
        let bar = ProgressBar::new(total);
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        };
        bar.set_draw_target(target);
        let template = "{msg} {human_pos}/{human_len} {wide_bar} {per_sec} {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// `done` units of the total are behind us.
    pub fn at(&self, done: u64) {
        self.0.set_position(done);
    }

    /// The total became known or grew.
    pub fn total(&self, total: u64) {
        self.0.set_length(total);
    }

    /// Takes the bar away; the caller prints the result.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
