//! What mails about accounts say.
//!
//! Guarantees: plain text and HTML say the same; what people typed is escaped; no address of a page
//! carries a code, because addresses are written down.

use billfold_domain::kernel::TenantId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Secret;

/// A mail that is ready to be sent.
#[derive(Clone, Serialize, Deserialize)]
pub(in crate::access) struct Letter {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    /// From when on it is not sent any more.
    pub(super) expires_at: Option<DateTime<Utc>>,
}

/// What every letter names.
pub(super) struct Head<'a> {
    /// The address it goes to.
    pub(super) to: &'a str,
    /// The seller.
    pub(super) seller: &'a str,
    /// The address of the pages.
    pub(super) public_url: Option<&'a str>,
    /// Whose pages it names.
    pub(super) reader: Reader,
}

/// Who reads a letter.
#[derive(Clone, Copy)]
pub(super) enum Reader {
    /// Somebody of the staff.
    Staff,
    /// A client of a seller, whose pages carry the seller's name.
    Client(TenantId),
}

/// A page that a letter names.
#[derive(Clone, Copy)]
enum Page {
    Forgotten,
    NewPassword,
    Security,
}

/// A code for a forgotten password.
pub(super) fn reset(head: &Head<'_>, code: &Secret, end: DateTime<Utc>) -> Letter {
    let seller = head.seller;
    let place = place(head, Page::NewPassword);
    let paragraphs = [
        format!("Somebody asked for a new password for your account at {seller}."),
        format!("If it was you, type this code at {place}. It works once, within half an hour:"),
        code.reveal().to_owned(),
        "If it was not you, do nothing: the password stays as it is.".to_owned(),
    ];
    let subject = format!("{seller}: a code for a new password");
    letter(head, subject, &paragraphs, Some(code), Some(end))
}

/// A code with which a client comes in for the first time.
pub(super) fn invitation(head: &Head<'_>, code: &Secret, end: DateTime<Utc>) -> Letter {
    let (seller, day) = (head.seller, end.format("%Y-%m-%d %H:%M"));
    let place = place(head, Page::NewPassword);
    let paragraphs = [
        format!("{seller} lets you see your invoices and your account on pages of your own."),
        format!("To set a password, type this code at {place}. It works once, until {day} UTC:"),
        code.reveal().to_owned(),
        "From then on you sign in with this mail address.".to_owned(),
    ];
    letter(head, format!("{seller}: your account"), &paragraphs, Some(code), Some(end))
}

/// A code that proves an address.
pub(super) fn prove(head: &Head<'_>, code: &Secret, end: DateTime<Utc>) -> Letter {
    let seller = head.seller;
    let place = place(head, Page::Security);
    let paragraphs = [
        format!("This address belongs to an account at {seller}."),
        format!("To prove that it is yours, sign in and type this code at {place}, within a day:"),
        code.reveal().to_owned(),
        "If you know nothing of such an account, do nothing.".to_owned(),
    ];
    let subject = format!("{seller}: prove your mail address");
    letter(head, subject, &paragraphs, Some(code), Some(end))
}

/// That the password is another one.
pub(super) fn password_changed(head: &Head<'_>, at: DateTime<Utc>) -> Letter {
    let (seller, at) = (head.seller, at.format("%Y-%m-%d %H:%M"));
    let place = place(head, Page::Forgotten);
    let whom = match head.reader {
        Reader::Staff => "a colleague",
        Reader::Client(_) => seller,
    };
    let paragraphs = [
        format!("The password of your account at {seller} was changed at {at} UTC."),
        "Every other session of the account has ended.".to_owned(),
        format!("If it was not you, set a new one at {place} and tell {whom}."),
    ];
    letter(head, format!("{seller}: your password was changed"), &paragraphs, None, None)
}

/// Where the pages of a seller are who has a name of its own: there, as safely as those of the
/// installation and at the same port (TEN-06).
pub(super) fn pages_of(public_url: &str, host_name: Option<&str>) -> String {
    let Some(host_name) = host_name else { return public_url.to_owned() };
    let (scheme, rest) = public_url.split_once("://").unwrap_or(("https", public_url));
    let authority = rest.split('/').next().unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    let port = port.filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()));
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{host_name}{port}")
}

