CREATE TABLE asset_revisions (
    bureau_id integer NOT NULL REFERENCES bureaus,
    asset text NOT NULL,
    revision integer NOT NULL,
    organisation text NOT NULL,
    school text,
    name text NOT NULL,
    category text NOT NULL,
    value numeric(18, 2) NOT NULL CHECK (value >= 0),
    acquired_on date NOT NULL,
    funded_from text,
    place text,
    user_name text,
    state text NOT NULL CHECK (state IN ('in_use', 'idle', 'lent', 'in_disposal', 'deregistered')),
    deregistered_on date,
    action text NOT NULL,
    note text,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (bureau_id, asset, revision),
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    CHECK (school = organisation),
    CHECK ((state = 'deregistered') = (deregistered_on IS NOT NULL)),
    CHECK (deregistered_on >= acquired_on),
    CHECK (superseded_at > recorded_at)
);
COMMENT ON TABLE asset_revisions IS 'Cards of fixed assets (资产卡片): what was known of each, from when until when.';
COMMENT ON COLUMN asset_revisions.asset IS 'The card''s code: it stands for the same thing for ever.';
COMMENT ON COLUMN asset_revisions.value IS 'What it cost, in yuan.';
COMMENT ON COLUMN asset_revisions.deregistered_on IS 'The day on which it was written off; from that day on it is not held any more.';
CREATE UNIQUE INDEX asset_revisions_current ON asset_revisions (bureau_id, asset) WHERE superseded_at IS NULL;
CREATE INDEX asset_revisions_by_organisation ON asset_revisions (bureau_id, organisation, asset)
    WHERE superseded_at IS NULL;

CREATE TABLE asset_inventories (
    bureau_id integer NOT NULL REFERENCES bureaus,
    inventory text NOT NULL,
    day date NOT NULL,
    organisation text,
    school text,
    note text,
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    version integer NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_by text,
    closed_at timestamptz,
    PRIMARY KEY (bureau_id, inventory),
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    CHECK (school = organisation),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
COMMENT ON TABLE asset_inventories IS 'Rounds in which fixed assets are looked for (资产盘点).';
COMMENT ON COLUMN asset_inventories.organisation IS 'Whose assets are looked for; null: those of all.';

CREATE TABLE asset_inventory_items (
    bureau_id integer NOT NULL,
    inventory text NOT NULL,
    asset text NOT NULL,
    organisation text NOT NULL,
    school text,
    expected boolean NOT NULL,
    name text NOT NULL,
    category text,
    value numeric(18, 2),
    place text,
    found boolean,
    found_place text,
    note text,
    counts integer NOT NULL DEFAULT 0,
    counted_by text,
    counted_at timestamptz,
    PRIMARY KEY (bureau_id, inventory, organisation, asset),
    FOREIGN KEY (bureau_id, inventory) REFERENCES asset_inventories,
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    CHECK (school = organisation),
    CHECK ((found IS NULL) = (counted_at IS NULL))
);
COMMENT ON TABLE asset_inventory_items IS 'What a round was to find, frozen when it was opened, and what it found.';
COMMENT ON COLUMN asset_inventory_items.asset IS 'Code of the card; of something unexpected, what stands on its label.';
COMMENT ON COLUMN asset_inventory_items.organisation IS 'Whose it is; of something unexpected, where it was found.';
COMMENT ON COLUMN asset_inventory_items.counts IS 'How often it was counted: the version of a round goes up with each.';
COMMENT ON COLUMN asset_inventory_items.found IS 'Null: not counted yet. Of something unexpected false: that was taken back.';

CREATE TABLE asset_disposals (
    bureau_id integer NOT NULL REFERENCES bureaus,
    disposal text NOT NULL,
    organisation text NOT NULL,
    school text,
    method text NOT NULL CHECK (method IN ('transfer', 'donation', 'sale', 'exchange', 'scrapping', 'loss')),
    value numeric(18, 2) NOT NULL CHECK (value >= 0),
    approval text NOT NULL CHECK (approval IN ('unit', 'finance', 'leader')),
    state text NOT NULL CHECK (state IN ('applied', 'appraised', 'decided', 'approved', 'disposed', 'proceeds_paid',
        'written_off', 'rejected', 'withdrawn')),
    version integer NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, disposal),
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    CHECK (school = organisation)
);
COMMENT ON TABLE asset_disposals IS 'Disposals of assets (资产处置): where each stands; how it got there is in asset_disposal_steps.';
COMMENT ON COLUMN asset_disposals.value IS 'Σ of what its assets cost.';
COMMENT ON COLUMN asset_disposals.approval IS 'Who approves it, by the policy of the day on which it was applied for.';
CREATE INDEX asset_disposals_by_organisation ON asset_disposals (bureau_id, organisation, disposal);

