//! Records entered, read and changed.

use serde_json::json;

use super::{award, enter, records};
use crate::support::{SCHOOL, SIBLING, TestApp};

#[tokio::test]
async fn a_record_is_entered_and_read_as_it_was_entered() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    let mut input =
        award("chor-1", &json!({"prize": 1200.50, "pupils": 30, "abroad": false, "given_on": "2022-05-01"}));
    input["since"] = json!("2022-05-02");
    let answer = reporter.post(&records("awards"), &input).await;
    let created = answer.expect(201);
    assert_eq!(answer.headers["location"], "/v1/registers/awards/records/chor-1");
    assert_eq!(answer.etag(), "\"1\"");
    assert_eq!(created["fields"]["prize"].to_string(), "1200.5");
    assert_eq!(created["timeline"], json!([{"state": "reported", "since": "2022-05-02"}]));
    assert_eq!((&created["school_name"], &created["recorded_by"]), (&json!("第一小学"), &json!("user:reporter")));
    assert_eq!(created["may"], json!(["update", "withdraw"]));

    let officer = app.log_in("officer").await.get(&format!("{}/chor-1", records("awards"))).await.expect(200);
    assert_eq!(officer["may"], json!(["update", "confirm", "withdraw"]));
    assert_eq!(officer["fields"], created["fields"]);
    reporter.post(&records("awards"), &input).await.problem(409, "already_exists");
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_and_nothing_is_written() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    let wrong = json!({"code": "x", "school": SCHOOL, "state": "confirmed", "since": "2999-01-01", "fields": {
        "title": "一二三四五六七八九十一二三四五六七八九十一", "level": "moon", "certificate": "A1", "given_on": "2022-5-1",
        "pupils": 1.5, "prize": 0.001, "score": "7", "abroad": "ja", "colour": "red", "host": 7}});
    assert_eq!(
        reporter.post(&records("awards"), &wrong).await.problem(422, "validation_failed"),
        [
            "/fields/abroad wrong_type",
            "/fields/certificate wrong_format",
            "/fields/colour unknown_field",
            "/fields/given_on wrong_format",
            "/fields/host wrong_type",
            "/fields/level not_allowed",
            "/fields/prize too_many_digits",
            "/fields/pupils too_many_digits",
            "/fields/score wrong_type",
            "/fields/title wrong_length",
            "/since out_of_range",
            "/state not_allowed",
        ]
    );
    let bounds = award("x", &json!({"pupils": 501, "host": "9999999999", "series": "none"}));
    assert_eq!(
        reporter.post(&records("awards"), &bounds).await.problem(422, "validation_failed"),
        ["/fields/pupils out_of_range"]
    );
    let references = award("x", &json!({"host": "9999999999", "series": "none"}));
    assert_eq!(
        reporter.post(&records("awards"), &references).await.problem(422, "validation_failed"),
        ["/fields/host unknown_school", "/fields/series unknown_reference"]
    );
    let bare = json!({"code": "x/y", "fields": {}, "colour": "red"});
    let faults = reporter.post(&records("awards"), &bare).await.problem(422, "validation_failed");
    assert_eq!(faults, ["/code wrong_format", "/colour unknown_field"]);
    let bare = json!({"code": "x", "fields": {}});
    let faults = reporter.post(&records("awards"), &bare).await.problem(422, "validation_failed");
    assert_eq!(faults, ["/fields/level required_value", "/fields/title required_value", "/school missing"]);
    assert_eq!(app.query("SELECT count(*) FROM register_revisions").await, 0);
    reporter.post(&records("nothing"), &award("x", &json!({}))).await.problem(404, "not_found");
}

#[tokio::test]
async fn rules_look_at_the_record_and_at_what_it_was() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    let many = award("a", &json!({"pupils": 150}));
    assert_eq!(
        reporter.post(&records("awards"), &many).await.problem(422, "validation_failed"),
        ["/explanations unexplained_warning"]
    );
    let mut explained = many.clone();
    explained["explanations"] = json!([{"rule": "few", "text": "全校参加"}]);
    let created = reporter.post(&records("awards"), &explained).await.expect(201);
    assert_eq!(created["explanations"], explained["explanations"]);

    let path = format!("{}/a", records("awards"));
    let fewer = json!({"fields": {"pupils": 149}});
    assert_eq!(
        reporter.with("if-match", "*").patch(&path, &fewer).await.problem(422, "validation_failed"),
        ["/fields rule_violated"]
    );
    let mut unknown = explained.clone();
    unknown["code"] = json!("b");
    unknown["explanations"] = json!([{"rule": "many", "text": "?"}, {"rule": "few", "text": "是"}]);
    assert_eq!(
        reporter.post(&records("awards"), &unknown).await.problem(422, "validation_failed"),
        ["/explanations/0/rule unknown_reference"]
    );
    let published =
        json!({"code": "c", "school": SCHOOL, "state": "published", "fields": {"title": "棋", "level": "city"}});
    assert_eq!(
        reporter.post(&records("awards"), &published).await.problem(422, "validation_failed"),
        ["/fields rule_violated"]
    );
}

