//! Who may do what: every operation of the document × every kind of caller, over real HTTP.
//!
//! What is expected stands in `access/matrix.md`. An operation that lacks a row fails, as does a row
//! that has no operation.

mod callers;
mod examples;
mod hidden;
mod matrix;

use std::collections::BTreeSet;

use reqwest::Method;
use utoipa::openapi::PathItem;
use utoipa::openapi::path::Operation;

use self::callers::Callers;
use self::examples::Example;
use self::matrix::Matrix;
use crate::support::{Answer, Client};

/// An operation of the document.
struct Route {
    id: String,
    method: Method,
    path: String,
}

/// Every operation of the document.
fn routes() -> Vec<Route> {
    let document = jixiao::openapi::document();
    let operations = |(path, item): (&String, &PathItem)| {
        let methods = [
            (Method::GET, item.get.clone()),
            (Method::POST, item.post.clone()),
            (Method::PUT, item.put.clone()),
            (Method::PATCH, item.patch.clone()),
            (Method::DELETE, item.delete.clone()),
        ];
        let route = |(method, operation): (Method, Option<Operation>)| {
            Some(Route { id: operation?.operation_id.expect("an operation id"), method, path: path.clone() })
        };
        methods.into_iter().filter_map(route).collect::<Vec<_>>()
    };
    document.paths.paths.iter().flat_map(operations).collect()
}

impl Route {
    /// Sends the example request of the operation. Only what is below `/v1` looks at tokens.
    async fn call(&self, client: &Client, example: &Example) -> Answer {
        let client = if self.path.starts_with("/v1/") { client.clone() } else { client.without_token() };
        let client = match example.if_match {
            Some(tag) => client.with("if-match", tag),
            None => client,
        };
        let path = format!("{}{}", example.fill(&self.path), example.query);
        client.send_raw(self.method.clone(), &path, example.body.clone()).await
    }
}

/// The answer as the matrix names it.
fn class(answer: &Answer) -> &'static str {
    match answer.status.as_u16() {
        400 => "400",
        401 => "401",
        403 => "403",
        404 => "404",
        status if status < 500 => "ok",
        _ => "error",
    }
}

#[test]
fn the_matrix_has_a_row_for_every_operation_and_no_other() {
    let operations: BTreeSet<String> = routes().into_iter().map(|route| route.id).collect();
    assert_eq!(Matrix::read().operations(), operations);
}

#[tokio::test]
async fn everybody_may_do_what_the_matrix_says_and_nothing_else() {
    let (app, callers) = Callers::gather().await;
    let matrix = Matrix::read();
    let mut departures = Vec::new();
    for route in routes() {
        let example = Example::of(&route.id, &app).await;
        for (caller, client) in callers.people() {
            example.prepare(&app).await;
            let answer = route.call(client, &example).await;
            let expected = matrix.expected(&route.id, caller);
            if class(&answer) != expected {
                departures.push(format!(
                    "{} by {caller}: {} instead of {expected}: {}",
                    route.id, answer.status, answer.text
                ));
            }
        }
        for (scope, client) in callers.machines() {
            example.prepare(&app).await;
            let answer = route.call(client, &example).await;
            let expected = matrix.expected_of_machine(&route.id, scope);
            if class(&answer) != expected {
                departures.push(format!(
                    "{} with the scope {scope}: {} instead of {expected}: {}",
                    route.id, answer.status, answer.text
                ));
            }
        }
    }
    assert!(departures.is_empty(), "{}", departures.join("\n"));
}
