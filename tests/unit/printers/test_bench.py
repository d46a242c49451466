"""The technician's bench: test pages, finding printers, layouts, and what the check of everything asks of paper."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import zxingcpp
from PIL import Image, ImageChops

from counter_app.application.change_printers import ChangePrinters
from counter_app.application.printer_set import PrinterSet
from counter_app.domain.papers import Document, TicketFace
from counter_app.domain.settings import DEFAULTS, PrinterSettings, default_text, parse_settings
from counter_app.domain.staff import SYSTEM, Actor, Role
from counter_app.errors import Cancelled, Reason, Refusal
from counter_app.ports.prints import Delivery
from counter_app.ports.workshop import FoundPrinter, SearchStep
from counter_app.system import SystemClock
from counter_app.texts import Texts
from printers import checking
from printers.bench_finder import PrinterFinder, known_hosts
from printers.bench_layouts import SAMPLE_WORDS, PrinterLayouts, masked
from printers.compose import Composer
from printers.finding import Found
from printers.layout.samples import sample
from printers.opening import check_printer_url, open_printer
from printers.paperless import VirtualPrinter
from printers.profiles import profile_named
from printers.testpages import CODE_SAMPLE, PAGES
from printers.testpages import test_page as page_of

RESOURCES = Path(__file__).resolve().parents[3] / "resources"
CLERK = Actor(user_id=UUID(int=7), login="wang", display_name="Wang", role=Role.CLERK)


@pytest.fixture(scope="module")
def composer() -> Composer:
    return Composer(RESOURCES)


def _words(language: str) -> Texts:
    return Texts(RESOURCES / "i18n", language)


# ---- test pages


@pytest.mark.parametrize("width", [384, 512, 576])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_fits_every_paper(composer: Composer, width: int, language: str) -> None:
    """The page that is to show the paper's width is itself too wide for it."""
    for page in PAGES:
        raster = composer.compose(page_of(page, composer.fonts, _words(language)), width=width)
        assert (raster.width, raster.height > 40) == (width, True)
    ruler = composer.compose(page_of("ruler", composer.fonts, _words(language)), width=width)
    columns = ImageChops.invert(ruler.picture()).getbbox()
    assert columns is not None
    assert (columns[0], columns[2]) == (0, width), "its walls are the first and the last dot"


def test_both_codes_of_the_page_can_be_read(composer: Composer) -> None:
    """A printer is called sound on whose tickets no gate reads anything."""
    raster = composer.compose(page_of("codes", composer.fonts, _words("en")), width=384)
    picture = Image.new("L", (384 + 80, raster.height + 80), 255)
    picture.paste(raster.picture(), (40, 40))
    found = zxingcpp.read_barcodes(picture)
    assert {str(code.format).rpartition(".")[2] for code in found} == {"Aztec", "QR Code"}
    assert {code.text for code in found} == {CODE_SAMPLE}


# ---- finding


class _Search:
    """What each look finds; remembers which addresses were asked for."""

    def __init__(self) -> None:
        self.hosts: list[str] = []

    def __call__(self, within_s: float, *, stop: object, hosts: list[str] | None = None) -> list[Found]:
        del within_s, stop
        if hosts is None:
            return [
                Found(url="virtual:", name="EPSON TM-T20III", profile="epson-tm-t20iii", how="usb", sure=True),
                Found(url="serial:///dev/ttyUSB0", name="CP2102", profile="", how="serial", sure=False),
            ]
        self.hosts += hosts
        near = [Found(url=f"tcp://{host}:9100", name=host, profile="", how="tcp", sure=False) for host in hosts]
        return [one for one in near if one.name.endswith(".77")]


def _finder(composer: Composer, folder: Path, search: _Search) -> PrinterFinder:
    (folder / "counterfoil.toml").write_text(default_text("virtual:"), "utf-8")
    return PrinterFinder(
        composer=lambda: composer,
        clock=SystemClock(),
        own=folder / "printers",
        texts=_words,
        change=ChangePrinters(folder=folder, check_url=lambda url, _profile: check_printer_url(url)),
        in_force=DEFAULTS,
        saved=lambda: parse_settings((folder / "counterfoil.toml").read_text("utf-8")),
        hosts=lambda: [f"192.0.2.{n}" for n in range(1, 100)],
        search=search,
    )


