"""The client of central: seals, strict answers, and what counts as no answer."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from counter_app.application.central_clock import CentralClock
from counter_app.errors import CentralSaidNo, NoAnswer
from counter_app.ports.line import WireResponse
from counter_app.security import SigningKey, verify
from counter_app.wire import messages as m
from counter_app.wire.codec import encode
from counter_app.wire.signing import PURPOSE, Seal, read_seal, signed_text
from sync.client import CentralLine
from tests.unit.counter_app.application.counter import NOW, SetClock

KEY = SigningKey(bytes(range(32)))
DEVICE = UUID(int=7)
RUN = m.WireRun(run_id=UUID(int=9), trip_id="G1", service_date=NOW.date(), pattern="v1")
Answer = Callable[[], WireResponse]


class Scripted:
    """A transport that answers in turn, and keeps what it was sent."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.answers: list[Answer] = []
        self.sent: list[tuple[str, str, dict[str, str], bytes]] = []
        self.took_ms = 20
        self.closed = False

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, deadline_ms: int
    ) -> WireResponse:
        assert deadline_ms > 0
        self.sent.append((method, path, headers, body))
        self.clock.go(milliseconds=self.took_ms)
        return self.answers.pop(0)()

    def close(self) -> None:
        self.closed = True

    def seal(self, at: int = -1) -> Seal:
        return read_seal({name.lower(): value for name, value in self.sent[at][2].items()})


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def transport(clock: SetClock) -> Scripted:
    return Scripted(clock)


@pytest.fixture
def central_clock(clock: SetClock) -> CentralClock:
    return CentralClock(clock, None)


@pytest.fixture
def line(transport: Scripted, clock: SetClock, central_clock: CentralClock) -> CentralLine:
    return CentralLine(
        transport=transport,
        signer=KEY,
        device_id=DEVICE,
        epoch=lambda: 3,
        clock=clock,
        central_now=central_clock.stamp,
        told=central_clock.told,
    )


def _ok(message: object) -> Answer:
    return lambda: WireResponse(status=200, body=encode(message))


def _time(at: datetime = NOW) -> Answer:
    return _ok(m.TimeAnswer(central_time=at, incarnation=UUID(int=1), wire_newest=2, wire_oldest=1))


def _no(code: m.Refused, status: int = 409, at: datetime | None = NOW) -> Answer:
    return lambda: WireResponse(status=status, body=encode(m.ErrorAnswer(code=code.value, central_time=at)))


def _silence(*, sent: bool) -> Answer:
    def answer() -> WireResponse:
        raise NoAnswer("timeout", sent=sent)

    return answer


def _claim(claim_id: UUID = UUID(int=1)) -> m.ClaimRequest:  # noqa: B008 - a value
    return m.ClaimRequest(
        claim_id=claim_id, order_id=UUID(int=2), run=RUN, board=0, alight=4, count=1, travel_class="second"
    )


def _claimed(claim_id: UUID = UUID(int=1)) -> m.ClaimAnswer:  # noqa: B008 - a value
    return m.ClaimAnswer(claim_id=claim_id, status=m.ClaimStatus.HELD, places=("02/01A",), central_time=NOW)


def test_each_request_is_sealed_anew(line: CentralLine, transport: Scripted) -> None:
    """A recorded request is sent again by somebody else, and done again."""
    transport.answers = [_ok(_claimed()), _ok(_claimed())]
    line.claim(_claim(), deadline_ms=1000)
    line.claim(_claim(), deadline_ms=1000)
    first, second = transport.seal(0), transport.seal(1)
    assert second.sequence > first.sequence
    assert (second.epoch, second.device_id, second.wire) == (3, DEVICE, 2)
    method, path, _, body = transport.sent[1]
    text = signed_text(
        method=method, path=path, body=body, device_id=DEVICE, epoch=3, sequence=second.sequence, at=second.at, wire=2
    )
    assert verify(KEY.public, PURPOSE, text, second.signature)


