//! Goals in short: lists and trees.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::model::{Content, Level, State};
use super::queries::{read, unknown};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::statement::{Statement, statement};

/// Written out with what else is selected, so that each statement is a constant.
macro_rules! list {
    ($selected:literal) => {
        concat!(include_str!("sql/list.sql"), $selected, include_str!("sql/list_from.sql"))
    };
}

/// Which goals of a year are meant.
#[derive(Debug, Default)]
pub(super) struct Filter<'a> {
    pub level: Option<Level>,
    pub section: Option<&'a str>,
    pub organisation: Option<&'a str>,
    pub state: Option<State>,
    pub parent: Option<&'a str>,
    /// Their versions in force instead of their newest.
    pub in_force: bool,
    /// In force at this moment.
    pub as_of: Option<DateTime<Utc>>,
    /// Those that come after a code.
    pub after: Option<&'a str>,
}

/// A goal in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Summary {
    pub code: String,
    pub level: Level,
    pub organisation: String,
    pub organisation_name: Option<String>,
    pub section: String,
    pub project: Option<String>,
    pub parent: Option<String>,
    pub name: String,
    pub version: i32,
    pub state: State,
    /// The number of the version in force.
    pub in_force: Option<i32>,
    pub targets: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    goal: String,
    #[diesel(sql_type = Text)]
    level: String,
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Nullable<Text>)]
    organisation_name: Option<String>,
    #[diesel(sql_type = Text)]
    section: String,
    #[diesel(sql_type = Nullable<Text>)]
    project: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    parent: Option<String>,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Integer>)]
    in_force: Option<i32>,
    #[diesel(sql_type = BigInt)]
    targets: i64,
}

impl TryFrom<Row> for Summary {
    type Error = crate::platform::error::AppError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            level: Level::of_code(&row.level).ok_or_else(|| unknown(&row.level))?,
            state: State::of_code(&row.state).ok_or_else(|| unknown(&row.state))?,
            code: row.goal,
            organisation: row.organisation,
            organisation_name: row.organisation_name,
            section: row.section,
            project: row.project,
            parent: row.parent,
            name: row.name,
            version: row.version,
            in_force: row.in_force,
            targets: row.targets,
        })
    }
}

/// The goals that a filter means, in the order of their codes.
pub(super) async fn list(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
    filter: &Filter<'_>,
    limit: i64,
) -> Result<Vec<Summary>> {
    let rows: Vec<Row> = meant(list!(""), scope, year, filter, limit).load(&mut **tx).await?;
    rows.into_iter().map(Summary::try_from).collect()
}

#[derive(QueryableByName)]
struct FullRow {
    #[diesel(embed)]
    short: Row,
    #[diesel(sql_type = Nullable<Text>)]
    section_name: Option<String>,
    #[diesel(sql_type = Jsonb)]
    content: Value,
}

/// A goal in short, with the name of its section and what it says.
pub(super) struct Full {
    pub summary: Summary,
    pub section_name: Option<String>,
    pub content: Content,
}

/// As [`list`], with what the goals say.
pub(super) async fn list_in_full(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
    filter: &Filter<'_>,
    limit: i64,
) -> Result<Vec<Full>> {
    let rows: Vec<FullRow> =
        meant(list!(", s.name AS section_name, v.content "), scope, year, filter, limit).load(&mut **tx).await?;
    let read = |FullRow { short, section_name, content }: FullRow| {
        Ok(Full { summary: short.try_into()?, section_name, content: read(content)? })
    };
    rows.into_iter().map(read).collect()
}

fn meant<'a>(sql: &'static str, scope: &'a Scope, year: i32, filter: &'a Filter<'a>, limit: i64) -> Statement<'a> {
    statement(sql)
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(year)
        .bind::<Nullable<Text>, _>(scope.school())
        .bind::<Bool, _>(filter.in_force || filter.as_of.is_some())
        .bind::<Nullable<Timestamptz>, _>(filter.as_of)
        .bind::<Nullable<Text>, _>(filter.level.map(Level::code))
        .bind::<Nullable<Text>, _>(filter.section)
        .bind::<Nullable<Text>, _>(filter.organisation)
        .bind::<Nullable<Text>, _>(filter.state.map(State::code))
        .bind::<Nullable<Text>, _>(filter.parent)
        .bind::<Nullable<Text>, _>(filter.after)
        .bind::<BigInt, _>(limit)
}

/// A goal with those that serve it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub summary: Summary,
    pub children: Vec<Node>,
}

/// Puts goals, in the order of their codes, into trees. One whose parent is not among them stands at the top.
pub(super) fn trees(summaries: Vec<Summary>) -> Vec<Node> {
    let known: HashMap<String, Level> = summaries.iter().map(|each| (each.code.clone(), each.level)).collect();
    let mut waiting: HashMap<Option<String>, Vec<Node>> = HashMap::new();
    let mut levels = [Level::Project, Level::Activity, Level::Duty, Level::Overall].map(|level| (level, Vec::new()));
    for summary in summaries {
        if let Some((_, same)) = levels.iter_mut().find(|(level, _)| *level == summary.level) {
            same.push(summary);
        }
    }
    // From the bottom up, so that whatever serves a goal is there before it.
    for summary in levels.into_iter().flat_map(|(_, same)| same) {
        let children = waiting.remove(&Some(summary.code.clone())).unwrap_or_default();
        let above = summary.parent.clone().filter(|parent| known.get(parent).copied() == summary.level.above());
        waiting.entry(above).or_default().push(Node { summary, children });
    }
    let mut top = waiting.remove(&None).unwrap_or_default();
    top.sort_by(|a, b| (a.summary.level, &a.summary.code).cmp(&(b.summary.level, &b.summary.code)));
    top
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(code: &str, level: Level, parent: Option<&str>) -> Summary {
        Summary {
            code: code.to_owned(),
            level,
            organisation: "990001".to_owned(),
            organisation_name: None,
            section: "teaching".to_owned(),
            project: None,
            parent: parent.map(str::to_owned),
            name: code.to_owned(),
            version: 1,
            state: State::Draft,
            in_force: None,
            targets: 0,
        }
    }

    fn written(nodes: &[Node]) -> String {
        let each = |node: &Node| match written(&node.children).as_str() {
            "" => node.summary.code.clone(),
            children => format!("{}({children})", node.summary.code),
        };
        nodes.iter().map(each).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn goals_stand_below_what_they_serve() {
        use Level::{Activity, Duty, Overall, Project};
        let trees = trees(vec![
            summary("a", Activity, Some("d")),
            summary("d", Duty, Some("o")),
            summary("e", Duty, Some("o")),
            summary("o", Overall, None),
            summary("p", Project, Some("a")),
            summary("q", Project, Some("elsewhere")),
            summary("r", Project, Some("a")),
            summary("s", Project, None),
            // A parent of the wrong level is none.
            summary("t", Project, Some("o")),
        ]);
        assert_eq!(written(&trees), "o(d(a(p r)) e) q s t");
    }
}
