//! The review of a goal: scored by the criteria of the policy.

use std::collections::HashSet;

use rust_decimal::Decimal;

use chrono::{DateTime, Utc};

use super::input::ReviewInput;
use super::model::{CriterionScore, Review};
use crate::catalogue::document::{Grade, Policy};
use crate::catalogue::read_number;
use crate::platform::error::{Violation, ViolationCode};
use crate::say;
use crate::scoring::grade;

/// Decimals of a score.
const SCORE_DECIMALS: u32 = 2;

/// Judges the scores of a review. An excellent goal goes on; a good or fair one is to be amended, unless the reviewer says
/// that it goes on; a poor one never does. What is to be amended is said.
///
/// # Errors
/// Criteria that are missing or unknown, scores outside of their weights, and a missing opinion.
pub(super) fn judge(policy: &Policy, input: &ReviewInput, now: DateTime<Utc>) -> Result<Review, Vec<Violation>> {
    let mut violations = Vec::new();
    let mut refuse = |place: String, code, message| violations.push(Violation::new(place, code, message));
    let criteria = &policy.scoring.goal_review;
    let mut seen = HashSet::new();
    let mut scores = Vec::new();
    for (i, given) in input.scores.iter().enumerate() {
        let code = &given.criterion;
        let Some(criterion) = criteria.iter().find(|criterion| criterion.code == *code) else {
            let message = say!("没有审核内容“{code}”", "There is no criterion “{code}”");
            refuse(format!("/scores/{i}/criterion"), ViolationCode::UnknownReference, message);
            continue;
        };
        if !seen.insert(code) {
            let message = say!("“{code}”重复", "“{code}” stands twice");
            refuse(format!("/scores/{i}/criterion"), ViolationCode::Duplicate, message);
        }
        let place = format!("/scores/{i}/score");
        let weight = criterion.weight;
        match read_number(&given.score.to_string(), SCORE_DECIMALS) {
            Ok(score) if (Decimal::ZERO..=Decimal::from(weight)).contains(&score) => {
                let (criterion, reason) = (code.clone(), given.reason.clone());
                scores.push(CriterionScore { criterion, weight, score, reason });
            }
            Ok(_) => {
                let message = say!("应在 0 至 {weight} 之间", "It is 0 to {weight}");
                refuse(place, ViolationCode::OutOfRange, message);
            }
            Err((code, message)) => refuse(place, code, message),
        }
    }
    for code in criteria.iter().map(|criterion| &criterion.code).filter(|code| !seen.contains(code)) {
        let message = say!("缺少“{code}”的得分", "The score of “{code}” is missing");
        refuse("/scores".to_owned(), ViolationCode::Missing, message);
    }
    if !violations.is_empty() {
        return Err(violations);
    }
    let total: Decimal = scores.iter().map(|each| each.score).sum();
    let grade = grade(&policy.scoring.grades, total);
    let accepted = input.accept.unwrap_or(grade == Grade::Excellent);
    let opinion = input.opinion.as_deref().map(str::trim).filter(|opinion| !opinion.is_empty()).map(str::to_owned);
    if accepted && grade == Grade::Poor {
        let message = say!("等级为差的目标不能通过", "A goal that is poor does not go on");
        violations.push(Violation::new("/accept", ViolationCode::NotAllowed, message));
    }
    if opinion.is_none() && !(accepted && grade == Grade::Excellent) {
        let message = say!("等级不是优或要求修改时，应写明意见", "Where it is not excellent or goes back, say why");
        violations.push(Violation::new("/opinion", ViolationCode::Missing, message));
    }
    if !violations.is_empty() {
        return Err(violations);
    }
    let policy = policy.code.clone();
    Ok(Review { policy, scores, total: total.normalize(), grade, accepted, opinion, reviewed_at: now })
}