def test_sequences_grow_though_the_clock_stands_still(line: CentralLine, transport: Scripted, clock: SetClock) -> None:
    """Two requests of one millisecond, and the second is called a replay; or the clock went back."""
    transport.answers = [_time() for _ in range(4)]
    transport.took_ms = 0
    for _ in range(3):
        line.time(deadline_ms=1000)
    clock.go(hours=-1)
    line.time(deadline_ms=1000)
    numbers = [transport.seal(at).sequence for at in range(4)]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] < 2**53


def test_what_central_says_of_its_clock_is_kept(
    line: CentralLine, transport: Scripted, central_clock: CentralClock, clock: SetClock
) -> None:
    """Leases by the wrong clock; requests that central calls too old."""
    later = NOW + timedelta(hours=1)
    transport.answers = [_time(later), _time(later)]
    line.time(deadline_ms=1000)
    told = central_clock.now()
    assert told is not None
    assert told == later + timedelta(milliseconds=transport.took_ms), "never too early: the answer was under way"
    clock.go(minutes=1)
    line.time(deadline_ms=1000)
    assert transport.seal().at == told + timedelta(minutes=1)


def test_a_clock_that_is_off_is_set_and_the_question_asked_again(line: CentralLine, transport: Scripted) -> None:
    """A counter whose clock stands in last year never sells again."""
    later = NOW + timedelta(days=300)
    transport.answers = [_no(m.Refused.CLOCK_OFF, 401, later), _ok(_claimed())]
    assert line.claim(_claim(), deadline_ms=1000).status is m.ClaimStatus.HELD
    assert abs(transport.seal().at - later) < timedelta(seconds=1)
    transport.answers = [_no(m.Refused.CLOCK_OFF, 401)] * 5
    with pytest.raises(CentralSaidNo):
        line.claim(_claim(), deadline_ms=1000)
    assert len(transport.answers) == 2, "not for ever"


def test_a_replay_is_asked_again_under_a_fresh_number(line: CentralLine, transport: Scripted) -> None:
    """After a restart with a clock that went back, the first request is refused."""
    transport.answers = [_no(m.Refused.REPLAYED), _ok(_claimed())]
    assert line.claim(_claim(), deadline_ms=1000).places == ("02/01A",)
    assert transport.seal(1).sequence > transport.seal(0).sequence


@pytest.mark.parametrize(
    ("code", "sent"), [(m.Refused.BUSY, False), (m.Refused.RATE_LIMITED, False), (m.Refused.FAULT, True)]
)
def test_a_central_in_trouble_is_no_answer(line: CentralLine, transport: Scripted, code: m.Refused, sent: bool) -> None:
    """A clerk reads "refused" where central was only busy."""
    transport.answers = [_no(code, 503)]
    with pytest.raises(NoAnswer) as silence:
        line.claim(_claim(), deadline_ms=1000)
    assert silence.value.sent is sent


def test_a_refusal_is_told_with_its_facts(line: CentralLine, transport: Scripted) -> None:
    """Why, and what is missing."""
    body = encode(m.ErrorAnswer(code="gap", detail="before these", facts={"expected": 7}))
    transport.answers = [lambda: WireResponse(status=409, body=body)]
    with pytest.raises(CentralSaidNo) as no:
        line.claim(_claim(), deadline_ms=1000)
    assert (no.value.code, no.value.detail, no.value.facts) == ("gap", "before these", {"expected": 7})
    assert line.health().last_answer is not None


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in to the station's network</html>",
        b"{}",
        b'{"claim_id": 1}',
        encode(_claimed(UUID(int=99))),
    ],
)
def test_what_is_not_centrals_answer_is_none(line: CentralLine, transport: Scripted, body: bytes) -> None:
    """A captive portal says "200", and a seat is taken for granted."""
    transport.answers = [lambda: WireResponse(status=200, body=body)]
    with pytest.raises(NoAnswer) as silence:
        line.claim(_claim(), deadline_ms=1000)
    assert silence.value.sent


