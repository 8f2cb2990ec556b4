//! Goals that count, for those who follow and evaluate them.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::model::{Content, Level};
use super::queries::{read, unknown};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::statement::statement;

/// A version of a goal that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalInForce {
    /// Its code.
    pub code: String,
    /// Where it stands in the tree.
    pub level: Level,
    /// The unit whose goal it is.
    pub organisation: String,
    /// The unit, where it is a school.
    pub school: Option<String>,
    /// The section that is responsible for it.
    pub section: String,
    /// The project whose goal it is; none above that level.
    pub project: Option<String>,
    /// What it serves.
    pub parent: Option<String>,
    /// What it is called.
    pub name: String,
    /// The number of the version.
    pub version: i32,
    /// What it says.
    pub content: Content,
}

/// Which goals of a year are meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which<'a> {
    /// As they counted at a moment, rather than as they do.
    pub as_of: Option<DateTime<Utc>>,
    /// Those of a level.
    pub level: Option<Level>,
    /// Those of these projects.
    pub projects: Option<&'a [String]>,
    /// Those of a unit.
    pub organisation: Option<&'a str>,
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
    school: Option<String>,
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
    #[diesel(sql_type = Jsonb)]
    content: Value,
}

/// The goals of a year that count, in the order of their codes; in one query.
///
/// # Errors
/// Where the database refuses.
pub async fn in_force(tx: &mut Tx, scope: &Scope, year: i32, which: Which<'_>) -> Result<Vec<GoalInForce>> {
    let rows: Vec<Row> = statement(
        "SELECT g.goal, g.level, g.organisation, g.school, v.section, g.project, v.parent, v.name, v.version, v.content
         FROM goals AS g
         JOIN goal_versions AS v USING (bureau_id, year, goal)
         WHERE g.bureau_id = $1 AND g.year = $2 AND ($3::text IS NULL OR g.school = $3)
             AND v.state = 'approved' AND v.approved_at <= coalesce($4::timestamptz, 'infinity')
             AND (v.superseded_at IS NULL OR v.superseded_at > $4::timestamptz)
             AND ($5::text IS NULL OR g.level = $5)
             AND ($6::text[] IS NULL OR g.project = ANY ($6))
             AND ($7::text IS NULL OR g.organisation = $7)
         ORDER BY g.goal",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Integer, _>(year)
    .bind::<Nullable<Text>, _>(scope.school())
    .bind::<Nullable<Timestamptz>, _>(which.as_of)
    .bind::<Nullable<Text>, _>(which.level.map(Level::code))
    .bind::<Nullable<Array<Text>>, _>(which.projects)
    .bind::<Nullable<Text>, _>(which.organisation)
    .load(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(GoalInForce {
                code: row.goal,
                level: Level::of_code(&row.level).ok_or_else(|| unknown(&row.level))?,
                organisation: row.organisation,
                school: row.school,
                section: row.section,
                project: row.project,
                parent: row.parent,
                name: row.name,
                version: row.version,
                content: read(row.content)?,
            })
        })
        .collect()
}
