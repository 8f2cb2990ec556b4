//! What may be uploaded, and what is left of what was not.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::{PDF, journal, rows, stored, uploaded};
use crate::support::{MULTIPART, Settings, TestApp, multipart};

#[tokio::test]
async fn an_upload_is_described_and_stored_under_its_hash() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    let answer = reporter.upload("获奖证书 2022.pdf", PDF).await;
    let file = answer.expect(201);
    let id = file["id"].as_str().unwrap();
    assert_eq!(answer.headers["location"], format!("/v1/files/{id}"));
    assert_eq!(file["name"], "获奖证书 2022.pdf");
    assert_eq!((&file["media_type"], &file["size"]), (&json!("application/pdf"), &json!(PDF.len())));
    assert_eq!((&file["school"], &file["uploaded_by"]), (&json!("2199000001"), &json!("user:reporter")));
    assert_eq!((&file["attached_to"], &file["may"]), (&json!([]), &json!(["attach", "delete"])));
    let sha256 = file["sha256"].as_str().unwrap();
    let place = app.data_dir.join("files/1").join(&sha256[..2]).join(sha256);
    assert_eq!(std::fs::read(place).unwrap(), PDF);
    assert_eq!(reporter.get(&format!("/v1/files/{id}")).await.expect(200), file);
    assert_eq!(journal(&app).await, json!(["file.upload by user:reporter"]));
}

#[tokio::test]
async fn the_content_counts_and_not_the_name() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    for (name, content) in [
        ("证书.pdf", b"MZ\x90\0 a program".as_slice()),
        ("证书.docx", b"PK\x03\x04 an archive"),
        ("证书.png", b"<html><script>"),
        ("证书.pdf", b""),
    ] {
        let answer = reporter.upload(name, content).await;
        answer.problem(415, "unsupported_media_type");
        assert!(answer.text.contains("PDF, PNG, JPEG"), "{}", answer.text);
    }
    let png = reporter.upload("photo.exe", b"\x89PNG\r\n\x1a\n0000IHDR").await.expect(201);
    assert_eq!(png["media_type"], "image/png");
    assert_eq!(rows(&app).await, json!([1, 1, 0]));
}

#[tokio::test]
async fn a_form_has_the_one_field_file() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    let send = async |content_type: &'static str, body: Vec<u8>| {
        reporter.send_raw(reqwest::Method::POST, "/v1/files", Some((content_type, body))).await
    };
    let text = String::from_utf8(multipart("a.pdf", PDF)).unwrap();
    let other = text.replace("name=\"file\"", "name=\"scan\"").into_bytes();
    assert_eq!(send(MULTIPART, other).await.problem(422, "validation_failed"), ["/scan unknown_field"]);
    let twice = text.replace("------between--\r\n", "") + &text;
    assert_eq!(send(MULTIPART, twice.into_bytes()).await.problem(422, "validation_failed"), ["/file duplicate"]);
    let none = b"------between--\r\n".to_vec();
    assert_eq!(send(MULTIPART, none).await.problem(422, "validation_failed"), ["/file missing"]);
    send("application/json", b"{}".to_vec()).await.problem(415, "unsupported_media_type");
    send(MULTIPART, b"nonsense".to_vec()).await.problem(400, "malformed_request");
    assert_eq!((rows(&app).await, stored(&app.data_dir)), (json!([0, 0, 0]), vec![]));
}

#[tokio::test]
async fn a_file_may_be_as_large_as_is_allowed_and_no_larger() {
    let app = TestApp::start_with(Settings {
        arguments: vec!["--rate-limit", "0", "--file-mib", "7"],
        ..Settings::default()
    })
    .await;
    let reporter = app.log_in("reporter").await;
    let mut content = PDF.to_vec();
    // More than is held in memory on the way into the store.
    content.resize(7 * 1024 * 1024, b'x');
    let file = reporter.upload("a.pdf", &content).await.expect(201);
    assert_eq!(file["size"], content.len());
    let whole = reporter.get(&format!("/v1/files/{}/content", file["id"].as_str().unwrap())).await;
    assert_eq!(whole.text.len(), content.len());
    content.push(b'x');
    let answer = reporter.upload("b.pdf", &content).await;
    answer.problem(413, "payload_too_large");
    assert!(answer.text.contains("7340032"), "{}", answer.text);
    assert_eq!((rows(&app).await, stored(&app.data_dir).len()), (json!([1, 1, 0]), 1));
}

