"""The right half of Find printers: address, profile, role; what the test print said; ready to be saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from counter_app.domain.settings import FURTHER_PRINTERS, MAIN_PRINTER
from counter_app.ports.prints import Delivery, DeliveryOutcome
from counter_app.ports.workshop import FoundPrinter, ProfileLine
from ui.presenters import finding, printers
from ui.shell.screen import Shell
from ui.widgets.basic import Button, Card, Choice, Edit, Field, Label
from ui.widgets.chrome import MOODS
from ui.widgets.paperwidths import PaperWidths


class TakePart(QWidget):
    """``try_wanted`` prints the test page; ``changed`` hears of everything that is typed or chosen."""

    def __init__(self, shell: Shell, changed: Callable[[], None]) -> None:
        super().__init__()
        self._shell = shell
        self._changed = changed
        self._lines: list[ProfileLine] = []
        self._tried: tuple[str, str] | None = None
        self._said: Callable[[], tuple[str, str]] = lambda: ("", "")
        self.try_wanted: Callable[[], None] = lambda: None
        self._head, self._about = Label(role="lead"), Label(role="small", wrap=True)
        self.url, self.profile, self.role = Edit(limit=500), Choice(), Choice()
        self.widths = PaperWidths(shell.theme)
        self.drawer = QCheckBox()
        self.answer = Label(role="strong", wrap=True)
        self.button = Button("", lambda: self.try_wanted())  # noqa: PLW0108 - set after this
        self._url_field, self._profile_field = Field(self.url), Field(self.profile)
        self._role_field = Field(self.role)
        card = Card(margin=18, spacing=10)
        for widget in (
            self._head,
            self._url_field,
            self._profile_field,
            self._about,
            self.widths,
            self.button,
            self.answer,
            self._role_field,
            self.drawer,
        ):
            card.body.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)
        self.url.textChanged.connect(lambda _text: self._look())
        self.url.returnPressed.connect(self.profile.setFocus)
        self.profile.currentIndexChanged.connect(lambda _index: self._look())
        self.profile.returnPressed.connect(self.button.setFocus)
        self.role.currentIndexChanged.connect(lambda _index: self._changed())

    def retranslate(self) -> None:
        t = self._shell.t
        self._head.setText(t("Take this printer"))
        self._url_field.set_caption(t("Address"))
        self._profile_field.set_caption(t("Profile of the model"))
        self._role_field.set_caption(t("Use it as"))
        self.url.setPlaceholderText("tcp://10.0.0.5:9100")
        self.drawer.setText(t("The cash drawer hangs on it"))
        self.button.setText(t("Test print  F6"))
        before = self.role.currentData()
        self.role.clear()
        for name in (MAIN_PRINTER, *FURTHER_PRINTERS):
            self.role.addItem(printers.printer_name(name, t), name)
        self.role.setCurrentIndex(max(0, self.role.findData(before)))
        self.say(self._said)
        self.show_profiles(self._lines)

    # ---- what is shown
    def show_profiles(self, lines: Sequence[ProfileLine]) -> None:
        """The first of the list is no profile: a person chooses where nothing was recognised."""
        before = self.profile.currentData()
        self._lines = list(lines)
        self.profile.blockSignals(True)
        self.profile.clear()
        self.profile.addItem(self._shell.t("Choose the model …"), None)
        for line in lines:
            self.profile.addItem(finding.profile_title(line), line.name)
        self._choose(before)
        self.profile.blockSignals(False)
        self._look()

    def _choose(self, name: str | None) -> None:
        self.profile.setCurrentIndex(max(0, self.profile.findData(name)) if name else 0)

    def propose(self, one: FoundPrinter) -> None:
        """What was found, with the profile that its model is guessed to have; none that another device had."""
        self.url.setText(one.url)
        self._choose(one.profile)
        self.say(lambda: self._words_of(one))

    def _words_of(self, one: FoundPrinter) -> tuple[str, str]:
        t = self._shell.t
        if one.group:
            words = t(
                "This port may be opened only by the group {group}. Add the user to it and sign in anew: "
                "sudo usermod -aG {group} USER",
                group=one.group,
            )
            return words, "bad"
        return printers.status_sentence(one.status, t) if one.status is not None else ("", "")

    def _missing(self) -> str:
        """Nothing is asked of a technician who has not named a printer yet."""
        if not self.url.text().strip():
            return ""
        return self._shell.t(
            "The printer does not say which model it is. Choose it above: by the wrong one papers come out cut, or not "
            "at all."
        )

    def say(self, words: Callable[[], tuple[str, str]]) -> None:
        """Words and mood, asked anew at each change of language."""
        self._said = words
        said, mood = words()
        self.answer.setText(said)
        self.answer.set_mood(MOODS.get(mood, ""))
        self.answer.setVisible(bool(said))

    def tried(self, url: str, profile: str, outcome: DeliveryOutcome) -> None:
        if outcome.delivery is not Delivery.FAILED_BEFORE_SEND:
            self._tried = (url, profile)
        self.say(lambda: printers.outcome_words(outcome, self._shell.t))

    # ---- what is wanted
    @property
    def complete(self) -> bool:
        return bool(self.url.text().strip()) and self.profile.currentData() is not None

    def wanted(self) -> tuple[str, str]:
        return self.url.text().strip(), str(self.profile.currentData())

    def name_wanted(self) -> str:
        return str(self.role.currentData())

    def was_tried(self, url: str, profile: str) -> bool:
        """Something was sent to exactly this address by exactly this profile."""
        return self._tried == (url, profile)

    def _look(self) -> None:
        name = self.profile.currentData()
        line = next((one for one in self._lines if one.name == name), None)
        self._about.setText(finding.profile_words(line, self._shell.t) if line is not None else self._missing())
        self.widths.show_width(line.width if line is not None else 0, line.dpi if line is not None else 203)
        self.button.setEnabled(self.complete)
        self._changed()
