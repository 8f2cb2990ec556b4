//! What goes by itself, and when.

use chrono::TimeDelta;
use jixiao::maintenance::clean_up_files;
use serde_json::json;

use super::{PDF, attached, attachment, desk, journal, rows, stored, uploaded};
use crate::support::TestApp;

async fn clean_up(app: &TestApp) {
    clean_up_files(&app.app).await.expect("the clean-up");
}

#[tokio::test]
async fn an_upload_that_nobody_attaches_goes_after_a_day_and_its_content_after_the_grace() {
    let app = TestApp::with_catalogue().await;
    let desk = desk(&app).await;
    attached(&desk, "kept.pdf", b"%PDF-1.7 kept").await;
    uploaded(&desk.reporter, "a.pdf", PDF).await;
    let detached = attached(&desk, "b.pdf", b"%PDF-1.7 detached").await;
    let clock = app.app.db.clock().clone();
    clock.shift(TimeDelta::hours(23));
    clean_up(&app).await;
    assert_eq!((rows(&app).await, stored(&app.data_dir).len()), (json!([3, 3, 2]), 3));
    let desk = crate::support::Desk::basics(&app).await;
    desk.reporter.delete(&attachment(&detached)).await.expect(204);
    clock.shift(TimeDelta::hours(2));
    clean_up(&app).await;
    assert_eq!((rows(&app).await, stored(&app.data_dir).len()), (json!([3, 2, 1]), 3));
    clock.shift(TimeDelta::hours(23));
    clean_up(&app).await;
    assert_eq!((rows(&app).await, stored(&app.data_dir).len()), (json!([3, 1, 1]), 3));
    let told = journal(&app).await.to_string();
    assert_eq!(told.matches("file.expire by system:maintenance").count(), 2, "{told}");
    clock.shift(TimeDelta::days(13) + TimeDelta::hours(2));
    clean_up(&app).await;
    assert_eq!((rows(&app).await, stored(&app.data_dir).len()), (json!([2, 1, 1]), 2));
    clock.shift(TimeDelta::days(2));
    clean_up(&app).await;
    assert_eq!((rows(&app).await, stored(&app.data_dir).len()), (json!([1, 1, 1]), 1));
}

#[tokio::test]
async fn a_content_that_is_used_again_within_the_grace_stays() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    let file = uploaded(&reporter, "a.pdf", PDF).await;
    reporter.delete(&format!("/v1/files/{file}")).await.expect(204);
    app.app.db.clock().shift(TimeDelta::days(13));
    let again = uploaded(&app.log_in("reporter").await, "b.pdf", PDF).await;
    app.execute("UPDATE files SET unattached_since = NULL").await;
    app.app.db.clock().shift(TimeDelta::days(30));
    clean_up(&app).await;
    let reporter = app.log_in("reporter").await;
    reporter.get(&format!("/v1/files/{again}/content")).await.expect_text(200, PDF);
}

#[tokio::test]
async fn what_a_crash_left_half_written_is_swept_away() {
    let app = TestApp::start().await;
    let folder = app.data_dir.join("files/1/ab");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, age) in [("abcd#1", 25), ("abce#1", 1)] {
        let file = std::fs::File::create(folder.join(name)).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_hours(age)).unwrap();
    }
    clean_up(&app).await;
    assert_eq!(stored(&app.data_dir), [folder.join("abce#1")]);
}
