"""The outbox: the journal's entries go to central in order, each batch after it was noted as being sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from counter_app.application.standing import is_lost_key, note_forked, note_stopped
from counter_app.application.take_verdict import take_verdict
from counter_app.domain.outgoing import sendable
from counter_app.errors import CentralSaidNo, NoAnswer
from counter_app.ports.clock import Clock
from counter_app.ports.journal import RawEntry
from counter_app.ports.line import Line
from counter_app.ports.store import MoneyStore, Writing
from counter_app.ports.sync import SyncState
from counter_app.wire import messages as m

PUSH_MS: Final = 30_000
BATCH_FIRST: Final = 200
BATCH_MIN: Final = 10
ASK_AGAIN_MS: Final = 5_000
BYTES_MAX: Final = m.PUSH_BYTES_MAX // 2
# Of ``trouble``: before the number of the first damaged entry, or of the last that could not be sent.
DAMAGED: Final = "entry_damaged"
NOT_SENT: Final = "entries_not_sent"
ODD: Final = "outbox_note"  # before what was found noted that cannot be: everything was sent again


@dataclass(slots=True, kw_only=True)
class PushJournal:
    store: MoneyStore
    line: Line
    clock: Clock
    # Halved by a batch that found no answer: on a thin line a smaller one gets through.
    batch: int = field(default=BATCH_FIRST)
    _ask_again_ms: int = field(default=0)
    _gap: object = field(default=None)  # what central missed the last time
    # Once in each run of the program the last entry is sent again, whatever is noted of it: central knows it, or says
    # from where on it misses them.
    _proved: bool = field(default=False)
    _odd: str = field(default="")
    _damaged: int = field(default=0)  # the first of this run's
    _stuck: int = field(default=0)

    @property
    def trouble(self) -> str:
        """What of the outbox here is not as it should be; empty: nothing is known."""
        if self._stuck:
            return f"{NOT_SENT}:{self._stuck}"
        if self._damaged:
            return f"{DAMAGED}:{self._damaged}"
        return f"{ODD}:{self._odd}" if self._odd else ""

    def mend(self) -> bool:
        """A note of how far the journal got that cannot be is put right before anybody builds on it. Whether it was."""
        with self.store.reading() as books:
            odd = books.sync.state().odd
        if not odd:
            return False
        self._odd, self._proved = odd, False
        with self.store.writing() as books:
            books.sync.mend()
        return True

    def __call__(self) -> tuple[bool, bool]:
        """One batch. Returns (more waits, something changed). Raises NoAnswer, CentralSaidNo; Refusal where the store

        may not be written: then nothing is sent, since it could not be noted.
        """
        with self.store.reading() as books:
            state, head = books.sync.state(), books.journal.head()
            after = state.stored_seq
            if after >= head.seq:
                if self._proved and not self._wants_verdicts(state):
                    return False, False
                after = head.seq - 1  # the last one again: the same receipt, and how far central has judged by now
            entries = books.journal.raw_entries(after_seq=after, limit=self.batch, bytes_max=BYTES_MAX)
        self._stuck = 0 if entries else head.seq
        if not entries:  # what is there proves nothing; with the next entry it goes
            return False, False
        last = entries[-1].seq
        damaged = next((one.seq for one in entries if not one.whole), 0)
        self._damaged = min(self._damaged, damaged) or self._damaged or damaged
        if state.sent_seq < last:
            # Before the first byte leaves: from here on a ticket of these is no longer only this counter's to refund.
            with self.store.writing() as books:
                books.sync.mark_sending(last)
        try:
            answer = self.line.push(_push(entries), deadline_ms=PUSH_MS)
        except NoAnswer:
            self.batch = max(BATCH_MIN, self.batch // 2)
            raise
        except CentralSaidNo as no:
            if no.code == m.Refused.GAP.value and self._step_back(state, no):
                before, self._gap = self._gap, (no.facts.get("epoch"), no.facts.get("expected"))
                if before != self._gap:
                    return True, True
                # The same entries are missed again, though they were sent: not at once a third time.
            raise
        if answer.epoch != entries[0].epoch or answer.stored_seq < entries[0].seq:
            raise NoAnswer("nothing of the batch was stored", sent=True)
        self.batch = min(m.PUSH_ENTRIES_MAX, self.batch * 2)
        self._proved = True
        with self.store.writing() as books:
            self._note(books, state, answer, last, current=entries[0].epoch == head.epoch)
            more = books.journal.head().seq > min(answer.stored_seq, last)
        return more, True

    def _wants_verdicts(self, state: SyncState) -> bool:
        """A drain is stored faster than it is judged: now and then it is asked after."""
        now_ms = self.clock.monotonic_ms()
        if state.judged_seq >= state.stored_seq or now_ms < self._ask_again_ms:
            return False
        self._ask_again_ms = now_ms + ASK_AGAIN_MS
        return True

    def _step_back(self, state: SyncState, no: CentralSaidNo) -> bool:
        """Central misses entries that it once had: it was restored. They are all still here."""
        expected = no.facts.get("expected")
        if not isinstance(expected, int) or not 1 <= expected <= state.stored_seq:
            return False
        with self.store.writing() as books:
            books.sync.mark_stored(stored_seq=expected - 1, judged_seq=min(state.judged_seq, expected - 1))
        return True

    def _note(self, books: Writing, state: SyncState, answer: m.PushAnswer, last: int, *, current: bool) -> None:
        # What central has beyond this batch may be another history under our numbers: ours are still to be sent.
        stored = max(state.stored_seq, min(answer.stored_seq, last))
        books.sync.mark_stored(stored_seq=stored, judged_seq=max(min(answer.judged_seq, stored), 0))
        now = self.clock.now()
        for verdict in answer.verdicts:
            take_verdict(books, verdict, now)
        if answer.forked or is_lost_key(answer.stop_selling):
            if current:  # of an epoch that is over it was known, and dealt with
                note_forked(books)
        else:
            note_stopped(books, answer.stop_selling)


def _push(entries: list[RawEntry]) -> m.Push:
    return m.Push(epoch=entries[0].epoch, first_seq=entries[0].seq, entries=tuple(_wire(one) for one in entries))


def _wire(entry: RawEntry) -> m.WireEntry:
    if entry.whole:
        return m.WireEntry(raw=entry.raw.decode(), signature=entry.signature)
    # With the hash that it was signed with, where that is left: then its whole bytes are known when they come one day.
    return m.WireEntry(raw=sendable(entry.raw, entry.seq), signature=entry.signature, hash=entry.hash)
