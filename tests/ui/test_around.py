"""What stands around the till, in the real window: the customer's side, scanners, readers of documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from counter_app.domain.device_settings import (
    CustomerWindowSettings,
    DeviceSettings,
    DisplaySettings,
    ReaderSettings,
    SerialAddress,
)
from counter_app.domain.ids import TicketNumber
from counter_app.ports.customer_display import DeviceState, DeviceStatus
from counter_app.ports.scanner import Misread, Scanned, ScanTrouble
from tests.ui.clerk import ENTER, Clerk
from tests.ui.stage import Stage
from ui.customer.adverts import FILE_BYTES_MAX, find_adverts, load_advert
from ui.presenters.customer import CustomerStage
from ui.screens.devices import DevicesScreen
from ui.screens.refund import RefundScreen
from ui.screens.sell import SellScreen
from ui.shell.parts import Peripherals

PASSPORT = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
ID = "430102199003070012"
MakeStage = Callable[..., Stage]


class Display:
    """Keeps what it was told to show."""

    name = "display"
    columns = 20

    def __init__(self) -> None:
        self.shown: list[tuple[str, ...]] = []

    def show(self, lines: Sequence[str]) -> None:
        self.shown.append(tuple(lines))

    def clear(self) -> None:
        self.show(())

    def status(self) -> DeviceStatus:
        return DeviceStatus(state=DeviceState.LOST, detail="unplugged")

    def close(self) -> None:
        self.shown.append(("closed",))


class Scanner:
    """Hands over on the test's word, as a scanner's thread does."""

    name = "serial:///dev/ttyACM0"

    def __init__(self) -> None:
        self.heard: Callable[[Scanned | Misread], None] | None = None

    def start(self, heard: Callable[[Scanned | Misread], None]) -> None:
        self.heard = heard

    def status(self) -> DeviceStatus:
        return DeviceStatus(state=DeviceState.CONNECTED)

    def close(self) -> None:
        self.heard = None


def _scan(stage: Stage, scanner: Scanner, *texts: str) -> None:
    import threading

    heard = scanner.heard
    assert heard is not None

    def work() -> None:
        for text in texts:
            heard(Scanned(text=text, at=stage.desk.clock.now(), source="scanner"))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    stage.settle()


def _selling(stage: Stage) -> Clerk:
    stage.open_shift()
    clerk = Clerk(stage)
    assert isinstance(stage.sign_in(), SellScreen)
    return clerk


def _in_party(stage: Stage) -> tuple[Clerk, SellScreen]:
    clerk = _selling(stage)
    clerk.type("csn gzn +1 2 2a")
    clerk.press(ENTER, ENTER)
    screen = stage.screen
    assert isinstance(screen, SellScreen)
    assert screen.in_party
    return clerk, screen


DISPLAY = DeviceSettings(customer_display=DisplaySettings(address=SerialAddress("/dev/ttyUSB1")))
SERIAL = DeviceSettings(scanner=ReaderSettings(kind="serial", address=SerialAddress("/dev/ttyACM0")))


# ---- the customer's side
def _seen(stage: Stage) -> CustomerStage:
    return stage.window.customer.view.stage


def test_the_display_follows_the_sale_and_says_when_the_window_is_closed(make_stage: MakeStage) -> None:
    """Somebody would wait in front of a window that nobody sits at, or pay a sum that she was never shown."""
    display = Display()
    stage = make_stage(around=Peripherals(settings=DISPLAY, display=display))
    assert display.shown[-1] == ("WINDOW CLOSED", "NEXT WINDOW PLEASE")
    clerk, screen = _in_party(stage)
    assert _seen(stage) is CustomerStage.ITINERARY
    assert "TO Guangzhou" in display.shown[-1][0]
    for number, document in enumerate((ID, "11010519491231002X")):
        screen.party.lines[number].name.setFocus()
        clerk.type("王小明")
        screen.party.lines[number].document.setFocus()
        clerk.type(document)
    assert display.shown[-1][1].startswith("TOTAL")
    total = display.shown[-1][1].split()[-1]
    clerk.press(Qt.Key.Key_F9)
    assert _seen(stage) is CustomerStage.PAYING
    assert display.shown[-1][0].startswith("TO PAY")
    assert display.shown[-1][0].split()[-1] == total
    stage.window.lock()
    assert display.shown[-1][0] == "WINDOW CLOSED"
    stage.window.unlock()
    assert display.shown[-1][0].startswith("TO PAY")
    assert not any("王小明" in line or ID in line for shown in display.shown for line in shown)


def test_the_customer_window_opens_with_a_key_and_is_there_again_next_time(qapp: QApplication, tmp_path: Path) -> None:
    """Each morning somebody would have to find the switch."""
    stage = Stage(tmp_path, keep=True)
    stage.open_shift()
    stage.sign_in()
    clerk = Clerk(stage)
    screen = stage.show("devices")
    assert isinstance(screen, DevicesScreen)
    clerk.press(Qt.Key.Key_F8)
    window = stage.window.customer.window
    assert window is not None
    assert window.isVisible()
    assert not window.close(), "a stray click on its frame took it away"
    assert window.focusPolicy() is Qt.FocusPolicy.NoFocus
    stage.until(stage.window.isActiveWindow)
    assert stage.application.parts.settings.values.customer_window
    said = {label.text() for label in window.findChildren(QLabel) if label.isVisible()}
    assert any("长沙南" in text for text in said)
    stage.close()
    again = Stage(tmp_path, keep=True)
    try:
        assert again.window.customer.window is not None
        again.window.customer.close_window()
        assert not again.application.parts.settings.values.customer_window
    finally:
        again.close()


def test_the_customer_window_opens_at_start_where_it_is_meant_to(make_stage: MakeStage) -> None:
    """The monitor stays dark although the file says otherwise."""
    settings = DeviceSettings(customer_window=CustomerWindowSettings(open_at_start=True))
    assert make_stage(around=Peripherals(settings=settings)).window.customer.window is not None
    assert make_stage(around=Peripherals(customer_window=True)).window.customer.window is not None


def test_the_devices_screen_names_what_is_lost(make_stage: MakeStage) -> None:
    """The clerk would look for the fault in the program."""
    stage = make_stage(around=Peripherals(settings=DISPLAY, display=Display()))
    stage.sign_in()
    screen = stage.show("devices")
    assert isinstance(screen, DevicesScreen)
    said = {label.text() for label in screen.around.findChildren(QLabel)}
    assert {"Customer display", "not there; tried again by itself"} <= said


# ---- pictures
def test_pictures_are_looked_at_before_they_are_decoded(tmp_path: Path, qapp: QApplication) -> None:
    """A file of another kind, or one as large as the memory, would end the till in front of a customer."""
    folder = tmp_path / "adverts"
    folder.mkdir()
    image = QImage(320, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(folder / "b.png"))
    assert image.save(str(folder / "a.jpg"))
    (folder / "text.png").write_text("no picture")
    (folder / "disguised.png").write_bytes((folder / "a.jpg").read_bytes())
    (folder / "notes.txt").write_text("nobody's business")
    (folder / "folder.png").mkdir()
    with (folder / "huge.jpg").open("wb") as file:
        file.truncate(FILE_BYTES_MAX + 1)
    found = find_adverts(folder)
    assert [path.name for path in found.pictures] == ["a.jpg", "b.png"]
    assert dict(found.refused) == {
        "text.png": "no_picture",
        "disguised.png": "no_picture",
        "folder.png": "unreadable",
        "huge.jpg": "too_large",
    }
    loaded = load_advert(folder / "b.png", QSize(160, 160))
    assert loaded is not None
    assert (loaded.width(), loaded.height()) == (160, 50)
    (folder / "b.png").unlink()
    assert load_advert(folder / "b.png", QSize(160, 160)) is None
    assert not find_adverts(tmp_path / "nothing").pictures


def test_a_picture_is_shown_while_nothing_else_is_to_be_read(make_stage: MakeStage, tmp_path: Path) -> None:
    """An advertisement would stand where the customer looks for her change, or none would ever show."""
    image = QImage(320, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    assert image.save(str(tmp_path / "one.png"))
    stage = make_stage(around=Peripherals(adverts=tmp_path))
    stage.open_shift()
    stage.sign_in()
    stage.show("home")
    board = stage.window.customer
    assert board.view.stage is CustomerStage.IDLE
    board.open_window()
    window = board.window
    assert window is not None
    stage.until(window.picture.isVisible)


# ---- codes and documents
def test_a_ticket_code_opens_the_refund_and_looks_for_it(make_stage: MakeStage) -> None:
    """The clerk would go there by hand for each ticket of the queue."""
    scanner = Scanner()
    stage = make_stage(around=Peripherals(settings=SERIAL, scanners=[scanner]))
    clerk = _selling(stage)
    clerk.type("csn gzn +1")
    number = str(TicketNumber(station_code="CWQ", counter=1, epoch=1, serial=123, training=False))
    seen: list[object] = []
    stage.window.scans.scanned.connect(seen.append)
    _scan(stage, scanner, number)
    stage.until(lambda: isinstance(stage.screen, RefundScreen))
    screen = stage.screen
    assert isinstance(screen, RefundScreen)
    assert screen.text.text() == number
    assert len(seen) == 1


def test_a_passport_fills_the_line_where_the_keyboard_is(make_stage: MakeStage) -> None:
    """Forty characters would be typed by hand, for each passenger."""
    scanner = Scanner()
    stage = make_stage(around=Peripherals(settings=SERIAL, scanners=[scanner]))
    _clerk, screen = _in_party(stage)
    screen.party.lines[1].name.setFocus()
    _scan(stage, scanner, *PASSPORT)
    form = screen.presenter.form
    assert form is not None
    stage.until(lambda: form.lines[1].document != "")
    line = form.lines[1]
    assert (line.name, line.document_type, line.document) == ("ERIKSSON ANNA MARIA", "passport", "L898902C3")
    assert screen.party.lines[1].document.text() == "L898902C3"
    _scan(stage, scanner, ID)
    stage.until(lambda: form.lines[0].document != "")
    assert (form.lines[0].document, form.document_type(0)) == (ID, "cn_id")


def test_a_passport_with_a_wrong_digit_fills_nothing_and_is_said(make_stage: MakeStage) -> None:
    """The ticket would bear another's number."""
    scanner = Scanner()
    stage = make_stage(around=Peripherals(settings=SERIAL, scanners=[scanner]))
    _clerk, screen = _in_party(stage)
    _scan(stage, scanner, PASSPORT[0], PASSPORT[1].replace("C36", "C37"))
    stage.until(lambda: _notice(stage).startswith("Document number is wrong"))
    form = screen.presenter.form
    assert form is not None
    assert all(not line.document and not line.name for line in form.lines)


