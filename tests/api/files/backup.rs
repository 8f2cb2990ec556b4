//! A backup of the database and one of the folder, in either order.

use std::path::Path;
use std::process::Command;

use chrono::TimeDelta;
use jixiao::files::{Fault, Finding, inspect};
use jixiao::maintenance::clean_up_files;
use jixiao::platform::access::Scope;

use super::{PDF, attached, desk, uploaded};
use crate::support::{Desk, Settings, TestApp, fresh_folder};

fn copy(from: &Path) -> std::path::PathBuf {
    let to = fresh_folder();
    std::fs::create_dir_all(&to).unwrap();
    assert!(Command::new("cp").arg("-a").arg(from.join("files")).arg(&to).status().unwrap().success());
    to
}

async fn check(app: &TestApp, repair: bool) -> Vec<Fault> {
    let scope = Scope::system(1, "test");
    let findings = inspect(&app.app.chores, &app.app.files, &scope, repair, |_| {}).await.expect("the comparison");
    findings.into_iter().map(|Finding { fault, .. }| fault).collect()
}

/// What goes on between the two halves of a backup: something comes, something goes.
async fn life_goes_on(app: &TestApp, desk: &Desk, old: &str) -> String {
    let new = attached(desk, "new.pdf", b"%PDF-1.7 new").await;
    desk.reporter.delete(&format!("/v1/files/{old}")).await.expect(204);
    clean_up_files(&app.app).await.expect("the clean-up");
    new
}

async fn content(app: &TestApp, file: &str) -> crate::support::Answer {
    app.log_in("reporter").await.get(&format!("/v1/files/{file}/content")).await
}

#[tokio::test]
async fn the_database_first_restores_whole() {
    let app = TestApp::with_catalogue().await;
    let desk = desk(&app).await;
    let kept = attached(&desk, "kept.pdf", PDF).await;
    let old = uploaded(&desk.reporter, "old.pdf", b"%PDF-1.7 old").await;
    let database = app.copy_database().await;
    let new = life_goes_on(&app, &desk, &old).await;
    let restored = TestApp::start_on(database, copy(&app.data_dir), Settings::default()).await;
    content(&restored, &kept).await.expect_text(200, PDF);
    content(&restored, &old).await.expect_text(200, b"%PDF-1.7 old");
    content(&restored, &new).await.problem(404, "not_found");
    // What came after the database was copied is in the store, and goes after the grace.
    assert_eq!(check(&restored, true).await, [Fault::Unknown]);
    assert_eq!(check(&restored, false).await, []);
    restored.app.db.clock().shift(TimeDelta::days(15));
    restored.execute("UPDATE files SET unattached_since = NULL").await;
    clean_up_files(&restored.app).await.expect("the clean-up");
    assert_eq!(super::stored(&restored.data_dir).len(), 2);
    assert_eq!(check(&restored, false).await, []);
}

#[tokio::test]
async fn the_store_first_restores_with_what_came_between_named_as_lost() {
    let app = TestApp::with_catalogue().await;
    let desk = desk(&app).await;
    let kept = attached(&desk, "kept.pdf", PDF).await;
    let old = uploaded(&desk.reporter, "old.pdf", b"%PDF-1.7 old").await;
    let folder = copy(&app.data_dir);
    let new = life_goes_on(&app, &desk, &old).await;
    let restored = TestApp::start_on(app.copy_database().await, folder, Settings::default()).await;
    content(&restored, &kept).await.expect_text(200, PDF);
    content(&restored, &old).await.problem(404, "not_found");
    content(&restored, &new).await.problem(404, "content_lost");
    assert_eq!(check(&restored, true).await, [Fault::Missing]);
    let reporter = restored.log_in("reporter").await;
    assert_eq!(reporter.get(&format!("/v1/files/{new}")).await.expect(200)["lost"], true);
    uploaded(&reporter, "again.pdf", b"%PDF-1.7 new").await;
    content(&restored, &new).await.expect_text(200, b"%PDF-1.7 new");
    assert_eq!(reporter.get(&format!("/v1/files/{new}")).await.expect(200)["lost"], false);
    assert_eq!(check(&restored, false).await, []);
}

#[tokio::test]
async fn an_altered_content_is_found_marked_and_healed() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    let file = uploaded(&reporter, "a.pdf", PDF).await;
    assert_eq!(check(&app, false).await, []);
    let place = super::stored(&app.data_dir).remove(0);
    std::fs::write(&place, b"%PDF-1.7 A certificate").unwrap();
    assert_eq!(check(&app, false).await, [Fault::Altered]);
    assert_eq!(check(&app, true).await, [Fault::Altered]);
    content(&app, &file).await.problem(404, "content_lost");
    uploaded(&reporter, "a.pdf", PDF).await;
    content(&app, &file).await.expect_text(200, PDF);
    assert_eq!(check(&app, false).await, []);
    // Whatever brings it back, the check sees it.
    std::fs::write(&place, b"nonsense").unwrap();
    check(&app, true).await;
    std::fs::write(&place, PDF).unwrap();
    check(&app, true).await;
    content(&app, &file).await.expect_text(200, PDF);
}

#[tokio::test]
async fn an_upload_does_not_rely_on_what_a_broken_copy_of_the_store_left() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    let file = uploaded(&reporter, "a.pdf", PDF).await;
    let place = super::stored(&app.data_dir.join("files")).remove(0);
    reporter.delete(&format!("/v1/files/{file}")).await.expect(204);
    for is_checked in [false, true] {
        // As where the database is older than the store, whose copy broke off.
        app.execute("DELETE FROM files").await;
        app.execute("DELETE FROM file_contents").await;
        std::fs::write(&place, &PDF[..5]).unwrap();
        if is_checked {
            assert_eq!(check(&app, true).await, [Fault::Unknown]);
        }
        let file = uploaded(&reporter, "a.pdf", PDF).await;
        content(&app, &file).await.expect_text(200, PDF);
        assert_eq!(check(&app, false).await, []);
    }
}
