//! Contents in a store with the protocol of S3, played by a small server that keeps them in memory.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::http::Method;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::TimeDelta;
use jixiao::files::{Fault, inspect};
use jixiao::maintenance::clean_up_files;
use jixiao::platform::access::Scope;
use serde_json::json;

use super::{PDF, rows, uploaded};
use crate::support::{Settings, TestApp};

/// What the store has: objects by their keys, and parts of uploads by `key#number`.
#[derive(Clone, Default)]
struct Bucket(Arc<Mutex<BTreeMap<String, Bytes>>>);

/// Refuses what is not signed; whether it is signed rightly only a real store knows.
async fn answer(request: HttpRequest, body: Bytes, bucket: Data<Bucket>) -> HttpResponse {
    let signed = request.headers().get("authorization").is_some_and(|value| {
        let value = value.to_str().unwrap();
        value.starts_with("AWS4-HMAC-SHA256 Credential=an-id/") && value.contains("Signature=")
    });
    if !signed {
        return HttpResponse::Forbidden().finish();
    }
    let mut objects = bucket.0.lock().unwrap();
    let key = request.path().trim_start_matches("/evidence").trim_start_matches('/').to_owned();
    let query: BTreeMap<String, String> = serde_urlencoded::from_str(request.query_string()).unwrap();
    let tag = |body: &Bytes| format!("\"{}\"", body.len());
    match (request.method(), query.get("partNumber"), query.contains_key("uploadId")) {
        (&Method::GET, ..) if key.is_empty() => {
            let prefix = query["prefix"].clone();
            let listed = objects.iter().filter(|(key, _)| key.starts_with(&prefix)).map(|(key, body)| {
                let (size, tag) = (body.len(), tag(body).replace('"', "&quot;"));
                format!("<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>{tag}</ETag><Size>{size}</Size></Contents>")
            });
            let listed: String = listed.collect();
            HttpResponse::Ok().content_type("application/xml").body(format!(
                "<ListBucketResult><Name>evidence</Name><IsTruncated>false</IsTruncated>{listed}</ListBucketResult>"
            ))
        }
        (&Method::GET | &Method::HEAD, ..) => {
            let Some(body) = objects.get(&key).cloned() else { return HttpResponse::NotFound().finish() };
            let mut response = HttpResponse::Ok();
            response.insert_header(("etag", tag(&body)));
            response.insert_header(("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"));
            if *request.method() == Method::HEAD {
                return response.no_chunking(u64::try_from(body.len()).unwrap()).body(body);
            }
            let Some(range) = request.headers().get("range") else { return response.body(body) };
            let range = range.to_str().unwrap().trim_start_matches("bytes=");
            let (first, last) = range.split_once('-').unwrap();
            let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
            response.status(actix_web::http::StatusCode::PARTIAL_CONTENT);
            response.insert_header(("content-range", format!("bytes {first}-{last}/{}", body.len())));
            response.body(body.slice(first..=last))
        }
        (&Method::PUT, Some(number), _) => {
            objects.insert(format!("{key}#{number:0>5}"), body.clone());
            HttpResponse::Ok().insert_header(("etag", tag(&body))).finish()
        }
        (&Method::PUT, ..) => {
            let tag = tag(&body);
            objects.insert(key, body);
            HttpResponse::Ok().insert_header(("etag", tag)).finish()
        }
        (&Method::POST, ..) if query.contains_key("delete") => {
            let body = String::from_utf8(body.to_vec()).unwrap();
            let mut deleted = String::new();
            for key in body.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next()) {
                objects.remove(key);
                write!(deleted, "<Deleted><Key>{key}</Key></Deleted>").unwrap();
            }
            HttpResponse::Ok().content_type("application/xml").body(format!("<DeleteResult>{deleted}</DeleteResult>"))
        }
        (&Method::POST, _, false) => HttpResponse::Ok()
            .content_type("application/xml")
            .body("<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>"),
        (&Method::POST, _, true) => {
            let parts = format!("{key}#");
            let names: Vec<String> = objects.keys().filter(|name| name.starts_with(&parts)).cloned().collect();
            let whole: Vec<u8> = names.iter().flat_map(|name| objects.remove(name).unwrap()).collect();
            objects.insert(key, whole.into());
            HttpResponse::Ok()
                .content_type("application/xml")
                .body("<CompleteMultipartUploadResult><ETag>&quot;whole&quot;</ETag></CompleteMultipartUploadResult>")
        }
        (&Method::DELETE, ..) => {
            objects.remove(&key);
            HttpResponse::NoContent().finish()
        }
        _ => HttpResponse::MethodNotAllowed().finish(),
    }
}

/// A service that keeps its files in such a store.
async fn start() -> (TestApp, Bucket) {
    let bucket = Bucket::default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint: &'static str = format!("http://{}", listener.local_addr().unwrap()).leak();
    let shared = bucket.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::PayloadConfig::new(16 * 1024 * 1024))
            .app_data(Data::new(shared.clone()))
            .default_service(web::to(answer))
    });
    tokio::spawn(server.workers(1).disable_signals().listen(listener).unwrap().run());
    let arguments = vec![
        "--rate-limit",
        "0",
        "--files-s3-bucket",
        "evidence",
        "--files-s3-endpoint",
        endpoint,
        "--files-s3-access-key-id",
        "an-id",
        "--files-s3-secret-access-key",
        "a secret",
    ];
    (TestApp::start_with(Settings { arguments, ..Settings::default() }).await, bucket)
}

#[tokio::test]
async fn contents_are_kept_read_compared_and_removed() {
    let (app, bucket) = start().await;
    let reporter = app.log_in("reporter").await;
    let file = uploaded(&reporter, "a.pdf", PDF).await;
    let path = format!("/v1/files/{file}/content");
    reporter.get(&path).await.expect_text(200, PDF);
    reporter.with("range", "bytes=9-12").get(&path).await.expect_text(206, &PDF[9..13]);
    // One that goes in parts.
    let mut large = PDF.to_vec();
    large.resize(11 * 1024 * 1024 + 7, b'x');
    let large_file = uploaded(&reporter, "b.pdf", &large).await;
    reporter.get(&format!("/v1/files/{large_file}/content")).await.expect_text(200, &large);
    let keys: Vec<String> = bucket.0.lock().unwrap().keys().cloned().collect();
    assert!(keys.len() == 2 && keys.iter().all(|key| key.starts_with("1/") && key.len() == 69), "{keys:?}");
    // A content that is there is not sent again.
    uploaded(&app.log_in("reporter2").await, "c.pdf", PDF).await;
    let (scope, files) = (Scope::system(1, "test"), app.app.files.clone());
    let check = async || inspect(&app.app.chores, &files, &scope, false, |_| {}).await.unwrap();
    assert_eq!(check().await, []);
    bucket.0.lock().unwrap().insert(keys[0].clone(), Bytes::from_static(b"another"));
    bucket.0.lock().unwrap().insert(format!("1/ab/{}", "ab".repeat(32)), Bytes::from_static(b"unknown"));
    let faults: Vec<Fault> = check().await.into_iter().map(|finding| finding.fault).collect();
    assert_eq!(faults, [Fault::Altered, Fault::Unknown]);
    for days in [2, 15] {
        app.app.db.clock().shift(TimeDelta::days(days));
        clean_up_files(&app.app).await.unwrap();
    }
    assert_eq!(rows(&app).await, json!([0, 0, 0]));
    assert_eq!(bucket.0.lock().unwrap().len(), 1);
}