def test_a_search_tells_what_it_finds_at_once_and_asks_only_printers(composer: Composer, tmp_path: Path) -> None:
    """A scale at a serial port gets a printer's questions, or the technician waits before an empty list."""
    search = _Search()
    found: list[FoundPrinter] = []
    steps: list[SearchStep] = []
    finder = _finder(composer, tmp_path, search)
    finder.search(steps.append, found.append, lambda: False)
    assert [(one.title, one.status is not None) for one in found] == [
        ("EPSON TM-T20III", True),
        ("CP2102", False),
        ("192.0.2.77", False),
    ]
    assert len(search.hosts) == 99
    assert steps[-1] == SearchStep(what="network", done=5, total=5)
    assert [step.done for step in steps] == sorted(step.done for step in steps)


def test_a_search_is_given_up_between_two_handfuls(composer: Composer, tmp_path: Path) -> None:
    """Esc does nothing, and the window closes only after the last address."""
    search = _Search()
    found: list[FoundPrinter] = []
    with pytest.raises(Cancelled):
        _finder(composer, tmp_path, search).search(lambda _step: None, found.append, lambda: len(search.hosts) > 30)
    assert len(search.hosts) == 32


def test_a_printer_is_tried_before_it_is_saved_and_then_waits_for_the_next_start(
    composer: Composer, tmp_path: Path
) -> None:
    """A wrong profile is saved, and noticed at the first passenger."""
    finder = _finder(composer, tmp_path, _Search())
    url = (tmp_path / "roll.bin").as_uri()
    assert finder.ask(url, "thermal-58").ready
    outcome = finder.try_page(url, "thermal-58", "ruler", "zh")
    assert outcome.delivery is Delivery.CONFIRMED
    assert (tmp_path / "roll.bin").stat().st_size > 1000
    assert not finder.pending()
    with pytest.raises(Refusal):
        finder.save(CLERK, "receipt", url=url, profile="thermal-58", drawer=False)
    finder.save(SYSTEM, "receipt", url=url, profile="thermal-58", drawer=True)
    assert finder.pending()
    finder.remove(SYSTEM, "receipt")
    assert not finder.pending()


def test_the_operators_profiles_are_offered_and_a_broken_one_is_not(composer: Composer, tmp_path: Path) -> None:
    """The one model that the operator described himself cannot be chosen."""
    own = tmp_path / "printers"
    own.mkdir()
    shipped = (RESOURCES / "printers" / "thermal-58.toml").read_text("utf-8")
    (own / "ours-58.toml").write_text(shipped, "utf-8")
    (own / "broken.toml").write_text("format = 1\n[paper]\nwidth_dots = 7\n", "utf-8")
    lines = {line.name: line for line in _finder(composer, tmp_path, _Search()).profiles()}
    assert lines["ours-58"].own
    assert lines["ours-58"].width == 384
    assert not lines["thermal-80"].own
    assert "broken" not in lines
    faults = {fault.file: fault for fault in checking.profile_files(own)}
    assert faults["ours-58.toml"].reason == ""
    assert faults["broken.toml"].reason


def test_no_address_is_tried_that_nobody_named() -> None:
    """A window that connects to every address of the station is taken for an intruder."""
    second = replace(DEFAULTS.printer, url="tcp://192.0.2.21:9100")
    named = replace(DEFAULTS, printers={"receipt": second, "spare": replace(second, url="usb://04b8:0202")})
    assert known_hosts(DEFAULTS) == ["localhost"]
    assert known_hosts(named) == ["localhost", "192.0.2.21"]


# ---- layouts


def _ticket() -> TicketFace:
    face = sample(Document.TICKET, "zh")
    assert isinstance(face, TicketFace)
    return replace(face, ticket_number="CWQ-03-1-000017-9")


def _bench(composer: Composer, folder: Path, printer: VirtualPrinter | None = None) -> PrinterLayouts:
    face = _ticket()
    return PrinterLayouts(
        resources=RESOURCES,
        own=folder / "layouts",
        shipped=lambda: composer,
        printers=lambda: PrinterSet.of_one(printer or open_printer("virtual:", composer=composer, clock=SystemClock())),
        clock=SystemClock(),
        last_ticket=lambda: face,
    )


