//! One's own account, as pages show it.

use super::samples::{at, shell};
use super::security::{
    Factor, LinkLine, MailCard, PasskeyLine, RecoveryCodes, Security, SessionLine, SetUp, code,
    factor_fields, mail_fields, passkey_fields, picture, renew_fields, secret,
};

pub(super) fn security(set_up: bool) -> Security {
    let line = |current: bool| SessionLine {
        end: "/admin/security/sessions/ses_0/end".to_owned(),
        kind: "Browser",
        current,
        agent: "Mozilla/5.0".to_owned(),
        address: "192.0.2.7".to_owned(),
        created: at(3, 2, 9, 0),
        used: at(3, 2, 9, 0),
    };
    Security {
        shell: shell("/admin/security"),
        demanded: !set_up,
        password: vec![
            secret("old_password", "Password so far", "current-password"),
            secret("password", "New password", "new-password").hint("10 to 256 characters"),
        ],
        password_error: if set_up {
            "The password is not right.".to_owned()
        } else {
            String::new()
        },
        factor: set_up.then(|| Factor { since: at(3, 2, 9, 0), codes_left: 9 }),
        factor_fields: factor_fields(set_up),
        renew_fields: renew_fields(),
        factor_error: String::new(),
        sessions: vec![line(true), line(false)],
        passkeys: vec![PasskeyLine {
            remove: "/admin/security/passkeys/0/remove".to_owned(),
            name: "Laptop".to_owned(),
            created: at(3, 2, 9, 0),
            used: None,
        }],
        passkey_fields: passkey_fields(),
        links: vec![LinkLine {
            remove: "/admin/security/links/remove?issuer=https%3A%2F%2Fid.example.org".to_owned(),
            issuer: "https://id.example.org".to_owned(),
            since: at(3, 2, 9, 0),
            used: None,
        }],
        mail: MailCard {
            since: set_up.then(|| at(3, 2, 9, 0)),
            sends: true,
            fields: mail_fields(),
            error: "The code is not right.".to_owned(),
        },
        timeline: Vec::new(),
    }
}

pub(super) fn set_up() -> SetUp {
    SetUp {
        shell: shell("/admin/security"),
        picture: picture("otpauth://totp/x").unwrap(),
        secret: "GEZD GNBV".to_owned(),
        fields: vec![code("Code that the authenticator shows now")],
        error: "The code is not right.".to_owned(),
    }
}

pub(super) fn recovery_codes() -> RecoveryCodes {
    let codes = vec!["7k3q9-m2x4t".to_owned(), "0bdwh-8n5rz".to_owned()];
    RecoveryCodes { shell: shell("/admin/security"), codes }
}
