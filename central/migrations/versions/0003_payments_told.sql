-- What judged entries say of payments. Everything here can be made again from the entries.

CREATE TABLE payment_entry (             -- a row for each entry and each payment that it names
    device_id uuid NOT NULL,
    epoch smallint NOT NULL,
    seq bigint NOT NULL,
    intent_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('created', 'again', 'moved', 'sold', 'refunded', 'paid_out')),
    state text NOT NULL,                 -- that it came to; empty: the entry moved nothing
    direction text NOT NULL,             -- charge, refund; empty, as are the next ones: moved says only the state
    tender text NOT NULL,
    amount_minor bigint,
    currency text NOT NULL,
    order_id uuid,
    terminal text NOT NULL,              -- the device's name at the window
    takes_back uuid,                     -- of a reversal: the payment that goes back whole, by its receipt
    at timestamptz NOT NULL,             -- of the entry
    PRIMARY KEY (device_id, epoch, seq, intent_id)
);
CREATE INDEX ix_payment_entry_intent ON payment_entry (intent_id);
CREATE INDEX ix_payment_entry_day ON payment_entry (at) WHERE kind <> 'moved';

CREATE TABLE terminal_closing (          -- ends of terminals' days
    device_id uuid NOT NULL,
    epoch smallint NOT NULL,
    seq bigint NOT NULL,
    terminal text NOT NULL,
    done boolean NOT NULL,
    count bigint NOT NULL,               -- as the window counted
    total_minor bigint NOT NULL,
    theirs_count bigint,                 -- as the terminal said; NULL: it said nothing of it
    theirs_minor bigint,
    currency text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (device_id, epoch, seq)
);
CREATE INDEX ix_terminal_closing_at ON terminal_closing (at);

CREATE TABLE window_difference (         -- what a window found at such an end, and what somebody there said of it
    device_id uuid NOT NULL,
    difference_id uuid NOT NULL,
    terminal text NOT NULL,
    kind text NOT NULL,
    found_at timestamptz NOT NULL,       -- when that day ended
    owner text NOT NULL DEFAULT '',      -- empty: nobody has resolved it there
    note text NOT NULL DEFAULT '',
    PRIMARY KEY (device_id, difference_id)
);
CREATE INDEX ix_window_difference_end ON window_difference (device_id, terminal, found_at);

CREATE INDEX ix_payment_order_sent ON payment_order (sent_at);
CREATE INDEX ix_payment_refund_sent ON payment_refund (sent_at);

-- Differences come from three comparisons now: a gateway's bill, the journals, a terminal's totals.
ALTER TABLE payment_difference ADD COLUMN source text NOT NULL DEFAULT 'bill' CHECK (source IN ('bill', 'journal', 'terminal'));
ALTER TABLE payment_difference ADD COLUMN at_window text NOT NULL DEFAULT '';  -- CSQ/2; empty: of no window
ALTER TABLE payment_difference DROP CONSTRAINT payment_difference_kind_check;
ALTER TABLE payment_difference ADD CONSTRAINT payment_difference_kind_check CHECK (kind IN (
    'missing_here', 'missing_there', 'amount', 'state', 'order', 'twice', 'count', 'counted'));
ALTER TABLE payment_difference DROP CONSTRAINT payment_difference_method_day_what_number_kind_key;
ALTER TABLE payment_difference ADD CONSTRAINT payment_difference_once UNIQUE (source, method, day, what, number, kind);
