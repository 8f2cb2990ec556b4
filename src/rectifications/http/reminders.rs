//! What the caller should see to soon, or should have seen to.

use std::collections::BTreeMap;

use actix_web::get;
use actix_web::web::Data;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::platform::access::{Caller, Permission, Post};
use crate::platform::answers::ListErrors;
use crate::platform::clock::local_date;
use crate::platform::error::{AppError, Result, ViolationCode};
use crate::platform::extract::Params;
use crate::platform::page::MAX_LIMIT;
use crate::platform::reply::Reply;
use crate::rectifications::model::{Revision, Source, State};
use crate::rectifications::queries::{self, Filter};
use crate::say;

/// How far ahead is looked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ReminderParams {
    /// Also what is due within so many days, at most 366.
    #[param(minimum = 0, maximum = 366, default = 14)]
    within: Option<u64>,
}

/// Something to see to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RectificationReminder)]
struct ReminderBody {
    /// Code of the rectification.
    #[schema(example = "2022-audit-03")]
    code: String,
    /// Where it comes from.
    source: Source,
    /// Code of the section that watches over it.
    #[schema(example = "caiwu")]
    section: String,
    /// What was found.
    #[schema(example = "专项资金支出进度低于 60%")]
    finding: String,
    /// Who sees to it.
    #[schema(example = "总务主任", required)]
    owner: Option<String>,
    /// How far it has come.
    state: State,
    /// The day on which it has to be put right.
    #[schema(example = "2022-09-10")]
    due_on: NaiveDate,
    /// For how many days it should have been put right; 0 where it is still time.
    #[schema(example = 0)]
    days_overdue: i64,
}

/// What a unit should see to.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = UnitReminders)]
struct UnitBody {
    /// Code of the unit.
    #[schema(example = "2113000001")]
    organisation: String,
    /// Name of the unit.
    #[schema(example = "小堡村小学", required)]
    organisation_name: Option<String>,
    /// How many are overdue.
    #[schema(example = 1)]
    overdue: usize,
    /// How many are due within the days.
    #[schema(example = 2)]
    due: usize,
    /// These, the most urgent first.
    items: Vec<ReminderBody>,
}

/// What the caller should see to, by unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RectificationReminders)]
struct RemindersBody {
    /// The day by which it is told.
    #[schema(example = "2022-09-01")]
    today: NaiveDate,
    /// How many days ahead was looked.
    #[schema(example = 14)]
    within: u64,
    /// Whether these are all; at most 1000 are told.
    complete: bool,
    /// By unit, in the order of their codes.
    units: Vec<UnitBody>,
}

/// Remind of rectifications
///
/// What is overdue, or due within some days, and not yet put right: of a school its own; of a section those of its own and
/// those over which it watches; of the finance office, leaders and auditors all. The service sends no mail: whoever does
/// reads this list, or the change feed.
#[utoipa::path(tag = "rectifications", params(ReminderParams),
    responses((status = 200, description = "By unit", body = RemindersBody), ListErrors),
    security(("bearer" = [])))]
#[get("/v1/rectifications/reminders")]
pub(in crate::rectifications) async fn remind_of_rectifications(
    app: Data<App>,
    caller: Caller,
    Params(params): Params<ReminderParams>,
) -> Result<Reply> {
    const FURTHEST: u64 = 366;
    let scope = caller.scope_for(Permission::ReadRectifications)?;
    let within = params.within.unwrap_or(14);
    if within > FURTHEST {
        let message = say!("within 至多 {FURTHEST}", "within is at most {FURTHEST}");
        return Err(AppError::parameter("within", ViolationCode::OutOfRange, message));
    }
    let section = match &caller.post {
        Post::Section(section) if !caller.may(Permission::ReviewPerformance) => Some(section.as_str()),
        _ => None,
    };
    app.db
        .read(&scope, async |tx| {
            let today = local_date(tx.now());
            let due_before = today.checked_add_days(Days::new(within + 1));
            let filter = Filter {
                concerns: section,
                due_before,
                pending: Some(true),
                overdue: (today, None),
                ..Filter::default()
            };
            let mut found = queries::list(tx, &scope, &filter, (None, MAX_LIMIT + 1)).await?;
            let most = usize::try_from(MAX_LIMIT).map_err(AppError::internal)?;
            let complete = found.len() <= most;
            found.truncate(most);
            Reply::ok(&RemindersBody { today, within, complete, units: by_unit(found, today) })
        })
        .await
}

fn by_unit(found: Vec<Revision>, today: NaiveDate) -> Vec<UnitBody> {
    let mut units: BTreeMap<String, UnitBody> = BTreeMap::new();
    for Revision { code, content, organisation_name, .. } in found {
        let days_overdue = content.days_overdue(today);
        let state = content.state();
        let organisation = content.organisation.clone();
        let unit = units.entry(content.organisation).or_default();
        unit.organisation = organisation;
        unit.organisation_name = organisation_name;
        *(if days_overdue > 0 { &mut unit.overdue } else { &mut unit.due }) += 1;
        unit.items.push(ReminderBody {
            code,
            source: content.source,
            section: content.section,
            finding: content.finding,
            owner: content.owner,
            state,
            due_on: content.due_on,
            days_overdue,
        });
    }
    units.into_values().collect()
}
