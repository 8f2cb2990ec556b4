//! A county's own definitions, as data: indicators, forms, registers, rules. The code knows none by name.

mod broken;
mod compile;
mod compiled;
mod diff;
pub mod document;
mod file;
mod http;
mod ops;
mod period;
mod queries;
mod sentences;
mod standing;
mod value;
mod window;

use utoipa_actix_web::service_config::ServiceConfig;

pub use broken::{BrokenRule, broken_rules};
pub use compile::{PartVersions, Versions, compile};
pub use compiled::{Catalogue, CompiledForm, CompiledIndicator, CompiledRegister, CompiledRule};
pub use diff::{Changed, Changes};
pub use file::{CatalogueFile, read_document, read_file, write_yaml};
pub use ops::replace;
pub use period::{InvalidPeriod, Period};
pub use queries::Catalogues;
pub use sentences::{FILTERS, FUNCTIONS, TESTS, VARIABLES};
pub use value::{CellValue, MAX_TEXT, Refused, boolean_word, read_date, read_number, read_option, read_text};
pub use window::{WindowDates, WindowRule};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(http::get_catalogue)
        .service(http::put_catalogue)
        .service(http::indicators::list_indicators)
        .service(http::indicators::get_indicator)
        .service(http::indicators::put_indicator)
        .service(http::registers::list_registers)
        .service(http::registers::get_register)
        .service(http::registers::put_register)
        .service(http::policies::list_policies)
        .service(http::policies::get_policy)
        .service(http::policies::put_policy)
        .service(http::reports::list_report_templates)
        .service(http::reports::get_report_template)
        .service(http::reports::put_report_template)
        .service(http::forms::list_forms)
        .service(http::forms::get_form)
        .service(http::forms::put_form)
        .service(http::forms::publish_form)
        .service(http::forms::delete_form_draft)
        .service(http::template::get_form_template);
}