def test_a_gateway_s_error_is_no_answer(line: CentralLine, transport: Scripted) -> None:
    """A proxy's page is taken for a refusal of central's."""
    transport.answers = [lambda: WireResponse(status=502, body=b"Bad Gateway")]
    with pytest.raises(NoAnswer):
        line.claim(_claim(), deadline_ms=1000)


def test_a_connection_that_was_gone_is_tried_once_more(line: CentralLine, transport: Scripted) -> None:
    """Central was restarted at night: the first clerk of the day is refused."""
    transport.answers = [_silence(sent=True), _ok(_claimed())]
    assert line.claim(_claim(), deadline_ms=1000).places
    transport.answers = [_silence(sent=True), _silence(sent=False)]
    with pytest.raises(NoAnswer) as silence:
        line.claim(_claim(), deadline_ms=1000)
    assert silence.value.sent, "the first may have arrived"


def test_a_no_to_the_second_attempt_says_nothing_of_the_first(line: CentralLine, transport: Scripted) -> None:
    """A wallet's charge that was carried out, unheard, would be booked as declined: and charged again."""
    request = m.PayCharge(
        intent_id=UUID(int=5),
        order_id=UUID(int=2),
        method=m.PayMethod.ALIPAY,
        amount_minor=100,
        currency="CNY",
        code="2812345678901234",
        subject="G1",
    )
    transport.answers = [_silence(sent=True), _no(m.Refused.DEVICE_REVOKED)]
    with pytest.raises(NoAnswer) as silence:
        line.pay(request, deadline_ms=1000)
    assert silence.value.sent
    transport.answers = [_no(m.Refused.DEVICE_REVOKED)]
    with pytest.raises(CentralSaidNo):
        line.pay(request, deadline_ms=1000)


def test_nobody_waits_longer_than_the_deadline(line: CentralLine, transport: Scripted, clock: SetClock) -> None:
    """Three attempts of a second and a half each."""
    transport.took_ms = 900
    transport.answers = [_silence(sent=True)] * 3
    before = clock.now()
    with pytest.raises(NoAnswer):
        line.claim(_claim(), deadline_ms=1000)
    assert clock.now() - before < timedelta(milliseconds=1001)


def test_entries_are_packed(line: CentralLine, transport: Scripted) -> None:
    """A thin line carries the same words again and again."""
    entries = tuple(m.WireEntry(raw='{"kind":"sold"}' * 20, signature=bytes(64)) for _ in range(50))
    push = m.Push(epoch=1, first_seq=1, entries=entries)
    transport.answers = [_ok(m.PushAnswer(epoch=1, stored_seq=50, judged_seq=50, central_time=NOW))]
    line.push(push, deadline_ms=1000)
    _, _, headers, body = transport.sent[0]
    assert headers["content-encoding"] == "deflate"
    assert len(body) * 5 < len(encode(push))
    assert json.loads(zlib.decompress(body))["first_seq"] == 1


def test_another_page_than_asked_for_is_none(line: CentralLine, transport: Scripted) -> None:
    """Items of one shard are taken for another's, and what that names is dropped."""
    page = m.FeedPage(
        shard="device",
        incarnation=UUID(int=1),
        position=4,
        head=4,
        more=False,
        snapshot=False,
        central_time=NOW,
    )
    for asked in (("operator", 0), ("device", 9)):
        transport.answers = [_ok(page)]
        with pytest.raises(NoAnswer):
            line.feed(asked[0], incarnation=UUID(int=1), position=asked[1], limit=10, deadline_ms=1000)
    transport.answers = [_ok(page)]
    assert line.feed("device", incarnation=UUID(int=1), position=4, limit=10, deadline_ms=1000) == page
    assert transport.sent[-1][1].startswith("/v1/feed?shard=device&position=4&limit=10&incarnation=")


