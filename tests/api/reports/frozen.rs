//! What was approved stays as it is, and comes to the same when it is assembled again.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::world::{County, words};

#[tokio::test]
async fn a_report_stays_and_comes_to_the_same_whatever_is_accepted_later() {
    let county = County::complete().await;
    county.app.seal().await;
    let head = county.app.log_in("auditor").await.get("/v1/journal/head").await.expect(200)["position"].clone();
    let path = county.approved().await;
    let before = county.leader.get(&path).await.expect(200);
    assert_eq!(before["journal_position"], head, "what happened since is not sealed yet");
    for source in before["document"]["sources"].as_array().expect("sources") {
        assert_eq!((&source["as_of"], &source["journal_position"]), (&before["as_of"], &head));
    }

    county.change_everything().await;
    county.app.seal().await;
    let after = county.leader.get(&path).await.expect(200);
    assert_eq!(after, before);
    let verified = county.leader.get(&format!("{path}/verify")).await.expect(200);
    assert_eq!(verified["differences"], json!([]));
    assert_eq!((&verified["identical"], &verified["intact"]), (&json!(true), &json!(true)));
    assert_eq!((&verified["sha256"], &verified["assembled_sha256"]), (&before["sha256"], &before["sha256"]));
    assert_eq!(verified["as_of"], before["as_of"]);
    // A report of now says something else.
    let anew = county.leader.get(&county.assemble().await).await.expect(200);
    assert_ne!(words(&anew), words(&before));
    assert_ne!(anew["sha256"], before["sha256"]);
}

#[tokio::test]
async fn the_hash_is_that_of_the_document_as_it_is_sent() {
    let county = County::complete().await;
    let path = county.assemble().await;
    let read = county.leader.get(&path).await.expect(200);
    let file = county.leader.get(&format!("{path}/document.json")).await;
    assert_eq!(file.json(), read["document"]);
    let digest = Sha256::digest(file.text.as_bytes());
    let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    assert_eq!(read["sha256"], Value::from(hash));
}

#[tokio::test]
async fn the_database_refuses_to_change_what_was_approved() {
    let county = County::complete().await;
    let path = county.approved().await;
    let code = path.rsplit('/').next().expect("a code");
    let refusals = [
        "UPDATE reports SET document = '{}', sha256 = sha256('{}')",
        "UPDATE reports SET state = 'draft', approved_by = NULL, approved_at = NULL",
        "UPDATE reports SET title = 'another'",
        "UPDATE reports SET state = 'published', published_by = 'x', published_at = now(), as_of = now()",
        "UPDATE reports SET approved_by = 'user:another'",
        "UPDATE reports SET findings = '[1]'",
        "DELETE FROM reports",
        "TRUNCATE reports",
    ];
    for statement in refusals {
        refused(&county, statement, "insufficient_privilege").await;
    }
    let kept = county.app.query(&format!("SELECT state FROM reports WHERE code = '{code}'")).await;
    assert_eq!(kept, "approved");
    // Not even of a draft can the text and its hash be parted, nor one person do both.
    county.assemble().await;
    for statement in [
        "UPDATE reports SET document = '{}', assembly = assembly + 1 WHERE state = 'draft'",
        "UPDATE reports SET state = 'approved', approved_by = assembled_by, approved_at = now() WHERE state = 'draft'",
    ] {
        refused(&county, statement, "check_violation").await;
    }
}

#[tokio::test]
async fn the_database_refuses_whoever_pretends_to_have_assembled_a_draft() {
    let county = County::complete().await;
    let path = county.assemble().await;
    let pretences = [
        "UPDATE reports SET assembled_by = 'user:someone'",
        "UPDATE reports SET assembled_by = 'user:someone', version = version + 1, updated_at = now()",
        "UPDATE reports SET assembled_by = 'user:someone', assembly = assembly - 1",
        "UPDATE reports SET assembled_by = 'user:someone', state = 'returned', note = 'x', assembly = assembly + 1",
        "UPDATE reports SET assembled_by = 'x', state = 'approved', approved_by = 'user:finance', approved_at = now()",
        "UPDATE reports SET assembled_at = now()",
        "UPDATE reports SET title = 'another'",
        "UPDATE reports SET document = '{}', sha256 = sha256('{}')",
    ];
    for statement in pretences {
        refused(&county, statement, "insufficient_privilege").await;
        // Nor on the way from a report that was returned to a draft.
        let returned = format!("UPDATE reports SET state = 'returned', note = 'x'; {statement}, state = 'draft'");
        if !statement.contains("state =") {
            refused(&county, &returned, "insufficient_privilege").await;
        }
    }
    let read = county.leader.get(&path).await.expect(200);
    assert_eq!((&read["assembled_by"], &read["state"]), (&json!("user:finance"), &json!("draft")));
}

