//! Machine clients: the programs that log in by themselves.

mod http;
mod ops;
mod queries;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use self::queries::{ClientRow, find_client};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(http::list_clients)
        .service(http::create_client)
        .service(http::get_client)
        .service(http::patch_client)
        .service(http::rotate_client_secret)
        .service(http::revoke_client);
}
