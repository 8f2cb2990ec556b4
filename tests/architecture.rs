//! Who may use whom, held by reading the source.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The features, from the ground up. Each may use those before it, and no other.
const FEATURES: [&str; 21] = [
    "rules",
    "documents",
    "identity",
    "jobs",
    "organisations",
    "catalogue",
    "scoring",
    "submissions",
    "registers",
    "projects",
    "finance",
    "assets",
    "rectifications",
    "files",
    "figures",
    "goals",
    "monitoring",
    "evaluation",
    "reports",
    "audit",
    "changes",
];

/// What else a room may use, by the first segment of a path below `crate`.
const USABLE: [(&str, &[&str]); 6] = [
    // What everything stands on.
    ("platform", &["platform", "schema", "say"]),
    // Pure: a language knows no database.
    ("rules", &["platform::message", "platform::decimal", "say"]),
    // Pure as well: what is written knows neither where it comes from nor where it goes.
    ("documents", &["platform::message", "platform::decimal", "platform::workbook", "say"]),
    // Verifies tokens inside the middleware, so that it knows how requests are told apart.
    ("identity", &["platform", "schema", "say", "app", "config", "telemetry"]),
    // Opens its store as the settings say.
    ("files", &["platform", "schema", "say", "app", "config"]),
    // Every other feature.
    ("*", &["platform", "schema", "say", "app"]),
];

/// Modules of a feature that others may look into, beside what its `mod.rs` re-exports.
const OPEN_MODULES: [&str; 1] = ["catalogue::document"];

/// Files that name the web framework although they are no resource: what stands around the resources of identity.
const AROUND_RESOURCES: [&str; 3] = ["identity/authenticate.rs", "identity/oauth/errors.rs", "identity/oauth/form.rs"];

const LONGEST_FILE: usize = 500;

/// A file of `src`, by its path below it.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The room that the file is in: the top folder, or the file itself.
    fn room(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }

    fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }

    fn in_feature(&self) -> bool {
        FEATURES.contains(&self.room()) && self.path.contains('/')
    }

    /// The text without comments, which may speak of anything.
    fn code(&self) -> String {
        self.text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
    }

    /// Whatever the file names below `crate`, as `module::module::Name`.
    fn names(&self) -> BTreeSet<String> {
        let code = self.code();
        code.match_indices("crate::")
            .filter(|(at, _)| !code[..*at].ends_with('$'))
            .flat_map(|(at, keyword)| leaves(&mut code[at + keyword.len()..].chars().peekable()))
            .collect()
    }
}

type Characters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// The paths of a `use` tree: `a::{b, c::D}` are `a::b` and `a::c::D`.
fn leaves(characters: &mut Characters) -> Vec<String> {
    while characters.next_if(|c| c.is_whitespace()).is_some() {}
    if characters.next_if_eq(&'{').is_some() {
        let mut all = Vec::new();
        loop {
            all.extend(leaves(characters).into_iter().filter(|path| !path.is_empty()));
            // Whatever stands between two branches, such as `as other`.
            while characters.next_if(|c| !matches!(c, ',' | '}')).is_some() {}
            if characters.next() != Some(',') {
                return all;
            }
        }
    }
    let mut segment = String::new();
    while let Some(c) = characters.next_if(|c| c.is_alphanumeric() || *c == '_') {
        segment.push(c);
    }
    let mut ahead = characters.clone();
    if (ahead.next(), ahead.next()) != (Some(':'), Some(':')) || ahead.peek() == Some(&'<') {
        return vec![segment];
    }
    *characters = ahead;
    leaves(characters).into_iter().map(|rest| format!("{segment}::{rest}")).collect()
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(read(&root, &path));
            }
        }
    }
    assert!(found.len() > 40, "the source was found");
    found
}

fn read(root: &Path, path: &Path) -> Source {
    let text = fs::read_to_string(path).unwrap();
    Source { path: path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text }
}

/// Fails with all that was found, a line each.
fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

fn is_below(path: &str, module: &str) -> bool {
    path == module || path.strip_prefix(module).is_some_and(|rest| rest.starts_with("::"))
}

