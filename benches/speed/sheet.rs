//! The sheet of a whole department: 500 projects with 5,000 targets, of 100 schools that reported for each month of the year;
//! and how many statements it takes, beside a department of a tenth.

use serde_json::json;

use crate::figure::stored;
use crate::support::county::County;
use crate::support::database::Database;
use crate::support::http::{Connection, Request};
use crate::support::service::Service;
use crate::support::statistics::{median, milliseconds};
use crate::support::table::{Table, Unit};
use crate::support::wire::{Recorder, Speaker};
use crate::support::{Result, setting};

const SCHOOLS: usize = 100;
const PROJECTS: usize = 500;
const TARGETS_OF_A_PROJECT: usize = 10;
const SHEET: &str = "/v1/evaluations/2000/department/990001";

pub async fn run(table: &mut Table) -> Result<()> {
    let sheets: usize = setting("BENCH_SHEETS", 20)?;
    let small = Department::of(PROJECTS / 10, 1).await?;
    let large = Department::of(PROJECTS, sheets).await?;
    let what = format!("sheet: p50 by HTTP, {PROJECTS} projects with {} targets", PROJECTS * TARGETS_OF_A_PROJECT);
    table.at_most(&what, large.time, 1_000.0, Unit::Milliseconds);
    let grown = f64::from(u32::try_from(large.statements)?) / f64::from(u32::try_from(small.statements)?);
    table.at_most("  statements, of those for a tenth of the projects", grown, 1.0, Unit::Ratio);
    table.note(&format!("  all {} statements, without the service", large.statements), large.bare, Unit::Milliseconds);
    Ok(())
}

/// What a department's sheet took.
struct Department {
    time: f64,
    bare: f64,
    statements: usize,
}

