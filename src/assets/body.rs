//! Cards as they are sent and shown.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

use super::amount;
use super::depreciation::Book;
use super::keeper::Keeper;
use super::model::{Revision, State, Statement, Usage};
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::say;

/// Names that addresses below `/v1/assets` have already.
const RESERVED: [&str; 4] = ["disposals", "import", "inventories", "report"];

/// A new card.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AssetInput {
    /// Its code, which stands for the same thing for ever.
    #[schema(example = "2022-JSJ-0017", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    code: String,
    /// Code of the school, section or bureau that uses it.
    #[schema(example = "2199000001", max_length = 32)]
    organisation: String,
    /// What it is.
    #[schema(example = "台式计算机", min_length = 1, max_length = 200)]
    name: String,
    /// An option of the dimension that the policy names for categories.
    #[schema(example = "computer", min_length = 1, max_length = 100)]
    category: String,
    /// What it cost, in yuan.
    #[schema(value_type = f64, example = 4800.00)]
    value: Number,
    /// The day on which it was acquired.
    #[schema(example = "2022-03-15")]
    acquired_on: NaiveDate,
    /// Where the money came from.
    #[serde(default)]
    #[schema(example = "公用经费", max_length = 100, nullable = true)]
    funded_from: Option<String>,
    /// Where it stands.
    #[serde(default)]
    #[schema(example = "计算机教室", max_length = 200, nullable = true)]
    place: Option<String>,
    /// Who uses it.
    #[serde(default)]
    #[schema(max_length = 100, nullable = true)]
    user_name: Option<String>,
    /// What it is there for; in use where absent.
    #[serde(default)]
    #[schema(nullable = true)]
    state: Option<Usage>,
    /// Whatever should be remembered of this entry.
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    note: Option<String>,
}

/// What is to be different: a field that is absent stays, null takes it away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
pub(super) struct AssetPatch {
    /// What it is.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// Its category; a correction needs a note.
    #[schema(example = "furniture", min_length = 1, max_length = 100, nullable = false)]
    category: Option<String>,
    /// What it cost, in yuan; a correction needs a note.
    #[schema(value_type = Option<f64>, example = 4800.00, nullable = false)]
    value: Option<Number>,
    /// The day on which it was acquired; a correction needs a note.
    #[schema(nullable = false)]
    acquired_on: Option<NaiveDate>,
    /// Where the money came from.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 100)]
    funded_from: Option<Option<String>>,
    /// Where it stands.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "图书室", max_length = 200)]
    place: Option<Option<String>>,
    /// Who uses it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 100)]
    user_name: Option<Option<String>>,
    /// What it is there for.
    #[schema(nullable = false)]
    state: Option<Usage>,
    /// Why it is changed.
    #[serde(default)]
    #[schema(example = "按发票更正", max_length = 2000, nullable = true)]
    note: Option<String>,
}

/// A row of a file: a new card, or what is to be different.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::option_option, reason = "absent, null and a value are three things")]
pub(super) struct AssetRow {
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    code: String,
    #[schema(max_length = 32, nullable = false)]
    organisation: Option<String>,
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    category: Option<String>,
    #[schema(value_type = Option<f64>, nullable = false)]
    value: Option<Number>,
    #[schema(nullable = false)]
    acquired_on: Option<NaiveDate>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 100)]
    funded_from: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 200)]
    place: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 100)]
    user_name: Option<Option<String>>,
    #[schema(nullable = false)]
    state: Option<Usage>,
    #[serde(default)]
    #[schema(max_length = 2000, nullable = true)]
    note: Option<String>,
}

