"""What becomes of one ask: decided on locked pictures, in memory, each ask seeing what those before it took."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from central.request import Refusing
from central.stock.cells import CellWriter
from central.stock.choosing import Chosen, NotFree, check_request, choose
from central.stock.claimrows import ClaimRow, ClaimRows
from central.stock.pictures import Held, Picture
from central.stock.rules import Rules
from central.stock.words import Act, Ask, RunKey
from central.stock.work import Work
from counter_app.wire.messages import ClaimAnswer, ClaimRequest, ClaimStatus, Refused

_STATUS: Final = {
    "HELD": ClaimStatus.HELD,
    "LEASED": ClaimStatus.LEASED,
    "SOLD": ClaimStatus.SOLD,
    "IN_DOUBT": ClaimStatus.GONE,  # its device may no longer take money on it; the journal may still settle it
    "GONE": ClaimStatus.GONE,
    "WRITTEN_OFF": ClaimStatus.GONE,
}


class Decision:
    def __init__(self, work: Work, claims: ClaimRows, rules: Rules, now: datetime) -> None:
        self.work = work
        self.claims = claims
        self.rules = rules
        self.now = now
        self.freed: set[RunKey] = set()  # runs of which something became free
        self.cells = CellWriter(work.tx)

    def finish(self) -> None:
        """What was decided is written, and told last; in one statement where it is nothing but new claims of places."""
        self.claims.move(self.cells)
        if self.work.tells_only_runs and self.claims.only_new and (cells := self.cells.take_new()) is not None:
            self.work.publish_with_new(cells, self.claims.take_new())
            return
        self.cells.write()
        self.claims.write_rows()
        self.work.publish()

    def answer(self, ask: Ask, key: RunKey) -> ClaimAnswer:
        """Raises Refusing."""
        if not self.work.known(key):
            if isinstance(ask.message, ClaimRequest):
                raise Refusing(Refused.UNKNOWN_RUN)
            return self._told(ask.message.claim_id, ClaimStatus.GONE, "not_held")
        if isinstance(ask.message, ClaimRequest):
            return self._claim(ask, ask.message, key)
        row = self.claims.get(key, ask.message.claim_id)
        if row is None:
            return self._told(ask.message.claim_id, ClaimStatus.GONE, "not_held")
        _demand_own(ask, row)
        if ask.act is Act.LEASE:
            return self._lease(row)
        return self._release(row)

    # ---- the three acts

    def _claim(self, ask: Ask, asked: ClaimRequest, key: RunKey) -> ClaimAnswer:
        picture = self.work.picture(key)
        check_request(picture, asked)
        row = self.claims.get(key, asked.claim_id)
        if row is not None:
            _demand_own(ask, row)
            if (row.order_id, row.board, row.alight, row.count) != (
                asked.order_id,
                asked.board,
                asked.alight,
                asked.count,
            ):
                raise Refusing(Refused.BAD_MESSAGE, "this claim_id was used for something else")
            return self.told(row)
        if not picture.open:
            raise Refusing(Refused.UNKNOWN_RUN, "the run is cancelled")
        replaced = None if asked.replaces is None else self.claims.get(key, asked.replaces)
        if replaced is not None:
            _demand_own(ask, replaced)
            if replaced.order_id != asked.order_id or replaced.state in {"LEASED", "IN_DOUBT", "SOLD"}:
                return self._told(asked.claim_id, ClaimStatus.REFUSED, "not_held")
        found = self._find(picture, asked, replaced)
        if isinstance(found, NotFree):
            return ClaimAnswer(
                claim_id=asked.claim_id,
                status=ClaimStatus.REFUSED,
                reason=found.reason,
                free=found.free,
                place=found.place,
                central_time=self.now,
            )
        if replaced is not None and replaced.state == "HELD":
            self.let_go(replaced)
        row = ClaimRow(
            key=key,
            claim_id=asked.claim_id,
            device_id=ask.device.device_id,
            order_id=asked.order_id,
            board=asked.board,
            alight=asked.alight,
            travel_class=found.travel_class,
            places=found.places,
            count=asked.count,
            state="HELD",
            expires_at=self.now + self.rules.hold(ask.device.station_code),
            epoch=ask.device.epoch,
        )
        self.take(row)
        return self.told(row)

    def _lease(self, row: ClaimRow) -> ClaimAnswer:
        if row.state == "HELD":
            picture = self.work.picture(row.key)
            if not picture.open:  # no money for a run that does not go
                self.let_go(row)
                return self._told(row.claim_id, ClaimStatus.GONE, "cancelled")
            row.state, row.expires_at = "LEASED", None
            del picture.held[row.claim_id]
            self.work.touched(row.key)
        return self.told(row)

    def _release(self, row: ClaimRow) -> ClaimAnswer:
        if row.state == "HELD":
            self.let_go(row)
        return self.told(row)

    # ---- what they are made of

    def _find(self, picture: Picture, asked: ClaimRequest, replaced: ClaimRow | None) -> Chosen | NotFree:
        """On what is free, then on what is free when holds that ran out yield."""
        own = None if replaced is None or replaced.state != "HELD" else picture.held[replaced.claim_id]
        seen = picture if own is None else picture.without([own])
        found = choose(seen, self.rules, asked, self.now)
        if isinstance(found, NotFree) and self.lapse(picture, but=asked.replaces):
            seen = picture if own is None else picture.without([own])
            found = choose(seen, self.rules, asked, self.now)
        return found

    def take(self, row: ClaimRow) -> None:
        """A new claim, HELD."""
        picture = self.work.picture(row.key)
        picture.take(
            board=row.board, alight=row.alight, travel_class=row.travel_class, places=row.places, count=row.count
        )
        if not row.places and row.travel_class not in picture.unit_rows:
            facts = picture.facts
            self.cells.make_unit_rows(row.key, row.travel_class, legs=facts.legs, capacity=facts.capacity)
            picture.unit_rows.add(row.travel_class)
        assert row.expires_at is not None
        picture.held[row.claim_id] = Held(
            claim_id=row.claim_id,
            order_id=row.order_id,
            device_id=row.device_id,
            board=row.board,
            alight=row.alight,
            travel_class=row.travel_class,
            places=row.places,
            count=row.count,
            expires_at=row.expires_at,
        )
        self.claims.add(row)
        self.work.changed(row.key)

    def let_go(self, row: ClaimRow) -> None:
        """A HELD claim is GONE, its places are free."""
        picture = self.work.picture(row.key)
        picture.free(
            board=row.board, alight=row.alight, travel_class=row.travel_class, places=row.places, count=row.count
        )
        picture.held.pop(row.claim_id, None)
        row.state, row.expires_at = "GONE", None
        self.freed.add(row.key)
        self.work.changed(row.key)

    def lapse(self, picture: Picture, *, but: UUID | None = None) -> int:
        """Holds of the run that ran out are let go: somebody needs their places. Returns how many."""
        key = picture.facts.key
        over = [held for held in picture.held.values() if held.expires_at <= self.now and held.claim_id != but]
        for held in over:
            self.let_go(self.claims.adopt(_row_of(key, held)))
        return len(over)

    def told(self, row: ClaimRow) -> ClaimAnswer:
        status = _STATUS[row.state]
        if status is ClaimStatus.GONE:
            return self._told(row.claim_id, status, "not_held")
        return ClaimAnswer(
            claim_id=row.claim_id,
            status=status,
            travel_class=row.travel_class,
            places=row.places,
            expires_at=row.expires_at,
            central_time=self.now,
        )

    def _told(self, claim_id: UUID, status: ClaimStatus, reason: str) -> ClaimAnswer:
        return ClaimAnswer(claim_id=claim_id, status=status, reason=reason, central_time=self.now)


def _row_of(key: RunKey, held: Held) -> ClaimRow:
    return ClaimRow(
        key=key,
        claim_id=held.claim_id,
        device_id=held.device_id,
        order_id=held.order_id,
        board=held.board,
        alight=held.alight,
        travel_class=held.travel_class,
        places=held.places,
        count=held.count,
        state="HELD",
        expires_at=held.expires_at,
        was="HELD",
    )


def _demand_own(ask: Ask, row: ClaimRow) -> None:
    if row.device_id != ask.device.device_id:
        raise Refusing(Refused.NOT_ALLOWED, "the claim is another device's")
