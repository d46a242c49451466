"""A file that somebody named: all of it or nothing of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """What is written replaces ``target`` once it is complete; until then, and after a trouble, the old one stands.

    A device or a pipe (``/dev/stdout``) is written to as it is: it must not be replaced. Raises OSError.
    """
    if target.exists() and not target.is_file():
        with target.open("wb") as device:
            yield device
        return
    beside = target.with_name(f".{target.name}.new")
    with beside.open("wb") as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