CREATE TABLE asset_disposal_items (
    bureau_id integer NOT NULL,
    disposal text NOT NULL,
    asset text NOT NULL,
    school text,
    name text NOT NULL,
    value numeric(18, 2) NOT NULL,
    state_before text NOT NULL CHECK (state_before IN ('in_use', 'idle', 'lent')),
    under_way boolean NOT NULL,
    PRIMARY KEY (bureau_id, disposal, asset),
    FOREIGN KEY (bureau_id, disposal) REFERENCES asset_disposals
);
COMMENT ON TABLE asset_disposal_items IS 'The assets of a disposal, as they were when it was applied for.';
COMMENT ON COLUMN asset_disposal_items.state_before IS 'Where the card returns to when nothing comes of it.';
CREATE UNIQUE INDEX asset_disposal_items_under_way ON asset_disposal_items (bureau_id, asset) WHERE under_way;

CREATE TABLE asset_disposal_steps (
    bureau_id integer NOT NULL,
    disposal text NOT NULL,
    step integer NOT NULL,
    school text,
    action text NOT NULL CHECK (action IN ('apply', 'appraise', 'decide', 'approve', 'dispose', 'pay_proceeds',
        'write_off', 'reject', 'withdraw')),
    day date NOT NULL,
    document text,
    participants text,
    amount numeric(18, 2) CHECK (amount >= 0),
    note text,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, disposal, step),
    FOREIGN KEY (bureau_id, disposal) REFERENCES asset_disposals
);
COMMENT ON TABLE asset_disposal_steps IS 'Who took which step of a disposal when, on what ground.';
COMMENT ON COLUMN asset_disposal_steps.step IS 'Number within the disposal, from 1.';
COMMENT ON COLUMN asset_disposal_steps.participants IS 'Who took part in the collective decision.';
COMMENT ON COLUMN asset_disposal_steps.amount IS 'Yuan: the appraised value, or the proceeds that were paid in.';

ALTER TABLE asset_revisions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE asset_inventories ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE asset_inventory_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE asset_disposals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE asset_disposal_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE asset_disposal_steps ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON asset_revisions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
-- A round that looks for the assets of all is everybody's; what a school finds in it is its own.
CREATE POLICY tenant ON asset_inventories USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR organisation IS NULL
        OR school = current_setting('app.school', true))) WITH CHECK (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON asset_inventory_items USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON asset_disposals USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON asset_disposal_items USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON asset_disposal_steps USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));

GRANT SELECT, INSERT ON asset_revisions, asset_inventories, asset_inventory_items,
    asset_disposals, asset_disposal_items, asset_disposal_steps TO jixiao_app;
GRANT UPDATE (superseded_at) ON asset_revisions TO jixiao_app;
GRANT UPDATE (state, version, closed_by, closed_at) ON asset_inventories TO jixiao_app;
GRANT UPDATE (found, found_place, note, counts, counted_by, counted_at) ON asset_inventory_items TO jixiao_app;
GRANT UPDATE (state, version, updated_at) ON asset_disposals TO jixiao_app;
GRANT UPDATE (under_way) ON asset_disposal_items TO jixiao_app;
