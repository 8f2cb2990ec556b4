-- An item carries its running totals, so that one locked row says what is still available, and the database itself
-- refuses what would exceed it. What the totals are made of stands in budget_entries and payments, which only grow.
CREATE TABLE budget_items (
    bureau_id integer NOT NULL REFERENCES bureaus,
    item text NOT NULL,
    year integer NOT NULL,
    parent text,
    is_lump boolean NOT NULL,
    organisation text NOT NULL,
    school text,
    project text,
    name text NOT NULL,
    division_code text,
    agency_code text,
    function text,
    economic text,
    government_economic text,
    fund text,
    source text,
    is_procurement boolean NOT NULL,
    original numeric(18, 2) NOT NULL DEFAULT 0 CHECK (original >= 0),
    adjusted numeric(18, 2) NOT NULL DEFAULT 0,
    received numeric(18, 2) NOT NULL DEFAULT 0,
    detailed numeric(18, 2) NOT NULL DEFAULT 0 CHECK (detailed >= 0),
    paid numeric(18, 2) NOT NULL DEFAULT 0 CHECK (paid >= 0),
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, item),
    FOREIGN KEY (bureau_id, parent) REFERENCES budget_items,
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    FOREIGN KEY (bureau_id, project) REFERENCES projects,
    CHECK (school = organisation),
    CHECK (is_lump OR detailed = 0),
    CHECK (NOT is_lump OR paid = 0),
    CONSTRAINT budget_items_available CHECK (original + adjusted + received - detailed - paid >= 0)
);
COMMENT ON TABLE budget_items IS 'Budget items (预算指标). What classifies an item never changes; its totals do, under its lock.';
COMMENT ON COLUMN budget_items.is_lump IS 'A line of the bureau that is split into items of schools (代编预算), and is not paid from.';
COMMENT ON COLUMN budget_items.original IS 'The budget of the beginning of the year.';
COMMENT ON COLUMN budget_items.adjusted IS 'Σ of its adjustments.';
COMMENT ON COLUMN budget_items.received IS 'Σ of what was detailed to it out of its parent.';
COMMENT ON COLUMN budget_items.detailed IS 'Σ of what was detailed out of it.';
COMMENT ON COLUMN budget_items.paid IS 'Σ of payments less reversals.';
CREATE INDEX budget_items_by_year ON budget_items (bureau_id, year, item);
CREATE INDEX budget_items_by_parent ON budget_items (bureau_id, parent, item) WHERE parent IS NOT NULL;
CREATE INDEX budget_items_by_project ON budget_items (bureau_id, project, year) WHERE project IS NOT NULL;

CREATE TABLE budget_entries (
    bureau_id integer NOT NULL,
    item text NOT NULL,
    entry integer NOT NULL,
    year integer NOT NULL,
    school text,
    kind text NOT NULL CHECK (kind IN ('original', 'adjustment', 'received', 'detailed')),
    amount numeric(18, 2) NOT NULL CHECK (amount <> 0),
    day date NOT NULL,
    counterpart text,
    document text,
    reason text,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, item, entry),
    FOREIGN KEY (bureau_id, item) REFERENCES budget_items,
    CHECK (kind = 'adjustment' OR amount > 0 OR kind IN ('received', 'detailed')),
    CHECK ((kind IN ('received', 'detailed')) = (counterpart IS NOT NULL))
);
COMMENT ON TABLE budget_entries IS 'How the budget of an item came about. What is detailed stands twice: detailed at the parent, received at the child.';
COMMENT ON COLUMN budget_entries.entry IS 'Number within the item, from 1.';
COMMENT ON COLUMN budget_entries.amount IS 'Yuan; of an adjustment, or of detailing that is taken back, also negative.';
COMMENT ON COLUMN budget_entries.counterpart IS 'The other item of a detailing.';
COMMENT ON COLUMN budget_entries.document IS 'Number of the document that decided it.';

CREATE TABLE payments (
    bureau_id integer NOT NULL,
    voucher text NOT NULL,
    item text NOT NULL,
    year integer NOT NULL,
    school text,
    amount numeric(18, 2) NOT NULL,
    paid_on date NOT NULL,
    payment_type text,
    payee text,
    purpose text,
    reverses text,
    reversed numeric(18, 2) NOT NULL DEFAULT 0,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, voucher),
    FOREIGN KEY (bureau_id, item) REFERENCES budget_items,
    FOREIGN KEY (bureau_id, reverses) REFERENCES payments,
    CHECK ((reverses IS NULL AND amount > 0) OR (reverses IS NOT NULL AND amount < 0 AND reversed = 0)),
    CONSTRAINT payments_reversed CHECK (reversed >= 0 AND (reverses IS NOT NULL OR reversed <= amount))
);
COMMENT ON TABLE payments IS 'Payments (支付) and their reversals (红冲) by voucher number. Only reversed ever changes.';
COMMENT ON COLUMN payments.amount IS 'Yuan; of a reversal negative.';
COMMENT ON COLUMN payments.reverses IS 'The voucher that a reversal takes back.';
COMMENT ON COLUMN payments.reversed IS 'Σ of what was taken back of it.';
CREATE INDEX payments_by_item ON payments (bureau_id, item, paid_on, voucher);
CREATE INDEX payments_by_year ON payments (bureau_id, year, paid_on, voucher);

CREATE TABLE payment_plans (
    bureau_id integer NOT NULL,
    item text NOT NULL,
    revision integer NOT NULL,
    school text,
    months numeric(18, 2)[] NOT NULL CHECK (cardinality(months) = 12),
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (bureau_id, item, revision),
    FOREIGN KEY (bureau_id, item) REFERENCES budget_items,
    CHECK (superseded_at > recorded_at)
);
COMMENT ON TABLE payment_plans IS 'How much of an item is planned to be paid in each month (用款计划), in revisions.';
CREATE UNIQUE INDEX payment_plans_current ON payment_plans (bureau_id, item) WHERE superseded_at IS NULL;

CREATE TABLE reconciliations (
    bureau_id integer NOT NULL REFERENCES bureaus,
    id uuid NOT NULL,
    year integer NOT NULL,
    until date NOT NULL,
    items integer NOT NULL,
    differences jsonb NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, id)
);
COMMENT ON TABLE reconciliations IS 'Where the totals of the finance system and ours differed, as it was found.';

ALTER TABLE budget_items ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE budget_entries ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE payments ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE payment_plans ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE reconciliations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON budget_items USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON budget_entries USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON payments USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON payment_plans USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON reconciliations USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND nullif(current_setting('app.school', true), '') IS NULL);

GRANT SELECT, INSERT ON budget_items, budget_entries, payments, payment_plans, reconciliations TO jixiao_app;
GRANT UPDATE (original, adjusted, received, detailed, paid) ON budget_items TO jixiao_app;
GRANT UPDATE (reversed) ON payments TO jixiao_app;
GRANT UPDATE (superseded_at) ON payment_plans TO jixiao_app;
