"""Disks after a power cut, made from a recording of what a program wrote (``strace``).

A file system as POSIX promises it, and no better: what was not synced may be there, may be missing, and may be there
in some of its sectors; a new name is durable when its folder was synced. Two liberties are not taken, since no file
system of today takes them: names of one folder come and go in the order in which they did, and a rename is atomic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

SECTOR = 512
CALLS = (
    "write,writev,pwrite64,pwritev,fsync,fdatasync,ftruncate,truncate,fallocate,rename,renameat,renameat2,"
    "unlink,unlinkat,openat,creat,link,linkat,mkdir,mkdirat,rmdir,copy_file_range,sendfile"
)


def recording(command: list[str], log: Path) -> list[str]:
    """``command`` under strace, which writes every byte that was written into ``log``."""
    options = ["-f", "-y", "-xx", "-s", "100000000", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(log)]
    return ["strace", *options, *command]


@dataclass(frozen=True, slots=True)
class Event:
    call: str
    path: str  # of the file, or of the folder's entry that is concerned
    data: bytes = b""
    at: int = 0  # offset; size for ftruncate; -1 appends where the last write ended
    other: str = ""  # the new name of a rename
    created: bool = False
    truncated: bool = False


_LINE = re.compile(r"^\d+ +([a-z0-9_]+)\((.*)\) += (-?\d+)(?:<([^>]*)>)?(?: .*)?$")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PATH_OF_FD = re.compile(r"^\d+<([^>]*)>")
_UNFINISHED = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. [a-z0-9_]+ resumed>(.*)$")


def events(log: Path) -> Iterator[Event]:
    """What happened, in the order in which it was done. Failed calls are left out. Raises ``ValueError``: not read."""
    begun: dict[str, str] = {}
    with log.open(encoding="ascii") as file:
        for text in file:
            line = text.rstrip("\n")
            if cut := _UNFINISHED.match(line):
                begun[cut[1]] = f"{cut[1]} {cut[2]}"
                continue
            if rest := _RESUMED.match(line):
                line = begun.pop(rest[1]) + rest[2]
            found = _LINE.match(line)
            if found is not None and int(found[3]) >= 0:
                yield from _event(found[1], found[2], int(found[3]), found[4])


def _event(call: str, arguments: str, result: int, opened: str | None) -> Iterator[Event]:
    strings = [_bytes(text) for text in _STRING.findall(arguments)]
    names = [text.decode("utf-8", "surrogateescape") for text in strings]
    match call:
        case "openat" | "creat":
            path = _bytes(opened or "").decode("utf-8", "surrogateescape")
            if "O_CREAT" in arguments or "O_TRUNC" in arguments:
                yield Event("open", path, created="O_CREAT" in arguments, truncated="O_TRUNC" in arguments)
        case "write":
            yield Event("write", _of_fd(arguments), strings[0][:result], -1)
        case "pwrite64":
            yield Event("write", _of_fd(arguments), strings[0][:result], int(arguments.rsplit(", ", 1)[1]))
        case "fsync" | "fdatasync":
            yield Event("sync", _of_fd(arguments))
        case "ftruncate":
            yield Event("truncate", _of_fd(arguments), at=int(arguments.rsplit(", ", 1)[1]))
        case "rename":
            yield Event("rename", names[0], other=names[1])
        case "unlink" | "rmdir":
            yield Event("unlink", names[0])
        case "mkdir":
            yield Event("mkdir", names[0])
        case _:
            raise ValueError(f"{call}({arguments[:200]}")


def _of_fd(arguments: str) -> str:
    found = _PATH_OF_FD.match(arguments)
    return _bytes(found[1] if found else "").decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()


@dataclass(slots=True, eq=False)
class _Node:
    """A file or a folder: what is on the disk for sure, and what was done to it since."""

    folder: bool
    data: bytearray = field(default_factory=bytearray)  # as the running program sees it
    durable: bytes = b""
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)  # offset and bytes, or size and None
    names: dict[str, _Node] = field(default_factory=dict)
    durable_names: dict[str, _Node] = field(default_factory=dict)
    pending_names: list[dict[str, _Node | None]] = field(default_factory=list)

    def sync(self) -> None:
        self.durable, self.pending = bytes(self.data), []
        self.durable_names, self.pending_names = dict(self.names), []


class Disk:
    """Everything below ``root``, which is empty at first; nothing else is looked at."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        self._top = _Node(folder=True)

    def holds(self, path: str) -> bool:
        return path.startswith(self._root + "/")

    def apply(self, event: Event) -> None:
        if event.path == self._root and event.call == "sync":
            self._top.sync()
        if not self.holds(event.path):
            return
        parent, name = self._place(event.path)
        node = parent.names.get(name)
        match event.call:
            case "open":
                if node is None and event.created:
                    node = _Node(folder=False)
                    self._name(parent, {name: node})
                assert node is not None, event.path
                if event.truncated and node.data:
                    self._truncate(node, 0)
            case "mkdir":
                self._name(parent, {name: _Node(folder=True)})
            case "unlink":
                self._name(parent, {name: None})
            case "rename":
                target, new = self._place(event.other)
                assert node is not None, event.path
                if target is parent:
                    self._name(parent, {name: None, new: node})
                else:
                    self._name(target, {new: node})
                    self._name(parent, {name: None})
            case "write" | "truncate" | "sync":
                # A file that was unlinked while open has no name any more: it is nobody's.
                if node is not None:
                    self._change(node, event)

    def _change(self, node: _Node, event: Event) -> None:
        if event.call == "sync":
            node.sync()
        elif event.call == "truncate":
            self._truncate(node, event.at)
        else:
            at = event.at
            if at < 0:
                # Files are opened to append or written from their beginning, once: both go on where they end.
                at = len(node.data)
            node.pending.append((at, event.data))
            _put(node.data, at, event.data)

    @staticmethod
    def _truncate(node: _Node, size: int) -> None:
        node.pending.append((size, None))
        _resize(node.data, size)

    @staticmethod
    def _name(folder: _Node, change: dict[str, _Node | None]) -> None:
        folder.pending_names.append(change)
        _rename(folder.names, change)

    def _place(self, path: str) -> tuple[_Node, str]:
        node = self._top
        *folders, name = path[len(self._root) + 1 :].split("/")
        for folder in folders:
            node = node.names[folder]
        return node, name

    # ------------------------------------------------------------------------------------------------ after a cut

    def write_to(self, target: Path, random: Random) -> None:
        """One of the states in which the disk may be found when the power is cut now."""
        kept = random.choice((0.0, 0.5, 0.9, 1.0))
        self._write_folder(self._top, target, random, kept)

    def _write_folder(self, folder: _Node, target: Path, random: Random, kept: float) -> None:
        target.mkdir(mode=0o700)
        names = dict(folder.durable_names)
        for change in folder.pending_names[: _some(len(folder.pending_names), random, kept)]:
            _rename(names, change)
        for name, node in names.items():
            if node.folder:
                self._write_folder(node, target / name, random, kept)
            elif not name.endswith("-shm"):  # shared memory: made anew from the log, whatever lies there
                (target / name).write_bytes(_torn(node, random, kept))


