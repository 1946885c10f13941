//! Mail as files in a folder, one `.eml` each, for development: nothing leaves the machine.
//!
//! Guarantees: nobody but the owner of the process may read one; the same mail twice is one file.

use std::path::PathBuf;

use async_trait::async_trait;
use billfold_app::ports::{MailFailure, MailMessage, Mailer};
use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::Sender;

/// The folder.
#[derive(Clone, Debug)]
pub struct FileMailer {
    /// Where the files are written; made when it is not there.
    pub folder: PathBuf,
    /// Who mails come from.
    pub sender: Sender,
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, mail: &MailMessage) -> Result<(), MailFailure> {
        let bytes = self.sender.write(mail)?.formatted();
        let path = self.folder.join(format!("{}.eml", mail.key));
        let written = async {
            fs::create_dir_all(&self.folder).await?;
            let mut options = fs::OpenOptions::new();
            options.write(true).create(true).truncate(true).mode(0o600);
            let mut file = options.open(&path).await?;
            file.write_all(&bytes).await?;
            file.flush().await
        };
        written.await.map_err(|error: std::io::Error| {
            MailFailure::Unavailable(format!("cannot write {}: {error}", path.display()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn the_same_mail_twice_is_one_file_that_only_its_owner_reads() {
        let folder = std::env::temp_dir().join(format!("billfold-mail-{}", Uuid::new_v4()));
        let sender = Sender::parse("Billfold <billing@example.org>").unwrap();
        let mailer = FileMailer { folder: folder.clone(), sender };
        let mail = MailMessage {
            key: Uuid::from_u128(7),
            to: "ada@example.org".to_owned(),
            subject: "Grüße".to_owned(),
            text: "text".to_owned(),
            html: "<p>html</p>".to_owned(),
        };
        mailer.send(&mail).await.unwrap();
        mailer.send(&mail).await.unwrap();
        let files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(files[0].path()).unwrap();
        assert!(text.contains("00000000000000000000000000000007@example.org"), "{text}");
        assert!(text.contains("<p>html</p>"), "{text}");
        assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let nowhere = MailMessage { to: "nobody\r\nBcc: x@example.org".to_owned(), ..mail };
        assert!(matches!(mailer.send(&nowhere).await, Err(MailFailure::Refused(_))));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