def test_what_is_read_by_halves_is_said_and_fills_nothing(make_stage: MakeStage) -> None:
    """The clerk would wait for a screen that does not come."""
    scanner = Scanner()
    stage = make_stage(around=Peripherals(settings=SERIAL, scanners=[scanner]))
    _selling(stage)
    assert scanner.heard is not None
    scanner.heard(Misread(trouble=ScanTrouble.HALF, source="scanner"))
    stage.until(lambda: _notice(stage) == "Please scan again")
    _scan(stage, scanner, "134567890123456789")
    stage.until(lambda: _notice(stage) == "A payment code was scanned")
    _scan(stage, scanner, "6901234567892")
    stage.until(lambda: _notice(stage) == "This code means nothing here")


@pytest.mark.parametrize("locked", [True, False])
def test_a_code_at_a_window_that_nobody_sits_at_goes_nowhere(make_stage: MakeStage, locked: bool) -> None:
    """Whoever passes by could look up a ticket with a scanner."""
    scanner = Scanner()
    stage = make_stage(around=Peripherals(settings=SERIAL, scanners=[scanner]))
    if locked:
        _selling(stage)
        stage.window.lock()
    before = stage.screen
    _scan(stage, scanner, "zwE" + "A" * 120, *PASSPORT)
    assert stage.screen is before


