//! Who may know whom: forbidden arrows between crates, and what enters from outside.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// Crates of ours that each crate may see; `server`, `tests` and `benches` may see every one.
const ARROWS: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("event-store", &[]),
    ("projections", &["domain", "event-store"]),
    ("app", &["projections", "event-store", "domain"]),
    ("adapters", &["app", "domain"]),
    ("api", &["app", "projections", "domain"]),
    ("web", &["api", "app", "projections", "domain"]),
    ("replay-tools", &["app", "projections", "event-store", "domain"]),
    ("peers", &["domain"]),
];

/// Packages from outside that only some crates may use.
const RESERVED: [(&str, &[&str]); 9] = [
    (
        "sqlx",
        &["event-store", "projections", "adapters", "replay-tools", "server", "tests", "benches"],
    ),
    ("reqwest", &["adapters", "tests", "benches"]),
    ("anyhow", &["server", "tests", "benches"]),
    ("cqrs-es", &["domain", "event-store", "tests", "benches"]),
    ("postgres-es", &["event-store", "replay-tools", "tests", "benches"]),
    ("axum", &["api", "web", "server", "peers", "tests", "benches"]),
    ("askama", &["web"]),
    ("clap", &["replay-tools", "server", "tests", "benches"]),
    ("nix", &["server", "tests", "benches"]),
];

/// All that the domain may use from outside.
const DOMAIN_USES: [&str; 8] =
    ["chrono", "chrono-tz", "cqrs-es", "rust_decimal", "serde", "serde_json", "thiserror", "uuid"];

fn metadata() -> Metadata {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let mut command = MetadataCommand::new();
    command.manifest_path(manifest).other_options(vec!["--offline".to_owned()]);
    command.no_deps().exec().expect("cargo metadata")
}

fn members(metadata: &Metadata) -> Vec<(String, &Package)> {
    let short = |package: &Package| package.name.trim_start_matches("billfold-").to_owned();
    metadata.packages.iter().map(|package| (short(package), package)).collect()
}

/// What a package is built from, without what only its tests use.
fn uses(package: &Package) -> BTreeSet<String> {
    let built = package.dependencies.iter().filter(|it| it.kind != DependencyKind::Development);
    built.map(|dependency| dependency.name.clone()).collect()
}

#[test]
fn no_crate_knows_one_it_must_not_know() {
    let metadata = metadata();
    let mut forbidden = Vec::new();
    for (name, package) in members(&metadata) {
        let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
            let composes = ["server", "tests", "benches"].contains(&name.as_str());
            assert!(composes, "{name} is new: say in ARROWS what it may know");
            continue;
        };
        for used in uses(package) {
            if let Some(to) = used.strip_prefix("billfold-")
                && !allowed.contains(&to)
            {
                forbidden.push(format!("{name} -> {to}"));
            }
        }
    }
    assert!(forbidden.is_empty(), "forbidden arrows: {forbidden:?}");
}

#[test]
fn nobody_but_tests_and_benches_knows_the_server() {
    let metadata = metadata();
    for (name, package) in members(&metadata) {
        let knows = uses(package).contains("billfold-server");
        assert!(!knows || ["tests", "benches"].contains(&name.as_str()), "{name} -> server");
    }
}

#[test]
fn what_comes_from_outside_stays_where_it_belongs() {
    let metadata = metadata();
    let mut misplaced = Vec::new();
    for (name, package) in members(&metadata) {
        let used = uses(package);
        for (reserved, allowed) in RESERVED {
            if used.contains(reserved) && !allowed.contains(&name.as_str()) {
                misplaced.push(format!("{name} uses {reserved}"));
            }
        }
        if name == "domain" {
            let foreign = used.iter().filter(|used| !DOMAIN_USES.contains(&used.as_str()));
            misplaced.extend(foreign.map(|used| format!("domain uses {used}")));
        }
    }
    assert!(misplaced.is_empty(), "{misplaced:?}");
}

#[test]
fn adapters_use_sql_in_one_folder_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/src");
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources of adapters").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.starts_with(root.join("postgres")) {
                let text = fs::read_to_string(&path).expect("a source");
                assert!(!text.contains("sqlx::"), "{} uses sqlx", path.display());
            }
        }
    }
}

