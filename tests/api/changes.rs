//! The change feed: everything once, in order, to whom it concerns.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Client, SCHOOL, SIBLING, Settings, TestApp, document, pupils, sheet};

async fn after(client: &Client, position: i64) -> (Vec<Value>, i64) {
    let answer = client.get(&format!("/v1/changes?after={position}&limit=1000")).await.expect(200);
    (answer["items"].as_array().unwrap().clone(), answer["next"].as_i64().unwrap())
}

fn told(items: &[Value]) -> Vec<String> {
    items.iter().map(|item| format!("{} {}", item["action"].as_str().unwrap(), item["key"].as_str().unwrap())).collect()
}

/// An award of a school, entered and withdrawn; a form saved.
async fn happen(app: &TestApp, school: &str, reporter: &str) {
    let reporter = app.log_in(reporter).await;
    let award = json!({"code": format!("a-{school}"), "school": school, "fields": {"title": "棋", "level": "city"}});
    reporter.post("/v1/registers/awards/records", &award).await.expect(201);
    reporter
        .post(&format!("/v1/registers/awards/records/a-{school}/withdraw"), &json!({"note": "误"}))
        .await
        .expect(200);
    reporter.put(&sheet("basics", "2022", school), &document(&pupils(1, 2))).await.expect(201);
}

#[tokio::test]
async fn everybody_is_told_of_what_they_may_see() {
    let app = TestApp::with_catalogue().await;
    app.seal().await;
    let (_, begun) = after(&app.log_in("officer").await, 0).await;
    happen(&app, SCHOOL, "reporter").await;
    happen(&app, SIBLING, "reporter2").await;
    let admin = app.log_in("admin").await;
    admin
        .with("if-match", "*")
        .patch(&format!("/v1/organisations/{SIBLING}"), &json!({"name": "第二实验小学"}))
        .await
        .expect(200);
    let mut register = admin.get("/v1/registers/series").await.expect(200)["definition"].clone();
    register["help"] = json!({"zh": "系列"});
    admin.with("if-match", "*").put("/v1/registers/series", &register).await.expect(200);
    admin
        .post("/v1/clients", &json!({"name": "MIS", "organisation": SCHOOL, "scopes": ["figures:read"]}))
        .await
        .expect(201);
    app.log_in("auditor").await.get("/v1/journal").await.expect(200);
    app.seal().await;

    let own = |school: &str| {
        [
            format!("record.create awards/a-{school}"),
            format!("record.withdraw awards/a-{school}"),
            format!("submission.save basics/2022/{school}"),
        ]
    };
    let everybodys = ["catalogue.change 2".to_owned(), "register.change series".to_owned()];
    let officer = after(&app.log_in("officer").await, begun).await.0;
    let renamed = format!("organisation.change {SIBLING}");
    let all = [own(SCHOOL).as_slice(), &own(SIBLING), std::slice::from_ref(&renamed), &everybodys].concat();
    let named = told(&officer);
    let same_but_for_the_name = named.iter().zip(&all).filter(|(one, other)| one != other).count();
    assert_eq!((named.len(), same_but_for_the_name <= 1), (all.len(), true), "{named:?}");
    let reporter = told(&after(&app.log_in("reporter").await, begun).await.0);
    assert_eq!(reporter, [own(SCHOOL).as_slice(), &everybodys].concat(), "a school is told of itself");
    let administrator = after(&admin, begun).await.0;
    assert!(administrator.iter().all(|item| !["submission", "record"].contains(&item["type"].as_str().unwrap())));
    assert_eq!(administrator.last().unwrap()["type"], "client");
    assert_eq!(told(&after(&app.log_in("officer@990002").await, 0).await.0), Vec::<String>::new());

    let only = app.log_in("officer").await.get(&format!("/v1/changes?after={begun}&types=record")).await.expect(200);
    assert_eq!(only["items"].as_array().unwrap().len(), 4);
    let unknown = app.log_in("officer").await.get("/v1/changes?after=0&types=record,colour").await;
    assert_eq!(unknown.problem(422, "validation_failed"), ["?types not_allowed"]);
    app.log_in("officer").await.get("/v1/changes?after=0&wait=26").await.problem(400, "invalid_parameter");
    app.log_in("officer").await.get("/v1/changes?after=-1").await.problem(400, "invalid_parameter");
}

