//! Who may take which step of a disposal, and what is needed for it. Pure.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::model::{Action, Disposal, Ground, Method, State};
use crate::assets::keeper::{Keeper, approver, not_kept};
use crate::catalogue::document::{ApprovalLevel, AssetPolicy};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::say;

/// Who approves a disposal of a value; the leaders, where the policy does not say.
pub(super) fn approval(policy: &AssetPolicy, value: Decimal) -> ApprovalLevel {
    let thresholds = policy.approvals.iter().filter(|threshold| Decimal::from(threshold.from) <= value);
    thresholds.max_by_key(|threshold| threshold.from).map_or(ApprovalLevel::Leader, |threshold| threshold.by)
}

/// The state to which a step leads, where the caller may take it now.
///
/// # Errors
/// 403 saying who may; 409 with the state; [`Code::FourEyes`].
pub(super) fn allowed(keeper: &Keeper, disposal: &Disposal, action: Action) -> Result<State> {
    let decides = matches!(action, Action::Approve | Action::Reject);
    if decides && !keeper.approves(disposal.approval, &disposal.organisation) {
        let who = approver(disposal.approval);
        let (zh, en) = (who.zh, who.en);
        return Err(
            AppError::new(Code::Forbidden).detail(say!("此处置由{zh}审批", "This disposal is approved by {en}"))
        );
    }
    if !decides && !keeper.keeps(&disposal.organisation) {
        return Err(not_kept(&disposal.organisation));
    }
    let next = action.leads(disposal.state).ok_or_else(|| state_forbids(disposal.state))?;
    if decides && disposal.steps.iter().any(|step| step.recorded_by == keeper.actor()) {
        return Err(AppError::new(Code::FourEyes).detail(say!(
            "申请、评估、决策的经办人不得审批",
            "Whoever applied for it, or recorded a step of it, does not approve it"
        )));
    }
    Ok(next)
}

/// What a caller may do with a disposal now.
pub(super) fn may(keeper: &Keeper, disposal: &Disposal) -> Vec<Action> {
    Action::STEPS.into_iter().filter(|action| allowed(keeper, disposal, *action).is_ok()).collect()
}

fn state_forbids(state: State) -> AppError {
    let possible = Action::STEPS.into_iter().filter(|action| action.leads(state).is_some());
    let name = state.name();
    AppError::new(Code::StateForbids)
        .detail(say!("处置当前状态为 {name}", "The disposal is {name} now"))
        .state(name, possible.map(|action| action.name().to_owned()).collect())
}

/// Everything that is wrong with the ground of a step; `last` is the day of the step before.
pub(super) fn wrong(
    action: Action,
    method: Method,
    ground: &Ground,
    last: Option<NaiveDate>,
    today: NaiveDate,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut found = |place: &str, code, message| violations.push(Violation::new(place, code, message));
    let day = ground.day;
    if day > today {
        found(
            "/on",
            ViolationCode::OutOfRange,
            say!("不得晚于今天 {today}", "It must not be later than today, {today}"),
        );
    }
    if let Some(last) = last.filter(|last| day < *last) {
        let message = say!("不得早于上一步的日期 {last}", "It must not be earlier than the step before, {last}");
        found("/on", ViolationCode::OutOfRange, message);
    }
    let amount_needed = matches!(action, Action::Appraise | Action::PayProceeds);
    let pays = action == Action::PayProceeds && ground.amount.is_some_and(|amount| !amount.is_zero());
    let needed = [
        ("/document", ground.document.is_none(), matches!(action, Action::Appraise | Action::Decide) || pays),
        ("/participants", ground.participants.is_none(), action == Action::Decide),
        ("/amount", ground.amount.is_none(), amount_needed),
        ("/note", ground.note.is_none(), matches!(action, Action::Apply | Action::Reject | Action::Withdraw)),
    ];
    for (place, _, _) in needed.into_iter().filter(|(_, is_missing, is_needed)| *is_missing && *is_needed) {
        found(place, ViolationCode::Missing, say!("此步骤需要此项", "This step needs this"));
    }
    let strays = [
        ("/participants", ground.participants.is_some() && action != Action::Decide),
        ("/amount", ground.amount.is_some() && !amount_needed),
    ];
    for (place, _) in strays.into_iter().filter(|(_, is_stray)| *is_stray) {
        found(place, ViolationCode::Inconsistent, say!("此步骤没有此项", "This step has no such thing"));
    }
    if pays && matches!(method, Method::Transfer | Method::Donation) {
        let message = say!("无偿划转和捐赠没有处置收益", "A transfer or donation has no proceeds");
        found("/amount", ViolationCode::Inconsistent, message);
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::document::ApprovalThreshold;

    #[test]
    fn the_last_threshold_that_is_reached_says_who_approves() {
        let threshold = |from, by| ApprovalThreshold { from, by };
        let policy = AssetPolicy {
            approvals: vec![
                threshold(500_000, ApprovalLevel::Leader),
                threshold(0, ApprovalLevel::Unit),
                threshold(5_000, ApprovalLevel::Finance),
            ],
            ..AssetPolicy::default()
        };
        for (value, by) in [
            ("0", ApprovalLevel::Unit),
            ("4999.99", ApprovalLevel::Unit),
            ("5000", ApprovalLevel::Finance),
            ("499999.99", ApprovalLevel::Finance),
            ("500000.00", ApprovalLevel::Leader),
        ] {
            assert_eq!(approval(&policy, value.parse().unwrap()), by, "{value}");
        }
        assert_eq!(approval(&AssetPolicy::default(), Decimal::ZERO), ApprovalLevel::Leader);
    }

    #[test]
    fn steps_are_taken_in_their_order_and_no_other() {
        let order = [
            (State::Applied, Action::Appraise, State::Appraised),
            (State::Appraised, Action::Decide, State::Decided),
            (State::Decided, Action::Approve, State::Approved),
            (State::Approved, Action::Dispose, State::Disposed),
            (State::Disposed, Action::PayProceeds, State::ProceedsPaid),
            (State::ProceedsPaid, Action::WriteOff, State::WrittenOff),
        ];
        for (i, (_, action, to)) in order.into_iter().enumerate() {
            for (j, (from, ..)) in order.into_iter().enumerate() {
                assert_eq!(action.leads(from), (i == j).then_some(to), "{action:?} of {from:?}");
            }
        }
        for state in [State::WrittenOff, State::Rejected, State::Withdrawn] {
            assert!(Action::STEPS.into_iter().all(|action| action.leads(state).is_none()), "{state:?} is an end");
        }
    }
}
