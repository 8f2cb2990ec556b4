//! Rectifications (整改): one list of all that was found and has to be put right.
//!
//! Whatever finds something opens one: people by hand, monitoring by a red light. Its unit says what is done, by whom, and
//! that it is done; somebody else sees that it is. Every change makes a revision with the time at which it was recorded,
//! and the timeline says which state was entered on which day.

mod body;
mod evidence;
mod http;
mod life;
mod model;
mod ops;
mod queries;

use utoipa_actix_web::service_config::ServiceConfig;

pub use evidence::{check_rectification_visible, school_where_rectification_evidence_may_change};
pub use model::Source as RectificationSource;
pub use ops::{NewRectification, OpenedRectification, open as open_rectification};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(http::reminders::remind_of_rectifications)
        .service(http::list_rectifications)
        .service(http::create_rectification)
        .service(http::list_rectification_revisions)
        .service(http::get_rectification)
        .service(http::patch_rectification)
        .service(http::move_rectification);
}
