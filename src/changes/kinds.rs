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
    /// A project; its key is the code.
    Project,
    /// A budget item, or its plan; its key is the code.
    BudgetItem,
    /// A payment or reversal; its key is the voucher number.
    Payment,
    /// A reconciliation with the finance system; its key is the id.
    Reconciliation,
    /// An asset card; its key is the code.
    Asset,
    /// An inventory round; its key is the code.
    Inventory,
    /// A disposal of assets; its key is the code.
    Disposal,
    /// A rectification; its key is the code.
    Rectification,
    /// A goal; its key is year and code.
    Goal,
    /// A monitoring round; its key is the code.
    MonitoringRound,
    /// A monitoring sheet; its key is round and project.
    MonitoringSheet,
    /// An evaluation; its key is year, kind and subject.
    Evaluation,
    /// A report; its key is the code.
    Report,
    /// An evidence file that is attached or detached; its key is the id.
    File,
    /// A user; the key is the name.
    User,
    /// A machine client; its key is the id.
    Client,
}

impl Kind {
    pub(super) const ALL: [Self; 23] = [
        Self::Organisation,
        Self::Catalogue,
        Self::Form,
        Self::Register,
        Self::Submission,
        Self::Window,
        Self::Record,
        Self::Project,
        Self::BudgetItem,
        Self::Payment,
        Self::Reconciliation,
        Self::Asset,
        Self::Inventory,
        Self::Disposal,
        Self::Rectification,
        Self::Goal,
        Self::MonitoringRound,
        Self::MonitoringSheet,
        Self::Evaluation,
        Self::Report,
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
            Self::Project => "project",
            Self::BudgetItem => "budget_item",
            Self::Payment => "payment",
            Self::Reconciliation => "reconciliation",
            Self::Asset => "asset",
            Self::Inventory => "inventory",
            Self::Disposal => "disposal",
            Self::Rectification => "rectification",
            Self::Goal => "goal",
            Self::MonitoringRound => "monitoring_round",
            Self::MonitoringSheet => "monitoring_sheet",
            Self::Evaluation => "evaluation",
            Self::Report => "report",
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
            Self::Project => Permission::ReadProjects,
            Self::BudgetItem | Self::Payment | Self::Reconciliation => Permission::ReadFinance,
            Self::Asset | Self::Inventory | Self::Disposal => Permission::ReadAssets,
            Self::Rectification => Permission::ReadRectifications,
            Self::Goal | Self::MonitoringRound | Self::MonitoringSheet | Self::Evaluation => {
                Permission::ReadPerformance
            }
            Self::Report => Permission::ReadReports,
            Self::File => Permission::ReadFiles,
            Self::User | Self::Client => Permission::ManageAccounts,
        })
    }

    /// Whether schools see those that are of no school: what is everybody's.
    pub(super) const fn is_everybodys(self) -> bool {
        matches!(self, Self::Organisation | Self::Catalogue | Self::Form | Self::Register)
    }
}
