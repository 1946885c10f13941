//! The rules of the settings.

use std::fs;

use super::{Config, Environment, LogFormat};

fn load(file: Option<&str>, variables: &[(&str, &str)]) -> Result<Config, String> {
    let name = format!("billfold-config-{}-{}", std::process::id(), uuid::Uuid::new_v4());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).unwrap();
    if let Some(text) = file {
        fs::write(folder.join("billfold.toml"), text).unwrap();
    }
    let environment = Environment::of(variables.iter().copied());
    let loaded = Config::load(&folder, None, &environment).map_err(|error| error.to_string());
    fs::remove_dir_all(&folder).unwrap();
    loaded
}

#[test]
fn printed_settings_give_the_same_settings() {
    let config = load(
        Some("[http]\nlisten = '0.0.0.0:80'\n[telemetry]\nformat = 'json'\n"),
        &[("BILLFOLD_METRICS_LISTEN", "off"), ("DATABASE_URL", "postgres://billfold@db/billfold")],
    )
    .unwrap();
    assert_eq!(config.telemetry.format, LogFormat::Json);
    assert_eq!(config.metrics.listen, None);
    assert_eq!(load(Some(&config.to_toml()), &[]).unwrap(), config);
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "[log]\nqueue = 10\nwriters = 3\n";
    let config = load(Some(file), &[("BILLFOLD_LOG_QUEUE", "20")]).unwrap();
    assert_eq!((config.log.queue, config.log.writers), (20, 3));
}

#[test]
fn an_unknown_name_in_the_file_is_refused_with_its_line() {
    let refused = load(Some("[http]\nlisten = '[::1]:80'\nlisen = 1\n"), &[]).unwrap_err();
    assert!(refused.contains("unknown field `lisen`"), "{refused}");
    assert!(refused.contains("line 3"), "{refused}");
}

#[test]
fn an_unknown_variable_is_refused() {
    for (variable, named) in [
        ("BILLFOLD_HTTP_LISEN", "unknown field `lisen`"),
        ("BILLFOLD_WHAT_EVER", "BILLFOLD_WHAT_EVER names no setting"),
        ("BILLFOLD_HTTP", "BILLFOLD_HTTP names no setting"),
    ] {
        let refused = load(None, &[(variable, "1")]).unwrap_err();
        assert!(refused.contains(named), "{refused}");
    }
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    assert!(load(None, &[("BILLFOLD_LOG_QUEUE", "many")]).unwrap_err().contains("many"));
    assert!(load(None, &[("BILLFOLD_METRICS_LISTEN", "on")]).unwrap_err().contains("neither"));
}

#[test]
fn a_password_in_the_file_is_refused_and_one_in_the_environment_is_never_shown() {
    let refused = load(Some("[database]\nurl = 'postgres://u:hunter2@h/d'\n"), &[]).unwrap_err();
    assert!(refused.contains("database.url_file") && !refused.contains("hunter2"), "{refused}");

    for url in ["postgres://u:hunter2@h/d", "postgres://u@h/d?password=hunter2"] {
        let config = load(None, &[("DATABASE_URL", url)]).unwrap();
        assert!(
            !config.to_toml().contains("hunter2") && !format!("{config:?}").contains("hunter2")
        );
        assert!(config.database.server().unwrap().is_some());
    }
}

#[test]
fn an_address_that_is_none_is_refused_without_being_repeated() {
    let refused = load(None, &[("DATABASE_URL", "mysql//secret")]).unwrap_err();
    assert!(refused.starts_with("database.url") && !refused.contains("secret"), "{refused}");
}

#[test]
fn origins_are_named_exactly_and_may_come_from_the_environment() {
    let listed = "https://app.example, http://localhost:3000";
    let config = load(None, &[("BILLFOLD_HTTP_CORS_ORIGINS", listed)]).unwrap();
    assert_eq!(config.http.cors_origins, ["https://app.example", "http://localhost:3000"]);
    for wrong in ["*", "app.example", "https://app.example/", "https://*.example", "https://"] {
        let refused = load(None, &[("BILLFOLD_HTTP_CORS_ORIGINS", wrong)]).unwrap_err();
        assert!(refused.contains(wrong) && refused.contains("https://app.example"), "{refused}");
    }
}

#[test]
fn mail_settings_belong_together_and_name_their_secret_by_a_file() {
    let of = |text: &str| load(Some(&format!("[mail]\n{text}")), &[]);
    assert!(of("driver = 'smtp'").unwrap_err().starts_with("mail.smtp_host"));
    assert!(of("smtp_user = 'billfold'").unwrap_err().starts_with("mail.smtp_user"));
    assert!(of("smtp_timeout_seconds = 0").unwrap_err().contains("1 to 60"));
    assert!(of("driver = 'pigeon'").unwrap_err().contains("pigeon"));
    assert!(of("smtp_password = 'hunter2'").unwrap_err().contains("unknown field"));
    let file = "driver = 'smtp'\nsmtp_host = 'mail.example.org'\nsmtp_user = 'u'\n\
                smtp_password_file = '/run/secrets/smtp'";
    let config = of(file).unwrap();
    assert_eq!(config.mail.smtp_port, 587);
    assert_eq!(load(Some(&config.to_toml()), &[]).unwrap(), config);
}

#[test]
fn the_example_names_every_setting_and_its_defaults_are_true() {
    let example = include_str!("../../../billfold.example.toml");
    let spoken: String = example
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
        .map(|line| format!("{line}\n"))
        .collect();
    let spoken: toml::Table = spoken.parse().unwrap();
    let defaults: toml::Table = Config::default().to_toml().parse().unwrap();
    for (section, settings) in &defaults {
        let named = spoken[section].as_table().unwrap();
        for (name, value) in settings.as_table().unwrap() {
            let told = named.get(name).unwrap_or_else(|| panic!("{section}.{name} is missing"));
            let is_list_of_examples = name == "cors_origins";
            assert!(is_list_of_examples || told == value, "{section}.{name}: {told} for {value}");
        }
    }
    let known: Config = spoken.clone().try_into().expect("every name is a setting");
    let kept: toml::Table = known.to_toml().parse().unwrap();
    assert_eq!(kept, spoken, "what is commented out is read as it stands");
    assert!(load(Some(example), &[]).unwrap() == Config::default(), "as a file it changes nothing");
}
