//! Fixed assets: cards, depreciation, inventories and disposals.
//!
//! A card has a code that stands for the same thing for ever, and revisions, as records of registers have them. What it
//! costs is depreciated by the lives of the policy; nothing of that is stored, so that a correction works backwards. An
//! inventory freezes what is to be found. A disposal takes cards of one unit through its steps, and its end is that they
//! are not held any more.

mod amount;
mod body;
mod check;
mod depreciation;
mod disposals;
mod file;
mod http;
mod inventories;
mod keeper;
mod model;
mod ops;
mod queries;
mod report;

use utoipa_actix_web::service_config::ServiceConfig;

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        // Before what takes any code in their place.
        .service(disposals::http::list_disposals)
        .service(disposals::http::get_disposal)
        .service(disposals::http::apply_for_disposal)
        .service(disposals::http::take_disposal_step)
        .service(inventories::http::list_inventories)
        .service(inventories::http::get_inventory)
        .service(inventories::http::list_inventory_items)
        .service(inventories::http::open_inventory)
        .service(inventories::http::count_inventory)
        .service(inventories::http::close_inventory)
        .service(report::http::get_asset_report)
        .service(http::import_assets)
        .service(http::list_assets)
        .service(http::create_asset)
        .service(http::list_asset_revisions)
        .service(http::get_asset)
        .service(http::patch_asset);
}
