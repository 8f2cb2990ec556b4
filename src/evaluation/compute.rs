//! How a sheet is computed. Pure.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::inputs::{Funds, Inputs};
use super::model::{Correction, Entered, TargetEntry};
use super::sheet::{
    CorrectionRow, FundPart, FundRow, GoalRow, IndicatorRow, PartRow, PolicyName, ProjectRow, Sheet, SubjectRow,
    Suggestion,
};
use crate::catalogue::document::{Grade, Policy, Text};
use crate::goals::{GoalInForce, Target};
use crate::scoring::{self, FrameworkPart, Row, Sign, Subtotal};

/// Computes the sheet out of what was read, and what people entered.
pub(super) fn sheet(inputs: &Inputs, entered: &Entered, corrections: &[Correction]) -> Sheet {
    let Inputs { policy, subject, goals, .. } = inputs;
    let indicators = indicators(inputs, entered, corrections);
    let funds = funds(policy, &inputs.funds);
    let budget = funds.first().map(|total| total.budget).unwrap_or_default();
    let (parts, total, open) = points(policy, &funds, &indicators);
    let grade = (open == 0).then(|| scoring::grade(&policy.scoring.grades, total));
    Sheet {
        as_of: inputs.moment,
        policy: PolicyName { code: policy.code.clone(), name: policy.name.clone() },
        subject: SubjectRow {
            name: subject.name.clone(),
            organisation: subject.organisation.clone(),
            organisation_name: subject.organisation_name.clone(),
            section: subject.section.clone(),
            category: subject.category.clone(),
        },
        goals: goals.iter().map(|goal| goal_row(goal, entered)).collect(),
        funds,
        indicators,
        parts,
        total,
        open,
        grade,
        suggestion: grade.and_then(|grade| suggestion(policy, budget, total, grade)),
        projects: projects(inputs),
    }
}

fn goal_row(goal: &GoalInForce, entered: &Entered) -> GoalRow {
    let entry = entered.goals.iter().find(|entry| entry.goal == goal.code);
    GoalRow {
        goal: goal.code.clone(),
        level: goal.level,
        name: goal.name.clone(),
        expected: goal.content.description.clone(),
        actual: entry.map(|entry| entry.actual.clone()),
    }
}

/// The total, and what it is made of.
fn funds(policy: &Policy, funds: &[Funds]) -> Vec<FundRow> {
    let parts = [
        (FundPart::Total, None),
        (FundPart::CurrentAppropriation, Some("current_appropriation")),
        (FundPart::CarriedOver, Some("carried_over")),
        (FundPart::Other, Some("other")),
    ];
    let row = |(part, name): (FundPart, Option<&str>)| {
        let of_part = || funds.iter().filter(|each| name.is_none_or(|name| each.part == name));
        let sum = |amount: fn(&Funds) -> Decimal| of_part().map(amount).sum::<Decimal>().normalize();
        let (budget, executed) = (sum(|each| each.budget), sum(|each| each.executed));
        let weight = FrameworkPart::Execution.points(&policy.scoring.weights);
        let is_total = part == FundPart::Total;
        let score = scoring::execution_score(&policy.scoring, executed, budget, weight);
        FundRow {
            part,
            original: sum(|each| each.original),
            budget,
            executed,
            rate: scoring::percent(executed, budget),
            weight: is_total.then_some(weight),
            score: score.ok().filter(|_| is_total),
        }
    };
    parts.into_iter().map(row).collect()
}

fn indicators(inputs: &Inputs, entered: &Entered, corrections: &[Correction]) -> Vec<IndicatorRow> {
    let entries: HashMap<(&str, &str), &TargetEntry> =
        entered.targets.iter().map(|entry| ((entry.goal.as_str(), entry.target.as_str()), entry)).collect();
    let corrections: HashMap<(&str, &str), &Correction> =
        corrections.iter().map(|each| ((each.goal.as_str(), each.target.as_str()), each)).collect();
    let targets = inputs.goals.iter().flat_map(|goal| goal.content.targets.iter().map(move |target| (goal, target)));
    targets
        .map(|(goal, target)| {
            let key = (goal.code.as_str(), target.code.as_str());
            indicator(inputs, goal, target, entries.get(&key).copied(), corrections.get(&key).copied())
        })
        .collect()
}

fn indicator(
    inputs: &Inputs,
    goal: &GoalInForce,
    target: &Target,
    entry: Option<&TargetEntry>,
    correction: Option<&Correction>,
) -> IndicatorRow {
    let scoring = &inputs.policy.scoring;
    let actual = inputs.actuals.of(goal, target);
    let aimed = target.aim().zip(actual);
    let computed = match aimed {
        Some((aim, actual)) => {
            Some(aim.score(target.strategy.unwrap_or(scoring.reverse), actual, target.weight).normalize())
        }
        None => entry.filter(|_| target.sign == Sign::Qualitative).and_then(|entry| {
            let (band, score) = entry.band.zip(entry.score)?;
            // The weight may have been amended since it was entered.
            band.scores(scoring, target.weight).contains(score).then(|| score.normalize())
        }),
    };
    let text = |of: fn(&TargetEntry) -> &Option<String>| entry.and_then(|entry| of(entry).clone());
    IndicatorRow {
        goal: goal.code.clone(),
        target: target.code.clone(),
        part: target.class.part(),
        class: target.class,
        name: target.name.clone(),
        indicator: target.indicator.clone(),
        sign: target.sign,
        value: target.value.map(|value| value.normalize()),
        unit: target.unit.clone(),
        actual: actual.map(|actual| actual.normalize()),
        actual_text: text(|entry| &entry.actual),
        weight: target.weight.normalize(),
        score: match correction {
            None => computed,
            Some(correction) => Some(correction.score.normalize()).filter(|score| *score <= target.weight),
        },
        band: entry.and_then(|entry| entry.band),
        deviation: aimed.and_then(|(aim, actual)| aim.deviation(actual)),
        reason_needed: aimed.is_some_and(|(aim, actual)| aim.needs_reason(scoring, actual)),
        reason: text(|entry| &entry.reason),
        measures: text(|entry| &entry.measures),
        correction: correction
            .map(|correction| CorrectionRow { instead_of: computed, reason: correction.reason.clone() }),
    }
}

