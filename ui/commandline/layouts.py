"""``counterfoil layouts``: which layouts there are, whether a file is right, one to start from, what it looks like."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from counter_app.application.whole_file import whole_file
from counter_app.domain.papers import Document
from counter_app.errors import Reason, Refusal
from counter_app.texts import Texts
from ui.commandline.commands import DONE, REFUSED, file_trouble
from ui.presenters.layout_words import layout_reason


class Preview(Protocol):
    """``printers.layout_preview``."""

    def documents(self) -> Sequence[Document]: ...

    def is_own(self, document: Document) -> bool: ...

    def troubles(self) -> Sequence[Refusal]: ...

    def text(self, name: str) -> str: ...

    def check_file(self, path: Path) -> None: ...


def list_layouts(preview: Preview, t: Texts) -> int:
    """Each document and whose layout it has; what is wrong with the operator's files on standard error."""
    for document in preview.documents():
        own = "own" if preview.is_own(document) else "shipped"
        sys.stdout.write(f"{document.value:20}  {own}\n")
    for trouble in preview.troubles():
        _refused(trouble, t)
    return REFUSED if preview.troubles() else DONE


def check_layouts(preview: Preview, files: Sequence[Path], t: Texts) -> int:
    """All of them are looked at; each fault stands on a line of its own: file, line, reason."""
    faults = 0
    for file in files:
        try:
            preview.check_file(file)
        except Refusal as refusal:
            _refused(refusal, t)
            faults += 1
        else:
            sys.stdout.write(f"ok: {file}\n")
    return REFUSED if faults else DONE


def _refused(refusal: Refusal, t: Texts) -> None:
    """The stable word first, as for any refusal, then the reason for people."""
    facts = refusal.facts
    reason = layout_reason(str(facts["code"]), facts, t)
    sys.stderr.write(f"counterfoil: {facts['file']}:{facts['line']}: {facts['code']}: {reason}\n")


def show_layout(preview: Preview, name: str) -> int:
    try:
        text = preview.text(name)
    except KeyError as error:
        names = ", ".join(document.value for document in preview.documents())
        raise Refusal(Reason.BAD_INPUT, detail=f"{name}: one of {names}, common") from error
    sys.stdout.write(text)
    return DONE


def preview_layout(draw: Callable[[bool], bytes], out: Path) -> int:
    """``out``: a name that ends in .png or .pdf."""
    kind = out.suffix.lower()
    if kind not in {".png", ".pdf"}:
        raise Refusal(Reason.BAD_INPUT, detail=f"{out}: .png or .pdf")
    content = draw(kind == ".pdf")
    with file_trouble(out), whole_file(out) as file:
        file.write(content)
    return DONE
