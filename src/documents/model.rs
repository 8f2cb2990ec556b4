//! What a document consists of, whatever it is written as.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A document as it is read from top to bottom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The title, in one line or in several.
    #[schema(example = json!(["深泽县教育局", "2022年度部门绩效自评工作报告"]))]
    pub title: Vec<String>,
    /// Its parts in their order.
    pub blocks: Vec<Block>,
    /// Who signs it, and when, in the place of the block `signature`, or at the end where there is none; null where nobody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub signature: Option<Signature>,
    /// Where its numbers come from. A number names its sources by their position in this list.
    pub sources: Vec<Source>,
}

impl Document {
    /// Its parts, with the place where it is signed: the end, where none is said.
    pub(super) fn signed_blocks(&self) -> impl Iterator<Item = &Block> {
        let is_placed = self.blocks.contains(&Block::Signature);
        self.blocks.iter().chain((!is_placed).then_some(&Block::Signature))
    }
}

/// Who signs a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The office.
    #[schema(example = "深泽县教育局")]
    pub name: String,
    /// The day (成文日期).
    pub date: NaiveDate,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// A heading.
    Heading(Paragraph),
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
    /// What follows begins on a new page.
    PageBreak,
    /// Who signs the document, and when; the annexes follow.
    Signature,
}

/// Words with the numbers in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Paragraph {
    /// Where it was written: section, and place in it, as findings name it.
    #[schema(example = "/sections/1/sections/0/blocks/2")]
    pub place: String,
    /// Of a heading, 1 for 一、, 2 for （一）, 3 for 1.; 0 of what is none.
    #[serde(default)]
    pub level: u8,
    /// The number of a heading as it is printed, 一、 or （二）; empty where it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// What it says.
    pub spans: Vec<Span>,
}

impl Paragraph {
    /// What it says, without the number of a heading.
    #[must_use]
    pub fn text(&self) -> String {
        self.spans.iter().map(Span::text).collect()
    }
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Span {
    /// Words.
    Text {
        /// As they are printed.
        text: String,
    },
    /// A number, or what stands for one in words, that comes from data.
    Number {
        /// As it is printed: `455人`, `提高1.11%`, `1500余名`.
        text: String,
        /// What it shows of its sources.
        shows: Shows,
        /// Positions in the list of sources.
        sources: Vec<usize>,
    },
}

impl Span {
    /// As it is printed.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text { text } | Self::Number { text, .. } => text,
        }
    }
}

/// What a number shows of its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// The value of the first.
    Value,
    /// The value of the first in the period before.
    Previous,
    /// How much the first grew against the period before.
    Growth,
    /// The difference of the first and the period before.
    Change,
    /// The first divided by the second.
    Share,
    /// The sum of all.
    Sum,
}

/// Where a number comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Source {
    /// A figure.
    Figure {
        /// Code of the indicator.
        #[schema(example = "gaokao.undergraduate")]
        indicator: String,
        /// Its name.
        name: String,
        /// The period.
        #[schema(example = "2022")]
        period: String,
        /// The part of a breakdown.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        group: BTreeMap<String, Option<String>>,
        /// Only what belongs to this organisation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        within: Option<String>,
        /// The value; none where nothing is in.
        #[serde(with = "number")]
        #[schema(value_type = Option<f64>, example = 455)]
        value: Option<Decimal>,
        /// The value in the period before, where it was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "number")]
        #[schema(value_type = Option<f64>, nullable = false, example = 450)]
        previous: Option<Decimal>,
        /// Unit of measure.
        unit: Option<String>,
        /// How many reports or records are expected.
        expected: u64,
        /// How many of them are in.
        reported: u64,
        /// The moment as of which it was read.
        as_of: DateTime<Utc>,
        /// Where the sealed journal ended then.
        journal_position: i64,
    },
    /// Records of a register.
    Records {
        /// Code of the register.
        register: String,
        /// Codes of the records.
        records: Vec<String>,
        /// The moment as of which they were read.
        as_of: DateTime<Utc>,
        /// Where the sealed journal ended then.
        journal_position: i64,
    },
    /// An evaluation.
    Evaluation {
        /// The year.
        year: i32,
        /// `project`, `school` or `department`.
        kind: String,
        /// Code of what is evaluated.
        subject: String,
        /// Which of its numbers: `total`, `grade`, `execution_rate` …
        item: String,
        /// The value; none of what is no number.
        #[serde(with = "number")]
        #[schema(value_type = Option<f64>, example = 96.52)]
        value: Option<Decimal>,
        /// The moment as of which it was read.
        as_of: DateTime<Utc>,
        /// Where the sealed journal ended then.
        journal_position: i64,
    },
    /// An official sheet, for all numbers in it.
    Sheet {
        /// What it is.
        #[schema(example = "部门整体支出绩效自评表（2022年度）")]
        name: String,
        /// Where the service shows what is in it, and what that was made of.
        #[schema(example = "/v1/evaluations/2022/department/department")]
        path: String,
        /// The moment as of which it was read.
        as_of: DateTime<Utc>,
        /// Where the sealed journal ended then.
        journal_position: i64,
    },
}

