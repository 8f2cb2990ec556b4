//! What is found wrong with a report, whether it is the same when it is assembled again, and the sources of its numbers.

use chrono::{DateTime, SecondsFormat, Utc};
use form_urlencoded::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::FindingBody;
use crate::documents::{Block, Chart, Document, Finding, Shows, Source, Span};
use crate::platform::message::Language;
use crate::reports::frozen::Difference;
use crate::reports::model::{State, hex};
use crate::reports::ops::Verified;
use crate::reports::queries::Report;

/// What is wrong with a report now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportFindings)]
pub(in crate::reports) struct FindingsBody {
    /// Code of the report.
    #[schema(example = "self_evaluation-2022-1")]
    report: String,
    /// How far it has come.
    state: State,
    /// Everything that was found, from top to bottom.
    items: Vec<FindingBody>,
}

impl FindingsBody {
    pub(in crate::reports) fn of(report: &Report, findings: &[Finding], language: Language) -> Self {
        let body = |finding| FindingBody::of(finding, &report.acknowledged, language);
        Self { report: report.code.clone(), state: report.state, items: findings.iter().map(body).collect() }
    }
}

/// A report as it was typed so far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportTextInput)]
pub(in crate::reports) struct TextInput {
    /// The year of which it reports.
    #[schema(example = 2022, minimum = 1949, maximum = 2199)]
    pub year: i32,
    /// What it says, a paragraph a line; a line has at most 5000 characters.
    #[schema(example = "“本一”上线135人，比2021年提高3.7%。", min_length = 1, max_length = 100_000)]
    pub text: String,
}

/// What is wrong with a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportTextFindings)]
pub(in crate::reports) struct TextFindingsBody {
    /// The year whose figures it was held against.
    #[schema(example = 2022)]
    year: i32,
    /// Everything that was found, from top to bottom. The place is the line: `/lines/12` is the twelfth.
    items: Vec<FindingBody>,
}

impl TextFindingsBody {
    pub(in crate::reports) fn of(year: i32, findings: &[Finding], language: Language) -> Self {
        Self { year, items: findings.iter().map(|finding| FindingBody::of(finding, &[], language)).collect() }
    }
}

/// Whether a report is the same when it is assembled again as of its moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportVerification)]
pub(in crate::reports) struct VerificationBody {
    /// Code of the report.
    #[schema(example = "self_evaluation-2022-1")]
    report: String,
    /// As of which moment everything was read again.
    as_of: DateTime<Utc>,
    /// Whether the document as it is kept still has the hash that was kept with it, and that the journal keeps: in its newest
    /// entry about an assembly or approval of the report.
    #[schema(example = true)]
    intact: bool,
    /// Whether assembling it again came to exactly the same.
    #[schema(example = true)]
    identical: bool,
    /// The hash that was kept.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
    /// The hash of what was assembled now.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    assembled_sha256: String,
    /// Where the two differ; the first hundred places.
    differences: Vec<DifferenceBody>,
}

/// A place at which two documents differ.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportDifference)]
struct DifferenceBody {
    /// JSON pointer into the document.
    #[schema(example = "/sources/0/value")]
    pointer: String,
    /// What is kept there; null where nothing is.
    #[schema(required, nullable = true)]
    kept: Option<Value>,
    /// What is assembled there now; null where nothing is.
    #[schema(required, nullable = true)]
    assembled: Option<Value>,
}

impl From<Verified> for VerificationBody {
    fn from(verified: Verified) -> Self {
        let Verified { report, intact, sha256, differences } = verified;
        let body = |Difference { pointer, kept, now }| DifferenceBody { pointer, kept, assembled: now };
        Self {
            as_of: report.as_of,
            intact,
            identical: differences.is_empty(),
            sha256: hex(&report.sha256),
            assembled_sha256: sha256,
            differences: differences.into_iter().map(body).collect(),
            report: report.code,
        }
    }
}

/// A source of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportSource)]
pub(in crate::reports) struct SourceBody {
    /// Code of the report.
    #[schema(example = "self_evaluation-2022-1")]
    report: String,
    /// Its position among the sources of the document.
    #[schema(example = 0)]
    position: usize,
    /// The figure, the records or the evaluation.
    source: Source,
    /// Where the report shows it.
    shown: Vec<ShownBody>,
    /// Addresses at which what lies behind it is read: of a figure, the contributions of the schools as of the moment of the
    /// report, which reproduce it; of records, each of them as it is now; of an evaluation, its sheet, which is final.
    #[schema(example = json!(["/v1/figures/gaokao.undergraduate/sources?period=2022&as_of=2023-06-14T08%3A00%3A00.000000Z"]))]
    links: Vec<String>,
}