#[tokio::test]
async fn a_half_upload_leaves_nothing() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await;
    let body = multipart("证书.pdf", &PDF.repeat(10_000));
    let mut connection = TcpStream::connect(app.address.trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: {MULTIPART}\r\nContent-Length: {}\r\n\r\n",
        reporter.token(),
        body.len()
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(&body[..body.len() / 2]).unwrap();
    // It waits in a file that has no name: only the process that holds it knows it.
    let waiting = || {
        let folder = app.data_dir.to_str().unwrap();
        let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        open.filter_map(|entry| std::fs::read_link(entry.path()).ok())
            .any(|file| file.to_str().unwrap().contains(folder))
    };
    let until = async |expected: bool| {
        for _ in 0..500 {
            if waiting() == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the upload is not as expected: {expected}");
    };
    until(true).await;
    drop(connection);
    until(false).await;
    assert_eq!((rows(&app).await, stored(&app.data_dir)), (json!([0, 0, 0]), vec![]));
    assert_eq!(journal(&app).await, json!(null));
}

#[tokio::test]
async fn an_upload_that_is_sent_again_has_no_second_effect() {
    let app = TestApp::start().await;
    let reporter = app.log_in("reporter").await.with("idempotency-key", "once");
    let first = reporter.upload("a.pdf", PDF).await;
    let again = reporter.upload("a.pdf", PDF).await;
    assert_eq!((first.expect(201), &first.headers["location"]), (again.expect(201), &again.headers["location"]));
    reporter.upload("b.pdf", PDF).await.problem(422, "idempotency_key_reused");
    assert_eq!(rows(&app).await, json!([1, 1, 0]));
}

#[tokio::test]
async fn a_content_is_stored_once_in_a_bureau_and_apart_from_other_bureaus() {
    let app = TestApp::start().await;
    let ids = [
        uploaded(&app.log_in("reporter").await, "a.pdf", PDF).await,
        uploaded(&app.log_in("principal2").await, "b.pdf", PDF).await,
        uploaded(&app.log_in("officer").await, "c.pdf", PDF).await,
    ];
    assert_eq!((rows(&app).await, stored(&app.data_dir).len()), (json!([1, 3, 0]), 1));
    uploaded(&app.log_in("reporter@990002").await, "d.pdf", PDF).await;
    assert_eq!((rows(&app).await, stored(&app.data_dir).len()), (json!([2, 4, 0]), 2));
    // Whoever lets go of it takes it from nobody else.
    app.log_in("reporter").await.delete(&format!("/v1/files/{}", ids[0])).await.expect(204);
    app.log_in("officer").await.get(&format!("/v1/files/{}/content", ids[2])).await.expect_text(200, PDF);
}

#[tokio::test]
async fn the_quota_of_a_school_holds_whoever_is_quicker() {
    let app = TestApp::start_with(Settings {
        arguments: vec!["--rate-limit", "0", "--school-quota-mib", "1"],
        ..Settings::default()
    })
    .await;
    let reporter = app.log_in("reporter").await;
    let uploads = (0..20_u8).map(|number| {
        let reporter = reporter.clone();
        tokio::spawn(async move {
            let mut content = PDF.to_vec();
            content.resize(100_000, number);
            loop {
                let answer = reporter.upload(&format!("{number}.pdf"), &content).await;
                if answer.status != 503 {
                    return answer;
                }
            }
        })
    });
    let (mut taken, mut refused) = (0, 0);
    for upload in uploads.collect::<Vec<_>>() {
        let answer = upload.await.unwrap();
        if answer.status == 201 {
            taken += 1;
        } else {
            answer.problem(409, "quota_exceeded");
            assert!(answer.text.contains("1048576") && answer.text.contains("100000"), "{}", answer.text);
            refused += 1;
        }
    }
    assert_eq!((taken, refused), (10, 10));
    let used = app.query("SELECT sum(size) FROM (SELECT DISTINCT sha256, size FROM files) AS kept").await;
    assert_eq!(used, 1_000_000);
    // What is there already takes no room; another school has room of its own.
    let kept = app.query("SELECT name FROM files ORDER BY name LIMIT 1").await;
    let number: u8 = kept.as_str().unwrap().trim_end_matches(".pdf").parse().unwrap();
    let mut content = PDF.to_vec();
    content.resize(100_000, number);
    uploaded(&reporter, "again.pdf", &content).await;
    uploaded(&app.log_in("reporter2").await, "other.pdf", &content).await;
}
