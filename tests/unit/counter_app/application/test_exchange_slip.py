"""The exchange slip says what was posted: both tickets, the fee, the difference, and by which tenders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from counter_app.application.exchange_slip import DifferenceLeg, Exchange, ExchangedTicket, exchange_slip
from counter_app.application.issuing import new_job
from counter_app.application.slip_frame import Journey, SlipFrame
from counter_app.domain.paper_contents import CONTENTS
from counter_app.domain.papers import Document, Pair, Slip, Text
from counter_app.ports.prints import JobKind
from tests.unit.counter_app.application.counter import ZONE, Counter, texts

DEPART = datetime(2026, 12, 4, 8, 0, tzinfo=ZoneInfo(ZONE))
OLD = ExchangedTicket(
    number="CSQ-01-1-000001-3",
    journey=Journey(
        service="G1", origin="长沙南", destination="北京西", depart=DEPART, travel_class="二等座", place="02车01A"
    ),
    price_minor=600_00,
)
NEW = replace(OLD, number="CSQ-01-1-000002-1", journey=replace(OLD.journey, service="G3"), price_minor=660_00)
DEARER = Exchange(
    old=OLD,
    new=NEW,
    fee_minor=5_03,
    legs=(
        DifferenceLeg(tender="card", card="**** 1234", amount_minor=60_00),
        DifferenceLeg(tender="cash", card="", amount_minor=5_03, rounding_minor=2),
    ),
    currency="CNY",
    rule_words={"zh": "开车前48小时以上改签", "en": "48 hours or more before departure"},
    clerk="李芳",
    journal_seq=7,
)


@pytest.fixture
def frame(tmp_path: Path) -> Iterator[SlipFrame]:
    counter = Counter(tmp_path / "profile")
    yield SlipFrame(store=counter.store, texts=texts, language="zh")
    counter.close()


def words(slip: Slip) -> list[str]:
    return [
        f"{block.label} {block.value}" if isinstance(block, Pair) else block.text
        for block in slip.blocks
        if isinstance(block, Pair | Text)
    ]


def made(frame: SlipFrame, exchange: Exchange) -> Slip:
    job = new_job(UUID(int=1), JobKind.EXCHANGE_SLIP, UUID(int=2), DEPART, 1)
    slip = exchange_slip(frame, exchange, job)
    assert {part.name for part in slip.named()} <= set(CONTENTS[Document.EXCHANGE_SLIP].parts)
    return slip


def test_a_dearer_ticket_is_paid_by_each_tender(frame: SlipFrame) -> None:
    """The customer cannot see why the card and the drawer were charged."""
    said = words(made(frame, DEARER))
    for line in (
        "车票 CSQ-01-1-000001-3",
        "车票 CSQ-01-1-000002-1",
        "补收差额 65.03 CNY",
        "银行卡 **** 1234 60.00",
        "现金 5.03",
        "现金尾数 0.02",
        "实收付现金 5.05",
    ):
        assert line in said, line


def test_a_cheaper_one_gives_back_and_an_equal_one_neither(frame: SlipFrame) -> None:
    """多退少补: the sign is on the slip in words."""
    back = replace(
        DEARER, old=NEW, new=OLD, fee_minor=0, legs=(DifferenceLeg(tender="cash", card="", amount_minor=-60_00),)
    )
    assert "退还差额 60.00 CNY" in words(made(frame, back))
    assert "退票付现 60.00" in words(made(frame, back))
    same = replace(DEARER, new=replace(NEW, price_minor=600_00), fee_minor=0, legs=())
    assert "无差额 0.00 CNY" in words(made(frame, same))


def test_legs_that_are_not_the_difference_are_our_mistake() -> None:
    """A slip that does not add up is never printed."""
    with pytest.raises(AssertionError):
        replace(DEARER, fee_minor=0)
