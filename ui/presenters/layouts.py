"""Layouts of paper in words: documents, whose file draws them, what is wrong with one. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from counter_app.domain.papers import Document
from counter_app.ports.workshop import LayoutFault, LayoutLine
from counter_app.texts import Texts, mark
from ui.presenters.refusals import explain

DOCUMENTS: Final = {
    Document.TICKET: mark("Ticket"),
    Document.COACH_TICKET: mark("Coach ticket"),
    Document.RECEIPT: mark("Receipt"),
    Document.CARD_SLIP_CUSTOMER: mark("Card slip, the customer's"),
    Document.CARD_SLIP_MERCHANT: mark("Card slip, the counter's"),
    Document.REIMBURSEMENT: mark("Reimbursement slip"),
    Document.REFUND_SLIP: mark("Refund slip"),
    Document.EXCHANGE_SLIP: mark("Exchange slip"),
    Document.X_REPORT: mark("X report"),
    Document.Z_REPORT: mark("Z report"),
    Document.CASH_SLIP: mark("Cash slip"),
    Document.LUGGAGE_TAG: mark("Luggage tag"),
    Document.GROUP_LIST: mark("Group list"),
    Document.TEST: mark("Test page"),
}
WIDTHS: Final = ((384, 58), (512, 80), (576, 80))  # dots, millimetres of the roll
LANGUAGES: Final = {"zh": mark("Chinese"), "en": mark("English"), "both": mark("Chinese and English")}


def document_name(document: Document, t: Texts) -> str:
    return t(DOCUMENTS[document])


def file_state(line: LayoutLine, t: Texts) -> str:
    if line.faults:
        return t("refused")
    return t("your own") if line.own else t("of the program")


def file_mood(line: LayoutLine) -> str:
    return "bad" if line.faults else "ok" if line.own else "text_muted"


def fault_words(faults: Sequence[LayoutFault], t: Texts) -> str:
    """Each with its file and line, so that it is found at once."""
    return "\n".join(explain(fault.why, t).what_happened for fault in faults)
