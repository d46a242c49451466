"""Parses the command line, wires everything, runs it. The only place that builds objects together.

Imports of what is heavy stand inside the functions that need it: ``counterfoil stations`` loads no window.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from counter_app.domain.settings import (
    DEFAULTS,
    SETTINGS_BYTES_MAX,
    SETTINGS_FILE,
    PrinterSettings,
    Settings,
    default_text,
    parse_settings,
)
from counter_app.errors import Cancelled, DeviceTrouble, OutcomeUnknown, Reason, Refusal
from counter_app.system import SystemClock, SystemEntropy, Uuid7Ids
from counter_app.texts import Texts
from ui.commandline.parser import build_parser, check_texts

if TYPE_CHECKING:
    import argparse

    from central.wiring import Tools
    from counter_app.application.counter_desk import CounterDesk
    from counter_app.application.enrolled import CentralLink
    from counter_app.application.printer_set import PrinterSet
    from counter_app.application.verify_ticket import VerifyTicket
    from counter_app.application.views import JournalVerdict
    from counter_app.domain.checking import CheckedTicket
    from counter_app.domain.device_settings import DeviceSettings
    from counter_app.domain.papers import Paper, TicketFace
    from counter_app.domain.policy import Policy
    from counter_app.domain.staff import Actor
    from counter_app.domain.trust import TrustBundle
    from counter_app.ports.catalogue import ImportReport
    from counter_app.ports.clock import Clock, Entropy
    from counter_app.ports.line import Line
    from counter_app.ports.payments import CardTerminal
    from counter_app.ports.prints import DeliveryOutcome
    from counter_app.ports.profile import ProfileInfo
    from db.store import SqlMoneyStore
    from printers.compose import Composer
    from ui.commandline.demo_station import Means
    from ui.doctor.probes import Probes
    from ui.presenters.findings import Finding
    from ui.shell.parts import DemoAccount, Parts, Peripherals
    from ui.shell.workshop import Workshop

VERSION: Final = "0.1.0"
ROOT: Final = Path(__file__).resolve().parent
RESOURCES: Final = ROOT / "resources"
CA_FILE: Final = "central-ca.pem"  # in the profile's folder: of a private authority
OWN_PROFILES: Final = "printers"  # the folder of the operator's, in the profile's
DONE, USAGE, REFUSED, UNKNOWN, INTERRUPTED, TERMINATED = 0, 2, 3, 4, 130, 143

_log = logging.getLogger("counterfoil")


def main(argv: Sequence[str] | None = None) -> int:
    """0 done, 2 usage, 3 refused and nothing changed, 4 outcome unknown; 130 interrupted."""
    _prepare_streams()
    if argv is None:
        _end_with_starter()
    parser = build_parser(_simulator_arguments(argv), _central_arguments(argv))
    args = parser.parse_args(argv)
    check_texts(parser, args)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    interrupted = signal.getsignal(signal.SIGINT)
    try:
        return _finished(args)
    finally:
        if argv is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, interrupted)  # the caller goes on; the program itself ends here


def _end_with_starter() -> None:
    """What the demonstration started ends with it, also where that was killed: else the next finds its ports taken."""
    from ui.commandline import ENDS_WITH

    starter = os.environ.pop(ENDS_WITH, "")  # not for what this process starts in turn
    if not starter.isdigit():
        return

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == int(starter):
            pause.wait(1.0)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="ends-with-starter", daemon=True).start()


def _finished(args: argparse.Namespace) -> int:
    try:
        done = _run(args)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output went away (| head): not our trouble
        _stdout_to_nowhere()
        return DONE
    except KeyboardInterrupt:
        _say("interrupted")
        return INTERRUPTED
    except OSError as error:
        _stdout_to_nowhere()
        place = f"{error.filename}: " if error.filename else ""
        _say(f"file_trouble: {place}{error.strerror or error}")
        return REFUSED
    return done


def _run(args: argparse.Namespace) -> int:
    try:
        return _COMMANDS[args.command or "window"](args)
    except Refusal as refusal:
        from ui.commandline.commands import refusal_line

        _say(refusal_line(refusal, Texts(RESOURCES / "i18n", _language_of_user())))
        return REFUSED
    except Cancelled:
        _say("cancelled, nothing was changed")
        return REFUSED
    except DeviceTrouble as trouble:
        _say(f"device_trouble: {trouble}")
        return REFUSED
    except OutcomeUnknown as unknown:
        _say(f"outcome_unknown: {unknown}")
        return UNKNOWN
    except OSError:
        raise
    except Exception as error:
        if not _is_damaged(profile_folder(args)):
            raise
        _log.debug("met while reading a damaged store", exc_info=error)
        _say(f"store_damaged: {type(error).__name__}; what is wrong with it: counterfoil journal verify")
        return REFUSED


def _say(words: str) -> None:
    with contextlib.suppress(OSError):  # nobody reads it: the exit status says it all the same
        sys.stderr.write(f"counterfoil: {words}\n")
        sys.stderr.flush()


def _prepare_streams() -> None:
    """UTF-8 whatever the locale says; what a terminal or file cannot take is escaped; a closed stream is an empty one.

    ``pythonw`` and ``<&-`` leave None where a stream was.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for as long as we run
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="strict" if mode == "r" else "backslashreplace")


