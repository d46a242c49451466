"""A second person signs: why, who, and their password; nothing is remembered."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from counter_app.application.payment_views import Verdict
from counter_app.texts import Texts, mark
from ui.presenters.settle import Signed
from ui.widgets.basic import Button, Edit, Field, Label
from ui.widgets.popup import fit

_VERDICTS = {
    Verdict.PAID: mark("It was paid: the money is on its way to us"),
    Verdict.NOT_PAID: mark("It was not paid: no money moved"),
    Verdict.REVERSED: mark("It was paid and given back"),
}


def ask_second_person(
    parent: QWidget, t: Texts, title: str, about: str, hint: str, *, verdict: bool = False
) -> Signed | None:
    """None when they thought better of it. ``verdict``: one of three has to be chosen too, none is proposed."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setMinimumWidth(520)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(24, 20, 24, 20)
    column.setSpacing(12)
    column.addWidget(Label(title, role="title", wrap=True))
    column.addWidget(Label(about, role="lead", wrap=True))
    column.addWidget(Label(hint, role="muted", wrap=True))
    group = QButtonGroup(dialog)
    choices: dict[Verdict, QRadioButton] = {}
    if verdict:
        for one, said in _VERDICTS.items():
            choice = QRadioButton(t(said))
            group.addButton(choice)
            column.addWidget(choice)
            choices[one] = choice
    reason, login, password = Edit(limit=120), Edit(limit=60), Edit(limit=200)
    password.setEchoMode(QLineEdit.EchoMode.Password)
    for edit, caption in (
        (reason, t("Reason")),
        (login, t("Supervisor's login")),
        (password, t("Supervisor's password")),
    ):
        field = Field(edit)
        field.set_caption(caption)
        column.addWidget(field)
    accept, reject = Button("primary", dialog.accept, t("Sign")), Button("", dialog.reject, t("Back"))
    accept.setEnabled(False)

    def check() -> None:
        texts = all(edit.text().strip() for edit in (reason, login, password))
        accept.setEnabled(texts and (not verdict or group.checkedButton() is not None))

    for edit, onward in ((reason, login), (login, password)):
        edit.textChanged.connect(lambda _text: check())
        edit.returnPressed.connect(onward.setFocus)
    password.textChanged.connect(lambda _text: check())
    password.returnPressed.connect(accept.click)  # a disabled button does not click
    group.buttonClicked.connect(lambda _button: check())
    line = QHBoxLayout()
    line.addStretch(1)
    line.addWidget(reject)
    line.addWidget(accept)
    column.addLayout(line)
    if verdict:
        next(iter(choices.values())).setFocus()
    else:
        reason.setFocus()
    fit(dialog)
    accepted = dialog.exec() == QDialog.DialogCode.Accepted.value
    parent.window().activateWindow()
    chosen = next((one for one, choice in choices.items() if choice.isChecked()), None)
    signed = (
        Signed(reason=reason.text().strip(), supervisor=login.text().strip(), password=password.text(), verdict=chosen)
        if accepted
        else None
    )
    password.clear()
    dialog.deleteLater()
    return signed
