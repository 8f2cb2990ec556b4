//! Definitions of registers: how they change, and what they may not do to the records that are there.

use serde_json::{Value, json};

use crate::support::{Client, SCHOOL, TestApp};

const AWARDS: &str = "/v1/registers/awards";

async fn definition(admin: &Client) -> Value {
    admin.get(AWARDS).await.expect(200)["definition"].clone()
}

/// The county with an award.
async fn county() -> (TestApp, Client) {
    let app = TestApp::with_catalogue().await;
    let fields = json!({"title": "合唱", "level": "city"});
    let award = json!({"code": "a", "school": SCHOOL, "fields": fields});
    app.log_in("reporter").await.post(&format!("{AWARDS}/records"), &award).await.expect(201);
    let admin = app.log_in("admin").await.with("if-match", "*");
    (app, admin)
}

#[tokio::test]
async fn other_content_makes_the_next_version_and_the_same_content_none() {
    let (app, admin) = county().await;
    let mut changed = definition(&admin).await;
    assert_eq!(admin.put(AWARDS, &changed).await.etag(), "\"1\"");
    changed["help"] = json!({"zh": "先登记，后确认"});
    app.log_in("admin").await.put(AWARDS, &changed).await.problem(428, "precondition_required");
    admin.with("if-match", "\"7\"").put(AWARDS, &changed).await.problem(412, "precondition_failed");
    let dry = admin.put(&format!("{AWARDS}?dry_run=true"), &changed).await;
    assert_eq!((dry.etag(), admin.get(AWARDS).await.expect(200)["version"].clone()), ("\"2\"".to_owned(), json!(1)));
    assert_eq!(admin.put(AWARDS, &changed).await.etag(), "\"2\"");
    let read = admin.get(AWARDS).await.expect(200);
    assert_eq!((&read["version"], &read["definition"]), (&json!(2), &changed));
    assert_eq!(
        app.query("SELECT json_agg(version ORDER BY version) FROM register_versions WHERE register = 'awards'").await,
        json!([1, 2])
    );

    let mut new = changed.clone();
    new["code"] = json!("prizes");
    assert_eq!(admin.put(AWARDS, &new).await.problem(422, "validation_failed"), ["/code inconsistent"]);
    app.log_in("admin").await.put("/v1/registers/prizes", &new).await.expect(201);
    let codes =
        |page: Value| page["items"].as_array().unwrap().iter().map(|each| each["code"].clone()).collect::<Vec<_>>();
    assert_eq!(codes(admin.get("/v1/registers").await.expect(200)), ["awards", "prizes", "series"]);
    assert_eq!(codes(admin.get("/v1/registers?section=finance").await.expect(200)), Vec::<Value>::new());
    admin.get("/v1/registers/nothing").await.problem(404, "not_found");
}

#[tokio::test]
async fn what_records_say_cannot_be_taken_away() {
    let (_app, admin) = county().await;
    let sound = definition(&admin).await;
    let field = |code: &str| {
        let fields = sound["fields"].as_array().unwrap();
        fields.iter().position(|field| field["code"] == code).unwrap()
    };
    let change = |place: &str, value: Option<Value>| {
        let mut changed = sound.clone();
        let (around, name) = place.rsplit_once('/').unwrap();
        match (changed.pointer_mut(around).unwrap(), value) {
            (Value::Array(items), None) => drop(items.remove(name.parse().unwrap())),
            (Value::Array(items), Some(value)) => items[name.parse::<usize>().unwrap()] = value,
            (fields, Some(value)) => fields[name] = value,
            (fields, None) => drop(fields.as_object_mut().unwrap().remove(name)),
        }
        changed
    };
    let score = field("score");
    let mut of_the_bureau = change("/concerns", Some(json!("bureau")));
    of_the_bureau["writers"] = json!(["section"]);
    for (changed, fault) in [
        (change(&format!("/fields/{score}"), None), "/fields state_forbids".to_owned()),
        (
            change(&format!("/fields/{score}/type"), Some(json!("amount"))),
            format!("/fields/{score}/type state_forbids"),
        ),
        (change("/fields/0/unique", Some(json!(true))), "/fields/0/unique state_forbids".to_owned()),
        (of_the_bureau, "/concerns state_forbids".to_owned()),
    ] {
        let faults = admin.put(AWARDS, &changed).await.problem(422, "validation_failed");
        assert!(faults.contains(&fault), "{faults:?}");
    }
    let mut stateless = sound.clone();
    stateless["states"].as_array_mut().unwrap().remove(1);
    stateless["transitions"] = json!([]);
    assert_eq!(admin.put(AWARDS, &stateless).await.problem(422, "validation_failed"), ["/states state_forbids"]);

    let document = admin.get("/v1/catalogue").await.expect(200);
    let mut without_option = document.clone();
    without_option["dimensions"][1]["options"].as_array_mut().unwrap().remove(1);
    let faults = admin.put("/v1/catalogue", &without_option).await.problem(422, "validation_failed");
    assert_eq!(faults, ["/registers/0/fields/1/options state_forbids"]);
    let mut without_register = document.clone();
    without_register["registers"].as_array_mut().unwrap().remove(0);
    let faults = admin.put("/v1/catalogue", &without_register).await.problem(422, "validation_failed");
    assert_eq!(faults, ["/registers state_forbids"]);
    // Of series there are no records yet.
    let mut without_series = document.clone();
    without_series["registers"].as_array_mut().unwrap().remove(1);
    without_series["registers"][0]["fields"].as_array_mut().unwrap().retain(|field| field["code"] != "series");
    assert_eq!(
        admin.put("/v1/catalogue", &without_series).await.problem(422, "validation_failed"),
        ["/registers/0/fields state_forbids"]
    );
}

#[tokio::test]
async fn records_stay_as_they_were_entered_and_are_held_to_the_new_version_when_changed() {
    let (app, admin) = county().await;
    let mut stricter = definition(&admin).await;
    for field in stricter["fields"].as_array_mut().unwrap() {
        if field["code"] == "given_on" {
            field["required"] = json!(true);
        }
    }
    admin.put(AWARDS, &stricter).await.expect(200);
    let reporter = app.log_in("reporter").await.with("if-match", "*");
    let path = format!("{AWARDS}/records/a");
    let record = reporter.get(&path).await.expect(200);
    assert_eq!(
        (&record["register_version"], &record["fields"]),
        (&json!(1), &json!({"title": "合唱", "level": "city"}))
    );
    let refused = reporter.patch(&path, &json!({"fields": {"abroad": true}})).await;
    assert_eq!(refused.problem(422, "validation_failed"), ["/fields/given_on required_value"]);
    let changed = reporter.patch(&path, &json!({"fields": {"given_on": "2022-05-01"}})).await.expect(200);
    assert_eq!(changed["register_version"], 2);
    let revisions = reporter.get(&format!("{path}/revisions")).await.expect(200);
    assert_eq!(revisions["items"][0]["register_version"], 1);
}
