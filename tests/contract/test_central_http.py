"""Central over HTTP: what stands between a socket and ``Central.handle``, with all that is real behind it."""

from __future__ import annotations

import json
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network

import pytest

from central.shell import http as shell_http
from central.shell import lanes, protocol
from central.shell.http import Shape
from central.shell.limits import Limits, Rate
from counter_app.security import SigningKey
from counter_app.wire import messages as m
from counter_app.wire.codec import BODY_BYTES_MAX, decode, encode, read
from counter_app.wire.routes import BY_NAME, ROUTES
from tests.conftest import LogWatch
from tests.contract.central_house import House, Window, house, problem
from tests.postgres import Cluster, Database
from tests.unit.central.stock.world import act

TIME = b"GET /v1/time HTTP/1.1\r\nhost: central\r\nconnection: close\r\n"


@pytest.fixture(scope="module")
def running(database: Database) -> Iterator[House]:
    with house(database, shape=Shape(limits=Limits(unsigned=Rate(per_s=1e6, burst=1e6)))) as made:
        yield made


def facts(answer: bytes) -> dict[str, object]:
    """Of a refusal, as bytes of HTTP."""
    found = json.loads(answer.partition(b"\r\n\r\n")[2])["facts"]
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def window(running: House) -> Window:
    return running.window(1)


# ---- a counter's day


def test_a_window_enrols_claims_and_leases(running: House, window: Window) -> None:
    """Without this no counter sells anything while the line is up."""
    told = decode(m.TimeAnswer, running.client.get("/v1/time").content)
    assert told.central_time == running.world.clock.now()
    asked = running.world.ask(running.world.run("T2"), 0, 3)
    held = window.post("/v1/claims", asked)
    assert held.status_code == 200
    answer = decode(m.ClaimAnswer, held.content)
    assert answer.status is m.ClaimStatus.HELD
    assert len(answer.places) == 1
    leased = window.post("/v1/claims/lease", act(asked))
    assert decode(m.ClaimAnswer, leased.content).status is m.ClaimStatus.LEASED
    page = decode(m.FeedPage, window.get(f"/v1/feed?shard=stock/{asked.run.run_id.int % 16}").content)
    assert [item.key for item in page.items] == [str(asked.run.run_id)]


def test_who_waits_at_one_window_gets_what_another_lets_go(running: House) -> None:
    """Sold out, and a seat that came free goes to whoever asks in that very second."""
    theirs, ours = running.window(11), running.window(12)
    run = running.world.run("T1", running.world.run("T1").service_date + timedelta(days=1))
    held = [running.world.ask(run, count=2) for _ in range(5)]
    for asked in held:
        assert decode(m.ClaimAnswer, theirs.post("/v1/claims", asked).content).status is m.ClaimStatus.HELD
    party, late = running.world.ask(run, count=2), running.world.ask(run)

    def place(asked: m.ClaimRequest) -> int:
        return decode(m.WaitAnswer, ours.post("/v1/waitlist", m.WaitRequest(claim=asked)).content).place_in_line

    assert [place(party), place(late), place(party)] == [1, 2, 1]
    theirs.post("/v1/claims/release", act(held[0]))
    page = decode(m.FeedPage, ours.get("/v1/feed?shard=device").content)
    (item,) = [one for one in page.items if one.kind == m.FeedKind.WAITED.value]
    told = read(m.ClaimAnswer, item.body)
    assert (told.claim_id, told.status, len(told.places)) == (party.claim_id, m.ClaimStatus.HELD, 2)
    assert told.expires_at is not None
    assert told.expires_at > told.central_time
    assert [place(party), place(late)] == [0, 1]
    leased = ours.post("/v1/claims/lease", act(party))
    assert decode(m.ClaimAnswer, leased.content).status is m.ClaimStatus.LEASED
    gone = ours.post("/v1/waitlist", m.WaitRequest(claim=late, leave=True))
    assert decode(m.WaitAnswer, gone.content).place_in_line == 0


