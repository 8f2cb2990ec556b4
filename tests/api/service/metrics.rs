//! What the service tells about itself.

use std::net::TcpListener;

use reqwest::Method;

use crate::support::{Client, Desk, Settings, TestApp};

/// The metrics of a service, as Prometheus reads them.
async fn metrics(app: &TestApp) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let server = jixiao::http::serve_metrics(&app.app, listener).expect("the metrics are served");
    let handle = server.handle();
    tokio::spawn(server);
    let answer = Client::new(&address).get("/metrics").await;
    handle.stop(false).await;
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    answer.text
}

fn requests(metrics: &str, method: &str, route: &str, status: u16) -> Option<u32> {
    let labels = format!(
        "http_server_request_duration_seconds_count{{http_request_method=\"{method}\",\
         http_response_status_code=\"{status}\",http_route=\"{route}\"}} "
    );
    metrics.lines().find_map(|line| line.strip_prefix(&labels)).map(|count| count.parse().unwrap())
}

#[tokio::test]
async fn requests_are_counted_by_route_and_not_by_address() {
    const ROUTE: &str = "/v1/forms/{form}/periods/{period}/submissions/{school}";
    let app = TestApp::with_catalogue().await;
    let desk = Desk::basics(&app).await;
    desk.read().await;
    desk.read().await;
    desk.reporter.get("/v1/forms/basics/periods/2022/submissions/nowhere").await.expect(404);
    let metrics = metrics(&app).await;
    assert_eq!(requests(&metrics, "GET", ROUTE, 200), Some(2));
    assert_eq!(requests(&metrics, "GET", ROUTE, 404), Some(1));
    assert!(metrics.contains("jixiao_db_connections_used 0"));
    assert!(!metrics.contains("nowhere"));
}

#[tokio::test]
async fn what_strangers_make_up_is_counted_together() {
    let app = TestApp::start().await;
    for name in ["BREW", "STEEP"] {
        let method = Method::from_bytes(name.as_bytes()).unwrap();
        app.anonymous().send_raw(method, &format!("/{name}"), None).await.expect(404);
    }
    assert_eq!(requests(&metrics(&app).await, "_OTHER", "-", 404), Some(2));
}

#[tokio::test]
async fn requests_that_were_turned_away_are_counted() {
    let arguments = vec!["--rate-limit", "0", "--request-seconds", "1"];
    let app = TestApp::with_catalogue_and(Settings { arguments, ..Settings::default() }).await;
    let desk = Desk::basics(&app).await;
    let _lock = app.lock("submissions").await;
    desk.reporter.get(&desk.path).await.problem(503, "overloaded");
    let metrics = metrics(&app).await;
    assert!(metrics.contains("jixiao_refused_requests_total{reason=\"timeout\"} 1"));
    assert_eq!(requests(&metrics, "GET", "-", 503), Some(1));
}
