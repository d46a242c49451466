"""``verify_profile`` in a child process: a long journal is computing, which never shares the window's thread."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from counter_app.application.views import JournalVerdict
from counter_app.errors import OutcomeUnknown, Refusal
from counter_app.ports.catalogue import Progress
from db.verify import verify_profile

DEADLINE_S: float = 600.0


def verify_in_child(
    directory: Path, progress: Callable[[Progress], None], *, trust: bytes | None = None, deadline_s: float = DEADLINE_S
) -> JournalVerdict:
    """Raises what ``verify_profile`` raises; OutcomeUnknown when the child died or took longer than the deadline."""
    # spawn, never fork: the parent has threads and open SQLite connections.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(directory, trust, theirs), daemon=True)
    child.start()
    theirs.close()
    try:
        while ours.poll(deadline_s):
            match ours.recv():
                case Progress() as step:
                    progress(step)
                case JournalVerdict() as verdict:
                    return verdict
                case Refusal() as refusal:
                    raise refusal
                case other:
                    raise OutcomeUnknown("verify", str(other))
        raise OutcomeUnknown("verify", "deadline")
    except EOFError as error:
        raise OutcomeUnknown("verify", "the checking process ended") from error
    finally:
        ours.close()
        child.kill()
        child.join()
        child.close()


def _work(directory: Path, trust: bytes | None, pipe: Connection) -> None:
    try:
        pipe.send(verify_profile(directory, trust=trust, progress=pipe.send))
    except Refusal as refusal:
        pipe.send(refusal)
    except Exception as error:  # noqa: BLE001 - told to the parent, which calls it unknown
        pipe.send(f"{type(error).__name__}: {error}")
