//! What somebody of an example does with one request, or tries to.

use jixiao::catalogue::document::Text;
use serde::Deserialize;
use serde_json::Value;

/// How something is sent.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(in crate::cli::demo) enum Method {
    /// As a command.
    #[default]
    Post,
    /// As a document, in the place of the one that is there or of none.
    Put,
}

/// Something that somebody does, or tries to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::demo) struct Act {
    /// The account that does it.
    pub(in crate::cli::demo) by: String,
    #[serde(default)]
    pub(in crate::cli::demo) method: Method,
    /// Where it is sent.
    pub(in crate::cli::demo) path: String,
    /// As it is sent.
    pub(in crate::cli::demo) body: Value,
    /// Whether the service should refuse it.
    #[serde(default)]
    pub(in crate::cli::demo) refused: bool,
    /// What is told of it; nothing where it is one of many.
    #[serde(default)]
    pub(in crate::cli::demo) told: Option<Text>,
}

impl Act {
    /// What it is done with, in short.
    pub(in crate::cli::demo) fn name(&self) -> String {
        let code = self.body.get("code").and_then(Value::as_str);
        let path = self.path.split(['/', '?']).filter(|part| !matches!(*part, "" | "v1" | "registers" | "records"));
        path.chain(code).collect::<Vec<_>>().join(" ")
    }
}
