//! What an appraisal comes to. Pure.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::catalogue::document::{AppraisalPolicy, Criterion};
use crate::catalogue::read_number;
use crate::platform::error::{Violation, ViolationCode};
use crate::projects::model::Conclusion;
use crate::say;

/// The points of a criterion, as they were sent.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub criterion: String,
    /// A number, as it was written.
    pub score: String,
    pub reason: String,
}

/// What an appraiser finds.
#[derive(Debug, Clone)]
pub(super) struct Findings {
    pub scores: Vec<Given>,
    /// Only where it is lower than what the points come to.
    pub conclusion: Option<Conclusion>,
    /// Why it is lower.
    pub reason: Option<String>,
    pub opinion: String,
}

/// The points of a criterion, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Scored {
    pub criterion: String,
    pub weight: u32,
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub score: Decimal,
    pub reason: String,
}

/// What an appraisal comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    /// In the order of the policy.
    pub scores: Vec<Scored>,
    pub total: Decimal,
    /// What the total alone comes to.
    pub by_points: Conclusion,
    pub conclusion: Conclusion,
    pub reason: Option<String>,
}

/// Adds the points up, and concludes.
///
/// # Errors
/// Everything that is wrong with the findings.
pub(super) fn judge(policy: &AppraisalPolicy, findings: &Findings) -> Result<Judgement, Vec<Violation>> {
    let mut violations = Vec::new();
    let mut scores: Vec<Option<Scored>> = vec![None; policy.criteria.len()];
    let mut named = vec![false; policy.criteria.len()];
    for (i, given) in findings.scores.iter().enumerate() {
        let place = format!("/scores/{i}");
        let found = policy.criteria.iter().zip(&mut scores).zip(&mut named);
        let Some(((criterion, slot), named)) = found.into_iter().find(|((each, _), _)| each.code == given.criterion)
        else {
            violations.push(unknown(&place, &given.criterion));
            continue;
        };
        if std::mem::replace(named, true) {
            let message = say!("评估标准重复", "The criterion stands twice");
            violations.push(Violation::new(format!("{place}/criterion"), ViolationCode::Duplicate, message));
            continue;
        }
        match score(criterion, given) {
            Ok(score) => *slot = Some(score),
            Err(wrong) => violations.extend(wrong.into_iter().map(|violation| violation.below(&place))),
        }
    }
    for (Criterion { code, .. }, named) in policy.criteria.iter().zip(named) {
        if !named {
            let message = say!("缺少评估标准“{code}”的得分", "The criterion “{code}” is not scored");
            violations.push(Violation::new("/scores", ViolationCode::Missing, message));
        }
    }
    let scores: Vec<Scored> = scores.into_iter().flatten().collect();
    let total: Decimal = scores.iter().map(|each| each.score).sum();
    let by_points = concluded(policy, total);
    if violations.is_empty() {
        violations.extend(too_favourable(findings, by_points));
    }
    if !violations.is_empty() {
        return Err(violations);
    }
    let conclusion = findings.conclusion.unwrap_or(by_points);
    let reason = findings.reason.clone().filter(|_| conclusion != by_points);
    Ok(Judgement { scores, total, by_points, conclusion, reason })
}

fn score(criterion: &Criterion, given: &Given) -> Result<Scored, Vec<Violation>> {
    let mut violations = Vec::new();
    if given.reason.trim().is_empty() {
        violations.push(Violation::new("/reason", ViolationCode::Missing, say!("请说明理由", "Say why")));
    }
    let weight = criterion.weight;
    let score = match read_number(&given.score, 2) {
        Ok(score) if score >= Decimal::ZERO && score <= Decimal::from(weight) => score,
        Ok(_) => {
            let message = say!("得分应在 0 至 {weight} 之间", "The score must be between 0 and {weight}");
            violations.push(Violation::new("/score", ViolationCode::OutOfRange, message));
            Decimal::ZERO
        }
        Err((code, message)) => {
            violations.push(Violation::new("/score", code, message));
            Decimal::ZERO
        }
    };
    if !violations.is_empty() {
        return Err(violations);
    }
    Ok(Scored { criterion: criterion.code.clone(), weight, score, reason: given.reason.trim().to_owned() })
}

/// What a total comes to.
fn concluded(policy: &AppraisalPolicy, total: Decimal) -> Conclusion {
    if total >= Decimal::from(policy.supported_from) {
        Conclusion::Supported
    } else if total >= Decimal::from(policy.partly_supported_from) {
        Conclusion::PartlySupported
    } else {
        Conclusion::Rejected
    }
}

