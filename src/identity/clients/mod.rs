//! Machine clients: the programs that log in by themselves.

mod http;
mod ops;
mod queries;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) use self::queries::{ClientRow, find_client, secret_hash};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(http::list_clients)
        .service(http::create_client)
        .service(http::get_client)
        .service(http::patch_client)
        .service(http::rotate_client_secret)
        .service(http::revoke_client);
}

/// The code of the bureau whose machine client an id could be: `c-RANDOM@BUREAU`.
#[must_use]
pub(super) fn bureau_of(client_id: &str) -> Option<&str> {
    let plain = client_id.len() <= 200 && !client_id.contains(char::is_control);
    let (_random, bureau) = client_id.strip_prefix("c-")?.rsplit_once('@')?;
    plain.then_some(bureau)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_ids_name_their_bureau() {
        assert_eq!(bureau_of("c-Zm9v@130128"), Some("130128"));
        for foreign in ["", "c-Zm9v", "Zm9v@130128", "c-\0@130128", "c-Zm9v@130128\0"] {
            assert_eq!(bureau_of(foreign), None, "{foreign:?}");
        }
        assert_eq!(bureau_of(&format!("c-{}@1", "x".repeat(200))), None);
    }
}
