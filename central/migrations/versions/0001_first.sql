-- Central records, schema 0001. PostgreSQL 15 to 18.
-- Every inventory table is partitioned by service_date and keyed (service_date, run_id, ...): both stand in each of its
-- statements, so that the same schema can be distributed by run_id later (docs/inventory-and-sync, "Growing").

-- ---- who ---------------------------------------------------------------------------------------------------------
CREATE TABLE central (
    only_one smallint PRIMARY KEY DEFAULT 1 CHECK (only_one = 1),
    incarnation uuid NOT NULL,           -- a new one after a restore: every cursor begins again
    operator_name text NOT NULL,
    operator_key bytea NOT NULL CHECK (octet_length(operator_key) = 32),
    zone text NOT NULL,
    currency text NOT NULL,
    demonstration boolean NOT NULL,
    created_at timestamptz NOT NULL,
    restored_at timestamptz              -- when it was last put back from a backup
);
CREATE TABLE station (
    station_code text PRIMARY KEY CHECK (station_code ~ '^[A-Z0-9]{1,5}$'),
    name text NOT NULL,
    latin text NOT NULL,
    zone text NOT NULL,
    policy text NOT NULL
);
CREATE TABLE policy (
    name text NOT NULL,
    version integer NOT NULL,
    body text NOT NULL,                  -- TOML, as domain.policy reads it
    in_force_at timestamptz NOT NULL,
    PRIMARY KEY (name, version)
);
CREATE TABLE staff (
    user_id uuid PRIMARY KEY,
    login text NOT NULL UNIQUE,
    display_name text NOT NULL,
    role text NOT NULL CHECK (role IN ('clerk', 'supervisor', 'administrator', 'auditor')),
    password_hash text NOT NULL,
    active boolean NOT NULL,
    failed_tries integer NOT NULL DEFAULT 0,
    locked_until timestamptz
);
CREATE TABLE enrol_code (
    code_hash bytea PRIMARY KEY,         -- SHA-256 of the code: the code itself is shown once
    station_code text NOT NULL REFERENCES station,
    counter smallint NOT NULL CHECK (counter BETWEEN 1 AND 999),
    issued_by text NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    device_id uuid
);
CREATE TABLE device (
    device_id uuid PRIMARY KEY,
    station_code text NOT NULL REFERENCES station,
    counter smallint NOT NULL,
    state text NOT NULL CHECK (state IN ('active', 'revoked', 'lost')),
    epoch smallint NOT NULL,             -- the current one
    lease_epoch integer NOT NULL DEFAULT 0,  -- raised by every transfer of leases to or from it
    forked boolean NOT NULL DEFAULT false,
    stop_selling text NOT NULL DEFAULT '',
    enrolled_at timestamptz NOT NULL,
    seen_at timestamptz,
    wire smallint NOT NULL DEFAULT 0,
    app_version text NOT NULL DEFAULT ''
);
-- Ticket numbers name station, counter and epoch: epochs of a window go on where the device before it stopped.
CREATE UNIQUE INDEX uq_device_window ON device (station_code, counter) WHERE state = 'active';
CREATE TABLE device_key (
    device_id uuid NOT NULL REFERENCES device,
    epoch smallint NOT NULL,
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    certificate text NOT NULL,           -- canonical JSON, domain.trust.Certificate
    granted_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (device_id, epoch)
);
CREATE TABLE request_seen (              -- replays; emptied of what is older than the time window
    device_id uuid NOT NULL,
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (device_id, sequence)
);
CREATE INDEX ix_request_seen_at ON request_seen (at);
CREATE TABLE act (                       -- central's own journal: what people did here; chained and signed
    seq bigint PRIMARY KEY,
    raw bytea NOT NULL,                  -- canonical JSON {v, seq, prev, at, kind, by, second, body}
    hash bytea NOT NULL,
    signature bytea NOT NULL
);

