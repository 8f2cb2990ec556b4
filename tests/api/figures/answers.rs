//! What is answered, by example.

use serde_json::{Value, json};

use super::county::{BUREAU, County, JUNIOR, ONE, THREE, TWO};

/// A number exactly as it stands in a document.
fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn counts_are_added_up_and_compared_with_the_period_before() {
    let county = County::start().await;
    for (period, one, two) in [("2021", 60, 70), ("2022", 63, 72)] {
        county.report("yearly", period, ONE, &[("pupils", one.into())]).await;
        county.report("yearly", period, TWO, &[("pupils", two.into())]).await;
    }
    let figure = county.figure("indicator=pupils&period=2022&compare=previous").await;
    assert_eq!(
        figure,
        json!({
            "indicator": "pupils", "period": "2022", "group": {}, "value": 135, "unit": "人",
            "numerator": null, "denominator": null,
            "previous": { "period": "2021", "value": 130, "change": 5, "growth": number("0.0385") },
            // The closed school is not expected any more; the new one is, and has not reported.
            "coverage": { "expected": 3, "reported": 2 },
        })
    );
}

#[tokio::test]
async fn the_same_period_a_year_earlier_is_not_the_period_before() {
    let county = County::start().await;
    for (period, drills) in [("2021-Q1", 4), ("2021-Q4", 8), ("2022-Q1", 6)] {
        county.report("quarterly", period, ONE, &[("drills", drills.into())]).await;
    }
    let growth = async |compare| {
        let figure = county.figure(&format!("indicator=drills&period=2022-Q1&compare={compare}")).await;
        [figure["previous"]["period"].clone(), figure["previous"]["growth"].clone()]
    };
    assert_eq!(growth("previous").await, [json!("2021-Q4"), number("-0.25")]);
    assert_eq!(growth("year_ago").await, [json!("2021-Q1"), number("0.5")]);
}

#[tokio::test]
async fn nothing_to_compare_with_is_no_growth() {
    let county = County::start().await;
    county.report("yearly", "2021", ONE, &[("pupils", 0.into())]).await;
    county.report("yearly", "2022", ONE, &[("pupils", 9.into())]).await;
    let figure = county.figure("indicator=pupils&period=2022&compare=previous").await;
    assert_eq!(figure["previous"], json!({ "period": "2021", "value": 0, "change": 9, "growth": null }));
    let figure = county.figure("indicator=pupils&period=2021&compare=previous").await;
    assert_eq!(figure["previous"], json!({ "period": "2020", "value": null, "change": null, "growth": null }));
}

#[tokio::test]
async fn a_rate_is_weighted_by_what_it_is_a_rate_of() {
    let county = County::start().await;
    for (school, entrants, rate) in [(ONE, 900, "72.5"), (TWO, 10, "40"), (JUNIOR, 300, "65.15")] {
        let values = [
            ("entrants category=arts", entrants.into()),
            ("pass_rate category=arts", number(rate)),
            ("plain_rate category=arts", number(rate)),
            // Nobody entered for it, so the rate weighs nothing.
            ("pass_rate category=science", 100.into()),
        ];
        county.report("exams", "2022", school, &values).await;
    }
    let weighted = county.figure("indicator=pass_rate&period=2022").await;
    // (900 × 72.5 + 10 × 40 + 300 × 65.15) / 1210
    assert_eq!(weighted["value"], number("70.41"));
    assert_eq!(weighted["numerator"], 85_195);
    assert_eq!(weighted["denominator"], 1_210);
    let plain = county.figure("indicator=plain_rate&period=2022").await;
    assert_eq!(plain["value"], number("59.22"), "(72.5 + 40 + 65.15) / 3");
    assert_eq!([&plain["numerator"], &plain["denominator"]], [&number("177.65"), &json!(3)]);
    let table = county.table("indicator=pass_rate&period=2022&by=category").await;
    assert_eq!(table, [json!(["science", null, 3, 3]), json!(["arts", number("70.41"), 3, 3])]);
}

#[tokio::test]
async fn a_weight_without_dimensions_is_that_of_the_school() {
    let county = County::start().await;
    county.report("yearly", "2022", ONE, &[("pupils", 200.into()), ("sleep", number("9"))]).await;
    county.report("yearly", "2022", TWO, &[("pupils", 100.into()), ("sleep", number("8.5"))]).await;
    county.report("yearly", "2022", JUNIOR, &[("sleep", number("4"))]).await;
    let figure = county.figure("indicator=sleep&period=2022").await;
    assert_eq!(figure["value"], number("8.83"), "the school that did not say how many pupils weighs nothing");
    assert_eq!(figure["coverage"], json!({ "expected": 3, "reported": 3 }));
}

