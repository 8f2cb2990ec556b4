//! Goals and decisions on them as they are sent.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Number;
use utoipa::ToSchema;

use super::model::Level;
use crate::catalogue::document::ReverseStrategy;
use crate::scoring::{Class, Sign};

/// A goal as it is to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GoalInput {
    /// Where it stands in the tree; never changes.
    pub level: Level,
    /// The unit whose goal it is; never changes.
    #[schema(example = "2113000001", max_length = 32)]
    pub organisation: String,
    /// The section that is responsible for it (责任主体).
    #[schema(example = "capital_works", max_length = 32)]
    pub section: String,
    /// The project whose goal it is, for the level `project` and no other; never changes.
    #[serde(default)]
    #[schema(example = "P2022-017", max_length = 64, nullable = true)]
    pub project: Option<String>,
    /// The goal that it serves, one level above.
    #[serde(default)]
    #[schema(example = "A-02-1", max_length = 64, nullable = true)]
    pub parent: Option<String>,
    /// What it is called.
    #[schema(example = "小堡村小学综合楼建设", max_length = 200, pattern = r"\S")]
    pub name: String,
    /// What is to be reached, in words.
    #[serde(default)]
    #[schema(example = "综合楼年内完成主体并装修", max_length = 4000, required = false)]
    pub description: String,
    /// How it is to be reached (落实措施).
    #[serde(default)]
    #[schema(value_type = Vec<GoalMeasure>, max_items = 50, required = false)]
    pub measures: Vec<String>,
    /// By what it is measured.
    #[serde(default)]
    #[schema(max_items = 200, required = false)]
    pub targets: Vec<TargetInput>,
}

/// A measure in words.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 2000, pattern = r"\S", example = "每月召开一次进度会")]
#[expect(dead_code, reason = "describes a text")]
pub(super) struct GoalMeasure(String);

/// A target as it is to be.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TargetInput)]
pub(super) struct TargetInput {
    /// Its code within the goal.
    #[schema(example = "repairs", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub code: String,
    /// What it is called.
    #[schema(example = "维修校舍", max_length = 200, pattern = r"\S")]
    pub name: String,
    /// Where it stands in the indicator framework.
    pub class: Class,
    /// Code of the indicator whose figure is the actual value; a qualitative target has none.
    #[serde(default)]
    #[schema(example = "works.repaired", max_length = 100, nullable = true)]
    pub indicator: Option<String>,
    /// How it is meant.
    pub sign: Sign,
    /// What is to be reached, with up to 6 decimals, not negative; a qualitative target has none.
    #[serde(default)]
    #[schema(value_type = Option<f64>, example = 5, nullable = true)]
    pub value: Option<Number>,
    /// The unit of the value, where it is said that of the indicator.
    #[serde(default)]
    #[schema(example = "所", max_length = 32, nullable = true)]
    pub unit: Option<String>,
    /// The most that it scores, with up to 2 decimals.
    #[schema(value_type = f64, minimum = 0, maximum = 100, example = 12.5)]
    pub weight: Number,
    /// How it is scored where it is reverse and was missed; as the policy says where absent.
    #[serde(default)]
    #[schema(nullable = true)]
    pub strategy: Option<ReverseStrategy>,
    /// The part of the indicator that counts: one option of some of its dimensions.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, String>>, example = json!({"level": "county"}), nullable = true)]
    pub r#where: Option<BTreeMap<String, String>>,
    /// The organisation whose figure counts; where absent the school whose goal it is, or else the whole bureau.
    #[serde(default)]
    #[schema(example = "2113000001", max_length = 32, nullable = true)]
    pub within: Option<String>,
}

/// Whatever should be remembered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GoalNote {
    /// The note.
    #[serde(default)]
    #[schema(example = "请按意见修改", max_length = 2000, nullable = true)]
    pub note: Option<String>,
}

/// Why it goes back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GoalReturn {
    /// What is to be amended.
    #[schema(example = "满意度指标过低，请重新设定", max_length = 2000, pattern = r"\S")]
    pub note: String,
}

/// Why a goal that is in force is amended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GoalAmendment {
    /// The reason.
    #[schema(example = "省级追加资金，建设规模扩大", max_length = 2000, pattern = r"\S")]
    pub reason: String,
}

/// What a reviewer finds.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GoalReviewInput)]
pub(super) struct ReviewInput {
    /// The score of each criterion of the policy.
    #[schema(max_items = 20)]
    pub scores: Vec<ScoreInput>,
    /// What is to be amended; needed unless it is excellent and goes on.
    #[serde(default)]
    #[schema(example = "指标值可再细化", max_length = 2000, nullable = true)]
    pub opinion: Option<String>,
    /// Whether it goes on to the leader; where absent it does if it is excellent. What is poor never does.
    #[serde(default)]
    #[schema(nullable = true)]
    pub accept: Option<bool>,
}

/// The score of a criterion.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GoalScoreInput)]
pub(super) struct ScoreInput {
    /// Code of the criterion.
    #[schema(example = "completeness", max_length = 64)]
    pub criterion: String,
    /// The score, up to the weight of the criterion, with up to 2 decimals.
    #[schema(value_type = f64, minimum = 0, example = 28)]
    pub score: Number,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    pub reason: Option<String>,
}
