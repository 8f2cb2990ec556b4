//! What stands in the way of saving a goal, and of handing it in.

use std::collections::HashMap;

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Integer, Nullable, Text};
use diesel_async::RunQueryDsl;

use super::actuals;
use super::content::{Wanted, contradictions};
use super::model::{Head, Level, Target};
use crate::catalogue::document::{Aggregation, Policy, ValueType};
use crate::catalogue::{Catalogue, Catalogues, CompiledIndicator, Period};
use crate::organisations::{self, Kind};
use crate::platform::access::Scope;
use crate::platform::db::{Tx, beyond_school};
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::message::Message;
use crate::platform::statement::statement;
use crate::say;
use crate::scoring::{FrameworkPart, unbalanced};

/// What is wrong, so far.
#[derive(Default)]
struct Findings(Vec<Violation>);

impl Findings {
    fn add(&mut self, place: impl Into<String>, code: ViolationCode, message: Message) {
        self.0.push(Violation::new(place, code, message));
    }
}

/// Checks whatever a goal refers to; and tells its head whether its unit is a school.
///
/// # Errors
/// All references that lead nowhere, or where they may not.
pub(super) async fn references(tx: &mut Tx, scope: &Scope, year: i32, wanted: &mut Wanted) -> Result<()> {
    let mut findings = Findings::default();
    let Wanted { head, wording } = wanted;
    let mut codes: Vec<&str> = vec![&head.organisation, &wording.section];
    codes.extend(wording.content.targets.iter().filter_map(|target| target.within.as_deref()));
    let kinds = organisations::kinds(tx, scope, &codes).await?;
    organisations(head, &wording.section, &kinds, &mut findings);
    head.school = (kinds.get(&head.organisation) == Some(&Kind::School)).then(|| head.organisation.clone());
    for (i, target) in wording.content.targets.iter().enumerate() {
        within(head, &format!("/targets/{i}/within"), target, &kinds, &mut findings);
    }
    parent(tx, scope, year, (head, wording.parent.as_deref()), &mut findings).await?;
    project(tx, scope, year, head, &mut findings).await?;
    if findings.0.is_empty() { Ok(()) } else { Err(AppError::invalid(findings.0)) }
}

fn organisations(head: &Head, section: &str, kinds: &HashMap<String, Kind>, findings: &mut Findings) {
    let organisation = &head.organisation;
    if !kinds.contains_key(organisation) {
        let message = say!("没有组织“{organisation}”", "There is no organisation “{organisation}”");
        findings.add("/organisation", ViolationCode::UnknownReference, message);
    }
    if kinds.get(section) != Some(&Kind::Section) {
        let message = say!("没有科室“{section}”", "There is no section “{section}”");
        findings.add("/section", ViolationCode::UnknownReference, message);
    }
}

fn within(head: &Head, place: &str, target: &Target, kinds: &HashMap<String, Kind>, findings: &mut Findings) {
    let Some(within) = &target.within else { return };
    if !kinds.contains_key(within) {
        let message = say!("没有组织“{within}”", "There is no organisation “{within}”");
        findings.add(place, ViolationCode::UnknownReference, message);
    } else if head.school.as_ref().is_some_and(|school| school != within) {
        let message = say!("学校的目标只看本校的数据", "The goal of a school rests on its own figures");
        findings.add(place, ViolationCode::Inconsistent, message);
    }
}

#[derive(QueryableByName)]
struct Above {
    #[diesel(sql_type = Text)]
    level: String,
    #[diesel(sql_type = Bool)]
    reachable: bool,
}