def _stdout_to_nowhere() -> None:
    """What is still buffered has nowhere to go; the interpreter would try once more at its end, and complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_damaged(folder: Path) -> bool:
    """Asked when something came up that nobody expects: a value in the store that no program wrote may be the cause."""
    from db.verify import verify_profile

    return profile_exists(folder) and not verify_profile(folder).ok


def _simulator_arguments(argv: Sequence[str] | None) -> dict[str, Callable[[argparse.ArgumentParser], None]] | None:
    if "simulate" not in (sys.argv[1:] if argv is None else argv):
        return None
    import central.simulators.gateway.run
    import devices.simulators.terminal.run
    import printers.simulator.run

    return {
        "gateway": central.simulators.gateway.run.add_gateway_arguments,
        "printer": printers.simulator.run.add_arguments,
        "terminal": devices.simulators.terminal.run.add_arguments,
    }


def _central_arguments(argv: Sequence[str] | None) -> Callable[[argparse.ArgumentParser], None] | None:
    if "central" not in (sys.argv[1:] if argv is None else argv):
        return None
    from central.commandparser import add_central_arguments

    return add_central_arguments


def _language_of_user() -> str:
    words = (os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "").lower()
    return "zh" if words.startswith("zh") else "en"


# -------------------------------------------------------------------------------------------------- what is built


def profile_folder(args: argparse.Namespace, default_name: str = "counter") -> Path:
    given: Path | None = getattr(args, "profile", None)
    if given is not None:
        return given.absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("counterfoil", appauthor=False)) / default_name


def read_settings(folder: Path) -> Settings:
    text = _settings_text(folder / SETTINGS_FILE, SETTINGS_BYTES_MAX)
    return DEFAULTS if text is None else parse_settings(text)


def read_devices(folder: Path) -> DeviceSettings:
    from counter_app.domain.device_settings import DEVICES_BYTES_MAX, DEVICES_FILE, NO_DEVICES, parse_devices

    text = _settings_text(folder / DEVICES_FILE, DEVICES_BYTES_MAX)
    return NO_DEVICES if text is None else parse_devices(text)


def _settings_text(path: Path, bytes_max: int) -> str | None:
    """None: there is no such file."""
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            content = file.read(bytes_max + 1)
        if len(content) > bytes_max:
            raise Refusal(Reason.BAD_SETTING, key=path.name, detail=f"longer than {bytes_max >> 10} KiB")
        return content.decode("utf-8-sig")  # Notepad writes a mark of three bytes
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(Reason.BAD_SETTING, key=path.name, detail=str(error)) from error


def read_policy_named(folder: Path, name: str) -> Policy:
    """The profile's own ``policies/NAME.toml`` wins over the shipped one."""
    from counter_app.domain.policy import POLICY_BYTES_MAX, read_policy

    for path in (folder / "policies" / f"{name}.toml", RESOURCES / "policies" / f"{name}.toml"):
        if path.is_file():
            content = path.read_bytes()
            if len(content) > POLICY_BYTES_MAX:
                raise Refusal(Reason.BAD_SETTING, key=path.name, detail="too long")
            try:
                return read_policy(content.decode("utf-8"))
            except UnicodeDecodeError as error:
                raise Refusal(Reason.BAD_SETTING, key=path.name, detail=str(error)) from error
    raise Refusal(Reason.BAD_SETTING, key="policy", detail=name)


@dataclass(slots=True)
class Counter:
    """An open profile with everything around it. ``close`` may be called twice."""

    desk: CounterDesk
    store: SqlMoneyStore
    printers: PrinterSet
    composer: Composer
    settings: Settings
    folder: Path
    line: Line | None = None  # of an enrolled profile
    terminal: CardTerminal | None = None

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
        if self.terminal is not None:
            self.terminal.close()
        self.printers.close()
        self.store.close()


def open_counter(folder: Path, *, writable: bool, printers: PrinterSet | None = None) -> Counter:
    """``printers``: instead of those of the settings.

    Raises Refusal: NO_PROFILE, PROFILE_IN_USE, STORE_DAMAGED, BAD_SETTING, ...
    """
    from counter_app.application.counter_desk import CounterDesk
    from counter_app.application.policies import policy_in_force
    from counter_app.security import Argon2Passwords
    from db.catalogue.builder import ChildProcessBuilder
    from db.catalogue.reader import CatalogueFile
    from db.create import CATALOGUES
    from db.store import SqlMoneyStore
    from db.verify import verify_profile
    from printers.compose import Composer
    from printers.opening import tell_recovered

    settings = read_settings(folder)
    clock, entropy = SystemClock(), SystemEntropy()
    ids = Uuid7Ids(clock=clock, entropy=entropy)
    composer = Composer(RESOURCES, folder / "layouts")
    printers = build_printers(settings, composer, folder / OWN_PROFILES) if printers is None else printers
    store = SqlMoneyStore(
        folder, clock=clock, ids=ids, entropy=entropy, writable=writable, key_choice=settings.keys.store
    )
    central: CentralLink | None = None
    terminal: CardTerminal | None = None
    try:
        terminal = card_terminal(folder, store.profile.currency, clock) if writable else None
        central = central_link(store, clock, entropy, url=settings.central.url)
        shipped = _shipped_policy(folder, store.profile.policy, enrolled=central is not None)
        desk = CounterDesk(
            store=store,
            policy=shipped if central is None else policy_in_force(store, shipped),
            clock=clock,
            ids=ids,
            passwords=Argon2Passwords(),
            printers=printers,
            builder=ChildProcessBuilder(folder / CATALOGUES),
            open_catalogue=CatalogueFile,
            catalogues=folder / CATALOGUES,
            texts=lambda language: Texts(RESOURCES / "i18n", language),
            ticket_language=settings.ticket.language,
            undrawable=composer.undrawable,
            tell_recovered=lambda name, interrupted, last: tell_recovered(
                printers.named(name), interrupted=interrupted, last=last
            ),
            verify_store=lambda progress: verify_profile(folder, progress=progress),
            central=central,
            terminal=terminal,
            merchant_slips=terminal is None or prints_merchant_slips(folder),
        )
    except BaseException:
        if terminal is not None:
            terminal.close()
        if central is not None:
            central.line.close()
        store.close()
        raise
    return Counter(
        desk=desk,
        store=store,
        printers=printers,
        composer=composer,
        settings=settings,
        folder=folder,
        line=None if central is None else central.line,
        terminal=terminal,
    )


def prints_merchant_slips(folder: Path) -> bool:
    settings = read_devices(folder).terminal
    return settings is None or settings.merchant_slip == "always"


def card_terminal(folder: Path, currency: str, clock: Clock) -> CardTerminal | None:
    """Of ``devices.toml``, not yet connected; None: there is none."""
    settings = read_devices(folder).terminal
    if settings is None:
        return None
    from devices.zvt.opening import open_terminal

    return open_terminal(settings, currency=currency, clock=clock)


