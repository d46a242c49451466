"""What central said of an entry, in words: the judgement, its reason, who acts, what to do. No Qt.

``docs/conflicts.md`` states the same for people who read it without this program. A code that is not known here
(central may be newer) is shown as it is, with spaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from counter_app.application.views import InboxItem
from counter_app.domain.money import Money
from counter_app.texts import Texts, mark
from ui.presenters import words
from ui.presenters.journal import KIND_WORDS, kind_words

_CODE = re.compile(r"[a-z_]+")
_NUMBER = re.compile(r"[A-Z0-9]+(?:-[A-Z0-9]+)+")
JUDGEMENTS: Mapping[str, tuple[str, str]] = {
    "accepted": (mark("Accepted with a remark"), "info"),
    "conflict": (mark("Conflict"), "bad"),
    "quarantined": (mark("Set aside"), "bad"),
}
OWNERS: Mapping[str, str] = {
    "clerk": mark("Clerk"),
    "supervisor": mark("Supervisor"),
    "administrator": mark("Administrator"),
    "operator": mark("Central's staff"),
}
# By ``domain.verdicts.Why`` and ``NextStep``; a test holds them to it.
REASONS: Mapping[str, str] = {
    "forked": mark("Another entry has this number: there is a copy of this counter, or it was restored from a backup."),
    "corrupt": mark("The entry arrived damaged: its bytes are not those that the journal speaks of."),
    "bad_signature": mark("The signature of this entry is not this counter's."),
    "not_canonical": mark("The entry is not written in the form that was agreed."),
    "bad_field": mark("A field of the entry cannot be read."),
    "unknown_version": mark("A newer program wrote this entry than central can read."),
    "unknown_kind": mark("Central does not know this kind of entry yet."),
    "bad_body": mark("The content of the entry cannot be read."),
    "judge_failed": mark("Central made a mistake of its own with this entry."),
    "displaced": mark("A place of this sale had been written off and sold elsewhere. The paper stays valid."),
    "run_cancelled": mark("This service is cancelled: its tickets are good for a refund or another service only."),
    "run_changed": mark("This service was changed before the sale arrived at central."),
    "unknown_run": mark("Central does not have this service."),
    "already_refunded": mark("Another window had refunded this ticket before."),
    "unknown_ticket": mark("Central does not have the ticket of this refund."),
    "refund_too_high": mark("More was paid out than the ticket had cost."),
    "unknown_tariff": mark("The sale names a price list or timetable that central never gave out."),
    "old_tariff": mark("Another price list was in force at the time of the sale."),
    "duplicate_number": mark("Another ticket has this ticket number."),
    "foreign_number": mark("This ticket number belongs to another window or epoch."),
    "duplicate_ticket": mark("Central has this ticket already, from another entry."),
    "shift_differs": mark("The drawer's sum at the end of the shift is not that of its entries."),
    "unknown_lease": mark("Central never gave these held places to this counter."),
    "not_leased": mark("Places were given back that this counter did not hold."),
    "foreign_certificate": mark("This epoch was not granted by central."),
    "wrong_profile": mark("The entry is of another counter than the one that sent it."),
    "superseded_epoch": mark("This was done under a key that a newer one had replaced."),
    "broken_history": mark("The new epoch follows entries that central never saw."),
    "clock_ahead": mark("This counter's clock was ahead of central's."),
    "late": mark("The places were no longer held for this counter, but still free: the sale stands."),
}
NEXT_STEPS: Mapping[str, str] = {
    "new_epoch": mark("Find out which machine is the copy and switch it off; then ask central for a new epoch (F9)."),
    "check_records": mark("Compare this counter's journal and papers with central's records."),
    "upgrade_central": mark("Central has to be brought up to date; then it judges this entry again."),
    "report_fault": mark("Report it to the maker of the program; central judges it again afterwards."),
    "reseat": mark(
        "Seat the passenger anew: same class, else a better one, else standing with the difference paid back, else the "
        "next service, else a full refund."
    ),
    "disruption_desk": mark("The disruption desk looks after the passenger: another service or a refund."),
    "shift_discrepancy": mark("The drawer is short by this amount: settle it with the clerk who is named."),
    "check_price": mark("Check the price that was taken. The printed price stands if it was in force at the sale."),
    "check_numbers": mark("Compare both tickets; find out how one number came to be used twice."),
    "count_again": mark("Count the drawer again and compare it with the shift report."),
    "check_clock": mark("Set this computer's clock right and look why it was ahead."),
    "check_lease": mark("Compare what this window holds with central's list of held places."),
    "": mark("Nothing has to be done."),
}
# What is worth reading, in this order; ids and hashes are left to the journal and to central.
FACTS: Mapping[str, str] = {
    "number": mark("Ticket"),
    "tickets": mark("Tickets"),
    "other": mark("Other ticket"),
    "trip_id": mark("Service"),
    "service_date": mark("Date"),
    "place": mark("Place"),
    "window": mark("Window"),
    "by": mark("By"),
    "amount_minor": mark("Amount"),
    "price_minor": mark("Price"),
    "declared_minor": mark("Declared"),
    "expected_minor": mark("Expected"),
    "difference_minor": mark("Difference"),
    "policy": mark("Price list"),
    "said": mark("This counter's time"),
    "received": mark("Central's time"),
    "station": mark("Station"),
    "counter": mark("Window no."),
    "where": mark("Where"),
    "kind": mark("Entry"),
    "detail": mark("Detail"),
    "error": mark("Detail of the mistake"),
    "also": mark("Besides"),
}


def judgement(item: InboxItem, t: Texts) -> str:
    return _words({key: said for key, (said, _mood) in JUDGEMENTS.items()}, item.judgement, t)


def mood(item: InboxItem) -> str:
    if item.settled:
        return "text_muted"
    return JUDGEMENTS[item.judgement][1] if item.judgement in JUDGEMENTS else "warn"


def owner(item: InboxItem, t: Texts) -> str:
    return _words(OWNERS, item.owner, t)


def reason(item: InboxItem, t: Texts) -> str:
    return _words(REASONS, item.reason, t)


def next_step(item: InboxItem, t: Texts) -> str:
    return t(NEXT_STEPS[item.next_step]) if item.next_step in NEXT_STEPS else item.next_step.replace("_", " ")


def subject(item: InboxItem, t: Texts) -> str:
    """A ticket number, or what kind of entry it was."""
    return kind_words(item.subject, t) if item.subject in KIND_WORDS else item.subject


def whose(item: InboxItem, t: Texts) -> str:
    """Who has to act, as long as somebody has to."""
    return t("Dealt with") if item.settled else owner(item, t)


def fact_lines(item: InboxItem, currency: str, t: Texts) -> list[tuple[str, str]]:
    """(caption, value) of the facts that a person can use."""
    found = []
    for key, caption in FACTS.items():
        value = item.facts.get(key, "")
        if key == "received" and item.reason != "clock_ahead":
            continue  # elsewhere it is a hash
        if value:
            found.append((t(caption), _value(key, value, currency, t)))
    return found


def _value(key: str, value: str, currency: str, t: Texts) -> str:
    if key.endswith("_minor"):
        sign = value.removeprefix("-")
        return words.money(Money(int(value), currency)) if sign.isascii() and sign.isdigit() else value
    if key == "also":  # an object by reason, as text that may be cut off
        reasons = dict.fromkeys(one for one in _CODE.findall(value) if one in REASONS)
        return " ".join(t(REASONS[one]) for one in reasons) or value
    if key in {"tickets", "other"}:  # a list, as text that may be cut off
        return ", ".join(_NUMBER.findall(value)) or value
    if key in {"said", "received"}:
        return f"{value[:16].replace('T', ' ')} UTC"
    return value


def _words(table: Mapping[str, str], code: str, t: Texts) -> str:
    if not code:
        return "—"
    return t(table[code]) if code in table else code.replace("_", " ")
