from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from counter_app.application.views import InboxItem
from counter_app.domain.verdicts import RULES, NextStep, Owner, Why
from counter_app.texts import Texts
from ui.presenters import verdicts

FOLDER = Path(__file__).resolve().parents[4] / "resources" / "i18n"
EN = Texts(FOLDER, "en")


@pytest.fixture(params=["en", "zh"])
def t(request: pytest.FixtureRequest) -> Texts:
    return Texts(FOLDER, request.param)


def item(why: Why | str, **facts: str) -> InboxItem:
    rule = RULES[Why(why)] if why in set(Why) else None
    return InboxItem(
        epoch=1,
        seq=7,
        received_at=datetime(2026, 12, 1, tzinfo=UTC),
        judgement=rule.judged.value if rule else "conflict",
        reason=str(why),
        owner=rule.owner.value if rule else "dispatcher",
        next_step=rule.next_step.value if rule else "call_the_station",
        subject="sold",
        facts=facts,
        settled=False,
        settled_by="",
        note="",
    )


@pytest.mark.parametrize("why", list(Why))
def test_every_verdict_says_why_who_and_what_to_do(why: Why, t: Texts) -> None:
    """Nobody finds a code in the inbox: what happened, whose turn it is and the next step, in whole sentences."""
    one = item(why)
    for said in (verdicts.reason(one, t), verdicts.next_step(one, t)):
        assert said.endswith((".", "。", "（F9）。"))
        assert "_" not in said
        if t.language == "zh":
            assert any("一" <= c <= "鿿" for c in said)
    assert verdicts.judgement(one, t)
    assert verdicts.owner(one, t)


def test_the_tables_hold_exactly_what_central_may_say() -> None:
    """A new verdict at central gets its words here, and none stays behind."""
    assert set(verdicts.REASONS) == {why.value for why in Why}
    assert set(verdicts.NEXT_STEPS) == {step.value for step in NextStep}
    assert set(verdicts.OWNERS) == {owner.value for owner in Owner} - {""}
    assert set(verdicts.JUDGEMENTS) == {rule.judged.value for rule in RULES.values()}


def test_a_newer_centrals_codes_are_shown_as_they_are() -> None:
    """A verdict that this program does not know yet is not lost."""
    one = item("seat_broken")
    assert verdicts.reason(one, EN) == "seat broken"
    assert verdicts.next_step(one, EN) == "call the station"
    assert verdicts.owner(one, EN) == "dispatcher"


def test_facts_are_money_tickets_and_names_but_no_hashes() -> None:
    """A supervisor reads which ticket and how much; ids and hashes stay in the journal."""
    one = item(Why.REFUND_TOO_HIGH, number="CWQ-03-1-000001-7", amount_minor="-12350", run_id="0191", hash="ab12")
    assert verdicts.fact_lines(one, "CNY", EN) == [("Ticket", "CWQ-03-1-000001-7"), ("Amount", "−¥123.50")]
    odd = item(Why.REFUND_TOO_HIGH, amount_minor="²", also="no json")
    assert verdicts.fact_lines(odd, "CNY", EN) == [("Amount", "²"), ("Besides", "no json")]


def test_a_time_is_shown_and_a_hash_of_the_same_name_is_not() -> None:
    """``received`` is a time in one verdict and a hash in others."""
    told = verdicts.fact_lines(item(Why.CLOCK_AHEAD, received="2026-12-01T00:07:00Z"), "CNY", EN)
    assert told == [("Central's time", "2026-12-01 00:07 UTC")]
    assert not verdicts.fact_lines(item(Why.CORRUPT, received="ab12"), "CNY", EN)


def test_other_reasons_of_the_same_entry_are_told_too() -> None:
    """A sale may be late and of an old price list: both are read."""
    one = item(Why.DISPLACED, also="{'old_tariff': {'policy': 'x'}, 'late': {'wri")
    said = f"{verdicts.REASONS['old_tariff']} {verdicts.REASONS['late']}"
    assert verdicts.fact_lines(one, "CNY", EN) == [("Besides", said)]


def test_ticket_numbers_are_a_list_of_numbers() -> None:
    """The clerk compares numbers with papers, not brackets and quotation marks."""
    one = item(Why.DISPLACED, tickets="['CWQ-03-1-000001-7', 'CWQ-03-1-000002-5']")
    assert verdicts.fact_lines(one, "CNY", EN) == [("Tickets", "CWQ-03-1-000001-7, CWQ-03-1-000002-5")]
