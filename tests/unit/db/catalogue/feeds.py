"""Small feeds for tests: a good one as text, and zips that are wrong in one way each."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from db.catalogue.feed import Built, build

TINY: Final[Mapping[str, str]] = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nX,Test Rail,https://example.org/,Asia/Shanghai\n",
    "stops.txt": (
        "stop_id,stop_code,stop_name,stop_pinyin,stop_initials\n"
        "A,AAH,甲站,jiazhan,jz\nB,BBH,乙站,yizhan,yz\nC,CCH,丙站,bingzhan,bz\nD,DDH,丁站,dingzhan,dz\n"
    ),
    "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\nG,X,G,,2\n",
    "trips.txt": "route_id,service_id,trip_id,trip_headsign,trip_short_name\nG,DAILY,T1,丙站,G1\nG,DAILY,T2,丁站,G2\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "T1,08:00:00,08:00:00,A,1\nT1,08:30:00,08:32:00,B,2\nT1,09:10:00,09:10:00,C,3\n"
        "T2,10:00:00,10:00:00,A,1\nT2,10:45:00,10:47:00,C,2\nT2,11:30:00,11:30:00,D,3\n"
    ),
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "DAILY,1,1,1,1,1,1,1,20261101,20271231\n"
    ),
}
COACHES: Final[Mapping[str, str]] = {
    "coach_types.txt": "coach_type,travel_class,description\nZE2,second,two seats\n",
    "coach_places.txt": (
        "coach_type,place,row,column,kind,position\nZE2,01A,1,A,seat,window\nZE2,01F,1,F,seat,window\n"
    ),
    "formations.txt": "formation_id,coach_no,coach_type\nF1,1,ZE2\nF1,2,ZE2\n",
    "trip_formations.txt": "trip_id,formation_id\nT1,F1\nT2,F1\n",
    "stop_fares.txt": (
        "trip_id,stop_sequence,travel_class,cumulative_fare_minor,currency\n"
        "T1,2,second,1000,CNY\nT1,3,second,2500,CNY\nT2,2,second,2000,CNY\nT2,3,second,4000,CNY\n"
    ),
}


def zipped(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # A fixed date: the same files make the same zip.
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return path


def built(folder: Path, files: Mapping[str, str | bytes], **more: str | bytes) -> Built:
    """Of ``files`` with some replaced or added: ``stops="..."`` stands for stops.txt."""
    changed = dict(files) | {f"{name}.txt": content for name, content in more.items()}
    return build(zipped(folder / "feed.zip", changed), folder / "out.catalogue", progress=lambda *_: None)


def told(result: Built) -> list[tuple[str, int, str]]:
    return [(fault.file, fault.line, fault.fault) for fault in result.faults]


def detail_of(result: Built, code: str) -> list[str]:
    return [fault.detail for fault in result.faults if fault.fault == code]


@dataclass(slots=True, kw_only=True)
class Part:
    """One entry of a zip that is written byte by byte; what is None is told truly."""

    name: bytes
    content: bytes
    local_name: bytes | None = None
    method: int = 8
    flags: int = 0
    size: int | None = None
    packed_size: int | None = None
    crc: int | None = None
    offset: int | None = None
    disk: int = 0
    mode: int = 0o100644
    extra: bytes = b""
    local_size: int | None = None
    behind: bytes = b""  # bytes after the packed data, still within its length


def crafted(
    path: Path, parts: list[Part], *, prefix: bytes = b"", suffix: bytes = b"", count: int | None = None, disk: int = 0
) -> Path:
    """A zip that says what it is told to say."""
    data = bytearray(prefix)
    directory = bytearray()
    for part in parts:
        packed = _deflate(part.content) if part.method == 8 else part.content
        packed += part.behind
        crc = zlib.crc32(part.content) if part.crc is None else part.crc
        size = len(part.content) if part.size is None else part.size
        packed_size = len(packed) if part.packed_size is None else part.packed_size
        offset = len(data) if part.offset is None else part.offset
        local_name = part.name if part.local_name is None else part.local_name
        local_size = size if part.local_size is None else part.local_size
        data += struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", 20, part.flags, part.method, 0, 33, crc, packed_size, local_size,
            len(local_name), 0,
        )  # fmt: skip
        data += local_name + packed
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 0x0314, 20, part.flags, part.method, 0, 33, crc, packed_size, size,
            len(part.name), len(part.extra), 0, part.disk, 0, part.mode << 16, offset,
        )  # fmt: skip
        directory += part.name + part.extra
    said = len(parts) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", disk, disk, said, said, len(directory), len(data), 0)
    path.write_bytes(bytes(data) + bytes(directory) + end + suffix)
    return path


def parts(files: Mapping[str, str] = TINY) -> list[Part]:
    return [Part(name=name.encode(), content=content.encode()) for name, content in files.items()]


def _deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()
