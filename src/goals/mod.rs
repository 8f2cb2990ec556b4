//! A year's performance goals (绩效目标): a tree of goals with their measures and targets.
//!
//! A goal has a code that stands for the same thing for ever, and versions. One is in work at most: it is saved as a draft,
//! handed in when it is complete, reviewed by the criteria of the policy, and approved by a leader; then it is in force and
//! frozen, until an amendment, which says why, is approved in its place. Neither whoever wrote nor whoever handed in a
//! version decides on it, and who reviewed it does not approve it.
//!
//! A school writes its own goals and a section those that name it; who runs the performance cycle, all of them.

mod actuals;
mod body;
mod check;
mod content;
mod copy;
mod http;
mod in_force;
mod input;
mod keeper;
mod model;
mod ops;
mod queries;
mod review;
mod summaries;
mod table;

use utoipa_actix_web::service_config::ServiceConfig;

pub use in_force::{GoalInForce, Which, in_force};
pub use model::{Content, Level, Target};
pub use table::table;

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(http::get_goal_tree)
        .service(http::copying::copy_goals)
        .service(http::list_goals)
        .service(http::get_goal)
        .service(http::list_goal_versions)
        .service(http::save_goal)
        .service(http::delete_goal)
        .service(http::steps::submit_goal)
        .service(http::steps::review_goal)
        .service(http::steps::return_goal)
        .service(http::steps::approve_goal)
        .service(http::steps::amend_goal);
}
