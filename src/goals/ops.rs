//! What happens to a goal: saved, handed in, reviewed, sent back, approved, amended, thrown away.

use serde_json::{Value, json};

use super::check::{self, Terms};
use super::content::{Wanted, settle_within};
use super::input::ReviewInput;
use super::keeper::{Keeper, forbidden};
use super::model::{Action, Goal, State, Wording};
use super::queries::{self, Beginning, Meeting, Standing};
use super::review::judge;
use crate::catalogue::{Catalogues, Period};
use crate::platform::access::Scope;
use crate::platform::conditional::Precondition;
use crate::platform::db::{Tx, unique_behind};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::platform::history::{Strand, recording_time};
use crate::platform::journal::{self, Entry};
use crate::say;

/// A year's goals to work on, and who does.
pub(super) struct Desk<'a> {
    pub catalogues: &'a Catalogues,
    pub scope: &'a Scope,
    pub keeper: &'a Keeper,
    pub year: Period,
    pub number: i32,
}

/// 404: no such goal, or none that the caller may see.
pub(super) fn no_goal(goal: &str) -> AppError {
    AppError::not_found(say!("没有目标“{goal}”", "There is no goal “{goal}”"))
}

/// What a write ran against that nobody saw coming: who calls is told to read again.
pub(super) fn taken(error: AppError) -> AppError {
    match unique_behind(&error) {
        Some("goals_of_projects") => AppError::violation(
            "/project",
            ViolationCode::Duplicate,
            say!("项目在本年已有目标", "The project has a goal in the year"),
        ),
        Some(_) => AppError::new(Code::AlreadyExists).detail(say!("目标编码已被使用", "The code of the goal is taken")),
        None => error,
    }
}

