//! Row-level security: what stands between tenants, and between schools, should a query forget to
//! ask for its own. (That every table has it is tested with the schema.)

mod assets;
mod evaluation;
mod finance;
mod goals;
mod jobs;
mod monitoring;
mod projects;
mod reports;
mod statements;
mod world;

use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde_json::Value;

use crate::support::{NEIGHBOUR, SCHOOL, SIBLING, TestApp};

/// A connection as the service has one, with a transaction in a scope.
struct Scoped(AsyncPgConnection);

impl Scoped {
    /// Sees a bureau, or one school of it; with nothing set where the bureau is empty.
    async fn at(app: &TestApp, bureau: &str, school: &str) -> Self {
        let mut connection = AsyncPgConnection::establish(&app.database.app_url).await.expect("a connection");
        let scope = format!(
            "SET ROLE jixiao_app; BEGIN; SELECT set_config('app.bureau_id', '{bureau}', true), set_config('app.school', '{school}', true)"
        );
        connection.batch_execute(&scope).await.expect("a scope");
        Self(connection)
    }

    /// One JSON value.
    async fn query(&mut self, sql: &str) -> Result<Value, String> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            value: String,
        }
        let sql = format!("SELECT coalesce(to_jsonb(({sql})), 'null')::text AS value");
        let row: Row = sql_query(sql).get_result(&mut self.0).await.map_err(|error| error.to_string())?;
        Ok(serde_json::from_str(&row.value).expect("JSON"))
    }

    /// The number of rows that a statement changes; nothing stays changed.
    async fn change(&mut self, sql: &str) -> Result<usize, String> {
        self.0.batch_execute("SAVEPOINT before").await.expect("a savepoint");
        let changed = sql_query(sql).execute(&mut self.0).await.map_err(|error| error.to_string());
        self.0.batch_execute("ROLLBACK TO before").await.expect("the savepoint");
        changed
    }
}

/// The tables that belong to a bureau.
async fn tables(app: &TestApp) -> Vec<String> {
    let tables = app
        .query(
            "SELECT json_agg(c.relname ORDER BY c.relname) FROM pg_class c
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'bureau_id'
              WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace",
        )
        .await;
    let tables: Vec<String> = serde_json::from_value(tables).expect("names");
    assert!(tables.len() >= 15, "{tables:?}");
    tables
}

/// How the names of tables begin whose rows are of schools, or of the bureau.
const OF_SCHOOLS: [&str; 11] = [
    "asset",
    "budget",
    "evaluation",
    "goal",
    "job",
    "monitoring_reading",
    "monitoring_sheet",
    "payment",
    "project",
    "rectification",
    "submission",
];

/// What tells the school of a row, in the tables of which a school sees its own rows only.
fn school_of(table: &str) -> Option<&'static str> {
    match table {
        "organisations" | "organisation_versions" => Some("code"),
        // What concerns no school is seen by all of the bureau.
        "files" | "file_attachments" | "register_revisions" | "journal" => Some("school"),
        _ if OF_SCHOOLS.iter().any(|part| table.starts_with(part)) => Some("school"),
        _ => None,
    }
}

/// The rows of other schools, and what no school sees. Bureau and sections are everybody's.
fn of_other_schools(table: &str) -> String {
    if table == "reports" {
        return reports::HIDDEN.to_owned();
    }
    school_of(table).map_or_else(
        || "false".to_owned(),
        |column| format!("coalesce({column} ~ '^[0-9]{{10}}$' AND {column} <> '{SCHOOL}', false)"),
    )
}

#[tokio::test]
async fn without_any_condition_a_bureau_sees_all_of_its_rows_and_no_other() {
    let app = world::full().await;
    let mut scoped = Scoped::at(&app, "1", "").await;
    for table in tables(&app).await {
        let own = app.query(&format!("SELECT count(*) FROM {table} WHERE bureau_id = 1")).await;
        let others = app.query(&format!("SELECT count(*) FROM {table} WHERE bureau_id = 2")).await;
        assert!(own != 0 && others != 0, "{table} is not filled: {own}, {others}");
        let seen = scoped
            .query(&format!("SELECT json_build_array(count(*), min(bureau_id), max(bureau_id)) FROM {table}"))
            .await;
        assert_eq!(seen, Ok(serde_json::json!([own, 1, 1])), "{table}");
    }
}

