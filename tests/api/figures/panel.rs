//! Many figures in one answer are what each of them is when it is asked for alone: as rows, in every format, and as the cells of
//! a table with two sides.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::county::{County, JUNIOR, ONE, TWO};
use super::model::Model;
use super::terms::{How, Measure, Question, find};
use crate::support::Answer;

const QUERY: &str = "/v1/figures/query";
const PIVOT: &str = "/v1/figures/pivot";

/// A county of which one school has not reported for 2022.
async fn reported() -> County {
    let county = County::start().await;
    for (period, school, pupils, boarders) in
        [("2021", ONE, 60, [5, 6]), ("2021", TWO, 70, [7, 8]), ("2022", ONE, 63, [9, 10])]
    {
        let values = [
            ("pupils", pupils.into()),
            ("boarders sex=girls", boarders[0].into()),
            ("boarders sex=boys", boarders[1].into()),
        ];
        county.report("yearly", period, school, &values).await;
    }
    county
}

async fn post(county: &County, path: &str, accept: &str, body: &Value) -> Answer {
    county.officer.with("accept", accept).post(path, body).await
}

/// The cells of the first sheet of a workbook, as they are shown.
fn sheet(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(answer.bytes.clone())).unwrap();
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    let text = |cell: &Data| match cell {
        Data::Empty => "·".to_owned(),
        Data::String(text) if text.is_empty() => "·".to_owned(),
        cell => cell.to_string(),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

#[tokio::test]
async fn rows_are_the_same_in_every_format() {
    let county = reported().await;
    let body = json!({"indicators": ["pupils", "boarding_rate"], "periods": ["2022", "2021"], "by": ["school"],
        "where": {"stage": "primary"}, "compare": "previous"});
    let rows = post(&county, QUERY, "application/json", &body).await.expect(200);
    let first = &rows["items"][0];
    assert_eq!(
        first,
        &json!({"indicator": "pupils", "name": "学生", "period": "2022", "group": {"school": ONE}, "value": 63,
            "unit": "人", "numerator": null, "denominator": null,
            "previous": {"period": "2021", "value": 60, "change": 3, "growth": serde_json::from_str::<Value>("0.05").unwrap()},
            "expected": 1, "reported": 1})
    );
    let lines = post(&county, QUERY, "application/x-ndjson", &body).await;
    assert_eq!(lines.headers["content-type"], "application/x-ndjson; charset=utf-8");
    let lines: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&lines, rows["items"].as_array().unwrap());
    // The third school was closed in 2021, and is no group of 2022, but of the comparison.
    let csv = post(&county, QUERY, "text/csv", &body).await;
    let expected = "\
indicator,name,period,school,value,unit,numerator,denominator,previous_period,previous,change,growth,expected,reported
pupils,学生,2022,2199000001,63,人,,,2021,60,3,0.05,1,1
pupils,学生,2022,2199000002,,人,,,2021,70,,,1,0
pupils,学生,2022,2199000003,,人,,,2021,,,,0,0
boarding_rate,寄宿率,2022,2199000001,0.302,,19,63,2021,0.183,0.119,0.6503,1,1
boarding_rate,寄宿率,2022,2199000002,,,,,2021,0.214,,,1,0
boarding_rate,寄宿率,2022,2199000003,,,,,2021,,,,0,0
pupils,学生,2021,2199000001,60,人,,,2020,,,,1,1
pupils,学生,2021,2199000002,70,人,,,2020,,,,1,1
pupils,学生,2021,2199000003,,人,,,2020,,,,1,0
boarding_rate,寄宿率,2021,2199000001,0.183,,11,60,2020,,,,1,1
boarding_rate,寄宿率,2021,2199000002,0.214,,15,70,2020,,,,1,1
boarding_rate,寄宿率,2021,2199000003,,,,,2020,,,,1,0
";
    assert_eq!(csv.text, expected);
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let sheet = sheet(&post(&county, QUERY, xlsx, &body).await);
    assert_eq!(sheet.len(), 13);
    let heads = [
        "指标",
        "期间",
        "学校",
        "数值",
        "单位",
        "分子",
        "分母",
        "对比期",
        "对比期数值",
        "增减",
        "增幅",
        "应报",
        "已报",
    ];
    assert_eq!(sheet[0], heads);
    assert_eq!(sheet[1], ["学生", "2022", "第一小学", "63", "人", "·", "·", "2021", "60", "3", "0.05", "1", "1"]);
    assert_eq!(sheet[2][3], "·", "what is missing is empty, and not 0");
}