def _torn(node: _Node, random: Random, kept: float) -> bytes:
    data = bytearray(node.durable)
    ordered = random.random() < 0.5  # the queue was written in its order, or in any
    until = _some(len(node.pending), random, kept) if ordered else len(node.pending)
    for number, (at, written) in enumerate(node.pending[:until]):
        whole = (ordered and number + 1 < until) or kept == 1.0
        if written is None:
            if whole or random.random() < kept:
                _resize(data, at)
            continue
        for start, piece in _sectors(at, written):
            if whole or random.random() < kept:
                _put(data, start, piece)
    return bytes(data)


def _sectors(at: int, written: bytes) -> Iterable[tuple[int, bytes]]:
    start = at
    while start < at + len(written):
        end = min((start // SECTOR + 1) * SECTOR, at + len(written))
        yield start, written[start - at : end - at]
        start = end


def _some(count: int, random: Random, kept: float) -> int:
    return count if kept == 1.0 else 0 if kept == 0.0 else random.randint(0, count)


def _put(data: bytearray, at: int, written: bytes) -> None:
    if len(data) < at:
        data.extend(bytes(at - len(data)))
    data[at : at + len(written)] = written


def _resize(data: bytearray, size: int) -> None:
    if size < len(data):
        del data[size:]
    else:
        data.extend(bytes(size - len(data)))


def _rename(names: dict[str, _Node], change: dict[str, _Node | None]) -> None:
    for name, node in change.items():
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node
