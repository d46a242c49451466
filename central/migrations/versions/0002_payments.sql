-- Payments. Amounts are integer minor units. No payment code, no card number, no name is kept: a code is a salted hash
-- and its last four characters.

-- ---- what central keeps accounts of: vouchers, members' points, corporate accounts ---------------------------------
CREATE TABLE fund (
    fund_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('voucher', 'points', 'account')),
    code_hash bytea NOT NULL UNIQUE,     -- HMAC of what the customer shows
    code_last4 text NOT NULL,
    label text NOT NULL,                 -- of an account: whose; else empty
    currency text NOT NULL,
    balance bigint NOT NULL,             -- minor units; of points: points
    credit_minor bigint NOT NULL DEFAULT 0 CHECK (credit_minor >= 0),
    single_use boolean NOT NULL DEFAULT false,
    valid_from timestamptz,
    valid_until timestamptz,
    closed_at timestamptz,               -- void, or not served any more
    created_at timestamptz NOT NULL,
    CHECK (balance + credit_minor >= 0 OR closed_at IS NOT NULL)
);
CREATE TABLE points_rule (               -- what points are worth
    only_one smallint PRIMARY KEY DEFAULT 1 CHECK (only_one = 1),
    earn_every_minor bigint NOT NULL CHECK (earn_every_minor > 0),  -- so much paid in money earns one point
    point_minor bigint NOT NULL CHECK (point_minor > 0)             -- a point pays so much
);
INSERT INTO points_rule (earn_every_minor, point_minor) VALUES (100, 1);

