//! Disposals: their steps, who takes them, and what becomes of the cards.

use serde_json::{Value, json};

use super::{ASSETS, computer, enter, import, read};
use crate::support::{Client, SCHOOL, TestApp};

const DISPOSALS: &str = "/v1/assets/disposals";

fn application(code: &str, assets: &[&str]) -> Value {
    json!({"code": code, "method": "scrapping", "assets": assets, "on": "2022-11-01", "note": "已达使用年限"})
}

async fn take(client: &Client, disposal: &str, step: &str, body: &Value) -> crate::support::Answer {
    client.post(&format!("{DISPOSALS}/{disposal}/{step}"), body).await
}

/// Applied for, appraised and decided by the reporter.
async fn decided(reporter: &Client, code: &str, assets: &[&str]) {
    reporter.post(DISPOSALS, &application(code, assets)).await.expect(201);
    let appraisal = json!({"on": "2022-11-02", "document": "鉴定书 17", "amount": 350.5});
    take(reporter, code, "appraise", &appraisal).await.expect(200);
    let decision = json!({"on": "2022-11-03", "document": "会议纪要 9", "participants": "校务会"});
    take(reporter, code, "decide", &decision).await.expect(200);
}

#[tokio::test]
async fn a_disposal_goes_through_all_its_steps_and_the_cards_are_written_off() {
    let app = TestApp::with_catalogue_on("2022-12-31").await;
    let (reporter, principal) = (app.log_in("reporter").await, app.log_in("principal").await);
    enter(&reporter, &computer("pc-1", &json!(2000), "2020-01-10")).await;
    enter(&reporter, &computer("pc-2", &json!(2999.99), "2020-01-10")).await;
    reporter.with("if-match", "*").patch(&format!("{ASSETS}/pc-2"), &json!({"state": "idle"})).await.expect(200);

    let answer = reporter.post(DISPOSALS, &application("cz-1", &["pc-1", "pc-2"])).await;
    let applied = answer.expect(201);
    assert_eq!(
        (answer.etag().as_str(), &answer.headers["location"]),
        ("\"1\"", &"/v1/assets/disposals/cz-1".parse().unwrap())
    );
    assert_eq!(
        (&applied["organisation"], &applied["value"].to_string(), &applied["approved_by"], &applied["may"]),
        (&json!(SCHOOL), &"4999.99".to_owned(), &json!("unit"), &json!(["appraise", "withdraw"]))
    );
    let card = read(&reporter, "pc-1").await;
    assert_eq!(
        (&card["state"], &card["action"], &card["note"], &card["may"]),
        (&json!("in_disposal"), &json!("dispose"), &json!("cz-1"), &json!([]))
    );
    let change = reporter.with("if-match", "*").patch(&format!("{ASSETS}/pc-1"), &json!({"place": "库房"})).await;
    change.problem(409, "state_forbids");
    assert_eq!(
        take(&reporter, "cz-1", "appraise", &json!({"on": "2022-10-31", "participants": "x"}))
            .await
            .problem(422, "validation_failed"),
        ["/amount missing", "/document missing", "/on out_of_range", "/participants inconsistent"]
    );
    let stale = reporter.with("if-match", "\"7\"");
    let appraisal = json!({"on": "2022-11-02", "document": "鉴定书 17", "amount": 350.5});
    take(&stale, "cz-1", "appraise", &appraisal).await.problem(412, "precondition_failed");
    take(&reporter, "cz-1", "appraise", &appraisal).await.expect(200);
    assert_eq!(
        take(&reporter, "cz-1", "decide", &json!({"amount": 1})).await.problem(422, "validation_failed"),
        ["/amount inconsistent", "/document missing", "/participants missing"]
    );
    let decision = json!({"on": "2022-11-03", "document": "会议纪要 9", "participants": "校务会"});
    let decided = take(&reporter, "cz-1", "decide", &decision).await.expect(200);
    // The reporter does not sign for the school, and the principal did nothing of it yet.
    assert_eq!(decided["may"], json!(["withdraw"]));
    let seen = principal.get(&format!("{DISPOSALS}/cz-1")).await.expect(200);
    assert_eq!(seen["may"], json!(["approve", "reject", "withdraw"]));
    take(&principal, "cz-1", "approve", &json!({"on": "2022-11-10"})).await.expect(200);
    take(&reporter, "cz-1", "dispose", &json!({"on": "2022-11-20", "document": "回收单"})).await.expect(200);
    assert_eq!(
        take(&reporter, "cz-1", "pay_proceeds", &json!({"amount": -1})).await.problem(422, "validation_failed"),
        ["/amount out_of_range"]
    );
    assert_eq!(
        take(&reporter, "cz-1", "pay_proceeds", &json!({"amount": 300})).await.problem(422, "validation_failed"),
        ["/document missing"]
    );
    take(&reporter, "cz-1", "pay_proceeds", &json!({"on": "2022-11-25", "amount": 300, "document": "缴款书 3"}))
        .await
        .expect(200);
    let ended = take(&reporter, "cz-1", "write_off", &json!({"on": "2022-12-01"})).await.expect(200);
    assert_eq!((&ended["state"], &ended["may"], &ended["version"]), (&json!("written_off"), &json!([]), &json!(7)));
    let steps: Vec<_> = ended["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            (step["action"].as_str().unwrap(), step["recorded_by"].as_str().unwrap(), step["amount"].to_string())
        })
        .collect();
    let by = |who| format!("user:{who}");
    assert_eq!(
        steps,
        [
            ("apply", "reporter", "null"),
            ("appraise", "reporter", "350.5"),
            ("decide", "reporter", "null"),
            ("approve", "principal", "null"),
            ("dispose", "reporter", "null"),
            ("pay_proceeds", "reporter", "300"),
            ("write_off", "reporter", "null")
        ]
        .map(|(action, who, amount)| (action, by(who), amount.to_owned()))
        .iter()
        .map(|(action, who, amount)| (*action, who.as_str(), amount.clone()))
        .collect::<Vec<_>>()
    );
    let card = read(&reporter, "pc-1").await;
    assert_eq!(
        (&card["state"], &card["deregistered_on"], &card["action"]),
        (&json!("deregistered"), &json!("2022-12-01"), &json!("deregister"))
    );
    // From January 2020 to November 2022: the month of writing off is not charged.
    assert_eq!((&card["book"]["held"], &card["book"]["months"]), (&json!(false), &json!(35)));
    reporter
        .with("if-match", "*")
        .patch(&format!("{ASSETS}/pc-1"), &json!({"value": 1, "note": "x"}))
        .await
        .problem(409, "state_forbids");
    let journaled = app.query("SELECT json_agg(action ORDER BY id) FROM journal WHERE subject_type = 'disposal'").await;
    assert_eq!(journaled.as_array().unwrap().len(), 7);
}

