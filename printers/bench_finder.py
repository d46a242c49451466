"""Finding printers for the technician: search, profiles, a word or a test page from one that is in no settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Final
from urllib.parse import urlsplit

from counter_app.application.change_printers import ChangePrinters
from counter_app.domain.settings import PrinterSettings, Settings
from counter_app.domain.staff import Actor
from counter_app.errors import Cancelled, DeviceTrouble, Refusal
from counter_app.ports.clock import Clock
from counter_app.ports.prints import DeliveryOutcome, Printer, Printers, PrinterStatus
from counter_app.ports.workshop import FoundPrinter, ProfileLine, SearchStep
from counter_app.texts import Texts
from printers.compose import Composer
from printers.finding import HOSTS_MAX, Found, find_printers
from printers.line import line_of
from printers.opening import open_printer, profile_at
from printers.paperless import VirtualPrinter
from printers.places import RAW_PORT, place_of
from printers.profiles import Profile, profile_named, profile_names
from printers.testpages import test_page

NEAR_WITHIN_S: Final = 5.0  # ports, bus, queues
HOSTS_WITHIN_S: Final = 2.0  # each handful of addresses
RESOLVE_S: Final = 1.0  # one name
_PLACES: Final = {"tcp": "network", "serial": "serial", "usb": "usb", "cups": "queues"}
_TOKEN_MAX: Final = 9999


class _Stop(Event):
    """An event that is set where ``cancelled`` says so."""

    def __init__(self, cancelled: Callable[[], bool]) -> None:
        super().__init__()
        self._cancelled = cancelled

    def is_set(self) -> bool:
        return self._cancelled() or super().is_set()


class PrinterFinder:
    """``ports.workshop.Finder``. ``own``: the operator's profiles; ``texts``: the words of a language.

    ``in_force``: the settings that the program works with; ``saved``: what stands in the file now. ``running``: the
    program's own printers. What is found at the same device as one of them takes turns with it, and tells it what it
    left there.
    """

    def __init__(
        self,
        *,
        composer: Callable[[], Composer],
        clock: Clock,
        own: Path,
        texts: Callable[[str], Texts],
        change: ChangePrinters,
        in_force: Settings,
        saved: Callable[[], Settings],
        hosts: Callable[[], list[str]] | None = None,
        search: Callable[..., list[Found]] = find_printers,
        running: Callable[[], Printers | None] = lambda: None,
    ) -> None:
        self._composer = composer
        self._clock = clock
        self._own = own
        self._texts = texts
        self._change = change
        self._in_force = in_force
        self._saved = saved
        self._hosts = hosts or (lambda: known_hosts(self._saved()))
        self._search = search
        self._running = running

    def search(
        self,
        step: Callable[[SearchStep], None],
        found: Callable[[FoundPrinter], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Ports, bus and queues first; then the raw port of hosts that are known, connected to and nothing sent."""
        stop = _Stop(cancelled)
        hosts = self._hosts()
        if self._any_at_work():
            hosts = [host for host in hosts if not self._at_work(host)]
        handfuls = [hosts[at : at + HOSTS_MAX] for at in range(0, len(hosts), HOSTS_MAX)]
        total = 1 + len(handfuls)
        step(SearchStep(what="usb", done=0, total=total))
        self._tell(self._search(NEAR_WITHIN_S, stop=stop), found, cancelled)
        for number, handful in enumerate(handfuls, 1):
            step(SearchStep(what="network", done=number, total=total))
            near = self._search(HOSTS_WITHIN_S, stop=stop, hosts=handful)
            self._tell([one for one in near if one.how == "tcp"], found, cancelled)
        step(SearchStep(what="network", done=total, total=total))

    def _any_at_work(self) -> bool:
        running = self._running()
        return running is not None and any(_busy(running.named(name)) for name in running.names)

    def _at_work(self, host: str) -> bool:
        """Even a connection that says nothing is one too many for a printer that works on a paper."""
        shown = f"[{host}]" if ":" in host else host
        return _busy(self._own_named(self.own_printer(f"tcp://{shown}:{RAW_PORT}")))

    def profiles(self) -> list[ProfileLine]:
        lines = []
        theirs = {path.stem for path in self._own.glob("*.toml")} if self._own.is_dir() else set()
        for name in profile_names(self._own):
            try:
                lines.append(_line(profile_named(name, self._own), own=name in theirs))
            except Refusal:  # a file of the operator's that does not hold: the check of everything says why
                continue
        return lines

    def own_printer(self, url: str) -> str:
        running = self._running()
        if running is None:
            return ""
        place = place_of(url)
        theirs = {name: place_of(running.url(name)) for name in running.names}
        found = next((name for name, known in theirs.items() if known.same(place)), "")
        if found or not place.network:
            return found
        # Only now the name server is asked, and only of what may be the same.
        place = place_of(url, resolve_s=RESOLVE_S)
        alike = [name for name, known in theirs.items() if known.network == place.network]
        return next(
            (name for name in alike if place_of(running.url(name), resolve_s=RESOLVE_S).same(place)),
            "",
        )

    def ask(self, url: str, profile: str) -> PrinterStatus:
        with self._opened(url, profile) as printer:
            return printer.status()

    def try_page(self, url: str, profile: str, page: str, language: str) -> DeliveryOutcome:
        with self._opened(url, profile) as printer:
            paper = test_page(page, self._composer().fonts, self._texts(language))
            return printer.deliver(paper, token=passing_token(self._clock))

    def save(self, actor: Actor, name: str, *, url: str, profile: str, drawer: bool) -> None:
        with _file_trouble():
            self._change.put(actor, name, url=url, profile=profile, drawer=drawer)

    def remove(self, actor: Actor, name: str) -> None:
        with _file_trouble():
            self._change.remove(actor, name)

    def pending(self) -> bool:
        return _printers_of(self._saved()) != _printers_of(self._in_force)

    def _tell(self, some: list[Found], found: Callable[[FoundPrinter], None], cancelled: Callable[[], bool]) -> None:
        for one in some:
            if cancelled():
                raise Cancelled
            own = self.own_printer(one.url)
            status = self._word(one, own)
            found(FoundPrinter(url=one.url, title=one.name, profile=one.profile or self._known(own), status=status))
        if cancelled():
            raise Cancelled

    def _known(self, own: str) -> str:
        """The profile that the settings have for one of the program's own printers: a person chose it."""
        running = self._running()
        return running.profile(own) if running is not None and own else ""

    def _word(self, one: Found, name: str) -> PrinterStatus | None:
        """Only what is known to be a printer is asked: behind a port may be a scale, or a card terminal.

        The program's own are asked by the program's own drivers; one that works on a paper is not waited for.
        """
        own = self._own_named(name)
        if own is not None:
            return None if _busy(own) else own.status()
        if not one.sure:
            return None
        try:
            return self.ask(one.url, one.profile)
        except (DeviceTrouble, Refusal):
            return None

    @contextmanager
    def _opened(self, url: str, profile: str) -> Iterator[Printer]:
        own = self._own_named(self.own_printer(url))
        if isinstance(own, VirtualPrinter) and own.profile.name == profile_at(url, profile, self._own).name:
            yield own  # the roll that the window shows
            return
        line = line_of(own)
        printer = open_printer(
            url, composer=self._composer(), clock=self._clock, profile=profile, own=self._own, line=line
        )
        try:
            yield printer
        finally:
            printer.close()

    def _own_named(self, name: str) -> Printer | None:
        running = self._running()
        return running.named(name) if running is not None and name else None


def _busy(printer: Printer | None) -> bool:
    line = line_of(printer)
    return line is not None and line.busy


def passing_token(clock: Clock) -> int:
    """For a page that is no job: another one each time, so that an older answer is not taken for this one's."""
    return clock.monotonic_ms() % _TOKEN_MAX + 1


def known_hosts(settings: Settings) -> list[str]:
    """Of this machine, and of the network printers that the settings name already.

    No network is searched: whoever connects to every address of a station looks like an intruder.
    """
    named = (urlsplit(one.url) for one in _printers_of(settings).values())
    hosts = [split.hostname for split in named if split.scheme == "tcp" and split.hostname]
    return list(dict.fromkeys(["localhost", *hosts]))


def _printers_of(settings: Settings) -> Mapping[str, PrinterSettings]:
    return {"main": settings.printer, **settings.printers}


def _line(profile: Profile, *, own: bool) -> ProfileLine:
    return ProfileLine(
        name=profile.name,
        label=profile.label,
        width=profile.width,
        dpi=profile.dpi,
        confirms=profile.confirm.value,
        cutter=profile.cutter,
        own=own,
    )


@contextmanager
def _file_trouble() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DeviceTrouble(str(error.filename or "settings"), error.strerror or str(error)) from error