impl Desk<'_> {
    async fn find(&self, tx: &mut Tx, goal: &str) -> Result<Goal> {
        queries::find(tx, self.scope, self.number, goal).await?.ok_or_else(|| no_goal(goal))
    }

    /// The goal, for a step that is taken now and by nobody else.
    async fn begin(&self, tx: &mut Tx, goal: &str, action: Action, precondition: &Precondition) -> Result<Goal> {
        let found = queries::find_to_change(tx, self.scope, self.number, goal).await?.ok_or_else(|| no_goal(goal))?;
        // Deleting has its precondition checked as the change of a resource.
        if action != Action::Delete {
            precondition.check_if_given(Some(found.tag()))?;
        }
        self.keeper.check(action, &found)?;
        Ok(found)
    }

    fn meeting<'g>(&self, goal: &'g Goal) -> Meeting<'g> {
        Meeting { year: self.number, goal }
    }

    /// Saves the version in work, or begins the goal; gives back whether it began, and the goal as it is then.
    pub(super) async fn save(
        &self,
        tx: &mut Tx,
        mut wanted: Wanted,
        precondition: &Precondition,
    ) -> Result<(bool, Goal)> {
        let code = wanted.head.code.clone();
        let current = queries::find_to_change(tx, self.scope, self.number, &code).await?;
        // A school that names another than itself is told so before anything else.
        let own = self.scope.school().map(|_| wanted.head.organisation.as_str());
        if !self.keeper.may_write(own, &wanted.wording.section) {
            return Err(forbidden(&wanted.wording.section));
        }
        precondition.check(current.as_ref().map(Goal::tag))?;
        if let Some(current) = &current {
            self.keeper.check(Action::Save, current)?;
            unchanging(current, &wanted)?;
        }
        check::references(tx, self.scope, self.number, &mut wanted).await?;
        settle_within(&mut wanted.wording.content.targets, wanted.head.school.as_deref());
        let Some(current) = current else {
            self.insert(tx, &wanted).await?;
            let after = json!({ "version": 1, "wording": wording(&wanted.wording)? });
            self.record(tx, "goal.create", &wanted.head.code, wanted.head.school.as_deref(), None, Some(after)).await?;
            return Ok((true, self.find(tx, &code).await?));
        };
        if current.newest.wording == wanted.wording {
            return Ok((false, current));
        }
        queries::save(tx, self.scope, &self.meeting(&current), &wanted.wording).await?;
        let version = current.newest.number;
        let before = json!({ "version": version, "wording": wording(&current.newest.wording)? });
        let after = json!({ "version": version, "wording": wording(&wanted.wording)? });
        let school = current.head.school.as_deref();
        self.record(tx, "goal.save", &code, school, Some(before), Some(after)).await?;
        Ok((false, self.find(tx, &code).await?))
    }

    async fn insert(&self, tx: &mut Tx, Wanted { head, wording }: &Wanted) -> Result<()> {
        queries::insert_heads(tx, self.scope, self.number, &[head]).await.map_err(taken)?;
        let beginning = Beginning { head, number: 1, tag: 1, wording, reason: None, last_year: None };
        queries::insert_versions(tx, self.scope, self.number, &[beginning]).await
    }

    /// Throws the version in work away.
    pub(super) async fn delete(&self, tx: &mut Tx, goal: &str, precondition: &Precondition) -> Result<()> {
        let found = self.begin(tx, goal, Action::Delete, precondition).await?;
        precondition.check(Some(found.tag()))?;
        queries::delete(tx, self.scope, &self.meeting(&found)).await.map_err(|error| {
            let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref());
            if source.is_some_and(is_still_named) {
                AppError::new(Code::InUse).detail(say!("其他目标以它为上级", "Other goals serve it"))
            } else {
                error
            }
        })?;
        let before = json!({ "version": found.newest.number, "wording": wording(&found.newest.wording)? });
        self.record(tx, "goal.delete", goal, found.head.school.as_deref(), Some(before), None).await
    }

    /// Hands the version in work in, where it is complete.
    pub(super) async fn submit(
        &self,
        tx: &mut Tx,
        goal: &str,
        note: Option<&str>,
        precondition: &Precondition,
    ) -> Result<Goal> {
        let found = self.begin(tx, goal, Action::Submit, precondition).await?;
        let mut wanted = Wanted { head: found.head.clone(), wording: found.newest.wording.clone() };
        let mut violations = Vec::new();
        let references = check::references(tx, self.scope, self.number, &mut wanted).await;
        violations.extend(references.err().map(AppError::into_violations).transpose()?.into_iter().flatten());
        let catalogue = self.catalogues.current(tx, self.scope).await?;
        let policy = catalogue.policy(self.year.end()).ok_or_else(no_policy)?;
        let terms = Terms { catalogues: self.catalogues, catalogue: &catalogue, policy, year: self.year };
        let complete = terms.complete(tx, self.scope, &wanted).await;
        violations.extend(complete.err().map(AppError::into_violations).transpose()?.into_iter().flatten());
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let standing = Standing { note, submitted_by: Some(self.scope.actor()), ..Standing::default() };
        self.advance(tx, found, State::Submitted, "goal.submit", standing).await
    }

    /// Scores what was handed in: it goes on to the leader, or back.
    pub(super) async fn review(
        &self,
        tx: &mut Tx,
        goal: &str,
        input: &ReviewInput,
        precondition: &Precondition,
    ) -> Result<Goal> {
        let found = self.begin(tx, goal, Action::Review, precondition).await?;
        let catalogue = self.catalogues.current(tx, self.scope).await?;
        let policy = catalogue.policy(self.year.end()).ok_or_else(no_policy)?;
        let review = judge(policy, input, tx.now()).map_err(AppError::invalid)?;
        let to = if review.accepted { State::Reviewed } else { State::Returned };
        let submitted_by = found.newest.submitted_by.clone();
        let standing = Standing {
            review: Some(queries::write(&review)?),
            note: review.opinion.as_deref(),
            submitted_by: submitted_by.as_deref(),
            reviewed_by: Some(self.scope.actor()),
            ..Standing::default()
        };
        self.advance(tx, found, to, "goal.review", standing).await
    }

    /// Sends back what was handed in, or reviewed.
    pub(super) async fn send_back(
        &self,
        tx: &mut Tx,
        goal: &str,
        note: &str,
        precondition: &Precondition,
    ) -> Result<Goal> {
        let found = self.begin(tx, goal, Action::Return, precondition).await?;
        let newest = found.newest.clone();
        let standing = Standing {
            review: newest.review.as_ref().map(queries::write).transpose()?,
            note: Some(note),
            submitted_by: newest.submitted_by.as_deref(),
            reviewed_by: newest.reviewed_by.as_deref(),
            ..Standing::default()
        };
        self.advance(tx, found, State::Returned, "goal.return", standing).await
    }

    /// Puts what was reviewed in force, in the place of the version before; what it serves is in force already.
    pub(super) async fn approve(
        &self,
        tx: &mut Tx,
        goal: &str,
        note: Option<&str>,
        precondition: &Precondition,
    ) -> Result<Goal> {
        let found = self.begin(tx, goal, Action::Approve, precondition).await?;
        let now = recording_time(tx, self.scope, Strand::Decisions).await?;
        if let Some(parent) = &found.newest.wording.parent {
            let above = queries::find(tx, self.scope, self.number, parent).await?;
            if above.is_none_or(|above| above.in_force().is_none()) {
                return Err(AppError::new(Code::StateForbids).detail(say!(
                    "上级目标“{parent}”尚未批准",
                    "The goal “{parent}”, which it serves, is not in force"
                )));
            }
        }
        queries::supersede(tx, self.scope, &self.meeting(&found)).await?;
        let newest = found.newest.clone();
        let standing = Standing {
            review: newest.review.as_ref().map(queries::write).transpose()?,
            note,
            submitted_by: newest.submitted_by.as_deref(),
            reviewed_by: newest.reviewed_by.as_deref(),
            approved_by: Some(self.scope.actor()),
            approved_at: Some(now),
        };
        self.advance(tx, found, State::Approved, "goal.approve", standing).await
    }

    /// Begins the next version of a goal that is in force.
    pub(super) async fn amend(
        &self,
        tx: &mut Tx,
        goal: &str,
        reason: &str,
        precondition: &Precondition,
    ) -> Result<Goal> {
        let found = self.begin(tx, goal, Action::Amend, precondition).await?;
        let number = found.newest.number + 1;
        let beginning = Beginning {
            head: &found.head,
            number,
            tag: found.tag() + 1,
            wording: &found.newest.wording,
            reason: Some(reason),
            last_year: found.newest.last_year.as_ref().map(queries::write).transpose()?,
        };
        queries::insert_versions(tx, self.scope, self.number, &[beginning]).await.map_err(taken)?;
        let after = json!({ "version": number, "state": State::Draft.code(), "reason": reason });
        self.record(tx, "goal.amend", goal, found.head.school.as_deref(), None, Some(after)).await?;
        self.find(tx, goal).await
    }

    async fn advance(
        &self,
        tx: &mut Tx,
        found: Goal,
        to: State,
        action: &'static str,
        standing: Standing<'_>,
    ) -> Result<Goal> {
        queries::advance(tx, self.scope, &self.meeting(&found), to, &standing).await?;
        let version = found.newest.number;
        let before = json!({ "version": version, "state": found.newest.state.code() });
        let mut after = json!({ "version": version, "state": to.code(), "note": standing.note });
        if let (Some(review), "goal.review", Some(after)) = (standing.review, action, after.as_object_mut()) {
            after.insert("review".to_owned(), review);
        }
        let school = found.head.school.as_deref();
        self.record(tx, action, &found.head.code, school, Some(before), Some(after)).await?;
        self.find(tx, &found.head.code).await
    }

    async fn record(
        &self,
        tx: &mut Tx,
        action: &'static str,
        goal: &str,
        school: Option<&str>,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Result<()> {
        let subject = format!("{}/{goal}", self.number);
        let entry = Entry { action, subject_type: "goal", subject, school, before, after };
        journal::record(tx, self.scope, vec![entry]).await
    }
}