#[tokio::test]
async fn each_aggregation_has_its_meaning() {
    let county = County::start().await;
    let of = |lowest: &str, canteen: bool, balance: &str, area: &str| {
        [("lowest", number(lowest)), ("canteen", canteen.into()), ("balance", number(balance)), ("area", number(area))]
    };
    county.report("yearly", "2022", ONE, &of("35.5", true, "10.25", "400")).await;
    let alone = county.figure("indicator=area&period=2022").await;
    assert_eq!(alone["value"], 400, "one value is itself");
    county.report("yearly", "2022", TWO, &of("-3", false, "99", "500")).await;
    county.report("yearly", "2022", JUNIOR, &of("61", true, "1.5", "600")).await;
    // Accepted last, so that its balance is the latest.
    county.act("yearly", "2022", TWO, "reopen").await.expect(200);
    county
        .submit("yearly", "2022", TWO, &[&of("-3", false, "7.75", "500")[..], &[("motto", "勤".into())]].concat())
        .await;
    county.act("yearly", "2022", TWO, "accept").await.expect(200);
    county
        .report(
            "exams",
            "2022",
            ONE,
            &[("highest category=arts", 640.into()), ("highest category=science", 702.into())],
        )
        .await;
    let table = county.table("indicator=lowest,highest,canteen,balance,area,motto&period=2022").await;
    assert_eq!(
        table,
        [
            json!([-3, 3, 3]),
            json!([702, 3, 1]),
            json!([2, 3, 3]),
            json!([number("7.75"), 3, 3]),
            json!([null, 3, 3]),
            json!([null, 3, 1]),
        ]
    );
}

#[tokio::test]
async fn missing_is_not_zero() {
    let county = County::start().await;
    county.report("yearly", "2022", ONE, &[("pupils", 0.into())]).await;
    county.report("yearly", "2022", TWO, &[("pupils", Value::Null), ("area", 5.into())]).await;
    let table = county.table("indicator=pupils&period=2022&by=school").await;
    assert_eq!(table, [json!([ONE, 0, 1, 1]), json!([TWO, null, 1, 0]), json!([JUNIOR, null, 1, 0])]);
    assert_eq!(county.table("indicator=boarders&period=2022").await, [json!([null, 3, 0])]);
}

#[tokio::test]
async fn only_schools_that_were_open_are_expected() {
    let county = County::start().await;
    county.report("yearly", "2021", THREE, &[("pupils", 40.into())]).await;
    county.report("yearly", "2021", ONE, &[("pupils", 60.into())]).await;
    assert_eq!(county.table("indicator=pupils&period=2021").await, [json!([100, 3, 2])], "it was open until August");
    // Learned later: it had closed the year before already.
    county.admin.patch(&format!("/v1/organisations/{THREE}"), &json!({ "closed_on": "2021-01-01" })).await.expect(200);
    assert_eq!(county.table("indicator=pupils&period=2021").await, [json!([60, 2, 1])], "what it reported counts not");
    county.admin.patch(&format!("/v1/organisations/{JUNIOR}"), &json!({ "opened_on": "2021-12-31" })).await.expect(200);
    assert_eq!(county.table("indicator=pupils&period=2021").await, [json!([60, 3, 1])], "open on one day is open");
    // A school of the period before is shown beside those of the period.
    let answer = county.figures("indicator=pupils&period=2021&compare=previous&by=school").await;
    let last = &answer["items"][2];
    assert_eq!(last["group"]["school"], THREE);
    assert_eq!(last["coverage"], json!({ "expected": 0, "reported": 0 }));
}

