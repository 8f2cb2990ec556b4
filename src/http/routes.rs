//! What the document knows of the routes: it tells a wrong method from a wrong address, and refuses
//! parameters that an operation does not have.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ResourceDef, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, PathItem, RefOr};

use crate::platform::error::{AppError, Code, Violation, ViolationCode};
use crate::say;

/// The operations of the document, by path.
pub(super) struct Routes(Vec<Route>);

struct Route {
    path: ResourceDef,
    operations: Vec<(&'static str, Vec<String>)>,
}

impl Routes {
    pub(super) fn new(document: &OpenApi) -> Self {
        let route = |(path, item): (&String, &PathItem)| Route {
            path: ResourceDef::new(path.as_str()),
            operations: operations(item),
        };
        Self(document.paths.paths.iter().map(route).collect())
    }

    fn find(&self, path: &str) -> Option<&Route> {
        self.0.iter().find(|route| route.path.is_match(path))
    }

    /// The parameters of an operation, where the document has it.
    fn parameters(&self, path: &str, method: &str) -> Option<&[String]> {
        let operation = self.find(path)?.operations.iter().find(|(name, _)| *name == method)?;
        Some(&operation.1)
    }
}

/// The methods of a path, each with the names of its query parameters.
fn operations(item: &PathItem) -> Vec<(&'static str, Vec<String>)> {
    let methods = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    methods.into_iter().filter_map(|(name, operation)| Some((name, query_parameters(operation.as_ref()?)))).collect()
}

fn query_parameters(operation: &Operation) -> Vec<String> {
    let inlined = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    inlined
        .filter(|parameter| matches!(parameter.parameter_in, ParameterIn::Query))
        .map(|parameter| parameter.name.clone())
        .collect()
}

/// Refuses parameters that the operation does not have, naming each.
pub(super) async fn refuse_unknown_parameters(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    if holds_null_character(request.uri().path()) {
        return Ok(request.error_response(nothing_here()).map_into_boxed_body());
    }
    let unknown = unknown_parameters(&request);
    if unknown.is_empty() {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let error = AppError::new(Code::InvalidParameter).with_violations(unknown);
    Ok(request.error_response(error).map_into_boxed_body())
}

/// PostgreSQL's text cannot hold U+0000, so nothing has a name with it.
fn holds_null_character(path: &str) -> bool {
    path.contains("%00")
}

fn nothing_here() -> AppError {
    AppError::not_found(say!("没有这个地址", "There is nothing at this address"))
}

fn unknown_parameters(request: &ServiceRequest) -> Vec<Violation> {
    if request.query_string().is_empty() {
        return Vec::new();
    }
    let routes = request.app_data::<Data<Routes>>();
    let known = routes.and_then(|routes| routes.parameters(request.path(), request.method().as_str()));
    let Some(known) = known else { return Vec::new() };
    form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, _)| !known.iter().any(|known| known == name))
        .map(|(name, _)| {
            let message = say!("没有名为“{name}”的参数", "There is no parameter “{name}”");
            Violation::new(format!("?{name}"), ViolationCode::UnknownField, message)
        })
        .collect()
}

/// Answers whatever no route serves.
pub(super) async fn unknown_route(request: HttpRequest, routes: Data<Routes>) -> Result<HttpResponse, AppError> {
    let Some(route) = routes.find(request.path()) else {
        return Err(nothing_here());
    };
    let methods = route.operations.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    Err(AppError::new(Code::MethodNotAllowed)
        .detail(say!("此处支持：{methods}", "Allowed here: {methods}"))
        .allow(methods))
}
