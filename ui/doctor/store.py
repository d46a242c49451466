"""The window's data: profile, timetable, journal, keys, certificate, trust, clock, line, print jobs, blanks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Final, Protocol

from counter_app.application.desk import Desk
from counter_app.domain.leases import CentralTime
from counter_app.domain.trust import TrustBundle
from counter_app.errors import Refusal
from counter_app.ports.clock import Clock, Signer
from counter_app.ports.prints import JobKind, JobState
from counter_app.ports.store import Reading
from ui.doctor.system import zone
from ui.presenters.findings import Finding, Weight

CERTIFICATE_ENDS_DAYS: Final = 60
CLOCK_OFF_S_MAX: Final = 60
CLOCK_BEHIND_S_MAX: Final = 5
LINE_OLD: Final = timedelta(days=7)


class CheckedStore(Protocol):
    @property
    def signer(self) -> Signer: ...

    @property
    def behind_witness(self) -> bool: ...

    def trust_bundle(self) -> TrustBundle: ...

    def own_bundle(self) -> TrustBundle: ...

    def reading(self) -> AbstractContextManager[Reading]: ...


def store(desk: Desk, kept: CheckedStore, clock: Clock, *, with_journal: bool) -> Iterator[Finding]:
    """``with_journal``: verifies it whole, which takes seconds where it is long."""
    profile = desk.profile
    facts: dict[str, object] = {"station": profile.station_name, "code": profile.station_code}
    facts["counter"] = profile.counter
    yield Finding(what="profile", state=Weight.OK, code="profile_there", facts=facts)
    facts = {"currency": profile.currency, "policy": profile.policy, "zone": profile.zone}
    yield Finding(what="money", state=Weight.OK, code="money", facts=facts)
    yield zone(profile.zone)
    yield _timetable(desk)
    if with_journal:
        yield _journal(desk)
    yield _keys(kept)
    ahead = kept.behind_witness
    yield Finding(
        what="witness",
        state=Weight.TROUBLE if ahead else Weight.OK,
        code="witness_ahead" if ahead else "witness_holds",
    )
    yield from _trust(desk, kept, clock.now())
    yield from _line(kept, clock)
    yield _jobs(desk)


def _timetable(desk: Desk) -> Finding:
    issue = desk.timetable()
    if issue is None:
        return Finding(what="timetable", state=Weight.WARNING, code="timetable_none")
    facts = {"trips": issue.trips, "first": issue.first_date, "last": issue.last_date, "feed": issue.feed_name}
    if issue.last_date < desk.today():
        return Finding(what="timetable", state=Weight.TROUBLE, code="timetable_over", facts=facts)
    return Finding(what="timetable", state=Weight.OK, code="timetable_there", facts=facts)


def _journal(desk: Desk) -> Finding:
    verdict = desk.verify_journal()
    if verdict.ok:
        return Finding(what="journal", state=Weight.OK, code="journal_holds", facts={"entries": verdict.entries})
    facts = {"entry": verdict.first_bad, "reason": verdict.reason}
    return Finding(what="journal", state=Weight.TROUBLE, code="journal_broken", facts=facts)


def _keys(kept: CheckedStore) -> Finding:
    """A counter that cannot sign opens and searches, and fails at its first sale."""
    try:
        kept.signer.sign("doctor", b"")
    except (Refusal, OSError) as trouble:
        return Finding(what="keys", state=Weight.TROUBLE, code="keys_lost", facts={"detail": trouble})
    return Finding(what="keys", state=Weight.OK, code="keys_sign", facts={"key": kept.signer.key_id.hex()})


def _trust(desk: Desk, kept: CheckedStore, now: datetime) -> Iterator[Finding]:
    """Where gates stop believing what is sold here, and what is known of the other windows' keys."""
    bundle = kept.trust_bundle()
    mine = [
        one
        for one in kept.own_bundle().certificates
        if (one.station, one.counter) == (desk.profile.station_code, desk.profile.counter)
    ]
    if not mine:
        yield Finding(what="certificate", state=Weight.TROUBLE, code="certificate_none")
    else:
        newest = max(mine, key=lambda one: one.epoch)
        days = (newest.not_after - now).days
        facts: dict[str, object] = {"until": newest.not_after.date(), "days": days}
        state, code = Weight.OK, "certificate_good"
        if newest.not_after <= now:
            state, code = Weight.TROUBLE, "certificate_over"
        elif days < CERTIFICATE_ENDS_DAYS:
            state, code = Weight.WARNING, "certificate_ends"
        yield Finding(what="certificate", state=state, code=code, facts=facts)
    good = sum(one.covers(now) for one in bundle.certificates)
    heard = desk.sync_status().last_answer
    if heard is not None and now - heard > LINE_OLD:
        facts = {"days": (now - heard).days}
        yield Finding(what="trust", state=Weight.WARNING, code="trust_old", facts=facts)
    else:
        facts = {"certificates": len(bundle.certificates), "good": good}
        yield Finding(what="trust", state=Weight.OK, code="trust_good", facts=facts)


def _line(kept: CheckedStore, clock: Clock) -> Iterator[Finding]:
    with kept.reading() as books:
        last = books.journal.latest(limit=1)
        told = books.sync.state().time
    yield clock_finding(clock.now(), last[0].at if last else None, told)


def clock_finding(now: datetime, last: datetime | None, told: CentralTime | None) -> Finding:
    """``last``: the time of the journal's last entry; ``told``: what central said last, and when that was here."""
    behind = (last - now).total_seconds() if last is not None else 0.0
    if behind > CLOCK_BEHIND_S_MAX:
        return Finding(what="clock", state=Weight.TROUBLE, code="clock_behind", facts={"seconds": round(behind)})
    if told is None:
        return Finding(what="clock", state=Weight.OK, code="clock_alone")
    off = round((told.told_wall - told.told).total_seconds())
    if abs(off) > CLOCK_OFF_S_MAX:
        return Finding(what="clock", state=Weight.WARNING, code="clock_off", facts={"seconds": off})
    return Finding(what="clock", state=Weight.OK, code="clock_good", facts={"seconds": off})


def _jobs(desk: Desk) -> Finding:
    waiting = desk.open_print_jobs()
    unknown = sum(job.state is JobState.UNKNOWN and job.kind != JobKind.DRAWER.value for job in waiting)
    facts = {"unknown": unknown, "waiting": len(waiting) - unknown}
    if unknown:
        return Finding(what="print jobs", state=Weight.WARNING, code="jobs_unknown", facts=facts)
    if waiting:
        return Finding(what="print jobs", state=Weight.WARNING, code="jobs_waiting", facts=facts)
    return Finding(what="print jobs", state=Weight.OK, code="jobs_none")
