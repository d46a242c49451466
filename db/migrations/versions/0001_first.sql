CREATE TABLE capacity_leg (
	service_date TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	travel_class TEXT NOT NULL, 
	leg INTEGER NOT NULL, 
	capacity INTEGER NOT NULL, 
	held INTEGER NOT NULL, 
	leased INTEGER NOT NULL, 
	sold INTEGER NOT NULL, 
	CONSTRAINT pk_capacity_leg PRIMARY KEY (service_date, run_id, travel_class, leg), 
	CONSTRAINT ck_capacity_leg_not_negative CHECK (held >= 0 and leased >= 0 and sold >= 0), 
	CONSTRAINT ck_capacity_leg_enough CHECK (held + leased + sold <= capacity)
)
 WITHOUT ROWID


;
CREATE TABLE cash_movement (
	movement_id TEXT NOT NULL, 
	shift_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	amount_minor INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	journal_seq INTEGER NOT NULL, 
	CONSTRAINT pk_cash_movement PRIMARY KEY (movement_id), 
	CONSTRAINT fk_cash_movement_shift_id FOREIGN KEY(shift_id) REFERENCES shift (shift_id)
)
;
CREATE TABLE catalogue_issue (
	activation INTEGER NOT NULL, 
	issue_id TEXT NOT NULL, 
	file_name TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	feed_name TEXT NOT NULL, 
	trips INTEGER NOT NULL, 
	activated_at INTEGER NOT NULL, 
	CONSTRAINT pk_catalogue_issue PRIMARY KEY (activation)
)
;
CREATE TABLE certificate (
	epoch INTEGER NOT NULL, 
	body BLOB NOT NULL, 
	CONSTRAINT pk_certificate PRIMARY KEY (epoch)
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
	CONSTRAINT pk_claim PRIMARY KEY (claim_id), 
	CONSTRAINT ck_claim_state CHECK (state in ('HELD', 'LEASED', 'SOLD', 'GONE')), 
	CONSTRAINT ck_claim_span CHECK (0 <= board and board < alight), 
	CONSTRAINT ck_claim_count CHECK (count > 0), 
	CONSTRAINT ck_claim_held_expires CHECK ((state = 'HELD') = (expires_at is not null)), 
	CONSTRAINT fk_claim_order_id FOREIGN KEY(order_id) REFERENCES sale_order (order_id), 
	CONSTRAINT fk_claim_run_id FOREIGN KEY(run_id) REFERENCES run (run_id)
)
 WITHOUT ROWID


;
CREATE TABLE frozen (
	hash TEXT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_frozen PRIMARY KEY (hash)
)
 WITHOUT ROWID


;
CREATE TABLE journal (
	seq INTEGER NOT NULL, 
	epoch INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	raw BLOB NOT NULL, 
	hash BLOB NOT NULL, 
	signature BLOB NOT NULL, 
	CONSTRAINT pk_journal PRIMARY KEY (seq), 
	CONSTRAINT ck_journal_seq CHECK (seq > 0), 
	CONSTRAINT ck_journal_epoch CHECK (epoch > 0), 
	CONSTRAINT ck_journal_hash CHECK (length(hash) = 32), 
	CONSTRAINT ck_journal_signature CHECK (length(signature) = 64)
)
;
CREATE TABLE person (
	person_id TEXT NOT NULL, 
	sealed BLOB NOT NULL, 
	document_tag BLOB, 
	erased_at INTEGER, 
	CONSTRAINT pk_person PRIMARY KEY (person_id)
)
;
CREATE TABLE person_key (
	person_id TEXT NOT NULL, 
	wrapped BLOB NOT NULL, 
	CONSTRAINT pk_person_key PRIMARY KEY (person_id), 
	CONSTRAINT fk_person_key_person_id FOREIGN KEY(person_id) REFERENCES person (person_id)
)
;
CREATE TABLE place_leg (
	service_date TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	place TEXT NOT NULL, 
	leg INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	claim_id TEXT, 
	epoch INTEGER NOT NULL, 
	CONSTRAINT pk_place_leg PRIMARY KEY (service_date, run_id, place, leg), 
	CONSTRAINT ck_place_leg_state CHECK (state in ('HELD', 'LEASED', 'SOLD', 'BLOCKED')), 
	CONSTRAINT ck_place_leg_claimed CHECK ((state = 'BLOCKED') = (claim_id is null))
)
 WITHOUT ROWID


