//! What is worked on later: an import whose caller prefers that (`Prefer: respond-async`, RFC 7240) becomes a job, where its
//! body is not small.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage, Responder};
use serde_json::{Map, Value};
use std::io::Read;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, Required, ResponseBuilder};

use crate::app::App;
use crate::jobs::{self, MAX_CONTENT, Order};
use crate::platform::access::{Caller, Permission, Scope};
use crate::platform::error::{AppError, Result};
use crate::platform::reply::Reply;
use crate::platform::upload::{Spool, too_large};

/// A body up to this size is answered at once, whatever is preferred, in bytes.
const SMALL: u64 = 256 * 1024;

/// The headers on which an answer depends.
const HEADERS: [actix_web::http::header::HeaderName; 3] = [CONTENT_TYPE, ACCEPT, ACCEPT_LANGUAGE];

/// An operation that can be worked on later.
struct Kind {
    operation: &'static str,
    path: &'static str,
    /// What its handler demands first: nobody waits for an answer that is a refusal in any case.
    scope: fn(&Caller) -> Result<Scope>,
    /// The largest file that it takes, in MiB: what is larger is refused at once as well.
    most: u64,
}

/// The operations that can be worked on later. What makes one of them: with the same request again it changes nothing, or
/// keeps its answer as that of an `Idempotency-Key`.
const KINDS: [Kind; 7] = [
    Kind {
        operation: "import_submissions",
        path: "/v1/submissions/import",
        scope: |caller| caller.scope_for(Permission::WriteSubmissions),
        most: 256,
    },
    Kind {
        operation: "import_organisations",
        path: "/v1/organisations/import",
        scope: |caller| caller.bureau_scope_for(Permission::WriteOrganisations),
        most: 8,
    },
    Kind {
        operation: "import_records",
        path: "/v1/registers/{register}/records/import",
        scope: |caller| caller.scope_for(Permission::WriteRegisters),
        most: 32,
    },
    Kind {
        operation: "import_projects",
        path: "/v1/projects/import",
        scope: |caller| caller.scope_for(Permission::WriteProjects),
        most: 32,
    },
    Kind {
        operation: "import_budget_items",
        path: "/v1/finance/items/import",
        scope: |caller| caller.bureau_scope_for(Permission::WriteBudget),
        most: 32,
    },
    Kind {
        operation: "import_payments",
        path: "/v1/finance/payments/import",
        scope: |caller| caller.bureau_scope_for(Permission::PostPayments),
        most: 32,
    },
    Kind {
        operation: "import_assets",
        path: "/v1/assets/import",
        scope: |caller| caller.scope_for(Permission::WriteAssets),
        most: 32,
    },
];

/// Puts a request in as a job where that is preferred and possible; otherwise it goes on as it came.
pub(super) async fn defer(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<BoxBody>> {
    let Some(kind) = kind(&request).filter(|_| prefers_later(&request)) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    match put_in(&mut request, kind).await {
        Ok(None) => Ok(next.call(request).await?.map_into_boxed_body()),
        Ok(Some(reply)) => {
            let response = reply.respond_to(request.request());
            Ok(request.into_response(response))
        }
        Err(error) => Ok(request.error_response(error).map_into_boxed_body()),
    }
}

fn kind(request: &ServiceRequest) -> Option<&'static Kind> {
    if request.method() != Method::POST {
        return None;
    }
    let pattern = request.match_pattern()?;
    KINDS.iter().find(|kind| kind.path == pattern)
}

fn prefers_later(request: &ServiceRequest) -> bool {
    let preferences = request.headers().get_all("prefer").filter_map(|value| value.to_str().ok());
    let tokens = preferences.flat_map(|value| value.split(',')).map(|preference| preference.split(';').next());
    tokens.flatten().any(|token| token.trim().eq_ignore_ascii_case("respond-async"))
}

/// The answer to a request that is worked on later; none where it is so small that it is answered at once.
async fn put_in(request: &mut ServiceRequest, kind: &Kind) -> Result<Option<Reply>> {
    let caller = request.extract::<Caller>().await?;
    let scope = (kind.scope)(&caller)?;
    let mut upload = request.extract::<Spool<MAX_CONTENT>>().await?;
    let size = upload.file.metadata().map_err(AppError::internal)?.len();
    if size > kind.most * 1024 * 1024 {
        return Err(too_large(kind.most * 1024 * 1024));
    }
    if size <= SMALL {
        let mut body = Vec::new();
        upload.file.read_to_end(&mut body).map_err(AppError::internal)?;
        request.set_payload(Payload::from(Bytes::from(body)));
        return Ok(None);
    }
    let app = request.app_data::<Data<App>>().cloned().ok_or_else(|| AppError::internal("there is no service"))?;
    let headers = HEADERS.iter().filter_map(|name| {
        let value = request.headers().get(name)?.to_str().ok()?;
        Some((name.as_str().to_owned(), Value::from(value)))
    });
    let order = Order {
        operation: kind.operation.to_owned(),
        target: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
        headers: Value::Object(headers.collect::<Map<_, _>>()),
    };
    jobs::put_in(&app, &scope, &order, upload.file, &upload.idempotency).await.map(Some)
}

/// Says of the operations that can be worked on later that they can.
#[must_use]
pub fn described(mut document: OpenApi) -> OpenApi {
    let header = |description: &str| {
        let schema = ObjectBuilder::new().schema_type(Type::String).build();
        HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
    };
    let prefer = ParameterBuilder::new()
        .name("Prefer")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "respond-async：大于 256 KiB 的文件作为任务处理，立即答 202 (a file of more than 256 KiB is worked on as a job, and \
             answered 202 at once)",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
        .example(Some("respond-async".into()))
        .build();
    let job = ContentBuilder::new().schema(Some(Ref::from_schema_name("Job"))).build();
    let accepted = ResponseBuilder::new()
        .description("It is worked on as a job, with the rights that the account has then (RFC 7240, `respond-async`)")
        .content("application/json", job)
        .header("Location", header("Where the job can be followed"))
        .header("Preference-Applied", header("respond-async"))
        .build();
    for kind in &KINDS {
        let item = document.paths.paths.get_mut(kind.path);
        if let Some(operation) = item.and_then(|item| item.post.as_mut()) {
            operation.parameters.get_or_insert_default().push(prefer.clone().into());
            operation.responses.responses.insert("202".to_owned(), accepted.clone().into());
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn every_import_can_be_worked_on_later() {
        let document = crate::openapi::document();
        let imports = document.paths.paths.iter().filter_map(|(path, item)| {
            let id = item.post.as_ref()?.operation_id.as_deref()?;
            id.starts_with("import_").then_some((id, path.as_str()))
        });
        let kinds: BTreeMap<_, _> = KINDS.iter().map(|kind| (kind.operation, kind.path)).collect();
        assert_eq!(imports.collect::<BTreeMap<_, _>>(), kinds);
    }

    #[test]
    fn a_preference_is_read_as_rfc_7240_writes_it() {
        for (header, prefers) in [
            ("respond-async", true),
            ("Respond-Async; foo=\"bar\"", true),
            ("wait=10, respond-async", true),
            ("respond-async-later", false),
            ("wait=10", false),
            ("", false),
        ] {
            let request = TestRequest::post().insert_header(("prefer", header)).to_srv_request();
            assert_eq!(prefers_later(&request), prefers, "{header}");
        }
    }
}
