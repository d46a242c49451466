"""Which message goes where. Both ends and the OpenAPI description read this table, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from counter_app.wire import messages as m


class Access(StrEnum):
    ANYONE = "anyone"  # not signed
    DEVICE = "device"  # signed by an active device's current key
    ALSO_REVOKED = "also_revoked"  # signed; revoked, superseded and outdated devices too: a journal always gets through
    ANY_EPOCH = "any_epoch"  # signed by the device's last known key: asking for a new epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    name: str
    method: str
    path: str
    request: Any | None  # the message's class; None: no body (GET takes ``query``)
    answer: Any | None  # None: bytes
    access: Access
    query: tuple[str, ...] = ()
    words: str
    body_max: int = 64 * 1024


ROUTES: Final = (
    Route(name="time", method="GET", path="/v1/time", request=None, answer=m.TimeAnswer, access=Access.ANYONE,
          words="Central's clock, incarnation and wire versions"),
    Route(name="enrol", method="POST", path="/v1/enrol", request=m.EnrolRequest, answer=m.Enrolled,
          access=Access.ANYONE, words="A new device with an administrator's one-time code"),
    Route(name="epoch", method="POST", path="/v1/epochs", request=m.EpochRequest, answer=m.EpochGranted,
          access=Access.ANY_EPOCH, words="A new key for a device that was restored or forked"),
    Route(name="push", method="POST", path="/v1/journal", request=m.Push, answer=m.PushAnswer,
          access=Access.ALSO_REVOKED, words="Entries of the device's journal; idempotent", body_max=12 << 20),
    Route(name="feed", method="GET", path="/v1/feed", request=None, answer=m.FeedPage, access=Access.DEVICE,
          query=("shard", "incarnation", "position", "limit"), words="What changed since a position, by shard"),
    Route(name="chunk", method="GET", path="/v1/catalogues", request=None, answer=None, access=Access.DEVICE,
          query=("sha256", "offset"), words="A piece of a timetable's catalogue file"),
    Route(name="availability", method="POST", path="/v1/availability", request=m.AvailabilityQuery,
          answer=m.AvailabilityAnswer, access=Access.DEVICE, words="Free places over spans of runs",
          body_max=256 * 1024),
    Route(name="claim", method="POST", path="/v1/claims", request=m.ClaimRequest, answer=m.ClaimAnswer,
          access=Access.DEVICE, words="Places for an unpaid sale; idempotent by claim_id"),
    Route(name="lease", method="POST", path="/v1/claims/lease", request=m.ClaimAct, answer=m.ClaimAnswer,
          access=Access.DEVICE, words="Before the first tender: HELD becomes LEASED to this device"),
    Route(name="release", method="POST", path="/v1/claims/release", request=m.ClaimAct, answer=m.ClaimAnswer,
          access=Access.DEVICE, words="An unpaid hold is let go"),
    Route(name="top_up", method="POST", path="/v1/leases", request=m.TopUp, answer=m.TopUpAnswer,
          access=Access.DEVICE, words="Places to sell through an outage; idempotent by request_id",
          body_max=256 * 1024),
    Route(name="wait", method="POST", path="/v1/waitlist", request=m.WaitRequest, answer=m.WaitAnswer,
          access=Access.DEVICE, words="A party that did not fit waits its turn"),
    Route(name="find_tickets", method="POST", path="/v1/tickets/find", request=m.TicketQuestion,
          answer=m.TicketsFound, access=Access.DEVICE, words="Tickets of every window"),
    Route(name="lock_ticket", method="POST", path="/v1/tickets/lock", request=m.TicketLock, answer=m.LockAnswer,
          access=Access.DEVICE, words="Before an after-sale of a ticket that central has"),
    Route(name="pay", method="POST", path="/v1/payments", request=m.PayCharge, answer=m.PayAnswer,
          access=Access.DEVICE, words="A wallet, voucher, points or account is charged; idempotent by intent_id"),
    Route(name="pay_state", method="POST", path="/v1/payments/state", request=m.PayQuestion, answer=m.PayAnswer,
          access=Access.DEVICE, words="How a charge or refund stands"),
    Route(name="pay_reverse", method="POST", path="/v1/payments/reverse", request=m.PayReverse, answer=m.PayAnswer,
          access=Access.DEVICE, words="The whole charge is taken back, paid or not"),
    Route(name="pay_refund", method="POST", path="/v1/payments/refund", request=m.PayRefund, answer=m.PayAnswer,
          access=Access.DEVICE, words="Part or all of a charge goes back to who paid"),
)  # fmt: skip

BY_NAME: Final = {route.name: route for route in ROUTES}
BY_PATH: Final = {(route.method, route.path): route for route in ROUTES}
