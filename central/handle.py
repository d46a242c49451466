"""All of central: a request in, a response out. No socket, no framework, no thread of its own.

The shell (or the simulator) brings a connection in autocommit; every handler makes its own transactions. ``handle``
raises for nothing that comes from outside: what is wrong with a request is an answer.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol
from uuid import UUID

import psycopg
from psycopg import errors

from central.auth import Admission, Gate, NotAdmitted, Sealed
from central.devices import Devices
from central.enrol import Enrolment
from central.faults import told
from central.feed import Feed, read_position
from central.issues import Issues
from central.operator import read_central
from central.request import Refusing, Request, Response
from central.services import Device, Services
from central.stock.words import Act, Admitting, Ask
from central.tx import Connection, Tx
from counter_app.wire import messages as m
from counter_app.wire.codec import BODY_BYTES_MAX, BadMessage, decode, encode
from counter_app.wire.routes import BY_PATH, ROUTES, Access, Route
from counter_app.wire.signing import WIRE_OLDEST, WIRE_VERSION

_log = logging.getLogger("central")
_ROLLED_BACK: Final = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.QueryCanceled,
)
_CLAIMS: Final = {"claim": Act.CLAIM, "lease": Act.LEASE, "release": Act.RELEASE}
_FREE: Final = "availability"
_READ_EARLY: Final = frozenset({*_CLAIMS, _FREE})  # short, and decided in batches that should not wait for the parser
_PACKED: Final = frozenset({"push"})  # whose body may be deflated


class Stock(Protocol):
    """``central.stock.desk.StockDesk``."""

    def decide_claims(self, batch: Sequence[Ask], connection: Connection) -> Sequence[m.ClaimAnswer | Refusing]: ...
    def decide_admitting(
        self, wanted: Sequence[tuple[Act, m.ClaimRequest | m.ClaimAct]], who: Admitting, connection: Connection
    ) -> Sequence[m.ClaimAnswer | Refusing] | None: ...
    def availability(
        self, device: Device, message: m.AvailabilityQuery, connection: Connection
    ) -> m.AvailabilityAnswer: ...
    def availabilities(
        self, asked: Sequence[tuple[Device, m.AvailabilityQuery]], connection: Connection
    ) -> Sequence[m.AvailabilityAnswer]: ...
    def top_up(self, device: Device, message: m.TopUp, connection: Connection) -> m.TopUpAnswer: ...
    def wait(self, device: Device, message: m.WaitRequest, connection: Connection) -> m.WaitAnswer: ...


class Intake(Protocol):
    """``central.journal.intake.Intake``."""

    def push(self, device: Device, message: m.Push, connection: Connection) -> m.PushAnswer: ...


class Tickets(Protocol):
    """``central.journal.tickets.TicketDesk``."""

    def find(self, device: Device, message: m.TicketQuestion, connection: Connection) -> m.TicketsFound: ...
    def lock(self, device: Device, message: m.TicketLock, connection: Connection) -> m.LockAnswer: ...


class Payments(Protocol):
    """``central.payments.desk.PaymentDesk``. May wait for a gateway, in no transaction."""

    def pay(self, device: Device, message: m.PayCharge, connection: Connection) -> m.PayAnswer: ...
    def state(self, device: Device, message: m.PayQuestion, connection: Connection) -> m.PayAnswer: ...
    def reverse(self, device: Device, message: m.PayReverse, connection: Connection) -> m.PayAnswer: ...
    def refund(self, device: Device, message: m.PayRefund, connection: Connection) -> m.PayAnswer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """Who answers what."""

    stock: Stock
    intake: Intake
    tickets: Tickets
    payments: Payments
    feed: Feed
    issues: Issues
    enrolment: Enrolment
    devices: Devices


@dataclass(slots=True)
class Opened:
    """A request on its way: ``answer`` as soon as there is one. What is in it is this module's business."""

    request: Request
    route: Route | None = None
    sealed: Sealed | None = None
    device: Device | None = None
    message: Any = None
    answer: Response | None = field(default=None)


