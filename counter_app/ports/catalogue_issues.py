"""Which catalogue issue is active: one row in the money store (decisions 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveIssue:
    issue_id: str
    file_name: str  # inside DIR/catalogues
    sha256: str  # of the catalogue file
    feed_name: str
    trips: int
    activated_at: datetime


class IssueReader(Protocol):
    def active(self) -> ActiveIssue | None: ...

    def all(self) -> list[ActiveIssue]: ...


class IssueBook(IssueReader, Protocol):
    def activate(self, issue: ActiveIssue) -> None: ...
