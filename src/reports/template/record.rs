//! Things that have fields: records of registers, and evaluations.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

/// Something with fields that a text may name.
#[derive(Debug)]
pub(in crate::reports) struct Record {
    /// The register whose it is; none of an evaluation.
    pub register: Option<String>,
    pub code: String,
    pub fields: BTreeMap<String, Value>,
    /// Whether it is there; of an evaluation that is not, every field says so.
    pub exists: bool,
}

impl Object for Record {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.fields.get(key.as_str()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.exists
    }
}

/// Records of a register.
#[derive(Debug)]
pub(in crate::reports) struct Records {
    pub register: String,
    pub records: Vec<Arc<Record>>,
}

impl Object for Records {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let record = self.records.get(key.as_usize()?)?;
        Some(Value::from_dyn_object(Arc::clone(record)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.records.len())
    }
}
