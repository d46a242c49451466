"""The zip is judged before a byte of it is used: each way in which two readers could see two feeds is refused."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from counter_app.errors import Reason, Refusal
from db.catalogue import limits
from db.catalogue.container import Archive
from tests.unit.db.catalogue.feeds import TINY, Part, crafted, parts, zipped


def _read_all(path: Path) -> dict[str, bytes]:
    with Archive(path) as archive:
        return {name: b"".join(archive.read(name)) for name in archive.entries}


def _code(path: Path) -> str:
    with pytest.raises(Refusal) as refused:
        _read_all(path)
    assert refused.value.reason is Reason.FILE_REFUSED
    return str(refused.value.facts["code"])


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_plain_zip_is_read_as_it_was_written(tmp_path: Path, method: int) -> None:
    """An operator's exporter may use any of the common methods; refusing one would leave the counter without trains."""
    path = tmp_path / "feed.zip"
    content = bytes(range(256)) * 5000
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.txt", content)
        archive.writestr("empty.txt", b"")
    assert _read_all(path) == {"a.txt": content, "empty.txt": b""}


def test_a_streamed_zip_with_data_descriptors_is_read(tmp_path: Path) -> None:
    """Feeds made on the fly by a server have their sizes behind the data: legal, and common."""

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            piece = bytes(data)  # type: ignore[call-overload]
            self.written += piece
            return len(piece)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stops.txt", "stop_id\nA\n")
        archive.writestr("trips.txt", "trip_id\nT\n")
    path = tmp_path / "feed.zip"
    path.write_bytes(stream.written)
    assert _read_all(path) == {"stops.txt": b"stop_id\nA\n", "trips.txt": b"trip_id\nT\n"}


def test_a_zip64_with_true_sizes_is_read(tmp_path: Path) -> None:
    """Some exporters write zip64 fields for small files too: odd, but legal."""
    path = tmp_path / "feed.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(zipfile.ZipInfo("stops.txt"), "w", force_zip64=True) as entry,
    ):
        entry.write(b"stop_id\nA\n")
    assert _read_all(path) == {"stops.txt": b"stop_id\nA\n"}


def test_a_self_extracting_zip_with_true_offsets_is_read(tmp_path: Path) -> None:
    """Bytes in front are legal where every offset counts them."""
    assert _read_all(crafted(tmp_path / "feed.zip", parts(), prefix=b"MZ stub ")).keys() == TINY.keys()