;
CREATE TABLE print_job (
	n INTEGER NOT NULL, 
	job_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	ref TEXT NOT NULL, 
	copy_number INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	updated_at INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	token INTEGER NOT NULL, 
	stock TEXT, 
	stock_n INTEGER, 
	CONSTRAINT pk_print_job PRIMARY KEY (n), 
	CONSTRAINT ck_print_job_token CHECK (token between 1 and 9999), 
	CONSTRAINT ck_print_job_stock CHECK ((stock is null) = (stock_n is null)), 
	CONSTRAINT uq_print_job_job_id UNIQUE (job_id), 
	CONSTRAINT uq_print_job_stock_n UNIQUE (stock_n)
)
;
CREATE TABLE profile (
	only INTEGER NOT NULL, 
	profile_id TEXT NOT NULL, 
	station_name TEXT NOT NULL, 
	station_latin TEXT NOT NULL, 
	station_code TEXT NOT NULL, 
	counter INTEGER NOT NULL, 
	operator TEXT NOT NULL, 
	operator_key BLOB NOT NULL, 
	zone TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	policy TEXT NOT NULL, 
	training INTEGER NOT NULL, 
	demonstration INTEGER NOT NULL, 
	CONSTRAINT pk_profile PRIMARY KEY (only), 
	CONSTRAINT ck_profile_only CHECK (only = 1)
)
;
CREATE TABLE refund (
	refund_id TEXT NOT NULL, 
	ticket_id TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	items TEXT NOT NULL, 
	refunded_minor INTEGER NOT NULL, 
	fee_minor INTEGER NOT NULL, 
	at INTEGER NOT NULL, 
	clerk TEXT NOT NULL, 
	shift_id TEXT NOT NULL, 
	journal_seq INTEGER NOT NULL, 
	CONSTRAINT pk_refund PRIMARY KEY (refund_id), 
	CONSTRAINT ck_refund_amounts CHECK (refunded_minor >= 0 and fee_minor >= 0), 
	CONSTRAINT uq_refund_ticket_id UNIQUE (ticket_id), 
	CONSTRAINT fk_refund_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (ticket_id)
)
 WITHOUT ROWID


;
CREATE TABLE run (
	run_id TEXT NOT NULL, 
	service_date TEXT NOT NULL, 
	trip_id TEXT NOT NULL, 
	pattern TEXT NOT NULL, 
	formation TEXT, 
	issue_id TEXT NOT NULL, 
	policy TEXT NOT NULL, 
	demonstration INTEGER NOT NULL, 
	unreserved_capacity INTEGER NOT NULL, 
	CONSTRAINT pk_run PRIMARY KEY (run_id), 
	CONSTRAINT fk_run_pattern FOREIGN KEY(pattern) REFERENCES frozen (hash), 
	CONSTRAINT fk_run_formation FOREIGN KEY(formation) REFERENCES frozen (hash)
)
 WITHOUT ROWID


;
CREATE TABLE sale_order (
	order_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	user_id TEXT NOT NULL, 
	clerk TEXT NOT NULL, 
	shift_id TEXT, 
	total_minor INTEGER NOT NULL, 
	received_minor INTEGER NOT NULL, 
	change_minor INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	policy TEXT NOT NULL, 
	label TEXT NOT NULL, 
	parked_at INTEGER, 
	draft TEXT NOT NULL, 
	journal_seq INTEGER NOT NULL, 
	CONSTRAINT pk_sale_order PRIMARY KEY (order_id), 
	CONSTRAINT ck_sale_order_state CHECK (state in ('PREBOOKED', 'ON_HOLD', 'FULFILLED', 'RELEASED', 'REFUNDED')), 
	CONSTRAINT ck_sale_order_sold_is_journaled CHECK ((state in ('FULFILLED', 'REFUNDED')) = (journal_seq > 0)), 
	CONSTRAINT fk_sale_order_shift_id FOREIGN KEY(shift_id) REFERENCES shift (shift_id)
)
 WITHOUT ROWID


