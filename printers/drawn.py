"""A paper that brings its own dots: test pages and samples, which no layout draws. Never printed as native text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from counter_app.domain.papers import Slip
from printers.raster import Raster


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPaper(Slip):
    """``dots`` makes the picture for a width: whichever printer it goes to, it has the width of that one."""

    dots: Callable[[int], Raster]
