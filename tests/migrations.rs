//! The schema: that it can be taken down and put up again, and that it keeps the tenants apart.

#![expect(clippy::expect_used, reason = "what fails here fails the test")]

#[path = "api/support/cluster.rs"]
mod cluster;

use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::MigrationHarness;
use jixiao::migrations::{self, MIGRATIONS};
use jixiao::platform::clock::Clock;
use jixiao::platform::db::{Database, Role};

/// Tables that stand above the tenants.
const GLOBAL: [&str; 4] = ["__diesel_schema_migrations", "bureaus", "retired_keys", "signing_keys"];

/// Tables that only grow: what was recorded in them is never changed.
const ONLY_GROW: [&str; 11] = [
    "asset_disposal_steps",
    "budget_entries",
    "evaluation_results",
    "form_versions",
    "journal",
    "monitoring_readings",
    "project_appraisals",
    "reconciliations",
    "register_versions",
    "submission_revisions",
    "submission_values",
];

/// Everything that a migration can make, a line each.
const SCHEMA: &str = "
    SELECT format('column %s.%s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod),
                  attnotnull, attidentity) || coalesce(pg_get_expr(adbin, adrelid), '') AS line
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT format('policy %s %s %s %s %s %s', tablename, policyname, cmd, roles, qual, with_check)
        FROM pg_policies
    UNION ALL SELECT format('%s %s security %s %s rights %s', relkind, relname, relrowsecurity, relforcerowsecurity,
                            (SELECT array_agg(right_to::text ORDER BY right_to::text) FROM unnest(relacl) AS right_to))
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('comment %s %s %s', objoid::regclass, objsubid, description)
        FROM pg_description JOIN pg_class ON pg_class.oid = objoid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('function %s', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT format('trigger %s', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The column `line` of a query, sorted.
async fn lines(url: &str, sql: &str) -> Vec<String> {
    let mut connection = AsyncPgConnection::establish(url).await.expect("a connection");
    let rows: Vec<Line> = sql_query(sql).load(&mut connection).await.expect("the query runs");
    let mut lines: Vec<_> = rows.into_iter().map(|row| row.line).collect();
    lines.sort();
    lines
}

async fn revert_all(url: &str) {
    let connection = AsyncPgConnection::establish(url).await.expect("a connection");
    AsyncMigrationHarness::new(connection).revert_all_migrations(MIGRATIONS).expect("the migrations are reverted");
}

async fn superuser_url() -> String {
    cluster::fresh_database().await.superuser_url
}

#[tokio::test(flavor = "multi_thread")]
async fn up_down_and_up_again_makes_the_same_schema() {
    let owner = cluster::empty_database().await;
    let first = migrations::run(&owner).await.expect("the migrations run");
    let made = lines(&owner, SCHEMA).await;
    assert!(made.len() > 100, "{made:#?}");

    revert_all(&owner).await;
    let left = lines(&owner, SCHEMA).await;
    let foreign: Vec<_> = left.iter().filter(|line| !line.contains("__diesel_schema_migrations")).collect();
    assert!(foreign.is_empty(), "left behind: {foreign:#?}");

    let second = migrations::run(&owner).await.expect("the migrations run again");
    assert_eq!(first, second);
    assert_eq!(made, lines(&owner, SCHEMA).await);
    assert_eq!(migrations::run(&owner).await.expect("nothing is to be done"), Vec::<String>::new());
}

#[tokio::test]
async fn a_service_works_with_its_own_schema_and_with_a_later_one() {
    let database = cluster::fresh_database().await;
    let service = Database::new(&database.app_url, 1, Clock::default(), Role::App).expect("a pool");
    let is_current = async || service.unscoped(async |tx| migrations::is_current(tx).await).await.expect("an answer");
    assert!(is_current().await);
    cluster::execute(
        &database.superuser_url,
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')",
    )
    .await;
    assert!(is_current().await, "the next version's migrations go before its service");
    cluster::execute(
        &database.superuser_url,
        "DELETE FROM __diesel_schema_migrations WHERE version IN ('99991231000000',
             (SELECT max(version) FROM __diesel_schema_migrations WHERE version < '9'))",
    )
    .await;
    assert!(!is_current().await, "a migration is missing");
}

#[tokio::test]
async fn every_table_of_a_tenant_is_guarded_by_row_level_security() {
    let url = superuser_url().await;
    let tables = lines(&url, "SELECT relname::text AS line FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace").await;
    let guarded = lines(
        &url,
        "SELECT relname::text AS line FROM pg_class
         WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity
           AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'bureau_id' AND attnotnull)
           AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid
                       AND pg_get_expr(polqual, polrelid) LIKE '%app.bureau_id%')",
    )
    .await;
    let unguarded: Vec<_> = tables.iter().filter(|table| !guarded.contains(table)).collect();
    assert_eq!(unguarded, GLOBAL, "tables without row-level security");
}