class Central:
    """One a process; any thread may call it, each with its own connection."""

    def __init__(self, services: Services, desks: Desks) -> None:
        self._services = services
        self._desks = desks
        self._gate = Gate(services)
        self._handlers: dict[str, Callable[[Device, Any, Connection], object]] = {
            "epoch": desks.devices.grant_epoch,
            "push": desks.intake.push,
            "availability": desks.stock.availability,
            "top_up": desks.stock.top_up,
            "wait": desks.stock.wait,
            "find_tickets": desks.tickets.find,
            "lock_ticket": desks.tickets.lock,
            "pay": desks.payments.pay,
            "pay_state": desks.payments.state,
            "pay_reverse": desks.payments.reverse,
            "pay_refund": desks.payments.refund,
        }
        answered = {*self._handlers, *_CLAIMS, "time", "enrol", "feed", "chunk"}
        assert answered == {route.name for route in ROUTES}, "every route has its handler"

    def open(self, request: Request) -> Opened:
        """The first step of ``handle``, which needs no database: route, size, and the signature where its key is known.

        For who wants it done elsewhere than where the database is waited for; checking a signature is most of the work.
        """
        one = Opened(request)
        self._guarded(one, partial(self._open, one))
        return one

    def handle(self, request: Request | Opened, connection: Connection) -> Response:
        one = Opened(request) if isinstance(request, Request) else request
        if one.answer is None:
            self._guarded(one, partial(self._handle, one, connection))
        assert one.answer is not None
        return one.answer

    def handle_claims(self, requests: Sequence[Request | Opened], connection: Connection) -> list[Response]:
        """Claims, their leases and releases, of many devices: one statement for all seals, one transaction for all

        decisions. A request of another route among them is handled alone. Answers in the order of the requests.
        """
        opened = [self.open(one) if isinstance(one, Request) else one for one in requests]
        sealed = [one for one in opened if one.answer is None and one.route is not None and one.route.name in _CLAIMS]
        if not self._decide_admitting(sealed, connection):
            self._guarded_all(sealed, partial(self._admit, sealed, connection))
        for one in sealed:
            if one.answer is None:
                self._guarded(one, partial(self._read, one))
        asks = [one for one in sealed if one.answer is None]
        self._decide_all(asks, connection)
        return [one.answer or self.handle(one, connection) for one in opened]

    def _decide_admitting(self, batch: Sequence[Opened], connection: Connection) -> bool:
        """Seals and decisions in one go, where everything that it takes is known. False: nothing was done.

        Those that have no answer then have their device.
        """
        if any(one.message is None for one in batch):
            return False
        who = self._gate.ahead([one.sealed for one in batch if one.sealed is not None])
        if who is None:
            return False
        wanted = [(_CLAIMS[one.route.name], one.message) for one in batch if one.route is not None]
        answers: Sequence[m.ClaimAnswer | Refusing] | None = None
        failed = False
        try:
            answers = self._desks.stock.decide_admitting(wanted, who, connection)
        except NotAdmitted:
            return False
        except Exception:  # noqa: BLE001 - whatever it was, each alone says it again
            failed = True
        if not who.asked:
            return False
        self._guarded_all(batch, partial(self._take_devices, batch, who))
        if failed:
            self._decide_alone([one for one in batch if one.answer is None], connection)
        elif answers is not None:
            for one, answer in zip(batch, answers, strict=True):
                if one.answer is None:
                    one.answer = self._refusal(answer) if isinstance(answer, Refusing) else self._good(answer)
        try:
            who.note_seen(connection)
        except psycopg.Error as error:  # it is decided: what nobody asked for changes no answer
            _log.info("nobody noted who was seen: %s", type(error).__name__)
        return True

    def _take_devices(self, batch: Sequence[Opened], who: Admission) -> None:
        for one, found in zip(batch, who.devices(), strict=True):
            if isinstance(found, Refusing):
                one.answer = self._refusal(found)
            else:
                one.device = found

    def handle_reads(self, requests: Sequence[Opened], connection: Connection) -> list[Response]:
        """What asks for availability is answered together, with one statement for all seals and one look at the rows;

        the rest of the batch one by one. Answers in the order of the requests.
        """
        asked = [one for one in requests if one.answer is None and one.route is not None and one.route.name == _FREE]
        self._guarded_all(asked, partial(self._admit, asked, connection))
        for one in asked:
            if one.answer is None:
                self._guarded(one, partial(self._read, one))
        left = [one for one in asked if one.answer is None]
        try:
            self._availabilities(left, connection)
        except Exception:  # noqa: BLE001 - whatever it was, each alone says it again
            for one in left:
                self._guarded(one, partial(self._availabilities, [one], connection))
        return [one.answer or self.handle(one, connection) for one in requests]

    # ---- step by step

    def _handle(self, one: Opened, connection: Connection) -> None:
        if one.route is None:
            self._open(one)
        assert one.route is not None
        if one.route.access is Access.ANYONE:
            one.answer = self._anyone(one, connection)
            return
        self._admit([one], connection)
        if one.answer is not None:
            return
        self._read(one)
        assert one.device is not None
        if one.route.name in _CLAIMS:
            self._decide([one], connection)
        elif one.route.name == "feed":
            one.answer = self._feed(one.device, one.request, connection)
        elif one.route.name == "chunk":
            one.answer = self._chunk(one.request, connection)
        else:
            one.answer = self._good(self._handlers[one.route.name](one.device, one.message, connection))

    def _open(self, one: Opened) -> None:
        """Route, size and seal, without the database."""
        request = one.request
        route = BY_PATH.get((request.method, request.path))
        if route is None:
            raise Refusing(m.Refused.UNKNOWN_ROUTE)
        one.route = route
        if len(request.body) > route.body_max or (route.request is None and request.body):
            raise Refusing(m.Refused.TOO_LARGE, "", most=0 if route.request is None else route.body_max)
        if route.request is not None and request.query:
            raise Refusing(m.Refused.BAD_MESSAGE, "query")
        for name in request.query:
            if name not in route.query:
                raise Refusing(m.Refused.BAD_MESSAGE, "query")
        if route.access is not Access.ANYONE:
            one.sealed = self._gate.open(request, route)
            if one.sealed.public_key and route.name in _READ_EARLY:
                with suppress(Refusing, BadMessage):  # who asks is looked at first: it is read again behind that
                    self._read(one)

    def _admit(self, batch: Sequence[Opened], connection: Connection) -> None:
        admitted = self._gate.admit([one.sealed for one in batch if one.sealed is not None], connection)
        for one, found in zip(batch, admitted, strict=True):
            if isinstance(found, Refusing):
                one.answer = self._refusal(found)
            else:
                one.device = found

    def _read(self, one: Opened) -> None:
        assert one.route is not None
        if one.route.request is not None and one.message is None:
            one.message = decode(one.route.request, _body(one.request, one.route))

    def _decide_all(self, batch: Sequence[Opened], connection: Connection) -> None:
        """One claim that trips over a mistake of ours must not take two hundred with it: then each is decided alone."""
        if not batch:
            return
        try:
            self._decide(batch, connection)
        except Exception:  # noqa: BLE001 - whatever it was, each alone says it again
            self._decide_alone(batch, connection)

    def _decide_alone(self, batch: Sequence[Opened], connection: Connection) -> None:
        if len(batch) > 1 and not connection.closed:
            _log.warning("a batch of %d claims failed: each alone", len(batch))
        for one in batch:
            self._guarded(one, partial(self._decide, [one], connection))

    def _decide(self, batch: Sequence[Opened], connection: Connection) -> None:
        asks = []
        for one in batch:
            assert one.route is not None
            assert one.device is not None
            asks.append(Ask(device=one.device, act=_CLAIMS[one.route.name], message=one.message))
        for one, answer in zip(batch, self._desks.stock.decide_claims(asks, connection), strict=True):
            one.answer = self._refusal(answer) if isinstance(answer, Refusing) else self._good(answer)

    def _availabilities(self, batch: Sequence[Opened], connection: Connection) -> None:
        if not batch:
            return
        asked = [(one.device, one.message) for one in batch if one.device is not None]
        for one, answer in zip(batch, self._desks.stock.availabilities(asked, connection), strict=True):
            one.answer = self._good(answer)

    # ---- who need not sign, and answers that are no message of one handler

    def _anyone(self, one: Opened, connection: Connection) -> Response:
        assert one.route is not None
        self._read(one)
        if one.route.name == "enrol":
            return self._good(self._desks.enrolment.enrol(one.message, connection))
        central = read_central(Tx(connection))
        assert central is not None, "central was created"
        return self._good(
            m.TimeAnswer(
                central_time=self._services.clock.now(),
                incarnation=central.incarnation,
                wire_newest=WIRE_VERSION,
                wire_oldest=WIRE_OLDEST,
            )
        )

    def _feed(self, device: Device, request: Request, connection: Connection) -> Response:
        query = request.query
        limit = read_position(query.get("limit", str(m.FEED_ITEMS_MAX)))
        incarnation = query.get("incarnation", "")
        if not 1 <= limit <= m.FEED_ITEMS_MAX or not (incarnation == "" or _is_uuid(incarnation)):
            raise Refusing(m.Refused.BAD_MESSAGE, "query")
        page = self._desks.feed.page(
            device,
            connection,
            shard=_needed(query.get("shard")),
            incarnation=incarnation,
            position=read_position(query.get("position", "0")),
            limit=limit,
        )
        return self._good(page)

    def _chunk(self, request: Request, connection: Connection) -> Response:
        offset = read_position(request.query.get("offset", "0"))
        body = self._desks.issues.chunk(connection, _needed(request.query.get("sha256")), offset)
        return Response(status=200, body=body, content_type="application/octet-stream")

    # ---- answers

    def _good(self, message: object) -> Response:
        return Response(status=200, body=encode(message))

    def _refusal(self, refusing: Refusing) -> Response:
        answer = m.ErrorAnswer(
            code=refusing.code.value,
            # A name in it may come from the request, with half a surrogate pair that no JSON carries.
            detail=refusing.detail.encode("utf-8", "backslashreplace").decode()[:200],
            central_time=self._services.clock.now(),
            facts=dict(refusing.facts),
        )
        return Response(status=refusing.status, body=encode(answer))

    def _guarded(self, one: Opened, step: Callable[[], None]) -> None:
        self._guarded_all([one], step)

    def _guarded_all(self, batch: Sequence[Opened], step: Callable[[], None]) -> None:
        """Whatever goes wrong is the answer of those that have none yet."""
        try:
            step()
        except Refusing as refusing:
            refusal = refusing
        except BadMessage as bad:
            if bad.problem == "too_large":
                refusal = Refusing(m.Refused.TOO_LARGE, str(bad), most=BODY_BYTES_MAX)
            else:
                refusal = Refusing(m.Refused.BAD_MESSAGE, str(bad))
        except _ROLLED_BACK:
            refusal = Refusing(m.Refused.BUSY)
        except Exception as error:  # noqa: BLE001 - the outside hears a number; the log has the rest
            fault = self._services.ids.new()
            names = sorted({one.route.name for one in batch if one.route is not None})
            _log.error("fault: %s", told(error), extra={"fault": str(fault), "routes": names})
            refusal = Refusing(m.Refused.FAULT, str(fault))
        else:
            return
        for one in batch:
            if one.answer is None:
                one.answer = self._refusal(refusal)


def _body(request: Request, route: Route) -> bytes:
    """Unpacked, within the bound of a message. The signature covered it as it was sent."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding == "identity":
        return request.body
    if coding != "deflate" or route.name not in _PACKED:
        raise Refusing(m.Refused.BAD_MESSAGE, "content-encoding")
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(request.body, BODY_BYTES_MAX + 1)
    except zlib.error as error:
        raise Refusing(m.Refused.BAD_MESSAGE, "deflate") from error
    if len(plain) > BODY_BYTES_MAX:
        raise Refusing(m.Refused.TOO_LARGE, "", most=BODY_BYTES_MAX)
    if not unpacker.eof or unpacker.unused_data:
        raise Refusing(m.Refused.BAD_MESSAGE, "deflate")
    return plain


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _needed(text: str | None) -> str:
    if not text:
        raise Refusing(m.Refused.BAD_MESSAGE, "query")
    return text
