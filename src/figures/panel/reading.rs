//! What is asked for many indicators and periods, and how it is read: a period at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Names;
use crate::catalogue::{Catalogue, Catalogues, Period};
use crate::figures::answer::Figure;
use crate::figures::ask::{MAX_ITEMS, Reading, reach, settle};
use crate::figures::expected::Reach;
use crate::figures::plan::{self, Plan};
use crate::figures::question::{Basis, Question};
use crate::platform::access::Scope;
use crate::platform::db::Tx;
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::message::Language;
use crate::say;

/// A question for many indicators and periods.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// What is asked for each of the periods; its own period is of no account.
    pub question: Question,
    pub periods: Vec<Period>,
    /// Where in the body the keys of the breakdown stand.
    pub by_pointer: &'static str,
}

/// A question that was checked, and the moment as of which it is answered.
pub(super) struct Panel {
    pub catalogue: Arc<Catalogue>,
    pub moment: DateTime<Utc>,
    pub basis: Basis,
    /// One for each period.
    pub questions: Vec<Question>,
    by_pointer: &'static str,
    reach: Reach,
}

/// The figures of a period.
pub(super) struct Part {
    pub figures: Vec<Figure>,
    /// Names of the schools, by their codes.
    schools: BTreeMap<String, String>,
}

impl Panel {
    /// Checks a question, and settles as of when it is answered.
    ///
    /// # Errors
    /// A violation for each thing asked that is not there, at its place in the body.
    pub(super) async fn open(tx: &mut Tx, catalogues: &Catalogues, scope: &Scope, asked: &Asked) -> Result<Self> {
        let Asked { question, periods, by_pointer } = asked;
        let in_body = |error| in_body(error, (0, by_pointer));
        let codes = question.indicators.iter().map(String::as_str);
        let settled = settle(tx, catalogues, scope, codes, (question.basis, question.as_of)).await;
        let (moment, catalogue) = settled.map_err(in_body)?;
        let reach = match &question.within {
            Some(code) => reach(tx, scope, code, moment).await?,
            None => Reach::Whole,
        };
        let of_period = |period: &Period| Question { period: *period, ..question.clone() };
        let questions = periods.iter().map(of_period).collect();
        let panel = Self { catalogue, moment, basis: question.basis, questions, by_pointer, reach };
        panel.check()?;
        Ok(panel)
    }

    fn check(&self) -> Result<()> {
        let mut violations = Vec::new();
        if let Some(question) = self.questions.first() {
            for (i, code) in
                question.indicators.iter().enumerate().filter(|(_, code)| self.catalogue.indicator(code).is_none())
            {
                violations.push(Violation::new(
                    format!("/indicators/{i}"),
                    ViolationCode::UnknownIndicator,
                    say!("没有指标“{code}”", "There is no indicator “{code}”"),
                ));
            }
            let mut of_stages = Vec::new();
            plan::check_stages(&question.only, &mut of_stages);
            violations.extend(of_stages.into_iter().map(|violation| placed(violation, (0, self.by_pointer))));
        }
        for (i, question) in self.questions.iter().enumerate() {
            let of_plan = match Plan::unbounded(&self.catalogue, question) {
                Ok(_) => continue,
                Err(error) => error.into_violations()?,
            };
            for violation in of_plan.into_iter().filter(|violation| violation.code != ViolationCode::UnknownIndicator) {
                let violation = placed(violation, (i, self.by_pointer));
                if !violations.contains(&violation) {
                    violations.push(violation);
                }
            }
        }
        if violations.is_empty() { Ok(()) } else { Err(AppError::invalid(violations)) }
    }

    /// The figures of a period, in the order in which a single question has them.
    ///
    /// # Errors
    /// Where there are more than [`MAX_ITEMS`].
    pub(super) async fn read(&self, tx: &mut Tx, scope: &Scope, question: &Question) -> Result<Part> {
        let plan = Plan::unbounded(&self.catalogue, question)?;
        let reading = Reading::within(tx, scope, plan, &self.reach, self.moment).await?;
        let figures = reading.figures().map_err(|error| in_body(error, (0, self.by_pointer)))?;
        let schools = reading.expected.schools.into_iter().map(|school| (school.code, school.name)).collect();
        Ok(Part { figures, schools })
    }

    /// The figures of all periods, in their order.
    ///
    /// # Errors
    /// Where there are more than [`MAX_ITEMS`].
    pub(super) async fn read_all(&self, tx: &mut Tx, scope: &Scope) -> Result<Part> {
        let mut all = Part { figures: Vec::new(), schools: BTreeMap::new() };
        for question in &self.questions {
            let Part { figures, schools } = self.read(tx, scope, question).await?;
            if all.figures.len() + figures.len() > MAX_ITEMS {
                return Err(AppError::violation(
                    "/periods",
                    ViolationCode::OutOfRange,
                    say!(
                        "至多 {MAX_ITEMS} 个数；更多的请以 CSV 或 NDJSON 查询，或分次查询",
                        "There are more than {MAX_ITEMS} figures; ask for CSV or NDJSON, or in several questions"
                    ),
                ));
            }
            all.figures.extend(figures);
            all.schools.extend(schools);
        }
        Ok(all)
    }

    /// What things are called.
    pub(super) fn names<'a>(&'a self, part: &'a Part, language: Language) -> Names<'a> {
        Names { catalogue: &self.catalogue, schools: &part.schools, language }
    }
}

/// An error about a single question, as one about the body.
fn in_body(error: AppError, at: (usize, &str)) -> AppError {
    match error.into_violations() {
        Ok(violations) => AppError::invalid(violations.into_iter().map(|violation| placed(violation, at)).collect()),
        Err(error) => error,
    }
}

/// A violation of a parameter, as one of the body that asks for the period of that number.
fn placed(violation: Violation, (period, by): (usize, &str)) -> Violation {
    let pointer = match violation.pointer.as_str() {
        "?indicator" => "/indicators".to_owned(),
        "?period" => format!("/periods/{period}"),
        "?by" => by.to_owned(),
        parameter => parameter.replacen('?', "/", 1),
    };
    Violation { pointer, ..violation }
}
