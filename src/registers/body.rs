//! Records as they are sent and shown.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::keeper::Keeper;
use super::life;
use super::model::{Change, Explanation, Origin, Revision, Stay, Step};
use crate::catalogue::{CellValue, CompiledRegister};
use crate::submissions::{CellScalar, ExplanationBody};

/// A new record; in a file, also what is to become of one that is there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordInput {
    /// Its code, which stands for the same thing for ever.
    #[schema(example = "2022-07", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pub code: String,
    /// Code of the school whose it is; absent or null where it is the bureau's.
    #[serde(default)]
    #[schema(example = "2113000001", max_length = 32, nullable = true)]
    pub school: Option<String>,
    /// The state in which it begins; the first that is initial where absent.
    #[serde(default)]
    #[schema(example = "foundation", max_length = 100, nullable = true)]
    pub state: Option<String>,
    /// Since when it is in that state; today where absent.
    #[serde(default)]
    #[schema(example = "2022-03-01", nullable = true)]
    pub since: Option<NaiveDate>,
    /// What is known of it, by the codes of the register's fields.
    #[serde(default)]
    #[schema(value_type = HashMap<String, CellScalar>, example = json!({"title": "小堡村小学综合楼"}), required = false)]
    pub fields: Map<String, Value>,
    /// Why warnings are all right.
    #[serde(default)]
    #[schema(max_items = 200, nullable = true)]
    pub explanations: Option<Vec<ExplanationBody>>,
    /// Whatever should be remembered of this entry.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    pub note: Option<String>,
}

/// What is to be different.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordPatch {
    /// The fields that change; null takes one away, and one that is absent stays.
    #[serde(default)]
    #[schema(value_type = HashMap<String, CellScalar>, example = json!({"cost": 1_860_000.5}), required = false)]
    pub fields: Map<String, Value>,
    /// Why warnings are all right; where absent, what was said before.
    #[serde(default)]
    #[schema(max_items = 200, nullable = true)]
    pub explanations: Option<Vec<ExplanationBody>>,
    /// Why it is changed.
    #[serde(default)]
    #[schema(example = "按决算更正", max_length = 2000, nullable = true)]
    pub note: Option<String>,
}

/// What happens to a record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StepInput {
    /// The day on which the state was entered; today where absent.
    #[serde(default)]
    #[schema(example = "2022-11-30", nullable = true)]
    pub on: Option<NaiveDate>,
    /// Fields that change at the same time; null takes one away.
    #[serde(default)]
    #[schema(value_type = HashMap<String, CellScalar>, example = json!({"cost": 1_860_000.5}), required = false)]
    pub fields: Map<String, Value>,
    /// Why warnings are all right; where absent, what was said before.
    #[serde(default)]
    #[schema(max_items = 200, nullable = true)]
    pub explanations: Option<Vec<ExplanationBody>>,
    /// Why; needed to withdraw, and where the transition says so.
    #[serde(default)]
    #[schema(example = "竣工验收", max_length = 2000, nullable = true)]
    pub note: Option<String>,
}

fn said(note: Option<String>) -> Option<String> {
    note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty())
}

fn explained(explanations: Option<Vec<ExplanationBody>>) -> Option<Vec<Explanation>> {
    let read = |ExplanationBody { rule, text }: ExplanationBody| Explanation { rule, text };
    Some(explanations?.into_iter().map(read).collect())
}

impl RecordInput {
    /// The record's code, and the change that makes it.
    pub(super) fn into_change(self) -> (String, Change) {
        let Self { code, school, state, since, fields, explanations, note } = self;
        let origin = Origin { school, state };
        let explanations = explained(explanations);
        (code, Change { step: Step::Create, fields, explanations, note: said(note), on: since, origin })
    }
}

impl From<RecordPatch> for Change {
    fn from(RecordPatch { fields, explanations, note }: RecordPatch) -> Self {
        let explanations = explained(explanations);
        Self { step: Step::Update, fields, explanations, note: said(note), on: None, origin: Origin::default() }
    }
}

impl StepInput {
    /// The change that a step makes.
    pub(super) fn into_change(self, step: Step) -> Change {
        let Self { on, fields, explanations, note } = self;
        Change { step, fields, explanations: explained(explanations), note: said(note), on, origin: Origin::default() }
    }
}

/// A state, and since when it lasts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordStay)]
pub(super) struct StayBody {
    /// Code of the state.
    #[schema(example = "completed")]
    state: String,
    /// The day on which it was entered.
    #[schema(example = "2022-11-30")]
    since: NaiveDate,
}

impl From<Stay> for StayBody {
    fn from(Stay { state, since }: Stay) -> Self {
        Self { state, since }
    }
}

/// A record: what is known of it, the states it has been in, and what may be done now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisterRecord)]
pub(super) struct RecordBody {
    /// Code of the register.
    #[schema(example = "construction")]
    register: String,
    /// The version of the register's definition by which it was checked.
    #[schema(example = 1)]
    register_version: i32,
    /// Its code.
    #[schema(example = "2022-07")]
    pub code: String,
    /// Code of the school whose it is; null where it is the bureau's.
    #[schema(example = "2113000001", required)]
    school: Option<String>,
    /// Name of the school.
    #[schema(example = "小堡村小学", required)]
    school_name: Option<String>,
    /// The state that it is in.
    #[schema(example = "completed")]
    state: String,
    /// The states that it has been in, in their order; the last is the present one.
    timeline: Vec<StayBody>,
    /// What is known of it.
    #[schema(value_type = HashMap<String, CellScalar>, example = json!({"title": "小堡村小学综合楼"}))]
    pub fields: BTreeMap<String, CellValue>,
    /// Why warnings are all right.
    explanations: Vec<ExplanationBody>,
    /// Whether it was withdrawn; then it counts nowhere.
    withdrawn: bool,
    /// Number of the revision, as in the `ETag`.
    #[schema(example = 2)]
    pub revision: i32,
    /// What made this revision: `create`, `update`, `withdraw`, `restore`, or a transition.
    #[schema(example = "complete")]
    action: String,
    /// Why.
    #[schema(example = "竣工验收", required)]
    note: Option<String>,
    /// Who recorded it.
    #[schema(example = "user:jijian.officer")]
    recorded_by: String,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// What the caller may do now: `update`, `withdraw`, `restore`, and transitions.
    #[schema(example = json!(["update", "complete", "withdraw"]))]
    may: Vec<String>,
}

impl RecordBody {
    /// A record as it is; `keeper` is whoever asks.
    pub(super) fn of(register: &CompiledRegister, keeper: &Keeper, revision: Revision) -> Self {
        let may = life::may(register, keeper, &revision);
        Self::told(register, revision, may)
    }

    /// A record as it was, with which nothing can be done any more.
    pub(super) fn past(register: &CompiledRegister, revision: Revision) -> Self {
        Self::told(register, revision, Vec::new())
    }

    fn told(register: &CompiledRegister, revision: Revision, may: Vec<String>) -> Self {
        let Revision { record, number, register_version, content, school_name, action, note, recorded_by, recorded_at } =
            revision;
        let told = |Explanation { rule, text }: Explanation| ExplanationBody { rule, text };
        Self {
            register: register.definition.code.clone(),
            register_version,
            code: record,
            state: content.state().to_owned(),
            school: content.school,
            school_name,
            timeline: content.timeline.into_iter().map(StayBody::from).collect(),
            fields: content.fields,
            explanations: content.explanations.into_iter().map(told).collect(),
            withdrawn: content.withdrawn,
            revision: number,
            action,
            note,
            recorded_by,
            recorded_at,
            may,
        }
    }
}
