"""After a run: the network is healed, everything is drained, and what everybody believes is held against the truth."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from central.journal.verify import verify_central
from counter_app.domain.journal import Kind
from counter_app.domain.verdicts import Why
from counter_app.errors import Refusal
from counter_app.ports.stock import ClaimState
from db.verify import verify_profile
from tests.simulation.nature import MINUTE
from tests.simulation.track import Track
from tests.simulation.track import World as Seen
from tests.simulation.truth import UNITS, Broken, Cell, Ticket, Written, lease_cells
from tests.simulation.window import Window
from tests.simulation.world import World

ROUNDS_MAX: Final = 40
TOLD_MAX: Final = 12  # findings in one message


def settle(world: World) -> None:
    """Fair weather, right clocks, no more blows; background work until there is none left."""
    world.be_calm()
    last: object = None
    before: object = None
    for n in range(ROUNDS_MAX):
        for window in list(world.windows):
            if window.running:
                _turns(world, window, at_once=n % 8 == 0)
        world.central.tend()
        world.network.pass_time(MINUTE)
        now = _fingerprint(world)
        quiet = all(_standing(one) == "quiet" for one in world.windows if one.running)
        if quiet and now == before and not world.network.waiting():
            return
        last, before = before, now
    told = [f"{one.name}: {_standing(one)}" for one in world.windows if one.running]
    raise Broken(f"not drained: {'; '.join(told)}; {last} became {before}")


def _fingerprint(world: World) -> tuple[object, object]:
    """Changes with everything that is said or heard: a round that leaves it as it was had nothing to do."""
    central = world.central.rows(
        "SELECT (SELECT coalesce(sum(position), 0) FROM feed_head), (SELECT coalesce(sum(judged_seq), 0) FROM chain),"
        " (SELECT count(*) FROM stray)"
    )
    return central, [(one.name, one.the_desk.journal_head()) for one in world.windows if one.running]


def _turns(world: World, window: Window, *, at_once: bool) -> None:
    """Several, as a counter does them one after the other while there is work."""
    if at_once:
        window.the_desk.sync_now()
    for _ in range(20):
        with window.at_work() as desk:
            if desk.behind_witness or desk.sync_status().epoch_needed:
                _ask_epoch(world, window)
            done = desk.sync_turn()
        world.turns += 1
        if done.next_ms > 0:
            break


def _standing(window: Window) -> str:
    assert window.desk is not None
    if window.desk.behind_witness:
        return "quiet"  # its epoch was refused: another copy has it, and it can write nothing more
    status = window.desk.sync_status()
    if status.unsynced_entries or status.loading is not None:
        return f"{status.unsynced_entries} unsynced, {status.line}, {status.last_error}, {status.loading}"
    return "quiet"


def _ask_epoch(world: World, window: Window) -> None:
    assert window.desk is not None
    try:
        window.desk.request_epoch(world.central.admin, reason="simulated")
    except Refusal as refusal:
        world.told[f"epoch refused at the end {refusal.facts.get('code', refusal.reason)}"] += 1


# ---- the invariants ----------------------------------------------------------------------------------------------


def audit(world: World) -> None:
    """Raises ``Broken`` with everything that was found."""
    findings = [
        *_central(world),
        *_entries(world),
        *_verdicts(world),
        *_inboxes(world),
        *places_sold(world),
        *units_sold(world),
        *_claims(world),
        *_leases(world),
        *_money(world),
        *_stores(world),
    ]
    if findings:
        told = "\n  ".join(findings[:TOLD_MAX])
        raise Broken(f"{len(findings)} findings:\n  {told}")


def _central(world: World) -> Iterator[str]:
    """Central's own verification: chains, cell equation, tickets, money, its acts."""
    report = verify_central(
        world.central.connection, world.central.services, check_cells=world.central.rooms.stock.check_cells
    )
    if not report.ok:
        yield f"central does not verify: {report}"


