"""The list of what can be printed of an order, and what each paper is asked for before it is printed. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from counter_app.application.desk import Desk
from counter_app.application.order_papers import PaperOffer
from counter_app.domain.staff import Actor, Right
from counter_app.errors import Reason, Refusal
from counter_app.ports.prints import JobKind
from counter_app.texts import Texts, mark
from ui.presenters.jobs import JOB_KINDS
from ui.presenters.lane import CancelToken, Lane, Lanes, Trouble

_SLIPS: Final = {"customer": mark("Customer's card slip"), "merchant": mark("Merchant's card slip")}
_REFUSED: Final = {
    Reason.ALREADY_REFUNDED.value: mark("The ticket is refunded."),
    Reason.NOTHING_PAID.value: mark("Nothing was paid for it."),
    Reason.JOB_NOT_OPEN.value: mark("Not settled yet"),
    Reason.BAD_INPUT.value: mark("All pieces have a tag."),
}
_DIGITS_MAX: Final = 3


class Asks(StrEnum):
    NOTHING = "nothing"
    REASON = "reason"
    PIECES = "pieces"


class PaperMenu:
    """``changed`` after every step; ``printed`` with the jobs to send, and what they are in words."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        lanes: Lanes,
        actor: Callable[[], Actor],
        *,
        changed: Callable[[], None],
        troubled: Callable[[Trouble], None],
        printed: Callable[[Sequence[UUID], PaperOffer], None],
    ) -> None:
        self._desk, self._lanes, self._actor = desk, lanes, actor
        self._changed, self._troubled, self._printed = changed, troubled, printed
        self._asked: CancelToken | None = None
        self._of: tuple[UUID, UUID | None] | None = None
        self.offers: tuple[PaperOffer, ...] = ()
        self.chosen: PaperOffer | None = None  # it asks for something before it is printed
        self.busy = False

    @property
    def is_open(self) -> bool:
        return self._of is not None

    def open(self, order_id: UUID, ticket_id: UUID | None) -> None:
        self._of, self.offers, self.chosen = (order_id, ticket_id), (), None
        self._changed()
        self._read()

    def close(self) -> None:
        if self._asked is not None:
            self._asked.cancel()
        self._of, self.offers, self.chosen = None, (), None
        self._changed()

    def look_again(self) -> None:
        """A paper has come out meanwhile, or was spoiled: what is said of it may be another."""
        if not self.busy:
            self._read()

    def back(self) -> None:
        """Esc: from the question to the list, from the list out."""
        if self.chosen is None:
            self.close()
        else:
            self.chosen = None
            self._changed()

    def choose(self, offer: PaperOffer) -> None:
        """Prints it, or asks for what it needs first."""
        if self.busy:
            return
        actor = self._actor()
        if offer.refused:
            self._troubled(Refusal(Reason(offer.refused)))
        elif not actor.may(Right.REPRINT if offer.copy else Right.SELL):
            self._troubled(Refusal(Reason.NOT_ALLOWED))
        elif asks(offer) is Asks.NOTHING:
            self._print(offer, "")
        else:
            self.chosen = offer
            self._changed()

    def answer(self, text: str) -> bool:
        """What the chosen paper asked for. False: it is no answer, and the question stays."""
        offer, plain = self.chosen, text.strip()
        if offer is None or self.busy:
            return False
        if asks(offer) is Asks.PIECES:
            number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= _DIGITS_MAX else 0
            if not 0 < number <= offer.pieces_max:
                return False
        elif not plain:
            return False
        self._print(offer, plain)
        return True

    def _print(self, offer: PaperOffer, answer: str) -> None:
        actor = self._actor()

        def done(jobs: Sequence[UUID]) -> None:
            self.busy, self.chosen = False, None
            self._printed(jobs, offer)
            self._changed()
            self._read()

        self.busy = True
        self._changed()
        self._lanes.run(
            Lane.DATABASE, lambda: jobs_of(self._desk(), actor, offer, answer), done=done, failed=self._failed
        )

    def _failed(self, trouble: Trouble) -> None:
        self.busy, self.chosen = False, None
        self._changed()  # first: what is shown again can have the keyboard again
        self._troubled(trouble)
        self._read()

    def _read(self) -> None:
        if self._of is None:
            return
        order_id, ticket_id = self._of
        if self._asked is not None:
            self._asked.cancel()
        self._asked = self._lanes.run(
            Lane.READ,
            lambda: self._desk().order_papers(order_id, ticket_id),
            done=self._have,
            failed=self._troubled,
        )

    def _have(self, offers: Sequence[PaperOffer]) -> None:
        self.offers = tuple(offers)
        self._changed()


def jobs_of(desk: Desk, actor: Actor, offer: PaperOffer, answer: str) -> Sequence[UUID]:
    """WRITE. Makes the jobs of a paper; ``answer`` is the reason of a copy, or how many pieces."""
    if offer.copy:
        return (desk.copy_paper(actor, offer.kind, offer.ref, reason=answer),)
    match offer.kind:
        case JobKind.REIMBURSEMENT:
            return (desk.issue_reimbursement(actor, offer.ref),)
        case JobKind.LUGGAGE_TAG:
            return desk.print_luggage_tags(actor, offer.ref, int(answer))
        case JobKind.GROUP_LIST:
            return (desk.print_group_list(actor, offer.ref),)
        case JobKind.CARD_SLIP:
            return (desk.print_card_slip(actor, offer.ref),)
        case _:
            assert offer.kind is JobKind.RECEIPT, offer.kind
            return (desk.print_receipt(actor, offer.ref),)


def asks(offer: PaperOffer) -> Asks:
    if offer.copy:
        return Asks.REASON
    return Asks.PIECES if offer.kind is JobKind.LUGGAGE_TAG else Asks.NOTHING


def paper_words(offer: PaperOffer, t: Texts) -> str:
    if offer.kind is JobKind.CARD_SLIP:
        return t(_SLIPS.get(offer.title, JOB_KINDS["card_slip"]))
    return t(JOB_KINDS[offer.kind.value])


def note_words(offer: PaperOffer, actor: Actor, t: Texts) -> tuple[str, str]:
    """What is to be known before it is chosen, and its mood."""
    if offer.refused:
        return t(_REFUSED.get(offer.refused, mark("It cannot be printed now."))), "text_muted"
    if not offer.copy:
        if offer.kind is JobKind.REIMBURSEMENT:
            return t("Original, once"), ""
        return (t("Asks how many pieces"), "") if offer.kind is JobKind.LUGGAGE_TAG else ("", "")
    if not actor.may(Right.REPRINT):
        return t("Printed: a supervisor copies"), "text_muted"
    return t("Printed: a copy, with reason"), "warn"


def question_words(offer: PaperOffer, t: Texts) -> tuple[str, str]:
    """What is asked, and what the clerk should know of it."""
    if asks(offer) is Asks.PIECES:
        return t("Pieces of luggage"), t("How many pieces get a tag? At most {most} more.", most=offer.pieces_max)
    if offer.kind is JobKind.REIMBURSEMENT:
        said = t("Take the spoiled slip back first: one paper of it may be out. A lost one is not printed again.")
        return t("Reason"), said
    return t("Reason"), t("A numbered copy marked DUPLICATE is printed; the journal keeps your name and the reason.")
