"""What comes over the line: whoever is not an enrolled window, or says something odd, gets a clear no and no more."""

from __future__ import annotations

import json
import logging
import zlib
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import psycopg
import pytest

from central.auth import Gate
from central.request import Request
from counter_app.domain.staff import SYSTEM
from counter_app.wire import messages as m
from counter_app.wire.codec import encode
from counter_app.wire.routes import ROUTES, Access
from counter_app.wire.signing import DEVICE, SIGNATURE, TIME, WIRE_VERSION
from tests.unit.central.office import Office, Window, claim, epoch_request, good, plain, refused


def push(first_seq: int = 1) -> m.Push:
    return m.Push(epoch=1, first_seq=first_seq, entries=(m.WireEntry(raw="{}", signature=b"s" * 64),))


def seen(office: Office) -> int:
    row = office.connection.execute("SELECT count(*) FROM request_seen").fetchone()
    assert row is not None
    return int(row[0])


class TestWhoAsks:
    def test_time_is_for_anyone(self, office: Office) -> None:
        """A counter whose clock is off could not even learn the right time."""
        answer = good(office.ask(plain("time")), m.TimeAnswer)
        assert answer.incarnation == office.info.incarnation
        assert answer.central_time == office.clock.now()
        assert (answer.wire_newest, answer.wire_oldest) == (2, 1)

    def test_sealed_request_is_answered(self, office: Office) -> None:
        """Nobody could sell online."""
        window = office.window()
        page = office.page(window, "operator")
        assert page.snapshot
        assert not page.more

    @pytest.mark.parametrize("route", [route for route in ROUTES if route.access is not Access.ANYONE])
    def test_nothing_else_without_a_seal(self, office: Office, route: object) -> None:
        """Anybody on the network could read or take stock."""
        answer = refused(office.ask(Request(method=route.method, path=route.path, target=route.path)))  # type: ignore[attr-defined]
        assert answer.code == "not_signed"

    def test_odd_headers_are_no_seal(self, office: Office) -> None:
        """A stranger's bytes in a header would reach the database."""
        window = office.window()
        sound = window.feed("operator")
        for name, value in (
            (SIGNATURE, "zz"),
            (SIGNATURE, "00"),
            (DEVICE, "not-a-uuid"),
            (DEVICE, "{" + str(window.device_id) + "}"),
            (TIME, "yesterday"),
            (TIME, "2026-12-01T01:00:00Z"),
            ("Counterfoil-Epoch", "-1"),
            ("Counterfoil-Sequence", "9" * 17),
            ("Counterfoil-Sequence", "٣"),
            ("Counterfoil-Wire", "2.0"),
        ):
            odd = replace(sound, headers={**sound.headers, name.lower(): value})
            assert refused(office.ask(odd)).code == "not_signed", (name, value)

    def test_each_signed_part_counts(self, office: Office) -> None:
        """Somebody between counter and central could turn one request into another."""
        window = office.window()
        sound = window.request("claim", claim())
        other = window.request("claim", claim(2))
        wrong = office.new_key()
        forged = [
            replace(sound, body=other.body),
            replace(sound, target=sound.target + "?x=1"),
            replace(sound, method="POST", path="/v1/claims/lease", target="/v1/claims/lease"),
            *(
                replace(sound, headers={**sound.headers, name: other.headers[name]})
                for name in ("counterfoil-sequence", "counterfoil-signature")
            ),
            window.request("claim", claim(), key=wrong),
            replace(sound, headers={**sound.headers, "counterfoil-wire": "1"}),
        ]
        for request in forged:
            assert refused(office.ask(request)).code in {"bad_signature", "bad_message"}
        assert seen(office) == 0, "nothing is written before the signature is good"
        assert not office.stock.batches

    def test_unknown_device(self, office: Office) -> None:
        """A device that never enrolled could ask."""
        stranger = Window(device_id=UUID(int=9), key=office.new_key(), clock=office.clock)
        assert refused(office.ask(stranger.feed("operator"))).code == "unknown_device"

    def test_replay_is_refused(self, office: Office) -> None:
        """A captured request could be sent again."""
        request = office.window().feed("operator")
        assert office.ask(request).status == 200
        assert refused(office.ask(request)).code == "replayed"
        assert refused(office.process().handle(request, office.connection)).code == "replayed", "in another process too"

    def test_sequences_may_come_out_of_order(self, office: Office) -> None:
        """Two requests under way at once would fail by chance."""
        window = office.window()
        first, second = window.feed("operator"), window.feed("operator")
        assert office.ask(second).status == 200
        assert office.ask(first).status == 200

    @pytest.mark.parametrize("minutes", [-5.1, 5.1])
    def test_a_clock_that_is_off_is_told_the_time(self, office: Office, minutes: float) -> None:
        """Yesterday's captured request would be good today; and a counter could not set itself right."""
        window = office.window()
        answer = refused(
            office.ask(window.request("claim", claim(), at=office.clock.now() + timedelta(minutes=minutes)))
        )
        assert answer.code == "clock_off"
        assert answer.central_time == office.clock.now()

    def test_replays_are_refused_until_their_time_is_over(self, office: Office) -> None:
        """Tending would open a window for replays."""
        from central.auth import drop_old_requests

        window = office.window()
        request = window.request("feed", query={"shard": "operator"}, at=office.clock.now() + timedelta(minutes=4))
        assert office.ask(request).status == 200
        for _ in range(12):
            office.clock.pass_(minutes=1)
            drop_old_requests(office.connection, office.clock.now())
            assert refused(office.ask(request)).code in {"replayed", "clock_off"}
        office.clock.pass_(minutes=30)
        assert drop_old_requests(office.connection, office.clock.now()) == 1
        assert refused(office.ask(request)).code == "clock_off"


