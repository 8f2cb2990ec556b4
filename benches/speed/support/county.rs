//! A county that exists nowhere, with a form of 40 values a month.

use std::fmt::Write;

use serde_json::{Value, json};

use super::Result;

/// The bureau's machine client.
pub const CLIENT: &str = "c-bench@990001";
/// Its secret.
pub const SECRET: &str = "a-secret-of-the-client-of-the-benches";

/// The indicators that stand once on the form, and those that stand there for girls and for boys.
const PLAIN: usize = 20;
const BY_SEX: usize = 10;

/// How many values a submission has.
pub const CELLS: usize = PLAIN + 2 * BY_SEX;

/// A county with so many schools.
pub struct County {
    pub schools: usize,
}

/// A school and a month: one submission.
#[derive(Clone, Debug)]
pub struct Place {
    pub school: String,
    pub month: String,
    pub month_before: String,
}

impl County {
    /// The places in an order in which neighbours are of different schools.
    pub fn place(&self, number: usize) -> Place {
        let month = number / self.schools;
        Place { school: school(number % self.schools), month: month_name(month + 1), month_before: month_name(month) }
    }

    /// Everything as it would stand after it was entered.
    pub fn sql(&self) -> Result<String> {
        let catalogue = catalogue();
        let mut sql = format!(
            "INSERT INTO bureaus (code, name) VALUES ('990001', '测试县教育局');
             INSERT INTO organisations VALUES (1, '990001', 'bureau'), (1, 'teaching', 'section');
             INSERT INTO organisations SELECT 1, to_char(n, 'FM2000000000'), 'school' FROM generate_series(0, {last}) n;
             INSERT INTO organisation_versions (bureau_id, code, version, name, stage, township, parent, recorded_at)
                 SELECT 1, code, 1, code, CASE kind WHEN 'school' THEN 'primary' END, NULL,
                        CASE kind WHEN 'bureau' THEN NULL ELSE '990001' END, '2000-01-01'
                 FROM organisations;
             INSERT INTO clients VALUES (1, '{CLIENT}', 'bench', '990001',
                 '{{submissions:read,submissions:write,submissions:sign,registers:read,registers:write,finance:post,figures:read}}', sha256('{SECRET}'), false, 1,
                 now(), now());
             INSERT INTO catalogue_versions VALUES (1, 1, '{catalogue}', '2000-01-01', 'system:bench');",
            last = self.schools.saturating_sub(1),
        );
        sql.push_str(
            "INSERT INTO budget_items (bureau_id, item, year, is_lump, organisation, school, name, is_procurement, original,
                 recorded_by, recorded_at)
                 SELECT 1, 'item.' || code, 2000, false, code, code, '公用经费', false, 1000000000000, 'system:bench', '2000-01-01'
                 FROM organisations WHERE kind = 'school';",
        );
        let form = catalogue.pointer("/forms/0").ok_or("the catalogue has no form")?;
        write!(sql, "INSERT INTO form_versions VALUES (1, 'monthly', 1, '{form}', 1, '2000-01-01', 'system:bench');")?;
        let register = catalogue.pointer("/registers/0").ok_or("the catalogue has no register")?;
        write!(
            sql,
            "INSERT INTO register_versions VALUES (1, 'events', 1, '{register}', 1, '2000-01-01', 'system:bench');"
        )?;
        Ok(sql)
    }
}

fn school(number: usize) -> String {
    format!("2{number:09}")
}

/// The name of a month, counted from December 1999.
fn month_name(number: usize) -> String {
    let month = 1999 * 12 + 11 + number;
    format!("{}-{:02}", month / 12, month % 12 + 1)
}

/// The values of a submission, as JSON.
pub fn values() -> Value {
    let plain = (0..PLAIN).map(|i| json!({ "indicator": plain(i), "value": 100 + i }));
    let by_sex = (0..BY_SEX).flat_map(|i| {
        [("girls", 40), ("boys", 60 + i)]
            .map(|(sex, value)| json!({ "indicator": by_sex(i), "dimensions": { "sex": sex }, "value": value }))
    });
    plain.chain(by_sex).collect()
}

/// An indicator without dimensions.
fn plain(number: usize) -> String {
    format!("basics.count_{number:02}")
}

/// An indicator that is broken down by sex.
fn by_sex(number: usize) -> String {
    format!("pupils.grade_{number:02}")
}