def _at_central(world: Seen) -> tuple[dict[tuple[UUID, bytes], str], set[tuple[UUID, int, int]]]:
    """Entries by device and hash, each with where it lies; and those numbers that have a verdict."""
    rows = world.central.rows
    found = {(row[0], bytes(row[1])): "entry" for row in rows("SELECT device_id, hash FROM entry")}
    for device, digest in rows("SELECT device_id, hash FROM stray"):
        found.setdefault((device, bytes(digest)), "stray")
    return found, {(row[0], row[1], row[2]) for row in rows("SELECT device_id, epoch, seq FROM verdict")}


def _entries(world: World) -> Iterator[str]:
    """Every durable entry of a counter that is there is at central once; central has none that nobody wrote."""
    found, judged = _at_central(world)
    for key, place in found.items():
        if key not in world.truth.entries:
            yield f"an {place} that no counter wrote: {key}"
    for window in world.windows:
        if not window.running:
            continue
        if window.desk is not None and window.desk.behind_witness:
            continue
        assert window.store is not None
        with window.store.reading() as books:
            for entry in books.journal.entries():
                place = found.get((window.device_id, entry.hash), "")
                if not place:
                    yield f"{window.name}: entry {entry.epoch}/{entry.seq} {entry.kind} is not at central"
                elif place == "stray":
                    if window.device_id not in world.truth.copied:
                        yield f"{window.name}: entry {entry.epoch}/{entry.seq} is a stray, of a device with one history"
                    elif (window.device_id, entry.epoch, entry.seq) not in judged:
                        yield f"{window.name}: stray {entry.epoch}/{entry.seq} has no verdict"


def _verdicts(world: World) -> Iterator[str]:
    """Everything that central has is judged; without copies, losses and restores nothing is in conflict."""
    for device, epoch, seq, judged in world.central.rows("SELECT device_id, epoch, seq, judged_seq FROM chain"):
        if judged != seq:
            yield f"of {device}/{epoch} {seq} entries are stored and {judged} judged"
    truth = world.truth
    if truth.copied or truth.central_restored or truth.excused:
        return
    for device, epoch, seq, judgement, reason, facts in world.central.rows(
        "SELECT device_id, epoch, seq, judgement, reason, facts FROM verdict"
    ):
        if reason not in EVERYDAY:
            yield f"{judgement} {reason} of {device} {epoch}/{seq} in a world without copies and losses: {facts}"


# Clocks that jump, and timetables that change under a sale, are talked about.
EVERYDAY: Final = frozenset({Why.CLOCK_AHEAD, Why.RUN_CHANGED, Why.RUN_CANCELLED})


def _inboxes(world: World) -> Iterator[str]:
    """Every verdict that is not plainly accepted lies in the inbox of its counter."""
    by_device: dict[UUID, set[tuple[int, int]]] = defaultdict(set)
    for device, epoch, seq in world.central.rows(
        "SELECT device_id, epoch, seq FROM verdict WHERE judgement <> 'accepted'"
    ):
        by_device[device].add((epoch, seq))
    for window in world.windows:
        if not window.running or world.central.state_of(window.device_id) != "active":
            continue
        assert window.store is not None
        assert window.desk is not None
        if window.desk.behind_witness or window.desk.sync_status().epoch_needed:
            continue  # its feed is another copy's
        with window.store.reading() as books:
            missing = sorted(one for one in by_device[window.device_id] if books.sync.verdict(*one) is None)
        if missing:
            yield f"{window.name}: verdicts that did not arrive: {missing[:5]}"


