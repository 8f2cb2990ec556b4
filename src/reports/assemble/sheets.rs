//! Official sheets, as their rooms write them. Only what is final goes into a report: anything else still changes.

use chrono::{DateTime, SecondsFormat, Utc};

use super::super::template::{Outcome, Problem, Sheet, Sheets, World};
use crate::catalogue::Catalogues;
use crate::catalogue::document::{EvaluationOf, TemplateSheet};
use crate::evaluation::{self, Kind};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::{goals, monitoring, say};

/// The sheets that a template asks for, as of a moment.
pub(super) async fn read(
    tx: &mut Tx,
    catalogues: &Catalogues,
    scope: &Scope,
    (world, outcomes, sheet): (&World, &[Outcome], &TemplateSheet),
    moment: DateTime<Utc>,
) -> Result<Sheets> {
    let year = world.year;
    if sheet.goals {
        let table = goals::table(tx, scope, year, moment).await?;
        let path = format!("/v1/goals/{year}/tree?as_of={}", moment.to_rfc3339_opts(SecondsFormat::Micros, true));
        return Ok(Sheets::of(Sheet { table, path }));
    }
    if let Some(round) = sheet.round(year) {
        let missing = || {
            Problem::undefined(say!(
                "没有监控批次“{round}”，或尚未结束",
                "There is no round of monitoring “{round}”, or it is not closed"
            ))
        };
        let path = format!("/v1/monitoring/rounds/{round}/sheets");
        return Ok(match monitoring::closed_table(tx, scope, &round, moment).await? {
            Some(table) => Sheets::of(Sheet { table, path }),
            None => Sheets::without(missing()),
        });
    }
    let of = sheet.evaluation.unwrap_or(EvaluationOf::Department);
    let of_kind = || outcomes.iter().filter(|outcome| outcome.kind == of);
    if of == EvaluationOf::Project && sheet.subject.is_none() {
        let mut sheets = Sheets::default();
        for (code, table) in evaluation::final_project_tables(tx, scope, year, moment).await? {
            match table {
                Some(table) => sheets.sheets.push(Sheet { table, path: path_of(year, Kind::Project, &code) }),
                None => sheets.problems.push(not_final(year, Some(&code))),
            }
        }
        return Ok(sheets);
    }
    let subject = sheet.subject.as_deref();
    let outcome = of_kind().find(|outcome| subject.is_none_or(|subject| subject == outcome.subject));
    let Some(outcome) = outcome else {
        return Ok(Sheets::without(not_final(year, subject)));
    };
    let kind = match of {
        EvaluationOf::Department => Kind::Department,
        EvaluationOf::Project => Kind::Project,
        EvaluationOf::School => Kind::School,
    };
    let table = evaluation::sheet_table(tx, catalogues, scope, year, kind, &outcome.subject, moment).await?;
    let path = path_of(year, kind, &outcome.subject);
    Ok(table.map(|table| Sheets::of(Sheet { table, path })).unwrap_or_default())
}

/// Where the service shows an evaluation.
fn path_of(year: i32, kind: Kind, subject: &str) -> String {
    format!("/v1/evaluations/{year}/{}/{subject}", kind.name())
}

fn not_final(year: i32, subject: Option<&str>) -> Problem {
    Problem::undefined(match subject {
        None => say!("{year} 年部门整体绩效评价尚未定稿", "The evaluation of the department of {year} is not final"),
        Some(subject) => {
            say!("{year} 年“{subject}”的绩效评价尚未定稿", "The evaluation of “{subject}” of {year} is not final")
        }
    })
}
