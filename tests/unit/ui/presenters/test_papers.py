"""What the list of an order's papers says, and what each paper asks before it is printed."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from counter_app.application.order_papers import PaperOffer
from counter_app.domain.staff import Actor, Role
from counter_app.errors import Reason
from counter_app.ports.prints import JobKind
from counter_app.texts import Texts
from ui.presenters.papers import Asks, asks, note_words, paper_words, question_words

EN = Texts(Path(__file__).resolve().parents[4] / "resources" / "i18n", "en")
REF = UUID(int=1)
CLERK = Actor(user_id=UUID(int=2), login="wang", display_name="王芳", role=Role.CLERK)
CHIEF = Actor(user_id=UUID(int=3), login="li", display_name="李建国", role=Role.SUPERVISOR)


def offer(kind: JobKind, *, title: str = "", copy: bool = False, refused: str = "") -> PaperOffer:
    return PaperOffer(kind=kind, ref=REF, title=title, copy=copy, refused=refused, pieces_max=7)


@pytest.mark.parametrize(
    ("paper", "words"),
    [
        (offer(JobKind.CARD_SLIP, title="customer"), "Customer's card slip"),
        (offer(JobKind.CARD_SLIP, title="merchant"), "Merchant's card slip"),
        (offer(JobKind.CARD_SLIP, title="other"), "Card slip"),
        (offer(JobKind.REIMBURSEMENT), "Reimbursement slip"),
    ],
)
def test_each_paper_has_its_name(paper: PaperOffer, words: str) -> None:
    """The merchant's slip, with the signature line, handed to the customer."""
    assert paper_words(paper, EN) == words


@pytest.mark.parametrize(
    ("paper", "actor", "words"),
    [
        (offer(JobKind.REIMBURSEMENT), CLERK, "Original, once"),
        (offer(JobKind.LUGGAGE_TAG), CLERK, "Asks how many pieces"),
        (offer(JobKind.GROUP_LIST), CLERK, ""),
        (offer(JobKind.RECEIPT, copy=True), CLERK, "Printed: a supervisor copies"),
        (offer(JobKind.RECEIPT, copy=True), CHIEF, "Printed: a copy, with reason"),
        (offer(JobKind.RECEIPT, copy=True, refused=Reason.JOB_NOT_OPEN.value), CHIEF, "Not settled yet"),
        (offer(JobKind.REIMBURSEMENT, refused=Reason.NOTHING_PAID.value), CLERK, "Nothing was paid for it."),
        (offer(JobKind.LUGGAGE_TAG, refused=Reason.UNKNOWN_TICKET.value), CLERK, "It cannot be printed now."),
    ],
)
def test_the_list_says_what_is_to_be_known(paper: PaperOffer, actor: Actor, words: str) -> None:
    """A clerk types a reason, and is told afterwards that only a supervisor may."""
    assert note_words(paper, actor, EN)[0] == words


def test_a_copy_asks_for_a_reason_and_tags_for_their_number() -> None:
    """A copy without a reason, or seven tags for one bag."""
    assert asks(offer(JobKind.GROUP_LIST)) is Asks.NOTHING
    assert asks(offer(JobKind.LUGGAGE_TAG)) is Asks.PIECES
    assert asks(offer(JobKind.CARD_SLIP, copy=True)) is Asks.REASON
    assert "7" in question_words(offer(JobKind.LUGGAGE_TAG), EN)[1]
    assert "DUPLICATE" in question_words(offer(JobKind.RECEIPT, copy=True), EN)[1]
    assert "spoiled" in question_words(offer(JobKind.REIMBURSEMENT, copy=True), EN)[1]
