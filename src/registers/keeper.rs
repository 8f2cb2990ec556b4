//! Who may do what with the records of a register.

use crate::catalogue::CompiledRegister;
use crate::catalogue::document::{Actor, Transition, Writer};
use crate::platform::access::{Caller, Permission, Scope};

/// A caller, as one who keeps registers or decides on their records.
#[derive(Debug, Clone)]
pub struct Keeper {
    scope: Scope,
    writes: bool,
    reviews: bool,
}

impl Keeper {
    /// What the caller is to registers.
    #[must_use]
    pub fn of(caller: &Caller) -> Self {
        Self {
            scope: caller.scope_for_own_account(),
            writes: caller.may(Permission::WriteRegisters),
            reviews: caller.may(Permission::ReviewRegisters),
        }
    }

    /// Whether the caller may enter and change records of a school, or of the bureau where there is none.
    #[must_use]
    pub fn may_write(&self, register: &CompiledRegister, school: Option<&str>) -> bool {
        let definition = &register.definition;
        let keeps = match self.scope.school() {
            Some(own) => definition.writers.contains(&Writer::School) && school == Some(own),
            None if self.scope.is_bureau_wide() => true,
            None => definition.writers.contains(&Writer::Section) && self.scope.works_in(&definition.section),
        };
        self.writes && keeps
    }

    /// Whether the caller keeps any of the register's records.
    pub(super) fn keeps(&self, register: &CompiledRegister) -> bool {
        self.may_write(register, self.scope.school())
    }

    /// Whether the caller may take a transition of a record, four eyes apart.
    pub(super) fn may_take(&self, register: &CompiledRegister, transition: &Transition, school: Option<&str>) -> bool {
        match transition.by {
            Actor::Writer => self.may_write(register, school),
            Actor::Reviewer => self.reviews && self.scope.works_in(&register.definition.section),
        }
    }

    /// Who acts.
    pub(super) fn actor(&self) -> &str {
        self.scope.actor()
    }
}
