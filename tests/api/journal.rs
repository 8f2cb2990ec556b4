//! The sealed journal: positions, the chain, and what is found where somebody changed it.

use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use jixiao::audit::{Found, Report, verify};
use jixiao::platform::access::Scope;
use jixiao::platform::clock::Clock;
use jixiao::platform::db::{Database, Role};
use jixiao::platform::journal::Sealer;
use serde_json::{Value, json};

use crate::support::{SCHOOL, TestApp};

/// Writes entries as the service does, in a transaction of their own.
async fn write(app: &TestApp, actor: &str, count: u32) {
    app.execute(&insert(actor, count)).await;
}

fn insert(actor: &str, count: u32) -> String {
    format!(
        "INSERT INTO journal (bureau_id, recorded_at, actor, action, subject_type, subject, school, before, after, request_id)
         SELECT 1, now(), '{actor}', 'submission.accept', 'submission', 'basics/2022/' || n, '{SCHOOL}',
                '{{\"state\": \"submitted\"}}', jsonb_build_object('state', 'accepted', 'n', n), gen_random_uuid()
         FROM generate_series(1, {count}) n"
    )
}

async fn verified(app: &TestApp) -> Report {
    let scope = Scope::system(1, "test");
    verify(&app.app.chores, &scope, None, |_| {}).await.expect("the journal can be read")
}

