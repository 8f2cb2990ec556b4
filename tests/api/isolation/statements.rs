//! The service's own queries, with the conditions taken out that keep them to a bureau or school.
//!
//! PostgreSQL writes down what the service asks while a county is read from end to end. Each of
//! those statements is then asked again without `bureau_id = …`, by somebody who has the same
//! rights as the service. (The condition for the school is out already: whoever reads here sees the
//! whole bureau.)

use std::collections::BTreeSet;

use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel::{QueryResult, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use super::world::{NEIGHBOUR_SECRET, SIBLING_PUPILS, SIBLING_SECRET, full_with};
use super::{Scoped, finance};
use crate::support::{NEIGHBOUR, SCHOOL, SIBLING, Settings, TestApp, server_log, sheet};

#[tokio::test]
async fn with_the_conditions_taken_out_nothing_of_others_is_seen() {
    let app = full_with(Settings { pool_size: 1, ..Settings::default() }).await;
    let statements = asked_while_reading(&app).await;
    let mut superuser = AsyncPgConnection::establish(&app.database.superuser_url).await.unwrap();
    let mut bureau = Scoped::at(&app, "1", "").await;
    let mut school = Scoped::at(&app, "1", SCHOOL).await;
    let (mut of_bureaus, mut of_schools) = (0, 0);
    for statement in &statements {
        let stripped = without_bureau(statement);
        let own = rows(&mut bureau.0, statement).await;
        let everything = rows(&mut superuser, &stripped).await;
        of_bureaus += u32::from(everything != own);
        of_schools += u32::from(tells_of_sibling(&everything));
        assert_eq!(rows(&mut bureau.0, &stripped).await, own, "{stripped}");
        let seen = rows(&mut school.0, &stripped).await;
        assert!(!tells_of_sibling(&seen) && !seen.concat().contains(NEIGHBOUR_SECRET), "{stripped}\n{seen:?}");
    }
    // Without the policies, the same statements would have told.
    assert!(
        of_bureaus >= 15 && of_schools >= 10,
        "{of_bureaus} of {} tell of others, {of_schools} of the sibling",
        statements.len()
    );
}

fn tells_of_sibling(rows: &[String]) -> bool {
    let rows = rows.concat();
    [SIBLING_SECRET, "第二小学", &SIBLING_PUPILS.to_string()].iter().any(|secret| rows.contains(secret))
}

/// The rows of a statement, in no order.
async fn rows(connection: &mut AsyncPgConnection, statement: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        row: String,
    }
    let all = sql_query(format!("SELECT row_to_json(q)::text AS row FROM ({statement}) AS q"));
    let found: QueryResult<Vec<Row>> = all.load(connection).await;
    let found = found.unwrap_or_else(|error| panic!("{error}: {statement}"));
    let mut rows: Vec<String> = found.into_iter().map(|row| row.row).collect();
    rows.sort();
    rows
}

