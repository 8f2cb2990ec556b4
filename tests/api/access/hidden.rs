//! What somebody must not see looks exactly like what does not exist.

use std::collections::BTreeSet;

use serde_json::Value;

use super::callers::Callers;
use super::examples::goals::GOAL;
use super::examples::jobs::JOB;
use super::examples::monitoring::MONITORED;
use super::examples::{CLIENT, Example, FILE, RECORD, USER, assets, finance, projects};

use super::{Route, routes};
use crate::support::{Answer, Client, SCHOOL};

/// What exists in the first county, and what exists nowhere.
const PAIRS: &[(&str, &str)] = &[
    (SCHOOL, "2199999999"),
    (USER, "nobody"),
    (CLIENT, "c-nothing@990001"),
    (RECORD, "nothing"),
    (MONITORED, "nothing"),
    (projects::PROJECT, "project-0"),
    (projects::RECTIFICATION, "finding-0"),
    (GOAL, "goal-0"),
    (finance::ITEM, "item-0"),
    (finance::VOUCHER, "voucher-0"),
    (JOB, "0197a2b4-7c1e-7d52-9c55-000000000000"),
    (FILE, "0197a2b4-7c1e-7d52-9c55-000000000000"),
];

/// An answer without what is the request's own: its id, its path, and the name that it asked for.
fn shown(answer: &Answer, name: &str) -> (u16, BTreeSet<(String, String)>, String) {
    let mut body: Value = serde_json::from_str(&answer.text).unwrap_or(Value::Null);
    if let Some(problem) = body.as_object_mut() {
        problem.remove("request_id");
        problem.remove("instance");
    }
    let header = |(header, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        (header.to_string(), value.to_str().expect("text").to_owned())
    };
    let headers = answer.headers.iter().map(header).filter(|(name, _)| name != "date" && name != "content-length");
    (answer.status.as_u16(), headers.collect(), body.to_string().replace(name, "…"))
}

/// The example with another name in its path and query.
async fn ask(route: &Route, example: &Example, client: &Client, from: &str, to: &str) -> Answer {
    let path = example.fill(&route.path).replace(from, to);
    let route = Route { id: route.id.clone(), method: route.method.clone(), path };
    let example = Example { query: example.query.replace(from, to), ..example.clone() };
    route.call(client, &example).await
}

#[tokio::test]
async fn what_is_not_visible_looks_as_if_it_were_not_there() {
    let (app, callers) = Callers::gather().await;
    let mut compared = 0;
    for route in routes() {
        let example = Example::of(&route.id, &app).await;
        for (existing, random) in PAIRS.iter().copied().chain(assets::PAIRS) {
            let asked = format!("{}{}", example.fill(&route.path), example.query);
            if !asked.contains(existing) {
                continue;
            }
            for column in ["sibling", "foreign principal", "foreign officer", "foreign admin"] {
                let client = callers.person(column);
                example.prepare(&app).await;
                let one = ask(&route, &example, client, existing, existing).await;
                let other = ask(&route, &example, client, existing, random).await;
                assert_eq!(shown(&one, existing), shown(&other, random), "{} by {column}", route.id);
                compared += 1;
            }
        }
    }
    assert!(compared > 80, "only {compared} answers were compared");
}
