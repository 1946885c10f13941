//! How a seller looks to those who open its pages: name, colour, footer (TEN-02, TEN-06, ADM-20).

use serde::{Deserialize, Serialize};

use crate::kernel::text::{check_line, check_optional_line};
use crate::kernel::{Colour, Invalid};

/// The look of a seller, without its logo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// What pages call it, 1 to 40 characters; the name of the program unless given.
    pub name: Option<String>,
    /// The colour of buttons and links; that of the program unless given. Whatever is written upon
    /// it, or in it, is chosen so that it can be read.
    pub accent: Option<Colour>,
    /// What stands at the foot of every page.
    pub footer: Footer,
}

/// The foot of every page: a text, a company with a link, and a year, as in
/// `Lumi Billing Panel | Lumi Solutions | 2025`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footer {
    /// Before the company, at most 100 characters; left out if none.
    pub text: Option<String>,
    /// Who runs it, 1 to 100 characters.
    pub company: String,
    /// Where the company's name leads: an `https` or `http` address of at most 300 characters.
    pub link: Option<String>,
    /// After the company, at most 40 characters; left out if none.
    pub note: Option<String>,
}

impl Default for Footer {
    fn default() -> Self {
        Self {
            text: Some("Lumi Billing Panel".to_owned()),
            company: "Lumi Solutions".to_owned(),
            link: Some("https://lumisolutions.tech".to_owned()),
            note: Some("2025".to_owned()),
        }
    }
}

impl Brand {
    /// Whether every part keeps its rules.
    ///
    /// # Errors
    /// Every part that does not.
    pub fn check(&self) -> Result<(), Invalid> {
        let Footer { text, company, link, note } = &self.footer;
        Invalid::gather([
            check_optional_line("name", self.name.as_deref(), 40),
            check_optional_line("footer/text", text.as_deref(), 100),
            check_line("footer/company", company, 100),
            link.as_deref().map_or(Ok(()), check_link),
            check_optional_line("footer/note", note.as_deref(), 40),
        ])
    }
}

/// Only what a browser opens as a page: no `javascript:` and nothing that ends an attribute.
fn check_link(link: &str) -> Result<(), Invalid> {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    let legal = |c: char| c.is_ascii_graphic() && !"\"'<>\\^`{|}".contains(c);
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || host.contains('@') || link.len() > 300 || !link.chars().all(legal) {
        let detail = "give an address such as https://example.com, of at most 300 characters";
        return Err(Invalid::one("footer/link", "link.malformed", detail));
    }
    Ok(())
}