#[tokio::test]
async fn no_step_is_taken_before_its_turn() {
    let app = TestApp::with_catalogue_on("2022-12-31").await;
    let (reporter, principal) = (app.log_in("reporter").await, app.log_in("principal").await);
    enter(&reporter, &computer("pc-1", &json!(2000), "2020-01-10")).await;
    reporter.post(DISPOSALS, &application("cz-1", &["pc-1"])).await.expect(201);
    for step in ["decide", "approve", "dispose", "pay_proceeds", "write_off"] {
        let client = if step == "approve" { &principal } else { &reporter };
        let refusal = take(client, "cz-1", step, &json!({})).await;
        refusal.problem(409, "state_forbids");
        assert_eq!(
            (&refusal.json()["state"], &refusal.json()["allowed"]),
            (&json!("applied"), &json!(["appraise", "reject", "withdraw"]))
        );
    }
}

#[tokio::test]
async fn the_value_says_who_approves_and_nobody_else_does() {
    let app = TestApp::with_catalogue_on("2022-12-31").await;
    let reporter = app.log_in("reporter").await;
    let approvers = [
        ("principal", app.log_in("principal").await),
        ("finance", app.log_in("finance").await),
        ("leader", app.log_in("leader").await),
        ("officer", app.log_in("officer").await),
    ];
    for (code, value, who) in
        [("small", 4999.99, "principal"), ("middle", 5000.0, "finance"), ("large", 500_000.0, "leader")]
    {
        enter(&reporter, &computer(code, &json!(value), "2020-01-10")).await;
        decided(&reporter, code, &[code]).await;
        for (name, client) in &approvers {
            let seen = client.get(&format!("{DISPOSALS}/{code}")).await.expect(200);
            let may = seen["may"].as_array().unwrap();
            assert_eq!(may.contains(&json!("approve")), *name == who, "{code} by {name}");
            if *name != who {
                let refusal = take(&client.with("accept-language", "en"), code, "approve", &json!({})).await;
                refusal.problem(403, "forbidden");
                if *name != "officer" {
                    let detail = refusal.json()["detail"].as_str().unwrap().to_owned();
                    let told = match who {
                        "principal" => "head of the unit",
                        "finance" => "finance officer",
                        _ => "leader",
                    };
                    assert!(detail.contains(told), "{detail}");
                }
            }
        }
        let (_, client) = approvers.iter().find(|(name, _)| *name == who).unwrap();
        take(client, code, "approve", &json!({})).await.expect(200);
    }
}