/// What a goal serves stands one level above it, in the same year, and is the bureau's or of the same school.
async fn parent(
    tx: &mut Tx,
    scope: &Scope,
    year: i32,
    (head, parent): (&Head, Option<&str>),
    findings: &mut Findings,
) -> Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    let Some(level) = head.level.above() else {
        let message = say!("总体目标没有上级目标", "An overall goal serves no other");
        findings.add("/parent", ViolationCode::Inconsistent, message);
        return Ok(());
    };
    // What a school's goals serve is the bureau's.
    let above: Option<Above> = beyond_school(tx, scope, async |connection| {
        let rows = statement(
            "SELECT level, school IS NULL OR school = $4 AS reachable FROM goals
             WHERE bureau_id = $1 AND year = $2 AND goal = $3",
        )
        .bind::<Integer, _>(scope.bureau_id())
        .bind::<Integer, _>(year)
        .bind::<Text, _>(parent)
        .bind::<Nullable<Text>, _>(head.school.as_deref())
        .load(connection)
        .await?;
        Ok(rows.into_iter().next())
    })
    .await?;
    match above.filter(|above| above.reachable) {
        None => {
            let message = say!("本年没有目标“{parent}”", "There is no goal “{parent}” in the year");
            findings.add("/parent", ViolationCode::UnknownReference, message);
        }
        Some(above) if Level::of_code(&above.level) != Some(level) => {
            let (level, found) = (level.code(), above.level);
            let message =
                say!("上级目标应为 {level}，而不是 {found}", "What it serves is a goal of level {level}, not {found}");
            findings.add("/parent", ViolationCode::Inconsistent, message);
        }
        Some(_) => {}
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Project {
    #[diesel(sql_type = Text)]
    organisation: String,
    #[diesel(sql_type = Integer)]
    first_year: i32,
    #[diesel(sql_type = Integer)]
    last_year: i32,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    goal: Option<String>,
}

/// A goal of level project names a project of its unit that runs in the year and has no other goal in it.
async fn project(tx: &mut Tx, scope: &Scope, year: i32, head: &Head, findings: &mut Findings) -> Result<()> {
    let Some(code) = &head.project else {
        if head.level == Level::Project {
            let message = say!("项目目标应指明项目", "A goal of level project names the project");
            findings.add("/project", ViolationCode::Missing, message);
        }
        return Ok(());
    };
    let mut refuse = |code, message| findings.add("/project", code, message);
    if head.level != Level::Project {
        let message = say!("只有项目目标指明项目", "Only a goal of level project names a project");
        refuse(ViolationCode::Inconsistent, message);
        return Ok(());
    }
    let rows: Vec<Project> = statement(
        "SELECT p.organisation, r.first_year, r.last_year, r.state, g.goal
         FROM projects AS p
         JOIN project_revisions AS r
             ON r.bureau_id = p.bureau_id AND r.project = p.code AND r.superseded_at IS NULL
         LEFT JOIN goals AS g ON g.bureau_id = p.bureau_id AND g.year = $3 AND g.project = p.code
         WHERE p.bureau_id = $1 AND p.code = $2 AND ($4::text IS NULL OR p.school = $4)",
    )
    .bind::<Integer, _>(scope.bureau_id())
    .bind::<Text, _>(code)
    .bind::<Integer, _>(year)
    .bind::<Nullable<Text>, _>(scope.school())
    .load(&mut **tx)
    .await?;
    let Some(project) = rows.into_iter().next() else {
        refuse(ViolationCode::UnknownReference, say!("没有项目“{code}”", "There is no project “{code}”"));
        return Ok(());
    };
    if project.organisation != head.organisation {
        let unit = &project.organisation;
        refuse(ViolationCode::Inconsistent, say!("项目属于“{unit}”", "The project is that of “{unit}”"));
    }
    let (first, last) = (project.first_year, project.last_year);
    if year < first || year > last {
        let message = say!("项目的年度是 {first} 至 {last}", "The project runs from {first} to {last}");
        refuse(ViolationCode::OutOfRange, message);
    }
    if project.state == "rejected" {
        refuse(ViolationCode::StateForbids, say!("项目已被否决", "The project was rejected"));
    }
    if let Some(other) = project.goal.filter(|goal| *goal != head.code) {
        let message = say!("项目在本年已有目标“{other}”", "The project has the goal “{other}” in the year");
        refuse(ViolationCode::Duplicate, message);
    }
    Ok(())
}

/// What a goal is checked by when it is handed in.
pub(super) struct Terms<'a> {
    pub catalogues: &'a Catalogues,
    pub catalogue: &'a Catalogue,
    pub policy: &'a Policy,
    pub year: Period,
}