def test_pieces_and_the_rest(line: CentralLine, transport: Scripted) -> None:
    """Every question goes where it belongs."""
    act = m.ClaimAct(claim_id=UUID(int=1), run_id=UUID(int=9), service_date=NOW.date())
    transport.answers = [
        lambda: WireResponse(status=200, body=b"bytes"),
        _ok(_claimed()),
        _ok(_claimed()),
        _ok(m.AvailabilityAnswer(free=(), central_time=NOW)),
        _ok(m.TopUpAnswer(central_time=NOW)),
        _ok(m.WaitAnswer(place_in_line=1, central_time=NOW)),
        _ok(m.TicketsFound(central_time=NOW)),
        _ok(m.LockAnswer(granted=True, central_time=NOW)),
        *(_ok(m.PayAnswer(intent_id=UUID(int=4), state=m.PayState.PENDING, central_time=NOW)) for _ in range(4)),
        _ok(m.PayAnswer(intent_id=UUID(int=5), state=m.PayState.APPROVED, central_time=NOW)),
        _ok(m.EpochGranted(epoch=4, certificate={}, central_time=NOW)),
    ]
    assert line.chunk("0" * 64, 5, deadline_ms=1000) == b"bytes"
    line.lease(act, deadline_ms=1000)
    line.release(act, deadline_ms=1000)
    question = m.Question(run=RUN, board=0, alight=1)
    with pytest.raises(NoAnswer):
        line.availability(m.AvailabilityQuery(questions=(question,)), deadline_ms=1000)
    want = m.Want(run=RUN, travel_class="second", board=0, alight=1, count=1)
    line.top_up(m.TopUp(request_id=UUID(int=3), wants=(want,)), deadline_ms=1000)
    line.wait(m.WaitRequest(claim=_claim()), deadline_ms=1000)
    line.find_tickets(m.TicketQuestion(number="x"), deadline_ms=1000)
    lock = m.TicketLock(ticket_id=UUID(int=1), run_id=UUID(int=9), service_date=NOW.date())
    assert line.lock_ticket(lock, deadline_ms=1000).granted
    paid = UUID(int=4)
    charge = m.PayCharge(
        intent_id=paid,
        order_id=UUID(int=6),
        method=m.PayMethod.WECHAT,
        amount_minor=100,
        currency="CNY",
        code="130000000000000000",
        subject="G1",
    )
    assert line.pay(charge, deadline_ms=1000).state is m.PayState.PENDING
    line.pay_state(m.PayQuestion(intent_id=paid), deadline_ms=1000)
    line.pay_reverse(m.PayReverse(intent_id=paid), deadline_ms=1000)
    back = m.PayRefund(intent_id=paid, charge_id=UUID(int=7), amount_minor=100, currency="CNY")
    line.pay_refund(back, deadline_ms=1000)
    with pytest.raises(NoAnswer):  # the answer to another question is none
        line.pay_state(m.PayQuestion(intent_id=paid), deadline_ms=1000)
    epoch = m.EpochRequest(public_key=bytes(32), head_seq=1, head_hash=bytes(32), reason="r", proof=bytes(64))
    assert line.epoch(epoch, deadline_ms=1000).epoch == 4
    paths = [path.partition("?")[0] for _, path, _, _ in transport.sent]
    assert paths == [
        "/v1/catalogues",
        "/v1/claims/lease",
        "/v1/claims/release",
        "/v1/availability",
        "/v1/leases",
        "/v1/waitlist",
        "/v1/tickets/find",
        "/v1/tickets/lock",
        "/v1/payments",
        "/v1/payments/state",
        "/v1/payments/reverse",
        "/v1/payments/refund",
        "/v1/payments/state",
        "/v1/epochs",
    ]
    line.close()
    assert transport.closed