#[tokio::test]
async fn a_breakdown_shows_every_group() {
    let county = County::start().await;
    county.report("yearly", "2022", ONE, &[("boarders sex=girls", 5.into()), ("boarders sex=boys", 7.into())]).await;
    county.report("yearly", "2022", JUNIOR, &[("boarders sex=girls", 11.into())]).await;
    let table = async |by| county.table(&format!("indicator=boarders&period=2022&by={by}")).await;
    assert_eq!(table("stage").await, [json!(["primary", 12, 2, 1]), json!(["junior_secondary", 11, 1, 1])]);
    assert_eq!(table("township").await, [json!(["东乡", 23, 2, 2]), json!(["西乡", null, 1, 0])]);
    assert_eq!(table("sex").await, [json!(["girls", 16, 3, 2]), json!(["boys", 7, 3, 1])]);
    assert_eq!(
        table("sex,stage").await,
        [
            json!(["girls", "primary", 5, 2, 1]),
            json!(["girls", "junior_secondary", 11, 1, 1]),
            json!(["boys", "primary", 7, 2, 1]),
            json!(["boys", "junior_secondary", null, 1, 0]),
        ]
    );
    let one = async |only: &str| county.table(&format!("indicator=boarders&period=2022&where={only}")).await;
    assert_eq!(one("sex:girls").await, [json!([16, 3, 2])]);
    assert_eq!(one("sex:girls,stage:primary").await, [json!([5, 2, 1])]);
    assert_eq!(one("township:西乡").await, [json!([null, 1, 0])]);
    assert_eq!(one(&format!("school:{JUNIOR}")).await, [json!([11, 1, 1])]);
    county.admin.patch(&format!("/v1/organisations/{JUNIOR}"), &json!({ "township": null })).await.expect(200);
    let townships = [json!(["东乡", 12, 1, 1]), json!(["西乡", null, 1, 0]), json!([null, 11, 1, 1])];
    assert_eq!(table("township").await, townships);
    assert_eq!(one("township:").await, [json!([11, 1, 1])]);
}

#[tokio::test]
async fn a_longer_period_consists_of_those_reported() {
    let county = County::start().await;
    for (period, school, drills, girls) in
        [("2022-Q1", ONE, 3, 80), ("2022-Q2", ONE, 4, 85), ("2022-Q2", TWO, 5, 60), ("2022-Q4", TWO, 1, 70)]
    {
        county
            .report("quarterly", period, school, &[("drills", drills.into()), ("mood sex=girls", girls.into())])
            .await;
    }
    assert_eq!(county.table("indicator=drills&period=2022-Q2").await, [json!([9, 2, 2])]);
    assert_eq!(county.table("indicator=drills&period=2022-H1").await, [json!([12, 4, 3])]);
    assert_eq!(county.table("indicator=drills&period=2022").await, [json!([13, 8, 4])]);
    assert_eq!(county.table("indicator=drills&period=2022-YTD09").await, [json!([12, 6, 3])], "to date");
    let half = county.officer.get("/v1/figures?indicator=drills&period=2022-YTD08").await;
    assert_eq!(half.problem(422, "validation_failed"), ["?period wrong_period_type"]);
    let latest = county.table("indicator=mood&period=2022&by=school").await;
    assert_eq!(latest, [json!([ONE, 85, 4, 2]), json!([TWO, 70, 4, 2])]);
    let refused = county.officer.get("/v1/figures?indicator=drills,pupils&period=2022-06").await;
    let expected = ["?period wrong_period_type", "?period wrong_period_type"];
    assert_eq!(refused.problem(422, "validation_failed"), expected);
}

#[tokio::test]
async fn a_formula_is_applied_to_what_was_aggregated() {
    let county = County::start().await;
    let of = |pupils: i32, girls: Value| [("pupils", pupils.into()), ("boarders sex=girls", girls)];
    county.report("yearly", "2022", ONE, &of(200, 10.into())).await;
    county.report("yearly", "2022", TWO, &of(100, 45.into())).await;
    county.report("yearly", "2022", JUNIOR, &of(30, Value::Null)).await;
    let rate = county.figure("indicator=boarding_rate&period=2022").await;
    assert_eq!(rate["value"], number("0.167"), "55 / 330, not the mean of 0.05 and 0.45");
    assert_eq!([&rate["numerator"], &rate["denominator"]], [&json!(55), &json!(330)]);
    assert_eq!(rate["coverage"], json!({ "expected": 3, "reported": 2 }), "one school left an operand out");
    let table = county.table("indicator=boarding_rate,leavers&period=2022&by=school").await;
    assert_eq!(
        table,
        [
            json!([ONE, number("0.05"), 1, 1]),
            json!([TWO, number("0.45"), 1, 1]),
            json!([JUNIOR, null, 1, 0]),
            json!([ONE, 190, 1, 1]),
            json!([TWO, 55, 1, 1]),
            json!([JUNIOR, null, 1, 0]),
        ]
    );
    // Of different forms, for different kinds of period: 12 reports in all, 4 of them are in.
    county.report("quarterly", "2022-Q3", ONE, &[("drills", 33.into())]).await;
    assert_eq!(county.table("indicator=drills_per_pupil&period=2022").await, [json!([number("0.1"), 11, 4])]);
    assert_eq!(county.table("indicator=drills_per_pupil&period=2021").await, [json!([null, 14, 0])]);
    assert_eq!(county.table("indicator=mixture&period=2022-Q1").await, [json!([null, 2, 0])], "missing is not zero");
    assert_eq!(county.table("indicator=mixture&period=2022-Q3").await, [json!([34, 2, 1])]);
}