-- ---- charges ---------------------------------------------------------------------------------------------------------
CREATE TABLE payment_order (
    intent_id uuid PRIMARY KEY,
    device_id uuid NOT NULL REFERENCES device,
    order_id uuid,                       -- NULL, as are the next three: closed before it was heard of
    method text CHECK (method IN ('alipay', 'wechat', 'voucher', 'points', 'account')),
    amount_minor bigint CHECK (amount_minor > 0),
    currency text,
    number text NOT NULL UNIQUE,         -- ours, fixed before it is sent: out_trade_no
    code_hash bytea,
    code_last4 text NOT NULL DEFAULT '',
    fund_id uuid REFERENCES fund,
    state text NOT NULL CHECK (state IN ('sent', 'pending', 'unknown', 'approved', 'declined', 'not_performed',
                                         'reversing', 'reversed', 'manual')),
    reason text NOT NULL DEFAULT '',
    reference text NOT NULL DEFAULT '',  -- the gateway's number
    payer text NOT NULL DEFAULT '',      -- masked
    paid boolean NOT NULL DEFAULT false,          -- the gateway said so, once
    paid_at timestamptz,                          -- by its own word: the day of its bill
    taken_back boolean NOT NULL DEFAULT false,    -- it said that a reversal was carried out
    giving_back boolean NOT NULL DEFAULT false,   -- paid all the same: to be refunded under GB + number
    given_back boolean NOT NULL DEFAULT false,
    asked_reverse boolean NOT NULL DEFAULT false, -- the last step was a reversal: look before the next
    late_check boolean NOT NULL DEFAULT false,    -- to be looked at once more
    tries smallint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    asked_at timestamptz,                -- when the gateway was last asked
    due_at timestamptz,                  -- when central looks at it by itself; NULL: settled
    worker uuid,                         -- somebody is at it
    worker_until timestamptz,
    CHECK (order_id IS NOT NULL OR state = 'not_performed')
);
CREATE INDEX ix_payment_order_due ON payment_order (method, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_payment_order_open ON payment_order (method, state) WHERE due_at IS NOT NULL OR state = 'manual';
CREATE INDEX ix_payment_order_order ON payment_order (order_id);
CREATE INDEX ix_payment_order_day ON payment_order (method, paid_at) WHERE paid_at IS NOT NULL;

-- ---- refunds ---------------------------------------------------------------------------------------------------------
CREATE TABLE payment_refund (
    intent_id uuid PRIMARY KEY,
    charge_id uuid REFERENCES payment_order,  -- NULL: of a charge that central does not have
    device_id uuid NOT NULL REFERENCES device,
    method text,
    amount_minor bigint CHECK (amount_minor > 0),
    currency text,
    refund_number text NOT NULL UNIQUE,  -- ours, fixed before it is sent: out_refund_no
    state text NOT NULL CHECK (state IN ('sent', 'pending', 'unknown', 'paid_back', 'declined', 'not_performed', 'manual')),
    reason text NOT NULL DEFAULT '',
    reference text NOT NULL DEFAULT '',
    ask_again boolean NOT NULL DEFAULT false,
    tries smallint NOT NULL DEFAULT 0,
    sent_at timestamptz NOT NULL,
    moved_at timestamptz NOT NULL,
    paid_at timestamptz,
    asked_at timestamptz,
    due_at timestamptz,
    worker uuid,
    worker_until timestamptz
);
CREATE INDEX ix_payment_refund_charge ON payment_refund (charge_id);
CREATE INDEX ix_payment_refund_due ON payment_refund (method, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX ix_payment_refund_day ON payment_refund (method, paid_at) WHERE paid_at IS NOT NULL;

-- A charge is given back by another window than took it only where that window has the ticket: few rows stand in these.
CREATE INDEX ix_ticket_locked_order ON ticket (order_id) WHERE locked_by IS NOT NULL;
CREATE INDEX ix_ticket_ended_elsewhere ON ticket (order_id) WHERE ended_device <> device_id;

-- ---- what happened, append-only --------------------------------------------------------------------------------------
CREATE TABLE payment_event (
    event_id uuid PRIMARY KEY,
    intent_id uuid NOT NULL,             -- of a charge or a refund
    at timestamptz NOT NULL,
    step text NOT NULL,                  -- what was asked
    state text NOT NULL,                 -- what it was after that
    body text NOT NULL                   -- canonical JSON: what the gateway said
);
CREATE INDEX ix_payment_event_intent ON payment_event (intent_id, at);
CREATE TABLE fund_posting (
    posting_id uuid PRIMARY KEY,
    fund_id uuid NOT NULL REFERENCES fund,
    kind text NOT NULL,                  -- issued, charged, reversed, refunded, earned, unearned, paid_in, closed
    amount bigint NOT NULL,              -- as balance
    once text NOT NULL UNIQUE,           -- what it must not be posted twice for
    intent_id uuid,
    order_id uuid,
    at timestamptz NOT NULL,
    by_login text NOT NULL,              -- empty: a counter asked
    note text NOT NULL DEFAULT ''
);
CREATE INDEX ix_fund_posting_fund ON fund_posting (fund_id, at);

-- ---- the gateways' bills -----------------------------------------------------------------------------------------------
CREATE TABLE payment_difference (
    difference_id uuid PRIMARY KEY,
    method text NOT NULL,
    day date NOT NULL,
    kind text NOT NULL CHECK (kind IN ('missing_here', 'missing_there', 'amount', 'state')),
    number text NOT NULL,                -- of the charge or the refund, ours
    what text NOT NULL,                  -- charge, refund, reversed
    ours_minor bigint,
    theirs_minor bigint,
    ours_state text NOT NULL DEFAULT '',
    theirs_state text NOT NULL DEFAULT '',
    reference text NOT NULL DEFAULT '',
    found_at timestamptz NOT NULL,
    owner text NOT NULL DEFAULT '',
    resolved_at timestamptz,
    note text NOT NULL DEFAULT '',
    UNIQUE (method, day, what, number, kind)
);
CREATE INDEX ix_payment_difference_open ON payment_difference (found_at) WHERE resolved_at IS NULL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER payment_event_stays BEFORE UPDATE OR DELETE ON payment_event FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER payment_event_keeps BEFORE TRUNCATE ON payment_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fund_posting_stays BEFORE UPDATE OR DELETE ON fund_posting FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fund_posting_keeps BEFORE TRUNCATE ON fund_posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
