"""What central said of an entry, in words: the judgement, its reason, who acts, what to do. No Qt.

``docs/conflicts.md`` states the same for people who read it without this program. A code that is not known here
(central may be newer) is shown as it is, with spaces.
"""

from __future__ import annotations

from collections.abc import Mapping

from counter_app.application.views import InboxItem
from counter_app.texts import Texts, mark
from ui.presenters.journal import KIND_WORDS, kind_words

JUDGEMENTS: Mapping[str, tuple[str, str]] = {
    "accepted": (mark("Accepted, with a remark"), "info"),
    "conflict": (mark("Conflict"), "bad"),
    "quarantined": (mark("Set aside"), "bad"),
}
OWNERS: Mapping[str, str] = {
    "clerk": mark("Clerk"),
    "supervisor": mark("Supervisor"),
    "administrator": mark("Administrator"),
    "operator": mark("Central's staff"),
}
REASONS: Mapping[str, str] = {}
NEXT_STEPS: Mapping[str, str] = {}
FACTS: Mapping[str, str] = {}


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
    return _words(NEXT_STEPS, item.next_step, t)


def subject(item: InboxItem, t: Texts) -> str:
    """A ticket number, or what kind of entry it was."""
    return kind_words(item.subject, t) if item.subject in KIND_WORDS else item.subject


def state(item: InboxItem, t: Texts) -> str:
    return t("Dealt with") if item.settled else t("To deal with")


def fact_lines(item: InboxItem, t: Texts) -> list[tuple[str, str]]:
    """(caption, value), known ones first in the order of the table."""
    order = {key: place for place, key in enumerate(FACTS)}
    keys = sorted(item.facts, key=lambda key: (order.get(key, len(order)), key))
    return [(_words(FACTS, key, t), item.facts[key]) for key in keys if item.facts[key]]


def _words(table: Mapping[str, str], code: str, t: Texts) -> str:
    if not code:
        return "—"
    return t(table[code]) if code in table else code.replace("_", " ")