#[tokio::test]
async fn a_division_by_zero_has_no_value() {
    let county = County::start().await;
    county.report("yearly", "2022", ONE, &[("pupils", 0.into()), ("boarders sex=girls", 0.into())]).await;
    let rate = county.figure("indicator=boarding_rate&period=2022").await;
    assert_eq!([&rate["value"], &rate["numerator"], &rate["denominator"]], [&Value::Null, &json!(0), &json!(0)]);
}

#[tokio::test]
async fn only_what_was_accepted_counts_unless_asked_otherwise() {
    let county = County::start().await;
    let pupils = async |basis| county.table(&format!("indicator=pupils&period=2022&basis={basis}")).await;
    county.save("yearly", "2022", ONE, &[("pupils", 1.into())]).await;
    assert_eq!(pupils("submitted").await, [json!([null, 3, 0])], "a draft counts nowhere");
    county.submit("yearly", "2022", ONE, &[("pupils", 2.into())]).await;
    assert_eq!([pupils("submitted").await, pupils("accepted").await], [[json!([2, 3, 1])], [json!([null, 3, 0])]]);
    county.act("yearly", "2022", ONE, "return").await.expect(200);
    assert_eq!(pupils("submitted").await, [json!([null, 3, 0])], "what was returned does not stand");
    county.report("yearly", "2022", ONE, &[("pupils", 3.into())]).await;
    assert_eq!([pupils("submitted").await, pupils("accepted").await], [[json!([3, 3, 1])], [json!([3, 3, 1])]]);
    county.act("yearly", "2022", ONE, "reopen").await.expect(200);
    county.submit("yearly", "2022", ONE, &[("pupils", 4.into())]).await;
    assert_eq!([pupils("submitted").await, pupils("accepted").await], [[json!([4, 3, 1])], [json!([3, 3, 1])]]);
}

#[tokio::test]
async fn the_past_is_answered_as_it_was_then() {
    let county = County::start().await;
    county.report("yearly", "2022", ONE, &[("pupils", 10.into())]).await;
    let question = "indicator=pupils,boarding_rate&period=2022&by=school&compare=previous";
    let mut answers = vec![county.figures(question).await];
    county.report("yearly", "2022", TWO, &[("pupils", 20.into())]).await;
    answers.push(county.figures(question).await);
    county.act("yearly", "2022", ONE, "reopen").await.expect(200);
    county.report("yearly", "2022", ONE, &[("pupils", 11.into())]).await;
    answers.push(county.figures(question).await);
    county.admin.patch(&format!("/v1/organisations/{TWO}"), &json!({ "closed_on": "2021-12-31" })).await.expect(200);
    answers.push(county.figures(question).await);
    for answer in answers {
        let as_of = answer["as_of"].as_str().unwrap();
        assert_eq!(county.figures(&format!("{question}&as_of={as_of}")).await, answer, "identical, as_of included");
    }
    let before = county.figures("indicator=pupils&period=2022&as_of=2020-06-01T00:00:00Z").await;
    assert_eq!(before["items"][0]["coverage"], json!({ "expected": 3, "reported": 0 }));
    let elsewhere = county.figures("indicator=pupils&period=2022&as_of=2020-06-01T08:00:00.1234567%2B08:00").await;
    assert_eq!(elsewhere["as_of"], "2020-06-01T00:00:00.123456Z", "in UTC, to the microsecond");
    let future = county.officer.get("/v1/figures?indicator=pupils&period=2022&as_of=2999-01-01T00:00:00Z").await;
    assert_eq!(future.problem(422, "validation_failed"), ["?as_of out_of_range"]);
    let unknown = county.officer.get("/v1/figures?indicator=pupils&period=2022&as_of=2019-01-01T00:00:00Z").await;
    assert_eq!(unknown.problem(422, "validation_failed"), ["?indicator unknown_indicator"], "not defined yet then");
}

