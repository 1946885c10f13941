//! Markdown as HTML that is safe to show (PRD-02).
//!
//! Guarantees: raw HTML is shown as text, a link leads to the web or to a mailbox and nowhere else,
//! and nothing is loaded from elsewhere, so that pictures are shown as the words beside them.
//! Absent on purpose: headings of the first and second level, which are the page's own.

use askama::filters::HtmlSafe;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// HTML that was made of Markdown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Prose(String);

impl HtmlSafe for Prose {}

impl std::fmt::Display for Prose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Prose {
    /// What a text in Markdown says.
    pub(crate) fn of(markdown: &str) -> Prose {
        let mut out = String::new();
        html::push_html(&mut out, Parser::new_ext(markdown, Options::empty()).filter_map(safe));
        Prose(out)
    }

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn safe(event: Event<'_>) -> Option<Event<'_>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let dest_url = if leads_out(&dest_url) { dest_url } else { "".into() };
            Some(Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        Event::Start(Tag::Heading { level, .. }) => {
            let (id, classes, attrs) = (None, Vec::new(), Vec::new());
            Some(Event::Start(Tag::Heading { level: below(level), id, classes, attrs }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        other => Some(other),
    }
}

fn leads_out(address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:"].iter().any(|start| address.starts_with(start))
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        Prose::of(markdown).to_string()
    }

    #[test]
    fn markdown_becomes_html_below_the_headings_of_the_page() {
        assert_eq!(html("# Small\n\n*Fast*"), "<h3>Small</h3>\n<p><em>Fast</em></p>\n");
        assert!(html("- a\n- b").contains("<li>a</li>"));
        assert!(Prose::of("").is_empty());
    }

    #[test]
    fn raw_html_is_shown_as_text() {
        for wrong in ["<script>alert(1)</script>", "a <b onclick=\"x()\">b</b>", "<!-- x -->"] {
            let html = html(wrong);
            let tags = html.replace("<p>", "").replace("</p>", "");
            assert!(!tags.contains('<'), "{html}");
        }
    }

    #[test]
    fn a_link_leads_to_the_web_or_to_a_mailbox_only() {
        assert!(html("[a](https://example.org)").contains("href=\"https://example.org\""));
        for wrong in ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "/admin/x"] {
            assert!(html(&format!("[a]({wrong})")).contains("href=\"\""), "{wrong}");
        }
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        assert_eq!(html("![A server](https://example.org/a.png)"), "<p>A server</p>\n");
    }
}
