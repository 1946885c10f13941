//! A mail server of the tests: speaks as much SMTP (RFC 5321) as a client needs to hand mail over,
//! and keeps what it was handed.
//!
//! Guarantees: what is in the box came over a socket, in the client's own words. Absent on purpose:
//! TLS, which this machine's own name does not need, and delivery.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::eventually;

/// A mail as it was handed over.
#[derive(Clone, Debug)]
pub struct Posted {
    /// To whom, as the envelope says.
    pub to: String,
    /// Everything between `DATA` and the lone dot.
    pub source: String,
}

/// A running server.
pub struct Postbox {
    port: u16,
    mails: Arc<Mutex<Vec<Posted>>>,
    /// So many mails more are answered "later".
    busy: Arc<AtomicU32>,
}

impl Posted {
    /// The body as text, transfer encodings undone.
    pub fn text(&self) -> String {
        let joined = self.source.replace("=\r\n", "");
        joined.replace("=3D", "=").replace("\r\n", "\n")
    }

    /// The code in it that begins so.
    pub fn code(&self, prefix: &str) -> String {
        let text = self.text();
        let begin = text.find(prefix).unwrap_or_else(|| panic!("no {prefix} in {text}"));
        let rest = &text[begin..];
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        rest[..rest.find(|c| !legal(c)).unwrap_or(rest.len())].to_owned()
    }
}

impl Postbox {
    /// Listens on a port of its own.
    pub async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let (mails, busy) = (Arc::default(), Arc::new(AtomicU32::new(0)));
        let (kept, turned_away) = (Arc::clone(&mails), Arc::clone(&busy));
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(talk(line, Arc::clone(&kept), Arc::clone(&turned_away)));
            }
        });
        Self { port, mails, busy }
    }

    /// Answers the next mails "later".
    pub fn turn_away(&self, mails: u32) {
        self.busy.store(mails, Ordering::SeqCst);
    }

    /// Mails that are still to be turned away.
    pub fn to_turn_away(&self) -> u32 {
        self.busy.load(Ordering::SeqCst)
    }

    /// The settings that send mail here, each a variable of the environment.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("BILLFOLD_MAIL_DRIVER", "smtp".to_owned()),
            ("BILLFOLD_MAIL_FROM", "Billfold <billing@example.org>".to_owned()),
            ("BILLFOLD_MAIL_SMTP_HOST", "127.0.0.1".to_owned()),
            ("BILLFOLD_MAIL_SMTP_PORT", self.port.to_string()),
            ("BILLFOLD_MAIL_SMTP_SECURITY", "clear".to_owned()),
        ]
    }

    /// Everything so far.
    pub fn mails(&self) -> Vec<Posted> {
        self.mails.lock().expect("the box").clone()
    }

    /// Waits for a mail to an address that says something, and takes it out.
    pub async fn take(&self, to: &str, what: &str) -> Posted {
        eventually(&format!("a mail to {to} about {what}"), async || {
            let mut mails = self.mails.lock().expect("the box");
            let found = mails.iter().position(|mail| mail.to == to && mail.text().contains(what));
            found.map(|at| mails.remove(at))
        })
        .await
    }
}

async fn talk(line: TcpStream, mails: Arc<Mutex<Vec<Posted>>>, busy: Arc<AtomicU32>) {
    let (read, mut write) = line.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut to = String::new();
    let _ = write.write_all(b"220 postbox\r\n").await;
    while let Ok(Some(said)) = lines.next_line().await {
        let verb = said.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-postbox\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
            "AUTH" if authenticated(&said) => "235 welcome\r\n",
            "AUTH" => "535 no\r\n",
            "RCPT" => {
                to = said.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                "250 ok\r\n"
            }
            "DATA" => {
                let _ = write.write_all(b"354 go on\r\n").await;
                let source = body(&mut lines).await;
                let less = |left: u32| left.checked_sub(1);
                if busy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
                    "451 later\r\n"
                } else {
                    mails.lock().expect("the box").push(Posted { to: to.clone(), source });
                    "250 taken\r\n"
                }
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 ok\r\n",
        };
        if write.write_all(answer.as_bytes()).await.is_err() || verb == "QUIT" {
            return;
        }
    }
}

async fn body<R: tokio::io::AsyncBufRead + Unpin>(lines: &mut tokio::io::Lines<R>) -> String {
    let mut source = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        if line == "." {
            break;
        }
        source.push_str(line.strip_prefix('.').unwrap_or(&line));
        source.push_str("\r\n");
    }
    source
}

/// Whether the name and the password are `billfold` and `let me send`.
fn authenticated(said: &str) -> bool {
    let given = said.rsplit(' ').next().unwrap_or_default();
    STANDARD.decode(given).is_ok_and(|bytes| bytes == b"\0billfold\0let me send")
}
