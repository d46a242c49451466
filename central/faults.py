"""What a log says of an error: which kind, and where in the program. Never its text: a driver's carries row values."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final

CHAIN_MAX: Final = 4  # errors that led to each other
FRAMES_MAX: Final = 12  # of each, the innermost
_PROGRAM: Final = Path(__file__).resolve().parent.parent


def told(error: BaseException) -> str:
    """One line: ``UniqueViolation 23505 (ticket_pkey) in central/tx.py:158 _plain, … , after KeyError in …``."""
    parts: list[str] = []
    one: BaseException | None = error
    while one is not None and len(parts) < CHAIN_MAX:
        parts.append(_one(one))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return ", after ".join(parts)


def _one(error: BaseException) -> str:
    words = [type(error).__name__]
    sqlstate = getattr(error, "sqlstate", None)
    if sqlstate:
        words.append(str(sqlstate))
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    if constraint:
        words.append(f"({constraint})")
    frames = [f"{_short(file)}:{line} {name}" for file, line, name in _frames(error)]
    return " ".join([*words, "in", ", ".join(frames)]) if frames else " ".join(words)


def _frames(error: BaseException) -> list[tuple[str, int, str]]:
    """File, line, function; the outermost first."""
    found = [
        (frame.f_code.co_filename, line, frame.f_code.co_name) for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return found[-FRAMES_MAX:]


def _short(file: str) -> str:
    """From the program's folder on; of what lies elsewhere the last two names."""
    path = Path(file)
    return path.relative_to(_PROGRAM).as_posix() if path.is_relative_to(_PROGRAM) else "/".join(path.parts[-2:])