/// The points of each part, their total, and how many rows have none yet.
///
/// A part has the points of the policy, and gets of them what its targets got of their weights: for the goal of a project,
/// whose weights are those points, just the sum of the scores. Where a part has no target, its points go to the others in
/// the ratio of theirs.
fn points(policy: &Policy, funds: &[FundRow], indicators: &[IndicatorRow]) -> (Vec<PartRow>, Decimal, usize) {
    let execution = funds.first().and_then(|total| {
        let (weight, score) = (total.weight?, total.score);
        Some(Row { part: FrameworkPart::Execution, weight, score })
    });
    let targets = indicators.iter().map(|row| Row { part: row.part, weight: row.weight, score: row.score });
    let totals = scoring::totals(execution.into_iter().chain(targets));
    let policy = |part: FrameworkPart| part.points(&policy.scoring.weights);
    let present = totals.parts.iter().filter(|(_, subtotal)| subtotal.weight > Decimal::ZERO);
    let whole: Decimal = present.map(|(part, _)| policy(*part)).sum();
    let share = |part: FrameworkPart, subtotal: &Subtotal| {
        let points = policy(part) * Decimal::ONE_HUNDRED;
        let divisor = whole * subtotal.weight;
        let row = if divisor.is_zero() {
            PartRow { part, points: Decimal::ZERO, score: Decimal::ZERO }
        } else {
            let score = scoring::rounded(points * subtotal.score / divisor);
            PartRow { part, points: scoring::rounded(points / whole), score }
        };
        PartRow { points: row.points.normalize(), score: row.score.normalize(), ..row }
    };
    let parts: Vec<PartRow> = totals.parts.iter().map(|(part, subtotal)| share(*part, subtotal)).collect();
    let total = parts.iter().map(|part| part.score).sum::<Decimal>().min(Decimal::ONE_HUNDRED).normalize();
    (parts, total, totals.total.open)
}

/// What the policy makes of a grade.
fn suggestion(policy: &Policy, budget: Decimal, total: Decimal, grade: Grade) -> Option<Suggestion> {
    let consequence = policy.next_budget.iter().find(|each| each.grade == grade)?;
    let en = match grade {
        Grade::Excellent => "excellent",
        Grade::Good => "good",
        Grade::Fair => "fair",
        Grade::Poor => "poor",
    };
    let zh = grade.chinese();
    let shown = |text: &Text| (text.zh.clone(), text.en.clone().unwrap_or_else(|| text.zh.clone()));
    let ((policy_zh, policy_en), (reason_zh, reason_en)) = (shown(&policy.name), shown(&consequence.reason));
    let (code, percent) = (&policy.code, consequence.percent);
    Some(Suggestion {
        action: consequence.action,
        percent,
        budget,
        suggested: scoring::rounded(budget * Decimal::from(percent) / Decimal::ONE_HUNDRED).normalize(),
        reasoning: Text {
            zh: format!(
                "评价得分 {total}，等级为{zh}。依据《{policy_zh}》（{code}）：{reason_zh}，建议下年预算为本年预算的 {percent}%。"
            ),
            en: Some(format!(
                "Scored {total}, graded {en}. By “{policy_en}” ({code}): {reason_en}; the next budget is suggested to be {percent} % of this year's."
            )),
        },
    })
}

/// The projects of the department, each with its money and how many of its targets were reached.
fn projects(inputs: &Inputs) -> Vec<ProjectRow> {
    let mut money: HashMap<&str, (Decimal, Decimal)> = HashMap::new();
    for funds in &inputs.funds {
        if let Some(project) = &funds.project {
            let (budget, executed) = money.entry(project).or_default();
            *budget += funds.budget;
            *executed += funds.executed;
        }
    }
    let goals: BTreeMap<&str, &GoalInForce> =
        inputs.project_goals.iter().filter_map(|goal| Some((goal.project.as_deref()?, goal))).collect();
    let row = |project: &super::inputs::Project| {
        let (budget, executed) = money.get(project.code.as_str()).copied().unwrap_or_default();
        let goal = goals.get(project.code.as_str());
        let aimed = goal.into_iter().flat_map(|goal| {
            let targets = goal.content.targets.iter();
            targets.filter_map(|target| Some((target.aim()?, inputs.actuals.of(goal, target))))
        });
        let (mut targets, mut reached, mut unreported) = (0, 0, 0);
        for (aim, actual) in aimed {
            targets += 1;
            reached += usize::from(actual.is_some_and(|actual| aim.is_reached(actual)));
            unreported += usize::from(actual.is_none());
        }
        ProjectRow {
            project: project.code.clone(),
            name: project.name.clone(),
            budget: budget.normalize(),
            executed: executed.normalize(),
            rate: scoring::percent(executed, budget),
            targets,
            reached,
            unreported,
            total: project.total.map(|total| total.normalize()),
            grade: project.grade,
        }
    };
    inputs.projects.iter().map(row).collect()
}
