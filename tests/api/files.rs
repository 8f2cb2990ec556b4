//! Evidence: uploading, attaching, downloading; what is kept, and what goes.

mod attaching;
mod backup;
mod cleaning;
mod downloading;
#[cfg(feature = "s3")]
mod s3;
mod uploading;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Client, Desk, TestApp, document, pupils};

const PDF: &[u8] = b"%PDF-1.7 a certificate";

/// The id of a file that somebody uploads.
async fn uploaded(client: &Client, name: &str, content: &[u8]) -> String {
    let file = client.upload(name, content).await.expect(201);
    file["id"].as_str().expect("an id").to_owned()
}

/// Where a file is attached to the first school's submission.
fn attachment(file: &str) -> String {
    format!("/v1/files/{file}/attachments/submissions/basics/2022/2199000001")
}

/// The first school's desk, with a draft.
async fn desk(app: &TestApp) -> Desk {
    let desk = Desk::basics(app).await;
    desk.save(&document(&pupils(40, 45))).await.expect(201);
    desk
}

/// A file that is attached to the first school's submission.
async fn attached(desk: &Desk, name: &str, content: &[u8]) -> String {
    let file = uploaded(&desk.reporter, name, content).await;
    desk.reporter.put(&attachment(&file), &json!({})).await.expect(200);
    file
}

/// Everything in a folder, below it.
fn stored(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// How many rows there are of contents, files and attachments.
async fn rows(app: &TestApp) -> Value {
    app.query(
        "SELECT json_build_array((SELECT count(*) FROM file_contents), (SELECT count(*) FROM files),
             (SELECT count(*) FROM file_attachments))",
    )
    .await
}

/// The actions of the journal that concern files, in their order.
async fn journal(app: &TestApp) -> Value {
    app.query("SELECT json_agg(action || ' by ' || actor ORDER BY id) FROM journal WHERE action LIKE 'file.%'").await
}
