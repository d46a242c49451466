"""The timetable that is sold from: the active issue's catalogue, opened once and given to whoever asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from counter_app.errors import Reason, Refusal
from counter_app.ports.catalogue import Catalogue
from counter_app.ports.store import MoneyStore, Reading, Writing

C = TypeVar("C", bound=Catalogue)


class TimetableInForce(Generic[C]):
    """``()`` gives the catalogue or None before the first import. After an import call ``refresh``.

    The old catalogue stays open for as long as somebody uses it: a search under way is never cut off.
    """

    def __init__(self, *, store: MoneyStore, open_catalogue: Callable[[Path], C], folder: Path) -> None:
        self._store = store
        self._open = open_catalogue
        self._folder = folder
        self._lock = threading.Lock()
        self._looked = False
        self._catalogue: C | None = None

    def __call__(self) -> C | None:
        if not self._looked:
            with self._lock:
                if not self._looked:
                    self._look()
        return self._catalogue

    def within(self, books: Reading | Writing) -> C | None:
        """As a call, where a transaction is open already: another one cannot begin within it."""
        if not self._looked:
            with self._lock:
                if not self._looked:
                    self._take(books)
        return self._catalogue

    def required(self) -> C:
        """Raises Refusal(NO_TIMETABLE)."""
        catalogue = self()
        if catalogue is None:
            raise Refusal(Reason.NO_TIMETABLE)
        return catalogue

    def refresh(self) -> None:
        with self._lock:
            self._look()

    def _look(self) -> None:
        with self._store.reading() as books:
            self._take(books)

    def _take(self, books: Reading | Writing) -> None:
        active = books.issues.active()
        if active is not None:
            path = self._folder / active.file_name
            if not path.is_file():
                raise Refusal(Reason.STORE_DAMAGED, part="catalogue", name=active.file_name)
            self._catalogue = self._open(path)
        self._looked = True