/// Tells null from absent.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A text that says something, or none.
pub(super) fn said(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl AssetInput {
    /// The code, and what is said of the card.
    pub(super) fn read(self) -> Result<(String, Statement)> {
        AssetRow {
            code: self.code,
            organisation: Some(self.organisation),
            name: Some(self.name),
            category: Some(self.category),
            value: Some(self.value),
            acquired_on: Some(self.acquired_on),
            funded_from: Some(self.funded_from),
            place: Some(self.place),
            user_name: Some(self.user_name),
            state: self.state,
            note: self.note,
        }
        .read()
    }
}

impl AssetRow {
    /// The code, and what is said of the card.
    pub(super) fn read(self) -> Result<(String, Statement)> {
        let mut violations = Vec::new();
        if RESERVED.contains(&self.code.as_str()) {
            let message = say!("此编码为系统保留", "This code is reserved");
            violations.push(Violation::new("/code", ViolationCode::NotAllowed, message));
        }
        let patch = AssetPatch {
            name: self.name,
            category: self.category,
            value: self.value,
            acquired_on: self.acquired_on,
            funded_from: self.funded_from,
            place: self.place,
            user_name: self.user_name,
            state: self.state,
            note: self.note,
        };
        let statement = patch.statement(&mut violations);
        if violations.is_empty() {
            Ok((self.code, Statement { organisation: self.organisation, ..statement }))
        } else {
            Err(AppError::invalid(violations))
        }
    }
}

impl AssetPatch {
    /// What is said of the card.
    pub(super) fn read(self) -> Result<Statement> {
        let mut violations = Vec::new();
        let statement = self.statement(&mut violations);
        if violations.is_empty() { Ok(statement) } else { Err(AppError::invalid(violations)) }
    }

    fn statement(self, violations: &mut Vec<Violation>) -> Statement {
        Statement {
            organisation: None,
            name: self.name,
            category: self.category,
            value: self.value.and_then(|value| amount::read(&value, "/value", violations)),
            acquired_on: self.acquired_on,
            funded_from: self.funded_from.map(said),
            place: self.place.map(said),
            user_name: self.user_name.map(said),
            state: self.state.map(State::from),
            note: said(self.note),
        }
    }
}

/// What stands in the books of an asset on a day, in yuan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssetBook)]
pub(super) struct BookBody {
    /// The day.
    #[schema(example = "2022-12-31")]
    on: NaiveDate,
    /// Code of the policy whose lives count on that day.
    #[schema(example = "hebei_2022")]
    policy: String,
    /// Whether it is held on that day: acquired, and not written off.
    held: bool,
    /// Years over which it is depreciated; null where its category is not.
    #[schema(example = 6, required)]
    life: Option<u32>,
    /// Months for which it was depreciated.
    #[schema(example = 10)]
    months: u32,
    /// What is charged in the month of the day.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 66.67)]
    monthly_depreciation: Decimal,
    /// What was charged up to and including that month; of what was written off, up to the month before that.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 666.67)]
    accumulated_depreciation: Decimal,
    /// What it cost, less that.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 4133.33)]
    net_value: Decimal,
}

impl BookBody {
    pub(super) fn of(book: Book, life: Option<u32>, on: NaiveDate, policy: &str) -> Self {
        Self {
            on,
            policy: policy.to_owned(),
            held: book.held,
            life,
            months: book.months,
            monthly_depreciation: book.monthly.normalize(),
            accumulated_depreciation: book.accumulated.normalize(),
            net_value: book.net.normalize(),
        }
    }
}

/// An asset card, and what may be done now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Asset)]
pub(super) struct AssetBody {
    /// Its code.
    #[schema(example = "2022-JSJ-0017")]
    pub code: String,
    /// Code of the school, section or bureau that uses it.
    #[schema(example = "2199000001")]
    organisation: String,
    /// What it is.
    #[schema(example = "台式计算机")]
    name: String,
    /// Its category.
    #[schema(example = "computer")]
    category: String,
    /// What it cost, in yuan.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    #[schema(value_type = f64, example = 4800)]
    value: Decimal,
    /// The day on which it was acquired.
    acquired_on: NaiveDate,
    /// Where the money came from.
    #[schema(example = "公用经费", required)]
    funded_from: Option<String>,
    /// Where it stands.
    #[schema(example = "计算机教室", required)]
    place: Option<String>,
    /// Who uses it.
    #[schema(required)]
    user_name: Option<String>,
    /// What it is there for.
    state: State,
    /// The day from which on it is not held any more.
    #[schema(required)]
    deregistered_on: Option<NaiveDate>,
    /// What stands in the books; null in lists and of past revisions.
    #[schema(required)]
    pub book: Option<BookBody>,
    /// Number of the revision, as in the `ETag`.
    #[schema(example = 2)]
    pub revision: i32,
    /// What made this revision: `create`, `update`, or what happened in a disposal.
    #[schema(example = "update")]
    action: String,
    /// Why.
    #[schema(required)]
    note: Option<String>,
    /// Who recorded it.
    #[schema(example = "user:reporter")]
    recorded_by: String,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
    /// What the caller may do now: `update`, `dispose`.
    #[schema(example = json!(["update", "dispose"]))]
    may: Vec<&'static str>,
}

impl AssetBody {
    /// A card as it is; `keeper` is whoever asks.
    pub(super) fn of(keeper: &Keeper, revision: Revision) -> Self {
        let free = revision.card.state.is_free() && keeper.keeps(&revision.card.organisation);
        Self { may: if free { vec!["update", "dispose"] } else { Vec::new() }, ..Self::past(revision) }
    }

    /// A card as it was, with which nothing can be done any more.
    pub(super) fn past(revision: Revision) -> Self {
        let Revision { asset, number, card, action, note, recorded_by, recorded_at } = revision;
        Self {
            code: asset,
            organisation: card.organisation,
            name: card.name,
            category: card.category,
            value: card.value,
            acquired_on: card.acquired_on,
            funded_from: card.funded_from,
            place: card.place,
            user_name: card.user_name,
            state: card.state,
            deregistered_on: card.deregistered_on,
            book: None,
            revision: number,
            action,
            note,
            recorded_by,
            recorded_at,
            may: Vec::new(),
        }
    }
}