def _shipped_policy(folder: Path, name: str, *, enrolled: bool) -> Policy:
    """A policy that only central has is the default one until the window has loaded: it has no timetable yet either."""
    try:
        return read_policy_named(folder, name)
    except Refusal:
        if not enrolled:
            raise
        return read_policy_named(folder, "default")


def central_link(store: SqlMoneyStore, clock: Clock, entropy: Entropy, *, url: str = "") -> CentralLink | None:
    """None: a stand-alone profile. Nothing is asked of central yet. ``url``: where it moved to since."""
    from counter_app.application.central_clock import CentralClock
    from counter_app.application.enrolled import CentralLink
    from counter_app.security import verify
    from db.catalogue.receive import CatalogueFiles
    from db.create import CATALOGUES
    from sync.client import CentralLine
    from sync.http import HttpTransport

    with store.reading() as books:
        known, state = books.sync.central(), books.sync.state()
    if known is None:
        return None

    def epoch() -> int:
        with store.reading() as books:
            return max(1, books.journal.head().epoch)

    authority = str(store.directory / known.certificate_file) if known.certificate_file else ""
    central_clock = CentralClock(clock, state.time)
    line = CentralLine(
        transport=HttpTransport(url or known.url, certificate_file=authority),
        signer=store.signer,
        device_id=store.profile.profile_id,
        epoch=epoch,
        clock=clock,
        central_now=central_clock.stamp,
        told=central_clock.told,
        certificates=lambda: store.own_bundle().certificates,
    )
    return CentralLink(
        line=line,
        central_clock=central_clock,
        receiver=CatalogueFiles(store.directory / CATALOGUES),
        verify=verify,
        entropy=entropy,
    )


def build_printers(settings: Settings, composer: Composer, own: Path) -> PrinterSet:
    """``own``: the operator's printer profiles. Nothing is connected yet. Raises Refusal(BAD_SETTING)."""
    from counter_app.application.printer_set import Fitted, PrinterSet
    from printers.opening import PrinterLines, open_printer

    lines = PrinterLines()

    def fitted(one: PrinterSettings) -> Fitted:
        url = one.url
        if "code=" not in url:
            url += ("&" if "?" in url else "?") + f"code={settings.ticket.code}"
        printer = open_printer(
            url, composer=composer, clock=SystemClock(), profile=one.profile, own=own, line=lines.at(url)
        )
        return Fitted(printer=printer, url=one.url, profile=one.profile)

    others = {name: fitted(one) for name, one in settings.printers.items()}
    return PrinterSet(main=fitted(settings.printer), others=others, drawer=settings.drawer)


@contextlib.contextmanager
def counter_of(args: argparse.Namespace, *, writable: bool) -> Iterator[Counter]:
    counter = open_counter(profile_folder(args), writable=writable)
    try:
        yield counter
    finally:
        counter.close()


def create_profile(
    folder: Path,
    wanted: dict[str, object],
    *,
    admin: str,
    password: str,
    admin_name: str = "",
    printer_url: str = "virtual:",
) -> None:
    """The folder with its store, keys and settings; all or nothing."""
    from counter_app.application.create_profile import CreateProfile, NewProfile
    from counter_app.security import Argon2Passwords
    from db.catalogue.latin import Latin
    from db.create import ProfileFactory
    from printers.opening import check_printer_url

    check_printer_url(printer_url)
    settings = read_settings(folder)
    profile = NewProfile(**wanted)  # type: ignore[arg-type]
    read_policy_named(folder, profile.policy)
    clock, entropy = SystemClock(), SystemEntropy()
    ids = Uuid7Ids(clock=clock, entropy=entropy)
    factory = ProfileFactory(
        directory=folder,
        clock=clock,
        ids=ids,
        entropy=entropy,
        key_choice=settings.keys.store,
        files={SETTINGS_FILE: default_text(printer_url, demonstration=profile.demonstration).encode()},
    )
    pinyin, _, english = Latin().of(profile.name, "", "")
    latin = (pinyin or english).capitalize()
    CreateProfile(factory, ids, Argon2Passwords())(
        profile, admin=admin, password=password, admin_name=admin_name, latin_of=latin
    )


# ------------------------------------------------------------------------------------------------------- commands


def _window(args: argparse.Namespace) -> int:
    folder = profile_folder(args)
    return open_window(folder, read_settings(folder), (), customer_window=getattr(args, "customer_window", False))


def open_window(
    folder: Path,
    settings: Settings,
    accounts: Sequence[DemoAccount],
    *,
    customer_window: bool = False,
    place: tuple[int, int] | None = None,
) -> int:
    """``place``: the how-manieth of how many windows on this screen, both from 1 on; None: it is alone."""
    from ui.app import run_window

    _need_profile(folder)
    return run_window(window_parts(folder, settings, accounts, customer_window=customer_window), place=place)


