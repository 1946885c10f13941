//! The use cases as the source declares them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A use case, and the fields of it that are ids.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) ids: BTreeSet<String>,
}

/// Every use case of the application.
pub(crate) fn use_cases() -> Vec<Found> {
    let mut files = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src"), &mut files);
    let texts = files.iter().map(|path| fs::read_to_string(path).expect("a source file"));
    texts.flat_map(|text| declared(&text)).collect()
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
}

fn declared(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for part in text.split("impl UseCase for ").skip(1) {
        let noun = part.split([' ', '<']).next().unwrap_or_default();
        let name = part.split("const NAME: &'static str = ").nth(1).expect("a name");
        match name.strip_prefix('"').and_then(|name| name.split('"').next()) {
            Some(name) => found.push(Found { name: name.to_owned(), ids: ids_of(text, noun) }),
            // Declared by a macro, which is asked once for each.
            None => found.extend(by_macro(text)),
        }
    }
    found
}

/// `Noun = "name" {`: all of them are about a case.
fn by_macro(text: &str) -> impl Iterator<Item = Found> {
    text.lines().filter_map(|line| {
        let (_, name) = line.strip_prefix("    ")?.split_once(" = \"")?;
        let (name, rest) = name.split_once('"')?;
        let ids = BTreeSet::from(["case_id".to_owned()]);
        rest.starts_with(" {").then(|| Found { name: name.to_owned(), ids })
    })
}

/// The fields of a struct whose type is an id, perhaps one of several or none.
fn ids_of(text: &str, noun: &str) -> BTreeSet<String> {
    let body = text.split(&format!("struct {noun} {{")).nth(1).unwrap_or_default();
    let body = body.split("\n}").next().unwrap_or_default();
    let fields = body.lines().map(str::trim).filter(|line| !line.starts_with('/'));
    let fields = fields.filter_map(|line| line.split_once(": "));
    let ids = fields.filter(|(_, kind)| {
        let words: Vec<&str> = kind.split(|c: char| !c.is_alphanumeric()).collect();
        words.iter().any(|word| word.ends_with("Id") || ["Person", "Holder"].contains(word))
    });
    ids.map(|(name, _)| name.rsplit(' ').next().unwrap_or(name).to_owned()).collect()
}
