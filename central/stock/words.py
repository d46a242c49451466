"""What central's inventory is asked and what it answers, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from central.request import Refusing
from central.services import Device
from central.tx import Tx
from counter_app.wire.messages import ClaimAct, ClaimRequest


class Act(StrEnum):
    """What is done with a claim."""

    CLAIM = "claim"
    LEASE = "lease"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One of a batch of ``StockDesk.decide_claims``: a ClaimRequest with CLAIM, a ClaimAct with the others."""

    device: Device
    act: Act
    message: ClaimRequest | ClaimAct


class Admitting(Protocol):
    """Who asks, where that is found out on the way: the question travels with the decision's first statements."""

    @property
    def stations(self) -> frozenset[str]:
        """Codes of the stations whose devices these most likely are."""
        ...

    def ask(self, tx: Tx) -> None:
        """Once: what it asks commits by itself."""
        ...

    def devices(self) -> Sequence[Device | Refusing]:
        """In the order of the batch, as soon as an answer was waited for. Raises ``central.auth.NotAdmitted``."""
        ...


def shard_of(run_id: UUID) -> int:
    """The stock shard of the feed that a run belongs to."""
    return run_id.int % 16


class RunKey(NamedTuple):
    """Runs are locked in this order. A tuple: it is hashed many times a claim."""

    service_date: date
    run_id: UUID


# ---- settlement: what a counter's journal says of cells ----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldRunRef:
    """A run as an entry names it. ``issue_id``: of the timetable that it was sold from; empty: not said."""

    run_id: UUID
    service_date: date
    trip_id: str = ""
    pattern: str = ""
    issue_id: str = ""

    @property
    def key(self) -> RunKey:
        return RunKey(self.service_date, self.run_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """SOLD. ``places``: the tickets' places in their order; empty: ``count`` units of ``travel_class``."""

    run: SoldRunRef
    claim_id: UUID
    board: int
    alight: int
    travel_class: str
    places: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned:
    """SALE_ABANDONED: a claim that was LEASED at central is let go unsold; of one that central never had, nothing."""

    run: SoldRunRef
    claim_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """REFUNDED: one ticket's place, or one unit where ``place`` is None."""

    run: SoldRunRef
    claim_id: UUID
    board: int
    alight: int
    travel_class: str
    place: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """LEASE_RETURNED: exactly these cells (``places``, else ``count`` units, over the span), in the legs of ``run``'s

    pattern.
    """

    run: SoldRunRef
    lease_id: UUID
    holder_epoch: int
    board: int
    alight: int
    places: tuple[str, ...]
    count: int


SettleEvent = Sold | Abandoned | Refunded | Returned


class Settled(StrEnum):
    """What became of the cells of one event, the worst of them."""

    DONE = "done"  # C2: they were this device's; or freed, or returned
    AGAIN = "again"  # freed or returned: they were already (a sale that came twice is the intake's to find)
    LATE = "late"  # C3: they were free, or an unpaid hold yielded
    DISPLACED = "displaced"  # C4: somebody else has them
    NOTHING = "nothing"  # there is nothing of it here to free or return: unknown, not this device's, an older epoch
    UNKNOWN_RUN = "unknown_run"  # no timetable that central has knows this run, pattern or place


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleResult:
    """``displaced``: indexes into ``Sold.places`` (of units: how many, counted from the last).

    ``written_off``: cells of it were written off before. ``cancelled``: the run is (C7). ``changed`` (C7): the journey
    is not what was sold, as ``trouble`` says; empty where it was sold by a pattern that central does not know. Then, or
    where the journey cannot be made any more, what was this device's was settled, nothing else taken.
    ``span``: in central's legs, where it was sold by an older timetable's. ``without``: as ``displaced``, units that
    have none on any leg, though nobody is displaced: it is not known which legs were meant.
    """

    outcome: Settled
    displaced: tuple[int, ...] = ()
    written_off: bool = False
    cancelled: bool = False
    changed: bool = False
    trouble: str = ""
    span: tuple[int, int] | None = None
    without: tuple[int, ...] = ()
    detail: str = ""
