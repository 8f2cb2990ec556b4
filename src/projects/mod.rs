//! Projects (项目), from the proposal to the closing, and their appraisal before they enter a budget.
//!
//! A project has a code that stands for the same thing for ever, and revisions with the time at which each was recorded.
//! An appraisal (事前评估) is of what a project says then: whoever changes it afterwards takes it back to where it was
//! before. Whoever wrote a project neither appraises it nor decides on it.

mod appraisals;
mod body;
mod evidence;
mod file;
mod http;
mod import;
mod life;
mod model;
mod ops;
mod queries;

use utoipa_actix_web::service_config::ServiceConfig;

pub use evidence::{check_project_visible, school_where_project_evidence_may_change};
pub use model::{Category as ProjectCategory, State as ProjectState};
pub use queries::{ProjectStanding, find as find_project, find_all as find_projects};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(import::import_projects)
        .service(http::list_projects)
        .service(http::create_project)
        .service(http::list_project_revisions)
        .service(appraisals::http::list_appraisals)
        .service(appraisals::http::create_appraisal)
        .service(appraisals::http::get_appraisal)
        .service(http::get_project)
        .service(http::patch_project)
        .service(http::move_project);
}
