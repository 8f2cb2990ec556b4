//! One figure over 100 schools with the period before, beside the bare statement, in a small and in a large database; and
//! one that is counted from a register of 100,000 records.

use std::fmt::Write;
use std::ops::Range;

use crate::support::county::{CELLS, County, values};
use crate::support::database::Database;
use crate::support::http::{Connection, Request};
use crate::support::service::Service;
use crate::support::statistics::{median, milliseconds};
use crate::support::table::{Table, Unit};
use crate::support::wire::{Recorder, Script, Speaker};
use crate::support::{Result, setting};

const SCHOOLS: usize = 100;

/// A question, and how it is told from what else is said for it.
struct Question {
    indicator: &'static str,
    query: &'static str,
    /// Only the statement that adds the figure up reads this table.
    adds_up: &'static str,
    /// What the answer has to contain.
    expected: &'static str,
}

const REPORTED: Question = Question {
    indicator: "basics.count_00",
    query: "period=2000-01&compare=previous",
    adds_up: "FROM submission_values",
    expected: r#""coverage":{"expected":100,"reported":100}"#,
};

const COUNTED: Question = Question {
    indicator: "events.pupils",
    query: "period=2000",
    adds_up: "FROM register_revisions",
    expected: r#""coverage":{"expected":50000,"reported":50000}"#,
};

/// Half of the records are of the year that is asked for.
const RECORDS: usize = 100_000;

/// How much of other things is stored in the large database, in forms of 40 values of 100 schools for a month: 100
/// times the two that are asked for.
const OTHER_FORMS: usize = 40;
const OTHER_MONTHS: usize = 60;
const OTHER_COUNTIES: usize = 10;
const MONTHS_OF_OTHER_COUNTIES: usize = 6;

pub async fn run(table: &mut Table) -> Result<()> {
    let questions: usize = setting("BENCH_FIGURES", 1_000)?;
    let stored = stored(1, "monthly", 0..2)?;
    let mut small = Site::start(&stored, &REPORTED).await?;
    let mut large = Site::start(&(stored + &everything_else()?), &REPORTED).await?;
    for _ in 0..questions {
        small.ask().await?;
        large.ask().await?;
    }
    let (small, large) = (small.stop().await?, large.stop().await?);
    table.at_most("figure: p50 by HTTP, of the bare statement", small.http / small.statement, 1.5, Unit::Ratio);
    table.note("  by HTTP", small.http, Unit::Milliseconds);
    table.note("  the bare statement", small.statement, Unit::Milliseconds);
    table.note(&format!("  all {} statements of the answer", small.round_trips), small.transaction, Unit::Milliseconds);
    table.at_most("  p50 with 100 times as many values of other things", large.http / small.http, 1.2, Unit::Ratio);
    table.note("  by HTTP then", large.http, Unit::Milliseconds);
    table.note("  the bare statement then", large.statement, Unit::Milliseconds);
    count(table, (questions / 20).max(5)).await
}

async fn count(table: &mut Table, questions: usize) -> Result<()> {
    let mut site = Site::start(&registered(), &COUNTED).await?;
    for _ in 0..questions {
        site.ask().await?;
    }
    let Taken { http, statement, .. } = site.stop().await?;
    table.at_most("figure from a register: p50 by HTTP, of the bare statement", http / statement, 1.5, Unit::Ratio);
    table.note("  by HTTP, from 100,000 records", http, Unit::Milliseconds);
    table.note("  the bare statement", statement, Unit::Milliseconds);
    Ok(())
}

/// A service that is asked, and beside it a connection on which only the statement is executed.
struct Site {
    database: Database,
    service: Service,
    client: Connection,
    script: Script,
    /// Says all that the service says for one answer.
    whole: Speaker,
    /// In a transaction in which everything was said that comes before the statement.
    bare: Speaker,
    statement: Vec<u8>,
    question: &'static Question,
    taken: Taken<Vec<f64>>,
}

/// How long each side took, in milliseconds.
#[derive(Default)]
struct Taken<T> {
    http: T,
    transaction: T,
    statement: T,
    round_trips: usize,
}

impl Site {
    async fn start(stored: &str, question: &'static Question) -> Result<Self> {
        let database = Database::with(&County { schools: SCHOOLS }).await?;
        database.execute(stored).await?;
        database.execute("VACUUM ANALYZE").await?;
        let script = record(&database, question).await?;
        let (before, statement) = script.split_at(question.adds_up)?;
        let mut bare = Speaker::prepare(&database.socket(), &script).await?;
        for said in before {
            bare.say(&said).await?;
        }
        let whole = Speaker::prepare(&database.socket(), &script).await?;
        let service = Service::start(&database, database.url(), 4).await?;
        let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
        for _ in 0..20 {
            ask(&mut client, question).await?;
        }
        Ok(Self { database, service, client, script, whole, bare, statement, question, taken: Taken::default() })
    }

    async fn ask(&mut self) -> Result<()> {
        self.taken.http.push(milliseconds(ask(&mut self.client, self.question)).await?);
        self.taken.statement.push(milliseconds(self.bare.say(&self.statement)).await?);
        let whole = async {
            for said in self.script.exchanges() {
                self.whole.say(said).await?;
            }
            Ok(())
        };
        self.taken.transaction.push(milliseconds(whole).await?);
        Ok(())
    }

    /// Stops everything; the middles of what was taken.
    async fn stop(self) -> Result<Taken<f64>> {
        self.service.stop().await?;
        self.database.stop().await?;
        let Taken { http, transaction, statement, .. } = self.taken;
        Ok(Taken {
            http: median(http)?,
            transaction: median(transaction)?,
            statement: median(statement)?,
            round_trips: self.script.round_trips(),
        })
    }
}

