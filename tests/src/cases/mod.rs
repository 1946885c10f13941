//! Acceptance cases: business questions as data, answered by the domain.
//!
//! Each file in `tests/cases` is a list of cases; each case belongs to a family, and a family has
//! one adapter that puts its question to the domain. Guarantees that nothing is skipped: a family
//! without an adapter fails, and so does a file that is no list of cases. Absent on purpose:
//! knowledge of single cases; an adapter sees what is given and what happens, never the id.

mod coupons;
mod credit_notes;
mod credits;
mod ledger;
mod money;
mod numbering;
mod payments;
mod periods;
mod proration;
mod taxes;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// One case, as its file tells it.
#[derive(Debug, Clone, Deserialize)]
pub struct Case {
    /// Stable name.
    pub id: String,
    /// Which question is asked.
    pub family: String,
    /// Prices, settings, earlier state.
    pub given: Value,
    /// What happens.
    pub when: Value,
    /// The answer; fields that are not here are not compared.
    pub expect: Value,
}

/// What an adapter answers, or why it cannot.
type Answer = Result<Value, Box<dyn std::error::Error>>;

/// Puts the question of a family to the domain: what is given, what happens.
type Adapter = fn(&Value, &Value) -> Answer;

/// The adapter of each family.
const ADAPTERS: &[(&str, Adapter)] = &[
    ("money.minor", money::minor),
    ("numbering", numbering::numbering),
    ("ledger.postings", ledger::postings),
    ("ledger.balanced", ledger::balanced),
    ("ledger.revaluation", ledger::revaluation),
    ("period.list", periods::list),
    ("period.containing", periods::containing),
    ("timezone.day", periods::day),
    ("proration.window", proration::window),
    ("proration.second", proration::second),
    ("tax.compute", taxes::compute),
    ("tax.resolve", taxes::resolve),
    ("tax.place", taxes::place),
    ("coupon.apply", coupons::apply),
    ("coupon.cycles", coupons::cycles),
    ("coupon.redeem", coupons::redeem),
    ("coupon.tax", coupons::tax),
    ("credit.apply", credits::apply),
    ("credit_note.compute", credit_notes::compute),
    ("credit_note.settle", credit_notes::settle),
    ("credit_note.termination", credit_notes::termination),
    ("payment.balance", payments::balance),
];

/// How a run ended. `Display` lists the failures and ends with `N passed, N failed`.
#[derive(Debug, Default)]
pub struct Report {
    /// How many cases were answered as expected.
    pub passed: usize,
    /// What was not, one line each.
    pub failures: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.failures {
            writeln!(f, "{failure}")?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failures.len())
    }
}

/// The folder of our own cases.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// Runs every case of every `.json` file in a folder, in the order of their names.
pub fn run(folder: &Path) -> Report {
    let mut report = Report::default();
    match files(folder) {
        Ok(files) if files.is_empty() => {
            report.failures.push(format!("{}: no case files", folder.display()));
        }
        Ok(files) => files.iter().for_each(|file| run_file(file, &mut report)),
        Err(error) => report.failures.push(format!("{}: {error}", folder.display())),
    }
    report
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn run_file(file: &Path, report: &mut Report) {
    let read = fs::read(file).map_err(|error| error.to_string());
    let cases = read.and_then(|bytes| {
        serde_json::from_slice::<Vec<Case>>(&bytes).map_err(|error| error.to_string())
    });
    match cases {
        Ok(cases) => cases.iter().for_each(|case| match check(case) {
            Ok(()) => report.passed += 1,
            Err(why) => report.failures.push(format!("{} ({}): {why}", case.id, case.family)),
        }),
        Err(why) => report.failures.push(format!("{}: {why}", file.display())),
    }
}

/// Asks the family's adapter and compares its answer.
pub fn check(case: &Case) -> Result<(), String> {
    let adapter = ADAPTERS.iter().find(|(family, _)| *family == case.family);
    let (_, adapter) = adapter.ok_or("no adapter answers this family")?;
    let answer = adapter(&case.given, &case.when).map_err(|error| error.to_string())?;
    if covers(&answer, &case.expect) {
        return Ok(());
    }
    Err(format!("expected {}, found {answer}", case.expect))
}

/// Whether an answer holds everything expected: objects may hold more, lists and values may not.
fn covers(answer: &Value, expected: &Value) -> bool {
    match (answer, expected) {
        (Value::Object(answer), Value::Object(expected)) => expected
            .iter()
            .all(|(name, value)| answer.get(name).is_some_and(|found| covers(found, value))),
        (Value::Array(answer), Value::Array(expected)) => {
            answer.len() == expected.len()
                && answer.iter().zip(expected).all(|(found, value)| covers(found, value))
        }
        _ => answer == expected,
    }
}

/// A text field that must be there.
fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str, String> {
    value[field].as_str().ok_or_else(|| format!("{field} is missing"))
}