impl Department {
    async fn of(projects: usize, sheets: usize) -> Result<Self> {
        let database = Database::with(&County { schools: SCHOOLS }).await?;
        database.execute(&stored(1, "monthly", 1..13)?).await?;
        database.execute(&planned(projects)).await?;
        database.execute("VACUUM ANALYZE").await?;
        let recorder = Recorder::before(&database.socket(), database.folder())?;
        let service = Service::start(&database, &recorder.url(), 1).await?;
        let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
        ask(&mut client, projects).await?;
        let start = recorder.mark();
        ask(&mut client, projects).await?;
        let script = recorder.script(&start)?;
        service.stop().await?;

        let service = Service::start(&database, database.url(), 4).await?;
        let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
        let mut speaker = Speaker::prepare(&database.socket(), &script).await?;
        ask(&mut client, projects).await?;
        let (mut times, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..sheets {
            times.push(milliseconds(ask(&mut client, projects)).await?);
            let whole = async {
                for said in script.exchanges() {
                    speaker.say(said).await?;
                }
                Ok(())
            };
            bare.push(milliseconds(whole).await?);
        }
        service.stop().await?;
        database.stop().await?;
        Ok(Self { time: median(times)?, bare: median(bare)?, statements: script.round_trips() })
    }
}

async fn ask(client: &mut Connection, projects: usize) -> Result<()> {
    let answer = client.send(&Request::get(SHEET)).await?.expect(200)?;
    let text = String::from_utf8(answer.body)?;
    let whole = format!(r#""targets":{TARGETS_OF_A_PROJECT}"#);
    let complete = text.matches(&whole).count() == projects && text.matches(r#""unreported":0"#).count() == projects;
    if complete && text.contains(r#""open":0"#) { Ok(()) } else { Err(format!("the sheet is {text}").into()) }
}

/// A year's projects, half of them of schools, with budgets, payments and approved goals; and a duty of the bureau.
fn planned(projects: usize) -> String {
    let policy = policy();
    format!(
        "UPDATE clients SET scopes = scopes || '{{performance:read}}';
         UPDATE catalogue_versions SET document = document || jsonb_build_object('policies', jsonb_build_array('{policy}'::jsonb));
         CREATE TEMP TABLE planned AS
             SELECT n, 'p' || to_char(n, 'FM0000') AS code,
                    CASE n % 2 WHEN 0 THEN to_char(n / 2 % {SCHOOLS}, 'FM2000000000') END AS school
             FROM generate_series(1, {projects}) n;
         INSERT INTO projects SELECT 1, code, coalesce(school, 'teaching'), school FROM planned;
         INSERT INTO project_revisions (bureau_id, project, revision, school, name, category, section, first_year, last_year,
                                        is_key, is_special_fund, state, action, recorded_by, recorded_at)
             SELECT 1, code, 1, school, '项目' || n, 'specific', 'teaching', 2000, 2000, false, false, 'under_way', 'propose',
                    'system:bench', '2000-01-02' FROM planned;
         INSERT INTO budget_items (bureau_id, item, year, is_lump, organisation, school, project, name, source, is_procurement,
                                   original, paid, recorded_by, recorded_at)
             SELECT 1, code || source, 2000, false, coalesce(school, 'teaching'), school, code, code, source, false, 100000,
                    50000, 'system:bench', '2000-01-03'
             FROM planned CROSS JOIN unnest('{{initial,carried_over}}'::text[]) AS source;
         INSERT INTO budget_entries (bureau_id, item, entry, year, school, kind, amount, day, recorded_by, recorded_at)
             SELECT 1, item, 1, 2000, school, 'original', original, '2000-01-03', 'system:bench', '2000-01-03' FROM budget_items;
         INSERT INTO payments (bureau_id, voucher, item, year, school, amount, paid_on, recorded_by, recorded_at)
             SELECT 1, item || '-' || n, item, 2000, school, 5000, '2000-06-30', 'system:bench', '2000-06-30'
             FROM budget_items CROSS JOIN generate_series(1, 10) n;
         INSERT INTO goals SELECT 1, 2000, code, 'project', coalesce(school, 'teaching'), school, code FROM planned;
         INSERT INTO goals VALUES (1, 2000, 'duty', 'duty', 'teaching', NULL, NULL);
         INSERT INTO goal_versions (bureau_id, year, goal, version, school, section, name, content, state, row_version,
                                    approved_by, approved_at, updated_by, updated_at)
             SELECT 1, 2000, goal, 1, g.school, 'teaching', goal,
                    jsonb_build_object('description', goal, 'measures', '[]'::jsonb, 'targets', (
                        SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('where', CASE WHEN t > 7 THEN '{{\"sex\": \"girls\"}}'::jsonb END,
                                   'within', g.school))
                               || jsonb_build_object('code', 't' || t, 'name', '指标' || t, 'sign', 'at_least', 'value', 100 + t,
                                   'unit', NULL, 'weight', 9, 'strategy', NULL,
                                   'class', (ARRAY['quantity', 'social', 'satisfaction'])[t % 3 + 1],
                                   'indicator', CASE WHEN t > 7 THEN 'pupils.grade_' || to_char((coalesce(n, 0) + t) % 10, 'FM00')
                                                ELSE 'basics.count_' || to_char((coalesce(n, 0) + t) % 20, 'FM00') END))
                        FROM generate_series(1, {TARGETS_OF_A_PROJECT}) t)),
                    'approved', 1, 'system:bench', '2000-01-31', 'system:bench', '2000-01-31'
             FROM goals g LEFT JOIN planned ON code = goal;
         DROP TABLE planned"
    )
}

fn policy() -> serde_json::Value {
    let named = |text: &str| json!({ "zh": text });
    let whole = |code: &str| json!([{ "code": code, "name": named(code), "weight": 100 }]);
    json!({
        "code": "bench", "name": named("办法"), "effective_from": "2000-01-01",
        "appraisal": { "criteria": whole("necessity"), "supported_from": 80, "partly_supported_from": 60 },
        "scoring": {
            "weights": { "execution": 10, "output": 50, "benefit": 30, "satisfaction": 10 },
            "reverse": "linear", "execution": "proportional", "deviation_threshold": 15, "achieved_from": 80,
            "partly_achieved_from": 60,
            "grades": [{ "grade": "good", "from": 80 }, { "grade": "poor", "from": 0 }],
            "goal_review": whole("completeness"),
        },
        "monitoring": { "budget": { "red_below": 60, "yellow_below": 80 }, "targets": { "red_below": 60, "yellow_below": 80 },
                        "rectify_within_days": 30 },
        "next_budget": [
            { "grade": "good", "action": "keep", "percent": 100, "reason": named("按需安排") },
            { "grade": "poor", "action": "suspend", "percent": 0, "reason": named("暂停安排") },
        ],
    })
}
