//! What may happen to a gateway in which state.

use chrono::NaiveDate;

use crate::gateway::{
    Account, ConfigureGateway, Gateway, GatewayCommand, GatewayEvent, GatewayMode, GatewayRefusal,
    Settings, Tested,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line, one_line};
use crate::kernel::{Aggregate, Invalid, Issued, SecretsRef};

/// The longest label, in characters.
const LONGEST_LABEL: usize = 100;
/// The longest reason and the longest word of a provider, in characters.
const LONGEST_REASON: usize = 500;

impl Aggregate for Gateway {
    const TYPE: &'static str = "gateway";
    type Command = GatewayCommand;
    type Event = GatewayEvent;
    type Refusal = GatewayRefusal;

    fn decide(&self, ask: &Issued<GatewayCommand>) -> Decision {
        use GatewayCommand as Ask;
        let account = match (self, &ask.command) {
            (Self::Absent, Ask::Configure(new)) => return configure(new),
            (Self::Absent, _) => return Err(GatewayRefusal::Absent),
            (Self::Disabled(account) | Self::Enabled(account), _) => account,
        };
        match &ask.command {
            Ask::Configure(new) => account.configure_again(new),
            Ask::Describe { label } => account.describe(label),
            Ask::SetSettings(settings) => account.set(settings),
            Ask::SetSecrets(secrets) => account.keep(secrets),
            Ask::AskTest => {
                Ok(vec![GatewayEvent::TestAsked { no: account.tests.saturating_add(1) }])
            }
            Ask::Test(tested) => account.test(tested, ask.effective_on),
            Ask::Enable { .. } if self.offered().is_some() => Ok(Vec::new()),
            Ask::Enable { needs_test } => account.enable(*needs_test),
            Ask::Disable { reason } => {
                check_line("reason", reason, LONGEST_REASON)?;
                let disabled = GatewayEvent::Disabled { reason: reason.clone() };
                Ok(self.offered().map(|_| disabled).into_iter().collect())
            }
        }
    }

    fn apply(&mut self, event: &GatewayEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let texts = self.account().map_or(0, |account| {
            let secrets = account.secrets.as_ref().map_or(0, SecretsRef::weight);
            account.settings.weight().saturating_add(secrets)
        });
        size_of::<Self>().saturating_add(texts)
    }
}

bridge_to_cqrs_es!(Gateway);

type Decision = Result<Vec<GatewayEvent>, GatewayRefusal>;

fn configure(new: &ConfigureGateway) -> Decision {
    Invalid::gather([
        check_key("key", &new.key),
        check_key("driver", &new.driver),
        check_line("label", &new.label, LONGEST_LABEL),
    ])?;
    Ok(vec![GatewayEvent::Configured {
        key: new.key.clone(),
        driver: new.driver.clone(),
        label: new.label.clone(),
        mode: new.mode,
    }])
}

impl Account {
    fn configure_again(&self, new: &ConfigureGateway) -> Decision {
        let known = (&self.key, &self.driver, &self.label, self.mode);
        if known == (&new.key, &new.driver, &new.label, new.mode) {
            return Ok(Vec::new());
        }
        Err(GatewayRefusal::AlreadyConfigured { key: self.key.clone() })
    }

    fn describe(&self, label: &str) -> Decision {
        check_line("label", label, LONGEST_LABEL)?;
        if self.label == label {
            return Ok(Vec::new());
        }
        Ok(vec![GatewayEvent::Described { label: label.to_owned() }])
    }

    fn set(&self, settings: &Settings) -> Decision {
        if self.settings == *settings {
            return Ok(Vec::new());
        }
        check_apart(settings, self.secrets.as_ref())?;
        Ok(vec![GatewayEvent::SettingsSet { settings: settings.clone() }])
    }

    /// The same secrets stay where they are kept.
    fn keep(&self, secrets: &SecretsRef) -> Decision {
        secrets.check().map_err(|invalid| invalid.under("secrets"))?;
        if self.secrets.as_ref().is_some_and(|known| known.same_as(secrets)) {
            return Ok(Vec::new());
        }
        check_apart(&self.settings, Some(secrets))?;
        Ok(vec![GatewayEvent::SecretsSet { secrets: secrets.clone() }])
    }

    /// A test counts once, and only if it was asked for of what is set now.
    fn test(&self, tested: &Tested, on: NaiveDate) -> Decision {
        if tested.no == 0 || tested.no > self.tests {
            return Err(GatewayRefusal::NotAsked { no: tested.no });
        }
        let last = self.tested.as_ref().map_or(self.outdated, |known| known.no);
        if tested.no <= last {
            return Ok(Vec::new());
        }
        let says = match (self.mode, tested.mode) {
            (Some(ours), Some(theirs)) if ours != theirs => Err(other_mode(theirs)),
            _ => Ok(one_line(&tested.says, LONGEST_REASON)),
        };
        let passed = tested.passed && says.is_ok();
        let says = says.unwrap_or_else(str::to_owned);
        Ok(vec![GatewayEvent::Tested { no: tested.no, passed, says, on }])
    }

    fn enable(&self, needs_test: bool) -> Decision {
        match &self.tested {
            _ if !needs_test => Ok(vec![GatewayEvent::Enabled {}]),
            None => Err(GatewayRefusal::Untested),
            Some(tested) if !tested.passed => {
                Err(GatewayRefusal::TestFailed { says: tested.says.clone() })
            }
            Some(_) => Ok(vec![GatewayEvent::Enabled {}]),
        }
    }
}

/// A field is a secret or it is not: its value is never in settings, which are history.
fn check_apart(settings: &Settings, secrets: Option<&SecretsRef>) -> Result<(), GatewayRefusal> {
    let is_secret = |name: &str| secrets.is_some_and(|secrets| secrets.names.contains(name));
    match settings.iter().find(|(name, _)| is_secret(name)) {
        Some((name, _)) => Err(GatewayRefusal::Secret { field: format!("/settings/{name}") }),
        None => Ok(()),
    }
}

/// Money must not move where it is not meant to, nor seem to where it does not.
fn other_mode(theirs: GatewayMode) -> &'static str {
    match theirs {
        GatewayMode::Test => "these keys are for tests, but the account is for money",
        GatewayMode::Live => "these keys move money, but the account is for tests",
    }
}