/// A conclusion may be lower than the points, with a reason, and never higher.
fn too_favourable(findings: &Findings, by_points: Conclusion) -> Option<Violation> {
    let conclusion = findings.conclusion?;
    if conclusion > by_points {
        let code = by_points.code();
        let message = say!("结论不得优于得分所对应的“{code}”", "The points come to “{code}”, and no better conclusion");
        return Some(Violation::new("/conclusion", ViolationCode::NotAllowed, message));
    }
    (conclusion < by_points && findings.reason.is_none()).then(|| {
        let message = say!("结论低于得分所对应的结论时须说明理由", "Say why the conclusion is lower than the points");
        Violation::new("/reason", ViolationCode::Missing, message)
    })
}

fn unknown(place: &str, code: &str) -> Violation {
    let message = say!("政策中没有评估标准“{code}”", "The policy has no criterion “{code}”");
    Violation::new(format!("{place}/criterion"), ViolationCode::UnknownReference, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::document::Text;

    fn policy() -> AppraisalPolicy {
        let criterion = |code: &str, weight| Criterion {
            code: code.to_owned(),
            name: Text { zh: code.to_owned(), en: None },
            weight,
        };
        AppraisalPolicy {
            criteria: vec![criterion("necessity", 60), criterion("economy", 40)],
            supported_from: 80,
            partly_supported_from: 60,
        }
    }

    fn findings(scores: &[(&str, &str)], conclusion: Option<Conclusion>, reason: Option<&str>) -> Findings {
        let given = |(criterion, score): &(&str, &str)| Given {
            criterion: (*criterion).to_owned(),
            score: (*score).to_owned(),
            reason: "理由".to_owned(),
        };
        Findings {
            scores: scores.iter().map(given).collect(),
            conclusion,
            reason: reason.map(str::to_owned),
            opinion: "意见".to_owned(),
        }
    }

    fn violations(findings: &Findings) -> Vec<(String, ViolationCode)> {
        let violations = judge(&policy(), findings).unwrap_err();
        violations.into_iter().map(|violation| (violation.pointer, violation.code)).collect()
    }

    #[test]
    fn the_total_concludes_exactly_at_its_thresholds() {
        for (economy, conclusion) in [
            ("40", Conclusion::Supported),
            ("20", Conclusion::Supported),
            ("19.99", Conclusion::PartlySupported),
            ("0", Conclusion::PartlySupported),
        ] {
            let judged = judge(&policy(), &findings(&[("economy", economy), ("necessity", "60")], None, None)).unwrap();
            assert_eq!((judged.by_points, judged.conclusion), (conclusion, conclusion), "{economy}");
            assert_eq!(judged.scores[0].criterion, "necessity");
        }
        let judged = judge(&policy(), &findings(&[("necessity", "59.99"), ("economy", "0.00")], None, None)).unwrap();
        assert_eq!((judged.total, judged.conclusion), (Decimal::new(5999, 2), Conclusion::Rejected));
    }

    #[test]
    fn a_conclusion_is_lowered_with_a_reason_and_never_raised() {
        let scores = [("necessity", "40"), ("economy", "30")];
        let lowered = judge(&policy(), &findings(&scores, Some(Conclusion::Rejected), Some("资金未落实"))).unwrap();
        assert_eq!((lowered.by_points, lowered.conclusion), (Conclusion::PartlySupported, Conclusion::Rejected));
        let same = judge(&policy(), &findings(&scores, Some(Conclusion::PartlySupported), Some("无"))).unwrap();
        assert_eq!(same.reason, None);
        assert_eq!(
            violations(&findings(&scores, Some(Conclusion::Rejected), None)),
            [("/reason".to_owned(), ViolationCode::Missing)]
        );
        assert_eq!(
            violations(&findings(&scores, Some(Conclusion::Supported), Some("重要"))),
            [("/conclusion".to_owned(), ViolationCode::NotAllowed)]
        );
    }

    #[test]
    fn everything_that_is_wrong_is_named() {
        let mut wrong = findings(&[("beauty", "1"), ("necessity", "60.001"), ("necessity", "1")], None, None);
        wrong.scores[1].reason = " ".to_owned();
        assert_eq!(
            violations(&wrong),
            [
                ("/scores/0/criterion".to_owned(), ViolationCode::UnknownReference),
                ("/scores/1/reason".to_owned(), ViolationCode::Missing),
                ("/scores/1/score".to_owned(), ViolationCode::TooManyDigits),
                ("/scores/2/criterion".to_owned(), ViolationCode::Duplicate),
                ("/scores".to_owned(), ViolationCode::Missing),
            ]
        );
        for score in ["-0.01", "60.01"] {
            assert_eq!(
                violations(&findings(&[("necessity", score), ("economy", "1")], None, None)),
                [("/scores/0/score".to_owned(), ViolationCode::OutOfRange)]
            );
        }
    }
}
