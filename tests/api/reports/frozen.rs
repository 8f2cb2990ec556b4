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
    ];
    for statement in refusals {
        let script = format!(
            "DO $$ BEGIN {statement}; RAISE 'not refused'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"
        );
        county.app.execute(&script).await;
    }
    let kept = county.app.query(&format!("SELECT state FROM reports WHERE code = '{code}'")).await;
    assert_eq!(kept, "approved");
    // Not even of a draft can the text and its hash be parted, nor one person do both.
    county.assemble().await;
    for statement in [
        "UPDATE reports SET document = '{}' WHERE state = 'draft'",
        "UPDATE reports SET state = 'approved', approved_by = assembled_by, approved_at = now() WHERE state = 'draft'",
    ] {
        let script =
            format!("DO $$ BEGIN {statement}; RAISE 'not refused'; EXCEPTION WHEN check_violation THEN NULL; END $$");
        county.app.execute(&script).await;
    }
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