/// 409: nothing says how goals are weighed.
fn no_policy() -> AppError {
    AppError::new(Code::StateForbids).detail(say!("目录中没有该年度的政策", "The catalogue has no policy for the year"))
}

fn is_still_named(error: &diesel::result::Error) -> bool {
    use diesel::result::{DatabaseErrorKind, Error};
    matches!(error, Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _))
}

/// A goal stands for the same thing for ever.
fn unchanging(current: &Goal, wanted: &Wanted) -> Result<()> {
    let (is, to_be) = (&current.head, &wanted.head);
    let changed = [
        ("/level", is.level != to_be.level),
        ("/organisation", is.organisation != to_be.organisation),
        ("/project", is.project != to_be.project),
    ];
    let violations: Vec<Violation> = changed
        .into_iter()
        .filter(|(_, changed)| *changed)
        .map(|(place, _)| {
            let message = say!("不能改变，可删除草稿后重新建立", "It does not change; begin another goal");
            Violation::new(place, ViolationCode::Inconsistent, message)
        })
        .collect();
    if violations.is_empty() { Ok(()) } else { Err(AppError::invalid(violations)) }
}

/// What a goal says, for the journal.
pub(super) fn wording(wording: &Wording) -> Result<Value> {
    let Wording { section, parent, name, content } = wording;
    Ok(json!({ "section": section, "parent": parent, "name": name, "content": queries::write(content)? }))
}
