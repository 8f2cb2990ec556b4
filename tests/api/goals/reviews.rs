//! Who decides on goals, and how.

use serde_json::{Value, json};

use super::{Office, excellent, overall, path, review};

#[tokio::test]
async fn the_grade_says_whether_a_goal_goes_on() {
    let office = Office::open().await;
    office.bring(&path("O"), &overall(), "submitted").await;
    let with = |scores: [u32; 4], more: Value| {
        let mut body = review(scores);
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (scores, more, outcome) in [
        ([28, 23, 23, 16], json!({}), Ok(("reviewed", 90, "excellent"))),
        ([28, 23, 23, 15], json!({}), Err("/opinion missing")),
        ([28, 23, 23, 15], json!({"opinion": "细化指标"}), Ok(("returned", 89, "good"))),
        ([28, 23, 23, 15], json!({"accept": true}), Err("/opinion missing")),
        ([28, 23, 23, 15], json!({"accept": true, "opinion": "可在执行中完善"}), Ok(("reviewed", 89, "good"))),
        ([20, 20, 20, 0], json!({"accept": true, "opinion": "从宽"}), Ok(("reviewed", 60, "fair"))),
        ([20, 20, 19, 0], json!({"opinion": "  "}), Err("/opinion missing")),
        ([20, 20, 19, 0], json!({"opinion": "重写"}), Ok(("returned", 59, "poor"))),
        ([20, 20, 19, 0], json!({"opinion": "从宽", "accept": true}), Err("/accept not_allowed")),
        ([30, 25, 25, 20], json!({"accept": false}), Err("/opinion missing")),
        ([30, 25, 25, 20], json!({"accept": false, "opinion": "改名"}), Ok(("returned", 100, "excellent"))),
    ] {
        let answer = office.finance.post(&format!("{}/review", path("O")), &with(scores, more)).await;
        match outcome {
            Err(violation) => assert_eq!(answer.problem(422, "validation_failed"), [violation]),
            Ok((state, total, grade)) => {
                let goal = answer.expect(200);
                let review = &goal["review"];
                assert_eq!(
                    (&goal["state"], &review["total"], &review["grade"], &review["accepted"]),
                    (&json!(state), &json!(total), &json!(grade), &json!(state == "reviewed"))
                );
                if state == "reviewed" {
                    let back = json!({"note": "再议"});
                    let goal = office.leader.post(&format!("{}/return", path("O")), &back).await.expect(200);
                    assert_eq!((&goal["state"], &goal["note"]), (&json!("returned"), &json!("再议")));
                }
                let again = office.officer.post(&format!("{}/submit", path("O")), &json!({})).await.expect(200);
                assert_eq!((&again["review"], &again["reviewed_by"]), (&json!(null), &json!(null)));
            }
        }
    }
}

#[tokio::test]
async fn each_criterion_is_scored_once_and_within_its_weight() {
    let office = Office::open().await;
    office.bring(&path("O"), &overall(), "submitted").await;
    let scores = json!({"scores": [
        {"criterion": "completeness", "score": 30.01},
        {"criterion": "relevance", "score": 10.005},
        {"criterion": "relevance", "score": 10},
        {"criterion": "beauty", "score": 10},
    ]});
    let answer = office.finance.post(&format!("{}/review", path("O")), &scores).await;
    assert_eq!(
        answer.problem(422, "validation_failed"),
        [
            "/scores missing",
            "/scores missing",
            "/scores/0/score out_of_range",
            "/scores/1/score too_many_digits",
            "/scores/2/criterion duplicate",
            "/scores/3/criterion unknown_reference",
        ]
    );
}

#[tokio::test]
async fn whoever_had_a_hand_in_it_does_not_decide() {
    let office = Office::open().await;
    office
        .app
        .execute(
            "INSERT INTO users SELECT bureau_id, name, name, unit, roles_of::text[], password_hash, false, 1, created_at, updated_at
             FROM users, (VALUES ('second', 'teaching', '{section_officer}'), ('chief', '990001', '{finance_officer,leader}'))
                 AS more (name, unit, roles_of)
             WHERE username = 'officer' AND bureau_id = 1",
        )
        .await;
    let (second, chief) = (office.app.log_in("second").await, office.app.log_in("chief").await);
    let path = path("O");
    office.officer.put(&path, &overall()).await.expect(201);
    second.post(&format!("{path}/submit"), &json!({})).await.expect(200);
    // Neither who wrote nor who handed in; nor may who is of the section return it then.
    for party in [&office.officer, &second] {
        party.post(&format!("{path}/review"), &excellent()).await.problem(403, "four_eyes");
        party.post(&format!("{path}/return"), &json!({"note": "重写"})).await.problem(403, "four_eyes");
        assert_eq!(party.get(&path).await.expect(200)["may"], json!([]));
    }
    office.leader.post(&format!("{path}/review"), &excellent()).await.problem(403, "forbidden");
    office.principal.post(&format!("{path}/review"), &excellent()).await.problem(404, "not_found");
    chief.post(&format!("{path}/review"), &excellent()).await.expect(200);
    chief.post(&format!("{path}/approve"), &json!({})).await.problem(403, "four_eyes");
    assert_eq!(chief.get(&path).await.expect(200)["may"], json!(["return"]));
    office.finance.post(&format!("{path}/approve"), &json!({})).await.problem(403, "forbidden");
    office.leader.post(&format!("{path}/approve"), &json!({})).await.expect(200);
}

#[tokio::test]
async fn a_program_of_a_section_does_not_review() {
    let office = Office::open().await;
    office.bring(&path("O"), &overall(), "submitted").await;
    let machine = office.app.machine("teaching", &["performance:write", "performance:read"]).await;
    machine.post(&format!("{}/review", path("O")), &excellent()).await.problem(403, "forbidden");
}
