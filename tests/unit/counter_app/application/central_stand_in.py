"""A central in memory that speaks the wire: for tests of the counter's side alone. And an enrolled counter before it.

It checks seals, decides claims, keeps journals and feeds, in the simplest way that is right. Before or after a
request the line can be cut: ``cut("claim", "after")`` loses the next answer to a claim.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import argon2

from counter_app.application.central_clock import CentralClock
from counter_app.application.counter_desk import CounterDesk
from counter_app.application.enrolled import CentralLink
from counter_app.application.printer_set import Fitted, PrinterSet
from counter_app.application.views import LineWord
from counter_app.domain.bestfit import best_fit
from counter_app.domain.coaches import PlaceRef
from counter_app.domain.journal import GENESIS, Json
from counter_app.domain.leases import LeaseGrant
from counter_app.domain.places import LegBitmaps, PlaceTable
from counter_app.domain.staff import Actor, Role
from counter_app.domain.timetable import Span
from counter_app.domain.trust import certify
from counter_app.errors import NoAnswer
from counter_app.ports.epochs import Enrolment
from counter_app.ports.line import WireResponse
from counter_app.ports.profile import ProfileInfo
from counter_app.security import Argon2Passwords, SigningKey, verify
from counter_app.system import Uuid7Ids
from counter_app.wire import messages as m
from counter_app.wire.codec import BadMessage, decode, encode, plain, read
from counter_app.wire.routes import BY_PATH
from counter_app.wire.signing import read_seal, signed_text
from db.catalogue.receive import CatalogueFiles
from db.create import CATALOGUES, ProfileFactory
from db.store import SqlMoneyStore
from sync.client import CentralLine
from tests.unit.counter_app.application.counter import (
    DAY,
    WHOLE,
    ZONE,
    SeededEntropy,
    SetClock,
    SmallCatalogue,
    formation,
    policy,
    run,
    texts,
)
from tests.unit.counter_app.application.wallets_stand_in import Wallets

DEVICE = UUID(int=7)
CATALOGUE = b"a catalogue file, for what this test cares" * 20_000  # some pieces
PASSWORD = "correct horse"
QUICK = Argon2Passwords(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
CLERK = Actor(user_id=UUID(int=1), login="li", display_name="李芳", role=Role.CLERK)
CHIEF = Actor(user_id=UUID(int=2), login="wang", display_name="王强", role=Role.SUPERVISOR)
ADMIN = Actor(user_id=UUID(int=3), login="zhao", display_name="赵敏", role=Role.ADMINISTRATOR)


class No(Exception):  # noqa: N818
    def __init__(self, code: m.Refused, status: int = 409, **facts: Json) -> None:
        self.code, self.status, self.facts = code, status, facts
        super().__init__(code.value)


@dataclass
class Claim:
    request: m.ClaimRequest
    state: m.ClaimStatus
    places: tuple[str, ...]


@dataclass
class Shard:
    position: int = 0
    items: dict[str, m.FeedItem] = field(default_factory=dict)

    def put(self, kind: m.FeedKind, key: str, body: dict[str, Json] | None) -> None:
        self.position += 1
        self.items[key] = m.FeedItem(position=self.position, kind=kind.value, key=key, body=body)


class StandIn:
    """``ports.line.Transport``."""

    def __init__(self, clock: SetClock) -> None:
        self.clock = clock
        self.operator = SigningKey.generate(b"operator key of the stand-in...."[:32])
        self.keys: dict[int, bytes] = {}
        self.epoch = 1
        self.incarnation = UUID(int=1000)
        self.table = PlaceTable(formation())
        self.cells: dict[tuple[UUID, str, int], str] = {}  # → whose
        self.claims: dict[UUID, Claim] = {}
        self.entries: dict[tuple[int, int], bytes] = {}  # (epoch, seq) → raw
        self.shards: dict[str, Shard] = {}
        self.locks: set[UUID] = set()
        self.lock_answer: tuple[bool, str, str] = (True, "", "")
        self.grants: dict[UUID, tuple[LeaseGrant, ...]] = {}
        self.generous = False  # whether a top-up is granted
        self.forked = False
        self.stop = ""
        self.state = "active"
        self.offline = False
        self.seen: set[int] = set()
        self.asked: list[str] = []  # names of routes that got through to central
        self._cuts: list[tuple[str, str]] = []
        self._grants = 0
        self.before_push: Callable[[m.Push], None] = lambda push: None
        self.verdicts: list[m.Verdict] = []
        self.wallets = Wallets(clock.now)
        self.waiting: dict[UUID, m.ClaimRequest] = {}  # in their order

    # ---- ports.line.Transport

    def exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes, *, deadline_ms: int
    ) -> WireResponse:
        parts = urlsplit(path)
        route = BY_PATH[method, parts.path]
        cut = next((one for one in self._cuts if one[0] in {route.name, "*"}), None)
        if cut is not None:
            self._cuts.remove(cut)
        if self.offline or (cut is not None and cut[1] == "before"):
            self.clock.go(milliseconds=deadline_ms)
            raise NoAnswer("timeout", sent=False)
        self.clock.go(milliseconds=20)
        response = self._answer(route.name, method, path, headers, body)
        if cut is not None:
            self.clock.go(milliseconds=deadline_ms)
            raise NoAnswer("timeout", sent=True)
        return response

    def close(self) -> None:
        """Nothing is open."""

    def cut(self, route: str, when: str, times: int = 1) -> None:
        """``before``: the request is lost; ``after``: its answer is."""
        self._cuts += [(route, when)] * times

    def heal(self) -> None:
        self._cuts.clear()
        self.offline = False

    # ---- the gate

    def _answer(self, name: str, method: str, path: str, headers: dict[str, str], body: bytes) -> WireResponse:
        try:
            if name != "time":
                self._check_seal(name, method, path, headers, body)
            if headers.get("content-encoding") == "deflate":
                body = zlib.decompress(body)
            query = {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}
            self.asked.append(name)
            answer = getattr(self, f"_{name}")(query if method == "GET" else self._read(name, method, path, body))
        except No as no:
            error = m.ErrorAnswer(code=no.code.value, central_time=self.clock.now(), facts=no.facts)
            return WireResponse(status=no.status, body=encode(error))
        return WireResponse(status=200, body=answer if isinstance(answer, bytes) else encode(answer))

    @staticmethod
    def _read(name: str, method: str, path: str, body: bytes) -> Any:
        try:
            kind: Any = BY_PATH[method, urlsplit(path).path].request
            return decode(kind, body)
        except BadMessage as bad:
            raise No(m.Refused.BAD_MESSAGE, 400, where=bad.where) from bad

    def _check_seal(self, name: str, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        seal = read_seal({key.lower(): value for key, value in headers.items()})
        if abs(seal.at - self.clock.now()) > timedelta(minutes=5):
            raise No(m.Refused.CLOCK_OFF, 401)
        text = signed_text(
            method=method,
            path=path,
            body=body,
            device_id=seal.device_id,
            epoch=seal.epoch,
            sequence=seal.sequence,
            at=seal.at,
            wire=seal.wire,
        )
        if seal.device_id != DEVICE or not verify(self.keys[seal.epoch], "request", text, seal.signature):
            raise No(m.Refused.BAD_SIGNATURE, 401)
        if seal.sequence in self.seen:
            raise No(m.Refused.REPLAYED)
        self.seen.add(seal.sequence)
        if name != "push" and self.state != "active":
            raise No(m.Refused.DEVICE_REVOKED, 403)
        if name not in {"push", "epoch"} and seal.epoch != self.epoch:
            raise No(m.Refused.EPOCH_SUPERSEDED, 403)

    # ---- routes

    def _time(self, query: dict[str, str]) -> m.TimeAnswer:
        return m.TimeAnswer(central_time=self.clock.now(), incarnation=self.incarnation, wire_newest=2, wire_oldest=1)

    def _epoch(self, request: m.EpochRequest) -> m.EpochGranted:
        known = next((epoch for epoch, key in self.keys.items() if key == request.public_key), None)
        if known is None:
            self.epoch = known = self.epoch + 1
            self.keys[known] = request.public_key
            self.forked = False
        return m.EpochGranted(
            epoch=known, certificate=self.certificate(request.public_key, known), central_time=self.clock.now()
        )

    def certificate(self, public_key: bytes, epoch: int) -> dict[str, Json]:
        return certify(
            public_key=public_key,
            station="CSQ",
            counter=1,
            epoch=epoch,
            not_before=self.clock.now() - timedelta(days=1),
            not_after=self.clock.now() + timedelta(days=400),
            sign=self.operator.sign,
        ).fields()

    def _push(self, push: m.Push) -> m.PushAnswer:
        self.before_push(push)
        known = [seq for (epoch, seq) in self.entries if epoch <= push.epoch]
        expected = max(known, default=0) + 1
        if push.first_seq > expected:
            raise No(m.Refused.GAP, epoch=push.epoch, expected=expected)
        forked = False
        for at, entry in enumerate(push.entries):
            seq, raw = push.first_seq + at, entry.raw.encode()
            before = self.entries.setdefault((push.epoch, seq), raw)
            if before != raw:
                forked = True
            else:
                self._settle(json.loads(raw))
        if forked and push.epoch == self.epoch:
            self.forked = True
        last = push.first_seq + len(push.entries) - 1
        return m.PushAnswer(
            epoch=push.epoch,
            stored_seq=last,
            judged_seq=last,
            verdicts=tuple(self.verdicts),
            forked=self.forked or forked,
            stop_selling="forked" if forked else self.stop or ("revoked" if self.state != "active" else ""),
            central_time=self.clock.now(),
        )

    def _settle(self, entry: dict[str, Any]) -> None:
        body = entry["body"]
        if entry["kind"] == "sale_abandoned" and UUID(body["claim_id"]) in self.claims:
            claim = self.claims[UUID(body["claim_id"])]
            if claim.state in {m.ClaimStatus.HELD, m.ClaimStatus.LEASED}:
                self._free(claim)
        if entry["kind"] == "lease_returned":
            for place in body["places"]:
                for leg in range(body["board"], body["alight"]):
                    if self.cells.get((UUID(body["run_id"]), place, leg)) == body["lease_id"]:
                        del self.cells[UUID(body["run_id"]), place, leg]

    def _feed(self, query: dict[str, str]) -> m.FeedPage:
        shard, position, limit = self.shard(query["shard"]), int(query["position"]), int(query["limit"])
        if position and (query.get("incarnation") != str(self.incarnation) or position > shard.position):
            raise No(m.Refused.CURSOR_GONE, 410)
        items = sorted(shard.items.values(), key=lambda one: one.position)
        found = [one for one in items if one.position > position and (position or one.body is not None)]
        page = tuple(found[:limit])
        more = len(found) > limit
        return m.FeedPage(
            shard=query["shard"],
            incarnation=self.incarnation,
            position=page[-1].position if more else shard.position,
            head=shard.position,
            more=more,
            snapshot=position == 0,
            items=page,
            central_time=self.clock.now(),
        )

    def _chunk(self, query: dict[str, str]) -> bytes:
        if query["sha256"] != sha256(CATALOGUE).hexdigest():
            raise No(m.Refused.NOT_FOUND, 404)
        offset = int(query["offset"])
        return CATALOGUE[offset : offset + m.CHUNK_BYTES]

    def _claim(self, request: m.ClaimRequest) -> m.ClaimAnswer:
        known = self.claims.get(request.claim_id)
        if known is None:
            known = self._decide(request)
            if known is None:
                return self._refusal(request)
            self.claims[request.claim_id] = known
            if request.replaces is not None and self.claims[request.replaces].state is m.ClaimStatus.HELD:
                self._free(self.claims[request.replaces])
        return self._claim_answer(known)

    def _decide(self, request: m.ClaimRequest) -> Claim | None:
        if not self._has_places(request.run.trip_id):
            return Claim(request, m.ClaimStatus.HELD, ())
        bitmaps = self._bitmaps(request.run.run_id)
        if request.places:
            mask = self.table.mask(PlaceRef.parse(name) for name in request.places)
            if bitmaps.free(request.board, request.alight) & mask != mask:
                return None
        else:
            found = best_fit(
                bitmaps,
                self.table,
                request.board,
                request.alight,
                request.count,
                candidates=self.table.by_class.get(request.travel_class, 0),
            )
            if found is None:
                return None
            mask = found
        places = tuple(str(ref) for ref in self.table.refs_of(mask))
        self._take(request.run.run_id, places, Span(request.board, request.alight), str(request.claim_id))
        return Claim(request, m.ClaimStatus.HELD, places)

    def _wait(self, request: m.WaitRequest) -> m.WaitAnswer:
        asked = request.claim
        if request.leave:
            self.waiting.pop(asked.claim_id, None)
        elif asked.claim_id not in self.claims:
            self.waiting.setdefault(asked.claim_id, asked)
            self.serve()
        line = [*self.waiting]
        place = line.index(asked.claim_id) + 1 if asked.claim_id in line else 0
        return m.WaitAnswer(place_in_line=place, central_time=self.clock.now())

    def serve(self) -> None:
        """The first whole party that fits gets what is free."""
        for claim_id, asked in list(self.waiting.items()):
            made = self._decide(asked)
            if made is not None:
                self.claims[claim_id] = made
                del self.waiting[claim_id]
                self.shard("device").put(m.FeedKind.WAITED, f"waited/{claim_id}", plain(self._claim_answer(made)))

    def _refusal(self, request: m.ClaimRequest) -> m.ClaimAnswer:
        free = self._bitmaps(request.run.run_id).count_free(
            request.board, request.alight, self.table.by_class.get(request.travel_class)
        )
        return m.ClaimAnswer(
            claim_id=request.claim_id,
            status=m.ClaimStatus.REFUSED,
            reason="place_taken" if request.places else "not_enough_places",
            free=free,
            place=request.places[0] if request.places else "",
            central_time=self.clock.now(),
        )

    def _lease(self, act: m.ClaimAct) -> m.ClaimAnswer:
        claim = self.claims.get(act.claim_id)
        if claim is None:
            return m.ClaimAnswer(claim_id=act.claim_id, status=m.ClaimStatus.GONE, central_time=self.clock.now())
        if claim.state is m.ClaimStatus.HELD:
            claim.state = m.ClaimStatus.LEASED
        return self._claim_answer(claim)

    def _release(self, act: m.ClaimAct) -> m.ClaimAnswer:
        claim = self.claims.get(act.claim_id)
        if claim is None:
            return m.ClaimAnswer(claim_id=act.claim_id, status=m.ClaimStatus.GONE, central_time=self.clock.now())
        if claim.state is m.ClaimStatus.HELD:
            self._free(claim)
        return self._claim_answer(claim)

    def _top_up(self, request: m.TopUp) -> m.TopUpAnswer:
        if request.request_id not in self.grants:
            made = [self.grant(want) for want in request.wants] if self.generous else []
            self.grants[request.request_id] = tuple(one for one in made if one is not None)
        return m.TopUpAnswer(grants=self.grants[request.request_id], central_time=self.clock.now())

    def _find_tickets(self, question: m.TicketQuestion) -> m.TicketsFound:
        return m.TicketsFound(central_time=self.clock.now())

    def _lock_ticket(self, request: m.TicketLock) -> m.LockAnswer:
        granted, reason, by = self.lock_answer
        if request.release:
            self.locks.discard(request.ticket_id)
            granted, reason, by = True, "", ""
        elif granted:
            self.locks.add(request.ticket_id)
        return m.LockAnswer(granted=granted, reason=reason, by=by, central_time=self.clock.now())

    def _pay(self, request: m.PayCharge) -> m.PayAnswer:
        return self.wallets.charge(request)

    def _pay_state(self, request: m.PayQuestion) -> m.PayAnswer:
        return self.wallets.ask(request)

    def _pay_reverse(self, request: m.PayReverse) -> m.PayAnswer:
        return self.wallets.reverse(request)

    def _pay_refund(self, request: m.PayRefund) -> m.PayAnswer:
        return self.wallets.refund(request)

    # ---- its stock

    @staticmethod
    def _has_places(trip_id: str) -> bool:
        return trip_id.startswith("G")

    def _bitmaps(self, run_id: UUID) -> LegBitmaps:
        indexed = []
        for of_run, place, leg in self.cells:
            index = self.table.index(PlaceRef.parse(place))
            if of_run == run_id and index is not None:
                indexed.append((index, leg))
        return LegBitmaps.from_cells(self.table.count, 4, indexed)

    def _take(self, run_id: UUID, places: tuple[str, ...], span: Span, whose: str) -> None:
        for place in places:
            for leg in span.legs:
                assert (run_id, place, leg) not in self.cells, "two owners of one cell"
                self.cells[run_id, place, leg] = whose

    def _free(self, claim: Claim) -> None:
        claim.state = m.ClaimStatus.GONE
        for key in [key for key, whose in self.cells.items() if whose == str(claim.request.claim_id)]:
            del self.cells[key]

    def expire_holds(self) -> None:
        for claim in self.claims.values():
            if claim.state is m.ClaimStatus.HELD:
                self._free(claim)

    def take_elsewhere(self, *places: str, span: Span = WHOLE) -> None:
        """Another window's."""
        self._take(run().run_id, places, span, "another window")

    def _claim_answer(self, claim: Claim) -> m.ClaimAnswer:
        held = claim.state is m.ClaimStatus.HELD
        return m.ClaimAnswer(
            claim_id=claim.request.claim_id,
            status=claim.state,
            travel_class=claim.request.travel_class,
            places=claim.places,
            expires_at=self.clock.now() + timedelta(minutes=10) if held else None,
            central_time=self.clock.now(),
        )

    def grant(self, want: m.Want, *, minutes: int = 600, guard_s: int = 120) -> LeaseGrant | None:
        """A lease of the last places that are free, told through the device's feed."""
        span = Span(want.board, want.alight)
        self._grants += 1
        lease_id = UUID(int=0x2000 + self._grants)
        places: tuple[str, ...] = ()
        count = want.count
        if self._has_places(want.run.trip_id):
            free = self._bitmaps(want.run.run_id).free(span.board, span.alight)
            free &= self.table.by_class.get(want.travel_class, 0)
            places = tuple(str(ref) for ref in self.table.refs_of(free))[-want.count :]
            if not places:
                return None
            count = len(places)
            self._take(want.run.run_id, places, span, str(lease_id))
        made = LeaseGrant(
            lease_id=lease_id,
            device_id=DEVICE,
            holder_epoch=self._grants,
            run_id=want.run.run_id,
            trip_id=want.run.trip_id,
            service_date=want.run.service_date,
            pattern=want.run.pattern,
            travel_class=want.travel_class,
            board=span.board,
            alight=span.alight,
            places=places,
            count=count,
            granted_at=self.clock.now(),
            expires_at=self.clock.now() + timedelta(minutes=minutes),
            guard_s=guard_s,
        ).signed(self.operator.sign)
        self.shard("device").put(m.FeedKind.LEASE, f"lease/{lease_id}", plain(made))
        return made

    def lease_out(
        self,
        count: int = 3,
        *,
        trip_id: str = "G1",
        travel_class: str = "second",
        span: Span = WHOLE,
        minutes: int = 600,
    ) -> LeaseGrant:
        want = m.Want(
            run=wire_run(trip_id),
            travel_class=travel_class,
            board=span.board,
            alight=span.alight,
            count=count,
        )
        made = self.grant(want, minutes=minutes)
        assert made is not None
        return made

    # ---- its feeds

    def shard(self, name: str) -> Shard:
        return self.shards.setdefault(name, Shard())

    def tell_account(self, actor: Actor, *, active: bool = True) -> None:
        body: dict[str, Json] = {
            "user_id": str(actor.user_id),
            "login": actor.login,
            "display_name": actor.display_name,
            "role": actor.role.value,
            "password_hash": _HASH,
            "active": active,
        }
        self.shard("operator").put(m.FeedKind.STAFF, f"staff/{actor.user_id}", body)

    def tell_issue(self) -> None:
        body: dict[str, Json] = {
            "issue_id": "0" * 64,
            "sha256": sha256(CATALOGUE).hexdigest(),
            "size": len(CATALOGUE),
            "feed_name": "test.zip",
            "trips": 3,
            "activation": 1,
        }
        self.shard("operator").put(m.FeedKind.ISSUE, "issue", body)

    def tell_stock(self, *places: str, legs: int = 4, version: int = 1, broken: bool = False) -> None:
        """That these places of G1 are taken on every leg."""
        mask = self.table.mask(PlaceRef.parse(name) for name in places)
        made = m.RunStock(
            service_date=DAY,
            run_id=run().run_id,
            pattern="v1",
            version=version,
            taken=(format(mask, "x"),) * legs,
        )
        body = plain(made) | {"checksum": "0" * 16 if broken else made.reckoned()}
        shard = f"stock/{run().run_id.int % m.STOCK_SHARDS}"
        self.shard(shard).put(m.FeedKind.STOCK, str(run().run_id), body)

    def order(self, reason: str) -> None:
        self.shard("device").put(m.FeedKind.ORDER, "order", {"stop_selling": reason})

    def journaled(self, kind: str) -> list[dict[str, Any]]:
        """Bodies of a kind that have arrived, in order."""
        found = [json.loads(self.entries[key]) for key in sorted(self.entries)]
        return [entry["body"] for entry in found if entry["kind"] == kind]


