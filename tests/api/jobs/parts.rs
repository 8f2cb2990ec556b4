//! Imports of one transaction: written a part at a time, without effect before their end.

use serde_json::{Value, json};

use super::{put_in, result, until, until_state};
use crate::assets::{self, ASSETS, computer};
use crate::finance::{ITEMS, item};
use crate::projects::{PROJECTS, project};
use crate::registers::{award, records};
use crate::support::{SIBLING, TestApp};

/// More than are written at once.
const ROWS: usize = 6_000;

/// An import that makes new things, and where they are kept.
struct Import {
    account: &'static str,
    path: String,
    table: &'static str,
    subject_type: &'static str,
    /// The thing of a code, and the field that names an organisation.
    row: fn(&str) -> Value,
    organisation: &'static str,
}

fn imports() -> [Import; 5] {
    // The first are below the last: what is above an organisation may stand anywhere in a file.
    let section = |code: &str| json!({"code": code, "name": code, "kind": "section", "parent": name(ROWS - 1)});
    [
        Import {
            account: "admin",
            path: "/v1/organisations".to_owned(),
            table: "organisation_versions WHERE code",
            subject_type: "organisation",
            row: section,
            organisation: "parent",
        },
        Import {
            account: "officer",
            path: records("awards"),
            table: "register_revisions WHERE record",
            subject_type: "record",
            row: |code| award(code, &json!({})),
            organisation: "school",
        },
        Import {
            account: "finance",
            path: PROJECTS.to_owned(),
            table: "project_revisions WHERE project",
            subject_type: "project",
            row: |code| project(code, &json!({})),
            organisation: "organisation",
        },
        Import {
            account: "finance",
            path: ITEMS.to_owned(),
            table: "budget_entries WHERE item",
            subject_type: "budget_item",
            row: |code| item(code, 1.0, &json!({})),
            organisation: "organisation",
        },
        Import {
            account: "finance",
            path: ASSETS.to_owned(),
            table: "asset_revisions WHERE asset",
            subject_type: "asset",
            row: |code| computer(code, &json!(1), "2022-03-15"),
            organisation: "organisation",
        },
    ]
}

fn name(number: usize) -> String {
    format!("new-{number:05}")
}

/// New things, the last of them at another school than all others.
fn file(import: &Import) -> String {
    let mut rows: Vec<Value> = (0..ROWS).map(|number| (import.row)(&name(number))).collect();
    rows[ROWS - 1][import.organisation] = json!(SIBLING);
    rows.iter().flat_map(|row| [row.to_string(), "\n".to_owned()]).collect()
}

#[tokio::test]
async fn each_part_is_told_and_what_is_cancelled_between_them_leaves_nothing_behind() {
    let app = TestApp::with_catalogue().await;
    let _service = app.work();
    for import in imports() {
        let client = app.log_in(import.account).await;
        let (path, file) = (format!("{}/import", import.path), file(&import));
        // Only the last row refers to it.
        let obstacle = app.hold(&format!("SELECT FROM organisations WHERE code = '{SIBLING}' FOR UPDATE")).await;
        let place = put_in(&client, &path, &file).await;
        let job = until(&client, &place, |job| job["done"] != 0).await;
        assert_eq!(
            (&job["done"], &job["total"], &job["percent"]),
            (&json!(5_000), &json!(ROWS), &json!(83)),
            "{path}: {job}"
        );
        client.post(&format!("{place}/cancel"), &json!({})).await.expect(200);
        until_state(&client, &place, "cancelled").await;
        drop(obstacle);

        let place = put_in(&client, &path, &file).await;
        until_state(&client, &place, "done").await;
        let report = result(&client, &place).await.expect(200);
        assert_eq!(report, json!({"created": ROWS, "updated": 0, "unchanged": 0, "rejected": []}), "{path}");
        for kept in [
            format!("{} LIKE 'new-%'", import.table),
            format!("journal WHERE subject_type = '{}'", import.subject_type),
        ] {
            assert_eq!(app.query(&format!("SELECT count(*) FROM {kept}")).await, ROWS, "{kept}");
        }
    }
}

#[tokio::test]
async fn a_code_that_is_taken_refuses_its_row_and_none_of_any_part() {
    let app = TestApp::with_catalogue().await;
    assets::enter(&app.log_in("reporter").await, &computer(&name(ROWS - 1), &json!(1), "2022-03-15")).await;
    // What another school has is not seen, and so is new for who sends it.
    let theirs = |number| {
        let mut card = computer(&name(number), &json!(1), "2022-03-15");
        card["organisation"] = json!(SIBLING);
        card
    };
    let cards: Vec<Value> = (0..ROWS).map(theirs).collect();
    let reporter = app.log_in("reporter2").await;
    let last = ROWS - 1;
    let refused = assets::import(&reporter, "", &cards).await.problem(422, "validation_failed");
    assert_eq!(refused, [format!("/{last}/code duplicate")]);
    assert_eq!(app.query("SELECT count(*) FROM asset_revisions").await, 1);
    let report = assets::import(&reporter, "?atomic=false", &cards).await.expect(200);
    assert_eq!((&report["created"], &report["rejected"][0]["index"]), (&json!(last), &json!(last)));
    for kept in ["asset_revisions", "journal WHERE subject_type = 'asset'"] {
        assert_eq!(app.query(&format!("SELECT count(*) FROM {kept}")).await, ROWS, "{kept}");
    }
}
