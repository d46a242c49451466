"""The journal in words, and the verdict of a check as the command line prints it. No Qt."""

from __future__ import annotations

import json

from counter_app.application.views import JournalLine, JournalVerdict
from counter_app.domain.staff import SYSTEM
from counter_app.texts import Texts, mark
from ui.presenters.refusals import Notice

KIND_WORDS: dict[str, str] = {
    "profile_created": mark("Counter set up"),
    "epoch_started": mark("Epoch started"),
    "user_created": mark("Account added"),
    "user_changed": mark("Account changed"),
    "logged_in": mark("Signed in"),
    "login_refused": mark("Sign-in refused"),
    "catalogue_activated": mark("Timetable in force"),
    "policy_activated": mark("Policy in force"),
    "clock_accepted": mark("Clock accepted"),
    "shift_opened": mark("Shift opened"),
    "cash_moved": mark("Cash moved"),
    "drawer_opened": mark("Drawer opened"),
    "shift_declared": mark("Drawer counted"),
    "shift_closed": mark("Shift closed"),
    "x_printed": mark("X report made"),
    "z_printed": mark("Z report printed"),
    "sale_parked": mark("Sale parked"),
    "sale_recalled": mark("Sale recalled"),
    "sale_abandoned": mark("Sale let go"),
    "sold": mark("Sale"),
    "refunded": mark("Refund paid"),
    "paper_confirmed": mark("Paper printed"),
    "paper_failed": mark("Paper not sent"),
    "paper_unknown": mark("Paper not confirmed"),
    "paper_settled": mark("Paper settled"),
    "reprinted": mark("Reprinted"),
    "runs_migrated": mark("Runs moved to new timetable"),
    "person_erased": mark("Personal data erased"),
    "recovered": mark("Recovered after a stop"),
    "trust_exported": mark("Trust file exported"),
    "ticket_redeemed": mark("Ticket checked, let through"),
    "trust_changed": mark("Keys changed"),
    "trust_imported": mark("Trust file taken in"),
    "changed_at_rest": mark("Database changed while closed"),
    "lease_taken": mark("Places held here for an outage"),
    "lease_returned": mark("Places given back to central"),
    "lease_ended": mark("Held places ended by central"),
    "verdict_settled": mark("Sync item dealt with"),
    "accounts_received": mark("Accounts received"),
    "selling_stopped": mark("Selling stopped by central"),
    "selling_resumed": mark("Selling allowed again"),
    "ticket_locked": mark("Ticket locked at central"),
    "ticket_unlocked": mark("Ticket unlocked at central"),
}
_OF_EXCHANGE = {"sold": mark("Sale by exchange"), "refunded": mark("Ticket given in for another")}
# By the word before the colon of a verdict's reason; a test holds them to what the check can say.
BAD_WORDS: dict[str, str] = {
    "hash_mismatch": mark("its content was changed"),
    "not_canonical": mark("its content was changed"),
    "bad_field": mark("its content was changed"),
    "unknown_kind": mark("its content was changed"),
    "unknown_version": mark("a newer program wrote it"),
    "bad_signature": mark("its signature is not this counter's"),
    "broken_chain": mark("it does not follow the entry before it"),
    "wrong_seq": mark("it does not follow the entry before it"),
    "wrong_epoch": mark("it does not follow the entry before it"),
    "missing_entry": mark("it is missing"),
    "contradiction": mark("it contradicts an entry before it"),
    "tail_cut": mark("entries after it are missing"),
    "not_what_the_witness_saw": mark("it is not the one that the witness saw"),
    "witness_missing": mark("the witness file is missing"),
    "witness_damaged": mark("the witness file is damaged"),
    "column_mismatch": mark("its content was changed"),
    "table_mismatch": mark("a table does not say what the journal says"),
    "tables": mark("a table cannot be read"),
    "keys": mark("a key file is missing or changed"),
    "catalogue_missing": mark("the timetable file is missing"),
    "catalogue_changed": mark("the timetable file was changed"),
    "trigger_missing": mark("a lock against changes was removed"),
    "schema_changed": mark("the structure of the database was changed"),
    "changed_at_rest": mark("the database file was changed while it was closed"),
    "store_damaged": mark("the database file is damaged"),
}


def by_words(login: str, t: Texts) -> str:
    """Who did it; what the program did by itself has a word of the language."""
    return t("the program") if login == SYSTEM.login else login


def kind_words(kind: str, t: Texts) -> str:
    return t(KIND_WORDS[kind]) if kind in KIND_WORDS else kind.replace("_", " ")


def entry_words(line: JournalLine, t: Texts) -> str:
    """As ``kind_words``; the two entries of an exchange say that they are its."""
    if line.kind in _OF_EXCHANGE:
        try:
            body = json.loads(line.body_json)
        except ValueError:
            body = None
        if isinstance(body, dict) and "exchange" in body:
            return t(_OF_EXCHANGE[line.kind])
    return kind_words(line.kind, t)


def pretty(line: JournalLine) -> str:
    """The entry for a person who checks it: indented JSON and its hash."""
    try:
        body = json.dumps(json.loads(line.body_json), ensure_ascii=False, indent=2, sort_keys=True)
    except ValueError:
        body = line.body_json
    return f"{body}\n\nhash {line.hash_hex}"


def verdict_from_json(text: str) -> JournalVerdict | None:
    """What ``journal verify --json`` printed; None when it is not that."""
    try:
        found = json.loads(text)
        return JournalVerdict(
            ok=bool(found["ok"]),
            entries=int(found.get("entries", 0)),
            head=str(found.get("head", "")),
            first_bad=found.get("first_bad"),
            reason=str(found.get("reason", "")),
        )
    except (ValueError, KeyError, TypeError):
        return None


def verdict_notice(verdict: JournalVerdict, t: Texts) -> Notice:
    if verdict.ok:
        return Notice(
            title=t("The journal is whole"),
            what_happened=t("{count} entries, each signed and in order.", count=f"{verdict.entries:,}"),
            mood="ok",
            code="journal_ok",
        )
    code, _, detail = verdict.reason.partition(":")
    words = t(BAD_WORDS[code]) if code in BAD_WORDS else code
    if detail:
        words = f"{words} ({detail})"
    return Notice(
        title=t("The journal was tampered with or damaged"),
        what_happened=words
        if verdict.first_bad is None
        else t("Entry {seq}: {reason}.", seq=verdict.first_bad, reason=words),
        what_to_do=t("Stop selling, copy the profile as it is, and call the administrator."),
        mood="bad",
        code="journal_bad",
    )
