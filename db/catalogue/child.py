"""The child process of an import: builds one catalogue file and says so, line by line, in JSON.

It holds nothing that matters: killed at any moment, it leaves at most the unfinished file, which its parent removes.
Lines on its output: ``{"progress": [stage, done, total]}`` … then one of ``{"built": {…}}`` and
``{"refused": [code, detail]}``. No such last line: it died.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from counter_app.errors import Refusal
from counter_app.ports.catalogue import Fault, IssueInfo
from db.catalogue import limits
from db.catalogue.feed import Built, build

_PROGRESS_EVERY_S = 0.1


def main(feed: str, target: str) -> None:
    # The pipe to the parent is ours alone: whatever a library prints goes to the error output.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    threading.Thread(target=_die_with_parent, args=(target,), daemon=True).start()
    _bound_memory()
    _say(out, _outcome(Path(feed), Path(target), _Progress(out)))


def _outcome(feed: Path, target: Path, progress: _Progress) -> dict[str, Any]:
    try:
        return {"built": _packed(build(feed, target, progress=progress))}
    except Refusal as refusal:
        return {"refused": [refusal.facts.get("code", ""), refusal.facts.get("detail", "")]}
    except MemoryError:
        return {"refused": ["too_large", "memory"]}
    except Exception as error:
        if getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error):
            return {"refused": ["disk_full", str(target.parent)]}
        raise


class _Progress:
    """Tells the parent, not more often than a person can see."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._next = 0.0
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self._stage or now >= self._next:
            self._stage, self._next = stage, now + _PROGRESS_EVERY_S
            _say(self._out, {"progress": [stage, done, total]})


def _say(out: TextIO, message: dict[str, Any]) -> None:
    out.write(json.dumps(message, ensure_ascii=True) + "\n")
    out.flush()


def _die_with_parent(target: str) -> None:
    """The parent never writes: the end of its pipe means that it is gone, and nobody wants the file any more."""
    with contextlib.suppress(OSError):
        os.read(0, 1)
    with contextlib.suppress(OSError):
        Path(target).unlink(missing_ok=True)
    os._exit(3)


def _bound_memory() -> None:
    """A feed that slips through every other bound must not take the counter's memory with it. Not on Windows."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not everywhere

    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        bound = limits.CHILD_MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (bound if hard < 0 else min(bound, hard), hard))


def _packed(built: Built) -> dict[str, Any]:
    issue = built.issue
    return {
        "issue": {name: getattr(issue, name) for name in issue.__slots__}
        | {"first_date": issue.first_date.isoformat(), "last_date": issue.last_date.isoformat()},
        "faults": [[fault.file, fault.line, fault.fault, fault.detail] for fault in built.faults],
        "fault_count": built.fault_count,
        "sha256": built.sha256,
    }


def unpacked(message: dict[str, Any]) -> Built:
    """What the parent reads back."""
    issue = message["issue"]
    issue |= {name: date.fromisoformat(issue[name]) for name in ("first_date", "last_date")}
    return Built(
        issue=IssueInfo(**issue),
        faults=tuple(
            Fault(file=f, line=line, fault=code, detail=detail) for f, line, code, detail in message["faults"]
        ),
        fault_count=message["fault_count"],
        sha256=message["sha256"],
    )