#[tokio::test]
async fn a_table_with_two_sides_adds_up_only_what_is_a_sum() {
    let county = reported().await;
    let body = json!({"indicators": ["pupils", "boarding_rate"], "periods": ["2021", "2022"],
        "rows": ["township", "school"], "columns": ["indicator", "period"]});
    let table = post(&county, PIVOT, "application/json", &body).await.expect(200);
    let head = |key: &str, code: &str, name: &str, unit: Option<&str>| json!({"key": key, "code": code, "name": name, "unit": unit});
    assert_eq!(
        table["columns"][0],
        json!({"head": [head("indicator", "pupils", "学生", Some("人")), head("period", "2021", "2021", None)], "total": 130})
    );
    assert_eq!(table["columns"][2]["total"], Value::Null, "rates do not add up");
    assert_eq!(table["total"], Value::Null, "years do not add up");
    let row = &table["rows"][0];
    assert_eq!(row["head"], json!([head("township", "东乡", "东乡", None), head("school", ONE, "第一小学", None)]));
    assert_eq!(row["cells"][1], json!({"value": 63, "expected": 1, "reported": 1}));
    let csv = post(&county, PIVOT, "text/csv", &body).await;
    let expected = "\
township,township_name,school,school_name,pupils/2021,pupils/2022,boarding_rate/2021,boarding_rate/2022
东乡,东乡,2199000001,第一小学,60,63,0.183,0.302
东乡,东乡,3199000001,第一初中,,,,
西乡,西乡,2199000002,第二小学,70,,0.214,
西乡,西乡,2199000003,第三小学,,,,
total,,,,130,63,,
";
    assert_eq!(csv.text, expected);
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let sheet = sheet(&post(&county, PIVOT, xlsx, &body).await);
    assert_eq!(sheet[0], ["乡镇", "学校", "学生（人）", "·", "寄宿率", "·"]);
    assert_eq!(sheet[1], ["·", "·", "2021", "2022", "2021", "2022"]);
    assert_eq!(sheet[2], ["东乡", "第一小学", "60", "63", "0.183", "0.302"]);
    assert_eq!(sheet[3], ["·", "第一初中", "·", "·", "·", "·"], "what is missing is empty, and not 0");
    assert_eq!(sheet[6], ["合计", "·", "130", "63", "·", "·"]);
}