;
CREATE TABLE shift (
	shift_id TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	user_id TEXT NOT NULL, 
	login TEXT NOT NULL, 
	opened_at INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	float_count TEXT NOT NULL, 
	declared_count TEXT, 
	declared_minor INTEGER, 
	expected_minor INTEGER, 
	over_short_reason TEXT NOT NULL, 
	declared_at INTEGER, 
	closed_at INTEGER, 
	closed_by TEXT, 
	z_number INTEGER, 
	z_report TEXT, 
	declared_by TEXT, 
	CONSTRAINT pk_shift PRIMARY KEY (shift_id), 
	CONSTRAINT ck_shift_state CHECK (state in ('open', 'declared', 'closed')), 
	CONSTRAINT ck_shift_closed_has_z CHECK ((state = 'closed') = (z_number is not null)), 
	CONSTRAINT uq_shift_number UNIQUE (number), 
	CONSTRAINT fk_shift_user_id FOREIGN KEY(user_id) REFERENCES user (user_id), 
	CONSTRAINT uq_shift_z_number UNIQUE (z_number)
)
;
CREATE TABLE ticket (
	ticket_id TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	claim_id TEXT NOT NULL, 
	number TEXT NOT NULL, 
	epoch INTEGER NOT NULL, 
	serial INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	run_id TEXT NOT NULL, 
	service_date TEXT NOT NULL, 
	trip_id TEXT NOT NULL, 
	board INTEGER NOT NULL, 
	alight INTEGER NOT NULL, 
	place TEXT, 
	travel_class TEXT NOT NULL, 
	passenger_type TEXT NOT NULL, 
	items TEXT NOT NULL, 
	price_minor INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	person_id TEXT, 
	depart INTEGER NOT NULL, 
	arrive INTEGER NOT NULL, 
	sold_at INTEGER NOT NULL, 
	clerk TEXT NOT NULL, 
	shift_id TEXT NOT NULL, 
	policy TEXT NOT NULL, 
	payload BLOB NOT NULL, 
	journal_seq INTEGER NOT NULL, 
	CONSTRAINT pk_ticket PRIMARY KEY (ticket_id), 
	CONSTRAINT ck_ticket_state CHECK (state in ('FULFILLED', 'REFUNDED')), 
	CONSTRAINT ck_ticket_serial CHECK (serial > 0), 
	CONSTRAINT ck_ticket_price CHECK (price_minor >= 0), 
	CONSTRAINT fk_ticket_order_id FOREIGN KEY(order_id) REFERENCES sale_order (order_id), 
	CONSTRAINT uq_ticket_number UNIQUE (number)
)
 WITHOUT ROWID


;
CREATE TABLE user (
	user_id TEXT NOT NULL, 
	login TEXT NOT NULL, 
	display_name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	password_hash TEXT NOT NULL, 
	active INTEGER NOT NULL, 
	failed_tries INTEGER NOT NULL, 
	locked_until INTEGER, 
	CONSTRAINT pk_user PRIMARY KEY (user_id), 
	CONSTRAINT uq_user_login UNIQUE (login)
)
;
CREATE INDEX ix_cash_movement_shift_id ON cash_movement (shift_id)
;
CREATE INDEX ix_claim_order ON claim (order_id, claim_id)
;
CREATE INDEX ix_claim_unpaid ON claim (state, expires_at) WHERE state in ('HELD', 'LEASED')
;
CREATE INDEX ix_person_document_tag ON person (document_tag)
;
CREATE INDEX ix_print_job_open ON print_job (n) WHERE state in ('queued', 'sending', 'failed_before_send', 'unknown')
;
CREATE INDEX ix_print_job_ref ON print_job (ref)
;
CREATE INDEX ix_refund_shift_id ON refund (shift_id)
;
CREATE INDEX ix_sale_order_parked ON sale_order (order_id) WHERE state = 'ON_HOLD'
;
CREATE INDEX ix_ticket_order_id ON ticket (order_id)
;
CREATE INDEX ix_ticket_person_id ON ticket (person_id)
;
CREATE INDEX ix_ticket_shift_id ON ticket (shift_id)
;
CREATE UNIQUE INDEX uq_shift_one_not_closed ON shift (state IS NULL) WHERE state != 'closed'
;
CREATE UNIQUE INDEX uq_ticket_serial ON ticket (serial, epoch)
;
CREATE TRIGGER journal_next_only BEFORE INSERT ON journal WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal) BEGIN SELECT RAISE(ABORT, 'the journal has no gaps'); END
;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
;