def window_parts(
    folder: Path, settings: Settings, accounts: Sequence[DemoAccount], *, customer_window: bool = False
) -> Parts:
    """The store and the printer are opened on the DATABASE lane, while the login screen shows already."""
    from ui.settings import SettingsFile
    from ui.shell.parts import Parts

    around = peripherals(folder, customer_window=customer_window)

    opened: list[Counter] = []

    def open_desk() -> CounterDesk:
        try:
            counter = open_counter(folder, writable=True)
        except (Refusal, OSError):
            raise
        except Exception as error:
            if _is_damaged(folder):
                raise Refusal(Reason.STORE_DAMAGED, part=type(error).__name__) from error
            raise
        opened.append(counter)
        counter.composer.warm(width=paper_width(settings, folder), symbology=_symbology(settings))
        return counter.desk

    def close_desk() -> None:
        for scanner in around.scanners:
            scanner.close()
        if around.display is not None:
            around.display.close()
        for counter in opened:
            counter.close()

    def hang_up() -> None:
        for counter in opened:
            if counter.line is not None:
                counter.line.close()

    def draw_paper(paper: Paper) -> bytes:
        composer = opened[0].composer
        return composer.compose(paper, width=paper_width(settings, folder), symbology=_symbology(settings)).png()

    def read_codes(picture: Path) -> list[str]:
        from printers.codes import read_picture

        return read_picture(picture)

    def save_e_tickets(faces: Sequence[TicketFace], path: Path) -> None:
        from counter_app.application.whole_file import whole_file
        from printers.eticket import eticket_pdf

        with whole_file(path) as file:
            file.write(eticket_pdf(faces, opened[0].composer, symbology=_symbology(settings)))

    def save_pdf(paper: Paper, path: Path) -> None:
        from printers.pdf import write_pdf

        write_pdf(paper, opened[0].composer, path)

    def sheets() -> list[Sheet]:
        """Of every printer that only shows its paper, oldest first."""
        shown = [(name, opened[0].printers.named(name)) for name in opened[0].printers.names] if opened else []
        found = [
            replace(sheet, printer=name)
            for name, printer in shown
            if isinstance(printer, VirtualPrinter)
            for sheet in printer.sheets()
        ]
        return sorted(found, key=lambda sheet: sheet.printed_at)

    from dataclasses import replace

    from counter_app.application.views import Sheet
    from printers.paperless import VirtualPrinter

    all_printers = (settings.printer, *settings.printers.values())
    return Parts(
        open_desk=open_desk,
        close_desk=close_desk,
        hang_up=hang_up,
        texts=Texts(RESOURCES / "i18n", settings.window.language),
        clock=SystemClock(),
        resources=RESOURCES,
        settings=SettingsFile(folder / "window.json"),
        report_folder=folder / "trouble",
        sheets=sheets if any(one.url.startswith("virtual:") for one in all_printers) else None,
        draw_paper=draw_paper,
        save_pdf=save_pdf,
        save_e_tickets=save_e_tickets,
        read_codes=read_codes,
        verify_command=(sys.executable, str(ROOT / "main.py"), "journal", "verify", "--json", "--profile", str(folder)),
        demo_accounts=accounts,
        peripherals=around,
        workshop=workshop_of(folder, settings, opened),
        version=VERSION,
    )


def workshop_of(folder: Path, settings: Settings, opened: Sequence[Counter]) -> Workshop:
    """What a technician's screens need; ``opened`` has the counter by the time that one of them can be shown."""
    from functools import cache

    from counter_app.application.change_printers import ChangePrinters
    from counter_app.domain.papers import TicketFace
    from printers.bench_finder import PrinterFinder, passing_token
    from printers.bench_layouts import PrinterLayouts
    from printers.compose import Composer
    from printers.testpages import PAGES, test_page
    from ui.doctor.run import look_around, look_at_store
    from ui.shell.workshop import Workshop

    clock, own = SystemClock(), folder / OWN_PROFILES

    @cache
    def shipped() -> Composer:
        return Composer(RESOURCES)

    def words(language: str) -> Texts:
        return Texts(RESOURCES / "i18n", language)

    def check(heard: Callable[[Finding], None], cancelled: Callable[[], bool]) -> Sequence[Finding]:
        return look_around(probes_of(folder, settings), opened[0].desk, heard=heard, cancelled=cancelled)

    def try_page(name: str, page: str, language: str) -> DeliveryOutcome:
        paper = test_page(page, shipped().fonts, words(language))
        return opened[0].printers.named(name).deliver(paper, token=passing_token(clock))

    def last_ticket() -> TicketFace | None:
        desk = opened[0].desk
        newest = desk.find_tickets("", limit=1)
        paper = desk.ticket_paper(newest[0].ticket_id) if newest else None
        return paper if isinstance(paper, TicketFace) else None

    return Workshop(
        check_store=lambda: look_at_store(opened[0].desk, opened[0].store, clock),
        check=check,
        pages=PAGES,
        try_page=try_page,
        finder=PrinterFinder(
            composer=shipped,
            clock=clock,
            own=own,
            texts=words,
            change=ChangePrinters(folder=folder, check_url=lambda url, profile: _check_printer(url, profile, own)),
            in_force=settings,
            saved=lambda: read_settings(folder),
            running=lambda: opened[0].printers if opened else None,
        ),
        layouts=PrinterLayouts(
            resources=RESOURCES,
            own=folder / "layouts",
            shipped=shipped,
            printers=lambda: opened[0].printers,
            clock=clock,
            last_ticket=last_ticket,
        ),
    )


def _check_printer(url: str, profile: str, own: Path) -> None:
    """Raises Refusal(BAD_SETTING)."""
    from printers.opening import check_printer_url, profile_at

    check_printer_url(url, own)
    profile_at(url, profile, own)


def probes_of(folder: Path, settings: Settings) -> Probes:
    """What the checks ask of the other houses."""
    from printers import checking
    from ui.doctor.probes import Probes

    own, named = folder / OWN_PROFILES, {"main": settings.printer, **settings.printers}
    return Probes(
        folder=folder,
        resources=RESOURCES,
        printers=lambda: checking.printer_facts(named, own, settings.ticket.code),
        usb=checking.usb_names,
        queues=checking.spool_queues,
        profile_files=lambda: checking.profile_files(own),
        layout_files=lambda: checking.layout_files(RESOURCES, folder / "layouts"),
        code_trip=checking.code_trip,
        ports=[str(address) for address in _serial_addresses(folder)],
    )


def _serial_addresses(folder: Path) -> Iterator[object]:
    """Of what stands around the till besides printers."""
    found = read_devices(folder)
    for one in (found.terminal, found.customer_display, found.scanner, found.id_reader):
        if one is not None and one.address is not None:
            yield one.address


def peripherals(folder: Path, *, customer_window: bool = False) -> Peripherals:
    """What stands around the till. Raises Refusal(BAD_SETTING) for a wrong ``devices.toml``; nothing is waited for."""
    from ui.shell.parts import Peripherals

    found = read_devices(folder)
    display, scanners = None, []
    if found.customer_display is not None:
        from devices.opening import open_display

        display = open_display(found.customer_display)
    for source, reader in (("scanner", found.scanner), ("id_reader", found.id_reader)):
        if reader is not None and reader.address is not None:
            from devices.opening import open_reader

            scanners.append(open_reader(reader, reader.address, source=source, clock=SystemClock()))
    adverts = found.customer_window.adverts if found.customer_window is not None else ""
    return Peripherals(
        settings=found,
        display=display,
        scanners=scanners,
        adverts=folder / adverts if adverts else None,
        customer_window=customer_window,
    )


