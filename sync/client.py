"""Central's questions and answers over any transport: ``ports.line.Line``.

Every request is sealed with a sequence of its own and with central's time as this counter reckons it; every answer is
parsed strictly. What cannot be trusted is no answer. All requests are idempotent at central, by ids that the caller
made: sending one again under a fresh seal does nothing twice.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from counter_app.domain.trust import Certificate
from counter_app.errors import CentralSaidNo, NoAnswer
from counter_app.ports.clock import Clock, Signer
from counter_app.ports.line import LineHealth, Transport, WireResponse
from counter_app.wire import messages as m
from counter_app.wire.codec import BadMessage, decode, encode
from counter_app.wire.routes import BY_NAME, Route
from counter_app.wire.signing import CERTIFICATES, certificates_header, seal
from sync.health import Health

DEFLATE_OVER: Final = 1024  # bytes of a body that are worth packing
ATTEMPTS: Final = 3
SEQUENCES_PER_MS: Final = 1024
# A wallet's customer is asked meanwhile: how long that takes says nothing about the line.
_BULK: Final = frozenset({"push", "feed", "chunk", "top_up", "epoch", "pay", "pay_state", "pay_reverse", "pay_refund"})
_AGAIN: Final = frozenset({m.Refused.CLOCK_OFF.value, m.Refused.REPLAYED.value})
# Central did nothing and says so; that is no refusal of what was asked.
_NOTHING_DONE: Final = frozenset({m.Refused.BUSY.value, m.Refused.RATE_LIMITED.value})

A = TypeVar("A")


class CentralLine:
    """``epoch`` and ``signer``: of the current key, asked anew for each request, since an epoch may begin while the

    program runs. ``central_now``: central's clock as reckoned; ``told``: hears each word of central on its clock.
    ``certificates``: the device's own.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        signer: Signer,
        device_id: UUID,
        epoch: Callable[[], int],
        clock: Clock,
        central_now: Callable[[], datetime],
        told: Callable[[datetime], None],
        certificates: Callable[[], Sequence[Certificate]] = tuple,
    ) -> None:
        self._transport = transport
        self._signer = signer
        self._device_id = device_id
        self._epoch = epoch
        self._clock = clock
        self._central_now = central_now
        self._told = told
        self._certificates = certificates
        self._health = Health(clock)
        self._lock = threading.Lock()
        self._last_sequence = 0

    # ---- ports.line.Line

    def health(self) -> LineHealth:
        return self._health.now()

    def worth_asking(self) -> bool:
        return self._health.worth_asking()

    def in_doubt(self) -> bool:
        return self._health.in_doubt

    def time(self, *, deadline_ms: int) -> m.TimeAnswer:
        return self._typed("time", m.TimeAnswer, None, deadline_ms)

    def epoch(self, request: m.EpochRequest, *, deadline_ms: int) -> m.EpochGranted:
        return self._typed("epoch", m.EpochGranted, request, deadline_ms)

    def push(self, request: m.Push, *, deadline_ms: int) -> m.PushAnswer:
        return self._typed("push", m.PushAnswer, request, deadline_ms)

    def feed(self, shard: str, *, incarnation: UUID | None, position: int, limit: int, deadline_ms: int) -> m.FeedPage:
        query = {"shard": shard, "position": str(position), "limit": str(limit)}
        if incarnation is not None:
            query["incarnation"] = str(incarnation)
        page = self._typed("feed", m.FeedPage, None, deadline_ms, query)
        if page.shard != shard or page.position < position or len(page.items) > limit:
            raise self._not_to_be_trusted("another page than asked for")
        return page

    def chunk(self, sha256: str, offset: int, *, deadline_ms: int) -> bytes:
        query = {"sha256": sha256, "offset": str(offset)}
        return self._ask(BY_NAME["chunk"], b"", deadline_ms, query, lambda body: body)

    def availability(self, request: m.AvailabilityQuery, *, deadline_ms: int) -> m.AvailabilityAnswer:
        answer = self._typed("availability", m.AvailabilityAnswer, request, deadline_ms)
        if len(answer.free) != len(request.questions):
            raise self._not_to_be_trusted("as many answers as questions")
        return answer

    def claim(self, request: m.ClaimRequest, *, deadline_ms: int) -> m.ClaimAnswer:
        return self._of_claim("claim", request, request.claim_id, deadline_ms)

    def lease(self, request: m.ClaimAct, *, deadline_ms: int) -> m.ClaimAnswer:
        return self._of_claim("lease", request, request.claim_id, deadline_ms)

    def release(self, request: m.ClaimAct, *, deadline_ms: int) -> m.ClaimAnswer:
        return self._of_claim("release", request, request.claim_id, deadline_ms)

    def top_up(self, request: m.TopUp, *, deadline_ms: int) -> m.TopUpAnswer:
        return self._typed("top_up", m.TopUpAnswer, request, deadline_ms)

    def wait(self, request: m.WaitRequest, *, deadline_ms: int) -> m.WaitAnswer:
        return self._typed("wait", m.WaitAnswer, request, deadline_ms)

    def find_tickets(self, request: m.TicketQuestion, *, deadline_ms: int) -> m.TicketsFound:
        return self._typed("find_tickets", m.TicketsFound, request, deadline_ms)

    def lock_ticket(self, request: m.TicketLock, *, deadline_ms: int) -> m.LockAnswer:
        return self._typed("lock_ticket", m.LockAnswer, request, deadline_ms)

    def pay(self, request: m.PayCharge, *, deadline_ms: int) -> m.PayAnswer:
        return self._of_payment("pay", request, request.intent_id, deadline_ms)

    def pay_state(self, request: m.PayQuestion, *, deadline_ms: int) -> m.PayAnswer:
        return self._of_payment("pay_state", request, request.intent_id, deadline_ms)

    def pay_reverse(self, request: m.PayReverse, *, deadline_ms: int) -> m.PayAnswer:
        return self._of_payment("pay_reverse", request, request.intent_id, deadline_ms)

    def pay_refund(self, request: m.PayRefund, *, deadline_ms: int) -> m.PayAnswer:
        return self._of_payment("pay_refund", request, request.intent_id, deadline_ms)

    def close(self) -> None:
        self._transport.close()

    # ---- one question

    def _of_claim(self, name: str, request: object, claim_id: UUID, deadline_ms: int) -> m.ClaimAnswer:
        answer = self._typed(name, m.ClaimAnswer, request, deadline_ms)
        if answer.claim_id != claim_id:
            raise self._not_to_be_trusted("of another claim")
        return answer

    def _of_payment(self, name: str, request: object, intent_id: UUID, deadline_ms: int) -> m.PayAnswer:
        answer = self._typed(name, m.PayAnswer, request, deadline_ms)
        if answer.intent_id != intent_id:
            raise self._not_to_be_trusted("of another payment")
        return answer

    def _typed(
        self, name: str, kind: type[A], message: object | None, deadline_ms: int, query: dict[str, str] | None = None
    ) -> A:
        def parse(body: bytes) -> A:
            return decode(kind, body)

        return self._ask(BY_NAME[name], b"" if message is None else encode(message), deadline_ms, query, parse)

    def _not_to_be_trusted(self, why: str) -> NoAnswer:
        self._health.silent("bad_answer")
        return NoAnswer(why, sent=True)

    def _ask(
        self, route: Route, body: bytes, deadline_ms: int, query: dict[str, str] | None, parse: Callable[[bytes], A]
    ) -> A:
        started = self._clock.monotonic_ms()
        target = route.path if not query else f"{route.path}?{urlencode(query)}"
        headers = {"content-type": "application/json"} if body else {}
        if len(body) > DEFLATE_OVER and route.name == "push":
            body = zlib.compress(body, 6)
            headers["content-encoding"] = "deflate"
        sent = False  # whether an earlier attempt may have reached central
        for attempt in range(1, ATTEMPTS + 1):
            left_ms = deadline_ms - (self._clock.monotonic_ms() - started)
            asked = self._clock.monotonic_ms()
            try:
                response = self._exchange(route, target, headers, body, left_ms)
                took_ms = self._clock.monotonic_ms() - asked
                if 200 <= response.status < 300:
                    answer = parse(response.body)
                    self._hear(answer, took_ms)
                    self._health.answered(took_ms, bulk=route.name in _BULK)
                    return answer
                refusal = self._refusal(response, took_ms)
            except BadMessage as error:
                self._health.silent("bad_answer")
                raise NoAnswer(f"not an answer of central's: {error}"[:200], sent=True) from error
            except NoAnswer as silence:
                sent = sent or silence.sent
                # A connection at rest may be gone without our having heard: at once, and once, on a fresh one.
                gone_at_once = (self._clock.monotonic_ms() - started) * 3 < deadline_ms
                if attempt == 1 and silence.sent and gone_at_once:
                    continue
                self._health.silent(silence.detail)
                raise NoAnswer(silence.detail, sent=sent) from silence
            self._health.answered(took_ms, bulk=route.name in _BULK)
            if refusal.code in _NOTHING_DONE:
                raise NoAnswer(refusal.code, sent=sent)
            if refusal.code == m.Refused.FAULT.value:
                raise NoAnswer(refusal.code, sent=True)
            if refusal.code == m.Refused.UNKNOWN_DEVICE.value and CERTIFICATES not in headers and attempt < ATTEMPTS:
                # Central was put back to an older backup: it knows this device again by the operator's own word.
                headers[CERTIFICATES] = certificates_header(self._certificates())
                continue
            if refusal.code not in _AGAIN or attempt == ATTEMPTS:
                if sent:  # a no to this attempt says nothing of the one before, which may have been carried out
                    raise NoAnswer(refusal.code, sent=True)
                raise CentralSaidNo(refusal.code, refusal.detail, **refusal.facts)
        raise AssertionError("unreachable")

    def _exchange(
        self, route: Route, target: str, headers: dict[str, str], body: bytes, deadline_ms: int
    ) -> WireResponse:
        if deadline_ms <= 0:
            raise NoAnswer("timeout", sent=False)
        sealed = seal(
            method=route.method,
            path=target,
            body=body,
            device_id=self._device_id,
            epoch=self._epoch(),
            sequence=self._sequence(),
            at=self._central_now(),
            sign=self._signer.sign,
        )
        return self._transport.exchange(route.method, target, headers | sealed.headers(), body, deadline_ms=deadline_ms)

    def _sequence(self) -> int:
        """Never used before: also not in an earlier run of the program, unless the clock went back to its very

        millisecond; then central says REPLAYED, and the next one is free.
        """
        with self._lock:
            fresh = int(self._clock.now().timestamp() * 1000) * SEQUENCES_PER_MS
            self._last_sequence = max(self._last_sequence + 1, fresh)
            return self._last_sequence

    def _refusal(self, response: WireResponse, took_ms: int) -> m.ErrorAnswer:
        """Raises ``BadMessage`` where it is not central that speaks."""
        error = decode(m.ErrorAnswer, response.body)
        self._hear(error, took_ms)
        return error

    def _hear(self, answer: Any, took_ms: int) -> None:
        """What time it is at central: not later than what was said plus all that the exchange took."""
        said = getattr(answer, "central_time", None)
        if isinstance(said, datetime):
            self._told(said + timedelta(milliseconds=took_ms))