#[tokio::test]
async fn a_side_of_parts_has_totals_across() {
    let county = reported().await;
    let body = json!({"indicators": ["boarders"], "periods": ["2021"], "rows": ["school"], "columns": ["sex"],
        "where": {"stage": "primary"}});
    let csv = post(&county, PIVOT, "text/csv", &body).await;
    let expected = "\
school,school_name,girls,boys,total
2199000001,第一小学,5,6,11
2199000002,第二小学,7,8,15
2199000003,第三小学,,,
total,,12,14,26
";
    assert_eq!(csv.text, expected);
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let sheet = sheet(&post(&county, PIVOT, xlsx, &body).await);
    assert_eq!(sheet[0][0], "寄宿生（人），2021", "what stands on no side is said above");
    assert_eq!(sheet[1], ["学校", "女", "男", "合计"]);
    assert_eq!(sheet[5], ["合计", "12", "14", "26"]);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_question_is_named() {
    let county = County::start().await;
    let check = async |path, body, violations: &[&str]| {
        let answer = post(&county, path, "*/*", &body).await;
        assert_eq!(answer.problem(422, "validation_failed"), violations, "{body}");
    };
    check(QUERY, json!({"indicators": [], "periods": ["2022"]}), &["/indicators wrong_length"]).await;
    check(
        QUERY,
        json!({"indicators": ["pupils", "pupils"], "periods": ["2022", "22", "2022"], "by": ["school", "school"]}),
        &["/by/1 duplicate", "/indicators/1 duplicate", "/periods/1 invalid_period", "/periods/2 duplicate"],
    )
    .await;
    check(
        QUERY,
        json!({"indicators": ["pupils", "nothing"], "periods": ["2022", "2022-Q1"], "by": ["sex"],
            "where": {"stage": "university"}}),
        &[
            "/by wrong_dimension",
            "/indicators/1 unknown_indicator",
            "/periods/1 wrong_period_type",
            "/where not_allowed",
        ],
    )
    .await;
    check(
        QUERY,
        json!({"indicators": ["pupils"], "periods": ["2022"], "as_of": "2999-01-01T00:00:00Z"}),
        &["/as_of out_of_range"],
    )
    .await;
    check(
        PIVOT,
        json!({"indicators": ["pupils", "drills"], "periods": ["2021", "2022"], "rows": ["school"], "columns": ["school"]}),
        &["/columns/0 duplicate", "/rows missing", "/rows missing"],
    )
    .await;
    check(
        PIVOT,
        json!({"indicators": ["pupils"], "periods": ["2022"], "rows": ["school"], "columns": ["stage", "township", "sex"]}),
        &[" wrong_length"],
    )
    .await;
    let body = json!({"indicators": ["pupils"], "periods": ["2022"], "within": "nobody"});
    post(&county, QUERY, "*/*", &body).await.problem(404, "not_found");
    let body = json!({"indicators": ["pupils"], "periods": ["2022"]});
    post(&county, QUERY, "application/pdf", &body).await.problem(406, "not_acceptable");
    post(&county, PIVOT, "application/x-ndjson", &json!({})).await.problem(422, "validation_failed");
}

#[tokio::test]
async fn a_school_sees_its_own() {
    let county = reported().await;
    county.report("yearly", "2022", JUNIOR, &[("pupils", 40.into())]).await;
    let body = json!({"indicators": ["pupils"], "periods": ["2022"], "by": ["school"]});
    let rows = county.school(ONE).post(QUERY, &body).await.expect(200);
    let groups: Vec<&Value> = rows["items"].as_array().unwrap().iter().map(|row| &row["group"]["school"]).collect();
    assert_eq!(groups, [ONE]);
}

/// Some questions in rows and as a table with two sides, as of a moment; and what they should be.
pub async fn compare(county: &County, model: &Model, questions: &[&Question], as_of: &str) -> Result<(), String> {
    for (number, question) in questions.iter().enumerate() {
        let mut periods = vec![question.period];
        let is_another = question.compare.is_none() && question.period != "2021";
        if is_another && question.indicators.iter().all(|code| find(code).can_be_asked_for("2021")) {
            periods.push("2021");
        }
        let answers = |compare| -> Vec<Value> {
            let of_period = |period| model.answer(&Question { period, compare, ..(*question).clone() });
            periods.iter().flat_map(|period| of_period(*period)).collect()
        };
        let only = question
            .only
            .iter()
            .map(|(key, part)| ((*key).to_owned(), if part.is_empty() { Value::Null } else { (*part).into() }));
        let only: Map<String, Value> = only.collect();
        let mut body = json!({"indicators": question.indicators, "periods": periods, "basis": question.basis,
            "within": question.within, "as_of": as_of, "where": only});
        // What is compared with has groups of its own.
        let pivot = pivot(county, model, (number, question), &mut body, &answers(None)).await;
        pivot.map_err(|error| format!("{body}: {error}"))?;
        body["by"] = json!(question.by);
        body["compare"] = json!(question.compare.map(|(compare, _)| compare));
        let mut rows = post(county, QUERY, "application/json", &body).await.expect(200);
        let as_rows: Vec<Value> = answers(question.compare).into_iter().map(as_row).collect();
        let found = rows["items"].as_array_mut().unwrap();
        for row in found.iter_mut() {
            row.as_object_mut().unwrap().remove("name").unwrap();
        }
        if *found != as_rows {
            return Err(format!("{body}: {found:?} is not {as_rows:?}"));
        }
    }
    Ok(())
}

/// A figure as a row, without its name.
fn as_row(mut figure: Value) -> Value {
    let coverage = figure.as_object_mut().unwrap().remove("coverage").unwrap();
    figure["expected"] = coverage["expected"].clone();
    figure["reported"] = coverage["reported"].clone();
    figure
}

/// Every figure is a cell, nothing else is one, and the totals of sums are the figures of the whole.
async fn pivot(
    county: &County,
    model: &Model,
    (number, question): (usize, &Question),
    body: &mut Value,
    expected: &[Value],
) -> Result<(), String> {
    let by = question.by.clone();
    let (rows, columns) = match (by.as_slice(), number % 2) {
        ([], _) => (vec!["indicator"], vec!["period"]),
        (by, 0) => (by.to_vec(), vec!["indicator", "period"]),
        ([first, rest @ ..], _) => (vec!["period", first], [rest, &["indicator"]].concat()),
    };
    body["rows"] = json!(rows);
    body["columns"] = json!(columns);
    let table = post(county, PIVOT, "application/json", body).await.expect(200);
    for key in ["rows", "columns"] {
        body.as_object_mut().unwrap().remove(key);
    }
    let codes = |side: &Value| -> Vec<Value> {
        side["head"].as_array().unwrap().iter().map(|head| head["code"].clone()).collect()
    };
    let code_of = |figure: &Value, key: &str| match key {
        "indicator" | "period" => figure[key].clone(),
        key => figure["group"][key].clone(),
    };
    let of = |figure: &Value, keys: &[&str]| -> Vec<Value> { keys.iter().map(|key| code_of(figure, key)).collect() };
    let mut filled = 0;
    for row in table["rows"].as_array().unwrap() {
        for (column, cell) in table["columns"].as_array().unwrap().iter().zip(row["cells"].as_array().unwrap()) {
            let is_here = |figure: &&Value| of(figure, &rows) == codes(row) && of(figure, &columns) == codes(column);
            let figure = expected.iter().find(is_here);
            filled += usize::from(figure.is_some());
            let nothing = json!({"value": null, "expected": 0, "reported": 0});
            let shown = figure.map_or(nothing, |figure| {
                json!({"value": figure["value"], "expected": figure["coverage"]["expected"],
                    "reported": figure["coverage"]["reported"]})
            });
            if *cell != shown {
                return Err(format!("{cell} is not {shown}"));
            }
        }
    }
    if filled != expected.len() {
        return Err(format!("{filled} of {expected:?} have a cell of {rows:?} and {columns:?}: {table}"));
    }
    if rows != by {
        return Ok(());
    }
    for column in table["columns"].as_array().unwrap() {
        let codes = codes(column);
        let definition = find(codes[0].as_str().unwrap());
        let is_sum = match &definition.how {
            How::Sum | How::Trues | How::Booked(_) => true,
            How::Counted(counted) => matches!(counted.measure, Measure::Records | Measure::Total(_)),
            _ => false,
        };
        let period = question.period;
        let period = if codes[1] == period { period } else { "2021" };
        let whole =
            Question { indicators: vec![definition.code], by: Vec::new(), compare: None, period, ..question.clone() };
        let whole = model.answer(&whole)[0]["value"].clone();
        // Of a list, nothing is 0 in the whole, and no group where it is broken down.
        let exact =
            |number: &Value| number.as_number().map_or(Decimal::ZERO, |number| number.to_string().parse().unwrap());
        let is_right = if is_sum { exact(&column["total"]) == exact(&whole) } else { column["total"].is_null() };
        if !is_right {
            return Err(format!("{column} is not the whole of {whole}"));
        }
    }
    Ok(())
}
