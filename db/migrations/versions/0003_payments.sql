CREATE TABLE difference (
	difference_id TEXT NOT NULL, 
	source TEXT NOT NULL, 
	found_at INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	tender TEXT NOT NULL, 
	ours_minor INTEGER NOT NULL, 
	theirs_minor INTEGER NOT NULL, 
	intent_id TEXT, 
	detail TEXT NOT NULL, 
	state TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	note TEXT NOT NULL, 
	CONSTRAINT pk_difference PRIMARY KEY (difference_id), 
	CONSTRAINT ck_difference_state CHECK (state in ('open', 'resolved'))
)
 WITHOUT ROWID


;
CREATE TABLE payment_intent (
	intent_id TEXT NOT NULL, 
	order_id TEXT NOT NULL, 
	refund_id TEXT, 
	charge_id TEXT, 
	shift_id TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	clerk TEXT NOT NULL, 
	direction TEXT NOT NULL, 
	tender TEXT NOT NULL, 
	amount_minor INTEGER NOT NULL, 
	currency TEXT NOT NULL, 
	device TEXT NOT NULL, 
	terminal_id TEXT NOT NULL, 
	baseline INTEGER, 
	state TEXT NOT NULL, 
	created_at INTEGER NOT NULL, 
	sent_at INTEGER, 
	moved_at INTEGER NOT NULL, 
	evidence TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	reverses INTEGER, 
	carried TEXT NOT NULL, 
	bound INTEGER NOT NULL, 
	superseded INTEGER NOT NULL, 
	unsettled INTEGER NOT NULL, 
	journal_seq INTEGER NOT NULL, 
	CONSTRAINT pk_payment_intent PRIMARY KEY (intent_id), 
	CONSTRAINT ck_payment_intent_state CHECK (state in ('created', 'sent', 'approved_unacked', 'approved', 'declined', 'unknown', 'not_performed', 'manual', 'reversing', 'reversed', 'reverse_unknown')), 
	CONSTRAINT ck_payment_intent_direction CHECK (direction in ('charge', 'refund')), 
	CONSTRAINT ck_payment_intent_tender CHECK (tender in ('card', 'alipay', 'wechat', 'voucher', 'points', 'account')), 
	CONSTRAINT ck_payment_intent_amount CHECK (amount_minor > 0), 
	CONSTRAINT ck_payment_intent_refund CHECK ((direction = 'refund') = (refund_id is not null)), 
	CONSTRAINT ck_payment_intent_charge CHECK ((direction = 'refund') = (charge_id is not null)), 
	CONSTRAINT ck_payment_intent_flags CHECK (bound in (0, 1) and superseded in (0, 1)), 
	CONSTRAINT ck_payment_intent_unsettled CHECK (unsettled = (state in ('created', 'sent', 'approved_unacked', 'reversing', 'unknown', 'manual', 'reverse_unknown') or (direction = 'charge' and state = 'approved' and bound = 0) or (direction = 'refund' and state in ('declined', 'not_performed', 'reversed') and superseded = 0))), 
	CONSTRAINT ck_payment_intent_journaled CHECK (journal_seq > 0), 
	CONSTRAINT fk_payment_intent_order_id FOREIGN KEY(order_id) REFERENCES sale_order (order_id), 
	CONSTRAINT fk_payment_intent_refund_id FOREIGN KEY(refund_id) REFERENCES refund (refund_id), 
	CONSTRAINT fk_payment_intent_charge_id FOREIGN KEY(charge_id) REFERENCES payment_intent (intent_id), 
	CONSTRAINT fk_payment_intent_shift_id FOREIGN KEY(shift_id) REFERENCES shift (shift_id)
)
 WITHOUT ROWID


;
CREATE TABLE payment_slip (
	intent_id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	slip_id TEXT NOT NULL, 
	whose TEXT NOT NULL, 
	lines TEXT NOT NULL, 
	CONSTRAINT pk_payment_slip PRIMARY KEY (intent_id, n), 
	CONSTRAINT ck_payment_slip_whose CHECK (whose in ('customer', 'merchant')), 
	CONSTRAINT fk_payment_slip_intent_id FOREIGN KEY(intent_id) REFERENCES payment_intent (intent_id), 
	CONSTRAINT uq_payment_slip_slip_id UNIQUE (slip_id)
)
 WITHOUT ROWID


;
CREATE TABLE tender_leg (
	journal_seq INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	order_id TEXT NOT NULL, 
	refund_id TEXT, 
	tender TEXT NOT NULL, 
	amount_minor INTEGER NOT NULL, 
	rounding_minor INTEGER NOT NULL, 
	intent_id TEXT, 
	shift_id TEXT NOT NULL, 
	CONSTRAINT pk_tender_leg PRIMARY KEY (journal_seq, n), 
	CONSTRAINT ck_tender_leg_tender CHECK (tender in ('cash', 'card', 'alipay', 'wechat', 'voucher', 'points', 'account')), 
	CONSTRAINT ck_tender_leg_paid_by CHECK ((tender = 'cash') = (intent_id is null)), 
	CONSTRAINT ck_tender_leg_rounding CHECK (tender = 'cash' or rounding_minor = 0), 
	CONSTRAINT ck_tender_leg_n CHECK (n >= 0), 
	CONSTRAINT fk_tender_leg_order_id FOREIGN KEY(order_id) REFERENCES sale_order (order_id), 
	CONSTRAINT fk_tender_leg_refund_id FOREIGN KEY(refund_id) REFERENCES refund (refund_id), 
	CONSTRAINT fk_tender_leg_intent_id FOREIGN KEY(intent_id) REFERENCES payment_intent (intent_id), 
	CONSTRAINT fk_tender_leg_shift_id FOREIGN KEY(shift_id) REFERENCES shift (shift_id)
)
 WITHOUT ROWID


;
CREATE TABLE terminal_closing (
	device TEXT NOT NULL, 
	at INTEGER NOT NULL, 
	CONSTRAINT pk_terminal_closing PRIMARY KEY (device, at)
)
 WITHOUT ROWID


;
CREATE INDEX ix_difference_open ON difference (state, found_at)
;
CREATE INDEX ix_payment_intent_device ON payment_intent (device, moved_at)
;
CREATE INDEX ix_payment_intent_order_id ON payment_intent (order_id)
;
CREATE INDEX ix_payment_intent_refund ON payment_intent (refund_id) WHERE refund_id is not null
;
CREATE INDEX ix_payment_intent_unsettled ON payment_intent (created_at) WHERE unsettled = 1
;
CREATE INDEX ix_tender_leg_order_id ON tender_leg (order_id)
;
CREATE INDEX ix_tender_leg_shift_id ON tender_leg (shift_id)
;