/// What a warm service says to PostgreSQL for one answer.
async fn record(database: &Database, question: &Question) -> Result<Script> {
    let recorder = Recorder::before(&database.socket(), database.folder())?;
    let service = Service::start(database, &recorder.url(), 1).await?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
    ask(&mut client, question).await?;
    let start = recorder.mark();
    ask(&mut client, question).await?;
    let script = recorder.script(&start)?;
    service.stop().await?;
    Ok(script)
}

async fn ask(client: &mut Connection, question: &Question) -> Result<()> {
    let path = format!("/v1/figures?indicator={}&{}", question.indicator, question.query);
    let answer = client.send(&Request::get(&path)).await?.expect(200)?;
    let text = String::from_utf8(answer.body)?;
    if text.contains(question.expected) { Ok(()) } else { Err(format!("the figure is {text}").into()) }
}

/// A register of many records.
fn registered() -> String {
    format!(
        "INSERT INTO register_revisions (bureau_id, register, record, revision, register_version, school, state, timeline,
                                         fields, explanations, withdrawn, action, recorded_by, recorded_at)
         SELECT 1, 'events', 'e' || n, 1, 1, to_char(n % {SCHOOLS}, 'FM2000000000'), 'open',
                '[{{\"state\": \"open\", \"since\": \"2000-01-01\"}}]',
                jsonb_build_object('title', '活动' || n, 'level', 'city', 'pupils', n % 40,
                                   'given_on', CASE n % 2 WHEN 0 THEN '2000-06-01' ELSE '2001-06-01' END),
                '[]', false, 'create', 'system:bench', '2020-01-01'
         FROM generate_series(1, {RECORDS}) n"
    )
}

fn everything_else() -> Result<String> {
    let mut sql = stored(1, "monthly", 2..2 + OTHER_MONTHS)?;
    for form in 0..OTHER_FORMS {
        sql += &stored(1, &format!("other_{form:02}"), 0..2)?;
    }
    for county in 2..2 + OTHER_COUNTIES {
        write!(
            sql,
            "INSERT INTO bureaus (code, name) VALUES ('{code}', '邻县教育局');
             INSERT INTO organisations SELECT {county}, code, kind FROM organisations WHERE bureau_id = 1;
             INSERT INTO organisation_versions (bureau_id, code, version, name, stage, recorded_at)
                 SELECT {county}, code, version, name, stage, recorded_at FROM organisation_versions WHERE bureau_id = 1;
             INSERT INTO catalogue_versions
                 SELECT {county}, version, document, recorded_at, recorded_by FROM catalogue_versions WHERE bureau_id = 1;",
            code = 990_000 + county
        )?;
        sql += &stored(county, "monthly", 0..MONTHS_OF_OTHER_COUNTIES)?;
    }
    let forms = OTHER_MONTHS + 2 * OTHER_FORMS + OTHER_COUNTIES * MONTHS_OF_OTHER_COUNTIES;
    let (base, others) = (2 * SCHOOLS * CELLS, forms * SCHOOLS * CELLS);
    if others == 100 * base { Ok(sql) } else { Err(format!("{others} values are not 100 times {base}").into()) }
}

/// A form as all schools of a county filled it in for some months, counted from December 1999, and it was accepted.
pub fn stored(bureau: usize, form: &str, months: Range<usize>) -> Result<String> {
    // The indicators of another form are others.
    let values = match form {
        "monthly" => values().to_string(),
        other => values().to_string().replace("basics.", &format!("{other}.")).replace("pupils.", &format!("{other}.")),
    };
    let Range { start, end } = months;
    let last = end.checked_sub(1).ok_or("no months")?;
    Ok(format!(
        "INSERT INTO form_versions VALUES ({bureau}, '{form}', 1, '{{}}', 1, '2000-01-01', 'system:bench') ON CONFLICT DO NOTHING;
         CREATE TEMP TABLE filled_in AS
             SELECT to_char(date '1999-12-01' + make_interval(months => month), 'YYYY-MM') AS period, code AS school
             FROM generate_series({start}, {last}) AS month CROSS JOIN organisations
             WHERE bureau_id = {bureau} AND kind = 'school';
         INSERT INTO submissions (bureau_id, form, period, school, state, version, content, revision, accepted_revision,
                                  updated_by, updated_at)
             SELECT {bureau}, '{form}', period, school, 'accepted', 3, '{{\"values\": []}}', 1, 1, 'system:bench', '2020-01-01'
             FROM filled_in;
         INSERT INTO submission_revisions (bureau_id, form, period, school, revision, form_version, content, warnings, late,
                                           submitted_by, submitted_at)
             SELECT {bureau}, '{form}', period, school, 1, 1, '{{\"values\": []}}', '[]', false, 'system:bench', '2020-01-01'
             FROM filled_in;
         INSERT INTO submission_standings (bureau_id, form, period, school, basis, valid_from, revision, decided_by)
             SELECT {bureau}, '{form}', period, school, basis, '2020-01-01', 1, 'system:bench'
             FROM filled_in CROSS JOIN unnest('{{submitted,accepted}}'::text[]) AS basis;
         INSERT INTO submission_values (bureau_id, indicator, period, school, dimensions, form, revision, number)
             SELECT {bureau}, indicator, period, school, coalesce(dimensions, '{{}}'), '{form}', 1, value
             FROM filled_in CROSS JOIN jsonb_to_recordset('{values}') AS cell (indicator text, dimensions jsonb, value numeric);
         DROP TABLE filled_in;"
    ))
}
