//! Report templates: what the bureau's reports say, with figures, records and evaluations bound to their places.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Text;

/// A report as it is written each year anew. Its texts are in the template language: Jinja, with functions for figures,
/// records, names and evaluations, and with filters that word numbers.
///
/// Headings are numbered by the service: 一、 then （一） then 1. then （1）. What comes out empty is left out: a paragraph; a
/// section whose heading does, or all of whose content does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportTemplate {
    /// Stable code, `[a-z][a-z0-9_]*`.
    #[schema(example = "self_evaluation")]
    pub code: String,
    /// Name shown to people.
    pub name: Text,
    /// The title, in one line or several.
    #[schema(min_items = 1, max_items = 5, example = json!(["{{ bureau }}", "{{ year }}年度部门绩效自评工作报告"]))]
    pub title: Vec<String>,
    /// Who signs it, and when: in the place of the block `signature`, or at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub signature: Option<TemplateSignature>,
    /// What it says, in its order.
    #[schema(min_items = 1, max_items = 100)]
    pub sections: Vec<TemplateSection>,
}

/// Who signs a report, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateSignature {
    /// The office.
    #[schema(example = "{{ bureau }}")]
    pub name: String,
    /// The day, which comes out as `YYYY-MM-DD`; that of the moment as of which the report is assembled where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "{{ year + 1 }}-06-14", nullable = false)]
    pub date: Option<String>,
}

/// A section of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateSection {
    /// Its heading, without a number; what stands before the first heading has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "教育质量稳步提升", nullable = false)]
    pub heading: Option<String>,
    /// Whether its heading is numbered.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    #[schema(default = true)]
    pub numbered: bool,
    /// What it says before its own sections.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub blocks: Vec<TemplateBlock>,
    /// Its own sections; there are four levels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100, no_recursion)]
    pub sections: Vec<TemplateSection>,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
const fn is_yes(flag: &bool) -> bool {
    *flag
}

/// A part of a section: an object with exactly one of these properties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateBlock {
    /// Words. An empty line begins another paragraph; other breaks of lines mean nothing.
    Paragraph(String),
    /// Figures as a table.
    Table(TemplateTable),
    /// Figures as a picture.
    Chart(TemplateChart),
    /// An official sheet.
    Sheet(TemplateSheet),
    /// Whether what follows begins on a new page.
    PageBreak(bool),
    /// Whether the report is signed here, before its annexes. A template has one such place at most; without it, a report is
    /// signed at its end.
    Signature(bool),
}

/// Figures as a table: an indicator in each row, or, broken down, a group in each row and an indicator in each column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateTable {
    /// What is in it.
    #[schema(example = "{{ year }}年高考情况")]
    pub caption: String,
    /// Codes of the indicators.
    #[schema(min_items = 1, max_items = 30, example = json!(["gaokao.undergraduate"]))]
    pub indicators: Vec<String>,
    /// By what it is broken down: a dimension of all the indicators, `school`, `stage`, `township` or `project`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "exam_category", nullable = false)]
    pub by: Option<String>,
    /// Only what lies in this part of other breakdowns.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, String>,
    /// Another period than the year of the report: a period, or how many years later, such as `-1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "-1", nullable = false)]
    pub period: Option<String>,
    /// Whether amounts are shown in 万元.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub wan: bool,
    /// Whether each value is shown with that of a year earlier, and how much it grew.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub compare: bool,
}

/// Figures as a picture, along one of: a breakdown, the months of the year, or the indicators themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct TemplateChart {
    /// What it shows.
    #[schema(example = "{{ year }}年预算执行")]
    pub caption: String,
    /// How it shows it.
    pub kind: TemplateChartKind,
    /// Codes of the indicators, all in the same unit.
    #[schema(min_items = 1, max_items = 10, example = json!(["gaokao.undergraduate"]))]
    pub indicators: Vec<String>,
    /// By what it is broken down: a dimension of all the indicators, `school`, `stage`, `township` or `project`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "township", nullable = false)]
    pub by: Option<String>,
    /// Only what lies in this part of other breakdowns.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<String, String>,
    /// Whether it goes along the months of the year.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub months: bool,
    /// Of months: whether each is shown with those before it in the year.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub cumulative: bool,
    /// Whether amounts are shown in 万元.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub wan: bool,
    /// Whether each value is shown beside that of a year earlier.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub compare: bool,
}

/// How a chart shows its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateChartKind {
    /// Upright bars.
    Columns,
    /// Lying bars, for many things with long names.
    Bars,
    /// A line.
    Line,
}

/// An official sheet, for the annex; exactly one of `evaluation`, `monitoring` and `goals`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateSheet {
    /// The sheet of a final evaluation (绩效自评表).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub evaluation: Option<EvaluationOf>,
    /// Of an evaluation: code of the project or school; of projects all of them where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub subject: Option<String>,
    /// The sheet of a round of monitoring (绩效运行监控表), by its code, in which `{{ year }}` is the year of the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "{{ year }}-07", nullable = false)]
    pub monitoring: Option<String>,
    /// Whether it is the sheet of the goals in force (绩效目标表).
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub goals: bool,
}

/// What stands for the year of the report in the code of a round.
const YEAR: [&str; 2] = ["{{ year }}", "{{year}}"];

impl TemplateSheet {
    /// The code of the round of monitoring in the report of a year, where it is the sheet of one.
    #[must_use]
    pub fn round(&self, year: i32) -> Option<String> {
        let of_year =
            |round: &String| YEAR.iter().fold(round.clone(), |round, name| round.replace(name, &year.to_string()));
        self.monitoring.as_ref().map(of_year)
    }
}

/// What is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvaluationOf {
    /// 部门整体支出.
    Department,
    /// 项目支出.
    Project,
    /// The budget of a school.
    School,
}