-- ---- timetable ---------------------------------------------------------------------------------------------------
CREATE TABLE issue (
    sha256 text PRIMARY KEY,
    issue_id text NOT NULL,
    feed_namespace text NOT NULL,
    feed_name text NOT NULL,
    first_date date NOT NULL,
    last_date date NOT NULL,
    trips integer NOT NULL,
    faults integer NOT NULL,
    bytes bigint NOT NULL,
    activation integer UNIQUE,           -- the highest is in force; NULL: never was
    activated_at timestamptz
);
CREATE TABLE issue_chunk (
    sha256 text NOT NULL REFERENCES issue,
    n integer NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (sha256, n)
);

-- ---- feed: a position per shard, taken from its locked head as the last act of the writing transaction -------------
CREATE TABLE feed_head (
    shard text PRIMARY KEY,              -- operator, device/<id>, stock/<0..15>
    position bigint NOT NULL,
    floor bigint NOT NULL                -- a cursor below it is gone: tombstones up to here were dropped
);
CREATE TABLE feed_item (                 -- a compacted log: the newest word on each key
    shard text NOT NULL,
    key text NOT NULL,
    position bigint NOT NULL,
    kind text NOT NULL,
    body text,                           -- canonical JSON; NULL: a tombstone
    PRIMARY KEY (shard, key)
);
CREATE UNIQUE INDEX uq_feed_item_position ON feed_item (shard, position);
CREATE INDEX ix_feed_item_gone ON feed_item (shard, position) WHERE body IS NULL;

