"""What a technician's screens need from outside beside the desk; ``main.py`` fills it in.

Everything here may wait for a device, a file or a process: it is called on a lane, never on the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from counter_app.ports.prints import DeliveryOutcome
from counter_app.ports.workshop import Cancelled, Finder, LayoutBench
from ui.presenters.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """``check_store``: READ. ``check``: the other checks of the doctor, each finding at once; on a thread of its own.

    ``pages``: test pages by name, with their words.

    ``try_page``: PRINTER; a page on a printer of the settings, by its name; kept nowhere.
    """

    check_store: Callable[[], Sequence[Finding]]
    check: Callable[[Callable[[Finding], None], Cancelled], Sequence[Finding]]
    pages: Mapping[str, str] = field(default_factory=dict)
    try_page: Callable[[str, str, str], DeliveryOutcome] | None = None  # printer, page, language
    finder: Finder | None = None
    layouts: LayoutBench | None = None
