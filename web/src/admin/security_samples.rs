//! One's own account, as pages show it.

use super::samples::{at, shell};
use super::security::{
    Factor, RecoveryCodes, Security, SessionLine, SetUp, code, factor_fields, picture, secret,
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
        factor_error: String::new(),
        sessions: vec![line(true), line(false)],
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
