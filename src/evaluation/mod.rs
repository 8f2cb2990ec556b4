//! Evaluation (绩效评价) of projects, schools' budgets and the department, and what follows from it.
//!
//! The sheet of an evaluation is computed from the budget, the payments, the approved goals and the figures; people enter
//! what cannot be computed: scores of qualitative targets within their band, reasons of deviations and measures. While it is
//! on its way the sheet is computed anew each time it is read. When it becomes final it is kept together with the moment as
//! of which everything was read, and from then on it is answered as it was. Since all that it rests on can be read as of that
//! moment, it can be computed again, and comes to the same.
//!
//! ```text
//! missing ──save──▶ draft ──submit──▶ submitted ──review──▶ reviewed ──finalise──▶ final
//!                                      │    ▲                  │
//!                                    return submit          return
//!                                      ▼    │                  │
//!                                     returned ◀───────────────┘
//! ```

mod actuals;
mod board;
mod body;
mod checks;
mod compute;
mod desk;
mod http;
mod inputs;
mod model;
mod ops;
mod queries;
mod results;
mod sheet;
mod table;
mod tables;

use utoipa_actix_web::service_config::ServiceConfig;

pub use model::Kind;
pub use tables::{final_project_tables, sheet_table};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(board::list_evaluations)
        .service(board::get_evaluation_coverage)
        .service(results::list_evaluation_results)
        .service(http::recompute_evaluation)
        .service(http::get_evaluation)
        .service(http::save_evaluation)
        .service(http::submit_evaluation)
        .service(http::return_evaluation)
        .service(http::review_evaluation)
        .service(http::finalise_evaluation);
}
