//! What can change, and who may see that it did.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::platform::access::{Caller, Permission};

/// A kind of thing that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChangeType)]
pub(super) enum Kind {
    /// The bureau, a section or a school; its key is the code.
    Organisation,
    /// The catalogue as a whole; its key is the version.
    Catalogue,
    /// A published form; its key is the code.
    Form,
    /// The definition of a register; its key is the code.
    Register,
    /// A submission; its key is form, period and school.
    Submission,
    /// A school's window; its key is form, period and school.
    Window,
    /// A record; its key is register and code.
    Record,
    /// An evidence file that is attached or detached; its key is the id.
    File,
    /// A user; the key is the name.
    User,
    /// A machine client; its key is the id.
    Client,
}

impl Kind {
    pub(super) const ALL: [Self; 10] = [
        Self::Organisation,
        Self::Catalogue,
        Self::Form,
        Self::Register,
        Self::Submission,
        Self::Window,
        Self::Record,
        Self::File,
        Self::User,
        Self::Client,
    ];

    /// As the journal names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Catalogue => "catalogue",
            Self::Form => "form",
            Self::Register => "register",
            Self::Submission => "submission",
            Self::Window => "window",
            Self::Record => "record",
            Self::File => "file",
            Self::User => "user",
            Self::Client => "client",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether a caller may read such things at all.
    pub(super) fn is_visible_to(self, caller: &Caller) -> bool {
        caller.may(match self {
            Self::Organisation => Permission::ReadOrganisations,
            Self::Catalogue | Self::Form | Self::Register => Permission::ReadCatalogue,
            Self::Submission | Self::Window => Permission::ReadSubmissions,
            Self::Record => Permission::ReadRegisters,
            Self::File => Permission::ReadFiles,
            Self::User | Self::Client => Permission::ManageAccounts,
        })
    }

    /// Whether schools see those that are of no school: what is everybody's.
    pub(super) const fn is_everybodys(self) -> bool {
        matches!(self, Self::Organisation | Self::Catalogue | Self::Form | Self::Register)
    }
}
