//! The OpenAPI document: what stands above the operations, and where it is served.

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{Flow, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes, SecurityScheme};
use utoipa::{Modify, OpenApi as _};
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::SwaggerUi;

use crate::http;
use crate::platform::answers;
use crate::platform::error::Problem;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "jixiao 绩效",
        description = "县级教育局绩效管理：学校报送指标，教育局汇总、跟踪并评价，每个数字都可追溯到报送的学校。\n\n\
            Performance management of a county education bureau: schools submit metrics, the bureau aggregates, \
            follows and evaluates them, and every number can be traced to the schools that reported it.",
        contact(name = "jixiao"),
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/", description = "This service")),
    tags(
        (name = "identity", description = "Tokens, accounts, machine clients"),
        (name = "jobs", description = "Work that takes longer than a request"),
        (name = "organisations", description = "The bureau, its sections and schools"),
        (name = "catalogue", description = "Indicators, forms and rules, as data"),
        (name = "submissions", description = "What schools report, and its review"),
        (name = "registers", description = "Records with a life: projects, licences, honours"),
        (name = "projects", description = "Projects, from the proposal to the closing, and their appraisal"),
        (name = "finance", description = "Budgets, detailing, payments, execution and reconciliation"),
        (name = "assets", description = "Fixed assets: cards, depreciation, inventories, disposals"),
        (name = "rectifications", description = "What was found, and how it is put right"),
        (name = "files", description = "Evidence: uploaded once, attached to what it proves"),
        (name = "figures", description = "The one question: a number, what it rests on, and where it comes from"),
        (name = "goals", description = "A year's performance goals and their targets"),
        (name = "monitoring", description = "How far budgets and targets have come by a month"),
        (name = "evaluation", description = "Self-evaluation, review, grades, and what follows for the next budget"),
        (name = "reports", description = "The bureau's reports: assembled, checked, approved, published"),
        (name = "audit", description = "Who changed what and when, and the proof of it"),
        (name = "changes", description = "Everything that changes, in the order in which it was sealed"),
        (name = "operations", description = "Whether the service is well"),
    ),
    components(schemas(Problem)),
    modifiers(&Security, &SharedAnswers),
)]
struct Base;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("An access token of POST /oauth/token"))
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let password = Flow::Password(Password::with_refresh_url("/oauth/token", Scopes::new(), "/oauth/token"));
        components.add_security_scheme("oauth2", SecurityScheme::OAuth2(OAuth2::new([password])));
    }
}

struct SharedAnswers;

impl Modify for SharedAnswers {
    fn modify(&self, document: &mut OpenApi) {
        answers::register(document.components.get_or_insert_default());
    }
}

/// The document without operations.
#[must_use]
pub fn base() -> OpenApi {
    Base::openapi()
}

/// The whole document.
#[must_use]
pub fn document() -> OpenApi {
    http::described(
        actix_web::App::new().into_utoipa_app().openapi(base()).configure(http::features).split_for_parts().1,
    )
}

/// Serves the document at `/openapi.json`, and for people at `/docs`.
pub(crate) fn mount(config: &mut ServiceConfig, document: OpenApi) {
    let json = serde_json::to_vec(&document).unwrap_or_default();
    config.service(SwaggerUi::new("/docs/{_:.*}").url("/docs/openapi.json", document));
    config.route(
        "/docs",
        web::get().to(|| async { HttpResponse::PermanentRedirect().insert_header(("location", "/docs/")).finish() }),
    );
    config.route(
        "/openapi.json",
        web::get().to(move || {
            let json = json.clone();
            async move { HttpResponse::Ok().content_type("application/json").body(json) }
        }),
    );
}