def paper_width(settings: Settings, folder: Path) -> int:
    """Dots."""
    from printers.opening import profile_at

    return profile_at(settings.printer.url, settings.printer.profile, folder / OWN_PROFILES).width


def _symbology(settings: Settings) -> Literal["aztec", "qr"]:
    return "qr" if settings.ticket.code == "qr" else "aztec"


def profile_exists(folder: Path) -> bool:
    from db.engine import FILE_NAME

    return (folder / FILE_NAME).is_file()


def _need_profile(folder: Path) -> None:
    if not profile_exists(folder):
        raise Refusal(Reason.NO_PROFILE, folder=str(folder))


def _demo(args: argparse.Namespace) -> int:
    from ui.commandline import demo_station
    from ui.commandline.demo import ACCOUNTS, prepare_demo

    if args.stand_alone:
        folder = profile_folder(args, "demonstration")
        prepare_demo(folder, reset=args.reset, create=create_profile, opened=_open_for_demo, exists=profile_exists)
        if args.prepare_only:
            sys.stdout.write(f"{folder}\n")
            return DONE
        return open_window(folder, read_settings(folder), ACCOUNTS)
    folder = profile_folder(args, "demonstration-station")
    if args.only_window is not None:
        own = demo_station.window_folder(folder, args.only_window)
        return open_window(own, read_settings(own), ACCOUNTS, place=(args.only_window, len(demo_station.WINDOWS)))
    means = _demo_means()
    with demo_station.demo_station(folder, reset=args.reset, means=means), contextlib.ExitStack() as others:
        if args.prepare_only:
            sys.stdout.write(f"{folder}\n")
            return DONE
        other = others.enter_context(demo_station.other_window(folder, 2, means)) if args.windows > 1 else None
        own = demo_station.window_folder(folder, 1)
        place = None if other is None else (1, len(demo_station.WINDOWS))
        status = open_window(own, read_settings(own), ACCOUNTS, place=place)
        if status == TERMINATED and other is not None:  # not by a clerk who closed one of two windows
            other.terminate()
        return status


def _demo_means() -> Means:
    from ui.commandline.demo_station import Means

    return Means(
        central=_run_central_here,
        hold_database=_hold_database,
        enrol=lambda folder, url, code: enrol_profile(folder, central=url, code=code),
        opened=_open_for_demo,
        exists=profile_exists,
        command=(sys.executable, str(ROOT / "main.py")),
        now=SystemClock().now,
    )


def _run_central_here(*arguments: str, stdin: str = "") -> str:
    import io

    from central.commandparser import add_central_arguments
    from central.commands import run_central

    args = build_parser(None, add_central_arguments).parse_args(["central", *arguments])
    with contextlib.redirect_stdout(io.StringIO()) as out:
        run_central(args, central_folder(args), central_tools(), stdin=io.StringIO(stdin))
    return out.getvalue()


@contextlib.contextmanager
def _hold_database(folder: Path) -> Iterator[object]:
    from central.shell.trouble import Trouble
    from central.wiring import database_of

    try:
        with database_of(folder, None) as url:
            yield url
    except Trouble as trouble:
        raise Refusal(Reason.CENTRAL_REFUSED, detail=str(trouble)) from trouble


@contextlib.contextmanager
def _open_for_demo(folder: Path) -> Iterator[CounterDesk]:
    counter = open_counter(folder, writable=True)
    try:
        yield counter.desk
    finally:
        counter.close()


def _init(args: argparse.Namespace) -> int:
    from ui.commandline.commands import read_passwords

    if not args.password_stdin:
        raise Refusal(Reason.BAD_INPUT, detail="--password-stdin is missing: the password comes on standard input")
    wanted: dict[str, object] = {
        "name": args.name,
        "latin": args.latin,
        "station_code": args.station_code,
        "counter": args.counter,
        "operator": args.operator,
        "policy": args.policy,
        "zone": args.zone,
        "currency": args.currency,
    }
    (password,) = read_passwords(sys.stdin, 1)
    create_profile(profile_folder(args), wanted, admin=args.admin, password=password, printer_url=args.printer)
    return DONE


def _log_in(counter: Counter, login: str, password: str) -> Actor:
    return counter.desk.log_in(login, password)


def _add_user(args: argparse.Namespace) -> int:
    from counter_app.domain.staff import Role
    from ui.commandline.commands import read_passwords

    with counter_of(args, writable=True) as counter:
        own, new = read_passwords(sys.stdin, 2)
        actor = _log_in(counter, args.user, own)
        counter.desk.add_user(
            actor,
            login=args.login,
            display_name=args.display_name or args.login,
            role=Role(args.role),
            password=new,
        )
    return DONE


def _import(args: argparse.Namespace) -> int:
    from ui.commandline import commands

    with commands.import_refusal(as_json=args.json), counter_of(args, writable=True) as counter:
        return commands.import_timetable(counter.desk, args.file, as_json=args.json)


def _stations(args: argparse.Namespace) -> int:
    from ui.commandline import commands

    with counter_of(args, writable=False) as counter:
        return commands.stations(counter.desk, args.text, limit=args.limit, as_json=args.json)


def _search(args: argparse.Namespace) -> int:
    from ui.commandline import commands

    with counter_of(args, writable=False) as counter:
        return commands.search(counter.desk, args.origin, args.destination, args.date, as_json=args.json)


def _journal(args: argparse.Namespace) -> int:
    from counter_app.domain.staff import SYSTEM
    from ui.commandline import commands

    folder = profile_folder(args)
    if args.journal_command == "verify":
        from db.engine import FILE_NAME
        from db.verify import verify_profile

        def verify() -> JournalVerdict:
            # A file that may not be read is no damaged journal.
            if profile_exists(folder):
                with commands.file_trouble(folder), (folder / FILE_NAME).open("rb"):
                    pass
            return verify_profile(folder)

        return commands.verify_journal(verify, as_json=args.json)
    with counter_of(args, writable=False) as counter, commands.file_trouble(args.file):
        entries = counter.desk.export_journal(SYSTEM, args.file)
    sys.stdout.write(f"{entries} entries\n")
    return DONE


