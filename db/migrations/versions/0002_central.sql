CREATE TABLE central (
	only INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	certificate_file TEXT NOT NULL, 
	incarnation TEXT, 
	CONSTRAINT pk_central PRIMARY KEY (only), 
	CONSTRAINT ck_central_only CHECK (only = 1)
)
;
CREATE TABLE claim (
	claim_id TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	service_date TEXT NOT NULL, 
	trip_id TEXT NOT NULL, 
	board INTEGER NOT NULL, 
	alight INTEGER NOT NULL, 
	travel_class TEXT NOT NULL, 
	places TEXT NOT NULL, 
	count INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	expires_at INTEGER, 
	fare_minor INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	asked INTEGER NOT NULL, 
	CONSTRAINT pk_claim PRIMARY KEY (claim_id), 
	CONSTRAINT ck_claim_state CHECK (state in ('HELD', 'LEASED', 'SOLD', 'GONE')), 
	CONSTRAINT ck_claim_origin CHECK (origin in ('own', 'central', 'lease')), 
	CONSTRAINT ck_claim_asked CHECK (asked in (0, 1)), 
	CONSTRAINT ck_claim_span CHECK (0 <= board and board < alight), 
	CONSTRAINT ck_claim_count CHECK (count > 0), 
	CONSTRAINT ck_claim_held_expires CHECK ((state = 'HELD') = (expires_at is not null)), 
	CONSTRAINT fk_claim_order_id FOREIGN KEY(order_id) REFERENCES sale_order (order_id), 
	CONSTRAINT fk_claim_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
)
 WITHOUT ROWID


;
CREATE TABLE cursor (
	shard TEXT NOT NULL, 
	incarnation TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	CONSTRAINT pk_cursor PRIMARY KEY (shard), 
	CONSTRAINT ck_cursor_position CHECK (position >= 0)
)
 WITHOUT ROWID


;
CREATE TABLE feed_value (
	"key" TEXT NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_feed_value PRIMARY KEY ("key")
)
 WITHOUT ROWID


;
CREATE TABLE inbox (
	epoch INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	received_at INTEGER NOT NULL, 
	settled_by TEXT NOT NULL, 
	note TEXT NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_inbox PRIMARY KEY (epoch, seq), 
	CONSTRAINT ck_inbox_state CHECK (state in ('open', 'settled')), 
	CONSTRAINT uq_inbox_n UNIQUE (n)
)
 WITHOUT ROWID


;
CREATE TABLE lease (
	lease_id TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	service_date TEXT NOT NULL, 
	state TEXT NOT NULL, 
	granted_at INTEGER NOT NULL, 
	expires_at INTEGER NOT NULL, 
	journal_seq INTEGER NOT NULL, 
	given_up INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_lease PRIMARY KEY (lease_id), 
	CONSTRAINT ck_lease_state CHECK (state in ('active', 'returned', 'ended')), 
	CONSTRAINT ck_lease_journaled CHECK (journal_seq > 0), 
	CONSTRAINT ck_lease_given_up CHECK (given_up >= 0)
)
 WITHOUT ROWID


;
CREATE TABLE pending_release (
	claim_id TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	trip_id TEXT NOT NULL, 
	service_date TEXT NOT NULL, 
	CONSTRAINT pk_pending_release PRIMARY KEY (claim_id)
)
 WITHOUT ROWID


;
CREATE TABLE shadow (
	run_id TEXT NOT NULL, 
	shard TEXT NOT NULL, 
	checksum TEXT NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_shadow PRIMARY KEY (run_id)
)
 WITHOUT ROWID


;
CREATE TABLE sync_state (
	only INTEGER NOT NULL, 
	sent_seq INTEGER NOT NULL, 
	stored_seq INTEGER NOT NULL, 
	judged_seq INTEGER NOT NULL, 
	told INTEGER, 
	told_wall INTEGER, 
	told_monotonic_ms INTEGER, 
	told_session TEXT, 
	high_water INTEGER, 
	last_contact INTEGER, 
	stopped TEXT NOT NULL, 
	forked INTEGER NOT NULL, 
	CONSTRAINT pk_sync_state PRIMARY KEY (only), 
	CONSTRAINT ck_sync_state_only CHECK (only = 1), 
	CONSTRAINT ck_sync_state_order CHECK (0 <= stored_seq and 0 <= judged_seq and stored_seq <= sent_seq), 
	CONSTRAINT ck_sync_state_time CHECK ((told is null) = (high_water is null))
)
;
CREATE TABLE trusted (
	key_id TEXT NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_trusted PRIMARY KEY (key_id)
)
 WITHOUT ROWID


;
CREATE INDEX ix_claim_leased_from ON claim (run_id) WHERE origin = 'lease'
;
CREATE INDEX ix_inbox_open ON inbox (n) WHERE state = 'open'
;
CREATE INDEX ix_lease_active ON lease (service_date) WHERE state = 'active'
;
CREATE INDEX ix_lease_run ON lease (run_id, state)
;
CREATE INDEX ix_refund_journal ON refund (journal_seq, refunded_minor)
;
CREATE INDEX ix_shadow_shard ON shadow (shard)
;
CREATE INDEX ix_ticket_journal ON ticket (journal_seq, price_minor)
;
CREATE INDEX ix_ticket_refunded ON ticket (run_id) WHERE state = 'REFUNDED'
;
