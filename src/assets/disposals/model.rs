//! A disposal, and the steps that it took.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::assets::model::State as CardState;
use crate::catalogue::document::ApprovalLevel;

/// Gives an enum the names that stand in documents and in the database.
macro_rules! named {
    ($type:ident: $($variant:ident = $name:literal),*) => {
        impl $type {
            const ALL: &[Self] = &[$(Self::$variant),*];

            /// As it is stored and sent.
            pub(in crate::assets) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            pub(in crate::assets) fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.name() == name)
            }
        }
    };
}

/// How assets are disposed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DisposalMethod)]
pub(in crate::assets) enum Method {
    /// 无偿划转.
    Transfer,
    /// 捐赠.
    Donation,
    /// 转让.
    Sale,
    /// 置换.
    Exchange,
    /// 报废.
    Scrapping,
    /// 损失核销.
    Loss,
}

named!(Method: Transfer = "transfer", Donation = "donation", Sale = "sale", Exchange = "exchange",
    Scrapping = "scrapping", Loss = "loss");

/// How far a disposal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DisposalState)]
pub(in crate::assets) enum State {
    /// 已申请.
    Applied,
    /// 已评估.
    Appraised,
    /// 已集体决策.
    Decided,
    /// 已批准.
    Approved,
    /// 已处置.
    Disposed,
    /// 收益已上缴.
    ProceedsPaid,
    /// 已核销.
    WrittenOff,
    /// 未批准.
    Rejected,
    /// 已撤回.
    Withdrawn,
}

named!(State: Applied = "applied", Appraised = "appraised", Decided = "decided", Approved = "approved",
    Disposed = "disposed", ProceedsPaid = "proceeds_paid", WrittenOff = "written_off", Rejected = "rejected",
    Withdrawn = "withdrawn");

/// What is done with a disposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DisposalAction)]
pub(in crate::assets) enum Action {
    /// 申请.
    Apply,
    /// 评估（鉴定）.
    Appraise,
    /// 集体决策.
    Decide,
    /// 审批.
    Approve,
    /// 处置.
    Dispose,
    /// 收益上缴.
    PayProceeds,
    /// 核销.
    WriteOff,
    /// 不予批准.
    Reject,
    /// 撤回.
    Withdraw,
}

named!(Action: Apply = "apply", Appraise = "appraise", Decide = "decide", Approve = "approve", Dispose = "dispose",
    PayProceeds = "pay_proceeds", WriteOff = "write_off", Reject = "reject", Withdraw = "withdraw");

impl Action {
    /// Everything that can be done with a disposal that was applied for, in its usual order.
    pub(super) const STEPS: [Self; 8] = [
        Self::Appraise,
        Self::Decide,
        Self::Approve,
        Self::Dispose,
        Self::PayProceeds,
        Self::WriteOff,
        Self::Reject,
        Self::Withdraw,
    ];

    /// The state to which it leads; none where it cannot be done in a state.
    pub(super) const fn leads(self, from: State) -> Option<State> {
        match (self, from) {
            (Self::Appraise, State::Applied) => Some(State::Appraised),
            (Self::Decide, State::Appraised) => Some(State::Decided),
            (Self::Approve, State::Decided) => Some(State::Approved),
            (Self::Dispose, State::Approved) => Some(State::Disposed),
            (Self::PayProceeds, State::Disposed) => Some(State::ProceedsPaid),
            (Self::WriteOff, State::ProceedsPaid) => Some(State::WrittenOff),
            (Self::Reject, State::Applied | State::Appraised | State::Decided) => Some(State::Rejected),
            (Self::Withdraw, State::Applied | State::Appraised | State::Decided | State::Approved) => {
                Some(State::Withdrawn)
            }
            _ => None,
        }
    }
}

/// A step that was taken.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub action: Action,
    pub ground: Ground,
    pub recorded_by: String,
    pub recorded_at: DateTime<Utc>,
}

/// On which ground a step is taken.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub day: NaiveDate,
    pub document: Option<String>,
    pub participants: Option<String>,
    pub amount: Option<Decimal>,
    pub note: Option<String>,
}

/// An asset of a disposal, as it was when that was applied for.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub asset: String,
    pub name: String,
    pub value: Decimal,
    pub state_before: CardState,
}

/// A disposal.
#[derive(Debug, Clone)]
pub(super) struct Disposal {
    pub code: String,
    pub organisation: String,
    pub school: Option<String>,
    pub method: Method,
    pub value: Decimal,
    pub approval: ApprovalLevel,
    pub state: State,
    pub version: i32,
    pub items: Vec<Item>,
    /// The first is the application.
    pub steps: Vec<Step>,
}

/// Which disposals are meant.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Filter {
    pub disposal: Option<String>,
    pub organisation: Option<String>,
    pub method: Option<Method>,
    pub state: Option<State>,
    /// Code of a card.
    pub asset: Option<String>,
}