fn place(head: &Head<'_>, page: Page) -> String {
    let (path, name) = match (head.reader, page) {
        (Reader::Staff, Page::Forgotten) => ("/admin/forgot-password", "Forgot your password?"),
        (Reader::Staff, Page::NewPassword) => {
            ("/admin/reset-password", "Set a new password with a code")
        }
        (Reader::Staff, Page::Security) => ("/admin/security", "Security"),
        (Reader::Client(_), Page::Forgotten) => {
            ("/portal/forgot-password", "Forgot your password?")
        }
        (Reader::Client(_), Page::NewPassword) => ("/portal/welcome", "Set a password with a code"),
        (Reader::Client(_), Page::Security) => ("/portal/security", "Security"),
    };
    let of = match head.reader {
        Reader::Staff => String::new(),
        Reader::Client(seller) => format!("?tenant={seller}"),
    };
    match head.public_url {
        Some(url) => format!("{url}{path}{of}"),
        None => format!("the page \"{name}\""),
    }
}

fn letter(
    head: &Head<'_>,
    subject: String,
    paragraphs: &[String],
    code: Option<&Secret>,
    expires_at: Option<DateTime<Utc>>,
) -> Letter {
    let is_code = |text: &String| code.is_some_and(|code| code.reveal() == text);
    let html: Vec<String> = paragraphs
        .iter()
        .map(|text| match is_code(text) {
            true => format!("<p><code>{}</code></p>", escaped(text)),
            false => format!("<p>{}</p>", escaped(text)),
        })
        .collect();
    Letter {
        to: head.to.to_owned(),
        subject: subject.replace(['\r', '\n'], " "),
        text: paragraphs.join("\n\n") + "\n",
        html: format!("<!doctype html><html lang=\"en\"><body>{}</body></html>", html.concat()),
        expires_at,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bodies_carry_the_code_and_no_address_does() {
        let (code, end) = (Secret::new("bfp_AAAA"), DateTime::UNIX_EPOCH);
        let url = Some("https://books.example");
        let (to, seller) = ("ada@example.org", "<b>&Co\r\nBcc: x");
        let head = Head { to, seller, public_url: url, reader: Reader::Staff };
        let letter = reset(&head, &code, end);
        assert!(letter.text.contains("\n\nbfp_AAAA\n\n") && letter.html.contains("bfp_AAAA"));
        assert!(letter.text.contains("https://books.example/admin/reset-password. It"));
        assert!(!letter.html.contains("<b>") && !letter.subject.contains('\n'));
        assert!(password_changed(&head, end).text.contains("1970-01-01 00:00 UTC"));
    }

    #[test]
    fn a_seller_with_a_name_of_its_own_leads_readers_there() {
        let of = |url, name| pages_of(url, Some(name));
        assert_eq!(of("https://books.example", "pay.example.org"), "https://pay.example.org");
        assert_eq!(of("http://[::1]:9420", "pay.example.org"), "http://pay.example.org:9420");
        assert_eq!(of("http://[::1]", "pay.example.org"), "http://pay.example.org");
        assert_eq!(pages_of("https://books.example", None), "https://books.example");
    }

    #[test]
    fn a_client_is_led_to_the_pages_of_clients_of_that_seller() {
        let (code, end) = (Secret::new("bfp_AAAA"), DateTime::UNIX_EPOCH);
        let tenant = TenantId::new(uuid::Uuid::from_u128(7));
        let reader = Reader::Client(tenant);
        let (to, url) = ("carol@example.org", Some("https://books.example"));
        let head = Head { to, seller: "Seller", public_url: url, reader };
        let at = |path: &str| format!("https://books.example/portal/{path}?tenant={tenant}");
        assert!(reset(&head, &code, end).text.contains(&at("welcome")));
        let invited = invitation(&head, &code, end).text;
        assert!(invited.contains(&at("welcome")) && invited.contains("\n\nbfp_AAAA\n\n"));
        let told = password_changed(&head, end).text;
        assert!(told.contains(&at("forgot-password")) && told.contains("tell Seller."));
        let nowhere = Head { public_url: None, ..head };
        let text = reset(&nowhere, &code, end).text;
        assert!(text.contains("the page \"Set a password with a code\""), "{text}");
    }
}
