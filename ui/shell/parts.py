"""What the window needs from outside; ``main.py`` fills it in. ``ui`` imports no store, printer or network itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from counter_app.application.desk import Desk
from counter_app.application.views import Sheet
from counter_app.domain.device_settings import NO_DEVICES, DeviceSettings
from counter_app.domain.papers import Paper, TicketFace
from counter_app.ports.clock import Clock
from counter_app.ports.customer_display import CustomerDisplay
from counter_app.ports.scanner import Scanner
from counter_app.texts import Texts
from ui.settings import SettingsFile
from ui.shell.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    login: str
    password: str
    role: str  # Role value


@dataclass(frozen=True, slots=True, kw_only=True)
class Peripherals:
    """What stands around the till, as ``devices.toml`` has it. ``adverts``: the folder of pictures, None: none.

    ``customer_window``: opened at start, whatever the file says.
    """

    settings: DeviceSettings = NO_DEVICES
    display: CustomerDisplay | None = None
    scanners: Sequence[Scanner] = ()
    adverts: Path | None = None
    customer_window: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """``open_desk`` runs on the DATABASE lane while the login screen shows; ``close_desk`` there too, at the end.

    ``sheets``: the virtual printer's roll, None with a real printer; called on the READ lane.
    ``draw_paper``: a paper as PNG bytes, ``save_pdf``: a paper as a PDF file,
    ``save_e_tickets``: tickets as A4 pages of one; all on a lane, None: not offered.
    ``read_codes``: the ticket codes in a picture file; on a thread of its own, None: not offered.
    ``hang_up``: ends every wait for central, from the GUI thread, when the window closes; None: there is no line.
    ``workshop``: finding printers, layouts, the check of everything; None: not offered.
    ``verify_command``: prints a JSON verdict (``journal verify --json``); empty: verified on the READ lane instead.
    """

    open_desk: Callable[[], Desk]
    close_desk: Callable[[], None] | None = None
    hang_up: Callable[[], None] | None = None
    texts: Texts
    clock: Clock
    resources: Path
    settings: SettingsFile
    report_folder: Path
    sheets: Callable[[], Sequence[Sheet]] | None = None
    draw_paper: Callable[[Paper], bytes] | None = None
    save_pdf: Callable[[Paper, Path], None] | None = None
    save_e_tickets: Callable[[Sequence[TicketFace], Path], None] | None = None
    read_codes: Callable[[Path], Sequence[str]] | None = None
    verify_command: Sequence[str] = ()
    demo_accounts: Sequence[DemoAccount] = ()
    peripherals: Peripherals = Peripherals()
    workshop: Workshop | None = None
    version: str = ""
