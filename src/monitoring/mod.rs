//! Monitoring rounds (运行监控): how far budgets and goals have come by the end of a month, and what their units say to it.
//!
//! Opening a round reads everything as of one moment: of each project its budget, what was executed by the last day of the
//! month, and the targets of its goal in force with their values to date. What is read makes the lights, by the policy of
//! that day, and is kept as a *reading*, which never changes: later payments, corrections and amendments do not touch it.
//! While a sheet has not been handed in, the round can look again; that makes the next reading beside the first.
//!
//! A sheet is filled in by the project's unit or its section: what is expected of the year, how likely the targets are to
//! be reached, and why a light is yellow or red. A red light opens a rectification when the sheet is handed in, once: the
//! light was computed, so nobody has to judge it first.

mod body;
mod check;
mod desk;
mod http;
mod model;
mod queries;
mod reading;
mod rectify;
mod rounds;
mod table;
mod tables;
mod values;

use utoipa_actix_web::service_config::ServiceConfig;

pub use tables::closed_table;

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(http::list_monitoring_rounds)
        .service(http::open_monitoring_round)
        .service(http::get_monitoring_round)
        .service(http::refresh_monitoring_round)
        .service(http::close_monitoring_round)
        .service(http::sheets::list_monitoring_sheets)
        .service(http::sheets::get_monitoring_sheet)
        .service(http::sheets::put_monitoring_sheet)
        .service(http::sheets::submit_monitoring_sheet)
        .service(http::sheets::return_monitoring_sheet)
        .service(http::sheets::review_monitoring_sheet);
}