_HASH = QUICK.hash(PASSWORD)


def wire_run(trip_id: str = "G1") -> m.WireRun:
    of = run(trip_id)
    return m.WireRun(run_id=of.run_id, trip_id=trip_id, service_date=of.service_date, pattern="v1")


class EnrolledCounter:
    """A whole desk on a profile in ``folder``, with ``central`` at the other end of its line."""

    def __init__(self, folder: Path, central: StandIn | None = None, clock: SetClock | None = None) -> None:
        self.folder = folder
        self.clock = clock or SetClock()
        self.central = central or StandIn(self.clock)
        self.entropy = SeededEntropy()
        self.ids = Uuid7Ids(clock=self.clock, entropy=self.entropy)
        if not (folder / "counterfoil.sqlite").exists():
            self._create()
        self.open()

    def _create(self) -> None:
        key = SigningKey.generate(self.entropy.bytes(32))
        self.central.keys[1] = key.public
        certificate = certify(
            public_key=key.public,
            station="CSQ",
            counter=1,
            epoch=1,
            not_before=self.clock.now() - timedelta(days=1),
            not_after=self.clock.now() + timedelta(days=400),
            sign=self.central.operator.sign,
        )
        info = ProfileInfo(
            profile_id=DEVICE,
            station_name="长沙南",
            station_latin="Changsha South",
            station_code="CSQ",
            counter=1,
            operator="Test Railway",
            zone=ZONE,
            currency="CNY",
            policy="cn-rail",
            training=False,
            demonstration=False,
        )
        ProfileFactory(
            directory=self.folder, clock=self.clock, ids=self.ids, entropy=self.entropy, key_choice="file"
        ).create_enrolled(
            info,
            Enrolment(
                url="https://central.example",
                certificate_file="",
                operator_key=self.central.operator.public,
                operator_tag=bytes(32),
                certificate=certificate,
                incarnation=self.central.incarnation,
                key=key.private_bytes(),
            ),
        )

    def open(self) -> None:
        self.store = SqlMoneyStore(
            self.folder, clock=self.clock, ids=self.ids, entropy=self.entropy, writable=True, key_choice="file"
        )
        with self.store.reading() as books:
            time = books.sync.state().time
        self.central_clock = CentralClock(self.clock, time)
        self.line = CentralLine(
            transport=self.central,
            signer=self.store.signer,
            device_id=DEVICE,
            epoch=self._epoch,
            clock=self.clock,
            central_now=self.central_clock.stamp,
            told=self.central_clock.told,
        )
        nothing = cast("Any", None)
        self.desk = CounterDesk(
            store=self.store,
            policy=policy(),
            clock=self.clock,
            ids=self.ids,
            passwords=QUICK,
            printers=PrinterSet(main=Fitted(printer=nothing)),
            builder=nothing,
            open_catalogue=lambda _: cast("Any", SmallCatalogue()),
            catalogues=self.folder / CATALOGUES,
            texts=texts,
            ticket_language="zh",
            undrawable=lambda _: (),
            tell_recovered=lambda *_: None,
            verify_store=nothing,
            central=CentralLink(
                line=self.line,
                central_clock=self.central_clock,
                receiver=CatalogueFiles(self.folder / CATALOGUES),
                verify=verify,
                entropy=self.entropy,
            ),
        )

    def _epoch(self) -> int:
        with self.store.reading() as books:
            return max(1, books.journal.head().epoch)

    def close(self) -> None:
        self.store.close()

    def restart(self) -> None:
        """As after a crash: what was not committed is gone."""
        self.close()
        self.open()

    def settle(self, turns: int = 60) -> None:
        """Turns until nothing more is to do. A turn that waits is waited for."""
        self.desk.sync_now()
        quiet = 0
        for _ in range(turns):
            turn = self.desk.sync_turn()
            status = self.desk.sync_status()
            error = (
                "" if status.last_error.startswith("trust_") else status.last_error
            )  # that stays until central mends it
            trouble = error or status.line in {LineWord.OFFLINE, LineWord.SLOW}
            quiet = 0 if turn.changed or turn.next_ms == 0 or trouble else quiet + 1
            if quiet == 2:
                return
            self.clock.go(milliseconds=turn.next_ms)

    def load(self) -> None:
        """Accounts and timetable, an open shift."""
        for actor in (CLERK, CHIEF, ADMIN):
            self.central.tell_account(actor)
        self.central.tell_issue()
        self.settle()
        self.desk.log_in("li", PASSWORD)
        self.desk.open_shift(CLERK, {100_00: 5})
        self.settle()

    def state(self) -> Any:
        with self.store.reading() as books:
            return books.sync.state()

    def when(self) -> datetime:
        return self.clock.now()


__all__ = ["GENESIS", "EnrolledCounter", "No", "StandIn", "read", "wire_run"]
