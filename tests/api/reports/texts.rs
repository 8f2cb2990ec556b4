//! Reports that were typed, held against the figures of their year.

use serde_json::{Value, json};

use super::world::County;

fn found(answer: &Value) -> Vec<[&str; 3]> {
    let items = answer["items"].as_array().expect("findings").iter();
    items.map(|item| ["kind", "place", "quote"].map(|name| item[name].as_str().expect("text"))).collect()
}

#[tokio::test]
async fn a_text_is_held_against_itself_and_the_figures_of_the_year() {
    let county = County::complete().await;
    let text = "一、基本情况\n全县共有学生145人，其中寄宿生150人。\n三、工作举措\n由130人增加到135人，提高3.7%。";
    let body = json!({"year": 2022, "text": text});
    let answer = county.leader.post("/v1/reports/check", &body).await.expect(200);
    assert_eq!(answer["year"], 2022);
    assert_eq!(
        found(&answer),
        [
            ["typed", "/lines/2", "全县共有学生145人"],
            ["subset", "/lines/2", "全县共有学生145人，其中寄宿生150人"],
            ["numbering", "/lines/3", "三、工作举措"],
            ["growth", "/lines/4", "由130人增加到135人，提高3.7%"],
        ],
        "{answer}"
    );
    let english = county.leader.with("accept-language", "en").post("/v1/reports/check", &body).await.expect(200);
    assert_eq!(english["items"][3]["message"], "From 130 to 135 is a change of 3.85%, not of 3.7%");
    assert_eq!(county.app.query("SELECT count(*) FROM reports").await, 0, "nothing is kept");
}

#[tokio::test]
async fn a_text_has_bounds_and_a_year() {
    let county = County::incomplete().await;
    for (body, violations) in [
        (json!({"year": 2022, "text": ""}), "/text wrong_length"),
        (json!({"year": 1800, "text": "一"}), "/year out_of_range"),
        (json!({"year": 2022, "text": "1人".repeat(2_501)}), "/text wrong_length"),
        (json!({"year": 2022, "text": "一".repeat(100_001)}), "/text wrong_length"),
    ] {
        let answer = county.leader.post("/v1/reports/check", &body).await;
        assert_eq!(answer.problem(422, "validation_failed"), [violations]);
    }
    county.principal.post("/v1/reports/check", &json!({"year": 2022, "text": "一"})).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_text_made_to_be_slow_is_checked_all_the_same() {
    let county = County::complete().await;
    for piece in ["1人", "共1人", "其中1人", "提高1%", "比1人提高1%", "独立学校1所联合", "一是"] {
        let line = piece.repeat(4_999 / piece.chars().count());
        let text = vec![line; 19].join("\n");
        let begun = std::time::Instant::now();
        county.leader.post("/v1/reports/check", &json!({"year": 2022, "text": text})).await.expect(200);
        assert!(begun.elapsed().as_secs() < 20, "{piece}: {:?}", begun.elapsed());
    }
}
