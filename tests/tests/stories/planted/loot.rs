//! What was taken, and the search through it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use sqlx::PgPool;

use super::garden::Planted;

/// Pieces, each with a name.
#[derive(Default)]
pub(super) struct Loot {
    pieces: Vec<(String, String)>,
}

impl Loot {
    pub(super) fn take(&mut self, name: &str, bytes: Vec<u8>) {
        assert!(!bytes.is_empty(), "{name} is empty");
        self.pieces.push((name.to_owned(), String::from_utf8_lossy(&bytes).into_owned()));
    }

    /// What a command logged; its answer is for who asked.
    pub(super) fn said(&mut self, name: &str, done: &Output) {
        let text = String::from_utf8_lossy(&done.stderr).into_owned();
        self.pieces.push((format!("the log of {name}"), text));
    }

    /// Every file of a folder, unpacked.
    pub(super) fn take_folder(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            let packed = path.extension().is_some_and(|ending| ending == "zst");
            let bytes = if packed { zstd::decode_all(&bytes[..]).unwrap() } else { bytes };
            if !bytes.is_empty() {
                self.take(&path.display().to_string(), bytes);
            }
        }
    }

    /// Every table of the catalogue, also one that nobody has thought of.
    pub(super) async fn take_tables(&mut self, owner: &PgPool) {
        let tables: Vec<String> = sqlx::query_scalar(
            "select format('%I.%I', n.nspname, c.relname) from pg_class c
             join pg_namespace n on n.oid = c.relnamespace
             where c.relkind in ('r', 'm')
               and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
             order by 1",
        )
        .fetch_all(owner)
        .await
        .unwrap();
        assert!(tables.len() > 40, "{tables:?}");
        for table in tables {
            let sql = format!("select t::text from only {table} t");
            let rows: Vec<String> = sqlx::query_scalar(&sql).fetch_all(owner).await.unwrap();
            self.pieces.push((table, rows.join("\n")));
        }
    }

    /// A backup as operators take it.
    pub(super) fn take_backup(&mut self, url: &str) {
        let (server, parts) = url.split_once('?').unwrap_or((url, ""));
        // What only sqlx knows, libpq refuses.
        let parts = parts.split('&').filter(|part| !part.starts_with("statement-cache"));
        let url = format!("{server}?{}", parts.collect::<Vec<_>>().join("&"));
        let dump = Command::new("pg_dump").arg(url).output().unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        self.take("the backup", dump.stdout);
    }

    /// Which markers lie where in which spelling.
    pub(super) fn search(&self, planted: &[Planted]) -> Vec<String> {
        let mut found = Vec::new();
        for (piece, text) in &self.pieces {
            let lower = text.to_lowercase();
            for marker in planted {
                let plain = marker.text.to_lowercase();
                let spellings = [("clear", plain.clone()), ("hex", hex(&marker.text))];
                let url = ("percent signs", percent(&plain));
                let lowered = spellings.into_iter().chain([url, ("hex", hex(&plain))]);
                let exact = in_base64(&marker.text).into_iter().map(|it| ("base 64", it));
                let hits = lowered
                    .filter(|(_, it)| lower.contains(it.as_str()))
                    .chain(exact.filter(|(_, it)| text.contains(it.as_str())));
                if let Some((spelling, it)) = { hits }.next() {
                    let at = lower.find(&it.to_lowercase()).unwrap_or_default();
                    let near: String =
                        lower.chars().skip(at.saturating_sub(80)).take(200).collect();
                    found.push(format!("{} in {piece} in {spelling}: …{near}…", marker.what));
                }
            }
        }
        found
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn percent(text: &str) -> String {
    let kept = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    let one = |byte: u8| match kept(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02x}"),
    };
    text.bytes().map(one).collect()
}

/// The part of a base 64 text that the marker alone decides, wherever it begins.
fn in_base64(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for shift in 0..3 {
        let bytes: Vec<u8> = vec![b'x'; shift].into_iter().chain(text.bytes()).collect();
        let whole = bytes.len() * 8 / 6;
        let first = (shift * 8).div_ceil(6);
        for alphabet in [&STANDARD, &URL_SAFE] {
            let encoded = alphabet.encode(&bytes);
            all.push(encoded[first..whole].to_owned());
        }
    }
    all
}

#[test]
fn a_marker_is_found_in_every_spelling() {
    let marker = Planted { what: "name", field: None, text: "Zq Hopper@42".to_owned() };
    for spelled in [
        "zq hopper@42".to_owned(),
        format!("a={}&b", percent("zq hopper@42")),
        format!("\\x00{}", hex("Zq Hopper@42")),
        STANDARD.encode("Zq Hopper@42"),
        STANDARD.encode("{\"name\":\"Zq Hopper@42\"}"),
        URL_SAFE.encode("ab Zq Hopper@42 cd"),
    ] {
        let loot = Loot { pieces: vec![("piece".to_owned(), spelled.clone())] };
        assert_eq!(loot.search(std::slice::from_ref(&marker)).len(), 1, "{spelled}");
    }
}
