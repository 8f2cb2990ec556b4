//! Disposals as they are sent and shown.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

use super::life;
use super::model::{Action, Disposal, Item, Method, State, Step};
use super::ops::{Application, Saying};
use crate::assets::amount;
use crate::assets::body::said;
use crate::assets::keeper::Keeper;
use crate::catalogue::document::ApprovalLevel;
use crate::platform::error::{AppError, Result};

/// What is applied for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DisposalInput {
    /// Its code, which stands for it for ever.
    #[schema(example = "2022-CZ-003", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    code: String,
    /// How the assets are disposed of.
    method: Method,
    /// Codes of their cards, which are of one unit.
    #[schema(example = json!(["2016-JSJ-0004", "2016-JSJ-0005"]), min_items = 1, max_items = 200)]
    assets: Vec<String>,
    /// The day of the application; today where absent.
    #[serde(default)]
    #[schema(nullable = true)]
    on: Option<NaiveDate>,
    /// Number of the application.
    #[serde(default)]
    #[schema(max_length = 200, nullable = true)]
    document: Option<String>,
    /// Why.
    #[schema(example = "已达使用年限，无法修复", max_length = 2000, pattern = r"\S")]
    note: String,
}

impl From<DisposalInput> for Application {
    fn from(DisposalInput { code, method, assets, on, document, note }: DisposalInput) -> Self {
        Self { code, method, assets, on, document: said(document), note: said(Some(note)) }
    }
}

/// On which ground a step is taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DisposalStepInput)]
pub(super) struct StepInput {
    /// The day; today where absent. It is not before that of the step before.
    #[serde(default)]
    #[schema(example = "2022-11-30", nullable = true)]
    on: Option<NaiveDate>,
    /// The document behind it; needed to appraise and to decide, and where proceeds were paid in.
    #[serde(default)]
    #[schema(example = "深教办〔2022〕31 号", max_length = 200, nullable = true)]
    document: Option<String>,
    /// Who took part in the collective decision; needed to decide.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    participants: Option<String>,
    /// Yuan: the appraised value, or the proceeds that were paid in; needed to appraise and to pay proceeds.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 350.00, nullable = true)]
    amount: Option<Number>,
    /// Why; needed to reject and to withdraw.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    note: Option<String>,
}

impl StepInput {
    /// What is said of the step.
    pub(super) fn read(self) -> Result<Saying> {
        let mut violations = Vec::new();
        let amount = self.amount.and_then(|amount| amount::read(&amount, "/amount", &mut violations));
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let (document, participants) = (said(self.document), said(self.participants));
        Ok(Saying { on: self.on, document, participants, amount, note: said(self.note) })
    }
}

/// An asset of a disposal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisposalItem)]
pub(super) struct ItemBody {
    /// Code of the card.
    #[schema(example = "2016-JSJ-0004")]
    asset: String,
    /// What it is.
    #[schema(example = "台式计算机")]
    name: String,
    /// What it cost, in yuan.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 4200)]
    value: Decimal,
}

impl From<Item> for ItemBody {
    fn from(Item { asset, name, value, .. }: Item) -> Self {
        Self { asset, name, value }
    }
}

/// A step that was taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DisposalStep)]
pub(super) struct StepBody {
    /// What was done.
    action: Action,
    /// The day.
    #[schema(example = "2022-11-30")]
    on: NaiveDate,
    /// The document behind it.
    #[schema(example = "深教办〔2022〕31 号", required)]
    document: Option<String>,
    /// Who took part in the collective decision.
    #[schema(required)]
    participants: Option<String>,
    /// Yuan: the appraised value, or the proceeds that were paid in.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    #[schema(value_type = Option<f64>, example = 350, required)]
    amount: Option<Decimal>,
    /// Why.
    #[schema(required)]
    note: Option<String>,
    /// Who recorded it.
    #[schema(example = "user:principal")]
    recorded_by: String,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
}

impl From<Step> for StepBody {
    fn from(Step { action, ground, recorded_by, recorded_at }: Step) -> Self {
        Self {
            action,
            on: ground.day,
            document: ground.document,
            participants: ground.participants,
            amount: ground.amount,
            note: ground.note,
            recorded_by,
            recorded_at,
        }
    }
}

/// A disposal: its assets, the steps that it took, and what may be done now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Disposal)]
pub(super) struct DisposalBody {
    /// Its code.
    #[schema(example = "2022-CZ-003")]
    pub code: String,
    /// Code of the unit whose assets they are.
    #[schema(example = "2199000001")]
    organisation: String,
    /// How they are disposed of.
    method: Method,
    /// How far it has come.
    state: State,
    /// Σ of what the assets cost, in yuan.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 8400)]
    value: Decimal,
    /// Who approves it, by the policy of the day on which it was applied for.
    approved_by: ApprovalLevel,
    /// The assets.
    assets: Vec<ItemBody>,
    /// The steps, in their order.
    steps: Vec<StepBody>,
    /// The number of this version, as in the `ETag`.
    #[schema(example = 3)]
    pub version: i32,
    /// What the caller may do now.
    may: Vec<Action>,
}

impl DisposalBody {
    pub(super) fn of(keeper: &Keeper, disposal: Disposal) -> Self {
        let may = life::may(keeper, &disposal);
        Self {
            code: disposal.code,
            organisation: disposal.organisation,
            method: disposal.method,
            state: disposal.state,
            value: disposal.value,
            approved_by: disposal.approval,
            assets: disposal.items.into_iter().map(ItemBody::from).collect(),
            steps: disposal.steps.into_iter().map(StepBody::from).collect(),
            version: disposal.version,
            may,
        }
    }
}