class TestWhatADeviceMay:
    def test_a_revoked_device_may_only_push(self, office: Office) -> None:
        """What it sold would be lost, or a stolen window would go on selling."""
        window = office.window()
        office.devices.revoke(office.connection, SYSTEM, ("CSQ", 1), "stolen")
        assert office.ask(window.request("push", push())).status == 200
        assert office.intake.pushed[0][0].state == "revoked"
        for name, message in (("claim", claim()), ("epoch", epoch_request(window, office.new_key()))):
            assert refused(office.ask(window.request(name, message))).code == "device_revoked"
        assert refused(office.ask(window.feed("operator"))).code == "device_revoked"

    def test_a_superseded_key_may_only_push(self, office: Office) -> None:
        """A cloned device would sell beside the one that went on."""
        window = office.window()
        clone = Window(device_id=window.device_id, key=window.key, clock=office.clock, sequence=500)
        assert office.ask(window.request("epoch", epoch_request(window, office.new_key()))).status == 200
        assert office.ask(clone.request("push", push())).status == 200
        assert refused(office.ask(clone.request("claim", claim()))).code == "epoch_superseded"
        again = office.ask(clone.request("epoch", epoch_request(clone, office.new_key())))
        assert refused(again).code == "epoch_superseded"

    def test_a_forked_device_reads_and_sells_nothing_new(self, office: Office) -> None:
        """Two histories under one key would go on selling."""
        window = office.window()
        office.connection.execute("UPDATE device SET forked = true")
        assert refused(office.ask(window.request("claim", claim()))).code == "forked"
        assert office.ask(window.feed("device")).status == 200
        act = m.ClaimAct(claim_id=UUID(int=1), run_id=UUID(int=5), service_date=office.clock.now().date())
        assert refused(office.ask(window.request("lease", act))).code == "forked"
        assert office.ask(window.request("release", act)).status == 200

    def test_an_order_to_stop_ends_new_sales(self, office: Office) -> None:
        """A counter that does not know of the order yet would go on."""
        window = office.window()
        office.devices.stop_selling(office.connection, SYSTEM, ("CSQ", 1), "outdated")
        answer = refused(office.ask(window.request("claim", claim())))
        assert (answer.code, answer.facts) == ("not_allowed", {"reason": "outdated"})
        act = m.ClaimAct(claim_id=UUID(int=1), run_id=UUID(int=5), service_date=office.clock.now().date())
        assert office.ask(window.request("lease", act)).status == 200, "a sale under way is finished"
        office.devices.resume_selling(office.connection, SYSTEM, ("CSQ", 1))
        assert office.ask(window.request("claim", claim())).status == 200

    @pytest.mark.parametrize(
        ("wire", "code"), [(0, "wire_version"), (1, None), (WIRE_VERSION, None), (3, "wire_version")]
    )
    def test_versions_n_and_n_minus_1(self, office: Office, wire: int, code: str | None) -> None:
        """After an update of central half of the windows would stand still."""
        window = office.window()
        response = office.ask(window.request("claim", claim(), wire=wire))
        if code is None:
            assert response.status == 200
        else:
            answer = refused(response)
            assert (response.status, answer.code) == (426, code)
            assert answer.facts == {"newest": 2, "oldest": 1}

    @pytest.mark.parametrize("wire", [0, 1, 3, 99_999])
    def test_any_version_can_push(self, office: Office, wire: int) -> None:
        """An outdated counter's sales would be stuck in it."""
        assert office.ask(office.window().request("push", push(), wire=wire)).status == 200

    def test_when_a_device_was_last_seen(self, office: Office) -> None:
        """The list of windows could not say which one is dead."""
        window = office.window()
        office.clock.pass_(hours=1)
        office.ask(window.feed("device"))
        record = office.devices.at(office.connection, ("CSQ", 1))
        assert record.seen_at == office.clock.now()
        assert record.wire == WIRE_VERSION


