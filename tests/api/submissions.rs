//! What schools report: saving, submitting, reviewing; the board, revisions, windows.

mod board;
mod cells;
mod findings;
mod preconditions;
mod review;
mod revisions;
mod saving;
mod sheets;
mod states;
mod windows;

use serde_json::Value;

use crate::support::{Desk, TestApp};

const STATES: [&str; 6] = ["not_begun", "draft", "submitted", "returned", "accepted", "reopened"];

/// How many rows of what submissions leave behind there are: documents, revisions, cells,
/// standings, journal entries.
async fn traces(app: &TestApp) -> Value {
    app.query(
        "SELECT json_build_array((SELECT count(*) FROM submissions), (SELECT count(*) FROM submission_revisions),
            (SELECT count(*) FROM submission_values), (SELECT count(*) FROM submission_standings),
            (SELECT count(*) FROM journal))",
    )
    .await
}

/// What counts on a basis for a form, as `[revision, whether it still counts]` from the first on.
async fn standings(app: &TestApp, form: &str, basis: &str) -> Value {
    app.query(&format!(
        "SELECT json_agg(json_build_array(revision, valid_until IS NULL) ORDER BY valid_from)
           FROM submission_standings WHERE form = '{form}' AND basis = '{basis}'"
    ))
    .await
}

/// The findings of a submission, as `kind about` and whether it blocks.
#[track_caller]
fn findings(submission: &Value) -> Vec<String> {
    let describe = |finding: &Value| {
        let text = |field: &str| finding[field].as_str().expect("a text");
        let blocks = if finding["blocks"] == true { " blocks" } else { "" };
        format!("{} {}{blocks}", text("kind"), text("about"))
    };
    submission["findings"].as_array().expect("findings").iter().map(describe).collect()
}

/// How many pupils the county has in 2022, by what counts on a basis.
async fn figure(desk: &Desk, basis: &str) -> Value {
    let figures =
        desk.officer.get(&format!("/v1/figures?indicator=pupils&period=2022&basis={basis}")).await.expect(200);
    figures["items"][0]["value"].clone()
}
