"""Everything that the customer reads: keeps what is shown, feeds the display and the window, changes the pictures."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QScreen
from PySide6.QtWidgets import QWidget

from counter_app.domain.device_settings import CustomerWindowSettings
from counter_app.ports.clock import Clock
from counter_app.ports.profile import ProfileInfo
from counter_app.texts import Texts
from ui.customer.adverts import Adverts, find_adverts, load_advert
from ui.customer.window import CustomerWindow
from ui.presenters.customer import CustomerSide, CustomerStage, CustomerView, two_lines
from ui.presenters.lane import Lane, Lanes, Trouble
from ui.settings import SettingsFile
from ui.shell.parts import Peripherals
from ui.theme import Theme

TICK_MS = 1000


class CustomerBoard(QObject):
    """``changed``: another view is shown, or the window was opened or closed."""

    changed = Signal()

    def __init__(
        self,
        parts: Peripherals,
        *,
        clock: Clock,
        theme: Theme,
        lanes: Lanes,
        settings: SettingsFile,
        texts_in: Callable[[str], Texts],
        till: QWidget,
    ) -> None:
        super().__init__(till)
        self.parts = parts
        self.window: CustomerWindow | None = None
        self.adverts = Adverts()
        self._side = CustomerSide()
        self._clock = clock
        self._theme = theme
        self._lanes = lanes
        self._settings = settings
        self._texts_in = texts_in
        self._till = till
        self._profile: ProfileInfo | None = None
        self._shown_lines: tuple[str, str] | None = None
        self._next_advert = 0
        self._loading = False
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self._second)
        self._turn = QTimer(self)
        self._turn.timeout.connect(self._turn_advert)
        if parts.display is not None:
            self._tick.start()
            self._show()

    @property
    def view(self) -> CustomerView:
        return self._side.view

    def show(self, view: CustomerView) -> None:
        if self._side.show(view, self._clock.monotonic_ms()):
            self._show()
            self.changed.emit()

    def begin(self, profile: ProfileInfo | None) -> None:
        """The store is open. The window is opened where it was open last, or is meant to be."""
        self.show_profile(profile)
        wanted = self.parts.settings.customer_window
        if self.parts.customer_window or self._settings.values.customer_window or (wanted and wanted.open_at_start):
            self.open_window()

    def show_profile(self, profile: ProfileInfo | None) -> None:
        self._profile = profile
        if self.window is not None:
            self.window.show_profile(profile)
        self._show()

    # ---- the window
    def toggle_window(self) -> None:
        if self.window is None:
            self.open_window()
        else:
            self.close_window()

    def open_window(self) -> None:
        """On the monitor that it was on last, else the one that is set, else the one that the till is not on."""
        if self.window is not None:
            return
        settings = self.parts.settings.customer_window or CustomerWindowSettings()
        languages = ("zh", "en") if settings.language == "both" else (settings.language,)
        self.window = CustomerWindow(self._theme, tuple(map(self._texts_in, languages)), self._profile)
        self._place(self.window, settings)
        if self._till.isVisible():
            self._till.activateWindow()  # not every window system asks whether the new one wants the keyboard
        self._settings.values.customer_window = True
        self._settings.save()
        self._show()
        self._tick.start()
        self._find_adverts(settings)
        self.changed.emit()

    def close_window(self) -> None:
        if self.window is None:
            return
        self._remember()
        self._settings.values.customer_window = False
        self._settings.save()
        self._drop_window()
        self.changed.emit()

    def end(self) -> None:
        """With the till: the window goes, and is opened again at the next start."""
        self._tick.stop()
        if self.window is not None:
            self._remember()
            self._settings.save()
            self._drop_window()

    def _drop_window(self) -> None:
        self._turn.stop()
        if self.window is not None:
            window, self.window = self.window, None
            window.let_go()
        if self.parts.display is None:
            self._tick.stop()

    def _remember(self) -> None:
        screen = self.window.screen() if self.window is not None else None
        if screen is not None:
            self._settings.values.customer_screen = screen.name()

    def _place(self, window: CustomerWindow, settings: CustomerWindowSettings) -> None:
        screen = self._screen(settings)
        if screen is None or screen is self._till.screen():
            window.resize(1024, 640)  # one monitor: beside the till, as large as a demonstration needs
            window.show()
            return
        window.setGeometry(screen.geometry())
        window.showFullScreen()

    def _screen(self, settings: CustomerWindowSettings) -> QScreen | None:
        screens = QGuiApplication.screens()
        for name in (self._settings.values.customer_screen, settings.screen):
            for screen in screens:
                if name and screen.name() == name:
                    return screen
        return next((screen for screen in screens if screen is not self._till.screen()), None)

    # ---- what is shown
    def _second(self) -> None:
        if self._side.second(self._clock.monotonic_ms()):
            self.changed.emit()
        self._show()

    def _show(self) -> None:
        zone = ZoneInfo(self._profile.zone) if self._profile is not None else None
        now = self._clock.now().astimezone(zone)
        if self.parts.display is not None:
            settings = self.parts.settings.customer_display
            t = self._texts_in(settings.language if settings is not None else "en")
            lines = two_lines(self.view, t, now=now, station=self._station(t))
            if lines != self._shown_lines:
                self._shown_lines = lines
                self.parts.display.show(lines)
        if self.window is not None:
            self.window.show_time(now)
            self.window.show_view(self.view)

    def _station(self, t: Texts) -> str:
        if self._profile is None:
            return ""
        latin = self._profile.station_latin
        return latin if t.language == "en" and latin else self._profile.station_name

    # ---- pictures
    def _find_adverts(self, settings: CustomerWindowSettings) -> None:
        folder = self.parts.adverts
        if folder is None:
            return

        def found(adverts: Adverts) -> None:
            self.adverts = adverts
            if adverts.pictures and self.window is not None:
                self._turn.start(settings.advert_s * 1000)
                self._turn_advert()
            self.changed.emit()

        self._lanes.run(Lane.APART, lambda: find_adverts(folder), done=found, failed=self._no_advert)

    def _turn_advert(self) -> None:
        """The next one, decoded apart. Only while nothing else is to be read: a sale is not disturbed."""
        window, pictures = self.window, self.adverts.pictures
        if window is None or not pictures or self._loading or self.view.stage is not CustomerStage.IDLE:
            return
        path = pictures[self._next_advert % len(pictures)]
        self._next_advert += 1
        self._loading = True
        room = window.picture.room() if window.picture.isVisible() else window.size()

        def loaded(image: QImage | None) -> None:
            self._loading = False
            if self.window is window and image is not None:
                window.picture.show_image(image)
                window.show_idle()

        self._lanes.run(Lane.APART, lambda: load_advert(path, room), done=loaded, failed=self._no_advert)

    def _no_advert(self, _trouble: Trouble) -> None:
        self._loading = False
