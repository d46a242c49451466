"""A feed as its files: which are there, which look like a trick, and how far the reading has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from db.catalogue import container
from db.catalogue.container import Archive, refuse
from db.catalogue.faults import Faults
from db.catalogue.table import Row, Table

READ: Final = (
    "agency.txt",
    "stops.txt",
    "routes.txt",
    "calendar.txt",
    "calendar_dates.txt",
    "trips.txt",
    "stop_times.txt",
    "frequencies.txt",
    "feed_info.txt",
    "fare_attributes.txt",
    "fare_rules.txt",
    "coach_types.txt",
    "coach_places.txt",
    "formations.txt",
    "trip_formations.txt",
    "stop_fares.txt",
)


class Source:
    def __init__(self, archive: Archive, faults: Faults, progress: Callable[[str, int, int], None]) -> None:
        self.faults = faults
        self._archive = archive
        self._progress = progress
        self._done = 0
        self._total = sum(entry.bytes for name, entry in archive.entries.items() if name in READ)
        for name in archive.entries:
            if _masquerades(name):
                faults.add(name, 0, "unknown_file", "ignored")

    def has(self, name: str) -> bool:
        """Whether the file is there and holds anything: exporters write empty files for what they do not have."""
        entry = self._archive.entries.get(name)
        return entry is not None and entry.bytes > 0

    def need(self, *names: str) -> None:
        """Raises missing_file unless one of ``names`` is there."""
        if not any(name in self._archive.entries for name in names):
            raise refuse("missing_file", " or ".join(names))

    def table(self, name: str, columns: Sequence[str], *, required: Sequence[str]) -> Table:
        return Table(self._archive, name, columns, required=required, faults=self.faults, tick=self._tick)

    def rows(self, name: str, columns: Sequence[str], *, required: Sequence[str]) -> Iterator[tuple[int, Row]]:
        """Rows of a file, none where it is not there."""
        if self.has(name):
            yield from self.table(name, columns, required=required)

    def bounded(
        self, name: str, columns: Sequence[str], *, required: Sequence[str], at_most: int
    ) -> Iterator[tuple[int, Row]]:
        for count, numbered in enumerate(self.rows(name, columns, required=required)):
            if count >= at_most:
                raise refuse("too_large", f"{name}: more than {at_most} rows")
            yield numbered

    def check_the_rest(self) -> None:
        """Inflates what nobody reads (shapes, pictures): damage anywhere means that the file is not what was sent."""
        for name, entry in self._archive.entries.items():
            if (name not in READ or not entry.bytes) and container.readable(entry) and not name.endswith("/"):
                self._progress("check", self._done, self._total)
                for _ in self._archive.read(name):
                    pass

    def _tick(self, name: str, size: int) -> None:
        self._done += size
        self._progress(name, self._done, self._total)


def _masquerades(name: str) -> bool:
    """A name that a careless reader, or a file system that ignores capitals, takes for a file of the feed."""
    folder, _, base = name.rpartition("/")
    plain = base.strip().casefold()
    return name not in READ and plain in READ and not folder.startswith("__MACOSX")