#[test]
fn every_migration_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let list = fs::read_to_string(root.join("event-store/src/migrate.rs")).expect("the list");
    for entry in fs::read_dir(root.join("migrations")).expect("migrations").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let listed = !name.ends_with(".sql") || list.contains(&format!("migrations/{name}"));
        assert!(listed, "{name} is not a row of event-store/src/migrate.rs");
    }
}

#[test]
fn every_crate_inherits_the_shared_settings() {
    let metadata = metadata();
    for (name, package) in members(&metadata) {
        let text = fs::read_to_string(&package.manifest_path).expect("a manifest");
        for shared in ["version", "edition", "rust-version", "license", "publish"] {
            assert!(text.contains(&format!("{shared}.workspace = true")), "{name}: {shared}");
        }
        let lints = text.contains("[lints]\nworkspace = true") || text.contains("[lints.rust]");
        assert!(lints && (text.contains("unsafe_code") || text.contains("workspace = true")));
        let pinned = text.lines().filter(|line| line.contains(" = \"") && line.contains('.'));
        let pinned: Vec<&str> = pinned.filter(|line| line.starts_with("version = ")).collect();
        assert!(pinned.is_empty(), "{name} has versions of its own: {pinned:?}");
    }
}

/// Every package that is built for this machine, with its licence; needs no network.
fn built_packages() -> Vec<Package> {
    let version = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let version = String::from_utf8(version.stdout).expect("its answer is text");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("its host");
    let mut command = MetadataCommand::new();
    command.manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"));
    let options = ["--offline", "--locked", "--filter-platform", host];
    command.other_options(options.map(str::to_owned).to_vec());
    let metadata = command.exec().expect("cargo metadata");
    let resolved = metadata.resolve.expect("a resolved tree");
    let built: BTreeSet<_> = resolved.nodes.into_iter().map(|node| node.id).collect();
    metadata.packages.into_iter().filter(|package| built.contains(&package.id)).collect()
}

fn deny_settings() -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deny.toml");
    fs::read_to_string(path).expect("deny.toml").parse().expect("deny.toml is TOML")
}

/// Whether an SPDX expression can be met with the licences of the list.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let depth = |text: &str| text.matches('(').count() - text.matches(')').count();
    for operator in [" OR ", " AND "] {
        let mut places = expression.match_indices(operator).map(|(at, _)| at);
        if let Some(at) = places.find(|at| depth(&expression[..*at]) == 0) {
            let (left, right) = (&expression[..at], &expression[at + operator.len()..]);
            return match operator {
                " OR " => is_allowed(left, allowed) || is_allowed(right, allowed),
                _ => is_allowed(left, allowed) && is_allowed(right, allowed),
            };
        }
    }
    match expression.trim().strip_prefix('(').and_then(|inside| inside.strip_suffix(')')) {
        Some(inside) => is_allowed(inside, allowed),
        None => allowed.contains(&expression.trim()),
    }
}

#[test]
fn every_dependency_has_a_licence_of_the_list() {
    let settings = deny_settings();
    let allowed: Vec<&str> = settings["licenses"]["allow"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(toml::Value::as_str)
        .collect();
    let mut refused = Vec::new();
    for package in built_packages() {
        // Some older crates write the choice with a slash.
        let licence = package.license.clone().unwrap_or_default().replace('/', " OR ");
        if !is_allowed(&licence, &allowed) {
            refused.push(format!("{} {}: {licence}", package.name, package.version));
        }
    }
    assert!(refused.is_empty(), "licences that deny.toml does not allow: {refused:#?}");
}

#[test]
fn no_banned_crate_is_in_the_lock_file() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock"));
    let lock = lock.expect("Cargo.lock");
    let settings = deny_settings();
    for banned in settings["bans"]["deny"].as_array().expect("a list") {
        let name = banned["crate"].as_str().expect("a name");
        assert!(!lock.contains(&format!("name = \"{name}\"")), "{name}: {}", banned["reason"]);
    }
}

#[test]
fn licence_expressions_are_read_with_their_brackets() {
    let allowed = ["MIT", "Unicode-3.0"];
    assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed));
    assert!(is_allowed("GPL-3.0 OR MIT", &allowed));
    assert!(!is_allowed("MIT AND GPL-3.0", &allowed));
    assert!(!is_allowed("", &allowed));
}
