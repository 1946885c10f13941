//! `billfold mail`: whether mail leaves as the settings say (SET-01).

use std::process::ExitCode;

use anyhow::anyhow;
use billfold_app::ports::{MailFailure, MailMessage};
use clap::Subcommand;
use uuid::Uuid;

use super::{Context, Stop};
use crate::wire::mailer;

/// What may be asked about mail.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Send one mail by the settings in force and say what became of it. Needs no database.
    Test {
        /// Whom to; an address whose mail you can read.
        #[arg(long, value_name = "ADDRESS")]
        to: String,
    },
}

pub(super) async fn run(context: Context, command: Command) -> Result<ExitCode, Stop> {
    match command {
        Command::Test { to } => test(&context, to).await,
    }
}

#[expect(clippy::print_stdout, reason = "what became of the mail is the command's answer")]
async fn test(context: &Context, to: String) -> Result<ExitCode, Stop> {
    let mailer = mailer(context, &context.config.mail).map_err(Stop::usage)?;
    let none = || Stop::usage(anyhow!("mail.driver is none: no mail is sent; choose smtp or file"));
    let mailer = mailer.ok_or_else(none)?;
    let text = "This mail shows that the settings for mail of Billfold are right.";
    let mail = MailMessage {
        key: Uuid::now_v7(),
        to: to.clone(),
        subject: "Billfold: mail works".to_owned(),
        text: format!("{text}\n"),
        html: format!("<p>{text}</p>\n"),
    };
    mailer.send(&mail).await.map_err(|failure| match failure {
        MailFailure::Refused(_) => Stop::usage(failure),
        MailFailure::Unavailable(_) => Stop::unavailable(failure),
    })?;
    println!("Taken for {to}.");
    Ok(ExitCode::SUCCESS)
}
