//! Examples of the operations on assets: a card, a disposal and an inventory of the first school.

use serde_json::json;

use super::{Request, file_request, json_request};
use crate::support::{SCHOOL, TestApp};

const ASSET: &str = "asset-1";
const DISPOSAL: &str = "disposal-1";
const INVENTORY: &str = "inventory-1";

/// What stands for the parameters of paths.
pub const PARAMETERS: [(&str, &str); 3] = [("{asset}", ASSET), ("{disposal}", DISPOSAL), ("{inventory}", INVENTORY)];

/// What exists in the first county, and what exists nowhere.
pub const PAIRS: [(&str, &str); 3] =
    [(ASSET, "asset-nothing"), (DISPOSAL, "disposal-nothing"), (INVENTORY, "inventory-nothing")];

/// Two cards of the school, one of them in a disposal that was applied for, and an inventory that is open.
pub async fn prepare_things(app: &TestApp) {
    if app.query("SELECT count(*) FROM asset_revisions").await != 0 {
        return;
    }
    let reporter = app.log_in("reporter").await;
    for code in [ASSET, "asset-2"] {
        reporter.post("/v1/assets", &card(code)).await.expect(201);
    }
    reporter.post("/v1/assets/disposals", &disposal(DISPOSAL, "asset-2")).await.expect(201);
    let inventory = json!({"code": INVENTORY, "organisation": SCHOOL});
    reporter.post("/v1/assets/inventories", &inventory).await.expect(201);
}

/// Takes back what an earlier caller did.
pub async fn restore(operation: &str, app: &TestApp) {
    match operation {
        "create_asset" | "patch_asset" | "apply_for_disposal" | "take_disposal_step" => {}
        "open_inventory" | "close_inventory" => {
            app.execute(
                "DELETE FROM asset_inventory_items WHERE inventory = 'new';
                 DELETE FROM asset_inventories WHERE inventory = 'new';
                 UPDATE asset_inventories SET state = 'open', closed_by = NULL, closed_at = NULL",
            )
            .await;
            return;
        }
        _ => return,
    }
    app.execute(
        "DELETE FROM asset_disposal_steps WHERE disposal = 'new' OR step > 1;
         DELETE FROM asset_disposal_items WHERE disposal = 'new';
         DELETE FROM asset_disposals WHERE disposal = 'new';
         UPDATE asset_disposals SET state = 'applied', version = 1;
         UPDATE asset_disposal_items SET under_way = true;
         DELETE FROM asset_revisions
             WHERE asset = 'new' OR asset = 'asset-1' AND revision > 1 OR asset = 'asset-2' AND revision > 2;
         UPDATE asset_revisions SET superseded_at = NULL WHERE (asset, revision) IN (('asset-1', 1), ('asset-2', 2))",
    )
    .await;
}

/// Query and body of an operation; none where it is not one of assets.
pub fn request(operation: &str) -> Option<Request> {
    let request = match operation {
        "list_assets"
        | "get_asset"
        | "list_asset_revisions"
        | "list_disposals"
        | "get_disposal"
        | "list_inventories"
        | "get_inventory"
        | "list_inventory_items"
        | "close_inventory" => ("", None),
        "get_asset_report" => ("?year=2022", None),
        "create_asset" => json_request("", &card("new")),
        "patch_asset" => json_request("", &json!({"place": "图书室"})),
        "import_assets" => file_request("application/x-ndjson", card("imported").to_string()),
        "apply_for_disposal" => json_request("", &disposal("new", ASSET)),
        "take_disposal_step" => json_request("", &json!({"note": "不再处置"})),
        "open_inventory" => json_request("", &json!({"code": "new", "organisation": SCHOOL})),
        "count_inventory" => json_request("", &json!({"counts": [{"asset": ASSET, "found": true}]})),
        _ => return None,
    };
    Some(request)
}

fn card(code: &str) -> serde_json::Value {
    json!({"code": code, "organisation": SCHOOL, "name": "台式计算机", "category": "computer", "value": 4800,
        "acquired_on": "2022-03-15"})
}

fn disposal(code: &str, asset: &str) -> serde_json::Value {
    json!({"code": code, "method": "scrapping", "assets": [asset], "note": "无法修复"})
}