#[tokio::test]
async fn a_school_sees_its_own_figures() {
    let county = County::start().await;
    county.report("yearly", "2022", ONE, &[("pupils", 10.into())]).await;
    county.report("yearly", "2022", TWO, &[("pupils", 20.into())]).await;
    let ask =
        async |query: &str| county.school(TWO).get(&format!("/v1/figures?indicator=pupils&period=2022{query}")).await;
    for query in ["", "&within=990001", &format!("&within={TWO}")] {
        let answer = ask(query).await.expect(200);
        assert_eq!(answer["items"][0]["value"], 20, "{query}");
        assert_eq!(answer["items"][0]["coverage"], json!({ "expected": 1, "reported": 1 }), "{query}");
    }
    assert_eq!(ask(&format!("&where=school:{ONE}")).await.expect(200)["items"][0]["value"], Value::Null);
    let foreign = ask(&format!("&within={ONE}")).await;
    foreign.problem(404, "not_found");
    let absent = ask("&within=2199999999").await;
    absent.problem(404, "not_found");
    let sources = county.school(TWO).get("/v1/figures/pupils/sources?period=2022").await.expect(200);
    assert_eq!(sources["items"].as_array().unwrap().len(), 1);
    assert_eq!(sources["items"][0]["school"], TWO);
}

#[tokio::test]
async fn a_part_of_the_county_is_what_stands_below_it() {
    let county = County::start().await;
    county.admin.patch(&format!("/v1/organisations/{TWO}"), &json!({ "parent": ONE })).await.expect(200);
    for (school, pupils) in [(ONE, 1), (TWO, 10), (JUNIOR, 100)] {
        county.report("yearly", "2022", school, &[("pupils", pupils.into())]).await;
    }
    let within = async |code| county.table(&format!("indicator=pupils&period=2022&within={code}")).await;
    assert_eq!(within(BUREAU).await, [json!([111, 3, 3])]);
    assert_eq!(within(ONE).await, [json!([11, 2, 2])]);
    assert_eq!(within(TWO).await, [json!([10, 1, 1])]);
    assert_eq!(within("teaching").await, [json!([null, 0, 0])]);
}

#[tokio::test]
async fn everything_wrong_with_a_question_is_named() {
    let county = County::start().await;
    let violations =
        async |query: &str| county.officer.get(&format!("/v1/figures?{query}")).await.problem(422, "validation_failed");
    assert_eq!(
        violations("indicator=nothing,pupils,pupils&period=2022&by=sex,school,school,stage&where=sex:girls,stage:moon")
            .await,
        [
            "?by duplicate",
            "?by wrong_dimension",
            "?by wrong_dimension",
            "?by wrong_length",
            "?indicator duplicate",
            "?indicator unknown_indicator",
            "?where not_allowed",
            "?where wrong_dimension",
            "?where wrong_dimension",
        ]
    );
    assert_eq!(violations("indicator=boarders&period=2022&where=sex:arts").await, ["?where wrong_dimension"]);
    assert_eq!(
        violations("indicator=boarders&period=22&where=sex").await,
        ["?period invalid_period", "?where wrong_format"]
    );
    assert_eq!(violations("indicator=&period=2022").await, ["?indicator wrong_length"]);
    let many: Vec<String> = (0..51).map(|i| format!("i{i}")).collect();
    let many = violations(&format!("indicator={}&period=2022", many.join(","))).await;
    assert_eq!(many.iter().filter(|each| *each == "?indicator wrong_length").count(), 1);
    let unknown = county.officer.get("/v1/figures?indicator=pupils&period=2022&colour=red").await;
    assert_eq!(unknown.problem(400, "invalid_parameter"), ["?colour unknown_field"]);
}

#[tokio::test]
async fn numbers_are_exact() {
    let county = County::start().await;
    county.report("yearly", "2022", ONE, &[("area", number("123456789012.123456")), ("balance", number("0.10"))]).await;
    let text = county.officer.get("/v1/figures?indicator=area,balance&period=2022").await.text;
    assert!(text.contains(r#""value":123456789012.123456,"#), "{text}");
    assert!(text.contains(r#""value":0.1,"#), "{text}");
}