def test_sixty_four_windows_want_the_last_ten_places(running: House) -> None:
    """Exactly ten get one, and nobody is told "sold out" because somebody else was quicker at a lock."""
    windows = [running.window(number) for number in range(100, 164)]
    run = running.world.run("T1")
    found: Counter[str] = Counter()
    tally, start = threading.Lock(), threading.Barrier(len(windows))

    def buy(one: Window) -> None:
        with running.another_client() as client:
            asked = running.world.ask(run)
            start.wait()
            answer = decode(m.ClaimAnswer, one.post("/v1/claims", asked, client).content)
        with tally:
            found[answer.status.value] += 1

    threads = [threading.Thread(target=buy, args=(one,)) for one in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert found == {"HELD": 10, "REFUSED": 54}


def test_the_same_request_twice_is_a_replay(running: House, window: Window) -> None:
    """Who recorded the line yesterday can do nothing with it today."""
    body = encode(running.world.ask(running.world.run("T2")))
    headers = window.headers("POST", "/v1/claims", body)
    first = running.client.post("/v1/claims", content=body, headers=headers)
    again = running.client.post("/v1/claims", content=body, headers=headers)
    assert first.status_code == 200
    assert (again.status_code, problem(again)) == (409, "replayed")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.access != "anyone"], ids=lambda route: route.name)
def test_nothing_is_answered_unsigned(running: House, route: object) -> None:
    assert route in ROUTES
    found = BY_NAME[route.name]
    answer = running.client.request(found.method, found.path)
    assert (answer.status_code, problem(answer)) == (401, "not_signed")


# ---- bounds


def test_a_body_over_its_bound_is_refused_before_it_is_sent(running: House) -> None:
    """Somebody who announces a gigabyte must not make central keep it."""
    head = b"POST /v1/claims HTTP/1.1\r\nhost: central\r\ncontent-length: 1073741824\r\n\r\n"
    answer = running.raw(head)
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert b'"too_large"' in answer
    assert facts(answer) == {"most": 64 * 1024}


def test_who_sends_far_too_much_hears_why(running: House, window: Window) -> None:
    """A counter with a batch over the bound: an ordinary client sends it whole before it looks at the answer."""
    body = b"x" * (13 << 20)
    answer = running.client.post("/v1/journal", content=body, headers=window.headers("POST", "/v1/journal", body))
    assert (answer.status_code, problem(answer)) == (413, "too_large")
    assert answer.json()["facts"] == {"most": BY_NAME["push"].body_max}
    nowhere = running.client.post("/v1/nowhere", content=body)
    assert (nowhere.status_code, problem(nowhere)) == (404, "unknown_route")


def test_a_question_has_no_body(running: House) -> None:
    """The bound of a GET is nothing at all, and that is what it says."""
    answer = running.client.request("GET", "/v1/time", content=b"?")
    assert (answer.status_code, answer.json()["facts"]) == (413, {"most": 0})


def test_a_body_that_unpacks_to_too_much_says_the_bound(running: House, window: Window) -> None:
    body = zlib.compress(b" " * (BODY_BYTES_MAX + 1))
    headers = {**window.headers("POST", "/v1/journal", body), "content-encoding": "deflate"}
    answer = running.client.post("/v1/journal", content=body, headers=headers)
    assert (answer.status_code, answer.json()["facts"]) == (413, {"most": BODY_BYTES_MAX})