WRONG: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "nothing at all": ("not_a_zip", lambda p: _bytes(p, b"")),
    "a text": ("not_a_zip", lambda p: _bytes(p, b"stop_id,stop_name\n" * 100)),
    "cut off": ("not_a_zip", lambda p: _bytes(p, zipped(p, TINY).read_bytes()[:-30])),
    "junk behind": ("damaged", lambda p: crafted(p, parts(), suffix=b"junk")),
    "junk in front, offsets not counting it": ("damaged", lambda p: _bytes(p, b"junk" + zipped(p, TINY).read_bytes())),
    "two ends": ("damaged", lambda p: _two_ends(p)),  # noqa: PLW0108 - defined below
    "split over disks": ("split_archive", lambda p: crafted(p, parts(), disk=1)),
    "an entry on another disk": ("split_archive", lambda p: crafted(p, [Part(name=b"a", content=b"", disk=3)])),
    "more entries than counted": ("damaged", lambda p: crafted(p, parts(), count=3)),
    "fewer entries than counted": ("damaged", lambda p: crafted(p, parts(), count=9)),
    "climbing": ("unsafe_entry_name", lambda p: crafted(p, [Part(name=b"../x", content=b"")])),
    "absolute": ("unsafe_entry_name", lambda p: crafted(p, [Part(name=b"/etc/x", content=b"")])),
    "drive": ("unsafe_entry_name", lambda p: crafted(p, [Part(name=b"C:x", content=b"")])),
    "backslash": ("unsafe_entry_name", lambda p: crafted(p, [Part(name=b"a\\b", content=b"")])),
    "dot": ("unsafe_entry_name", lambda p: crafted(p, [Part(name=b"./stops.txt", content=b"")])),
    "empty name": ("unsafe_entry_name", lambda p: crafted(p, [Part(name=b"", content=b"")])),
    "NUL in the name": ("unsafe_entry_name", lambda p: crafted(p, [Part(name=b"stops.txt\0x", content=b"")])),
    "ESC in the name": ("unsafe_entry_name", lambda p: crafted(p, [Part(name=b"a\x1bp0", content=b"")])),
    "name said to be UTF-8 and is not": (
        "unsafe_entry_name",
        lambda p: crafted(p, [Part(name=b"\xff\xfe.txt", content=b"", flags=1 << 11)]),
    ),
    "a second name beside the first": (
        "unsafe_entry_name",
        lambda p: crafted(
            p, [Part(name=b"a.txt", content=b"", extra=struct.pack("<2H", 0x7075, 14) + b"\1\0\0\0\0stops.txt")]
        ),
    ),
    "a link": ("unsafe_entry_type", lambda p: crafted(p, [Part(name=b"stops.txt", content=b"/etc", mode=0o120777)])),
    "a device": ("unsafe_entry_type", lambda p: crafted(p, [Part(name=b"stops.txt", content=b"", mode=0o020666)])),
    "a folder called stops.txt": (
        "unsafe_entry_type",
        lambda p: crafted(p, [Part(name=b"stops.txt", content=b"", mode=0o040755)]),
    ),
    "encrypted": ("encrypted", lambda p: crafted(p, [Part(name=b"stops.txt", content=b"x", flags=1)])),
    "AES": ("encrypted", lambda p: crafted(p, [Part(name=b"stops.txt", content=b"x", method=99)])),
    "the same name twice": ("duplicate_entry", lambda p: crafted(p, [*parts(), *parts()])),
    "LZMA": ("unsupported_compression", lambda p: crafted(p, [Part(name=b"stops.txt", content=b"x", method=14)])),
    "deflate64": ("unsupported_compression", lambda p: crafted(p, [Part(name=b"stops.txt", content=b"x", method=9)])),
    "patch data": ("unsupported_compression", lambda p: crafted(p, [Part(name=b"a", content=b"x", flags=1 << 5)])),
    "another name in the local header": (
        "damaged",
        lambda p: crafted(p, [Part(name=b"stops.txt", content=b"x", local_name=b"trips.txt")]),
    ),
    "another size in the local header": (
        "damaged",
        lambda p: crafted(p, [Part(name=b"stops.txt", content=b"x" * 9, local_size=3)]),
    ),
    "inflates past its size": ("damaged", lambda p: crafted(p, [Part(name=b"a", content=b"x" * 10**6, size=1000)])),
    "inflates short of its size": ("damaged", lambda p: crafted(p, [Part(name=b"a", content=b"x" * 10, size=1000)])),
    "wrong checksum": ("damaged", lambda p: crafted(p, [Part(name=b"a", content=b"x", crc=7)])),
    "bytes behind the stream": ("damaged", lambda p: crafted(p, [Part(name=b"a", content=b"x", behind=b"hidden")])),
    "no stream at all": ("damaged", lambda p: crafted(p, [Part(name=b"a", content=b"x", packed_size=0)])),
    "two entries on the same bytes": (
        "damaged",
        lambda p: crafted(p, [Part(name=b"a", content=b"x" * 50), Part(name=b"a2", content=b"x" * 50, offset=0)]),
    ),
    "data that runs into the directory": (
        "damaged",
        lambda p: crafted(p, [Part(name=b"a", content=b"x", method=0, packed_size=500, size=500)]),
    ),
    "offset outside the file": ("damaged", lambda p: crafted(p, [Part(name=b"a", content=b"x", offset=10**6)])),
    "zip64 size without the field": ("damaged", lambda p: crafted(p, [Part(name=b"a", content=b"x", size=2**32 - 1)])),
    "zip64 says 2**60 bytes": (
        "too_large",
        lambda p: crafted(p, [Part(name=b"a", content=b"x", size=2**32 - 1, extra=struct.pack("<2HQ", 1, 8, 2**60))]),
    ),
    "declares two gigabytes": ("too_large", lambda p: crafted(p, [Part(name=b"a", content=b"x", size=2 * 10**9)])),
    "many that are too much together": (
        "too_large",
        lambda p: crafted(p, [Part(name=b"%d" % i, content=b"x", size=900_000_000) for i in range(5)]),
    ),
    "too many entries": (
        "too_many_entries",
        lambda p: crafted(p, [Part(name=b"%d" % i, content=b"") for i in range(limits.ENTRIES + 1)]),
    ),
}


def _bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _two_ends(path: Path) -> Path:
    """A comment that itself is an end record: readers that search from either side find different directories."""
    good = bytearray(zipped(path, TINY).read_bytes())
    end = bytes(good[-22:])
    good[-2:] = struct.pack("<H", len(end))
    return _bytes(path, bytes(good) + end)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("what", WRONG)
def test_danger_and_damage_are_refused(tmp_path: Path, what: str) -> None:
    """Without this a prepared file could be read as another timetable than the one that was checked elsewhere, or
    could fill the counter's disk and memory in the middle of a shift.
    """
    code, make = WRONG[what]
    assert _code(make(tmp_path / "feed.zip")) == code


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A folder, or a path that is gone, is told as such and not as a crash."""
    assert _code(tmp_path) == "unreadable"
    assert _code(tmp_path / "gone.zip") == "unreadable"