def test_an_own_layout_shows_as_soon_as_it_is_saved(composer: Composer, tmp_path: Path, log_watch: Any) -> None:
    """The operator changes a file, looks at the old picture, and changes it again."""
    log_watch.expect("layout refused")
    bench = _bench(composer, tmp_path)
    ways = {"width": 576, "language": "zh", "real": False}
    before = bench.draw(Document.CASH_SLIP, own=True, **ways)  # type: ignore[arg-type]
    stamp = bench.stamp()
    path = bench.copy_out(SYSTEM, Document.CASH_SLIP)
    with pytest.raises(Refusal):
        bench.copy_out(SYSTEM, Document.CASH_SLIP)
    assert bench.stamp() != stamp
    line = next(line for line in bench.lines() if line.document is Document.CASH_SLIP)
    assert (line.own, line.faults) == (True, ())
    assert bench.draw(Document.CASH_SLIP, own=True, **ways).png == before.png  # type: ignore[arg-type]
    path.write_text(path.read_text("utf-8") + "\nbogus = 3\n", "utf-8")
    line = next(line for line in bench.lines() if line.document is Document.CASH_SLIP)
    (fault,) = line.faults
    assert not line.own
    assert (fault.file, fault.line > 1) == ("cash_slip.toml", True)
    assert bench.draw(Document.CASH_SLIP, own=True, **ways).png == before.png, "the program's own"  # type: ignore[arg-type]
    assert bench.pdf(Document.CASH_SLIP, own=True, **ways).startswith(b"%PDF")  # type: ignore[arg-type]
    found = {fault.file: fault for fault in checking.layout_files(RESOURCES, tmp_path / "layouts")}
    assert found["cash_slip.toml"].why is not None


def test_the_last_real_ticket_is_shown_masked(composer: Composer, tmp_path: Path) -> None:
    """A passenger's name and a code that a gate takes would hang on the wall as a sample."""
    hidden = masked(replace(_ticket(), code="zwEreal", passenger_name="欧阳文静"))
    assert hidden.ticket_number == "CWQ-00-0-000000-0"
    assert hidden.passenger_name == "欧**"
    assert "zwE" not in hidden.code
    bench = _bench(composer, tmp_path)
    assert bench.draw(Document.TICKET, width=384, language="en", own=True, real=True).width == 384
    with pytest.raises(Refusal) as refused:
        bench.draw(Document.RECEIPT, width=384, language="en", own=True, real=True)
    assert refused.value.reason is Reason.UNKNOWN_TICKET


@pytest.mark.parametrize("profile", ["thermal-58", "thermal-80"])
def test_a_printed_sample_says_what_it_is(composer: Composer, tmp_path: Path, profile: str) -> None:
    """Somebody travels on it."""
    printer = VirtualPrinter(profile_named(profile), composer, SystemClock())
    bench = _bench(composer, tmp_path, printer)
    outcome = bench.print_sample("main", Document.TICKET, language="zh", own=True, real=False)
    assert outcome.delivery is Delivery.CONFIRMED
    (sheet,) = printer.sheets()
    assert sheet.title == SAMPLE_WORDS
    paper = Image.open(BytesIO(sheet.png)).convert("L")
    plain = Image.open(BytesIO(bench.draw(Document.TICKET, width=paper.width, language="zh", own=True, real=False).png))
    rows = [sum(255 - level for level in paper.crop((0, y, paper.width, y + 1)).tobytes()) for y in range(paper.height)]
    assert paper.height > plain.height + 100
    for y in (2, 56 + plain.height + 2):
        assert rows[y] == 255 * paper.width, "a black band above and below"


# ---- what is checked


@pytest.mark.parametrize("symbology", ["aztec", "qr"])
@pytest.mark.parametrize("width", [384, 512, 576])
def test_a_code_is_drawn_and_read_back(width: int, symbology: str) -> None:
    """The doctor calls a profile sound whose tickets nobody can read."""
    trip = checking.code_trip(width, symbology)
    assert (trip.detail, trip.symbology) == ("", symbology)
    assert trip.dots >= 3


def test_printers_of_the_settings_are_told_with_their_width_or_why_not(tmp_path: Path) -> None:
    """A typing mistake in a profile's name is found at the first ticket."""
    named = {
        "main": PrinterSettings(url="tcp://10.0.0.5:9100", profile="thermal-58"),
        "report": PrinterSettings(url="virtual:", profile="thremal-80"),
        "spare": PrinterSettings(url="virtual:?profile=thermal-80-512&code=qr"),
    }
    main, report, spare = checking.printer_facts(named, tmp_path, "aztec")
    assert (main.width, main.symbology, main.refused) == (384, "aztec", "")
    assert "thremal-80" in report.refused
    assert (spare.width, spare.symbology) == (512, "qr")


def test_the_line_of_a_refusal_is_found() -> None:
    """The operator searches a whole file for one digit."""
    assert checking.line_of("line 7: not a number") == (7, "not a number")
    assert checking.line_of("must be a section") == (0, "must be a section")
