//! What may happen to a webhook endpoint in which state.

use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::check_optional_line;
use crate::kernel::{Aggregate, Invalid, Issued};
use crate::webhook_endpoint::{
    PauseReason, Standing, WebhookEndpoint, WebhookEndpointCommand, WebhookEndpointEvent,
    WebhookEndpointRefusal, WebhookTerms,
};

/// The longest address, in characters.
const LONGEST_URL: usize = 500;
/// How many types one endpoint may name.
const MOST_TYPES: usize = 100;

impl Aggregate for WebhookEndpoint {
    const TYPE: &'static str = "webhook_endpoint";
    type Command = WebhookEndpointCommand;
    type Event = WebhookEndpointEvent;
    type Refusal = WebhookEndpointRefusal;

    fn decide(&self, ask: &Issued<WebhookEndpointCommand>) -> Decision {
        use WebhookEndpointCommand as Ask;
        let (terms, secret_no, standing) = match (self, &ask.command) {
            (Self::Absent, Ask::Register(terms)) => {
                check(terms)?;
                return Ok(vec![WebhookEndpointEvent::Registered(terms.clone())]);
            }
            (Self::Absent | Self::Deleted, _) => return Err(WebhookEndpointRefusal::Absent),
            (Self::Registered { terms, secret_no, standing }, _) => (terms, *secret_no, *standing),
        };
        match &ask.command {
            Ask::Register(new) if terms == new => Ok(Vec::new()),
            Ask::Register(_) => Err(WebhookEndpointRefusal::AlreadyRegistered),
            Ask::Set(new) => set(terms, new),
            Ask::RotateSecret => rotate(secret_no),
            Ask::Replay { after } => replay(*after),
            Ask::Pause { reason } => pause(standing, *reason),
            Ask::Resume => resume(standing),
            Ask::Delete => Ok(vec![WebhookEndpointEvent::Deleted {}]),
        }
    }

    fn apply(&mut self, event: &WebhookEndpointEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let texts = match self {
            Self::Registered { terms, .. } => {
                let types = terms.event_types.iter().map(String::len).sum::<usize>();
                let about = terms.description.as_ref().map_or(0, String::len);
                terms.url.len().saturating_add(types).saturating_add(about)
            }
            Self::Absent | Self::Deleted => 0,
        };
        size_of::<Self>().saturating_add(texts)
    }
}

bridge_to_cqrs_es!(WebhookEndpoint);

type Decision = Result<Vec<WebhookEndpointEvent>, WebhookEndpointRefusal>;

fn set(terms: &WebhookTerms, new: &WebhookTerms) -> Decision {
    check(new)?;
    if terms == new {
        return Ok(Vec::new());
    }
    Ok(vec![WebhookEndpointEvent::TermsSet(new.clone())])
}

fn rotate(secret_no: u32) -> Decision {
    Ok(vec![WebhookEndpointEvent::SecretRotated { secret_no: secret_no.saturating_add(1) }])
}

fn replay(after: i64) -> Decision {
    if after < 0 {
        let detail = "must not be negative";
        return Err(Invalid::one("after", "position.negative", detail).into());
    }
    Ok(vec![WebhookEndpointEvent::ReplayAsked { after }])
}

fn pause(standing: Standing, reason: PauseReason) -> Decision {
    match standing {
        Standing::Active => Ok(vec![WebhookEndpointEvent::Paused { reason }]),
        Standing::Paused(_) => Ok(Vec::new()),
    }
}

fn resume(standing: Standing) -> Decision {
    match standing {
        Standing::Active => Ok(Vec::new()),
        Standing::Paused(_) => Ok(vec![WebhookEndpointEvent::Resumed {}]),
    }
}

fn check(terms: &WebhookTerms) -> Result<(), Invalid> {
    Invalid::gather([
        check_url(&terms.url),
        check_optional_line("description", terms.description.as_deref(), 200),
        check_types(&terms.event_types),
    ])
}

/// A web address as it is called: with a host, without a name, a password or a fragment.
fn check_url(url: &str) -> Result<(), Invalid> {
    let wrong = |code, detail: &str| Err(Invalid::one("url", code, detail));
    if url.len() > LONGEST_URL {
        return wrong("text.too_long", "must not be longer than 500 characters");
    }
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest.filter(|_| url.bytes().all(|byte| byte.is_ascii_graphic())) else {
        return wrong("url.malformed", "must be an address such as https://shop.example/hooks");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return wrong("url.malformed", "has no host");
    }
    if host.contains('@') {
        return wrong("url.credentials", "must hold no name and no password: addresses are kept");
    }
    if rest.contains('#') {
        return wrong("url.fragment", "must have no part after #");
    }
    Ok(())
}

fn check_types(types: &[String]) -> Result<(), Invalid> {
    if types.len() > MOST_TYPES {
        let detail = "names more than 100 types; leave it empty for all of them";
        return Err(Invalid::one("event_types", "list.too_long", detail));
    }
    for (at, name) in types.iter().enumerate() {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        let named = name
            .split_once('.')
            .is_some_and(|(noun, what)| word(noun) && (what == "*" || word(what)));
        if !named || name.len() > 80 {
            let detail = "must be a type such as invoice.issued, or invoice.* for all of a noun";
            return Err(Invalid::one(&format!("event_types/{at}"), "event_type.malformed", detail));
        }
    }
    Ok(())
}
