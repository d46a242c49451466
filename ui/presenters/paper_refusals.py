"""Sentences for the refusals of printers and blanks, in English; Chinese stands in ``zh_CN.printing.ts``."""

from __future__ import annotations

from typing import Final

from counter_app.errors import Reason
from counter_app.texts import mark
from ui.presenters.said import Said

PAPER_SENTENCES: Final[dict[Reason, Said]] = {
    Reason.UNKNOWN_PRINTER: Said(
        mark("No such printer"),
        mark("The settings of this window name no printer like this."),
        mark("Choose one of the printers under Devices."),
        detail=mark("The settings of this window name no printer {printer}."),
    ),
    Reason.NO_ROLL: Said(
        mark("No roll of blanks"),
        mark("No roll of numbered blanks is loaded in this printer."),
        mark("Load a roll first: its first and last number."),
    ),
    Reason.ROLL_INSIDE: Said(
        mark("A roll is still in the printer"),
        mark("The roll in this printer has blanks left."),
        mark("End it first, with the reason; what is left of it can be loaded again."),
        detail=mark("Blanks left of the roll in this printer: {left}."),
    ),
    Reason.BAD_BLANKS: Said(
        mark("Not a range of blanks"),
        mark("The numbers are no range, or not the next ones of the roll in this printer."),
        mark("Type the numbers as they are printed on the blanks, the lower one first."),
        detail=mark("The numbers are no range, or not the next ones of the roll. Expected: {expected}."),
    ),
    Reason.BLANKS_USED: Said(
        mark("Blanks already used"),
        mark("Numbers of this range were used before, or lie in another roll."),
        mark("Look at the numbers on the roll. If they are right, tell a supervisor."),
        mood="bad",
        detail=mark("Number {first} was used before, or lies in another roll."),
    ),
    Reason.BLANKS_SHORT: Said(
        mark("Too few blanks"),
        mark("The roll in the printer has too few numbered blanks for these tickets."),
        mark("Load another roll, then try again. No money was taken."),
        detail=mark("Numbered blanks needed for these tickets: {needed}; left of the roll in the printer: {left}."),
    ),
}
