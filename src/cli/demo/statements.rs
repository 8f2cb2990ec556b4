//! What the report says, held against the figures; and where a figure comes from.

use std::cmp::Ordering;

use jixiao::say;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

use super::answers::{items, number, text};
use super::client::Session;
use super::example::{Show, Statement};
use super::table::print_table;
use super::{print, tell};
use crate::cli::failure::Failure;

/// How many sources of a figure are shown.
const SOURCES_SHOWN: usize = 6;

/// A statement held against its figure.
struct Finding<'a> {
    statement: &'a Statement,
    shown: String,
    /// Whether there is a figure at all.
    known: bool,
    same: bool,
}

impl Finding<'_> {
    /// Whether the report is borne out exactly where it should be.
    fn is_expected(&self) -> bool {
        self.known && self.same != self.statement.differs.is_some()
    }

    fn verdict(&self) -> &'static str {
        match (self.same, self.is_expected()) {
            (true, true) => "相同 same",
            (false, true) => "不同 differs",
            (true, false) => "！意外相同 unexpectedly the same",
            (false, false) => "！意外不同 unexpectedly different",
        }
    }

    fn row(&self) -> [String; 5] {
        let Statement { section, text, printed, .. } = self.statement;
        [section.clone(), text.zh.clone(), self.shown.clone(), printed.clone(), self.verdict().to_owned()]
    }
}

/// Prints each statement with its figure. Says for how many the outcome was another than expected.
pub(super) async fn compare(session: &Session, statements: &[Statement]) -> Result<usize, Failure> {
    let mut findings = Vec::new();
    for statement in statements {
        findings.push(find(session, statement).await?);
    }
    let head = ["报告 section", "表述 statement", "服务 figure", "报告 report", "核对 check"].map(str::to_owned);
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(findings.iter().map(Finding::row)).collect();
    print_table(&rows)?;
    for finding in &findings {
        if let Some(why) = &finding.statement.differs {
            let (what, zh, en) = (&finding.statement.text.zh, &why.zh, why.en.as_deref().unwrap_or_default());
            tell(&say!("  不同 {what}：{zh}", "{en}"))?;
        }
    }
    Ok(findings.iter().filter(|finding| !finding.is_expected()).count())
}

async fn find<'a>(session: &Session, statement: &'a Statement) -> Result<Finding<'a>, Failure> {
    let part = part(statement);
    let mut asked = asked(statement, &part);
    asked.push(("indicator", statement.indicator.as_str()));
    asked.extend((statement.show == Show::Growth).then_some(("compare", "previous")));
    let answer = session.query("/v1/figures", &asked).await?;
    let nothing = Value::Null;
    let figure = items(&answer, "items").first().unwrap_or(&nothing);
    let measured = measure(figure, statement.show);
    let same = measured.is_some_and(|measured| holds(statement, measured));
    Ok(Finding { shown: words(figure, statement.show), known: measured.is_some(), same, statement })
}

/// What every question about a statement's figure has.
fn asked<'a>(statement: &'a Statement, part: &'a str) -> Vec<(&'static str, &'a str)> {
    let only = [("where", Some(part).filter(|part| !part.is_empty())), ("within", statement.within.as_deref())];
    let only = only.into_iter().filter_map(|(name, value)| Some((name, value?)));
    std::iter::once(("period", statement.period.as_str())).chain(only).collect()
}

/// The part of the figure, as the service is asked for it.
fn part(statement: &Statement) -> String {
    let parts: Vec<String> = statement.group.iter().map(|(key, value)| format!("{key}:{value}")).collect();
    parts.join(",")
}

fn measure(figure: &Value, show: Show) -> Option<Decimal> {
    match show {
        Show::Value | Show::Share => number(figure, "/value"),
        Show::Growth => number(figure, "/previous/growth"),
        Show::Coverage => number(figure, "/coverage/reported")?.checked_div(number(figure, "/coverage/expected")?),
    }
}

fn words(figure: &Value, show: Show) -> String {
    let missing = || "—".to_owned();
    let percent = |share: Option<Decimal>| share.map(|share| (share * Decimal::ONE_HUNDRED).normalize());
    match show {
        Show::Value => {
            let value = number(figure, "/value").map(|value| format!("{} {}", value.normalize(), text(figure, "unit")));
            value.map_or_else(missing, |value| value.trim_end().to_owned())
        }
        Show::Share => percent(measure(figure, show)).map_or_else(missing, |share| format!("{share} %")),
        Show::Growth => percent(measure(figure, show)).map_or_else(missing, |growth| format!("{growth:+} %")),
        Show::Coverage => {
            let count = |pointer| number(figure, pointer).unwrap_or_default();
            format!("{}/{}", count("/coverage/reported"), count("/coverage/expected"))
        }
    }
}