-- ---- stock -------------------------------------------------------------------------------------------------------
CREATE TABLE frozen (                    -- patterns and formations, once each
    hash text PRIMARY KEY,
    body text NOT NULL
);
CREATE TABLE run (                       -- of which anything was ever held; frozen as it was then
    service_date date NOT NULL,
    run_id uuid NOT NULL,
    trip_id text NOT NULL,
    pattern_version text NOT NULL,
    pattern text NOT NULL REFERENCES frozen,
    formation text REFERENCES frozen,
    issue_sha256 text NOT NULL,
    unreserved_capacity integer NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'cancelled')),
    version bigint NOT NULL,             -- raised by every transaction that changes its stock: the row is the run's lock,
                                         -- and tells another process that its bitmaps are old
    stock_shard smallint NOT NULL,
    stock_position bigint NOT NULL,      -- its place in that shard of the feed
    PRIMARY KEY (service_date, run_id)
) PARTITION BY RANGE (service_date);
CREATE INDEX ix_run_feed ON run (stock_shard, stock_position);
CREATE TABLE leg_map (                   -- patterns that a run was sold under before: journals that come late count its legs so
    service_date date NOT NULL,
    run_id uuid NOT NULL,
    pattern_version text NOT NULL,
    pattern text NOT NULL REFERENCES frozen,
    calls smallint[] NOT NULL,           -- by its call, the same call of the run's pattern now; NULL: gone
    PRIMARY KEY (service_date, run_id, pattern_version)
);
CREATE TABLE place_leg (                 -- rows only for what is not free; the key itself forbids a double sale
    service_date date NOT NULL,
    run_id uuid NOT NULL,
    place text NOT NULL,
    leg smallint NOT NULL,
    state text NOT NULL CHECK (state IN ('HELD', 'LEASED', 'IN_DOUBT', 'SOLD', 'BLOCKED')),
    claim_id uuid,                       -- of claim, lease or sale; NULL when BLOCKED
    epoch integer NOT NULL,              -- of the holder: lease epoch for a lease, device epoch otherwise
    PRIMARY KEY (service_date, run_id, place, leg),
    CHECK ((state = 'BLOCKED') = (claim_id IS NULL))
) PARTITION BY RANGE (service_date);
CREATE TABLE capacity_leg (              -- standing and unreserved
    service_date date NOT NULL,
    run_id uuid NOT NULL,
    travel_class text NOT NULL,
    leg smallint NOT NULL,
    capacity integer NOT NULL,
    held integer NOT NULL DEFAULT 0,
    leased integer NOT NULL DEFAULT 0,
    in_doubt integer NOT NULL DEFAULT 0,
    sold integer NOT NULL DEFAULT 0,
    blocked integer NOT NULL DEFAULT 0,
    PRIMARY KEY (service_date, run_id, travel_class, leg),
    CHECK (least(held, leased, in_doubt, sold, blocked) >= 0),
    CHECK (held + leased + in_doubt + sold + blocked <= capacity)
) PARTITION BY RANGE (service_date);
CREATE TABLE claim (
    service_date date NOT NULL,
    run_id uuid NOT NULL,
    claim_id uuid NOT NULL,
    device_id uuid NOT NULL,
    order_id uuid NOT NULL,
    board smallint NOT NULL,
    alight smallint NOT NULL,
    travel_class text NOT NULL,
    places text[] NOT NULL,              -- empty: capacity
    count smallint NOT NULL,
    state text NOT NULL CHECK (state IN ('HELD', 'LEASED', 'IN_DOUBT', 'SOLD', 'GONE', 'WRITTEN_OFF')),
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (service_date, run_id, claim_id),
    CHECK ((state = 'HELD') = (expires_at IS NOT NULL)),
    CHECK (board < alight)
) PARTITION BY RANGE (service_date);
CREATE INDEX ix_claim_expiry ON claim (expires_at) WHERE state = 'HELD';
CREATE INDEX ix_claim_leased ON claim (device_id) WHERE state IN ('LEASED', 'IN_DOUBT');
CREATE TABLE lease (
    service_date date NOT NULL,
    run_id uuid NOT NULL,
    lease_id uuid NOT NULL,
    device_id uuid,                      -- NULL: a station's pool, not yet split
    station_code text NOT NULL,
    holder_epoch integer NOT NULL,
    request_id uuid,                     -- of the top-up that made it
    board smallint NOT NULL,
    alight smallint NOT NULL,
    travel_class text NOT NULL,
    places text[] NOT NULL,              -- as granted; what is left of it are the cells with its id
    count integer NOT NULL,              -- as granted
    left_count integer NOT NULL,         -- not yet sold or returned: cells of places, or whole units
    state text NOT NULL CHECK (state IN ('ACTIVE', 'IN_DOUBT', 'SETTLED', 'WRITTEN_OFF', 'SPLIT')),
    grant_body text NOT NULL,            -- the signed grant, encoded as wire LeaseGrant
    granted_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    granted_by text NOT NULL,            -- policy, or who gave it by hand
    PRIMARY KEY (service_date, run_id, lease_id),
    CHECK (board < alight)
) PARTITION BY RANGE (service_date);
CREATE INDEX ix_lease_device ON lease (device_id, state);
CREATE INDEX ix_lease_expiry ON lease (expires_at) WHERE state = 'ACTIVE';
CREATE TABLE top_up (                    -- idempotency of top-up requests
    device_id uuid NOT NULL,
    request_id uuid NOT NULL,
    answer text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (device_id, request_id)
);
CREATE TABLE allotment_policy (          -- how much a window may hold for an outage
    station_code text NOT NULL,          -- '*': every station
    travel_class text NOT NULL,          -- '*': every class
    per_window integer NOT NULL,         -- places per run, class and window
    hours_ahead integer NOT NULL,        -- of departures within so many hours
    share_permille integer NOT NULL,     -- at most so much of what is free
    valid_minutes integer NOT NULL,      -- a lease lasts so long, and ends at departure at the latest
    guard_s integer NOT NULL,
    PRIMARY KEY (station_code, travel_class)
);
CREATE TABLE quota (                     -- protects long hauls: places of a class kept for long enough journeys
    quota_id uuid PRIMARY KEY,
    trip_id text NOT NULL,               -- '*': every trip
    travel_class text NOT NULL,
    kept integer NOT NULL,
    minimum_legs smallint NOT NULL,      -- journeys of fewer legs do not touch the kept places
    origins text[] NOT NULL,             -- station ids that the places are kept for; empty: any
    released_minutes integer NOT NULL    -- before departure they are everybody's
);
CREATE TABLE waiting (                   -- first come, first whole party that fits
    service_date date NOT NULL,
    run_id uuid NOT NULL,
    claim_id uuid NOT NULL,
    device_id uuid NOT NULL,
    request text NOT NULL,               -- the ClaimRequest
    since timestamptz NOT NULL,
    PRIMARY KEY (service_date, run_id, claim_id)
) PARTITION BY RANGE (service_date);

