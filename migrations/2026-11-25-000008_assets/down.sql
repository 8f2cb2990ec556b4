DROP TABLE asset_disposal_steps, asset_disposal_items, asset_disposals, asset_inventory_items, asset_inventories, asset_revisions;