#[tokio::test]
async fn whoever_took_a_step_does_not_approve() {
    let app = TestApp::with_catalogue_on("2022-12-31").await;
    let (reporter, principal, finance) =
        (app.log_in("reporter").await, app.log_in("principal").await, app.log_in("finance").await);
    enter(&reporter, &computer("pc-1", &json!(100), "2020-01-10")).await;
    decided(&principal, "cz-1", &["pc-1"]).await;
    take(&principal, "cz-1", "approve", &json!({})).await.problem(403, "four_eyes");
    take(&principal, "cz-1", "reject", &json!({"note": "x"})).await.problem(403, "four_eyes");
    // Whoever records one step in between neither.
    enter(&reporter, &computer("pc-2", &json!(6000), "2020-01-10")).await;
    reporter.post(DISPOSALS, &application("cz-2", &["pc-2"])).await.expect(201);
    take(&finance, "cz-2", "appraise", &json!({"document": "鉴定书", "amount": 0})).await.expect(200);
    take(&reporter, "cz-2", "decide", &json!({"document": "纪要", "participants": "校务会"})).await.expect(200);
    take(&finance, "cz-2", "approve", &json!({})).await.problem(403, "four_eyes");
}

#[tokio::test]
async fn what_is_rejected_or_withdrawn_lets_the_cards_go() {
    let app = TestApp::with_catalogue_on("2022-12-31").await;
    let (reporter, principal) = (app.log_in("reporter").await, app.log_in("principal").await);
    let mut idle = computer("pc-1", &json!(100), "2020-01-10");
    idle["state"] = json!("idle");
    enter(&reporter, &idle).await;
    decided(&reporter, "cz-1", &["pc-1"]).await;
    assert_eq!(
        take(&principal, "cz-1", "reject", &json!({})).await.problem(422, "validation_failed"),
        ["/note missing"]
    );
    let rejected = take(&principal, "cz-1", "reject", &json!({"note": "尚可使用"})).await.expect(200);
    assert_eq!((&rejected["state"], &rejected["may"]), (&json!("rejected"), &json!([])));
    let card = read(&reporter, "pc-1").await;
    assert_eq!((&card["state"], &card["action"]), (&json!("idle"), &json!("release")));
    decided(&reporter, "cz-2", &["pc-1"]).await;
    take(&principal, "cz-2", "approve", &json!({})).await.expect(200);
    take(&reporter, "cz-2", "withdraw", &json!({"note": "不再处置"})).await.expect(200);
    assert_eq!(read(&reporter, "pc-1").await["state"], "idle");
    take(&reporter, "cz-2", "withdraw", &json!({"note": "x"})).await.problem(409, "state_forbids");
    take(&reporter, "cz-2", "apply", &json!({})).await.problem(404, "not_found");
    take(&reporter, "cz-9", "withdraw", &json!({"note": "x"})).await.problem(404, "not_found");
    reporter.post(DISPOSALS, &application("cz-2", &["pc-1"])).await.problem(409, "already_exists");

    let listed = reporter.get(&format!("{DISPOSALS}?state=withdrawn&asset=pc-1")).await.expect(200);
    assert_eq!((&listed["items"][0]["code"], listed["items"].as_array().unwrap().len()), (&json!("cz-2"), 1));
    let first = reporter.get(&format!("{DISPOSALS}?limit=1")).await.expect(200);
    let next = first["next"].as_str().unwrap();
    let second = reporter.get(&format!("{DISPOSALS}?limit=1&cursor={next}")).await.expect(200);
    assert_eq!(
        (&first["items"][0]["code"], &second["items"][0]["code"], &second["next"]),
        (&json!("cz-1"), &json!("cz-2"), &Value::Null)
    );
}