class TestMessages:
    def test_unknown_route(self, office: Office) -> None:
        assert (
            refused(office.ask(Request(method="GET", path="/v1/claims", target="/v1/claims"))).code == "unknown_route"
        )

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"null", b'{"claim_id": 1}', b'{"\\ud800": 1}', b"\xff", b"[" * 100_000, b'{"a":1.5}'],
    )
    def test_bad_bodies(self, office: Office, body: bytes) -> None:
        """A broken counter, or a stranger, would stop central with a few bytes."""
        response = office.ask(office.window().request("claim", body=body[: 60 * 1024]))
        assert (response.status, refused(response).code) == (400, "bad_message")
        response.body.decode()

    def test_a_post_has_no_query(self, office: Office) -> None:
        request = office.window().request("claim", claim(), query={"x": "1"})
        assert refused(office.ask(request)).code == "bad_message"

    def test_too_large(self, office: Office) -> None:
        response = office.ask(office.window().request("claim", body=b" " * (64 * 1024 + 1)))
        assert (response.status, refused(response).code) == (413, "too_large")

    def test_a_get_has_no_body(self, office: Office) -> None:
        assert refused(office.ask(office.window().request("feed", body=b"{}", query={"shard": "operator"}))).code == (
            "too_large"
        )

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"shard": "operator", "x": "1"},
            {"shard": "operator", "position": "-1"},
            {"shard": "operator", "limit": "a"},
            {"shard": "operator", "incarnation": "x"},
        ],
    )
    def test_bad_queries(self, office: Office, query: dict[str, str]) -> None:
        assert refused(office.ask(office.window().request("feed", query=query))).code == "bad_message"

    def test_a_packed_push(self, office: Office) -> None:
        """Slow lines would carry three times as much."""
        body = zlib.compress(encode(push()))
        window = office.window()
        assert office.ask(window.request("push", body=body, headers={"content-encoding": "deflate"})).status == 200
        assert office.intake.pushed[0][1] == push()

    def test_packed_bombs_and_rubbish(self, office: Office) -> None:
        """A few kilobytes would fill central's memory."""
        window = office.window()
        for body, code in (
            (zlib.compress(b" " * (64 << 20)), "too_large"),
            (zlib.compress(encode(push()))[:-3], "bad_message"),
            (zlib.compress(encode(push())) + b"x", "bad_message"),
            (b"rubbish", "bad_message"),
        ):
            request = window.request("push", body=body, headers={"content-encoding": "deflate"})
            assert refused(office.ask(request)).code == code
        other = window.request("claim", body=zlib.compress(encode(claim())), headers={"content-encoding": "deflate"})
        assert refused(office.ask(other)).code == "bad_message"
        gzip = window.request("push", push(), headers={"content-encoding": "gzip"})
        assert refused(office.ask(gzip)).code == "bad_message"

    def test_our_own_mistake_shows_nothing(self, office: Office, caplog: pytest.LogCaptureFixture) -> None:
        """A stranger would read our code in an error page."""
        office.stock.trouble.append(RuntimeError("secret"))
        with caplog.at_level(logging.CRITICAL):
            response = office.ask(office.window().request("claim", claim()))
        answer = refused(response)
        assert (response.status, answer.code) == (500, "fault")
        UUID(answer.detail)
        assert b"secret" not in response.body

    def test_given_up_by_postgresql_is_busy(self, office: Office) -> None:
        """A counter would take "ask again" for a refusal."""
        office.stock.trouble.append(psycopg.errors.DeadlockDetected())
        response = office.ask(office.window().request("claim", claim()))
        assert (response.status, refused(response).code) == (503, "busy")

    def test_error_answers_are_json_with_the_time(self, office: Office) -> None:
        response = office.ask(plain("feed"))
        assert response.content_type == "application/json"
        assert set(json.loads(response.body)) >= {"code", "central_time"}


