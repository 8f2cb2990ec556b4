//! Users: the people who log in.

mod http;
mod ops;
mod queries;

use utoipa_actix_web::service_config::ServiceConfig;

pub use self::ops::{NewUser, create_user};
pub(super) use self::queries::{find_user, may_log_in, password_hash, set_password};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(http::list_users).service(http::get_user).service(http::put_user).service(http::patch_user);
}

/// Whether a text has the form of a username: `[a-z0-9][a-z0-9._-]{1,63}`.
#[must_use]
pub(super) fn is_username(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (2..=64).contains(&text.len())
        && text.bytes().next().is_some_and(plain)
        && text.bytes().all(|byte| plain(byte) || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_short_plain_and_begin_with_a_letter_or_digit() {
        for name in ["admin", "a1", "2113000001.reporter", "x_y-z"] {
            assert!(is_username(name), "{name}");
        }
        for name in ["", "a", ".a", "-a", "Admin", "张三", "a b", "a@b", "a\0b", &"a".repeat(65)] {
            assert!(!is_username(name), "{name:?}");
        }
    }
}
