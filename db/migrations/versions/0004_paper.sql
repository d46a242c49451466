CREATE TABLE blank_roll (
	roll_id TEXT NOT NULL, 
	printer TEXT NOT NULL, 
	first_n INTEGER NOT NULL, 
	last_n INTEGER NOT NULL, 
	next_n INTEGER NOT NULL, 
	loaded_at INTEGER NOT NULL, 
	clerk TEXT NOT NULL, 
	shift_id TEXT, 
	ended_at INTEGER, 
	journal_seq INTEGER NOT NULL, 
	CONSTRAINT pk_blank_roll PRIMARY KEY (roll_id), 
	CONSTRAINT ck_blank_roll_numbers CHECK (0 < first_n and first_n <= last_n), 
	CONSTRAINT ck_blank_roll_next CHECK (first_n <= next_n and next_n <= last_n + 1), 
	CONSTRAINT ck_blank_roll_journaled CHECK (journal_seq > 0)
)
 WITHOUT ROWID


;
CREATE TABLE cash_count (
	movement_id TEXT NOT NULL, 
	count TEXT NOT NULL, 
	CONSTRAINT pk_cash_count PRIMARY KEY (movement_id), 
	CONSTRAINT fk_cash_count_movement_id FOREIGN KEY(movement_id) REFERENCES cash_movement (movement_id)
)
 WITHOUT ROWID


;
CREATE TABLE luggage_piece (
	job_id TEXT NOT NULL, 
	ticket_id TEXT NOT NULL, 
	piece INTEGER NOT NULL, 
	pieces INTEGER NOT NULL, 
	CONSTRAINT pk_luggage_piece PRIMARY KEY (job_id), 
	CONSTRAINT ck_luggage_piece_piece CHECK (0 < piece and piece <= pieces), 
	CONSTRAINT fk_luggage_piece_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (ticket_id)
)
 WITHOUT ROWID


;
CREATE TABLE print_route (
	job_id TEXT NOT NULL, 
	printer TEXT NOT NULL, 
	CONSTRAINT pk_print_route PRIMARY KEY (job_id), 
	CONSTRAINT ck_print_route_printer CHECK (printer != ''), 
	CONSTRAINT fk_print_route_job_id FOREIGN KEY(job_id) REFERENCES print_job (job_id)
)
 WITHOUT ROWID


;
CREATE TABLE printer_event (
	n INTEGER NOT NULL, 
	at INTEGER NOT NULL, 
	printer TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	CONSTRAINT pk_printer_event PRIMARY KEY (n)
)
;
CREATE TABLE redemption (
	number TEXT NOT NULL, 
	copy_number INTEGER NOT NULL, 
	run_id TEXT NOT NULL, 
	service_date TEXT NOT NULL, 
	key_id TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	clerk TEXT NOT NULL, 
	seen INTEGER NOT NULL, 
	last_at INTEGER NOT NULL, 
	journal_seq INTEGER NOT NULL, 
	CONSTRAINT pk_redemption PRIMARY KEY (number), 
	CONSTRAINT ck_redemption_numbers CHECK (copy_number >= 0 and seen > 0 and last_at >= at), 
	CONSTRAINT ck_redemption_journaled CHECK (journal_seq > 0)
)
 WITHOUT ROWID


;
CREATE TABLE reimbursement (
	ticket_id TEXT NOT NULL, 
	epoch INTEGER NOT NULL, 
	serial INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	job_id TEXT NOT NULL, 
	amount_minor INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	clerk TEXT NOT NULL, 
	journal_seq INTEGER NOT NULL, 
	back_seq INTEGER, 
	CONSTRAINT pk_reimbursement PRIMARY KEY (ticket_id), 
	CONSTRAINT uq_reimbursement_epoch_serial UNIQUE (epoch, serial), 
	CONSTRAINT ck_reimbursement_numbers CHECK (epoch > 0 and serial > 0 and amount_minor > 0), 
	CONSTRAINT ck_reimbursement_journaled CHECK (journal_seq > 0 and (back_seq is null or back_seq > journal_seq)), 
	CONSTRAINT fk_reimbursement_ticket_id FOREIGN KEY(ticket_id) REFERENCES ticket (ticket_id), 
	CONSTRAINT uq_reimbursement_number UNIQUE (number), 
	CONSTRAINT uq_reimbursement_job_id UNIQUE (job_id)
)
 WITHOUT ROWID


;
CREATE TABLE spoiled_blank (
	n INTEGER NOT NULL, 
	roll_id TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	clerk TEXT NOT NULL, 
	shift_id TEXT, 
	journal_seq INTEGER NOT NULL, 
	CONSTRAINT pk_spoiled_blank PRIMARY KEY (n), 
	CONSTRAINT ck_spoiled_blank_journaled CHECK (journal_seq > 0), 
	CONSTRAINT fk_spoiled_blank_roll_id FOREIGN KEY(roll_id) REFERENCES blank_roll (roll_id)
)
 WITHOUT ROWID


;
CREATE UNIQUE INDEX ix_blank_roll_inside ON blank_roll (printer) WHERE ended_at is null
;
CREATE INDEX ix_luggage_piece_ticket_id ON luggage_piece (ticket_id)
;