#[tokio::test]
async fn the_position_goes_on_where_nothing_visible_changed() {
    let app = TestApp::with_catalogue().await;
    happen(&app, SIBLING, "reporter2").await;
    app.seal().await;
    let head = app.query("SELECT max(position) FROM journal WHERE bureau_id = 1").await;
    let (items, next) = after(&app.log_in("reporter").await, 0).await;
    assert_eq!((items.len(), json!(next)), (0, head));
    let paged = app.log_in("officer").await.get("/v1/changes?after=0&limit=2").await.expect(200);
    assert_eq!(paged["next"], paged["items"][1]["position"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_sees_every_change_once_while_others_write() {
    let app = TestApp::with_catalogue_and(Settings { pool_size: 16, ..Settings::default() }).await;
    let sealing = tokio::spawn({
        let app = app.app.clone();
        async move { app.sealer.run(&app.metrics).await }
    });
    let officer = app.log_in("officer").await;
    let writers: Vec<Client> = vec![app.log_in("reporter").await; 4];
    let write = |(number, reporter): (usize, Client)| async move {
        for turn in 0..25 {
            let code = format!("w{number}-{turn}");
            let award = json!({"code": code, "school": SCHOOL, "fields": {"title": "棋", "level": "city"}});
            while reporter.post("/v1/registers/awards/records", &award).await.status == 503 {}
        }
    };
    // Beside them, transactions that commit long after they wrote.
    let slow = format!(
        "BEGIN; INSERT INTO journal (bureau_id, recorded_at, actor, action, subject_type, subject, school, request_id)
             SELECT 1, now(), 'slow', 'record.create', 'record', 'awards/slow-' || n, '{SCHOOL}', gen_random_uuid()
             FROM generate_series(1, 20) n;
         SELECT pg_sleep(0.8); COMMIT"
    );
    let slow = app.execute(&slow);
    let follow = async {
        let (mut seen, mut position) = (Vec::new(), 0);
        let deadline = Instant::now() + Duration::from_mins(1);
        while seen.len() < 120 && Instant::now() < deadline {
            let answer =
                officer.get(&format!("/v1/changes?after={position}&types=record&wait=2&limit=7")).await.expect(200);
            for item in answer["items"].as_array().unwrap() {
                assert!(item["position"].as_i64().unwrap() > position);
                seen.push(item["key"].as_str().unwrap().to_owned());
            }
            position = answer["next"].as_i64().unwrap();
        }
        seen
    };
    let writing = futures_util::future::join_all(writers.into_iter().enumerate().map(write));
    let (seen, _, ()) = tokio::join!(follow, writing, slow);
    sealing.abort();
    let distinct: BTreeSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (120, 120));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_is_told_within_a_second_and_otherwise_when_the_time_is_over() {
    let app = TestApp::with_catalogue().await;
    app.seal().await;
    let officer = app.log_in("officer").await;
    let (_, head) = after(&officer, 0).await;
    let started = Instant::now();
    let nothing = officer.get(&format!("/v1/changes?after={head}&wait=1")).await.expect(200);
    assert_eq!((nothing["items"].as_array().unwrap().len(), nothing["next"].as_i64()), (0, Some(head)));
    assert!(started.elapsed() >= Duration::from_secs(1));

    let sealing = tokio::spawn({
        let app = app.app.clone();
        async move { app.sealer.run(&app.metrics).await }
    });
    let waiting = tokio::spawn(async move {
        let answer = officer.get(&format!("/v1/changes?after={head}&wait=20")).await.expect(200);
        (answer, Instant::now())
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    happen(&app, SCHOOL, "reporter").await;
    let happened = Instant::now();
    let (answer, told_at) = waiting.await.unwrap();
    sealing.abort();
    assert!(!answer["items"].as_array().unwrap().is_empty());
    assert!(told_at.saturating_duration_since(happened) < Duration::from_secs(1), "{:?}", told_at - happened);
}

#[tokio::test]
async fn a_feed_that_does_not_go_back_so_far_says_where_it_begins() {
    let arguments = vec!["--rate-limit", "0", "--changes-days", "30"];
    let app = TestApp::with_catalogue_and(Settings { arguments, ..Settings::default() }).await;
    happen(&app, SCHOOL, "reporter").await;
    app.seal().await;
    app.app.db.clock().shift(chrono::TimeDelta::days(31));
    happen(&app, SIBLING, "reporter2").await;
    app.seal().await;
    let officer = app.log_in("officer").await;
    let gone = officer.get("/v1/changes?after=0").await;
    gone.problem(410, "gone");
    let oldest = gone.json()["oldest"].as_i64().unwrap();
    let first = app.query(&format!("SELECT min(position) FROM journal WHERE subject = 'awards/a-{SIBLING}'")).await;
    assert!(oldest <= first.as_i64().unwrap());
    let (items, _) = after(&officer, oldest - 1).await;
    assert!(told(&items).contains(&format!("record.create awards/a-{SIBLING}")));
    officer.get(&format!("/v1/changes?after={}", oldest - 2)).await.problem(410, "gone");
}
