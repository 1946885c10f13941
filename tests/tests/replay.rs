//! The replay tools as an operator runs them: real commands on a real log, judged by exit code and
//! output.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use billfold_tests::harness::{Program, TempFolder, billfold};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Real purchases, the first lines of the example data.
const ROWS: usize = 300;

/// Runs `billfold --data DATA ARGUMENTS` to its end.
fn billfold_in(data: &Path, arguments: &[&str]) -> Output {
    let run = Command::new(billfold()).arg("--data").arg(data).args(arguments).output();
    run.expect("the program runs")
}

/// Runs a command with `--json` and gives its exit code and its result.
fn result_of(data: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = billfold_in(data, &[arguments, &["--json"]].concat());
    let code = output.status.code().expect("an exit code");
    let text = String::from_utf8_lossy(&output.stdout);
    let result = serde_json::from_str(&text).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{arguments:?} ended with {code}, {error}: {text}{said}")
    });
    (code, result)
}

/// A data folder with a log of real purchases.
fn purchases() -> TempFolder {
    let folder = TempFolder::new();
    let file = excerpt(folder.path(), ROWS);
    let (code, report) = result_of(folder.path(), &["import", "purchases", text(&file)]);
    assert_eq!(code, 0, "{report}");
    folder
}

/// The first lines of the example data as a file of their own.
fn excerpt(folder: &Path, rows: usize) -> PathBuf {
    let whole = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/cdnow/purchases.txt");
    let whole = std::fs::read_to_string(whole).expect("the example data");
    let lines: Vec<&str> = whole.split_inclusive('\n').take(rows + 1).collect();
    let path = folder.join(format!("purchases-{rows}.txt"));
    std::fs::write(&path, lines.concat()).expect("an excerpt");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn manifest(export: &Path) -> Value {
    let text = std::fs::read(export.join("manifest.json")).expect("a manifest");
    serde_json::from_slice(&text).expect("a manifest")
}

#[test]
fn a_second_import_of_the_same_purchases_adds_nothing() {
    let data = purchases();
    let file = excerpt(data.path(), ROWS);
    let (code, report) = result_of(data.path(), &["import", "purchases", text(&file)]);
    assert_eq!((code, &report["created"], &report["present"]), (0, &0.into(), &ROWS.into()));
    assert_eq!((&report["events"], &report["sound"]), (&0.into(), &true.into()));
}

#[test]
fn an_overlapping_file_adds_only_what_is_new() {
    let data = purchases();
    let file = excerpt(data.path(), ROWS + 50);
    let (code, report) = result_of(data.path(), &["import", "purchases", text(&file)]);
    assert_eq!((code, &report["created"], &report["present"]), (0, &50.into(), &ROWS.into()));
    assert_eq!(report["differences"], Value::Array(vec![]));
}

#[test]
fn malformed_lines_are_named_and_the_good_ones_imported() {
    let data = TempFolder::new();
    let file = data.path().join("bad.txt");
    let lines = [
        " customer_id  date number_of_cds  dollar_value",
        " 00001 19970101  1   11.77",
        " 00002 19970112  1",
        " 00003 19970112  1   1x.77",
        " 00004 19970112  1   11.777",
        " 00005 19970230  1   11.77",
        " 00006 19970112  1  -11.77",
        " 00007 19970112  1   99999999999999999999.00",
        " 00008 19970113  2   20.00",
    ];
    std::fs::write(&file, lines.join("\n")).expect("a file");
    let (code, report) = result_of(data.path(), &["import", "purchases", text(&file)]);
    let refused: Vec<i64> = report["refused"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|line| line["line"].as_i64().expect("a line number"))
        .collect();
    assert_eq!((code, refused), (1, vec![3, 4, 5, 6, 7, 8]));
    assert_eq!((&report["created"], &report["total"]), (&2.into(), &"31.77".into()));
}

#[test]
fn an_empty_or_wrong_file_is_refused_and_nothing_is_written() {
    let data = TempFolder::new();
    for (name, content) in [("empty.txt", ""), ("wrong.txt", "name,mail\nA,b@example.org\n")] {
        let file = data.path().join(name);
        std::fs::write(&file, content).expect("a file");
        let output = billfold_in(data.path(), &["import", "purchases", text(&file)]);
        assert_eq!(output.status.code(), Some(1), "{name}");
    }
    let (code, report) = result_of(data.path(), &["verify"]);
    assert_eq!((code, &report["position"]), (0, &0.into()));
}

#[test]
fn an_export_in_an_empty_database_has_identical_hashes() {
    let (data, other) = (purchases(), TempFolder::new());
    let export = data.path().join("export");
    let (code, written) = result_of(data.path(), &["export", text(&export)]);
    assert_eq!(code, 0, "{written}");

    let (code, verified) = result_of(other.path(), &["verify", "--export", text(&export)]);
    assert_eq!((code, &verified["sound"]), (0, &true.into()), "{verified}");

    let (code, loaded) = result_of(other.path(), &["import", "log", text(&export)]);
    assert_eq!((code, &loaded["position"]), (0, &written["position"]));
    let (code, verified) = result_of(other.path(), &["verify"]);
    assert_eq!((code, &verified["sound"]), (0, &true.into()), "{verified}");

    let again = other.path().join("export");
    let (code, _) = result_of(other.path(), &["export", text(&again)]);
    assert_eq!((code, manifest(&again)), (0, manifest(&export)));
}

#[test]
fn a_log_that_is_not_empty_takes_no_other_log() {
    let (data, other) = (purchases(), purchases());
    let export = data.path().join("export");
    result_of(data.path(), &["export", text(&export)]);
    let output = billfold_in(other.path(), &["import", "log", text(&export)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not empty"));
}

#[test]
fn a_changed_file_of_an_export_is_refused_by_name() {
    let data = purchases();
    let export = data.path().join("export");
    result_of(data.path(), &["export", text(&export)]);
    let file = export.join("events-00001.jsonl.zst");
    let mut bytes = std::fs::read(&file).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).expect("a file");
    let output = billfold_in(data.path(), &["verify", "--export", text(&export)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("events-00001.jsonl.zst"));
}

#[test]
fn an_amount_forged_in_an_export_is_found_at_its_position() {
    let data = purchases();
    let export = data.path().join("export");
    result_of(data.path(), &["export", text(&export)]);
    let position = forge_an_amount(&export);
    let (code, report) = result_of(data.path(), &["verify", "--export", text(&export)]);
    assert_eq!((code, &report["sound"]), (1, &false.into()));
    assert_eq!(report["first"]["position"], position, "{}", report["first"]);
}

/// Adds a cent to a total in the middle of the export and makes the manifest agree; its position.
fn forge_an_amount(export: &Path) -> Value {
    let file = export.join("events-00001.jsonl.zst");
    let bytes = zstd::decode_all(std::fs::File::open(&file).expect("a file")).expect("zstd");
    let lines = String::from_utf8(bytes).expect("text");
    let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    let middle = lines.len() / 2;
    let victim = lines.iter_mut().skip(middle).find(|line| line.contains("\"invoice.issued\""));
    let victim = victim.expect("an invoice");
    let event: Value = serde_json::from_str(victim).expect("an event");
    let total = event["payload"]["issued"]["total"]["minor"].as_i64().expect("a total");
    *victim = victim.replace(&format!("\"minor\":{total}"), &format!("\"minor\":{}", total + 1));
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).expect("zstd");
    for line in &lines {
        writeln!(encoder, "{line}").expect("memory");
    }
    let forged = encoder.finish().expect("zstd");
    let mut manifest = manifest(export);
    let hash: String = Sha256::digest(&forged).iter().map(|byte| format!("{byte:02x}")).collect();
    manifest["files"][0]["sha256"] = hash.into();
    std::fs::write(&file, forged).expect("a file");
    std::fs::write(export.join("manifest.json"), manifest.to_string()).expect("a file");
    event["position"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn live_read_models_equal_rebuilt_ones() {
    let data = purchases();
    let program = Program::serve(data.path()).await;
    assert!(program.stop().await.success());
    let (code, report) = result_of(data.path(), &["diff", "--all"]);
    assert_eq!((code, &report["equal"]), (0, &true.into()), "{report}");
    let (code, report) = result_of(data.path(), &["rebuild", "--all"]);
    assert_eq!(code, 0, "{report}");
    let (code, report) = result_of(data.path(), &["diff", "--all"]);
    assert_eq!((code, &report["equal"]), (0, &true.into()), "{report}");
}

#[test]
fn a_record_is_shown_as_of_any_position() {
    let data = purchases();
    let export = data.path().join("export");
    result_of(data.path(), &["export", text(&export)]);
    let bytes = std::fs::File::open(export.join("events-00001.jsonl.zst")).expect("a file");
    let lines = String::from_utf8(zstd::decode_all(bytes).expect("zstd")).expect("text");
    let issued =
        lines.lines().find(|line| line.contains("\"invoice.issued\"")).expect("an invoice");
    let issued: Value = serde_json::from_str(issued).expect("an event");
    let stream = format!("invoice/{}", issued["aggregate_id"].as_str().expect("an id"));
    let position = issued["position"].to_string();

    let (code, now) = result_of(data.path(), &["show", &stream]);
    assert_eq!(code, 0);
    let (code, then) = result_of(data.path(), &["show", &stream, "--as-of", &position]);
    assert_eq!((code, &then["as_of"]), (0, &issued["position"]));
    assert_eq!(then["events"].as_array().map(Vec::len), Some(1));
    assert!(now["events"].as_array().map(Vec::len) > Some(1));
    assert_ne!(now["state"], then["state"]);
}

#[test]
fn what_is_not_there_or_not_understood_has_its_own_exit_code() {
    let data = TempFolder::new();
    let missing = billfold_in(data.path(), &["import", "purchases", "no-such-file.txt"]);
    assert_eq!(missing.status.code(), Some(3));
    let unknown = billfold_in(data.path(), &["rebuild", "no_such_projection"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("invoice_list"));
    let nonsense = billfold_in(data.path(), &["show", "nonsense"]);
    assert_eq!(nonsense.status.code(), Some(2));
}