/// A table with borders; its head is repeated on each page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What is in it, printed above.
    pub caption: String,
    /// Widths of the columns, in parts of the whole.
    pub widths: Vec<u32>,
    /// The rows of the head. A cell that spans several rows stands in the first of them only.
    pub head: Vec<Vec<Cell>>,
    /// The other rows.
    pub rows: Vec<Vec<Cell>>,
    /// Whether it is printed across.
    #[serde(default)]
    pub landscape: bool,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// What it says.
    pub spans: Vec<Span>,
    /// The number in it, for formats in which numbers are numbers; a share as a share of 1.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "number")]
    #[schema(value_type = Option<f64>, nullable = false)]
    pub number: Option<Decimal>,
    /// How the number is shown, in the language of spreadsheets: `#,##0.00`, `0.00%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub format: Option<String>,
    /// How many columns it covers, from 1.
    #[schema(minimum = 1)]
    pub columns: u16,
    /// How many rows it covers, from 1.
    #[schema(minimum = 1)]
    pub rows: u16,
    /// Where its text stands.
    pub align: Align,
    /// Whether it is set in bold.
    #[serde(default)]
    pub bold: bool,
}

/// Where the text of a cell stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// To the left.
    #[default]
    Left,
    /// In the middle.
    Centre,
    /// To the right, as numbers.
    Right,
}

impl Default for Cell {
    fn default() -> Self {
        Self { spans: Vec::new(), number: None, format: None, columns: 1, rows: 1, align: Align::Left, bold: false }
    }
}

impl Cell {
    /// A cell with words.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { spans: vec![Span::Text { text: text.into() }], ..Self::default() }
    }

    /// What it says.
    #[must_use]
    pub fn plain(&self) -> String {
        self.spans.iter().map(Span::text).collect()
    }
}

/// Numbers as a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// What it shows, printed below.
    pub caption: String,
    /// How it shows it.
    pub kind: ChartKind,
    /// Names along the axis.
    pub labels: Vec<String>,
    /// What is shown over them.
    pub series: Vec<Series>,
    /// Unit of all values; empty where they have none.
    pub unit: String,
}

/// How a chart shows its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChartKind {
    /// Upright bars, for a few things beside each other.
    Columns,
    /// Lying bars, for many things with long names.
    Bars,
    /// A line, for what goes on from month to month.
    Line,
}

/// A row of values of a chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// A value for each label; none where there is none.
    #[serde(with = "numbers")]
    #[schema(value_type = Vec<Option<f64>>)]
    pub values: Vec<Option<Decimal>>,
    /// Positions in the list of sources, for each label.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Vec<usize>>,
}

/// Something in a document that cannot be right, or is not backed by data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// Where it stands, as the paragraph names it.
    pub place: String,
    /// The words that it is about.
    pub quote: String,
    /// What is wrong with them, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// What can be wrong with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A growth that does not follow from the two values.
    Growth,
    /// Parts that do not add up to their total.
    Total,
    /// A subset that is larger than its set.
    Subset,
    /// A figure that changed since the document was assembled.
    Changed,
    /// Numbers of headings that do not follow each other.
    Numbering,
    /// A figure for which not everything is in.
    Incomplete,
    /// A number typed as text where an indicator exists.
    Typed,
    /// Something that the template asks for and that is not there.
    Undefined,
}

/// Decimals as JSON numbers, digit by digit, of what may have none.
mod number {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    pub(super) struct Number(#[serde(with = "rust_decimal::serde::arbitrary_precision")] pub Decimal);

    #[expect(clippy::ref_option, reason = "as serde calls it")]
    pub(super) fn serialize<S: Serializer>(number: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
        number.map(Number).serialize(serializer)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
        Ok(Option::<Number>::deserialize(deserializer)?.map(|Number(number)| number))
    }
}

/// The same of a list.
mod numbers {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::number::Number;

    pub(super) fn serialize<S: Serializer>(numbers: &[Option<Decimal>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(numbers.iter().map(|number| number.map(Number)))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Vec<Option<Decimal>>, D::Error> {
        let numbers = Vec::<Option<Number>>::deserialize(deserializer)?;
        Ok(numbers.into_iter().map(|number| number.map(|Number(number)| number)).collect())
    }
}