class TestManyClaims:
    def test_one_decision_for_all(self, office: Office) -> None:
        """Each claim would pay for a transaction of its own."""
        windows = [office.window(n) for n in (1, 2)]
        requests = [windows[n % 2].request("claim", claim(n + 1)) for n in range(10)]
        responses = office.central.handle_claims(requests, office.connection)
        answers = [good(response, m.ClaimAnswer) for response in responses]
        assert [answer.claim_id.int for answer in answers] == list(range(1, 11))
        assert [len(batch) for batch in office.stock.batches] == [10]
        assert {ask.device.counter for ask in office.stock.batches[0]} == {1, 2}

    def test_a_bad_one_spoils_no_other(self, office: Office) -> None:
        """One broken counter would refuse everybody's seats."""
        window = office.window()
        sound = window.request("claim", claim(1))
        requests = [
            sound,
            window.request("claim", body=b"{"),
            sound,
            window.request("claim", claim(2), key=office.new_key()),
            plain("claim", claim(3)),
            window.feed("operator"),
            window.request("claim", claim(4)),
        ]
        responses = office.central.handle_claims(requests, office.connection)
        codes = [None if one.status == 200 else refused(one).code for one in responses]
        assert codes == [None, "bad_message", "replayed", "bad_signature", "not_signed", None, None]
        assert [len(batch) for batch in office.stock.batches] == [2]

    def test_a_claim_that_we_trip_over_takes_none_with_it(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        """One odd claim would answer two hundred others with a fault."""
        window = office.window()
        office.stock.trouble += [RuntimeError("in the batch"), RuntimeError("alone")]
        with caplog.at_level(logging.CRITICAL):
            responses = office.central.handle_claims(
                [window.request("claim", claim(n)) for n in (1, 2, 3)], office.connection
            )
        assert [one.status for one in responses] == [500, 200, 200]

    def test_a_seal_is_recorded_whatever_becomes_of_the_decision(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A request that ended in a fault must not be taken when somebody sends it again."""
        window = office.window()
        assert office.ask(window.feed("operator")).status == 200  # its key is known now
        office.stock.trouble += [RuntimeError("in the batch"), RuntimeError("alone")]
        asked = window.request("claim", claim(1))
        with caplog.at_level(logging.CRITICAL):
            (first,) = office.central.handle_claims([asked], office.connection)
        (second,) = office.central.handle_claims([asked], office.connection)
        assert first.status == 500
        assert refused(second).code == "replayed"

    def test_what_is_decided_is_answered_whoever_is_noted_as_seen(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A row of ours that is busy must not make "nothing was done" of a claim that holds a seat."""
        window = office.window()
        assert office.ask(window.feed("operator")).status == 200

        def busy(*_: object) -> None:
            raise psycopg.errors.QueryCanceled

        monkeypatch.setattr(Gate, "note_seen", busy)
        act = m.ClaimAct(claim_id=UUID(int=1), service_date=date(2026, 12, 1), run_id=UUID(int=2))
        responses = office.central.handle_claims(
            [window.request("claim", claim(1)), window.request("release", act)], office.connection
        )
        assert [one.status for one in responses] == [200, 200]

    def test_where_the_seals_cannot_be_recorded_nothing_is_decided(
        self, office: Office, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Full disk, table away: nobody gets a seat on a request that could come again."""
        window = office.window()
        assert office.ask(window.feed("operator")).status == 200
        office.connection.execute("ALTER TABLE request_seen RENAME TO put_away")
        with caplog.at_level(logging.CRITICAL):
            (answer,) = office.central.handle_claims([window.request("claim", claim(1))], office.connection)
        assert answer.status == 500
        assert not office.stock.batches
        office.connection.execute("ALTER TABLE put_away RENAME TO request_seen")
        (answer,) = office.central.handle_claims([window.request("claim", claim(2))], office.connection)
        assert answer.status == 200

    def test_none_at_all(self, office: Office) -> None:
        assert office.central.handle_claims([], office.connection) == []


def test_a_key_that_was_replaced_under_us(office: Office) -> None:
    """After a restore a process that was not started again would believe a key that nobody certified any more."""
    window = office.window()
    assert office.ask(window.feed("operator")).status == 200
    other = office.new_key()
    office.connection.execute("UPDATE device_key SET public_key = %s", (other.public,))
    assert refused(office.ask(window.feed("operator"))).code == "bad_signature"
    assert refused(office.ask(window.feed("operator"))).code == "bad_signature"
    window.key = other
    assert office.ask(window.feed("operator")).status == 200
