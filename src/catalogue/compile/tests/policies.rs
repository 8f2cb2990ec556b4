//! Policies.

use super::*;

/// Puts a sound policy, and the tables that it names, into the sound document, then something wrong.
#[track_caller]
fn assert_faults_of_policies(cases: Vec<Case<'_>>) {
    let name = |text: &str| json!({"zh": text});
    let table = |code: &str, options: &[&str]| {
        let options: Vec<Value> = options.iter().map(|each| json!({"code": each, "name": name(each)})).collect();
        json!({"code": code, "name": name(code), "options": options})
    };
    let criterion = |code: &str, weight: u32| json!({"code": code, "name": name(code), "weight": weight});
    let consequence =
        |grade: &str| json!({"grade": grade, "action": "keep", "percent": 100, "reason": name("按需安排")});
    let policy = json!({
        "code": "2022", "name": name("办法"), "effective_from": "2022-01-01",
        "finance": {"source": "source", "current_appropriation": ["initial"], "carried_over": ["carried"]},
        "appraisal": {"criteria": [criterion("need", 60), criterion("means", 40)], "supported_from": 80,
            "partly_supported_from": 60},
        "scoring": {
            "weights": {"execution": 10, "output": 50, "benefit": 30, "satisfaction": 10},
            "reverse": "linear", "execution": "stepped",
            "execution_steps": [{"from": 100, "share": 100}, {"from": 80, "share": 70}],
            "deviation_threshold": 15, "achieved_from": 80, "partly_achieved_from": 60,
            "grades": [{"grade": "excellent", "from": 90}, {"grade": "poor", "from": 0}],
            "goal_review": [criterion("whole", 100)]
        },
        "monitoring": {"budget": {"red_below": 60, "yellow_below": 80},
            "targets": {"red_below": 60, "yellow_below": 80, "blue_from": 120}, "rectify_within_days": 30},
        "next_budget": [consequence("excellent"), consequence("poor")],
        "assets": {"category": "category", "lives": {"computer": 6},
            "approvals": [{"from": 0, "by": "unit"}, {"from": 5000, "by": "finance"}]}
    });
    let sound = [
        ("/policies", json!([policy])),
        ("/dimensions/-", table("source", &["initial", "carried"])),
        ("/dimensions/-", table("category", &["computer"])),
    ];
    assert_eq!(faults(&sound), [""; 0]);
    for (changes, expected) in cases {
        let all: Vec<(&str, Value)> = sound.iter().chain(changes).cloned().collect();
        assert_eq!(faults(&all), expected, "{changes:?}");
    }
}

#[test]
fn what_a_policy_names_is_in_the_catalogue() {
    assert_faults_of_policies(vec![
        (&[("/policies/0/code", json!("A"))], &["/policies/0/code WrongFormat"]),
        (&[("/policies/0/finance/function", json!("none"))], &["/policies/0/finance/function UnknownReference"]),
        (
            &[("/policies/0/finance/carried_over", json!(["later"]))],
            &["/policies/0/finance/carried_over/0 UnknownReference"],
        ),
        (
            &[("/policies/0/assets/category", json!("none"))],
            &["/policies/0/assets/category UnknownReference", "/policies/0/assets/lives/computer UnknownReference"],
        ),
        (
            &[("/policies/0/assets/lives", json!({"computer": 0, "book": 5}))],
            &["/policies/0/assets/lives/book UnknownReference", "/policies/0/assets/lives/computer OutOfRange"],
        ),
    ]);
}

#[test]
fn the_numbers_of_a_policy_fit_together() {
    assert_faults_of_policies(vec![
        (&[("/policies/0/appraisal/criteria/0/weight", json!(61))], &["/policies/0/appraisal/criteria Inconsistent"]),
        (
            &[("/policies/0/appraisal/partly_supported_from", json!(81))],
            &["/policies/0/appraisal/partly_supported_from Inconsistent"],
        ),
        (&[("/policies/0/scoring/weights/benefit", json!(31))], &["/policies/0/scoring/weights Inconsistent"]),
        (
            &[("/policies/0/scoring/execution", json!("proportional"))],
            &["/policies/0/scoring/execution_steps Inconsistent"],
        ),
        (
            &[("/policies/0/scoring/execution_steps/0/from", json!(80))],
            &["/policies/0/scoring/execution_steps Inconsistent"],
        ),
        (
            &[("/policies/0/scoring/partly_achieved_from", json!(90))],
            &["/policies/0/scoring/partly_achieved_from Inconsistent"],
        ),
        (&[("/policies/0/scoring/grades/1/from", json!(10))], &["/policies/0/scoring/grades Inconsistent"]),
        (&[("/policies/0/scoring/grades/0/from", json!(0))], &["/policies/0/scoring/grades Inconsistent"]),
        (&[("/policies/0/scoring/goal_review", json!([]))], &["/policies/0/scoring/goal_review Inconsistent"]),
        (&[("/policies/0/monitoring/targets/blue_from", json!(70))], &["/policies/0/monitoring/targets Inconsistent"]),
        (&[("/policies/0/next_budget/1/grade", json!("fair"))], &["/policies/0/next_budget Missing"]),
        (&[("/policies/0/assets/approvals/0/from", json!(5000))], &["/policies/0/assets/approvals Inconsistent"]),
    ]);
}

#[test]
fn a_policy_is_in_force_until_the_next_one_is() {
    let catalogue: CatalogueDocument =
        serde_saphyr::from_str(include_str!("../../../../tests/api/support/county.yaml")).unwrap();
    let mut document = CatalogueDocument { forms: Vec::new(), registers: Vec::new(), ..catalogue };
    let mut next = document.policies[0].clone();
    next.code = "county_2023".to_owned();
    next.effective_from = "2023-01-01".parse().unwrap();
    document.policies.insert(0, next);
    let catalogue = compile(document.clone(), 1, &Versions::default()).unwrap();
    let on = |day: &str| catalogue.policy(day.parse().unwrap()).map(|policy| policy.code.clone());
    assert_eq!(on("2019-12-31"), None);
    assert_eq!(on("2022-12-31").as_deref(), Some("county_2020"));
    assert_eq!(on("2023-01-01").as_deref(), Some("county_2023"));

    document.policies[0].effective_from = "2020-01-01".parse().unwrap();
    let violations = compile(document, 1, &Versions::default()).unwrap_err();
    assert_eq!(violations[0].pointer, "/policies/1/effective_from");
}