#[tokio::test]
async fn entries_get_positions_without_gaps_in_the_order_in_which_they_are_committed() {
    let app = TestApp::start().await;
    app.seal().await;
    let begun = app.query("SELECT coalesce(max(position), 0) FROM journal WHERE bureau_id = 1").await.as_i64().unwrap();
    // Written first, committed last.
    let mut slow = AsyncPgConnection::establish(&app.database.superuser_url).await.unwrap();
    slow.batch_execute(&format!("BEGIN; {}", insert("slow", 3))).await.unwrap();
    // Never committed: its numbers are gaps.
    let mut lost = AsyncPgConnection::establish(&app.database.superuser_url).await.unwrap();
    lost.batch_execute(&format!("BEGIN; {}; ROLLBACK", insert("lost", 5))).await.unwrap();
    write(&app, "quick", 2).await;
    assert_eq!(app.seal().await.found, 2);
    slow.batch_execute("COMMIT").await.unwrap();
    write(&app, "later", 1).await;
    assert_eq!(app.seal().await.found, 4);
    assert_eq!(app.seal().await.found, 0);
    let order = app
        .query(&format!("SELECT json_agg(json_build_array(position - {begun}, actor) ORDER BY position) FROM journal WHERE bureau_id = 1 AND position > {begun}"))
        .await;
    let expected = [(1, "quick"), (2, "quick"), (3, "slow"), (4, "slow"), (5, "slow"), (6, "later")];
    assert_eq!(order, json!(expected));
    assert_eq!((verified(&app).await.fault, verified(&app).await.sound), (None, begun + 6));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_sealers_and_many_writers_make_one_chain() {
    let app = TestApp::start().await;
    app.seal().await;
    let begun = verified(&app).await.sound;
    let url = app.database.app_url.clone();
    let sealer = || Sealer::new(Database::new(&url, 1, Clock::default(), Role::Sealer).unwrap());
    let seal = |sealer: Sealer| async move {
        for _ in 0..40 {
            sealer.seal().await.expect("the journal is sealed");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let write = |writer: u32| {
        let url = app.database.superuser_url.clone();
        async move {
            let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
            for turn in 0..20 {
                let pause = f64::from((writer * 7 + turn * 3) % 11) / 1000.0;
                let entries = insert(&format!("w{writer}"), turn % 3 + 1);
                connection.batch_execute(&format!("BEGIN; {entries}; SELECT pg_sleep({pause}); COMMIT")).await.unwrap();
            }
        }
    };
    tokio::join!(seal(sealer()), seal(sealer()), futures_util::future::join_all((0..8).map(write)));
    // A restart: another one, which knows nothing.
    sealer().seal().await.expect("the journal is sealed");
    let written = app.query("SELECT count(*) FROM journal WHERE actor ~ '^w[0-9]'").await.as_i64().unwrap();
    assert_eq!(written, 8 * (20 + 7 + 6 + 6), "two or three a turn");
    let report = verified(&app).await;
    assert_eq!((report.fault, report.sound), (None, begun + written));
    let order = app.query("SELECT bool_and(rising) FROM (SELECT id > lag(id) OVER (PARTITION BY actor ORDER BY position) AS rising FROM journal WHERE actor ~ '^w[0-9]') AS w").await;
    assert_eq!(order, true, "what one writer wrote keeps its order");
}

#[tokio::test]
async fn what_one_transaction_wrote_is_sealed_in_time_where_nobody_expected_so_much() {
    let app = TestApp::start().await;
    write(&app, "user:a", 100).await;
    app.seal().await;
    // PostgreSQL knows of no unsealed entry, and is not told of more.
    app.execute("ALTER TABLE journal SET (autovacuum_enabled = false); ANALYZE journal").await;
    let begun = verified(&app).await.sound;
    write(&app, "import", 40_000).await;
    // Nothing of it takes so long that the database ends it.
    assert_eq!(app.seal().await.found, 5_000, "at first");
    let report = verified(&app).await;
    assert_eq!((report.fault, report.sound), (None, begun + 40_000));
    let order = app.query("SELECT bool_and(rising) FROM (SELECT id > lag(id) OVER (ORDER BY position) AS rising FROM journal WHERE actor = 'import') AS i").await;
    assert_eq!(order, true);
}

#[tokio::test]
async fn nobody_changes_an_entry() {
    let app = TestApp::start().await;
    write(&app, "user:a", 3).await;
    app.seal().await;
    write(&app, "user:b", 1).await;
    for statement in [
        "UPDATE journal SET actor = 'x'",
        "UPDATE journal SET position = position + 100",
        "UPDATE journal SET position = NULL, hash = NULL",
        "UPDATE journal SET position = 99, hash = 'x', after = NULL WHERE position IS NULL",
        "DELETE FROM journal",
        "TRUNCATE journal",
    ] {
        let mut superuser = AsyncPgConnection::establish(&app.database.superuser_url).await.unwrap();
        let refusal = superuser.batch_execute(statement).await.expect_err(statement).to_string();
        assert!(refusal.contains("not changed or deleted"), "{statement}: {refusal}");
    }
    let mut sealer = AsyncPgConnection::establish(&app.database.app_url).await.unwrap();
    sealer.batch_execute("SET ROLE jixiao_sealer").await.unwrap();
    for statement in [
        "UPDATE journal SET actor = 'x'",
        "DELETE FROM journal",
        "INSERT INTO journal (bureau_id) SELECT bureau_id FROM journal",
        "SELECT * FROM users",
    ] {
        let refusal = sealer.batch_execute(statement).await.expect_err(statement).to_string();
        assert!(refusal.contains("permission denied"), "{statement}: {refusal}");
    }
}

/// Changes the journal as somebody would who owns the machine.
async fn tamper(app: &TestApp, statement: &str) {
    app.execute(&format!("SET session_replication_role = replica; {statement}")).await;
}

#[tokio::test]
async fn what_was_done_to_the_journal_is_found_and_named() {
    for (statement, position, found) in [
        ("UPDATE journal SET after = '{\"n\": 7}' WHERE position = 5", 5, Found::Altered),
        ("UPDATE journal SET school = NULL WHERE position = 9", 9, Found::Altered),
        ("UPDATE journal SET hash = sha256('x') WHERE position = 5", 5, Found::Altered),
        ("DELETE FROM journal WHERE position = 5", 5, Found::Missing),
        (
            "DELETE FROM journal WHERE position = 5;
             UPDATE journal SET position = -position WHERE position > 5;
             UPDATE journal SET position = -position - 1 WHERE position < 0",
            5,
            Found::Missing,
        ),
        (
            "UPDATE journal SET position = -position WHERE position > 4;
             UPDATE journal SET position = -position + 1 WHERE position < 0;
             INSERT INTO journal OVERRIDING SYSTEM VALUE SELECT bureau_id, 9999, recorded_at, actor, action, subject_type, subject,
                 school, before, after, request_id, 5, hash FROM journal WHERE position = 6",
            5,
            Found::Inserted,
        ),
        (
            "UPDATE journal SET position = 100 WHERE position = 5; UPDATE journal SET position = 5 WHERE position = 8;
             UPDATE journal SET position = 8 WHERE position = 100",
            5,
            Found::Reordered,
        ),
    ] {
        let app = TestApp::start().await;
        write(&app, "user:a", 20).await;
        app.seal().await;
        assert_eq!(verified(&app).await.fault, None);
        tamper(&app, statement).await;
        let fault = verified(&app).await.fault.expect(statement);
        assert_eq!((fault.position, fault.found), (position, found), "{statement}");
        assert!(fault.message().zh.contains(&position.to_string()));
    }
}

#[tokio::test]
async fn an_auditor_reads_the_journal_and_that_is_journaled() {
    let app = TestApp::start().await;
    write(&app, "user:a", 3).await;
    write(&app, "user:b", 1).await;
    app.seal().await;
    let auditor = app.log_in("auditor").await;
    let page = auditor.get("/v1/journal?actor=user:a&limit=2").await.expect(200);
    let items = page["items"].as_array().unwrap();
    assert_eq!(
        (items.len(), &items[0]["before"], &items[1]["after"]["n"]),
        (2, &json!({"state": "submitted"}), &json!(2))
    );
    let next = page["next"].as_str().unwrap();
    let rest = auditor.get(&format!("/v1/journal?actor=user:a&limit=2&cursor={next}")).await.expect(200);
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    for (query, count) in [
        ("subject=basics/2022/1", 2),
        ("type=submission", 4),
        ("action=submission.return", 0),
        ("school=2199000001", 4),
        ("until=2020-01-01T00:00:00Z", 0),
        ("from=2020-01-01T00:00:00Z&type=submission", 4),
    ] {
        let found = auditor.get(&format!("/v1/journal?{query}")).await.expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }
    app.seal().await;
    let newest = auditor.get("/v1/journal?newest_first=true&limit=1").await.expect(200);
    assert_eq!(
        (&newest["items"][0]["action"], &newest["items"][0]["actor"]),
        (&json!("journal.read"), &json!("user:auditor"))
    );
    assert_eq!(newest["items"][0]["after"]["filter"]["from"], "2020-01-01T00:00:00Z");
}

#[tokio::test]
async fn the_head_is_signed_and_can_be_verified_when_its_key_is_retired() {
    use jixiao::audit::{JournalHead, check_head};
    let app = TestApp::start().await;
    write(&app, "user:a", 3).await;
    app.seal().await;
    let answer = app.log_in("auditor").await.get("/v1/journal/head").await.expect(200);
    let head: JournalHead = serde_json::from_value(answer).unwrap();
    assert_eq!(head.bureau, "990001");
    assert_eq!(json!(head.position), app.query("SELECT max(position) FROM journal WHERE bureau_id = 1").await);
    let check =
        async |head: &JournalHead| check_head(&app.app.chores, head).await.unwrap().map(|fault| fault.en.into_owned());
    assert_eq!(check(&head).await, None);
    let forged = JournalHead { position: head.position + 1, ..head.clone() };
    assert!(check(&forged).await.unwrap().contains("what was signed"));
    let other = JournalHead { jws: head.jws.replace('a', "b"), ..head.clone() };
    assert!(check(&other).await.unwrap().contains("not valid"));
    // It is no access token, and an access token is no head.
    app.anonymous().with_token(&head.jws).get("/v1/me").await.problem(401, "invalid_token");
    for days in [31, 1, 31, 1] {
        app.app.db.clock().shift(chrono::TimeDelta::days(days));
        app.app.identity.upkeep(&app.app.db).await.unwrap();
    }
    assert_ne!(app.query("SELECT count(*) FROM retired_keys").await, 0);
    assert_eq!(check(&head).await, None, "years later");
}

/// Runs `jixiao audit verify` on the database; its exit code and what it says.
async fn audit(app: &TestApp, arguments: &[&str]) -> (Option<i32>, String) {
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_jixiao"))
        .args(["audit", "verify", "--database-url", &app.database.app_url])
        .args(arguments)
        .env("RUST_LOG", "warn")
        .env_remove("DATABASE_URL")
        .env_remove("MIGRATION_DATABASE_URL")
        .output()
        .await
        .expect("the program runs");
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[tokio::test]
async fn the_command_verifies_the_journal_and_a_head_that_was_kept() {
    let app = TestApp::start().await;
    write(&app, "user:a", 12).await;
    app.seal().await;
    let head = app.log_in("auditor").await.get("/v1/journal/head").await.text;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &head).unwrap();
    let kept = file.path().to_str().unwrap();
    write(&app, "user:b", 5).await;
    app.seal().await;

    let (code, said) = audit(&app, &["--bureau", "990001"]).await;
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = audit(&app, &["--head", kept]).await;
    assert!(code == Some(0) && said.contains("the chain is whole") && said.contains("leads through"), "{said}");
    let (code, said) = audit(&app, &["--bureau", "990002", "--head", kept]).await;
    assert!(code == Some(1) && said.contains("another bureau"), "{said}");
    assert_eq!(audit(&app, &["--bureau", "nowhere"]).await.0, Some(1));
    assert_eq!(audit(&app, &[]).await.0, Some(2), "a bureau or a head is needed");

    // Whoever rewrites all of it and seals it again is found by the head alone.
    tamper(
        &app,
        "UPDATE journal SET position = NULL, hash = NULL; UPDATE journal SET actor = 'user:c' WHERE actor = 'user:a'",
    )
    .await;
    app.seal().await;
    assert_eq!(audit(&app, &["--bureau", "990001"]).await.0, Some(0), "by itself it is whole");
    let (code, said) = audit(&app, &["--head", kept]).await;
    assert!(code == Some(1) && said.contains("rewritten as a whole"), "{said}");

    tamper(&app, "DELETE FROM journal WHERE position = 5").await;
    let (code, said) = audit(&app, &["--bureau", "990001"]).await;
    assert!(code == Some(1) && said.contains("Entry 5 is missing") && said.contains("第 5 条被删除"), "{said}");
}
