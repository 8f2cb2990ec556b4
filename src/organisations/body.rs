//! Organisations as they are sent and answered.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::kinds::{Kind, Stage};
use super::model::{Definition, Organisation};
use crate::platform::error::{Violation, ViolationCode};
use crate::say;

/// What is known of an organisation, as it is sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OrganisationInput, example = json!({
    "name": "第一小学", "kind": "school", "stage": "primary", "township": "东乡",
    "parent": "990001", "opened_on": "2000-09-01"
}))]
pub(super) struct OrganisationInput {
    /// Its code: needed in a row of a file; otherwise the address names it, and this may only repeat it.
    #[schema(min_length = 1, max_length = 32, pattern = "^[0-9A-Za-z_-]+$", nullable = false)]
    code: Option<String>,
    /// Name shown to people.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it is; never changes.
    kind: Kind,
    /// The kind of school; of a school only, and then needed.
    stage: Option<Stage>,
    /// The township in which it lies.
    #[schema(min_length = 1, max_length = 100)]
    township: Option<String>,
    /// Code of the organisation to which it belongs.
    #[schema(min_length = 1, max_length = 32)]
    parent: Option<String>,
    /// First day on which it is open.
    opened_on: Option<NaiveDate>,
    /// First day on which it is no longer open.
    closed_on: Option<NaiveDate>,
}

impl OrganisationInput {
    /// The definition, with the code that the address names, where it names one.
    pub(super) fn into_definition(self, addressed: Option<&str>) -> Result<Definition, Violation> {
        let Self { code, name, kind, stage, township, parent, opened_on, closed_on } = self;
        let code = match (code, addressed) {
            (Some(sent), Some(addressed)) if sent != addressed => {
                return Err(Violation::new(
                    "/code",
                    ViolationCode::Inconsistent,
                    say!("与地址中的编码“{addressed}”不符", "The address names the code “{addressed}”"),
                ));
            }
            (_, Some(addressed)) => addressed.to_owned(),
            (Some(sent), None) => sent,
            (None, None) => {
                let message = say!("缺少字段“code”", "The field “code” is missing");
                return Err(Violation::new("/code", ViolationCode::Missing, message));
            }
        };
        Ok(Definition { code, kind, name, stage, township, parent, opened_on, closed_on })
    }
}

/// What is to change of an organisation: a field that is absent stays, null clears it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"closed_on": "2023-08-31"}))]
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
pub(super) struct OrganisationPatch {
    /// Name shown to people.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// The kind of school; only such a one whose codes begin alike.
    #[schema(nullable = false)]
    stage: Option<Stage>,
    /// The township in which it lies.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    township: Option<Option<String>>,
    /// Code of the organisation to which it belongs.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 32)]
    parent: Option<Option<String>>,
    /// First day on which it is open.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    opened_on: Option<Option<NaiveDate>>,
    /// First day on which it is no longer open: so it is closed.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<NaiveDate>)]
    closed_on: Option<Option<NaiveDate>>,
}

/// Tells null from absent.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl OrganisationPatch {
    /// Changes what was given.
    pub(super) fn apply(&self, definition: &mut Definition) {
        set(&mut definition.name, self.name.as_ref());
        set(&mut definition.stage, self.stage.map(Some).as_ref());
        set(&mut definition.township, self.township.as_ref());
        set(&mut definition.parent, self.parent.as_ref());
        set(&mut definition.opened_on, self.opened_on.as_ref());
        set(&mut definition.closed_on, self.closed_on.as_ref());
    }
}

fn set<T: Clone>(field: &mut T, given: Option<&T>) {
    if let Some(value) = given {
        field.clone_from(value);
    }
}

/// An organisation: the bureau, a section, or a school.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organisation)]
pub(super) struct OrganisationBody {
    /// Stable code; of a school its 学校标识码.
    #[schema(example = "2199000001")]
    pub code: String,
    /// Name shown to people.
    #[schema(example = "第一小学")]
    name: String,
    /// What it is.
    kind: Kind,
    /// The kind of school; null for what is not a school.
    #[schema(required = true)]
    stage: Option<Stage>,
    /// The township in which it lies.
    #[schema(example = "东乡", required = true)]
    township: Option<String>,
    /// Code of the organisation to which it belongs.
    #[schema(example = "990001", required = true)]
    parent: Option<String>,
    /// First day on which it is open.
    #[schema(required = true)]
    opened_on: Option<NaiveDate>,
    /// First day on which it is no longer open; null while it is.
    #[schema(required = true)]
    closed_on: Option<NaiveDate>,
    /// The number of this version, from 1.
    #[schema(example = 1)]
    version: i32,
    /// When this version was recorded.
    recorded_at: DateTime<Utc>,
}

impl From<Organisation> for OrganisationBody {
    fn from(organisation: Organisation) -> Self {
        let Organisation { definition, version, recorded_at } = organisation;
        let Definition { code, kind, name, stage, township, parent, opened_on, closed_on } = definition;
        Self { code, name, kind, stage, township, parent, opened_on, closed_on, version, recorded_at }
    }
}