def _report(args: argparse.Namespace) -> int:
    from counter_app.application.whole_file import whole_file
    from ui.commandline.commands import file_trouble
    from ui.commandline.report import report_output

    with counter_of(args, writable=False) as counter:
        language = args.language or counter.settings.ticket.language
        content = report_output(counter.desk, args.kind, args.number, args.format, language, _pdf_of(counter))
    if args.output is not None:
        with file_trouble(args.output), whole_file(args.output) as file:
            file.write(content)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    return DONE


def _pdf_of(counter: Counter) -> Callable[[Paper], bytes]:
    def draw(paper: Paper) -> bytes:
        from printers.pdf import paper_pdf

        return paper_pdf(paper, counter.composer)

    return draw


def _eticket(args: argparse.Namespace) -> int:
    from counter_app.application.whole_file import whole_file
    from counter_app.domain.staff import SYSTEM
    from printers.eticket import eticket_pdf
    from ui.commandline.commands import file_trouble
    from ui.commandline.tickets import ticket_ids

    with counter_of(args, writable=True) as counter:
        faces = counter.desk.issue_e_tickets(SYSTEM, ticket_ids(counter.desk, args.numbers))
        content = eticket_pdf(faces, counter.composer, symbology=_symbology(counter.settings))
    with file_trouble(args.output), whole_file(args.output) as file:
        file.write(content)
    return DONE


def _layouts(args: argparse.Namespace) -> int:
    """Needs no profile: without one the shipped layouts are all there are."""
    from printers.compose import Composer
    from printers.layout_preview import LayoutPreview
    from ui.commandline import layouts

    # What is wrong is said below, in words.
    preview = LayoutPreview(Composer(RESOURCES, profile_folder(args) / "layouts", log_troubles=False))
    t = Texts(RESOURCES / "i18n", _language_of_user())
    if args.layout_command == "check":
        return layouts.check_layouts(preview, args.files, t)
    if args.layout_command == "show":
        return layouts.show_layout(preview, args.name)
    if args.layout_command == "list":
        return layouts.list_layouts(preview, t)

    def draw(pdf: bool) -> bytes:
        return preview.picture(args.what, width=args.width, language=args.language, case=args.sample, pdf=pdf)

    return layouts.preview_layout(draw, args.out)


def _blanks(args: argparse.Namespace) -> int:
    from ui.commandline.blanks import blanks
    from ui.commandline.commands import read_passwords
    from ui.commandline.parser_blanks import WRITING

    with counter_of(args, writable=args.blanks_command in WRITING) as counter:
        return blanks(args, counter.desk, lambda count: read_passwords(sys.stdin, count))


def _trust(args: argparse.Namespace) -> int:
    from counter_app.domain.staff import SYSTEM
    from counter_app.domain.trust import BUNDLE_BYTES_MAX
    from ui.commandline.commands import read_passwords
    from ui.commandline.trusting import Held, trust

    writes = args.trust_command not in {"export", "show"}
    with counter_of(args, writable=writes) as counter:

        def actor() -> Actor:
            return _log_in(counter, args.user, read_passwords(sys.stdin, 1)[0]) if writes else SYSTEM

        def bundles() -> list[TrustBundle]:
            own = counter.store.fresh_bundle if counter.line is None else counter.store.trust_bundle
            mine = own()
            with counter.store.reading() as books:
                return [mine, *books.trust.others()]

        held = Held(counter.desk, bundles)
        return trust(args, held, actor, lambda path: read_bounded(path, BUNDLE_BYTES_MAX))


def _verify_ticket(args: argparse.Namespace) -> int:
    from ui.commandline.verify_ticket import answer_lines, codes_of, redeem, verify_ticket

    if (args.what is None) != args.scanner or (args.trust is not None and args.redeem):
        raise Refusal(Reason.BAD_INPUT, detail="a code, a picture, - or --scanner; --redeem goes with a profile")

    if isinstance(sys.stdin, io.TextIOWrapper):
        # A byte that is no character is no code either, and no reason to stop before the next one.
        sys.stdin.reconfigure(errors="replace")

    def codes_in(picture: Path) -> list[str]:
        from printers.codes import read_picture

        return read_picture(picture)

    with contextlib.ExitStack() as stack:
        if args.redeem:
            check = _redeeming(stack.enter_context(counter_of(args, writable=True)), args)
            if args.scanner or args.what == "-":
                return _each_code(args, answer_lines(check, as_json=args.json))
            return redeem(codes_of(args.what, codes_in), check, as_json=args.json)
        verifier = _verifier(args, stack)
        if args.scanner or args.what == "-":
            look = answer_lines(lambda code: verifier(code, at=SystemClock().now()), as_json=args.json)
            return _each_code(args, look)
        return verify_ticket(args.what, verifier, codes_in, now=SystemClock().now(), as_json=args.json)


def _verifier(args: argparse.Namespace, stack: contextlib.ExitStack) -> VerifyTicket:
    """By a bundle alone, or by all keys that the profile knows."""
    from counter_app.application.check_ticket import known_here
    from counter_app.application.verify_ticket import KnownKey, VerifyTicket
    from counter_app.domain.trust import BUNDLE_BYTES_MAX
    from counter_app.security import verify
    from ui.commandline.verify_ticket import read_trust

    if args.trust is not None:
        return VerifyTicket(read_trust(read_bounded(args.trust, BUNDLE_BYTES_MAX), verify), verify)
    store = stack.enter_context(counter_of(args, writable=False)).store

    def known(key_id: bytes) -> KnownKey | None:
        with store.reading() as books:
            return known_here(books, store.profile)(key_id)

    return VerifyTicket(None, verify, known=known)


