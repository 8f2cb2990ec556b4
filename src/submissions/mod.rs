//! What schools report: drafts, review, revisions.
//!
//! A school works on a document per form and period. Submitting makes an immutable revision of it;
//! accepting makes that revision count. Which revision stood when is kept in
//! `submission_standings`, which is all that figures rest on.

mod board;
mod body;
mod content;
mod desk;
mod evidence;
mod findings;
mod http;
mod import;
mod model;
mod ops;
mod queries;
mod revisions;
mod sheet;
mod window;
mod workbook;

use utoipa_actix_web::service_config::ServiceConfig;

pub use body::{CellScalar, ExplanationBody};
pub use evidence::{check_evidence_may_change, check_submission_visible};
pub use model::{Action, State};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(board::list_submissions)
        .service(http::get_submission)
        .service(http::save_submission)
        .service(http::submit_submission)
        .service(http::return_submission)
        .service(http::accept_submission)
        .service(http::reopen_submission)
        .service(revisions::list_revisions)
        .service(revisions::get_revision)
        .service(revisions::diff_revisions)
        .service(import::import_submissions)
        .service(workbook::get_form_workbook)
        .service(window::get_window)
        .service(window::extend_window);
}
