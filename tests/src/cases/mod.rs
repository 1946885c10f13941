//! Acceptance cases: business questions as data, answered by the domain.
//!
//! Each file in `tests/cases` is a list of cases; each case belongs to a family, and a family has
//! one adapter that puts its question to the domain. Guarantees that nothing is skipped: a family
//! without an adapter fails, and so does a file that is no list of cases. Absent on purpose:
//! knowledge of single cases; an adapter sees what is given and what happens, never the id.

mod affiliates;
mod coupons;
mod credit_notes;
mod credits;
mod dunning;
mod einvoices;
mod hosting;
mod ledger;
mod metrics;
mod money;
mod numbering;
mod payments;
mod periods;
mod proration;
mod receivables;
mod revenue;
mod subscriptions;
mod taxes;
mod webhooks;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::Runtime;

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
    ("affiliate.commission", affiliates::commission),
    ("credit.apply", credits::apply),
    ("credit_note.compute", credit_notes::compute),
    ("credit_note.settle", credit_notes::settle),
    ("credit_note.termination", credit_notes::termination),
    ("subscription.timeline", subscriptions::timeline),
    ("dunning.state", dunning::state),
    ("dunning.retry", dunning::retry),
    ("dunning.campaign", dunning::campaign),
    ("ar.aging", receivables::aging),
    ("ar.terms", receivables::terms),
    ("metrics.mrr", metrics::mrr),
    ("metrics.churn", metrics::churn),
    ("einvoice.validate", einvoices::validate),
    ("einvoice.totals", einvoices::totals),
    ("revrec.schedule", revenue::schedule),
    ("revrec.change", revenue::change),
    ("revrec.adjust", revenue::adjustment),
    ("revrec.allocation", revenue::allocation),
    ("service.lifecycle", hosting::lifecycle),
    ("service.renewal", hosting::renewal),
    ("webhook.signature", webhooks::signature),
    ("payment.balance", payments::balance),
];

/// How a run ended. `Display` counts each family, lists the failures and ends with
/// `N passed, N failed`.
#[derive(Debug, Default)]
pub struct Report {
    /// How many cases were answered as expected.
    pub passed: usize,
    /// What was not, one line each.
    pub failures: Vec<String>,
    families: BTreeMap<String, Tally>,
}

/// How a family did.
#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    total: usize,
}

impl Report {
    fn count(&mut self, case: &Case, outcome: Result<(), String>) {
        let tally = self.families.entry(case.family.clone()).or_default();
        tally.total += 1;
        match outcome {
            Ok(()) => {
                tally.passed += 1;
                self.passed += 1;
            }
            Err(why) => self.failures.push(format!("{} ({}): {why}", case.id, case.family)),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (family, Tally { passed, total }) in &self.families {
            writeln!(f, "{family} {passed}/{total}")?;
        }
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
        Ok(cases) => cases.iter().for_each(|case| report.count(case, check(case))),
        Err(why) => report.failures.push(format!("{}: {why}", file.display())),
    }
}

/// Asks the family's adapter and compares its answer.
pub fn check(case: &Case) -> Result<(), String> {
    let adapter = ADAPTERS.iter().find(|(family, _)| *family == case.family);
    let (_, adapter) = adapter.ok_or("no adapter answers this family")?;
    let answer = adapter(&case.given, &case.when).map_err(|error| error.to_string())?;
    let expected = in_one_order(&case.expect);
    if covers(&answer, &expected) {
        return Ok(());
    }
    Err(format!("expected {expected}, found {answer}"))
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

/// The expectation with the lines of each invoice of a timeline in the order of their text, since
/// they count in any order; its adapter answers in the same one.
fn in_one_order(expected: &Value) -> Value {
    let mut expected = expected.clone();
    let invoices = expected.get_mut("invoices").and_then(Value::as_array_mut);
    for invoice in invoices.into_iter().flatten() {
        if let Some(lines) = invoice.get_mut("lines").and_then(Value::as_array_mut) {
            lines.sort_by_key(Value::to_string);
        }
    }
    expected
}

/// Runs an adapter that has to wait for a log.
fn on_a_runtime(answer: impl Future<Output = Answer>) -> Answer {
    static RUNTIME: OnceLock<std::io::Result<Runtime>> = OnceLock::new();
    match RUNTIME.get_or_init(Runtime::new) {
        Ok(runtime) => runtime.block_on(answer),
        Err(error) => Err(error.to_string().into()),
    }
}

/// A field in the form the product stores.
fn parsed<T: DeserializeOwned>(value: &Value) -> Result<T, serde_json::Error> {
    T::deserialize(value)
}

/// A text field that must be there.
fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str, String> {
    value[field].as_str().ok_or_else(|| format!("{field} is missing"))
}
