//! Who asks, what they may do, and what they may see.
//!
//! A handler takes a [`Caller`] and turns it into a [`Scope`] by naming the permission it needs;
//! queries demand the scope, so an unscoped read does not compile.

use std::collections::BTreeSet;

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use serde::{Deserialize, Serialize};
use std::future::{Ready, ready};
use utoipa::ToSchema;
use uuid::Uuid;

use super::error::{AppError, Code, Result};
use crate::say;

/// One thing that somebody may do. The names are also the OAuth scopes of machine clients.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, clap::ValueEnum,
)]
pub enum Permission {
    /// Read the bureau, its sections and schools.
    #[serde(rename = "organisations:read")]
    ReadOrganisations,
    /// Add and change organisations.
    #[serde(rename = "organisations:write")]
    WriteOrganisations,
    /// Read indicators, forms and rules.
    #[serde(rename = "catalogue:read")]
    ReadCatalogue,
    /// Change indicators, forms and rules.
    #[serde(rename = "catalogue:write")]
    WriteCatalogue,
    /// Read submissions and their revisions.
    #[serde(rename = "submissions:read")]
    ReadSubmissions,
    /// Save drafts, and submit forms that need no signature.
    #[serde(rename = "submissions:write")]
    WriteSubmissions,
    /// Submit forms that the principal signs.
    #[serde(rename = "submissions:sign")]
    SignSubmissions,
    /// Return, accept and reopen what belongs to the own section.
    #[serde(rename = "submissions:review")]
    ReviewSubmissions,
    /// Read records of registers and their revisions.
    #[serde(rename = "registers:read")]
    ReadRegisters,
    /// Enter and change records of registers that the own school or section keeps.
    #[serde(rename = "registers:write")]
    WriteRegisters,
    /// Decide on records of registers of the own section.
    #[serde(rename = "registers:review")]
    ReviewRegisters,
    /// Read evidence files, within the scope of what they are attached to.
    #[serde(rename = "files:read")]
    ReadFiles,
    /// Upload evidence files, and attach them to what may be changed.
    #[serde(rename = "files:write")]
    WriteFiles,
    /// Read projects and their appraisals.
    #[serde(rename = "projects:read")]
    ReadProjects,
    /// Propose projects of the own school or section, and take them through their life.
    #[serde(rename = "projects:write")]
    WriteProjects,
    /// Appraise projects before they enter the budget.
    #[serde(rename = "projects:appraise")]
    AppraiseProjects,
    /// Read budgets, payments and execution.
    #[serde(rename = "finance:read")]
    ReadFinance,
    /// Enter budget items, adjustments, detailing and plans.
    #[serde(rename = "finance:budget")]
    WriteBudget,
    /// Post payments and reversals, and reconcile them.
    #[serde(rename = "finance:post")]
    PostPayments,
    /// Read asset cards, inventories and disposals.
    #[serde(rename = "assets:read")]
    ReadAssets,
    /// Keep the asset cards of the own school, and apply for disposals.
    #[serde(rename = "assets:write")]
    WriteAssets,
    /// Decide on disposals, and keep asset cards of the whole bureau.
    #[serde(rename = "assets:approve")]
    ApproveAssets,
    /// Read goals, monitoring and evaluations.
    #[serde(rename = "performance:read")]
    ReadPerformance,
    /// Write goals, monitoring sheets and self-evaluations of the own school or section.
    #[serde(rename = "performance:write")]
    WritePerformance,
    /// Run monitoring and evaluation, and review what was submitted.
    #[serde(rename = "performance:review")]
    ReviewPerformance,
    /// Approve goals and evaluations.
    #[serde(rename = "performance:approve")]
    ApprovePerformance,
    /// Read reports; from a school, those that were published.
    #[serde(rename = "reports:read")]
    ReadReports,
    /// Assemble reports, and publish what was approved.
    #[serde(rename = "reports:write")]
    WriteReports,
    /// Approve reports.
    #[serde(rename = "reports:approve")]
    ApproveReports,
    /// Read rectifications.
    #[serde(rename = "rectifications:read")]
    ReadRectifications,
    /// Open rectifications, and work on those of the own school or section.
    #[serde(rename = "rectifications:write")]
    WriteRectifications,
    /// Verify that a rectification is done.
    #[serde(rename = "rectifications:verify")]
    VerifyRectifications,
    /// Extend a school's window.
    #[serde(rename = "windows:extend")]
    ExtendWindows,
    /// Read figures and their sources.
    #[serde(rename = "figures:read")]
    ReadFigures,
    /// Read the journal.
    #[serde(rename = "journal:read")]
    ReadJournal,
    /// Manage users and machine clients.
    #[serde(rename = "accounts:manage")]
    ManageAccounts,
}