#[tokio::test]
async fn without_any_condition_a_school_sees_its_own_rows_and_no_other() {
    let app = world::full().await;
    let mut scoped = Scoped::at(&app, "1", SCHOOL).await;
    for table in tables(&app).await {
        if finance::OF_THE_BUREAU.contains(&table.as_str()) {
            assert_eq!(scoped.query(&format!("SELECT count(*) FROM {table}")).await, Ok(0.into()), "{table}");
            continue;
        }
        let others = of_other_schools(&table);
        let own = app.query(&format!("SELECT count(*) FROM {table} WHERE bureau_id = 1 AND NOT ({others})")).await;
        let hidden = app.query(&format!("SELECT count(*) FROM {table} WHERE {others}")).await;
        assert!(own != 0 && (school_of(&table).is_none() || hidden != 0), "{table} is not filled: {own}, {hidden}");
        let seen = scoped
            .query(&format!(
                "SELECT json_build_array(count(*), count(*) FILTER (WHERE {others} OR bureau_id <> 1)) FROM {table}"
            ))
            .await;
        assert_eq!(seen, Ok(serde_json::json!([own, 0])), "{table}");
    }
}

#[tokio::test]
async fn without_a_scope_nothing_is_seen() {
    let app = world::full().await;
    for (bureau, school) in [("", ""), ("", SCHOOL), ("3", ""), ("1", "nowhere")] {
        let mut scoped = Scoped::at(&app, bureau, school).await;
        for table in tables(&app).await {
            if bureau == "1" && school_of(&table).is_none() {
                continue;
            }
            let rows = match (table.as_str(), school_of(&table)) {
                (_, Some("code")) => "code ~ '^[0-9]{10}$'",
                ("journal", _) => "school IS NOT NULL",
                _ => "true",
            };
            let seen = scoped.query(&format!("SELECT count(*) FROM {table} WHERE {rows}")).await;
            assert_eq!(seen, Ok(0.into()), "{table} as {bureau}/{school}");
        }
    }
    // What a transaction set does not outlive it.
    let mut scoped = Scoped::at(&app, "1", "").await;
    scoped.0.batch_execute("COMMIT").await.expect("the end");
    for table in tables(&app).await {
        assert_eq!(scoped.query(&format!("SELECT count(*) FROM {table}")).await, Ok(0.into()), "{table}");
    }
}

#[tokio::test]
async fn nothing_can_be_written_for_others() {
    let app = world::full().await;
    for (school, foreign) in [("", "bureau_id = 2".to_owned()), (SCHOOL, format!("school = '{SIBLING}'"))] {
        let mut scoped = Scoped::at(&app, "1", school).await;
        for table in tables(&app).await {
            let foreign = match (school, school_of(&table)) {
                ("", _) => foreign.clone(),
                (_, Some(column)) => foreign.replace("school", column),
                _ => continue,
            };
            let row = app.query(&format!("SELECT to_jsonb(t) FROM {table} t WHERE {foreign} LIMIT 1")).await;
            let row = row.to_string().replace('\'', "''");
            let copy = format!(
                "INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(NULL::{table}, '{row}')"
            );
            refused(&table, scoped.change(&copy).await);
        }
    }
}

#[tokio::test]
async fn nothing_can_be_moved_to_others_or_taken_from_them() {
    let app = world::full().await;
    for school in ["", SCHOOL] {
        let mut scoped = Scoped::at(&app, "1", school).await;
        for table in tables(&app).await {
            refused(&table, scoped.change(&format!("UPDATE {table} SET bureau_id = 2")).await);
            if let Some(column) = school_of(&table).filter(|_| !school.is_empty()) {
                refused(
                    &table,
                    scoped
                        .change(&format!("UPDATE {table} SET {column} = '{SIBLING}' WHERE {column} = '{SCHOOL}'"))
                        .await,
                );
            }
            let visible = scoped.query(&format!("SELECT count(*) FROM {table}")).await;
            for statement in [format!("UPDATE {table} SET bureau_id = bureau_id"), format!("DELETE FROM {table}")] {
                match scoped.change(&statement).await {
                    Ok(changed) => assert_eq!(Ok(changed.into()), visible, "{statement}"),
                    // A row to which others refer stays in any case.
                    Err(error) => assert!(
                        error.contains("permission denied") || error.contains("violates foreign key constraint"),
                        "{statement}: {error}"
                    ),
                }
            }
        }
    }
}

/// Checks that it was the policy that refused, or that the service may not do such a thing at all.
#[track_caller]
fn refused(table: &str, outcome: Result<usize, String>) {
    let error = outcome.expect_err(table);
    let reason = error.contains("violates row-level security policy") || error.contains("permission denied");
    assert!(reason, "{table}: {error}");
}

#[tokio::test]
async fn the_same_code_lives_in_two_counties() {
    let app = TestApp::start().await;
    let admin = app.log_in("admin@990002").await;
    let school = serde_json::json!({"kind": "school", "name": "同码小学", "stage": "primary"});
    admin.put(&format!("/v1/organisations/{SCHOOL}"), &school).await.expect(201);
    let ours = app.log_in("admin").await.get(&format!("/v1/organisations/{SCHOOL}")).await.expect(200);
    assert_eq!(ours["name"], "第一小学");
    app.log_in("admin").await.get(&format!("/v1/organisations/{NEIGHBOUR}")).await.problem(404, "not_found");
}