def _redeeming(counter: Counter, args: argparse.Namespace) -> Callable[[str], CheckedTicket]:
    from counter_app.domain.checking import RunFilter
    from counter_app.domain.staff import SYSTEM
    from ui.commandline.commands import read_passwords

    actor = SYSTEM
    if args.user:
        actor = _log_in(counter, args.user, read_passwords(sys.stdin, 1)[0])
    wanted = RunFilter(service=args.service)
    # What is named, or piped in, is not read twice by itself; a scanner may read one paper twice.
    return lambda code: counter.desk.check_ticket(actor, code, wanted=wanted, scanned=args.scanner)


def _each_code(args: argparse.Namespace, answer: Callable[[str], None]) -> int:
    """A serial scanner of ``devices.toml``; one that types comes in on standard input, and so does ``-``."""
    from counter_app.domain.barcode import BLANKS
    from counter_app.domain.device_settings import NO_DEVICES
    from ui.commandline.commands import stopped_by_interrupt
    from ui.commandline.verify_ticket import from_scanner

    found = read_devices(profile_folder(args)) if args.scanner else NO_DEVICES
    if args.scanner and found.scanner is None:
        raise Refusal(Reason.BAD_SETTING, key="devices.toml", detail="there is no [scanner]")
    if found.scanner is None or found.scanner.address is None:
        for line in sys.stdin:
            if line.strip():
                answer(line.strip(BLANKS)[:1000])
        return DONE
    from devices.opening import open_reader

    reader = open_reader(found.scanner, found.scanner.address, source="scanner", clock=SystemClock())
    try:
        with stopped_by_interrupt() as stopped:
            return from_scanner([reader], answer, stopped)
    finally:
        reader.close()


def read_bounded(path: Path, bytes_max: int = 4 * 1024 * 1024) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(bytes_max + 1)
    except OSError as error:
        raise Refusal(Reason.BAD_INPUT, detail=f"{path}: {error.strerror}") from error
    if len(content) > bytes_max:
        raise Refusal(Reason.BAD_INPUT, detail=f"{path}: too long")
    return content


def _start_epoch(args: argparse.Namespace) -> int:
    from ui.commandline.commands import read_passwords

    with counter_of(args, writable=True) as counter:
        (password,) = read_passwords(sys.stdin, 1)
        begin = counter.desk.start_epoch if counter.line is None else counter.desk.request_epoch
        epoch = begin(_log_in(counter, args.user, password), reason=args.reason)
    sys.stdout.write(f"epoch {epoch}\n")
    return DONE


def _accept_clock(args: argparse.Namespace) -> int:
    from ui.commandline.commands import read_passwords

    with counter_of(args, writable=True) as counter:
        (password,) = read_passwords(sys.stdin, 1)
        done = counter.desk.accept_clock(_log_in(counter, args.user, password), reason=args.reason)
    sys.stdout.write("accepted\n" if done else "the clock is not behind: nothing to accept\n")
    return DONE


def _simulate(args: argparse.Namespace) -> int:
    if args.device == "terminal":
        from devices.simulators.terminal.run import run_terminal

        return run_terminal(args, SystemClock(), SystemEntropy())
    if args.device == "gateway":
        from central.simulators.gateway.run import run_gateway

        return run_gateway(args, SystemClock().now)
    from printers.simulator.run import run_simulator

    return run_simulator(args)


# ------------------------------------------------------------------------------------------------ central records


def _enrol(args: argparse.Namespace) -> int:
    from ui.commandline.commands import print_json

    code = args.code
    if code == "-":
        code = sys.stdin.readline(200).strip()
    info = enrol_profile(
        profile_folder(args), central=args.central, code=code, ca_file=args.ca_file, printer_url=args.printer
    )
    facts = {"station": info.station_code, "counter": info.counter, "name": info.station_name}
    if args.json:
        print_json(facts)
    else:
        sys.stdout.write(f"enrolled: {info.station_name} {info.station_code}/{info.counter}\n")
    return DONE


def enrol_profile(
    folder: Path, *, central: str, code: str, ca_file: Path | None = None, printer_url: str = "virtual:"
) -> ProfileInfo:
    """The profile of a window that belongs to central records, whole or not at all.

    Raises Refusal: PROFILE_EXISTS, ENROLMENT_REFUSED, CENTRAL_UNREACHABLE (ask again: it is the same request),
    BAD_SETTING.
    """
    from counter_app.domain.trust import read_certificate
    from counter_app.ports.epochs import Enrolment
    from counter_app.ports.profile import ProfileInfo
    from counter_app.security import SigningKey, verify
    from db.create import ProfileFactory
    from db.enrolling import forget_device, new_device
    from printers.opening import check_printer_url
    from sync.enrol import enrol
    from sync.http import HttpTransport

    check_printer_url(printer_url)
    if profile_exists(folder):
        raise Refusal(Reason.PROFILE_EXISTS)
    settings = read_settings(folder)
    clock, entropy = SystemClock(), SystemEntropy()
    ids = Uuid7Ids(clock=clock, entropy=entropy)
    files = {CA_FILE: read_bounded(ca_file)} if ca_file is not None else {}
    transport = HttpTransport(central, certificate_file=str(ca_file.absolute()) if ca_file is not None else "")
    device = new_device(folder, ids=ids, entropy=entropy)
    key = SigningKey(device.key)
    try:
        enrolled = enrol(
            transport,
            code=code,
            device_id=device.device_id,
            public_key=key.public,
            sign=key.sign,
            verify=verify,
            app_version=VERSION,
        )
    except Refusal as refusal:
        if refusal.reason is Reason.ENROLMENT_REFUSED:
            forget_device(folder)
        raise
    finally:
        transport.close()
    info = ProfileInfo(
        profile_id=enrolled.device_id,
        station_name=enrolled.station_name,
        station_latin=enrolled.station_latin,
        station_code=enrolled.station_code,
        counter=enrolled.counter,
        operator=enrolled.operator,
        zone=enrolled.zone,
        currency=enrolled.currency,
        policy=enrolled.policy,
        training=False,
        demonstration=enrolled.demonstration,
    )
    files[SETTINGS_FILE] = default_text(printer_url, demonstration=info.demonstration).encode()
    factory = ProfileFactory(
        directory=folder, clock=clock, ids=ids, entropy=entropy, key_choice=settings.keys.store, files=files
    )
    factory.create_enrolled(
        info,
        Enrolment(
            url=central,
            certificate_file=CA_FILE if ca_file is not None else "",
            operator_key=enrolled.operator_key,
            operator_tag=enrolled.operator_tag,
            certificate=read_certificate(enrolled.certificate),
            incarnation=enrolled.incarnation,
            key=device.key,
        ),
    )
    forget_device(folder)
    return info