#[tokio::test]
async fn a_change_makes_a_revision_and_none_where_nothing_changes() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await;
    enter(&reporter, "a", &json!({"prize": 10, "abroad": true})).await;
    let path = format!("{}/a", records("awards"));
    reporter.patch(&path, &json!({"fields": {"prize": 20}})).await.problem(428, "precondition_required");
    let changed = reporter
        .with("if-match", "\"1\"")
        .patch(&path, &json!({"fields": {"prize": 20.00, "abroad": null}, "note": "更正"}))
        .await
        .expect(200);
    assert_eq!(changed["fields"], json!({"title": "合唱比赛", "level": "city", "prize": 20}));
    assert_eq!((&changed["revision"], &changed["note"]), (&json!(2), &json!("更正")));
    reporter
        .with("if-match", "\"1\"")
        .patch(&path, &json!({"fields": {"prize": 30}}))
        .await
        .problem(412, "precondition_failed");
    let same = reporter.with("if-match", "\"2\"").patch(&path, &json!({"fields": {"prize": 20}})).await;
    assert_eq!((same.etag(), same.expect(200)["revision"].clone()), ("\"2\"".to_owned(), json!(2)));

    let revisions = reporter.get(&format!("{path}/revisions")).await.expect(200);
    let told: Vec<_> = revisions["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| (each["revision"].clone(), each["fields"]["prize"].clone()))
        .collect();
    assert_eq!(told, [(json!(1), json!(10)), (json!(2), json!(20))]);
    let journal = app
        .query("SELECT json_agg(json_build_array(action, before -> 'fields', after -> 'fields') ORDER BY id) FROM journal WHERE subject = 'awards/a'")
        .await;
    assert_eq!(
        journal,
        json!([
            ["record.create", null, {"title": "合唱比赛", "level": "city", "prize": 10, "abroad": true}],
            ["record.update", {"prize": 10, "abroad": true}, {"prize": 20, "abroad": null}]
        ])
    );
}

#[tokio::test]
async fn of_many_who_change_the_same_revision_one_succeeds() {
    let app = TestApp::with_catalogue().await;
    let reporter = app.log_in("reporter").await.with("if-match", "\"1\"");
    enter(&reporter, "a", &json!({})).await;
    let path = format!("{}/a", records("awards"));
    let changes = (0..20).map(|prize| {
        let (reporter, path) = (reporter.clone(), path.clone());
        async move { reporter.patch(&path, &json!({"fields": {"prize": prize}})).await.status.as_u16() }
    });
    let mut answers = futures_util::future::join_all(changes).await;
    answers.retain(|status| *status != 503);
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| [200, 412].contains(status)), "{answers:?}");
    assert_eq!(app.query("SELECT count(*) FROM register_revisions").await, 2);
}

#[tokio::test]
async fn values_are_unique_and_references_bounded_beyond_what_a_school_sees() {
    let app = TestApp::with_catalogue().await;
    let (reporter, other, officer) =
        (app.log_in("reporter").await, app.log_in("reporter2").await, app.log_in("officer").await);
    let taken = json!({"certificate": "AB123"});
    enter(&reporter, "a", &taken).await;
    let mut theirs = award("b", &taken);
    theirs["school"] = json!(SIBLING);
    assert_eq!(
        other.post(&records("awards"), &theirs).await.problem(422, "validation_failed"),
        ["/fields/certificate duplicate"]
    );
    // The code itself is taken as well, whoever has it.
    theirs["code"] = json!("a");
    theirs["fields"]["certificate"] = json!("AB124");
    other.post(&records("awards"), &theirs).await.problem(409, "already_exists");
    // What is withdrawn gives its value free, and does not get it back.
    reporter.post(&format!("{}/a/withdraw", records("awards")), &json!({"note": "误报"})).await.expect(200);
    theirs["code"] = json!("b");
    theirs["fields"]["certificate"] = json!("AB123");
    other.post(&records("awards"), &theirs).await.expect(201);
    assert_eq!(
        reporter.post(&format!("{}/a/restore", records("awards")), &json!({})).await.problem(422, "validation_failed"),
        ["/fields/certificate duplicate"]
    );

    officer
        .post(&records("series"), &json!({"code": "s", "school": SCHOOL, "fields": {"title": "联赛"}}))
        .await
        .expect(201);
    for (code, status) in [("c", 201), ("d", 201), ("e", 422)] {
        let answer = reporter.post(&records("awards"), &award(code, &json!({"series": "s"}))).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    let series = format!("{}/s/withdraw", records("series"));
    officer.post(&series, &json!({"note": "取消"})).await.problem(409, "in_use");
}
