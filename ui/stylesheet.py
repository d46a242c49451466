"""The one stylesheet. Widgets say what they are (``role``, ``kind``, ``mood``); how that looks is decided here."""

from __future__ import annotations

from pathlib import Path
from string import Template

from ui.tokens import Tokens

FILE_DIALOG_PX = (860, 520)  # at 100 %: names, sizes and days side by side
_SHEET = Template(
    """
* { outline: 0; }
QWidget { color: $text; font-size: ${body}px; }
QMainWindow, QDialog, QWidget[role="page"], QScrollArea, QWidget[role="scroll"] { background: $bg; border: 0; }
QFrame[role="card"] { background: $surface; border: ${border}px solid $line; border-radius: ${r_m}px; }
QFrame[role="card"][chosen="true"] { border: ${border}px solid $accent; }
QFrame[role="card"]:focus { border: ${focus_w}px solid $focus; }
QFrame[role="card"] QScrollArea, QFrame[role="card"] QWidget[role="scroll"] { background: $surface; }
QFrame[role="verdict"] { background: $surface; border: ${focus_w}px solid $line; border-radius: ${r_m}px; }
QFrame[role="verdict"][mood="ok"] { background: $ok_soft; border-color: $ok; }
QFrame[role="verdict"][mood="warn"] { background: $warn_soft; border-color: $warn; }
QFrame[role="verdict"][mood="bad"] { background: $bad_soft; border-color: $bad; }
QFrame[role="verdict"] QLabel[role="field"] { color: $text; }
QFrame[role="strip"] { background: $surface; border: 0; border-bottom: ${border}px solid $line; }
QDialog { border: ${border}px solid $line_strong; }
QWidget[role="roll"] { background: $surface_alt; border-left: ${border}px solid $line; }
QWidget[role="roll"] QScrollArea, QWidget[role="roll"] QWidget[role="scroll"] { background: $surface_alt; }
QFrame[role="sheet"] { background: $paper; border: ${border}px solid $line_strong; }
QFrame[role="rule"] { background: $line; max-height: ${border}px; min-height: ${border}px; border: 0; }

QLabel { background: transparent; }
QLabel[role="caption"] { font-size: ${caption}px; color: $text_muted; }
QLabel[role="small"] { font-size: ${small}px; }
QLabel[role="muted"] { color: $text_muted; }
QLabel[role="field"] { font-size: ${small}px; color: $text_muted; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="lead"] { font-size: ${lead}px; font-weight: 600; }
QLabel[role="title"] { font-size: ${title}px; font-weight: 600; }
QLabel[role="display"] { font-size: ${display}px; font-weight: 600; }
QLabel[role="figure"] { font-size: ${figure}px; font-weight: 600; }
QLabel[role="huge"] { font-size: ${huge}px; font-weight: 600; }
QLabel[role="paper"] { color: $paper_text; }
QLabel[role="paper_faint"] { color: $paper_text; font-size: ${caption}px; }
QLabel[role="paper_strong"] { color: $paper_text; font-weight: 700; }
QLabel[role="paper_large"] { color: $paper_text; font-size: ${title}px; font-weight: 700; }
QLabel[mood="ok"] { color: $ok; }
QLabel[mood="warn"] { color: $warn; }
QLabel[mood="bad"] { color: $bad; }
QLabel[mood="info"] { color: $info; }
QLabel[mood="accent"] { color: $accent; }
QLabel[role="badge"] { font-size: ${caption}px; font-weight: 600; border-radius: ${r_s}px;
    padding: ${hair}px ${s}px; background: $raised; color: $text; }
QLabel[role="badge"][mood="ok"] { background: $ok_soft; color: $ok; }
QLabel[role="badge"][mood="warn"] { background: $warn_soft; color: $warn; }
QLabel[role="badge"][mood="bad"] { background: $bad_soft; color: $bad; }
QLabel[role="badge"][mood="info"] { background: $info_soft; color: $info; }
QLabel[role="badge"][mood="accent"] { background: $accent; color: $accent_text; }

QPushButton, QToolButton { background: $surface; color: $text; border: ${border}px solid $line_strong;
    border-radius: ${r_s}px; padding: 0 ${l}px; min-height: ${control}px; }
QPushButton:hover, QToolButton:hover { background: $surface_alt; border-color: $accent; }
QPushButton:pressed, QToolButton:pressed { background: $raised; }
QPushButton:focus, QToolButton:focus { border: ${focus_w}px solid $focus; }
QPushButton:disabled, QToolButton:disabled { color: $text_disabled; border-color: $line; background: $surface_alt; }
QPushButton:checked, QToolButton:checked { background: $accent_soft; color: $accent_soft_text; border-color: $accent; }
QPushButton[kind="primary"] { background: $accent; color: $accent_text; border-color: $accent; font-weight: 600; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: ${focus_w}px solid $focus; }
QPushButton[kind="primary"]:disabled { background: $raised; color: $text_disabled; border-color: $line; }
QPushButton[kind="large"] { min-height: ${control_large}px; font-size: ${lead}px; }
QPushButton[kind="quiet"], QToolButton[kind="quiet"] { background: transparent; border-color: transparent;
    color: $accent; padding: 0 ${s}px; }
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover { background: $accent_soft; color: $accent_soft_text; }
QPushButton[kind="quiet"]:focus { border: ${focus_w}px solid $focus; }
QPushButton[kind="danger"] { color: $bad; border-color: $bad; }
QPushButton[kind="danger"]:focus { border: ${focus_w}px solid $focus; }

QLineEdit, QPlainTextEdit, QComboBox, QSpinBox, QDateEdit { background: $surface; color: $text;
    border: ${border}px solid $line_strong; border-radius: ${r_s}px; padding: 0 ${s}px;
    selection-background-color: $accent; selection-color: $accent_text; }
QLineEdit, QComboBox, QSpinBox, QDateEdit { min-height: ${control}px; }
QPlainTextEdit { padding: ${s}px; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus {
    border: ${focus_w}px solid $focus; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled { color: $text_disabled; background: $surface_alt;
    border-color: $line; }
QLineEdit:read-only { background: $surface_alt; }
QLineEdit[invalid="true"] { border: ${focus_w}px solid $bad; background: $bad_soft; }
QLineEdit[role="entry"] { min-height: ${control_large}px; font-size: ${title}px; }
QLineEdit[role="figure"] { min-height: ${control_large}px; font-size: ${display}px; font-weight: 600; }
QPlainTextEdit[role="mono"] { font-size: ${small}px; }
QComboBox::drop-down { border: 0; width: ${xl}px; }
QComboBox::down-arrow { image: url("$icons/chevron-down-$shade.svg"); width: ${m}px; height: ${m}px; }
QComboBox QAbstractItemView, QListView[role="popup"] { background: $surface; color: $text;
    border: ${border}px solid $line_strong; selection-background-color: $accent_soft;
    selection-color: $accent_soft_text; }
QSpinBox::up-button, QSpinBox::down-button { width: 0; border: 0; }
QCheckBox, QRadioButton { spacing: ${s}px; min-height: ${control}px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator { width: ${l}px; height: ${l}px; background: $surface;
    border: ${border}px solid $line_strong; border-radius: ${r_s}px; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$icons/check-$shade.svg"); }
QRadioButton::indicator { border-radius: ${s}px; }
QRadioButton::indicator:checked { background: $accent; border-color: $accent; image: url("$icons/check-$shade.svg"); }
QCheckBox:focus, QRadioButton:focus { color: $focus; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QFileDialog { min-width: ${dialog_w}px; min-height: ${dialog_h}px; }
QFileDialog QToolButton { padding: 0; icon-size: ${xl}px; }
QFileDialog QToolButton#backButton { qproperty-icon: url("$icons/arrow-left-$shade.svg"); }
QFileDialog QToolButton#forwardButton { qproperty-icon: url("$icons/arrow-right-$shade.svg"); }
QFileDialog QToolButton#toParentButton { qproperty-icon: url("$icons/arrow-up-$shade.svg"); }
QFileDialog QToolButton#newFolderButton { qproperty-icon: url("$icons/folder-new-$shade.svg"); }
QFileDialog QToolButton#listModeButton { qproperty-icon: url("$icons/list-$shade.svg"); }
QFileDialog QToolButton#detailModeButton { qproperty-icon: url("$icons/details-$shade.svg"); }

QTableView, QListView, QTreeView { background: $surface; alternate-background-color: $surface_alt; color: $text;
    border: ${focus_w}px solid $line; border-radius: ${r_m}px; gridline-color: $line;
    selection-background-color: $accent_soft; selection-color: $accent_soft_text; }
QTableView:focus, QListView:focus, QTreeView:focus { border: ${focus_w}px solid $focus; }
QTableView::item { padding: 0 ${s}px; border: 0; }
QTableView::item:selected, QListView::item:selected { background: $accent_soft; color: $accent_soft_text; }
QListView::item { padding: ${xs}px ${s}px; }
QHeaderView { background: transparent; border: 0; }
QHeaderView::section:first { border-top-left-radius: ${r_m}px; }
QHeaderView::section:last { border-top-right-radius: ${r_m}px; }
QHeaderView::section { background: $surface_alt; color: $text_muted; font-size: ${small}px; font-weight: 600;
    padding: ${s}px 10px; border: 0; border-bottom: ${border}px solid $line_strong; }
QTableCornerButton::section { background: $surface_alt; border: 0; }
QAbstractScrollArea::corner { background: transparent; border: 0; }

QProgressBar { background: $raised; border: 0; border-radius: ${r_s}px; min-height: ${s}px; max-height: ${s}px;
    text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: ${r_s}px; }
QScrollBar:vertical { background: transparent; width: ${m}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${m}px; margin: 0; }
QScrollBar::handle { background: $line_strong; border-radius: ${xs}px; min-height: ${xxl}px; min-width: ${xxl}px;
    margin: ${hair}px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: transparent;
    border: 0; width: 0; height: 0; }
QTabBar::tab { background: transparent; color: $text_muted; padding: ${s}px ${l}px;
    border-bottom: ${focus_w}px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; font-weight: 600; }
QTabBar::tab:focus { color: $focus; }
QTabWidget::pane { border: 0; border-top: ${border}px solid $line; }
QSplitter::handle { background: $bg; }
QToolTip { background: $surface; color: $text; border: ${border}px solid $line_strong; padding: ${xs}px; }
QCalendarWidget QWidget { background: $surface; }
QCalendarWidget QAbstractItemView { selection-background-color: $accent; selection-color: $accent_text; }
QMenu { background: $surface; border: ${border}px solid $line_strong; padding: ${xs}px; }
QMenu::item { padding: ${s}px ${xl}px; border-radius: ${r_s}px; }
QMenu::item:selected { background: $accent_soft; color: $accent_soft_text; }
QTextBrowser { background: $surface; border: 0; padding: ${l}px; selection-background-color: $accent;
    selection-color: $accent_text; }

QWidget[role="rail"] { background: $rail; border: 0; border-right: ${border}px solid $line; }
QWidget[role="rail"] QLabel { color: $rail_text_muted; }
QWidget[role="rail"] QLabel[role="brand"] { color: $rail_text; font-size: ${lead}px; font-weight: 600; }
QWidget[role="rail"] QLabel[role="hint_active"] { color: $rail_active_text; font-size: ${caption}px; }
QWidget[role="rail"] QPushButton { background: transparent; color: $rail_text; border: 0; border-radius: ${r_s}px;
    text-align: left; padding: 0 ${m}px; min-height: ${control}px; border: ${focus_w}px solid transparent; }
QWidget[role="rail"] QPushButton:hover { background: $rail_hover; }
QWidget[role="rail"] QPushButton:checked { background: $rail_active; color: $rail_active_text; font-weight: 600; }
QWidget[role="rail"] QPushButton:disabled { color: $rail_text_muted; }
QWidget[role="rail"] QPushButton:focus { border-color: $focus; }
QWidget[role="statusbar"] { background: $surface; border: 0; border-bottom: ${border}px solid $line; }
QWidget[role="statusbar"] QLabel { font-size: ${small}px; }
QFrame[role="linechip"] { background: transparent; border: 0; }
QWidget[role="fkeys"] { background: $surface; border: 0; border-top: ${border}px solid $line; }
QWidget[role="fkeys"] QPushButton { background: $surface_alt; border: ${border}px solid $line; text-align: left;
    padding: 0 ${s}px; min-height: ${control}px; font-size: ${small}px; }
QWidget[role="fkeys"] QPushButton:hover { border-color: $accent; }
QWidget[role="fkeys"] QPushButton:disabled { color: $text_disabled; background: $surface; }
QWidget[role="fkeys"] QPushButton[kind="primary"] { background: $accent; color: $accent_text; border-color: $accent; }
QWidget[role="fkeys"] QPushButton[kind="primary"]:disabled { background: $surface; color: $text_disabled;
    border-color: $line; }
QFrame[role="notice"] { border: 0; border-left: ${xs}px solid $line_strong; border-radius: 0; background: $raised; }
QFrame[role="notice"][mood="ok"] { background: $ok_soft; border-left-color: $ok; }
QFrame[role="notice"][mood="warn"] { background: $warn_soft; border-left-color: $warn; }
QFrame[role="notice"][mood="bad"] { background: $bad_soft; border-left-color: $bad; }
QFrame[role="notice"][mood="info"] { background: $info_soft; border-left-color: $info; }
QFrame[role="busy"] { background: $surface; border: ${border}px solid $line_strong; border-radius: ${r_m}px; }
"""
)


def build(tokens: Tokens, icons: Path) -> str:
    return _SHEET.substitute(
        tokens.colour,
        **tokens.type,
        **tokens.space,
        r_s=tokens.radius["s"],
        r_m=tokens.radius["m"],
        control=tokens.size["control"] - 2 * tokens.size["border"],
        control_large=tokens.size["control_large"],
        border=tokens.size["border"],
        focus_w=tokens.size["focus"],
        icons=icons.as_posix(),
        dialog_w=tokens.px(FILE_DIALOG_PX[0]),
        dialog_h=tokens.px(FILE_DIALOG_PX[1]),
        shade="light" if tokens.dark else "dark",
    )
