"""Opens the profiles that a power cut left, each in a process of its own: verify, recover, sell once, compare.

``python -m tests.e2e.after_cut FEED`` reads lines of JSON, ``{"profile": …, "printed": …}``, and answers each with
``{"found": […]}``. It forks for every one, so that modules are loaded once.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import traceback
from pathlib import Path

import main
from counter_app.domain.settings import SETTINGS_FILE
from db.verify import verify_profile
from db.witness import FILE_NAME as WITNESS
from db.witness import read_mark
from tests.e2e.audit import faults_at_rest, faults_on_paper, lost, whole_lines


def found_in(profile: Path, printed: bytes, feed: Path) -> list[str]:
    """What is wrong: a lost line, a witness ahead, a store that does not verify, a window that does not sell on."""
    lines = whole_lines(printed)
    found = []
    settings = profile / SETTINGS_FILE
    if settings.exists():  # the state lies in another folder than the profile did, and prints there
        settings.write_bytes(
            re.sub(rb"file://[^\"]*", (profile / "paper.escpos").as_uri().encode(), settings.read_bytes())
        )
    if main.profile_exists(profile):
        verdict = verify_profile(profile)
        if not verdict.ok:
            found.append(f"verify: {verdict}")
        mark = read_mark(profile / WITNESS)
        if mark is None or mark.seq > verdict.entries:
            found.append(f"witness: {mark} before {verdict.entries} entries")
        found += lost(profile, lines)
    elif lines:
        found.append("lines were printed, and there is no profile")
    out, err = io.StringIO(), io.StringIO()
    arguments = ["drill", "--sales", "1", "--seed", "1", "--profile", str(profile), "--feed", str(feed)]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main.main(arguments)
    if status or err.getvalue():
        found.append(f"drill: {status} {err.getvalue()}")
        return found
    after = verify_profile(profile)
    if not after.ok:
        found.append(f"verify, after selling on: {after}")
    found += lost(profile, lines + whole_lines(out.getvalue().encode()))
    found += faults_at_rest(profile)
    return found + faults_on_paper(profile, profile / "paper.escpos")


def _in_a_process_of_its_own(profile: Path, printed: bytes, feed: Path) -> list[str]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        sys.stdin = io.StringIO()
        try:
            found = found_in(profile, printed, feed)
        except BaseException:  # noqa: BLE001 - whatever it was, it is the answer
            found = [traceback.format_exc()]
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            json.dump(found, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    result: list[str] = json.loads(answer) if answer else [f"died: {status}"]
    return result


def serve(feed: Path) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        found = _in_a_process_of_its_own(Path(asked["profile"]), asked["printed"].encode(), feed)
        sys.stdout.write(json.dumps({"found": found}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
