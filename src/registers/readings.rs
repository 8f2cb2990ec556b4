//! Readings that leave a trace: what tells of persons, read by who does not keep it, and every export.

use serde_json::{Value, json};

use super::keeper::Keeper;
use crate::catalogue::CompiledRegister;
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::journal::{self, Entry};

/// Whether reading a record of the register leaves a trace: it tells of persons, and the reader, for example an auditor,
/// is not one of those who keep it.
pub(super) fn leaves_trace(register: &CompiledRegister, keeper: &Keeper) -> bool {
    register.definition.fields.iter().any(|field| field.personal) && !keeper.keeps(register)
}

/// Writes down that something was read.
pub(super) async fn note(
    tx: &mut Tx,
    scope: &Scope,
    action: &'static str,
    subject: String,
    how: Option<Value>,
) -> Result<()> {
    let entry = Entry {
        action,
        subject_type: "reading",
        subject,
        school: scope.school(),
        after: how.map(|how| json!(how)),
        ..Entry::default()
    };
    journal::record(tx, scope, vec![entry]).await
}