def _sync(args: argparse.Namespace) -> int:
    from ui.commandline.syncing import sync

    with counter_of(args, writable=True) as counter:
        return sync(counter.desk, wait_s=args.wait, only_status=args.status, as_json=args.json)


def central_folder(args: argparse.Namespace) -> Path:
    given: Path | None = args.data
    if given is not None:
        return given.absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("counterfoil", appauthor=False)) / "central"


def _central(args: argparse.Namespace) -> int:
    from central.commands import run_central

    return run_central(args, central_folder(args), central_tools())


def central_tools() -> Tools:
    from central.wiring import Tools
    from counter_app.security import Argon2Passwords, verify
    from db import frozen
    from db.catalogue.reader import CatalogueFile

    clock, entropy = SystemClock(), SystemEntropy()
    return Tools(
        clock=clock,
        ids=Uuid7Ids(clock=clock, entropy=entropy),
        entropy=entropy,
        passwords=Argon2Passwords(),
        verify=verify,
        open_timetable=CatalogueFile,
        build_timetable=_build_timetable,
        write_pattern=frozen.write_pattern,
        write_formation=frozen.write_formation,
        read_pattern=frozen.read_pattern,
        read_formation=frozen.read_formation,
        shipped_policies=_shipped_policies,
        version=VERSION,
    )


def _build_timetable(feed: Path, folder: Path, cancelled: Callable[[], bool]) -> ImportReport:
    from db.catalogue.builder import ChildProcessBuilder

    return ChildProcessBuilder(folder).build(feed, progress=lambda _: None, cancelled=cancelled)


def _shipped_policies() -> list[str]:
    return [path.read_text("utf-8") for path in sorted((RESOURCES / "policies").glob("*.toml"))]


def _drill(args: argparse.Namespace) -> int:
    from ui.commandline.drilling import run_drill

    return run_drill(
        args.feed,
        profile_folder(args, "drill"),
        args.sales,
        args.seed,
        exists=profile_exists,
        create=_create_for_drill,
        opened=lambda folder: open_counter(folder, writable=True),
        discard=shutil.rmtree,
    )


def _create_for_drill(folder: Path) -> None:
    import secrets

    wanted: dict[str, object] = {"name": "长沙", "latin": "Changsha", "station_code": "CSQ", "policy": "cn-rail"}
    create_profile(
        folder,
        wanted,
        admin="drill-admin",
        password=secrets.token_urlsafe(24),
        printer_url=(folder / "paper.escpos").as_uri(),
    )


def _doctor(args: argparse.Namespace) -> int:
    """0: all in order; 1: something to look at; 2: something does not work."""
    from ui.commandline.doctoring import print_findings
    from ui.doctor.run import look, settings_refused

    folder = profile_folder(args)
    texts = Texts(RESOURCES / "i18n", args.language or _language_of_user())
    with _unsaid("printers"):  # what it would warn of is among the findings
        try:
            probes = probes_of(folder, read_settings(folder))
        except Refusal as refusal:
            found = settings_refused(folder, RESOURCES, refusal)
        else:
            found = look(probes, lambda: open_counter(folder, writable=False), SystemClock())
    return print_findings(found, texts, as_json=args.json)


@contextlib.contextmanager
def _unsaid(house: str) -> Iterator[None]:
    logger = logging.getLogger(house)
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _devices(args: argparse.Namespace) -> int:
    from counter_app.domain.device_settings import example_text
    from ui.commandline import devices

    if args.what == "example":
        sys.stdout.write(example_text())
        return DONE
    folder = profile_folder(args)
    found = read_devices(folder)  # refused with its line where it is wrong
    if args.what == "test":
        from devices.testing import device_tests

        tests = device_tests(found, clock=SystemClock(), scan_within_s=args.wait)
        return devices.try_devices(found, tests, only=args.only, as_json=args.json)
    return devices.list_devices(found, as_json=args.json)


def _screens(args: argparse.Namespace) -> int:
    from ui.commandline.demo import ACCOUNTS
    from ui.screens_command import render_screens

    return render_screens(args.out_dir, only=args.only, stage=_screens_stage, accounts=ACCOUNTS)


@contextlib.contextmanager
def _screens_stage() -> Iterator[Parts]:
    """A demonstration station of its own, gone afterwards: the pictures are of the real program."""
    import tempfile

    from ui.commandline.demo import ACCOUNTS, prepare_demo

    with tempfile.TemporaryDirectory(prefix="counterfoil-screens-") as place:
        folder = Path(place) / "station"
        prepare_demo(folder, reset=False, create=create_profile, opened=_open_for_demo, exists=profile_exists)
        yield window_parts(folder, read_settings(folder), ACCOUNTS)


_COMMANDS: Final[dict[str, Callable[[argparse.Namespace], int]]] = {
    "window": _window,
    "run": _window,
    "devices": _devices,
    "demo": _demo,
    "init": _init,
    "add-user": _add_user,
    "import-timetable": _import,
    "stations": _stations,
    "search": _search,
    "journal": _journal,
    "report": _report,
    "eticket": _eticket,
    "blanks": _blanks,
    "trust": _trust,
    "verify-ticket": _verify_ticket,
    "screens": _screens,
    "layouts": _layouts,
    "doctor": _doctor,
    "start-epoch": _start_epoch,
    "accept-clock": _accept_clock,
    "simulate": _simulate,
    "drill": _drill,
    "central": _central,
    "enrol": _enrol,
    "sync": _sync,
}


if __name__ == "__main__":
    raise SystemExit(main())
