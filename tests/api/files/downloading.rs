//! Contents, whole and in parts, and who is told of reading them.

use serde_json::json;

use super::{PDF, attached, desk, uploaded};
use crate::support::TestApp;

#[tokio::test]
async fn a_content_is_an_attachment_that_nothing_runs() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    let file = uploaded(&reporter, "获奖证书 \u{202e}2022.pdf", PDF).await;
    // As browsers ask, who would like it compressed.
    let answer = reporter.with("accept-encoding", "gzip").get(&format!("/v1/files/{file}/content")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text.as_bytes(), PDF);
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"____ 2022.pdf\"; filename*=UTF-8''%E8%8E%B7%E5%A5%96%E8%AF%81%E4%B9%A6%202022.pdf"
    );
    assert_eq!((header("content-type"), header("content-length")), ("application/pdf".into(), PDF.len().to_string()));
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!((header("x-content-type-options"), header("accept-ranges")), ("nosniff".into(), "bytes".into()));
    let fresh = reporter.with("if-none-match", &header("etag")).get(&format!("/v1/files/{file}/content")).await;
    assert_eq!((fresh.status.as_u16(), fresh.text.as_str()), (304, ""));
}

#[tokio::test]
async fn a_range_is_a_part_of_the_content_it_was_asked_of() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    let path = format!("/v1/files/{}/content", uploaded(&reporter, "a.pdf", PDF).await);
    let tag = reporter.get(&path).await.etag();
    for (range, part, content_range) in [
        ("bytes=0-3", &PDF[..4], "bytes 0-3/22"),
        ("bytes=9-", &PDF[9..], "bytes 9-21/22"),
        ("bytes=-11", &PDF[11..], "bytes 11-21/22"),
        ("bytes=5-999", &PDF[5..], "bytes 5-21/22"),
    ] {
        for client in [reporter.clone(), reporter.with("if-range", &tag)] {
            let answer = client.with("range", range).get(&path).await;
            answer.expect_text(206, part);
            assert_eq!(answer.headers["content-range"], content_range, "{range}");
            assert_eq!(answer.headers["content-length"], part.len().to_string().as_str());
        }
        reporter.with("if-range", "\"another\"").with("range", range).get(&path).await.expect_text(200, PDF);
    }
    let behind = reporter.with("range", "bytes=22-").get(&path).await;
    behind.problem(416, "range_not_satisfiable");
    assert_eq!(behind.headers["content-range"], "bytes */22");
    for ignored in ["bytes=0-1,3-4", "lines=1-2", "bytes=4-3"] {
        reporter.with("range", ignored).get(&path).await.expect_text(200, PDF);
    }
}

#[tokio::test]
async fn the_journal_is_told_of_strangers_who_read() {
    let app = TestApp::with_catalogue().await;
    let desk = desk(&app).await;
    let file = attached(&desk, "a.pdf", PDF).await;
    for reader in ["reporter", "principal", "auditor", "officer"] {
        app.log_in(reader).await.get(&format!("/v1/files/{file}/content")).await.expect_text(200, PDF);
    }
    let told = app
        .query(
            "SELECT json_agg(json_build_array(actor, subject_type, subject, school, after ->> 'name') ORDER BY id)
             FROM journal WHERE action = 'file.read'",
        )
        .await;
    let reading = |actor: &str| json!([actor, "reading", file, "2199000001", "a.pdf"]);
    assert_eq!(told, json!([reading("user:auditor"), reading("user:officer")]));
}

#[tokio::test]
async fn a_content_that_is_gone_is_said_to_be_lost() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    let file = uploaded(&reporter, "a.pdf", PDF).await;
    std::fs::remove_dir_all(app.data_dir.join("files/1")).unwrap();
    let answer = reporter.get(&format!("/v1/files/{file}/content")).await;
    answer.problem(404, "content_lost");
    // The same content again heals it.
    uploaded(&reporter, "b.pdf", PDF).await;
    reporter.get(&format!("/v1/files/{file}/content")).await.expect_text(200, PDF);
}
