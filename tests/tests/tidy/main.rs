//! The rules of the house that can be read off the source.
//!
//! Each test lists every place that breaks its rule. A rule that gets in the way of good code is
//! changed here, with a reason, and not worked around.

mod source;

use std::collections::BTreeSet;
use std::fs;

use source::{Source, files, root};

const FUNCTION_LINES: usize = 70;
const FILE_LINES: usize = 600;
const TEST_FILE_LINES: usize = 800;
const COLUMNS: usize = 100;

fn refuse(rule: &str, places: Vec<String>) {
    assert!(places.is_empty(), "{rule}:\n  {}\n", places.join("\n  "));
}

/// Places in every source where `finds` says something about a line of code.
fn lines_of_code<'a>(
    sources: impl IntoIterator<Item = &'a Source>,
    finds: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut places = Vec::new();
    for source in sources {
        for (index, line) in source.code.iter().enumerate() {
            if finds(line) {
                places.push(format!("{}:{}: {}", source.name, index + 1, line.trim()));
            }
        }
    }
    places
}

/// Whether `word` stands in the line as a word of its own.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let joins = |c: char| c.is_alphanumeric() || c == '_';
        !line[..start].ends_with(joins) && !line[start + word.len()..].starts_with(joins)
    })
}

/// Whether `name` stands in the line and is not the end of a longer word.
fn begins_word(line: &str, name: &str) -> bool {
    line.match_indices(name)
        .any(|(start, _)| !line[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[test]
fn a_function_fits_on_a_screen() {
    let mut places = Vec::new();
    for source in Source::all() {
        for (line, name, length) in source.functions() {
            if length > FUNCTION_LINES {
                places.push(format!("{}:{line}: {name} has {length} lines", source.name));
            }
        }
    }
    refuse("a function has at most 70 lines", places);
}

#[test]
fn what_the_map_of_security_names_exists() {
    let functions = Source::all().iter().flat_map(Source::functions);
    let tests: BTreeSet<String> = functions.map(|(_, name, _)| name).collect();
    let map = fs::read_to_string(root().join("docs/security/asvs.md")).expect("the map");
    let mut places = Vec::new();
    let mut named = 0;
    for (index, line) in map.lines().enumerate() {
        for name in line.split('`').skip(1).step_by(2) {
            let is_test = name.matches('_').count() >= 3
                && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            let is_file = name.contains('/')
                && [".rs", ".md", ".mjs", ".toml"].iter().any(|kind| name.ends_with(kind));
            let missing =
                is_test && !tests.contains(name) || is_file && !root().join(name).exists();
            named += usize::from(is_test);
            if missing {
                places.push(format!("docs/security/asvs.md:{}: {name}", index + 1));
            }
        }
    }
    refuse("a test or a file that the map of security names exists", places);
    assert!(named > 60, "{named} tests are named");
}

/// The names under which a source's shapes stand in the OpenAPI document.
fn shapes(source: &Source) -> Vec<String> {
    let word = |text: &str| {
        let legal = |c: char| c.is_alphanumeric() || c == '_';
        text.chars().take_while(|c| legal(*c)).collect::<String>()
    };
    let after = |line: &str, start: &str| line.split_once(start).map(|(_, rest)| word(rest));
    let (mut names, mut shape, mut known_as) = (Vec::new(), false, None);
    for line in &source.code {
        shape |= line.contains("#[derive(") && has_word(line, "ToSchema");
        known_as = after(line, "#[schema(as = ").or(known_as);
        if let Some(name) = after(line, "struct ").or_else(|| after(line, "enum ")) {
            // A macro's variable stands for names that are given elsewhere.
            let name = known_as.take().unwrap_or(name);
            names.extend((shape && !name.is_empty()).then_some(name));
            (shape, known_as) = (false, None);
        }
    }
    names
}

#[test]
fn a_shape_of_the_api_has_a_name_of_its_own() {
    let (mut known, mut twice) = (BTreeSet::new(), Vec::new());
    for source in Source::all().iter().filter(|source| source.name.starts_with("api/src")) {
        let again = shapes(source).into_iter().filter(|name| !known.insert(name.clone()));
        twice.extend(again.map(|name| format!("{}: {name}", source.name)));
    }
    assert!(known.len() > 100, "{} shapes", known.len());
    refuse("one name in the document stands for one shape", twice);
}

#[test]
fn a_file_is_about_one_thing() {
    let mut places = Vec::new();
    for source in Source::all() {
        let limit = if source.is_test() { TEST_FILE_LINES } else { FILE_LINES };
        if source.lines.len() > limit {
            places.push(format!("{}: {} lines", source.name, source.lines.len()));
        }
    }
    refuse("a file has at most 600 lines, one of tests 800", places);
}

#[test]
fn a_line_has_at_most_a_hundred_columns() {
    let mut places = Vec::new();
    for source in Source::all() {
        for (index, line) in source.lines.iter().enumerate() {
            let length = line.chars().count();
            if length > COLUMNS && !line.contains("https://") {
                places.push(format!("{}:{}: {length} columns", source.name, index + 1));
            }
        }
    }
    refuse("a line has at most 100 columns", places);
}

#[test]
fn every_module_says_what_it_is() {
    let mut places = Vec::new();
    for source in Source::all() {
        if !source.lines.first().is_some_and(|line| line.starts_with("//!")) {
            places.push(source.name.clone());
        }
    }
    refuse("a file starts with //!", places);
}

#[test]
fn names_say_what_a_thing_is() {
    let words = ["utils", "util", "common", "helpers", "helper", "misc"];
    let endings = ["Manager", "Impl", "Data", "Info", "Helper", "Utils"];
    let mut places = Vec::new();
    for source in Source::all() {
        let stems = source.name.trim_end_matches(".rs").split('/');
        if stems.into_iter().any(|stem| words.contains(&stem)) {
            places.push(source.name.clone());
        }
        for (index, line) in source.code.iter().enumerate() {
            let mut tokens = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            while let Some(token) = tokens.next() {
                if ["struct", "enum", "trait", "type", "mod"].contains(&token) {
                    let name = tokens.next().unwrap_or_default();
                    let bad_ending = endings.iter().any(|ending| name.ends_with(ending));
                    if bad_ending || (token == "mod" && words.contains(&name)) {
                        places.push(format!("{}:{}: {name}", source.name, index + 1));
                    }
                }
            }
        }
    }
    refuse("no utils, common, helpers; no name in Manager, Impl, Data, Info", places);
}

#[test]
fn a_folder_module_lies_in_its_folder() {
    let names: BTreeSet<String> = Source::all().iter().map(|source| source.name.clone()).collect();
    let beside = |name: &&String| {
        let folder = format!("{}/", name.trim_end_matches(".rs"));
        !name.ends_with("/mod.rs") && names.iter().any(|other| other.starts_with(&folder))
    };
    let places = names.iter().filter(|name| name.contains("/src/")).filter(beside);
    refuse("a folder of modules has a mod.rs", places.cloned().collect());
}

#[test]
fn nothing_is_commented_out() {
    let starts = ["let ", "use ", "pub ", "fn ", "return ", "assert", "#[", "impl ", "mod "];
    let looks_like_code = |text: &str| {
        let ends = text.ends_with(';') || text.ends_with('{') || text == "}";
        let marks = text.contains("::") || text.contains("()") || text.contains(" = ");
        ends && (marks || starts.iter().any(|start| text.starts_with(start)) || text == "}")
    };
    let mut places = Vec::new();
    for source in Source::all() {
        for (line, text) in &source.comments {
            if looks_like_code(text) {
                places.push(format!("{}:{line}: {text}", source.name));
            }
        }
    }
    refuse("code is deleted, not commented out", places);
}

#[test]
fn comments_hold_no_banners_and_no_promises() {
    let mut places = Vec::new();
    for source in Source::all() {
        for (line, text) in &source.comments {
            let banner = text.len() > 3 && text.chars().all(|c| "=-*#~/ ".contains(c));
            let banner = banner || text.contains("====") || text.contains("----");
            let promise = ["TODO", "FIXME", "XXX", "HACK"].iter().any(|word| has_word(text, word));
            if banner || promise {
                places.push(format!("{}:{line}: {text}", source.name));
            }
        }
    }
    refuse("no section banners (split the file), no TODO", places);
}

#[test]
fn a_lint_is_expected_with_a_reason_or_obeyed() {
    let mut places = lines_of_code(Source::all(), |line| {
        line.contains("#[allow(") || line.contains("#![allow(")
    });
    for source in Source::all() {
        let code = source.code.join("\n");
        for (start, _) in code.match_indices("[expect(") {
            let end = code[start..].find(")]").map_or(code.len(), |end| start + end);
            if !code[start..end].contains("reason") {
                let line = code[..start].matches('\n').count() + 1;
                places.push(format!("{}:{line}: expect without a reason", source.name));
            }
        }
    }
    refuse("no allow; expect says why", places);
}

#[test]
fn every_migration_gives_its_reason() {
    let mut places = Vec::new();
    for path in files("sql") {
        let text = fs::read_to_string(&path).expect("a readable migration");
        if !text.starts_with("-- ") {
            places.push(path.display().to_string());
        }
    }
    refuse("a migration starts with a comment that says why", places);
}

#[test]
fn tests_wait_for_conditions_and_are_never_skipped() {
    let waits = "tests/src/harness/wait.rs";
    let tests = Source::all().iter().filter(|source| source.is_test() && source.name != waits);
    let places = lines_of_code(tests, |line| {
        line.contains("thread::sleep")
            || line.contains("time::sleep(")
            || line.contains("#[ignore")
            || line.contains("use std::thread::sleep")
    });
    refuse("no sleeping in tests (harness::eventually waits), no ignored ones", places);
}

#[test]
fn a_test_is_named_after_its_rule() {
    let mut places = Vec::new();
    for source in Source::all() {
        for (line, name, _) in source.functions() {
            let marked = (line.saturating_sub(4)..line)
                .filter_map(|index| source.code.get(index))
                .any(|code| code.contains("test]") || code.contains("::test("));
            if marked && name.starts_with("test_") {
                places.push(format!("{}:{line}: {name}", source.name));
            }
        }
    }
    refuse("no prefix test_", places);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let homes = [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"], ["/Us", "ers/"]];
    let homes: Vec<String> = homes.iter().map(|parts| parts.concat()).collect();
    let mut places = Vec::new();
    for extension in ["rs", "toml", "sql", "md", "html", "css", "js", "mjs", "sh", "py", "json"] {
        for path in files(extension) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            for (index, line) in text.lines().enumerate() {
                // The install folder of a package, the same on every machine that has it.
                let line = line.replace("/home/linuxbrew/.linuxbrew", "");
                let starts = |home: &String| {
                    line.match_indices(home.as_str()).any(|(at, _)| {
                        !line[..at].ends_with(|c: char| c.is_alphanumeric() || ".}_-".contains(c))
                    })
                };
                if homes.iter().any(starts) {
                    places.push(format!("{}:{}: {}", path.display(), index + 1, line.trim()));
                }
            }
        }
    }
    refuse("no absolute paths of a machine", places);
}

#[test]
fn no_amount_is_ever_a_float() {
    let floats = |line: &str| {
        let literal = line.as_bytes().windows(3).any(|window| {
            window[0].is_ascii_digit() && window[1] == b'.' && window[2].is_ascii_digit()
        });
        // A tuple's field of a field (`pair.0.1`) is no number.
        let field = line.contains(".0.") || line.contains(".1.");
        has_word(line, "f64") || has_word(line, "f32") || (literal && !field)
    };
    let crates = ["domain/src/", "projections/src/", "app/src/", "adapters/src/"];
    let sources = crates.into_iter().flat_map(Source::within);
    refuse("no floats near money", lines_of_code(sources, floats));
}

#[test]
fn only_the_clock_reads_the_wall_clock() {
    let calls = ["Utc::now(", "Local::now(", "SystemTime::now("];
    let sources = Source::all()
        .iter()
        .filter(|source| source.name != "server/src/clock.rs")
        .filter(|source| !source.is_test() && !source.name.starts_with("benches/"));
    let places = lines_of_code(sources, |line| calls.iter().any(|call| line.contains(call)));
    refuse("wall time is read in server/src/clock.rs only", places);
}

#[test]
fn the_domain_touches_nothing_outside_itself() {
    let outside = [
        "std::fs",
        "std::env",
        "std::net",
        "std::io",
        "std::time",
        "std::process",
        "std::thread",
        "Instant::now",
        "tokio::",
        "rand::",
        "sqlx::",
        "tracing::",
        "new_v4",
        "now_v7",
        "println!",
    ];
    let places = lines_of_code(Source::within("domain/src/"), |line| {
        outside.iter().any(|name| begins_word(line, name))
    });
    refuse("domain is pure: no clock, randomness, input or output", places);
}

#[test]
fn statements_are_in_lower_case() {
    let words = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "ALTER TABLE "];
    let mut places = Vec::new();
    for source in Source::all() {
        if source.name.starts_with("tests/tests/tidy") || source.name.starts_with("benches/") {
            continue;
        }
        for (line, text) in &source.texts {
            if words.iter().any(|word| text.contains(word)) {
                places.push(format!("{}:{line}: {}", source.name, text.trim()));
            }
        }
    }
    refuse("SQL is in lower case", places);
}

#[test]
fn errors_are_phrases_that_a_sentence_can_hold() {
    let mut places = Vec::new();
    for source in Source::all() {
        for (line, text) in &source.texts {
            let code = source.code.get(line - 1).map_or("", |code| code.trim_start());
            let before = line.checked_sub(2).and_then(|index| source.code.get(index));
            let opened = before.is_some_and(|code| code.trim() == "#[error(");
            if !code.starts_with("#[error(\"") && !opened {
                continue;
            }
            let mut letters = text.chars();
            let first = letters.next().is_some_and(char::is_uppercase);
            // A name such as PostgreSQL or VAT keeps its capitals.
            let word: String = letters.take_while(|c| c.is_alphanumeric()).collect();
            let sentence = first && !word.is_empty() && !word.contains(char::is_uppercase);
            if sentence || text.ends_with('.') {
                places.push(format!("{}:{line}: {text}", source.name));
            }
        }
    }
    refuse("an error is lower case and has no full stop", places);
}

#[test]
fn the_look_of_the_workspace_is_one() {
    for file in ["rustfmt.toml", "clippy.toml", "deny.toml", "LICENSE", "SECURITY.md"] {
        assert!(root().join(file).is_file(), "{file} is missing");
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the workspace");
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}