def places_sold(world: Seen) -> Iterator[str]:
    """What central has as sold is what live tickets are for, apart from what copies and losses have blurred."""
    truth, there = world.truth, Track(world)
    accepted, _ = _at_central(world)
    gone = _unheard(world, accepted) | _refunded(world, accepted)
    kept: dict[Cell, Ticket] = {}
    for ticket in sorted(truth.tickets.values(), key=lambda one: one.live):  # who travels comes before who does not
        if ticket.ticket_id not in gone:
            kept.update(dict.fromkeys((one for one in ticket.cells if there.has(one)), ticket))
    blurred = set(truth.excused) | {cell for cells in truth.copied.values() for cell in cells}
    stored = {cell for cell, holder in world.central.cells().items() if holder.startswith("SOLD ")}
    for cell in sorted(stored ^ {one for one in kept if not one[1].startswith(UNITS)}):
        if cell in blurred or (truth.central_restored and cell in truth.excused):
            continue
        owner = kept.get(cell)
        # A leg that was two is sold as a whole for who has a part of it.
        if owner is None and any(one in kept for one in there.leg_of(cell)):
            continue
        if owner is not None and owner.device in truth.copied:
            continue
        if owner is None and truth.copied and not truth.owners.get(cell):
            continue
        yield f"{cell} {'is sold at central' if cell in stored else 'is not sold at central'}; ticket: {owner}"


def units_sold(world: Seen) -> Iterator[str]:
    """On each leg, as many are sold as live tickets have a part of it: no more, and no fewer."""
    truth, there = world.truth, Track(world)
    accepted, _ = _at_central(world)
    lost, refunded = _unheard(world, accepted), _refunded(world, accepted)
    blurred = {cell[0] for cells in truth.copied.values() for cell in cells} | set(truth.excused_runs)
    tickets: dict[Cell, int] = defaultdict(int)
    for ticket in truth.tickets.values():
        cells = {one for one in ticket.cells if one[1].startswith(UNITS) and there.has(one)}
        if ticket.device in truth.copied or ticket.ticket_id in lost:
            blurred.update(one[0] for one in cells)
        elif ticket.ticket_id not in refunded:
            for cell in {part for one in cells for part in there.leg_of(one)}:
                tickets[cell] += 1
    stored = world.central.units()
    for cell in sorted(stored.keys() | tickets.keys()):
        sold = stored.get(cell, (0, 0))[1]
        if cell[0] not in blurred and sold != tickets[cell]:
            yield f"{cell}: {sold} units are sold at central, {tickets[cell]} tickets have a part of its leg"


def _claims(world: World) -> Iterator[str]:
    """What central keeps for a counter's tender, that counter knows of, and will settle."""
    held: dict[UUID, set[UUID]] = defaultdict(set)
    for device, claim_id in world.central.rows("SELECT device_id, claim_id FROM claim WHERE state = 'LEASED'"):
        held[device].add(claim_id)
    for window in world.windows:
        if not window.running or window.device_id in world.truth.copied or world.truth.central_restored:
            continue
        assert window.store is not None
        with window.store.reading() as books:
            known = {
                claim.claim_id
                for state in (ClaimState.LEASED, ClaimState.HELD)
                for claim in books.stock.claims_in(state)
            }
        forgotten = held[window.device_id] - known
        if forgotten:
            yield f"{window.name}: {len(forgotten)} claims are kept for it at central that it knows nothing of"


def _leases(world: World) -> Iterator[str]:
    """Only settlement frees: of a lease that is settled at central, each cell was sold by a copy of its device, or

    said to be left; and nothing is written off but by two people.
    """
    truth = world.truth
    if truth.central_restored:
        return
    settled: dict[UUID, set[Cell]] = defaultdict(set)
    for written in truth.entries.values():
        if written.kind is Kind.LEASE_RETURNED:
            settled[UUID(written.body["lease_id"])] |= lease_cells(written.body, truth.lines)
    sold: dict[UUID, set[Cell]] = defaultdict(set)
    for ticket in truth.tickets.values():
        sold[ticket.device] |= ticket.cells
    for lease_id, device, grant, state in world.central.rows(
        "SELECT lease_id, device_id, grant_body, state FROM lease"
        " WHERE state IN ('SETTLED', 'WRITTEN_OFF') AND places <> '{}'"
    ):
        body = json.loads(grant)
        if state == "WRITTEN_OFF" and device in truth.written_off:
            continue
        if state == "WRITTEN_OFF":
            yield f"lease {lease_id} of {device} is written off, and no two people did it"
        missing = lease_cells(body, truth.lines) - settled[lease_id] - sold[device]
        if missing:
            yield f"lease {lease_id} of {device} is {state}, though nobody said what became of {sorted(missing)[:4]}"


