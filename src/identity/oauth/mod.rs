//! OAuth 2.0: how tokens are obtained, renewed and revoked, and how others verify them.

mod errors;
mod form;
mod grants;
mod http;
mod metadata;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(http::issue_token).service(http::revoke_token).configure(metadata::routes);
}
