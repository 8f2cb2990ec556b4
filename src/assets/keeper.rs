//! Who keeps which assets, and who approves that they are disposed of.

use std::collections::BTreeSet;

use crate::catalogue::document::ApprovalLevel;
use crate::platform::access::{Caller, Permission, Post};
use crate::platform::error::{AppError, Code};
use crate::platform::message::Message;
use crate::say;

/// A caller, as one who keeps assets or decides on them.
#[derive(Debug, Clone)]
pub(super) struct Keeper {
    /// The organisation in which the caller works.
    own: String,
    actor: String,
    post: Post,
    permissions: BTreeSet<Permission>,
}

impl Keeper {
    /// What the caller is to assets.
    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            own: caller.organisation.clone(),
            actor: caller.actor.clone(),
            post: caller.post.clone(),
            permissions: caller.permissions.clone(),
        }
    }

    fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Whether the caller keeps the cards of an organisation: its own, or those of the whole bureau.
    pub(super) fn keeps(&self, organisation: &str) -> bool {
        self.may(Permission::WriteAssets) && (self.own == organisation || self.keeps_all())
    }

    /// Whether the caller keeps the cards of the whole bureau.
    pub(super) fn keeps_all(&self) -> bool {
        let reaches = match self.post {
            Post::School(_) => false,
            Post::Section(_) => self.may(Permission::ApproveAssets),
            Post::Bureau => true,
        };
        self.may(Permission::WriteAssets) && reaches
    }

    /// Whether the caller keeps any cards.
    pub(super) fn keeps_own(&self) -> bool {
        self.keeps(&self.own)
    }

    /// The organisation in which the caller works.
    pub(super) fn own(&self) -> &str {
        &self.own
    }

    /// Whether the caller decides on the assets of the whole bureau.
    pub(super) fn approves_all(&self) -> bool {
        self.may(Permission::ApproveAssets) && !matches!(self.post, Post::School(_))
    }

    /// Whether the caller approves disposals of an organisation at a level, four eyes apart.
    pub(super) fn approves(&self, level: ApprovalLevel, organisation: &str) -> bool {
        match level {
            // The head of the unit: whoever signs for a school; the section; of what the bureau itself uses, a leader.
            ApprovalLevel::Unit => {
                let needed = match self.post {
                    Post::School(_) => Permission::SignSubmissions,
                    Post::Section(_) => Permission::WriteAssets,
                    Post::Bureau => Permission::ApproveAssets,
                };
                self.own == organisation && self.may(needed)
            }
            // The finance officer keeps assets as well, and leaders approve more than assets.
            ApprovalLevel::Finance => self.approves_all() && self.may(Permission::WriteAssets),
            ApprovalLevel::Leader => self.approves_all() && self.may(Permission::ApprovePerformance),
        }
    }

    /// Who acts.
    pub(super) fn actor(&self) -> &str {
        &self.actor
    }
}

/// Who approves at a level, for people.
pub(super) fn approver(level: ApprovalLevel) -> Message {
    match level {
        ApprovalLevel::Unit => say!("单位负责人（校长或科室）", "the head of the unit (principal or section)"),
        ApprovalLevel::Finance => say!("财务部门", "the finance officer"),
        ApprovalLevel::Leader => say!("局领导", "a leader of the bureau"),
    }
}

/// 403: others keep the assets of the organisation.
pub(super) fn not_kept(organisation: &str) -> AppError {
    AppError::new(Code::Forbidden).detail(say!(
        "“{organisation}”的资产由其他人员管理，您不能更改",
        "The assets of “{organisation}” are kept by others, and you cannot change them"
    ))
}
