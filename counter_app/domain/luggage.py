"""What stands in a luggage tag's code: which ticket, and which of its pieces. ``docs/printing.md`` states it too.

``LT1:CSQ-01-1-000042-7:2/3``: the format's version, the ticket's number as printed, the piece and how many there were
when it was printed. Capitals, digits, ``:``, ``/`` and ``-`` only, so that QR takes its small alphabet. It is not
signed: a tag lets nobody travel.
"""

from __future__ import annotations

from typing import Final

PIECES_MAX: Final = 20  # of one ticket
_FORMAT: Final = "LT1"


def tag_code(ticket_number: str, piece: int, pieces: int) -> str:
    assert 0 < piece <= pieces <= PIECES_MAX
    return f"{_FORMAT}:{ticket_number}:{piece}/{pieces}"


def tag_number(ticket_number: str, piece: int) -> str:
    """Told apart by people: ``CSQ-01-1-000042-7/2``."""
    return f"{ticket_number}/{piece}"