def _unheard(world: Seen, accepted: dict[tuple[UUID, bytes], str]) -> set[str]:
    """Tickets whose sale central has not: of machines that are lost, and of histories that were put back."""
    return {
        ticket["ticket_id"]
        for key, written in world.truth.entries.items()
        if written.kind is Kind.SOLD and accepted.get(key) != "entry"
        for ticket in written.body["tickets"]
    }


def _refunded(world: Seen, accepted: dict[tuple[UUID, bytes], str]) -> set[str]:
    """Tickets of whose refund central has heard. Only a journal frees what was sold: where a machine was lost before

    it could send the refund that it had written, the cells stay sold, as for who still travels. That a machine which
    is there has sent all of its own is held against it by itself.
    """
    return {
        written.body["ticket_id"]
        for key, written in world.truth.entries.items()
        if written.kind is Kind.REFUNDED and accepted.get(key) == "entry"
    }


def _money(world: World) -> Iterator[str]:
    """Drawers, journals and central say the same sums: of every entry that central took into its chain."""
    accepted, _ = _at_central(world)
    quarantined = {
        (row[0], row[1], row[2])
        for row in world.central.rows(
            # That of a fork is about the stray of that number, not about the entry that was first.
            "SELECT device_id, epoch, seq FROM verdict WHERE judgement = 'quarantined' AND reason <> 'forked'"
        )
    }
    journals: dict[UUID, dict[tuple[int, int], int]] = defaultdict(dict)
    for key, written in world.truth.entries.items():
        if accepted.get(key) == "entry" and (written.device, written.epoch, written.seq) not in quarantined:
            amount = cash_of(written)
            if amount:
                journals[written.device][written.epoch, written.seq] = amount
    booked: dict[UUID, dict[tuple[int, int], int]] = defaultdict(dict)
    for device, epoch, seq, amount in world.central.rows(
        "SELECT device_id, epoch, seq, sum(amount_minor)::bigint FROM money GROUP BY 1, 2, 3"
    ):
        if amount:
            booked[device][epoch, seq] = amount
    for device in journals.keys() | booked.keys():
        for number in sorted(journals[device].keys() | booked[device].keys()):
            said, has = journals[device].get(number, 0), booked[device].get(number, 0)
            if said != has:
                verdicts = world.central.rows(
                    "SELECT judgement, reason FROM verdict WHERE device_id = %s AND epoch = %s AND seq = %s",
                    device,
                    *number,
                )
                yield f"entry {number} of {device}: its journal says {said}, central {has}; {verdicts}"
    for window in world.windows:
        if not window.running or window.device_id in world.truth.copied or world.truth.central_restored:
            continue
        assert window.store is not None
        with window.store.reading() as books:
            drawers = sum(
                one.amount_minor
                for shift in books.shifts.latest(100_000)
                for one in books.shifts.movements(shift.shift_id)
            )
        journal = sum(journals[window.device_id].values())
        if drawers != journal:
            yield f"{window.name}: {drawers} in its drawers, {journal} in its journal at central"


def cash_of(written: Written) -> int:
    """What an entry brought into the drawer, by the journal alone."""
    body: dict[str, Any] = written.body
    match written.kind:
        case Kind.SOLD:
            return int(body["total_minor"])
        case Kind.REFUNDED:
            return -int(body["refunded_minor"])
        case Kind.CASH_MOVED:
            return int(body["amount_minor"])
        case Kind.SHIFT_OPENED:
            return int(body["float_minor"])
    return 0


def _stores(world: World) -> Iterator[str]:
    """Each counter's own verification: its journal, its tables, its files."""
    for window in world.windows:
        if window.running:
            behind = window.desk is not None and window.desk.behind_witness
            window.close()
            if behind:
                continue  # it says so itself: its journal was cut, and another copy went on
            report = verify_profile(window.folder)
            if not report.ok:
                yield f"{window.name} does not verify: {report}"
