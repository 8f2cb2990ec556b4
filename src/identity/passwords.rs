//! Passwords: what is accepted as one, and how it is kept.

use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::say;

/// The shortest password, in characters.
pub const MIN_LENGTH: usize = 12;

/// The longest password, in characters.
pub const MAX_LENGTH: usize = 128;

/// The commonest passwords that are long enough to be refused for that alone.
const COMMONEST: &str = include_str!("commonest_passwords.txt");

/// Hashed where there is no password to compare with, so that this takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdCBvZiBub2JvZHkhIQ$6H0pLdbQX5OBP6lLOF1BmZ8EPGHpFpYMBsNpDFmFTqU";

/// How many passwords are hashed at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 2;

/// How long a login waits for its turn.
const TURN_WAIT: Duration = Duration::from_secs(2);

/// The parameters that OWASP recommends: 19 MiB, 2 passes, 1 lane.
fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(unexpected)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn unexpected(error: impl std::fmt::Display) -> AppError {
    AppError::internal(error.to_string())
}

/// The Argon2id hash of a password with a fresh salt, as a PHC string. Takes some 40 ms of
/// computing: call it outside transactions, and not on a thread that serves requests.
///
/// # Errors
/// Where there is no randomness.
pub fn hash_password(password: &SecretString) -> Result<String> {
    let hash: PasswordHash = argon2()?.hash_password(password.expose_secret().as_bytes()).map_err(unexpected)?;
    Ok(hash.to_string())
}

fn matches(password: &SecretString, stored: Option<&str>) -> Result<bool> {
    let hash = PasswordHash::new(stored.unwrap_or(NOBODY)).map_err(unexpected)?;
    let same = argon2()?.verify_password(password.expose_secret().as_bytes(), &hash).is_ok();
    Ok(same && stored.is_some())
}

/// What is wrong with a password for a user: nothing, or violations at the pointer.
#[must_use]
pub fn password_violations(pointer: &str, username: &str, password: &SecretString) -> Vec<Violation> {
    let password = password.expose_secret().to_lowercase();
    let mut violations = Vec::new();
    let mut refuse = |code, message| violations.push(Violation::new(pointer, code, message));
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&password.chars().count()) {
        refuse(
            ViolationCode::WrongLength,
            say!(
                "密码应为 {MIN_LENGTH} 至 {MAX_LENGTH} 个字符",
                "A password has {MIN_LENGTH} to {MAX_LENGTH} characters"
            ),
        );
    }
    if password.contains(username) {
        refuse(ViolationCode::NotAllowed, say!("密码不得包含用户名", "A password must not contain the username"));
    }
    if COMMONEST.lines().any(|common| common == password) {
        refuse(ViolationCode::NotAllowed, say!("此密码过于常见", "This password is too common"));
    }
    violations
}

/// Hashes and compares passwords away from the threads that serve requests, few at a time.
pub(super) struct PasswordDesk(Semaphore);

impl PasswordDesk {
    pub(super) fn new() -> Self {
        Self(Semaphore::new(AT_ONCE))
    }

    /// As [`hash_password`].
    ///
    /// # Errors
    /// [`Code::Overloaded`] where too many are waiting for their turn.
    pub(super) async fn hash(&self, password: SecretString) -> Result<String> {
        self.in_turn(move || hash_password(&password)).await
    }

    /// Whether a password is the one that is stored. Takes as long where none is.
    ///
    /// # Errors
    /// [`Code::Overloaded`] where too many are waiting for their turn.
    pub(super) async fn verify(&self, password: SecretString, stored: Option<String>) -> Result<bool> {
        self.in_turn(move || matches(&password, stored.as_deref())).await
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(TURN_WAIT, self.0.acquire()).await;
        let _turn = turn.map_err(|_| AppError::new(Code::Overloaded))?.map_err(AppError::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn a_hash_is_matched_by_its_password_alone() {
        let hash = hash_password(&secret("correct horse battery")).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(matches(&secret("correct horse battery"), Some(&hash)).unwrap());
        assert!(!matches(&secret("correct horse batterz"), Some(&hash)).unwrap());
        assert_ne!(hash, hash_password(&secret("correct horse battery")).unwrap());
    }

    #[test]
    fn nobody_is_compared_at_the_same_cost() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let hash = hash_password(&secret("correct horse battery")).unwrap();
        let somebody = PasswordHash::new(&hash).unwrap();
        assert_eq!(nobody.params, somebody.params);
        assert_eq!(nobody.hash.unwrap().as_ref().len(), somebody.hash.unwrap().as_ref().len());
        assert!(!matches(&secret("whatever it was"), None).unwrap());
    }

    #[test]
    fn the_commonest_passwords_are_such_as_would_be_accepted_otherwise() {
        for common in COMMONEST.lines() {
            let codes: Vec<_> = password_violations("", "x y", &secret(common)).iter().map(|each| each.code).collect();
            assert_eq!(codes, [ViolationCode::NotAllowed], "{common}");
        }
        assert!(COMMONEST.lines().is_sorted());
    }

    #[tokio::test]
    async fn whoever_waits_too_long_for_a_turn_is_sent_away() {
        let desk = PasswordDesk::new();
        let turns = [desk.0.acquire().await.unwrap(), desk.0.acquire().await.unwrap()];
        let late = desk.verify(secret("correct horse battery"), None).await.unwrap_err();
        assert_eq!(late.code(), Code::Overloaded);
        drop(turns);
        assert!(!desk.verify(secret("correct horse battery"), None).await.unwrap());
    }

    #[test]
    fn everything_that_is_wrong_with_a_password_is_named() {
        let codes = |password: &str| -> Vec<_> {
            password_violations("/password", "admin", &secret(password)).into_iter().map(|each| each.code).collect()
        };
        assert_eq!(codes("short"), [ViolationCode::WrongLength]);
        assert_eq!(codes(&"长".repeat(12)), []);
        assert_eq!(codes(&"x".repeat(129)), [ViolationCode::WrongLength]);
        assert_eq!(codes("the ADMIN of it all"), [ViolationCode::NotAllowed]);
        assert_eq!(codes("QwertyUiop123"), [ViolationCode::NotAllowed]);
        assert_eq!(codes("admin"), [ViolationCode::WrongLength, ViolationCode::NotAllowed]);
        assert_eq!(codes("correct horse battery"), []);
    }
}