/// A number as a report shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportedNumber)]
struct ShownBody {
    /// JSON pointer into the document.
    #[schema(example = "/blocks/12/spans/1")]
    pointer: String,
    /// As it is printed.
    #[schema(example = "455人")]
    text: String,
    /// What it shows of its sources.
    shows: Shows,
}

impl SourceBody {
    /// A source by its position; none where there is none.
    pub(in crate::reports) fn of(report: &Report, document: &Document, position: usize) -> Option<Self> {
        let source = document.sources.get(position)?;
        Some(Self {
            report: report.code.clone(),
            position,
            links: links(source),
            source: source.clone(),
            shown: shown(document, position),
        })
    }
}

/// Where a chart draws a source.
fn drawn(chart: &Chart, position: usize, place: &str) -> Vec<ShownBody> {
    let mut found = Vec::new();
    for (i, series) in chart.series.iter().enumerate() {
        for (label, (sources, value)) in series.sources.iter().zip(&series.values).enumerate() {
            if sources.contains(&position) {
                let text = value.map_or_else(String::new, |value| value.normalize().to_string());
                let pointer = format!("{place}/series/{i}/values/{label}");
                found.push(ShownBody { pointer, text, shows: Shows::Value });
            }
        }
    }
    found
}

/// Where a document shows a source.
fn shown(document: &Document, position: usize) -> Vec<ShownBody> {
    let mut found = Vec::new();
    let look = |found: &mut Vec<ShownBody>, spans: &[Span], place: &str| {
        for (i, span) in spans.iter().enumerate() {
            if let Span::Number { text, shows, sources } = span
                && sources.contains(&position)
            {
                found.push(ShownBody { pointer: format!("{place}/spans/{i}"), text: text.clone(), shows: *shows });
            }
        }
    };
    for (i, block) in document.blocks.iter().enumerate() {
        match block {
            Block::Heading(paragraph) | Block::Paragraph(paragraph) => {
                look(&mut found, &paragraph.spans, &format!("/blocks/{i}"));
            }
            Block::Table(table) => {
                for (part, rows) in [("head", &table.head), ("rows", &table.rows)] {
                    for (row, cells) in rows.iter().enumerate() {
                        for (column, cell) in cells.iter().enumerate() {
                            look(&mut found, &cell.spans, &format!("/blocks/{i}/{part}/{row}/{column}"));
                        }
                    }
                }
            }
            Block::Chart(chart) => found.extend(drawn(chart, position, &format!("/blocks/{i}"))),
            Block::PageBreak | Block::Signature => {}
        }
    }
    found
}

/// Where what lies behind a source is read.
fn links(source: &Source) -> Vec<String> {
    match source {
        Source::Figure { indicator, period, group, within, as_of, .. } => {
            let mut query = Serializer::new(String::new());
            query.append_pair("period", period);
            query.append_pair("as_of", &as_of.to_rfc3339_opts(SecondsFormat::Micros, true));
            if let Some(within) = within {
                query.append_pair("within", within);
            }
            let parts: Vec<String> =
                group.iter().map(|(key, part)| format!("{key}:{}", part.as_deref().unwrap_or_default())).collect();
            if !parts.is_empty() {
                query.append_pair("where", &parts.join(","));
            }
            vec![format!("/v1/figures/{indicator}/sources?{}", query.finish())]
        }
        Source::Records { register, records, .. } => {
            records.iter().map(|record| format!("/v1/registers/{register}/records/{record}")).collect()
        }
        Source::Evaluation { year, kind, subject, .. } => vec![format!("/v1/evaluations/{year}/{kind}/{subject}")],
        Source::Sheet { path, .. } => vec![path.clone()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_figure_leads_to_its_sources_as_of_its_moment() {
        let source: Source = serde_json::from_value(json!({"type": "figure", "indicator": "pupils", "name": "学生数",
            "period": "2022", "group": {"sex": "girls", "township": null}, "within": "2199000001", "value": null, "unit": null,
            "expected": 1, "reported": 1, "as_of": "2023-01-01T00:00:00.000001Z", "journal_position": 7}))
        .unwrap();
        assert_eq!(
            links(&source),
            ["/v1/figures/pupils/sources?period=2022&as_of=2023-01-01T00%3A00%3A00.000001Z&within=2199000001\
              &where=sex%3Agirls%2Ctownship%3A"]
        );
    }
}
