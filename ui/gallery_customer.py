"""Pictures of the customer's window: each stage, in both languages together and in one alone, in every theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter

from counter_app.application.views import PassengerInput, RunOffer
from counter_app.domain.money import Money
from counter_app.texts import LANGUAGES, Texts
from ui.customer.adverts import load_advert
from ui.customer.window import CustomerWindow
from ui.presenters import customer
from ui.presenters.customer import CustomerView, WaitingFor
from ui.shell.window import MainWindow
from ui.tokens import Tokens

SIZE: Final = (1280, 800)
PEOPLE: Final = (
    PassengerInput(passenger_type="adult", name="张伟"),
    PassengerInput(passenger_type="adult", name="欧阳文静"),
    PassengerInput(passenger_type="child", name="Anna Maria Eriksson"),
)


def stages(offer: RunOffer) -> Iterator[tuple[str, CustomerView]]:
    """Every stage of one sale of ``offer``."""
    found = offer.classes[0]
    one = found.fare or Money(55300, "CNY")
    total = one * 3
    common = (offer, found.travel_class, PEOPLE, total)
    yield "closed", customer.CLOSED
    yield "idle", customer.IDLE
    yield "itinerary", customer.itinerary(offer, found.travel_class, 3, PEOPLE, total)
    yield "paying", customer.paying(*common)
    yield "paying-part", customer.paying(*common, received=one, waiting_for=WaitingFor.CARD)
    yield "paying-code", customer.paying(*common, waiting_for=WaitingFor.CODE)
    yield "paying-unknown", customer.paying(*common, waiting_for=WaitingFor.PATIENCE)
    yield "paying-change", customer.paying(*common, received=total + Money(4750, total.currency))
    yield (
        "paid",
        customer.paid(*common, received=total + Money(4750, total.currency), change=Money(4750, total.currency)),
    )
    yield "thanks", customer.paid(*common, received=total, change=Money(0, total.currency))


def customer_shots(
    till: MainWindow,
    offer: RunOffer,
    out: Path,
    *,
    themes: Sequence[str],
    wanted: Callable[[str], bool],
    settle: Callable[[], None],
) -> list[Path]:
    """``customer-<stage>.<zh|en>.<theme>.png``: ``zh`` is both languages, Chinese first; ``en`` English alone."""
    made: list[Path] = []
    texts = {language: Texts(till.parts.resources / "i18n", language) for language in LANGUAGES}
    advert = out / "advert.png"
    try:
        for theme in themes:
            till.use_theme(theme)
            for language in LANGUAGES:
                spoken = (texts["zh"], texts["en"]) if language == "zh" else (texts["en"],)
                window = CustomerWindow(till.theme, spoken, till.profile)
                window.resize(*SIZE)
                window.show()
                window.show_time(till.local_now())
                for name, view in (*stages(offer), ("advert", customer.IDLE)):
                    if not wanted(f"customer-{name}"):
                        continue
                    if name == "advert":
                        _paint_advert(advert, till.theme.tokens())
                        window.picture.show_image(load_advert(advert, window.size()))
                    window.show_view(view)
                    settle()
                    path = out / f"customer-{name}.{language}.{theme}.png"
                    if not window.grab().save(str(path)):
                        raise OSError(f"cannot write {path}")
                    made.append(path)
                window.let_go()
    finally:
        advert.unlink(missing_ok=True)
    till.use_theme(themes[0])
    till.activateWindow()  # the keyboard is the clerk's
    settle()
    return made


def long_way(offers: Sequence[RunOffer]) -> RunOffer:
    """The one that takes longest: the widest words."""
    return max(offers, key=lambda offer: offer.arrive - offer.depart or timedelta(0))


def _paint_advert(path: Path, tokens: Tokens) -> None:
    """Something that an operator might show; no real one's."""
    image = QImage(1600, 900, QImage.Format.Format_RGB32)
    image.fill(QColor(tokens.colour["accent_soft"]))
    painter = QPainter(image)
    painter.setPen(QColor(tokens.colour["accent_soft_text"]))
    font = painter.font()
    font.setPixelSize(120)
    painter.setFont(font)
    painter.drawText(image.rect(), Qt.AlignmentFlag.AlignCenter, "演示广告 · A picture of yours")
    painter.end()
    if not image.save(str(path)):
        raise OSError(f"cannot write {path}")
