"""A timetable that comes from central in pieces: whole or not at all, and a cut line costs one piece."""

from __future__ import annotations

import stat
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from counter_app.errors import Reason, Refusal
from db.catalogue import receive
from db.catalogue.receive import CatalogueFiles

CONTENT = bytes(range(256)) * 40
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "catalogues"


def refusal(act: Any, *arguments: Any) -> object:
    with pytest.raises(Refusal) as refused:
        act(*arguments)
    assert refused.value.reason is Reason.FILE_REFUSED
    return refused.value.facts["code"]


def test_pieces_become_the_file_that_is_named_after_them(folder: Path) -> None:
    """A timetable that was changed on the way would sell trains that do not run."""
    files = CatalogueFiles(folder)
    offset = files.begin(DIGEST, len(CONTENT))
    while offset < len(CONTENT):
        offset = files.append(offset, CONTENT[offset : offset + 3_000])
    path = files.finish()
    assert path == folder / f"{DIGEST}.catalogue"
    assert path.read_bytes() == CONTENT
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert list(folder.iterdir()) == [path]
    assert CatalogueFiles(folder).begin(DIGEST, len(CONTENT)) == len(CONTENT), "it is here already"
    assert files.finish() == path


def test_another_run_of_the_program_goes_on_where_this_one_stopped(folder: Path) -> None:
    """Over a slow line a national timetable takes an hour; a restart must not cost it again."""
    files = CatalogueFiles(folder)
    files.begin(DIGEST, len(CONTENT))
    files.append(0, CONTENT[:5_000])
    again = CatalogueFiles(folder)
    assert again.begin(DIGEST, len(CONTENT)) == 5_000
    again.append(5_000, CONTENT[5_000:])
    assert again.finish().read_bytes() == CONTENT


def test_what_a_power_cut_spoiled_is_asked_for_anew(folder: Path) -> None:
    """The pieces are not synced one by one; the digest finds what was lost of them."""
    files = CatalogueFiles(folder)
    files.begin(DIGEST, len(CONTENT))
    files.append(0, bytes(5_000) + CONTENT[5_000:])
    assert refusal(files.finish) == "wrong_digest"
    assert list(folder.iterdir()) == []
    assert files.begin(DIGEST, len(CONTENT)) == 0


def test_a_longer_rest_than_the_file_is_dropped(folder: Path) -> None:
    """A size that central named wrongly once must not block every later try."""
    files = CatalogueFiles(folder)
    files.begin(DIGEST, len(CONTENT) + 10)
    files.append(0, CONTENT + bytes(10))
    assert files.begin(DIGEST, len(CONTENT)) == 0


def test_pieces_of_another_file_go_when_a_new_one_begins(folder: Path) -> None:
    """Timetables come every week: half ones would fill the disk."""
    files = CatalogueFiles(folder)
    files.begin("0" * 64, 10)
    files.append(0, b"12345")
    assert files.begin(DIGEST, len(CONTENT)) == 0
    assert list(folder.iterdir()) == []


def test_what_does_not_follow_is_refused(folder: Path) -> None:
    """An answer that comes twice, or an enormous one, must not end up in the file or fill the disk."""
    files = CatalogueFiles(folder)
    assert refusal(files.begin, "../../etc/passwd", 10) == "bad_name"
    assert refusal(files.begin, DIGEST, 0) == "too_large"
    assert refusal(files.begin, DIGEST, receive.SIZE_MAX + 1) == "too_large"
    files.begin(DIGEST, 10)
    files.append(0, b"12345")
    for offset, piece in ((0, b"12345"), (6, b"1"), (5, b""), (5, b"123456")):
        assert refusal(files.append, offset, piece) == "out_of_order"
    assert refusal(files.finish) == "incomplete"