@pytest.mark.parametrize("sent", [b"", b'{"claim'], ids=["nothing", "a part"])
def test_a_body_that_does_not_come_is_not_waited_for(
    running: House, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    """A thousand half requests would otherwise keep every counter out, head or no head."""
    monkeypatch.setattr(shell_http, "BODY_S_MAX", 0.2)
    answer = running.raw(b"POST /v1/claims HTTP/1.1\r\nhost: c\r\ncontent-length: 100\r\n\r\n" + sent)
    assert b" 408 " in answer.split(b"\r\n")[0]
    assert b'"busy"' in answer


def test_a_body_that_never_ends_is_cut_off(running: House) -> None:
    """The same without announcing it."""
    head = b"POST /v1/claims HTTP/1.1\r\nhost: central\r\ntransfer-encoding: chunked\r\n\r\n"
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    answer = running.raw(head, *([chunk] * 5))
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert facts(answer) == {"most": 64 * 1024}


@pytest.mark.parametrize(
    "lines",
    [
        b"x: " + b"y" * (protocol.HEAD_BYTES_MAX + 1) + b"\r\n",
        b"x: y\r\n" * (protocol.HEADERS_MAX + 1),
    ],
    ids=["long", "many"],
)
def test_a_head_over_its_bound_is_refused(running: House, lines: bytes) -> None:
    answer = running.raw(TIME + lines + b"\r\n")
    assert b" 400 " in answer.split(b"\r\n")[0]


def test_a_header_that_never_ends_is_cut_off(running: House) -> None:
    """The parser gathers an unfinished field by itself: its size is bounded too."""
    answer = running.raw(TIME + b"x: ", *([b"y" * 4096] * 9))
    assert b" 400 " in answer.split(b"\r\n")[0]


def test_a_long_address_is_refused(running: House) -> None:
    answer = running.raw(b"GET /v1/time?" + b"x" * protocol.URL_BYTES_MAX + b" HTTP/1.1\r\nhost: c\r\n\r\n")
    assert b" 400 " in answer.split(b"\r\n")[0]


def test_a_head_that_takes_too_long_loses_the_line(running: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand half requests would otherwise keep every counter out."""
    monkeypatch.setattr(protocol, "HEAD_S_MAX", 0.2)
    assert running.raw(b"GET /v1/time HTTP/1.1\r\n") == b""
    assert running.raw() == b""


def test_requests_that_come_together_or_in_pieces_are_answered_in_order(running: House, window: Window) -> None:
    """A slow line cuts a request anywhere; a quick one brings the next before the answer. Each gets its own answer."""
    asks = [running.world.ask(running.world.run("T2")) for _ in range(3)]
    requests = []
    for asked in asks:
        body = encode(asked)
        lines = [f"{name}: {value}" for name, value in window.headers("POST", "/v1/claims", body).items()]
        head = "\r\n".join(["POST /v1/claims HTTP/1.1", "host: c", f"content-length: {len(body)}", *lines])
        requests.append(head.encode() + b"\r\n\r\n" + body)
    whole = b"".join(requests) + TIME + b"\r\n"
    cuts = (40, len(requests[0]) - 30, len(requests[0]) + len(requests[1]) + 200)
    answer = running.raw(*(whole[start:end] for start, end in zip((0, *cuts), (*cuts, len(whole)), strict=True)))
    assert answer.count(b"HTTP/1.1 200 OK") == 4
    places = [answer.index(f'"claim_id":"{asked.claim_id}"'.encode()) for asked in asks]
    assert places == sorted(places)
    assert answer.rindex(b'"incarnation"') > places[-1]


def test_who_hangs_up_leaves_nothing_behind(running: House, window: Window) -> None:
    """Cut between question and answer: the next request is served, and the claim is there when it is asked again."""
    asked = running.world.ask(running.world.run("T2"))
    body = encode(asked)
    lines = [f"{name}: {value}" for name, value in window.headers("POST", "/v1/claims", body).items()]
    head = "\r\n".join(["POST /v1/claims HTTP/1.1", "host: c", f"content-length: {len(body)}", *lines]).encode()
    running.raw(head + b"\r\n\r\n" + body, hang_up=True)
    running.raw(head + b"\r\n\r\n" + body[:20], hang_up=True)
    answer = window.post("/v1/claims", asked)
    assert decode(m.ClaimAnswer, answer.content).status is m.ClaimStatus.HELD


def test_too_many_requests_are_told_when_to_come_back(fresh_database: Database) -> None:
    """One counter gone mad must not slow down the others, and must recover by itself."""
    limits = Limits(device=Rate(per_s=0.001, burst=3), unsigned=Rate(per_s=0.001, burst=5))
    with house(fresh_database, shape=Shape(limits=limits)) as made:
        mad, calm = made.window(1), made.window(2)
        ask = m.TicketQuestion(number="AAA-1-1-1-1")
        assert [mad.post("/v1/tickets/find", ask).status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = mad.post("/v1/tickets/find", ask)
        assert problem(refused) == "rate_limited"
        assert int(refused.headers["retry-after"]) > 0
        assert calm.post("/v1/tickets/find", ask).status_code == 200
        assert [made.client.get("/v1/time").status_code for _ in range(4)][-1] == 429


def test_the_house_is_asked_by_one_address_only_so_often(fresh_database: Database) -> None:
    """Readiness and numbers ask the database: a stranger must not keep it busy with them. Life costs nothing."""
    limits = Limits(house=Rate(per_s=0.001, burst=3))
    with house(fresh_database, shape=Shape(limits=limits, proxies=(ip_network("127.0.0.1"),))) as made:

        def asked(path: str, by: str) -> int:
            return made.client.get(path, headers={"x-forwarded-for": by}).status_code

        paths = ("/metrics", "/readyz", "/metrics", "/readyz", "/metrics", "/healthz")
        assert [asked(path, "203.0.113.7") for path in paths] == [200, 200, 200, 429, 429, 200]
        assert asked("/readyz", "203.0.113.8") == 200
        refused = made.client.get("/metrics", headers={"x-forwarded-for": "203.0.113.7"})
        assert problem(refused) == "rate_limited"
        assert int(refused.headers["retry-after"]) > 0


def test_windows_behind_a_trusted_proxy_have_a_share_each(fresh_database: Database) -> None:
    limits = Limits(unsigned=Rate(per_s=0.001, burst=2))
    with house(fresh_database, shape=Shape(limits=limits, proxies=(ip_network("127.0.0.1"),))) as made:

        def asked(by: str) -> list[int]:
            return [made.client.get("/v1/time", headers={"x-forwarded-for": by}).status_code for _ in range(3)]

        assert asked("203.0.113.7") == asked("198.51.100.1, 203.0.113.8") == [200, 200, 429]


def test_guessing_keys_costs_the_address_its_share(fresh_database: Database) -> None:
    limits = Limits(peer=Rate(per_s=0.001, burst=30), failed_cost=10)
    with house(fresh_database, shape=Shape(limits=limits)) as made:
        window = made.window(1)
        window.key = SigningKey(bytes(32))  # a guess
        told = [window.post("/v1/tickets/find", m.TicketQuestion(number="A")) for _ in range(4)]
    assert [answer.status_code for answer in told] == [401, 401, 401, 429]
    assert problem(told[0]) == "bad_signature"


def test_no_seal_at_all_costs_the_address_little(fresh_database: Database) -> None:
    """No key was looked up, none tried: whoever shares the address with a stray program still sells."""
    limits = Limits(
        peer=Rate(per_s=0.001, burst=30), device=Rate(per_s=0.001, burst=1), failed_cost=10, unsealed_cost=1
    )
    with house(fresh_database, shape=Shape(limits=limits)) as made:
        window = made.window(1)
        device = {"Counterfoil-Device": str(window.device_id)}
        told = [made.client.post("/v1/claims", content=b"{}", headers=device) for _ in range(10)]
        assert {problem(answer) for answer in told} == {"not_signed"}
        assert window.post("/v1/tickets/find", m.TicketQuestion(number="A")).status_code == 200


# ---- what is not there


def test_unknown_paths_and_methods_are_said_so(running: House) -> None:
    nowhere = running.client.get("/v1/nowhere")
    assert (nowhere.status_code, problem(nowhere)) == (404, "unknown_route")
    other = running.client.delete("/v1/claims")
    assert (other.status_code, other.headers["allow"]) == (405, "POST")
    assert problem(other) == "unknown_route"
    elsewhere = running.client.get("/admin")
    assert (elsewhere.status_code, problem(elsewhere)) == (404, "unknown_route")
    posted = running.client.post("/healthz")
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("sent", ["/v1/claims?", "http://c/v1/claims", "/v1/claims#a"])
def test_only_what_was_signed_byte_by_byte_is_taken(running: House, window: Window, sent: str) -> None:
    """Whoever stands in the line changes nothing, not even what means the same."""

    def ask(signed: str) -> bytes:
        body = encode(running.world.ask(running.world.run("T2")))
        lines = [f"{name}: {value}" for name, value in window.headers("POST", signed, body).items()]
        head = [f"POST {sent} HTTP/1.1", "host: c", "connection: close", f"content-length: {len(body)}", *lines]
        return running.raw("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    assert b'"bad_signature"' in ask("/v1/claims")
    assert b'"HELD"' in ask(sent)


def test_a_signature_is_written_in_one_way(running: House, window: Window) -> None:
    target = "/v1/feed?shard=operator"
    headers = window.headers("GET", target)
    odd = {**headers, "Counterfoil-Signature": headers["Counterfoil-Signature"].upper()}
    assert problem(running.client.get(target, headers=odd)) == "not_signed"
    assert running.client.get(target, headers=headers).status_code == 200


@pytest.mark.parametrize("query", ["?shard=a&shard=b", "?%ff", "?a" * 30, "?shard"])
def test_an_odd_query_is_refused(running: House, window: Window, query: str) -> None:
    answer = window.get(f"/v1/feed{query}")
    assert (answer.status_code, problem(answer)) == (400, "bad_message")


def test_a_header_given_twice_is_no_seal(running: House, window: Window) -> None:
    """Which of the two was signed?"""
    headers = list(window.headers("GET", "/v1/feed?shard=operator").items())
    answer = running.client.get("/v1/feed?shard=operator", headers=[*headers, headers[0]])
    assert (answer.status_code, problem(answer)) == (401, "not_signed")


# ---- the database goes away


def test_a_lost_connection_is_opened_again(running: House, window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is restarted at night; nobody has to restart central after it, and nobody hears of a fault."""
    monkeypatch.setattr(lanes, "REST_S", 0.0)  # however soon after it
    ask = running.world.ask(running.world.run("T2"))
    assert window.post("/v1/claims", ask).status_code == 200
    running.world.connection.execute(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    told = [window.post("/v1/claims", running.world.ask(running.world.run("T2"))) for _ in range(3)]
    told += [window.post("/v1/tickets/find", m.TicketQuestion(number="A")) for _ in range(12)]
    told += [window.get("/v1/feed?shard=operator") for _ in range(12)]
    assert [answer.status_code for answer in told] == [200] * 27
    assert running.client.get("/readyz").status_code == 200


def test_without_a_database_nothing_is_done_and_that_is_said(
    fresh_database: Database, cluster: Cluster, log_watch: LogWatch
) -> None:
    """Busy promises that nothing was done: the counter may sell from its lease at once."""
    log_watch.expect("has no database|fault")
    with house(fresh_database) as made:
        window = made.window(1)
        cluster.drop(fresh_database)
        answers = [window.post("/v1/tickets/find", m.TicketQuestion(number="A")) for _ in range(8)]
        assert {answer.status_code for answer in answers} <= {500, 503}  # 500: under way when it went
        assert (answers[-1].status_code, problem(answers[-1])) == (503, "busy")
        assert made.client.get("/readyz").status_code == 503
        assert b"central_requests_total" in made.client.get("/metrics").content


# ---- the house's own routes


def test_health_and_readiness(running: House, fresh_database: Database) -> None:
    """A balancer sends counters only to a central that can serve them."""
    assert running.client.get("/healthz").json() == {"status": "ok"}
    ready = running.client.get("/readyz")
    assert (ready.status_code, set(ready.json().values())) == (200, {"ok"})
    with house(fresh_database, timetable=False) as bare:
        told = bare.client.get("/readyz")
        assert told.status_code == 503
        assert told.json()["timetable"] != "ok"
        bare.world.clock.pass_(days=400)
        assert "missing" in bare.client.get("/readyz").json()["partitions"]


def test_metrics_count_what_was_answered(running: House, window: Window) -> None:
    """Numbers without personal data or ids of devices."""
    window.post("/v1/claims", running.world.ask(running.world.run("T2")))
    page = running.client.get("/metrics")
    assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'central_requests_total{route="claim",status="200"}' in page.text
    assert 'central_claims_total{status="HELD"}' in page.text
    assert 'central_devices{forked="no",state="active"}' in page.text
    assert "central_feed_behind_items" in page.text
    assert 'central_lane_waiting{lane="claims-0"} 0.0' in page.text
    assert str(window.device_id) not in page.text


def test_the_description_names_every_route_and_message(running: House) -> None:
    document = running.client.get("/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    told = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert told >= {(route.method, route.path) for route in ROUTES}
    schemas = document["components"]["schemas"]
    text = json.dumps(document)
    named = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named == set(schemas)