fn catalogue() -> Value {
    let indicator = |code: String, dimensions: &[&str]| {
        json!({ "code": code, "name": { "zh": code }, "unit": "人", "value_type": "count", "aggregation": "sum",
                "dimensions": dimensions })
    };
    let plain_ones = (0..PLAIN).map(|i| indicator(plain(i), &[]));
    let by_sex_ones = (0..BY_SEX).map(|i| indicator(by_sex(i), &["sex"]));
    let counted = json!({ "code": "events.pupils", "name": { "zh": "活动人数" }, "unit": "人", "value_type": "count",
        "aggregation": "sum",
        "counted": { "register": "events", "measure": "sum", "field": "pupils", "when": "in_period", "date": "given_on" } });
    let indicators: Vec<Value> = plain_ones.chain(by_sex_ones).chain([counted]).collect();
    let codes = (0..PLAIN).map(plain).chain((0..BY_SEX).map(by_sex));
    let fields: Vec<Value> = codes.map(|code| json!({ "indicator": code, "required": true })).collect();
    let adds_up = |i: usize| {
        json!({ "code": format!("adds_up_{i}"), "severity": "error", "message": { "zh": "男女生之和应等于学生数" },
                "expression": format!("sum({}) == {}", by_sex(i), plain(i)) })
    };
    let steady = json!({ "code": "steady", "severity": "warning", "message": { "zh": "与上期相差超过三成" },
                         "expression": "abs(basics.count_00 - previous(basics.count_00)) <= 0.3 * previous(basics.count_00)" });
    let rules: Vec<Value> = (0..BY_SEX).map(adds_up).chain([steady]).collect();
    json!({
        "dimensions": [{ "code": "sex", "name": { "zh": "性别" },
                         "options": [{ "code": "girls", "name": { "zh": "女" } }, { "code": "boys", "name": { "zh": "男" } }] },
                       { "code": "payment_type", "name": { "zh": "支付方式" },
                         "options": [{ "code": "treasury", "name": { "zh": "国库集中支付" } }] }],
        "indicators": indicators,
        "forms": [{ "code": "monthly", "name": { "zh": "月报" }, "section": "teaching", "period_type": "month",
                    "stages": ["primary"], "principal_signs": true, "fields": fields, "rules": rules,
                    "window": { "opens_on": "start", "due_on": "end+999m", "closes_on": "end+999m" } }],
        "registers": [register()],
        "policies": [policy()],
    })
}

/// A policy with a table of types of payment.
fn policy() -> Value {
    let named = |code: &str| json!({ "zh": code });
    let kept = |grade: &str| json!({ "grade": grade, "action": "keep", "percent": 100, "reason": named("按需安排") });
    let criteria = json!([{ "code": "necessity", "name": named("必要性"), "weight": 100 }]);
    json!({
        "code": "county_2000", "name": named("办法"), "effective_from": "2000-01-01",
        "finance": { "payment": "payment_type" },
        "appraisal": { "criteria": criteria, "supported_from": 80, "partly_supported_from": 60 },
        "scoring": {
            "weights": { "execution": 10, "output": 50, "benefit": 30, "satisfaction": 10 }, "reverse": "linear",
            "execution": "proportional", "deviation_threshold": 15, "achieved_from": 80, "partly_achieved_from": 60,
            "grades": [{ "grade": "excellent", "from": 90 }, { "grade": "good", "from": 80 }, { "grade": "fair", "from": 60 },
                       { "grade": "poor", "from": 0 }],
            "goal_review": criteria,
        },
        "monitoring": { "budget": { "red_below": 60, "yellow_below": 80 },
                        "targets": { "red_below": 60, "yellow_below": 80 }, "rectify_within_days": 30 },
        "next_budget": [kept("excellent"), kept("good"), kept("fair"), kept("poor")],
    })
}

/// Events: enough fields and a rule, as a county has them.
fn register() -> Value {
    let named = |code: &str| json!({ "zh": code });
    let option = |code: &str| json!({ "code": code, "name": named(code) });
    json!({
        "code": "events", "name": named("活动"), "section": "teaching", "writers": ["school", "section"],
        "fields": [
            { "code": "title", "name": named("名称"), "type": "text", "required": true },
            { "code": "level", "name": named("级别"), "type": "choice", "options": [option("county"), option("city")] },
            { "code": "given_on", "name": named("日期"), "type": "date" },
            { "code": "pupils", "name": named("人数"), "type": "whole", "minimum": 0 },
            { "code": "prize", "name": named("奖金"), "type": "amount" },
        ],
        "states": [{ "code": "open", "name": named("已登记"), "initial": true }],
        "rules": [{ "code": "some", "expression": "pupils > 0 or prize == 0", "severity": "error", "message": named("有奖应有人") }],
    })
}
