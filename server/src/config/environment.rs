//! The environment as a layer of settings: the only code of the program that reads it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::{Config, ConfigError};

const PREFIX: &str = "BILLFOLD_";

/// Read by the command line, not settings.
const NOT_SETTINGS: [&str; 2] = ["BILLFOLD_DATA", "BILLFOLD_CONFIG"];

/// The variables the program looks at, taken once at its start.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    settings: BTreeMap<String, String>,
    /// `DATABASE_URL`.
    database_url: Option<String>,
    /// `PATH`: where programs of the PostgreSQL server are looked for.
    pub search_path: OsString,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `XDG_DATA_HOME`.
    pub data_home: Option<PathBuf>,
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        let texts = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let folder = |name| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
        Self {
            search_path: std::env::var_os("PATH").unwrap_or_default(),
            home: folder("HOME"),
            data_home: folder("XDG_DATA_HOME"),
            ..Self::of(texts)
        }
    }

    /// An environment of these variables.
    pub fn of<N: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut environment = Self::default();
        for (name, value) in variables {
            let (name, value) = (name.into(), value.into());
            if name == "DATABASE_URL" && !value.is_empty() {
                environment.database_url = Some(value);
            } else if name.starts_with(PREFIX)
                && !NOT_SETTINGS.contains(&name.as_str())
                && !name.starts_with("BILLFOLD_TEST_")
            {
                environment.settings.insert(name, value);
            }
        }
        environment
    }

    /// Lays the variables over the settings of a file.
    pub(super) fn overlay(&self, table: &mut toml::Table) -> Result<(), ConfigError> {
        let known = toml::Table::try_from(Config::default()).unwrap_or_default();
        if let Some(url) = &self.database_url {
            set(table, "database", "url", toml::Value::String(url.clone()));
        }
        for (variable, value) in &self.settings {
            let unknown = || ConfigError::UnknownVariable { variable: variable.clone() };
            let path = variable.trim_start_matches(PREFIX).to_lowercase();
            let (section, key) = path.split_once('_').ok_or_else(unknown)?;
            let defaults =
                known.get(section).and_then(toml::Value::as_table).ok_or_else(unknown)?;
            set(table, section, key, typed(value, defaults.get(key)));
        }
        Ok(())
    }
}

fn set(table: &mut toml::Table, section: &str, key: &str, value: toml::Value) {
    let entry = table.entry(section).or_insert_with(|| toml::Table::new().into());
    if let Some(section) = entry.as_table_mut() {
        section.insert(key.to_owned(), value);
    }
}

/// The value in the kind of its default; a setting without a default is a text.
fn typed(value: &str, default: Option<&toml::Value>) -> toml::Value {
    let parsed = match default {
        Some(toml::Value::Integer(_)) => value.parse().ok().map(toml::Value::Integer),
        Some(toml::Value::Array(_)) => Some(listed(value)),
        Some(toml::Value::Boolean(_)) => value.parse().ok().map(toml::Value::Boolean),
        _ => None,
    };
    parsed.unwrap_or_else(|| toml::Value::String(value.to_owned()))
}

/// Texts with commas between.
fn listed(value: &str) -> toml::Value {
    let texts = value.split(',').map(str::trim).filter(|text| !text.is_empty());
    texts.map(|text| toml::Value::String(text.to_owned())).collect::<Vec<_>>().into()
}
