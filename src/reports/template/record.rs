//! Things that have fields: records of registers, and evaluations.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use super::number::Problem;
use super::world::World;
use crate::say;

/// Something with fields that a text may name.
#[derive(Debug)]
pub(in crate::reports) struct Record {
    /// The register whose it is; none of an evaluation.
    pub register: Option<String>,
    pub code: String,
    pub fields: BTreeMap<String, Value>,
    /// Whether it is there; of an evaluation that is not, every field says so.
    pub exists: bool,
    /// Who is told what is asked for and is no field.
    pub world: Weak<World>,
}

impl Object for Record {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let field = key.as_str()?;
        if let (None, Some(world)) = (self.fields.get(field), self.world.upgrade()) {
            world.note(Problem::undefined(say!("没有字段“{field}”", "There is no field “{field}”")));
        }
        self.fields.get(field).cloned()
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
