//! One icon of the sprite; decoration only, so hidden from screen readers.

use std::borrow::Borrow;
use std::fmt;
use std::sync::LazyLock;

use askama::filters::HtmlSafe;

use crate::assets;

static SPRITE: LazyLock<String> = LazyLock::new(|| assets::href(assets::ICONS));

/// A symbol of the sprite by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Icon(pub(crate) &'static str);

/// [`Icon`] as a call, for templates.
pub(crate) fn icon(name: impl Borrow<&'static str>) -> Icon {
    Icon(name.borrow())
}

impl fmt::Display for Icon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>"#,
            *SPRITE, self.0
        )
    }
}

impl HtmlSafe for Icon {}