/// What the service asks for its readers, with the values in the places of the parameters.
async fn asked_while_reading(app: &TestApp) -> BTreeSet<String> {
    app.execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET log_statement = ''all''', current_database()); END $$;
         SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
          WHERE datname = current_database() AND usename = 'jixiao_service'",
    )
    .await;
    read_everything(app).await;
    let process = app
        .query(
            "SELECT min(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'jixiao_service'",
        )
        .await;
    statements(&server_log(), &format!("[{process}]"))
}

/// Reads whatever can be read, of the own school, of the sibling and of the neighbour.
async fn read_everything(app: &TestApp) {
    let (officer, admin) = (app.log_in("officer").await, app.log_in("admin").await);
    for school in [SCHOOL, SIBLING, NEIGHBOUR] {
        let submission = sheet("basics", "2022", school);
        for path in [
            submission.clone(),
            super::evaluation::evaluation(school),
            format!("{}/recompute", super::evaluation::evaluation(school)),
            format!("{submission}/revisions"),
            format!("{submission}/revisions/1"),
            format!("{submission}/revisions/1/diff"),
            format!("/v1/forms/basics/periods/2022/window?school={school}"),
            format!("/v1/forms/basics/template?school={school}&period=2022"),
            format!("/v1/forms/basics/template.xlsx?school={school}&period=2022"),
            format!("/v1/organisations/{school}"),
            format!("/v1/figures?indicator=pupils&period=2022&within={school}"),
            format!("/v1/files?form=basics&period=2022&school={school}"),
            format!("/v1/users?organisation={school}"),
            super::monitoring::sheet(school),
        ]
        .into_iter()
        .chain(finance::readable_of(school))
        .chain(super::jobs::readable_of(school))
        {
            let reader = if path.starts_with("/v1/users") { &admin } else { &officer };
            reader.get(&path).await;
        }
    }
    for path in super::goals::READINGS {
        for school in [SCHOOL, SIBLING, NEIGHBOUR] {
            officer.get(&path.replace("{school}", school)).await;
        }
    }
    for path in [
        "/v1/forms/basics/periods/2022/submissions",
        "/v1/forms/basics/periods/2022/submissions?state=reopened&late=false",
        "/v1/organisations",
        "/v1/organisations?stage=primary&open_on=2022-06-01",
        "/v1/figures?indicator=pupils,boarders,has_library,sleep_hours&period=2022&by=school",
        "/v1/figures?indicator=pupils_by_sex&period=2022&by=sex,township&compare=previous&basis=submitted",
        "/v1/figures/pupils/sources?period=2022",
        "/v1/figures/pupils/sources?period=2022&basis=submitted",
        "/v1/monitoring/rounds",
        "/v1/monitoring/rounds/watched/sheets?light=none",
        "/v1/projects",
        "/v1/rectifications",
        "/v1/evaluations/2022",
        "/v1/evaluations/2022/coverage",
        "/v1/evaluations/2022/results",
        "/v1/evaluations/2022/department/990001",
        "/v1/catalogue",
        "/v1/indicators",
        "/v1/forms",
        "/v1/me",
    ]
    .into_iter()
    .chain(finance::READABLE)
    .chain(super::reports::READINGS)
    {
        officer.get(path).await.expect(200);
    }
    for body in [
        json!({"indicators": ["pupils", "has_library"], "periods": ["2021", "2022"], "by": ["school"]}),
        json!({"indicators": ["pupils"], "periods": ["2022"], "within": SCHOOL}),
    ] {
        officer.post("/v1/figures/query", &body).await.expect(200);
    }
    super::assets::read_everything(&officer).await;
    for path in ["/v1/users", "/v1/clients", "/v1/users/officer"] {
        admin.get(path).await.expect(200);
    }
}

/// The SELECTs that a process logged, each with its parameters' values.
fn statements(log: &str, process: &str) -> BTreeSet<String> {
    let mut statements = BTreeSet::new();
    let mut asked: Option<String> = None;
    for entry in entries(log).filter(|entry| entry.contains(process)) {
        if let Some((_, parameters)) = entry.split_once("DETAIL:  parameters: ")
            && let Some(statement) = asked.take()
        {
            statements.insert(filled(&statement, parameters));
            continue;
        }
        statements.extend(asked.take());
        let executed = entry.split_once("LOG:  execute ").and_then(|(_, rest)| rest.split_once(": "));
        asked = executed.map(|(_, statement)| without_comments(statement)).filter(|statement| only_reads(statement));
    }
    statements.extend(asked);
    statements
}

/// The entries of a log, whose lines after the first begin with a tab.
fn entries(log: &str) -> impl Iterator<Item = String> {
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match (line.strip_prefix('\t'), entries.last_mut()) {
            (Some(more), Some(entry)) => *entry = format!("{entry}\n{more}"),
            _ => entries.push(line.to_owned()),
        }
    }
    entries.into_iter()
}

fn without_comments(statement: &str) -> String {
    statement.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n")
}

fn only_reads(statement: &str) -> bool {
    let statement = statement.trim_start();
    let reads = statement.starts_with("SELECT") || statement.starts_with("WITH");
    reads && !["INSERT", "UPDATE ", "DELETE", "set_config", "advisory"].iter().any(|word| statement.contains(word))
}

/// The statement with `$1 = 'value', $2 = NULL` in their places.
fn filled(statement: &str, parameters: &str) -> String {
    let mut values: Vec<&str> = Vec::new();
    let mut rest = parameters;
    while let Some(begin) = rest.strip_prefix(&format!("${} = ", values.len() + 1)) {
        let next = begin.find(&format!(", ${} = ", values.len() + 2));
        let (value, after) = next.map_or((begin, ""), |end| (&begin[..end], &begin[end + 2..]));
        values.push(value);
        rest = after;
    }
    let mut parts = statement.split('$');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let number: usize = part[..digits].parse().expect("a parameter");
        let value = values[number - 1];
        whole.push_str(value);
        // The type of other values is clear from where they stand.
        let is_json = value.starts_with("'{\"") && value.contains("\": ");
        whole.push_str(if is_json { "::jsonb" } else { "" });
        whole.push_str(&part[digits..]);
    }
    whole
}

/// The statement without each comparison of a `bureau_id` with a value.
fn without_bureau(statement: &str) -> String {
    const COLUMN: &str = "bureau_id";
    let (mut kept, mut rest) = (String::new(), statement);
    while let Some(place) = rest.find(COLUMN) {
        let (before, after) = rest.split_at(place);
        let after_column = after[COLUMN.len()..].trim_start_matches('"');
        let value = after_column.strip_prefix(" = '").and_then(|value| value.split_once('\''));
        if let Some((_, after)) = value {
            kept.push_str(before.trim_end_matches(|c: char| c.is_alphanumeric() || "_.\"".contains(c)));
            kept.push_str("true");
            rest = after;
        } else {
            kept.push_str(before);
            kept.push_str(COLUMN);
            rest = &after[COLUMN.len()..];
        }
    }
    kept + rest
}

#[test]
fn a_logged_statement_is_put_together_again() {
    let log = "x [7] LOG:  execute s1: -- $1 the bureau\n\tSELECT a\n\tFROM t WHERE \"t\".\"bureau_id\" = $1 AND $2 IS NULL AND b = $10\n\
               x [7] DETAIL:  parameters: $1 = '1', $2 = NULL, $3 = '', $4 = '', $5 = '', $6 = '', $7 = '', $8 = '', $9 = '', $10 = 'x, y'\n\
               x [8] LOG:  execute s1: SELECT 8\nx [7] LOG:  execute <unnamed>: UPDATE t SET a = 1\n";
    let found: Vec<String> = statements(log, "[7]").iter().map(|each| without_bureau(each)).collect();
    assert_eq!(found, ["SELECT a\nFROM t WHERE true AND NULL IS NULL AND b = 'x, y'"]);
}
