//! Evidence (佐证材料): files that are uploaded once, and attached to what they prove.
//!
//! A file is a row: its name, whose it is, what it is attached to. Its content lies in a store, once
//! per bureau and content. A row of `file_contents` comes before the content and goes after it, and
//! a content that no file names any more stays for a time of grace, so that a backup of the database
//! and one of the store fit together, whichever was made first.

mod cleanup;
mod http;
mod inspect;
mod kind;
mod model;
mod ops;
mod queries;
mod range;
mod spool;
mod store;

use utoipa_actix_web::service_config::ServiceConfig;

pub use cleanup::{clean_up, sweep};
pub use inspect::{Fault, Finding, Progress, inspect};
pub use store::Files;

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(http::attachments::attach_file_to_submission)
        .service(http::attachments::detach_file_from_submission)
        .service(http::attachments::attach_file_to_record)
        .service(http::attachments::detach_file_from_record)
        .service(http::attachments::projects::attach_file_to_project)
        .service(http::attachments::projects::detach_file_from_project)
        .service(http::attachments::rectifications::attach_file_to_rectification)
        .service(http::attachments::rectifications::detach_file_from_rectification)
        .service(http::content::get_file_content)
        .service(http::list_files)
        .service(http::create_file)
        .service(http::get_file)
        .service(http::delete_file);
}