#[tokio::test]
async fn a_report_enters_the_database_as_a_draft() {
    let county = County::complete().await;
    let path = county.assemble().await;
    let code = path.rsplit('/').next().expect("a code");
    let copy = |state: &str, approved: &str, published: &str| {
        format!(
            "INSERT INTO reports (bureau_id, code, template, year, number, title, state, version, assembly, document, sha256,
                 findings, as_of, journal_position, assembled_by, assembled_at, approved_by, approved_at, published_by,
                 published_at, updated_by, updated_at)
             SELECT bureau_id, template || '-2022-9', template, 2022, 9, title, '{state}', 1, 1, document, sha256, findings, as_of,
                 journal_position, assembled_by, assembled_at, {approved}, {published}, updated_by, updated_at
             FROM reports WHERE code = '{code}'"
        )
    };
    let (nobody, leader) = ("NULL, NULL", "'user:leader', now()");
    for role in ["", "SET LOCAL ROLE jixiao_app; SET LOCAL app.bureau_id = 1; "] {
        for (state, approved, published) in [
            ("returned", nobody, nobody),
            ("discarded", nobody, nobody),
            ("approved", leader, nobody),
            ("published", leader, leader),
        ] {
            let insert = format!("{role}{}", copy(state, approved, published));
            refused(&county, &insert, "insufficient_privilege").await;
        }
        county.app.execute(&format!("BEGIN; {role}{}; ROLLBACK", copy("draft", nobody, nobody))).await;
    }
}

/// That the database refuses a statement even a superuser, and why.
async fn refused(county: &County, statement: &str, condition: &str) {
    let script = format!("DO $$ BEGIN {statement}; RAISE 'not refused'; EXCEPTION WHEN {condition} THEN NULL; END $$");
    county.app.execute(&script).await;
}

#[tokio::test]
async fn what_was_tampered_with_is_told() {
    let county = County::complete().await;
    let path = county.approved().await;
    county
        .app
        .execute(
            "SET session_replication_role = replica;
             ALTER TABLE reports DROP CONSTRAINT reports_check1;
             UPDATE reports SET document = replace(document, '145人', '245人')",
        )
        .await;
    let verified = county.leader.get(&format!("{path}/verify")).await.expect(200);
    assert_eq!((&verified["intact"], &verified["identical"]), (&json!(false), &json!(false)));
    let differences = verified["differences"].as_array().expect("differences");
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!((&differences[0]["kept"], &differences[0]["assembled"]), (&json!("245人"), &json!("145人")));
}

#[tokio::test]
async fn what_was_replaced_together_with_its_hash_is_told_by_the_journal() {
    let county = County::complete().await;
    let path = county.assemble().await;
    let intact = async || county.leader.get(&format!("{path}/verify")).await.expect(200)["intact"].clone();
    assert_eq!(intact().await, true, "what is not sealed yet counts");
    county.app.seal().await;
    let first = county.leader.get(&format!("{path}/document.json")).await.text;
    county.finance.post(&format!("{path}/assemble"), &json!({})).await.expect(200);
    assert_eq!(intact().await, true, "it is the newest assembly that counts");
    county.app.seal().await;
    let second = county.leader.get(&format!("{path}/document.json")).await.text;
    assert_ne!(first, second, "as of another moment");

    let put = async |text: &str| {
        let text = text.replace('\'', "''");
        county
            .app
            .execute(&format!(
                "SET session_replication_role = replica;
                 UPDATE reports SET document = '{text}', sha256 = sha256(convert_to('{text}', 'UTF8'))"
            ))
            .await;
    };
    put(&first).await;
    assert_eq!(intact().await, false, "an assembly that was replaced");
    put(&second).await;
    county.approve(&path).await.expect(200);
    assert_eq!(intact().await, true);
    county.finance.post(&format!("{path}/publish"), &json!({})).await.expect(200);
    county.app.seal().await;
    assert_eq!(intact().await, true);
    put(&second.replace("145人", "245人")).await;
    let verified = county.leader.get(&format!("{path}/verify")).await.expect(200);
    assert_eq!((&verified["intact"], &verified["identical"]), (&json!(false), &json!(false)));
    // One of which the journal knows nothing was never assembled here.
    county
        .app
        .execute(
            "SET session_replication_role = replica; UPDATE journal SET subject = 'x' WHERE subject_type = 'report'",
        )
        .await;
    put(&second).await;
    assert_eq!(intact().await, false);
}