/// Whether a file of `room` may name a path.
fn may_use(room: &str, path: &str) -> bool {
    let (_, others) = USABLE.iter().find(|(who, _)| *who == room || *who == "*").unwrap();
    let below = FEATURES.iter().take_while(|feature| **feature != room);
    is_below(path, room)
        || others.iter().any(|other| is_below(path, other))
        || (room != "platform" && below.copied().any(|feature| is_below(path, feature)))
}

#[test]
fn rooms_use_only_what_lies_below_them() {
    let rooms: Vec<_> = FEATURES.into_iter().chain(["platform"]).collect();
    let strays: Vec<_> = sources()
        .iter()
        .filter(|source| rooms.contains(&source.room()))
        .flat_map(|source| {
            let strays = source.names().into_iter().filter(|name| !may_use(source.room(), name));
            strays.map(|name| format!("{}: {name}", source.path)).collect::<Vec<_>>()
        })
        .collect();
    assert_none("a room uses what lies above it", &strays);
}

#[test]
fn features_are_used_by_their_front_door() {
    // A type is written with a capital and a function is the last segment: an inner module is neither.
    let inner = |name: &str| {
        let mut segments = name.split("::");
        let feature = segments.next().filter(|first| FEATURES.contains(first))?.to_owned();
        let module = segments.next().filter(|second| second.starts_with(char::is_lowercase))?;
        segments.next().map(|_| (feature.clone(), format!("{feature}::{module}")))
    };
    let strays: Vec<_> = sources()
        .iter()
        .flat_map(|source| {
            let inside = source.names().into_iter().filter(|name| {
                inner(name).is_some_and(|(feature, module)| {
                    feature != source.room() && !OPEN_MODULES.contains(&module.as_str())
                })
            });
            inside.map(|name| format!("{}: {name}", source.path)).collect::<Vec<_>>()
        })
        .collect();
    assert_none("a feature is entered past its mod.rs", &strays);
}

#[test]
fn only_resources_know_the_web() {
    let is_resource = |source: &Source| {
        matches!(source.file_name(), "http.rs" | "mod.rs" | "body.rs")
            || source.path.contains("/http/")
            || source.text.contains("#[utoipa::path(")
            || AROUND_RESOURCES.contains(&source.path.as_str())
    };
    let strays: Vec<_> = sources()
        .iter()
        .filter(|source| source.in_feature() && !is_resource(source))
        // What is sent as it is, such as a closed list of names, may describe itself in the document.
        .filter(|source| {
            let code = source.code().replace("utoipa::ToSchema", "").replace("utoipa::{PartialSchema, ToSchema}", "");
            code.contains("actix_web") || code.contains("utoipa::")
        })
        .map(|source| source.path.clone())
        .collect();
    assert_none("the web framework is named outside of resources", &strays);
}

#[test]
fn rows_are_not_sent() {
    let strays: Vec<_> = sources()
        .iter()
        .filter(|source| source.in_feature() && source.file_name() == "queries.rs")
        .filter(|source| {
            let code = source.code();
            let derived = code.match_indices("derive(").filter_map(|(at, _)| code[at..].split(')').next());
            derived.into_iter().any(|traits| traits.contains("Serialize") || traits.contains("ToSchema"))
        })
        .map(|source| source.path.clone())
        .collect();
    assert_none("a row can be sent", &strays);
}

#[test]
fn files_have_one_purpose() {
    let long: Vec<_> = sources()
        .iter()
        .filter(|source| source.path != "schema.rs")
        .map(|source| (source.text.lines().count(), &source.path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert_none("a file is too long", &long);
}

#[test]
fn use_trees_are_read_to_their_leaves() {
    let source = Source {
        path: "figures/queries.rs".to_owned(),
        text: "use crate::{app::App, platform::{db::Tx, error::{self, Result as R}}}; // crate::http\n\
               fn f() { crate::say!(\"\"); crate::catalogue::Period::parse::<u8>(); }"
            .to_owned(),
    };
    let names: Vec<_> = source.names().into_iter().collect();
    assert_eq!(
        names,
        [
            "app::App",
            "catalogue::Period::parse",
            "platform::db::Tx",
            "platform::error::Result",
            "platform::error::self",
            "say"
        ]
    );
    assert!(may_use("figures", "catalogue::Period") && !may_use("catalogue", "figures::Figure"));
    assert!(!may_use("platform", "rules::parse") && !may_use("figures", "http::serve"));
    assert!(!may_use("rules", "platform::db::Tx") && !is_below("platformer", "platform"));
}