/// Whether a statement is true of a number, to the digits that it gives.
fn holds(statement: &Statement, measured: Decimal) -> bool {
    let equal = |claimed: Decimal| {
        measured.round_dp_with_strategy(claimed.scale(), RoundingStrategy::MidpointAwayFromZero) == claimed
    };
    let enough = |claimed: Decimal| measured.cmp(&claimed) != Ordering::Less;
    statement.equals.is_none_or(equal) && statement.at_least.is_none_or(enough)
}

/// Shows where a figure comes from. Says whether the contributions add up to it.
pub(super) async fn trace(session: &Session, statement: &Statement) -> Result<bool, Failure> {
    let part = part(statement);
    let asked = asked(statement, &part);
    let path = format!("/v1/figures/{}/sources", statement.indicator);
    let sources = session.list(&path, &asked).await?;
    let figure = session.query(&path, &asked).await?.get("figure").cloned().unwrap_or_default();
    let total: Decimal = sources.iter().filter_map(|source| number(source, "/contribution")).sum();

    let what = &statement.text.zh;
    tell(&say!("如何追溯：{what}", "how to trace a figure"))?;
    let query = asked.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    print(&format!("  GET {path}?{query}"))?;
    let head =
        ["来源 source", "修订 revision", "经手 decided by", "时间 since", "贡献 contribution"].map(str::to_owned);
    let rows = std::iter::once(head).chain(sources.iter().take(SOURCES_SHOWN).map(source_row));
    print_table(&rows.collect::<Vec<_>>())?;
    let (count, shown) = (sources.len(), sources.len().min(SOURCES_SHOWN));
    let (sum, value) = (total.normalize(), words(&figure, Show::Value));
    let adds_up = number(&figure, "/value") == Some(total);
    let sign = if adds_up { "=" } else { "≠" };
    tell(&say!(
        "  共 {count} 条来源，以上为前 {shown} 条；合计 {sum} {sign} {value}",
        "{count} sources in all, which add up to {sum}"
    ))?;
    Ok(adds_up)
}

fn source_row(source: &Value) -> [String; 5] {
    let contribution = number(source, "/contribution").map_or_else(|| "—".to_owned(), |number| number.to_string());
    let since = text(source, "since").split('.').next().unwrap_or_default().replace('T', " ");
    let revision = number(source, "/revision").unwrap_or_default().to_string();
    let accepted_by = text(source, "decided_by").trim_start_matches("user:").to_owned();
    let origin = [text(source, "school_name"), text(source, "record")];
    let origin = origin.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    [origin, revision, accepted_by, since, contribution]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claim(claim: &Value) -> Statement {
        let mut statement = json!({
            "section": "1", "text": {"zh": "人数"}, "indicator": "pupils", "period": "2022", "show": "value",
            "printed": "",
        });
        statement.as_object_mut().unwrap().extend(claim.as_object().unwrap().clone());
        serde_json::from_value(statement).unwrap()
    }

    #[test]
    fn a_statement_holds_to_the_digits_that_it_gives() {
        for (statement, measured, expected) in [
            (json!({"equals": "0.0111"}), "0.01114", true),
            (json!({"equals": "0.037"}), "0.0385", false),
            (json!({"equals": "0.038"}), "0.0375", true),
            (json!({"equals": "74"}), "73.4", false),
            (json!({"at_least": "1500"}), "1500", true),
            (json!({"at_least": "1500"}), "1499.9", false),
        ] {
            assert_eq!(holds(&claim(&statement), measured.parse().unwrap()), expected, "{statement} {measured}");
        }
    }

    #[test]
    fn a_figure_that_is_missing_is_no_difference_that_was_expected() {
        let statement = claim(&json!({"equals": "74", "differs": {"zh": "另有两所"}}));
        let finding = |known, same| Finding { statement: &statement, shown: String::new(), known, same };
        assert!(finding(true, false).is_expected());
        assert!(!finding(false, false).is_expected());
        assert!(!finding(true, true).is_expected());
    }

    #[test]
    fn a_figure_is_shown_in_the_way_of_the_statement() {
        let figure = json!({
            "value": 1.0, "unit": "人", "previous": {"growth": 0.0385}, "coverage": {"reported": 5, "expected": 6},
        });
        assert_eq!(words(&figure, Show::Value), "1 人");
        assert_eq!(words(&figure, Show::Share), "100 %");
        assert_eq!(words(&figure, Show::Growth), "+3.85 %");
        assert_eq!(words(&figure, Show::Coverage), "5/6");
        assert_eq!(words(&json!({"value": null}), Show::Value), "—");
    }
}