-- ---- the journals of all counters --------------------------------------------------------------------------------
CREATE TABLE chain (                     -- the anchor: (device, epoch) → how far, which hash
    device_id uuid NOT NULL,
    epoch smallint NOT NULL,
    first_seq bigint NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    judged_seq bigint NOT NULL,
    PRIMARY KEY (device_id, epoch)
);
CREATE TABLE entry (                     -- raw first
    device_id uuid NOT NULL,
    epoch smallint NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,                 -- of raw, or what the chain says it should be where raw is corrupt
    raw bytea NOT NULL,
    signature bytea NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (device_id, epoch, seq)
);
CREATE TABLE stray (                     -- what came and had no place: forks, bytes after a break; nothing is dropped
    stray_id uuid PRIMARY KEY,
    device_id uuid NOT NULL,
    epoch smallint NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    raw bytea NOT NULL,
    signature bytea NOT NULL,
    reason text NOT NULL,
    received_at timestamptz NOT NULL,
    UNIQUE (device_id, epoch, seq, hash)
);
CREATE TABLE verdict (                   -- of what was not simply accepted
    device_id uuid NOT NULL,
    epoch smallint NOT NULL,
    seq bigint NOT NULL,
    judgement text NOT NULL CHECK (judgement IN ('accepted', 'conflict', 'quarantined')),
    reason text NOT NULL,
    owner text NOT NULL,
    next_step text NOT NULL,
    facts text NOT NULL,
    judged_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolved_by text,
    resolution text,
    PRIMARY KEY (device_id, epoch, seq)
);
CREATE INDEX ix_verdict_open ON verdict (judged_at) WHERE resolved_at IS NULL;
CREATE TABLE ticket (
    service_date date NOT NULL,
    run_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    order_id uuid NOT NULL,
    claim_id uuid NOT NULL,
    number text NOT NULL,
    device_id uuid NOT NULL,
    epoch smallint NOT NULL,
    seq bigint NOT NULL,                 -- of the SOLD entry
    state text NOT NULL CHECK (state IN ('FULFILLED', 'REFUNDED', 'DISPLACED')),  -- DISPLACED: C4, its holder is re-seated
    place text,
    board smallint NOT NULL,
    alight smallint NOT NULL,
    travel_class text NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    fact text NOT NULL,                  -- what TicketQuestion answers with: service, stations, times, passenger type
    sold_at timestamptz NOT NULL,
    document_tag bytea,
    locked_by uuid,                      -- a device with an after-sale under way
    locked_at timestamptz,
    ended_device uuid,                   -- who refunded it
    ended_epoch smallint,
    ended_seq bigint,
    PRIMARY KEY (service_date, run_id, ticket_id)
) PARTITION BY RANGE (service_date);
CREATE INDEX ix_ticket_document ON ticket (document_tag) WHERE document_tag IS NOT NULL;
CREATE TABLE ticket_number (             -- a number is given once
    number text PRIMARY KEY,
    service_date date NOT NULL,
    run_id uuid NOT NULL,
    ticket_id uuid NOT NULL
);
CREATE TABLE ticket_place (              -- where a ticket is, by its id alone
    ticket_id uuid PRIMARY KEY,
    service_date date NOT NULL,
    run_id uuid NOT NULL
);
CREATE TABLE money (                     -- every entry that moved money, for cash = journal = central
    device_id uuid NOT NULL,
    epoch smallint NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    shift_id text NOT NULL,
    tender text NOT NULL,
    amount_minor bigint NOT NULL,        -- into the drawer positive
    currency text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (device_id, epoch, seq, tender)
);
CREATE INDEX ix_money_shift ON money (device_id, shift_id);
CREATE TABLE incident (                  -- C4 and the disruption list: somebody has to act
    incident_id uuid PRIMARY KEY,
    kind text NOT NULL,                  -- displaced, run_cancelled, run_changed, written_off_sold, clock, price
    device_id uuid,
    epoch smallint,
    seq bigint,
    service_date date,
    run_id uuid,
    ticket_id uuid,
    facts text NOT NULL,
    at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolved_by text,
    resolution text
);