#[tokio::test]
async fn everything_that_is_wrong_with_an_application_is_named() {
    let app = TestApp::with_catalogue_on("2022-12-31").await;
    let (reporter, finance) = (app.log_in("reporter").await, app.log_in("finance").await);
    enter(&reporter, &computer("pc-1", &json!(100), "2020-01-10")).await;
    enter(&reporter, &computer("pc-2", &json!(100), "2022-12-10")).await;
    enter(&reporter, &computer("pc-3", &json!(100), "2020-01-10")).await;
    let mut other = computer("desk", &json!(100), "2020-01-10");
    other["organisation"] = json!("finance");
    enter(&finance, &other).await;
    reporter.post(DISPOSALS, &application("cz-1", &["pc-3"])).await.expect(201);
    let wrong = application("cz-2", &["pc-1", "pc-1", "pc-2", "pc-3", "desk", "nothing"]);
    assert_eq!(
        finance.post(DISPOSALS, &wrong).await.problem(422, "validation_failed"),
        [
            "/assets/1 duplicate",
            "/assets/2 out_of_range",
            "/assets/3 state_forbids",
            "/assets/4 inconsistent",
            "/assets/5 unknown_reference",
        ]
    );
    assert_eq!(
        reporter
            .post(DISPOSALS, &json!({"code": "x", "method": "gift", "assets": [], "note": " "}))
            .await
            .problem(422, "validation_failed"),
        ["/assets wrong_length", "/method not_allowed", "/note wrong_format"]
    );
    // A gift has no proceeds.
    let mut gift = application("cz-3", &["pc-1"]);
    gift["method"] = json!("donation");
    reporter.post(DISPOSALS, &gift).await.expect(201);
    take(&reporter, "cz-3", "appraise", &json!({"document": "x", "amount": 0})).await.expect(200);
    take(&reporter, "cz-3", "decide", &json!({"document": "x", "participants": "x"})).await.expect(200);
    take(&app.log_in("principal").await, "cz-3", "approve", &json!({})).await.expect(200);
    take(&reporter, "cz-3", "dispose", &json!({})).await.expect(200);
    assert_eq!(
        take(&reporter, "cz-3", "pay_proceeds", &json!({"amount": 1, "document": "x"}))
            .await
            .problem(422, "validation_failed"),
        ["/amount inconsistent"]
    );
    take(&reporter, "cz-3", "pay_proceeds", &json!({"amount": 0})).await.expect(200);
    // Others neither apply for it nor see it.
    app.log_in("officer").await.post(DISPOSALS, &application("cz-4", &["pc-2"])).await.problem(403, "forbidden");
    let sibling = app.log_in("reporter2").await;
    assert_eq!(
        sibling.post(DISPOSALS, &application("cz-4", &["pc-2"])).await.problem(422, "validation_failed"),
        ["/assets/0 unknown_reference"]
    );
    sibling.get(&format!("{DISPOSALS}/cz-3")).await.problem(404, "not_found");
}

#[tokio::test]
async fn an_asset_is_in_one_disposal_however_many_apply_at_once() {
    let app = TestApp::with_catalogue_on("2022-12-31").await;
    let reporter = app.log_in("reporter").await;
    let cards: Vec<Value> = (0..4).map(|i| computer(&format!("pc-{i}"), &json!(100), "2020-01-10")).collect();
    import(&reporter, "", &cards).await.expect(200);
    let attempts = (0..6).map(|i| {
        let reporter = reporter.clone();
        async move {
            let (one, other) = (format!("pc-{}", i % 4), format!("pc-{}", (i + 1) % 4));
            reporter.post(DISPOSALS, &application(&format!("cz-{i}"), &[&one, &other])).await.status.as_u16()
        }
    });
    let outcomes = futures_util::future::join_all(attempts).await;
    assert!(outcomes.iter().all(|status| [201, 422].contains(status)), "{outcomes:?}");
    let succeeded = outcomes.iter().filter(|status| **status == 201).count();
    assert!((1..=2).contains(&succeeded), "{outcomes:?}");
    let rows = app
        .query("SELECT json_build_array(count(*), count(DISTINCT asset)) FROM asset_disposal_items WHERE under_way")
        .await;
    assert_eq!(rows, json!([succeeded * 2, succeeded * 2]));
    let states =
        app.query("SELECT count(*) FROM asset_revisions WHERE state = 'in_disposal' AND superseded_at IS NULL").await;
    assert_eq!(states, json!(succeeded * 2));
    // One step is taken once.
    let code = format!("cz-{}", outcomes.iter().position(|status| *status == 201).unwrap());
    let appraisal = json!({"document": "x", "amount": 1});
    let attempts = (0..4).map(|_| take(&reporter, &code, "appraise", &appraisal));
    let outcomes: Vec<u16> =
        futures_util::future::join_all(attempts).await.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(outcomes.iter().filter(|status| **status == 200).count(), 1, "{outcomes:?}");
}
