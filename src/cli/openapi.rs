//! `jixiao openapi`

use std::io::{Write, stdout};

use super::failure::Failure;

/// Prints the document, indented and with a final newline, as it is committed.
pub(super) fn run() -> Result<(), Failure> {
    let document = serde_json::to_string_pretty(&jixiao::openapi::document())?;
    Ok(writeln!(stdout(), "{document}")?)
}
