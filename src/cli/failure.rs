//! Why a command was not done, told to the person at the terminal.

use std::error::Error;
use std::io;
use std::iter;

use jixiao::embedded::EmbeddedError;
use jixiao::platform::error::AppError;
use jixiao::platform::message::{Language, Message};
use jixiao::platform::postgres::PostgresError;

/// Why a command was not done.
#[derive(Debug)]
pub(super) struct Failure {
    text: String,
    causes: Vec<String>,
}

impl Failure {
    /// Says it in Chinese and, on the next line, in English.
    pub(super) fn new(message: &Message) -> Self {
        Self { text: format!("{}\n{}", message.zh, message.en), causes: Vec::new() }
    }

    /// A setting that is wrong, or missing. Its value, which may be a secret, is not shown.
    pub(super) fn setting(name: &str, reason: &Message) -> Self {
        Self {
            text: format!("设置 {name} 有误：{}\nthe setting {name} is wrong: {}", reason.zh, reason.en),
            causes: Vec::new(),
        }
    }

    /// Adds what lies beneath.
    pub(super) fn caused_by(mut self, cause: &(dyn Error + 'static)) -> Self {
        self.causes.extend(chain(Some(cause)));
        self
    }

    /// Says it on standard error, with all causes.
    pub(super) fn report(&self) {
        eprintln!("{}", self.text);
        for cause in &self.causes {
            eprintln!("  {cause}");
        }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let text = [Language::Chinese, Language::English].map(|language| error.text(language)).join("\n");
        Self { text, causes: chain(error.source()).collect() }
    }
}

impl From<EmbeddedError> for Failure {
    fn from(error: EmbeddedError) -> Self {
        match error {
            EmbeddedError::Postgres(error) => error.into(),
            EmbeddedError::SetUp(error) => error.into(),
        }
    }
}

/// Errors that say all there is to say.
macro_rules! from_plain_errors {
    ($($error:ty),+) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self { text: error.to_string(), causes: chain(error.source()).collect() }
            }
        })+
    };
}

from_plain_errors!(PostgresError, io::Error, reqwest::Error, serde_json::Error);

fn chain<'e>(error: Option<&'e (dyn Error + 'static)>) -> impl Iterator<Item = String> + 'e {
    iter::successors(error, |&error| error.source()).map(ToString::to_string)
}
