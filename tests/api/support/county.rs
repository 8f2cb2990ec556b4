//! Two small counties that exist nowhere, for tests.
//!
//! The first has the sections `teaching` and `finance`, three primary schools (the third closed on
//! 2021-08-31), a junior secondary school that opened on 2022-09-01, and one account of each role.
//! The second has one school, and accounts of the same names.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use jixiao::catalogue::document::CatalogueDocument;
use std::sync::OnceLock;

use super::app::TestApp;
use super::cluster::execute;

/// Division code of the first county.
pub const BUREAU: &str = "990001";
/// Division code of the second county.
pub const OTHER_BUREAU: &str = "990002";
/// The password of every account.
pub const PASSWORD: &str = "correct horse battery";

/// A small catalogue: `pupils` with two dimensions' sums, a rule and a warning.
pub const CATALOGUE: &str = include_str!("county.yaml");

fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    // Weak parameters: a test does not need to be slow.
    HASH.get_or_init(|| {
        let parameters = argon2::Params::new(8, 1, 1, None).expect("parameters");
        let argon2 = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, parameters);
        argon2.hash_password(PASSWORD.as_bytes()).expect("a hash").to_string()
    })
}

pub async fn insert_counties(superuser_url: &str) {
    let hash = password_hash();
    execute(superuser_url, &county_sql(1, BUREAU, "测试一县教育局", hash)).await;
    execute(superuser_url, &county_sql(2, OTHER_BUREAU, "测试二县教育局", hash)).await;
}

/// As organisations and accounts would stand after they were entered.
fn county_sql(id: u32, bureau: &str, name: &str, hash: &str) -> String {
    let schools = if id == 1 {
        "('2199000001', 'school', '第一小学', 'primary', '东乡', date '2000-09-01', NULL),
         ('2199000002', 'school', '第二小学', 'primary', '西乡', '2000-09-01', NULL),
         ('2199000003', 'school', '第三小学', 'primary', '西乡', '2000-09-01', date '2021-08-31'),
         ('3199000001', 'school', '第一初中', 'junior_secondary', '东乡', '2022-09-01', NULL)"
    } else {
        "('2199000009', 'school', '邻县小学', 'primary', '北乡', date '2000-09-01', date '2090-01-01')"
    };
    let school_accounts = if id == 1 {
        "('reporter', '2199000001', '{school_reporter}'), ('principal', '2199000001', '{principal}'),
         ('reporter2', '2199000002', '{school_reporter}'), ('principal2', '2199000002', '{principal}'),
         ('principal3', '2199000003', '{principal}'), ('principal4', '3199000001', '{principal}')"
    } else {
        "('reporter', '2199000009', '{school_reporter}'), ('principal', '2199000009', '{principal}')"
    };
    format!(
        "INSERT INTO bureaus (code, name) VALUES ('{bureau}', '{name}');
         CREATE TEMP TABLE entered (code text, kind text, name text, stage text, township text, opened_on date, closed_on date);
         INSERT INTO entered VALUES {schools}, ('{bureau}', 'bureau', '{name}', NULL, NULL, NULL, NULL),
             ('teaching', 'section', '教学科', NULL, NULL, NULL, NULL), ('finance', 'section', '财务科', NULL, NULL, NULL, NULL);
         INSERT INTO organisations SELECT {id}, code, kind FROM entered;
         INSERT INTO organisation_versions (bureau_id, code, version, name, stage, township, parent, opened_on, closed_on, recorded_at)
             SELECT {id}, code, 1, name, stage, township, CASE WHEN kind = 'bureau' THEN NULL ELSE '{bureau}' END,
                    opened_on, closed_on, '2020-01-01'
             FROM entered;
         INSERT INTO users (bureau_id, username, display_name, organisation, roles, password_hash, created_at, updated_at)
             SELECT {id}, username, username, organisation, roles::text[], '{hash}', now(), now()
             FROM (VALUES {school_accounts}, ('officer', 'teaching', '{{section_officer}}'),
                 ('finance', 'finance', '{{finance_officer}}'), ('leader', '{bureau}', '{{leader}}'),
                 ('auditor', '{bureau}', '{{auditor}}'), ('admin', '{bureau}', '{{administrator}}'))
                 AS accounts (username, organisation, roles);"
    )
}

/// Enters a catalogue, written as YAML, into the first county.
pub async fn install_catalogue(app: &TestApp, catalogue: &str) {
    let document: CatalogueDocument = serde_saphyr::from_str(catalogue).expect("the catalogue is YAML");
    let catalogue = format!(
        "INSERT INTO catalogue_versions (bureau_id, version, document, recorded_at, recorded_by)
         VALUES (1, 1, '{}', '2020-01-01', 'system:test');",
        sql_json(&document)
    );
    let forms = document.forms.iter().map(|form| {
        let (code, definition) = (&form.code, sql_json(form));
        format!("INSERT INTO form_versions VALUES (1, '{code}', 1, '{definition}', 1, '2020-01-01', 'system:test');")
    });
    let registers = document.registers.iter().map(|register| {
        let (code, definition) = (&register.code, sql_json(register));
        format!(
            "INSERT INTO register_versions VALUES (1, '{code}', 1, '{definition}', 1, '2020-01-01', 'system:test');"
        )
    });
    app.execute(&forms.chain(registers).fold(catalogue, |all, part| all + &part)).await;
}

fn sql_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("JSON").replace('\'', "''")
}
