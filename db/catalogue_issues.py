"""Which catalogue issue is active: the last activation. Going back is one more row (decisions 3)."""

from __future__ import annotations

from typing import Any, Final

from counter_app.ports.catalogue_issues import ActiveIssue
from db.context import Context, from_ms, to_ms

_COLUMNS: Final = "issue_id, file_name, sha256, feed_name, trips, activated_at"


class SqlIssues:
    def __init__(self, context: Context) -> None:
        self._context = context

    def active(self) -> ActiveIssue | None:
        found = self._context.row(f"SELECT {_COLUMNS} FROM catalogue_issue ORDER BY activation DESC LIMIT 1")  # noqa: S608
        return None if found is None else _issue(found)

    def all(self) -> list[ActiveIssue]:
        found = self._context.rows(f"SELECT {_COLUMNS} FROM catalogue_issue ORDER BY activation")  # noqa: S608
        return [_issue(row) for row in found]

    def activate(self, issue: ActiveIssue) -> None:
        self._context.run(
            f"INSERT INTO catalogue_issue (activation, {_COLUMNS}) "  # noqa: S608 - constants of this file
            "SELECT coalesce(max(activation), 0) + 1, ?, ?, ?, ?, ?, ? FROM catalogue_issue",
            (
                issue.issue_id,
                issue.file_name,
                issue.sha256,
                issue.feed_name,
                issue.trips,
                to_ms(issue.activated_at),
            ),
        )


def _issue(row: tuple[Any, ...]) -> ActiveIssue:
    return ActiveIssue(
        issue_id=row[0],
        file_name=row[1],
        sha256=row[2],
        feed_name=row[3],
        trips=row[4],
        activated_at=from_ms(row[5]),
    )
