"""Which layout a document has: the operator's own one, if it is sound, else the shipped one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Final

from PIL import Image

from counter_app.domain.papers import Document
from counter_app.errors import Refusal
from printers.layout.logo import BadLogo, read_logo
from printers.layout.model import House, Sheet
from printers.layout.parse import COMMON, LayoutFile, house, houses, read_layout, sheet, sheets, variants
from printers.layout.reading import Variant
from printers.layout.source import BYTES_MAX, Source, refusal

FILES_MAX: Final = 50
SUFFIX: Final = ".toml"
_log = logging.getLogger(__name__)


class LayoutLibrary:
    """``LayoutLibrary(shipped folder, the operator's folder or None)``: safe for several threads.

    The operator's files are read and checked at once; what is wrong with them stands in ``troubles``, and the shipped
    layout is used instead: a broken layout never stops a sale.
    """

    def __init__(self, shipped: Path, own: Path | None = None) -> None:
        self._shipped_folder = shipped
        self._own_folder = own
        self._lock = Lock()
        self._shipped_common = read_layout(
            self.shipped_text(COMMON), f"{COMMON}{SUFFIX} (shipped)", shipped=True
        ).source
        self._own_common: Source | None = None
        self._own: dict[Document, LayoutFile] = {}
        self._houses: dict[tuple[Variant, bool], House] = {}
        self._sheets: dict[tuple[Document, Variant, bool], Sheet] = {}
        self._logos: dict[tuple[str, int, int, bool, int], Image.Image] = {}
        self.troubles: tuple[Refusal, ...] = tuple(self._read_own())

    # ---- asking

    def documents(self) -> tuple[Document, ...]:
        return tuple(Document)

    def is_own(self, document: Document) -> bool:
        return document in self._own

    def is_changed(self, document: Document) -> bool:
        """By an operator's file of its own, or by what all documents share."""
        return document in self._own or self._own_common is not None

    def sheet(self, document: Document, variant: Variant, *, shipped: bool = False) -> Sheet:
        """``shipped``: whatever the operator changed."""
        own = not shipped
        key = (document, variant, own)
        with self._lock:
            if key not in self._sheets:
                file = self._own.get(document) if own else None
                self._sheets[key] = sheet(file or self._shipped(document), self._house(variant, own=own), variant)
            return self._sheets[key]

    def logo(self, shared: House, width: int) -> Image.Image | None:
        """On paper of ``width`` dots. None: the operator has none, or it vanished since the start."""
        logo = shared.logo
        if logo is None or self._own_folder is None:
            return None
        key = (logo.file, logo.width, logo.height, logo.dither, width)
        with self._lock:
            if key not in self._logos:
                try:
                    self._logos[key] = read_logo(logo, self._own_folder, most=width)
                except BadLogo as bad:
                    _log.warning("the logo is left out: %s %s", bad.code, bad.detail)
                    return None
            return self._logos[key]

    def shipped_text(self, name: str) -> str:
        """Of a document's name, or ``common``: what an operator starts from."""
        return (self._shipped_folder / f"{name}{SUFFIX}").read_text("utf-8")

    def file_of(self, document: Document) -> LayoutFile:
        """The operator's own, or the shipped one."""
        return self._own.get(document) or self._shipped(document)

    def houses_with(self, common: Source) -> dict[Variant, House]:
        """What all documents would share with this common file."""
        return houses(self._shipped_common, common)

    def check(self, text: str, file: str) -> dict[Variant, Sheet]:
        """An operator's text with what is in force beside it. For ``common`` every shipped layout is checked with it.

        Raises Refusal(LAYOUT_REFUSED). Returns the sheets of its document; of ``common`` none.
        """
        found = read_layout(text, file)
        if found.document is not None:
            return sheets(found, houses(self._shipped_common, self._own_common))
        self._check_common(found.source)
        return {}

    # ---- reading

    def _shipped(self, document: Document) -> LayoutFile:
        return read_layout(self.shipped_text(document), f"{document}{SUFFIX} (shipped)", shipped=True)

    def _house(self, variant: Variant, *, own: bool) -> House:
        key = (variant, own)
        if key not in self._houses:
            self._houses[key] = house(self._shipped_common, self._own_common if own else None, variant)
        return self._houses[key]

    def _check_common(self, source: Source) -> Mapping[Variant, House]:
        found = houses(self._shipped_common, source)
        for variant in variants():
            logo = found[variant].logo
            if logo is not None and self._own_folder is not None:
                try:
                    read_logo(logo, self._own_folder, most=logo.width)
                except BadLogo as bad:
                    raise source.refusal(("operator", "logo"), bad.code, bad.detail) from bad
        for document in Document:
            file = self._shipped(document)
            try:
                sheets(file, found)
            except Refusal as refused:
                if refused.facts["file"] == source.file:
                    raise
                # The shipped one is sound: it is the operator's style or block that does not go with it.
                what = str(refused.facts["detail"])
                if "why" in refused.facts:
                    facts = {"document": document.value, "why": refused.facts["why"]}
                    raise source.refusal(("block",), "unfit_shared", what, **facts) from refused
                raise source.refusal(("styles", what), "unfit_style", what, document=document.value) from refused
        return found

    def _read_own(self) -> list[Refusal]:
        folder = self._own_folder
        if folder is None or not folder.is_dir():
            return []
        troubles: list[Refusal] = []
        files: list[LayoutFile] = []
        for path in sorted(folder.glob(f"*{SUFFIX}"))[:FILES_MAX]:
            try:
                files.append(read_layout(read_text(path), path.name))
            except Refusal as refused:
                troubles.append(refused)
        for file in [one for one in files if one.document is None][:1]:
            try:
                self._check_common(file.source)
                self._own_common = file.source
            except Refusal as refused:
                troubles.append(refused)
        shared = houses(self._shipped_common, self._own_common)
        taken: set[Document | None] = set()
        for file in files:
            try:
                if file.document in taken:
                    raise file.source.refusal(("document",), "twice", str(file.document or COMMON))
                taken.add(file.document)
                if file.document is not None:
                    sheets(file, shared)
                    self._own[file.document] = file
            except Refusal as refused:
                troubles.append(refused)
        return troubles


def read_text(path: Path) -> str:
    """Raises Refusal(LAYOUT_REFUSED) for what is too long, no UTF-8 or cannot be read."""
    if path.exists() and not path.is_file():  # a pipe would never end
        raise refusal(path.name, 1, "unreadable", "not a file")
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MAX + 1)
        if len(content) > BYTES_MAX:
            raise refusal(path.name, 1, "too_long", f"{BYTES_MAX >> 10} KiB")
        return content.decode("utf-8-sig")  # Notepad writes a mark of three bytes
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refusal(path.name, line, "not_utf8") from error
    except OSError as error:
        raise refusal(path.name, 1, "unreadable", error.strerror or str(error)) from error