impl Permission {
    /// The name of the permission, as in OAuth scopes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadOrganisations => "organisations:read",
            Self::WriteOrganisations => "organisations:write",
            Self::ReadCatalogue => "catalogue:read",
            Self::WriteCatalogue => "catalogue:write",
            Self::ReadSubmissions => "submissions:read",
            Self::WriteSubmissions => "submissions:write",
            Self::SignSubmissions => "submissions:sign",
            Self::ReviewSubmissions => "submissions:review",
            Self::ReadRegisters => "registers:read",
            Self::WriteRegisters => "registers:write",
            Self::ReviewRegisters => "registers:review",
            Self::ReadFiles => "files:read",
            Self::WriteFiles => "files:write",
            Self::ReadProjects => "projects:read",
            Self::WriteProjects => "projects:write",
            Self::AppraiseProjects => "projects:appraise",
            Self::ReadFinance => "finance:read",
            Self::WriteBudget => "finance:budget",
            Self::PostPayments => "finance:post",
            Self::ReadAssets => "assets:read",
            Self::WriteAssets => "assets:write",
            Self::ApproveAssets => "assets:approve",
            Self::ReadPerformance => "performance:read",
            Self::WritePerformance => "performance:write",
            Self::ReviewPerformance => "performance:review",
            Self::ApprovePerformance => "performance:approve",
            Self::ReadReports => "reports:read",
            Self::WriteReports => "reports:write",
            Self::ApproveReports => "reports:approve",
            Self::ReadRectifications => "rectifications:read",
            Self::WriteRectifications => "rectifications:write",
            Self::VerifyRectifications => "rectifications:verify",
            Self::ExtendWindows => "windows:extend",
            Self::ReadFigures => "figures:read",
            Self::ReadJournal => "journal:read",
            Self::ManageAccounts => "accounts:manage",
        }
    }
}

/// Where in the bureau somebody works: it bounds what they see and decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Post {
    /// At a school: sees that school only.
    School(String),
    /// In a section: decides what belongs to that section.
    Section(String),
    /// At the bureau itself.
    Bureau,
}

/// Who sent the request: the account that the access token names, as it stands now; put there by
/// the authentication middleware.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The tenant.
    pub bureau_id: i32,
    /// `user:NAME` or `client:ID`, as journal entries name it.
    pub actor: String,
    /// Code of the organisation to which the account belongs.
    pub organisation: String,
    /// Where in the bureau the account stands.
    pub post: Post,
    /// What it may do.
    pub permissions: BTreeSet<Permission>,
    /// The request that is being served.
    pub request_id: Uuid,
}

impl Caller {
    /// The scope in which the caller may do something.
    ///
    /// # Errors
    /// [`Code::Forbidden`] where the caller lacks the permission.
    pub fn scope_for(&self, permission: Permission) -> Result<Scope> {
        if !self.may(permission) {
            let name = permission.name();
            return Err(AppError::new(Code::Forbidden)
                .detail(say!("此账号没有 {name} 权限", "This account lacks the permission {name}")));
        }
        Ok(self.scope_for_own_account())
    }

    /// The scope for what everybody may do who has an account: see and keep that account.
    #[must_use]
    pub fn scope_for_own_account(&self) -> Scope {
        Scope {
            bureau_id: self.bureau_id,
            post: self.post.clone(),
            actor: self.actor.clone(),
            request_id: self.request_id,
        }
    }

    /// As [`Caller::scope_for`], for what concerns the whole bureau and is not done from a school.
    ///
    /// # Errors
    /// [`Code::Forbidden`] where the caller lacks the permission, or stands at a school.
    pub fn bureau_scope_for(&self, permission: Permission) -> Result<Scope> {
        let scope = self.scope_for(permission)?;
        if scope.school().is_some() {
            return Err(AppError::new(Code::Forbidden).detail(say!(
                "学校的账号不能更改全局的内容",
                "An account of a school does not change what is the bureau's"
            )));
        }
        Ok(scope)
    }

    /// Whether the caller has a permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

impl FromRequest for Caller {
    type Error = AppError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(|| AppError::new(Code::Unauthenticated)))
    }
}

/// What a caller may see, and in whose name a change is journaled.
///
/// Made by [`Caller::scope_for`] out of a permission, or by [`Scope::system`] for what the service
/// does by itself.
#[derive(Debug, Clone)]
pub struct Scope {
    bureau_id: i32,
    post: Post,
    actor: String,
    request_id: Uuid,
}

impl Scope {
    /// The whole bureau, for what the service does by itself, under a name for the journal.
    #[must_use]
    pub fn system(bureau_id: i32, actor: &str) -> Self {
        Self { bureau_id, post: Post::Bureau, actor: format!("system:{actor}"), request_id: Uuid::now_v7() }
    }

    /// The tenant.
    #[must_use]
    pub fn bureau_id(&self) -> i32 {
        self.bureau_id
    }

    /// The only school that may be seen, or none where all of the bureau's may.
    #[must_use]
    pub fn school(&self) -> Option<&str> {
        match &self.post {
            Post::School(school) => Some(school),
            Post::Section(_) | Post::Bureau => None,
        }
    }

    /// Whether the caller stands in a section, and so decides what belongs to it.
    #[must_use]
    pub fn works_in(&self, section: &str) -> bool {
        matches!(&self.post, Post::Section(own) if own == section)
    }

    /// Whether the caller stands at the bureau itself, above sections and schools.
    #[must_use]
    pub fn is_bureau_wide(&self) -> bool {
        self.post == Post::Bureau
    }

    /// Whether a school lies within the scope.
    #[must_use]
    pub fn covers_school(&self, school: &str) -> bool {
        self.school().is_none_or(|own| own == school)
    }

    /// Who acts: `user:NAME`, `client:ID` or `system:WHAT`.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// The request that is being served.
    #[must_use]
    pub fn request_id(&self) -> Uuid {
        self.request_id
    }
}