#[tokio::test]
async fn every_key_begins_with_the_tenant() {
    // A key that does not would tell one tenant what another has.
    let strays = lines(
        &superuser_url().await,
        "SELECT format('%s of %s', indexrelid::regclass, indrelid::regclass) AS line
         FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
         WHERE indisunique AND relnamespace = 'public'::regnamespace
           AND relname NOT IN ('__diesel_schema_migrations', 'bureaus', 'retired_keys', 'signing_keys')
           AND (SELECT attname FROM pg_attribute WHERE attrelid = indrelid AND attnum = indkey[0])
               IS DISTINCT FROM 'bureau_id'",
    )
    .await;
    assert_eq!(strays, Vec::<String>::new());
}

#[tokio::test]
async fn no_reference_leaves_the_tenant() {
    let strays = lines(
        &superuser_url().await,
        "SELECT format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) AS line FROM pg_constraint
         WHERE contype = 'f' AND NOT (
             (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]) = 'bureau_id'
             AND (confrelid = 'bureaus'::regclass
                  OR (SELECT attname FROM pg_attribute WHERE attrelid = confrelid AND attnum = confkey[1]) = 'bureau_id'))",
    )
    .await;
    assert_eq!(strays, Vec::<String>::new());
}

#[tokio::test]
async fn the_service_owns_nothing_and_no_higher_role_works_for_it() {
    let url = superuser_url().await;
    let owned = lines(
        &url,
        "SELECT classid::regclass || ' ' || objid AS line FROM pg_shdepend
         WHERE deptype = 'o' AND refobjid IN ('jixiao_app'::regrole, 'jixiao_service'::regrole)",
    )
    .await;
    assert_eq!(owned, Vec::<String>::new(), "owned");
    let powers = lines(
        &url,
        "SELECT rolname::text AS line FROM pg_roles
         WHERE (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
           AND pg_has_role('jixiao_service', oid, 'MEMBER')
         UNION ALL SELECT 'member of the owner' WHERE pg_has_role('jixiao_service', 'jixiao_owner', 'MEMBER')
         UNION ALL SELECT 'may create in public' WHERE has_schema_privilege('jixiao_service', 'public', 'CREATE')
         UNION ALL SELECT 'security definer ' || oid::regprocedure FROM pg_proc
             WHERE prosecdef AND pronamespace = 'public'::regnamespace
         UNION ALL SELECT 'view ' || relname FROM pg_class
             WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace
               AND NOT coalesce(reloptions @> '{security_invoker=true}', false)",
    )
    .await;
    assert_eq!(powers, Vec::<String>::new(), "powers past row-level security");
}

#[tokio::test]
async fn what_was_recorded_cannot_be_changed_by_the_service() {
    let database = cluster::fresh_database().await;
    let mut connection = AsyncPgConnection::establish(&database.app_url).await.expect("a connection");
    connection.batch_execute("SET ROLE jixiao_app").await.expect("the service's role");
    for table in ONLY_GROW {
        for statement in [
            format!("UPDATE {table} SET bureau_id = bureau_id"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
        ] {
            let refusal = connection.batch_execute(&statement).await.expect_err(&statement).to_string();
            assert_eq!(refusal, format!("permission denied for table {table}"), "{statement}");
        }
    }
    let columns = format!(
        "SELECT relname::text AS line FROM pg_class WHERE relname IN ('{}')
         AND has_any_column_privilege('jixiao_service', oid, 'UPDATE')",
        ONLY_GROW.join("', '")
    );
    assert_eq!(lines(&database.superuser_url, &columns).await, Vec::<String>::new(), "columns that may be changed");
}
