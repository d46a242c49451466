"""A paper becomes a job's bytes: dots, or for slips on slow lines text commands, as the profile says."""

from __future__ import annotations

from counter_app.domain.papers import Paper, TicketFace
from printers.compose import Composer
from printers.escpos import paper_bytes
from printers.native import slip_bytes
from printers.profiles import Profile


def job_bytes(paper: Paper, profile: Profile, composer: Composer, *, token: int) -> bytes:
    """Tickets are always dots: their layout and code are checked at the gate."""
    raster = composer.compose(paper, width=profile.width, symbology=profile.symbology)
    dots = paper_bytes(raster, profile, token=token)
    if not profile.native_slips or isinstance(paper, TicketFace):
        return dots
    native = slip_bytes(paper, profile, composer, token=token)
    return native if len(native) < len(dots) else dots  # a slip of characters that the printer lacks is dots anyway
