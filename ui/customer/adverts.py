"""The operator's pictures for the customer's window: a folder, bounded, each looked at before it is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from counter_app.domain.device_settings import ADVERTS_MAX

FILE_BYTES_MAX: Final = 16 * 1024 * 1024
SIDE_PX_MAX: Final = 10_000
PIXELS_MAX: Final = 40_000_000
_KINDS: Final = {".png": b"png", ".jpg": b"jpeg", ".jpeg": b"jpeg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adverts:
    """``refused``: a file's name and why it is not shown."""

    pictures: tuple[Path, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def find_adverts(folder: Path) -> Adverts:
    """On a lane. A folder that is not there has no pictures. What other files it holds is nobody's business here."""
    good: list[Path] = []
    refused: list[tuple[str, str]] = []
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in _KINDS)
    except OSError as trouble:
        return Adverts(refused=((folder.name, trouble.strerror or str(trouble)),))
    for path in files:
        why = "too_many" if len(good) >= ADVERTS_MAX else _refused(path)
        if why:
            refused.append((path.name, why))
        else:
            good.append(path)
        if len(refused) >= ADVERTS_MAX:
            break
    return Adverts(pictures=tuple(good), refused=tuple(refused))


def load_advert(path: Path, room: QSize) -> QImage | None:
    """On a lane: decoded no larger than it is shown. None: it is no picture any more."""
    if _refused(path):
        return None
    reader = _reader(path)
    size = reader.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
    if size.isEmpty():
        return None
    reader.setScaledSize(size)
    reader.setAutoTransform(True)
    image = reader.read()
    return None if image.isNull() else image


def _reader(path: Path) -> QImageReader:
    reader = QImageReader(str(path), _KINDS[path.suffix.lower()])  # the named kind only: no other decoder is tried
    reader.setDecideFormatFromContent(False)
    reader.setAutoDetectImageFormat(False)
    return reader


def _refused(path: Path) -> str:
    """By its head alone: "" | unreadable | too_large | no_picture."""
    try:
        if not path.is_file():
            return "unreadable"
        if path.stat().st_size > FILE_BYTES_MAX:
            return "too_large"
    except OSError:
        return "unreadable"
    size = _reader(path).size()
    if not size.isValid() or size.isEmpty():
        return "no_picture"
    wide, high = size.width(), size.height()
    return "too_large" if max(wide, high) > SIDE_PX_MAX or wide * high > PIXELS_MAX else ""
