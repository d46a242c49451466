"""A paper becomes a job's bytes: dots, or for slips on slow lines text commands, as the profile says."""

from __future__ import annotations

from counter_app.domain.papers import Paper, TicketFace
from printers.compose import Composer
from printers.escpos import paper_bytes
from printers.native import slip_bytes
from printers.profiles import Profile


def job_bytes(paper: Paper, profile: Profile, composer: Composer, *, token: int) -> bytes:
    """Tickets are always dots: their layout and code are checked at the gate."""
    if profile.native_slips and not isinstance(paper, TicketFace):
        return slip_bytes(paper, profile, composer, token=token)
    raster = composer.compose(paper, width=profile.width, symbology=profile.symbology)
    return paper_bytes(raster, profile, token=token)