def _notice(stage: Stage) -> str:
    from ui.widgets.chrome import NoticeBar

    bar = stage.window.findChild(NoticeBar)
    assert bar is not None
    titles = [label.text() for label in bar.findChildren(QLabel) if label.text()]
    return titles[0] if titles and not bar.isHidden() else ""


# ---- a scanner that types
def _keys(stage: Stage, text: str, *, at_ms: int, every_ms: int) -> int:
    """Presses as the system hands them over, with its own times. Returns the time of the last."""
    for char in text:
        at_ms += every_ms
        key = Qt.Key.Key_Return if char == "\r" else Qt.Key(ord(char.upper()))
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, char)
        event.setTimestamp(at_ms)
        focus = QApplication.focusWidget()
        assert focus is not None
        QCoreApplication.sendEvent(focus, event)
    return at_ms


def test_a_scanner_that_types_reaches_its_screen_and_no_text_field(make_stage: MakeStage) -> None:
    """A ticket's code would stand in the entry line, and be searched as a train."""
    settings = DeviceSettings(scanner=ReaderSettings(kind="wedge", burst_ms=50))
    stage = make_stage(around=Peripherals(settings=settings))
    clerk = _selling(stage)
    field = clerk.focus
    assert isinstance(field, QLineEdit)
    seen: list[Scanned] = []
    stage.window.scans.scanned.connect(seen.append)
    at_ms = _keys(stage, "6901234567892\r", at_ms=10_000, every_ms=4)
    assert [one.text for one in seen] == ["6901234567892"]
    assert field.text() == ""
    # A hand: each key is let go after a moment without another, in its order.
    for char in "g12":
        at_ms = _keys(stage, char, at_ms=at_ms + 3000, every_ms=0)
        stage.until(lambda expected=char: field.text().endswith(expected))  # type: ignore[misc]
    assert field.text() == "g12"
    # Half a code: nothing of it, and it is said.
    _keys(stage, "69012345", at_ms=at_ms + 3000, every_ms=4)
    stage.until(lambda: _notice(stage) == "Please scan again")
    assert field.text() == "g12"
    assert len(seen) == 1


def test_a_payment_code_is_for_the_checkout_only_while_it_waits_for_money(make_stage: MakeStage) -> None:
    """A code shown too early would charge somebody, or one shown in time would charge nobody."""
    scanner = Scanner()
    stage = make_stage(around=Peripherals(settings=SERIAL, scanners=[scanner]))
    clerk, screen = _in_party(stage)
    _scan(stage, scanner, "134567890123456789")
    assert _notice(stage) == "A payment code was scanned"
    for number, document in enumerate((ID, "11010519491231002X")):
        screen.party.lines[number].name.setFocus()
        clerk.type("王小明")
        screen.party.lines[number].document.setFocus()
        clerk.type(document)
    clerk.press(Qt.Key.Key_F9)
    assert _seen(stage) is CustomerStage.PAYING
    _scan(stage, scanner, "134567890123456789")
    stage.until(lambda: _seen(stage) is CustomerStage.PAID)
    assert not stage.window.customer.view.change