impl Terms<'_> {
    /// Checks that a goal is complete, and that each of its targets can be followed.
    ///
    /// # Errors
    /// Everything that is missing or does not fit.
    pub(super) async fn complete(&self, tx: &mut Tx, scope: &Scope, wanted: &Wanted) -> Result<()> {
        let mut findings = Findings::default();
        let Wanted { head, wording } = wanted;
        let content = &wording.content;
        if head.level.above().is_some() && wording.parent.is_none() {
            let message = say!("应指明上级目标", "It names the goal that it serves");
            findings.add("/parent", ViolationCode::Missing, message);
        }
        for (field, empty) in [
            ("description", content.description.trim().is_empty()),
            ("measures", content.measures.is_empty()),
            ("targets", content.targets.is_empty()),
        ] {
            if empty {
                let message = say!("提交前应填写 {field}", "{field} is needed before it is handed in");
                findings.add(format!("/{field}"), ViolationCode::Missing, message);
            }
        }
        if head.level == Level::Project {
            self.weights(&content.targets, &mut findings);
        }
        for (i, target) in content.targets.iter().enumerate() {
            let place = format!("/targets/{i}");
            let mut found = contradictions(target);
            if found.is_empty() {
                found = self.indicator(tx, scope, target).await?;
            }
            findings.0.extend(found.into_iter().map(|violation| violation.below(&place)));
        }
        if findings.0.is_empty() { Ok(()) } else { Err(AppError::invalid(findings.0)) }
    }

    fn weights(&self, targets: &[Target], findings: &mut Findings) {
        for (i, _) in targets.iter().enumerate().filter(|(_, target)| target.weight.is_zero()) {
            let message = say!("项目的指标应有分值", "A target of a project has a weight");
            findings.add(format!("/targets/{i}/weight"), ViolationCode::OutOfRange, message);
        }
        let weights = targets.iter().map(|target| (target.class, target.weight));
        for each in unbalanced(&self.policy.scoring.weights, weights) {
            let (zh, en) = match each.part {
                FrameworkPart::Execution => ("预算执行率", "execution"),
                FrameworkPart::Output => ("产出", "output"),
                FrameworkPart::Benefit => ("效益", "benefit"),
                FrameworkPart::Satisfaction => ("满意度", "satisfaction"),
            };
            let (expected, found) = (each.expected, each.found.normalize());
            let message = say!(
                "{zh}指标的分值之和应为 {expected}，现为 {found}",
                "The weights of {en} sum to {expected}, not {found}"
            );
            findings.add("/targets", ViolationCode::Inconsistent, message);
        }
    }

    /// Whether a target's indicator gives numbers that can be compared with it.
    async fn indicator(&self, tx: &mut Tx, scope: &Scope, target: &Target) -> Result<Vec<Violation>> {
        let Some(code) = &target.indicator else { return Ok(Vec::new()) };
        let Some(indicator) = self.catalogue.indicator(code) else {
            let message = say!("没有指标“{code}”", "There is no indicator “{code}”");
            return Ok(vec![Violation::new("/indicator", ViolationCode::UnknownIndicator, message)]);
        };
        let mut violations = misfits(indicator, target);
        if violations.is_empty()
            && let Err(error) = actuals::check(tx, self.catalogues, scope, self.year, (target, code)).await
        {
            // Which parameter of the question is at fault tells which part of the target is.
            violations = error.into_violations()?;
            for violation in &mut violations {
                let field = if violation.pointer == "?where" { "/where" } else { "/indicator" };
                field.clone_into(&mut violation.pointer);
            }
        }
        Ok(violations)
    }
}

fn misfits(indicator: &CompiledIndicator, target: &Target) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut refuse = |place: &str, code, message| violations.push(Violation::new(place, code, message));
    let definition = &indicator.definition;
    let code = &definition.code;
    if !indicator.is_numeric() && definition.aggregation != Aggregation::CountTrue {
        let message = say!("指标“{code}”不是数值", "The indicator “{code}” is no number");
        refuse("/indicator", ViolationCode::WrongType, message);
    }
    match (&definition.unit, &target.unit) {
        (of_indicator, Some(unit)) if of_indicator.as_ref() != Some(unit) => {
            let own = of_indicator.as_deref().unwrap_or("—");
            let message = say!("指标“{code}”的单位是“{own}”", "The unit of the indicator “{code}” is “{own}”");
            refuse("/unit", ViolationCode::Inconsistent, message);
        }
        _ => {}
    }
    let whole = definition.value_type == ValueType::Count
        && definition.formula.is_none()
        && !matches!(definition.aggregation, Aggregation::Average | Aggregation::WeightedAverage);
    if whole && target.value.is_some_and(|value| !value.fract().is_zero()) {
        let message = say!("指标“{code}”是整数", "The indicator “{code}” is a whole number");
        refuse("/value", ViolationCode::TooManyDigits, message);
    }
    violations
}
