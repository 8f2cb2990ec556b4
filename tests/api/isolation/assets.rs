//! Assets of each school, so that none of their tables is empty for anybody.

use serde_json::json;

use crate::support::{Client, TestApp};

/// A card that is disposed of, and one that is looked for in vain.
pub async fn keep(app: &TestApp, school: &str, principal: &str, text: &str) {
    let principal = app.log_in(principal).await;
    for code in ["kept", "disposed"] {
        let card = json!({"code": format!("{code}-{school}"), "organisation": school, "name": text, "category": "computer",
            "value": 4800, "acquired_on": "2022-03-15"});
        principal.post("/v1/assets", &card).await.expect(201);
    }
    let disposal = json!({"code": format!("cz-{school}"), "method": "scrapping", "assets": [format!("disposed-{school}")],
        "note": text});
    principal.post("/v1/assets/disposals", &disposal).await.expect(201);
    let inventory = json!({"code": format!("pd-{school}"), "organisation": school, "note": text});
    principal.post("/v1/assets/inventories", &inventory).await.expect(201);
    let counts = json!({"counts": [{"asset": format!("kept-{school}"), "found": false, "note": text}]});
    principal.post(&format!("/v1/assets/inventories/pd-{school}/counts"), &counts).await.expect(200);
}

/// Reads whatever can be read of assets.
pub async fn read_everything(reader: &Client) {
    for path in [
        "/v1/assets",
        "/v1/assets?category=computer",
        "/v1/assets/report?year=2022",
        "/v1/assets/report?year=2022&by=category",
        "/v1/assets/disposals",
        "/v1/assets/inventories",
    ] {
        reader.get(path).await.expect(200);
    }
    for school in [crate::support::SIBLING, crate::support::NEIGHBOUR] {
        for path in [
            format!("/v1/assets/kept-{school}"),
            format!("/v1/assets/kept-{school}/revisions"),
            format!("/v1/assets/disposals/cz-{school}"),
            format!("/v1/assets/inventories/pd-{school}"),
            format!("/v1/assets/inventories/pd-{school}/items"),
        ] {
            reader.get(&path).await;
        }
    }
}
