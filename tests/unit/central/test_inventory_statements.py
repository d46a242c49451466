"""Every statement on an inventory table that stands anywhere in central's sources names run_id and service_date.

Read from the sources, so that none is missed that no test happens to run: the two tests that hear the statements of a
day (``stock/test_statements.py``, ``journal/test_statements.py``) show that these are the ones that are sent. What
names no run is on one of three closed lists, with the reason; whatever is added elsewhere fails here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import central
from central.stock.partitions import TABLES

SOURCES: Final = Path(central.__file__).parent
_SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|COPY|LOCK|MERGE|TRUNCATE)\b")
_NAMES = "|".join(TABLES)
_INVENTORY = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|USING|TABLE|COPY|ONLY)\s+(?:{_NAMES})\b|, (?:{_NAMES}) [a-z]\b")

# They look for the runs that something is to be done with, by an index of their own; on machines of a cluster each
# answers for its own runs. What they find is locked and read again by its key.
LOOKED_FOR = {
    "stock/feeding.py SELECT service_date, run_id, stock_position FROM run WHERE stock_shard": "a shard, by position",
    "stock/ending.py SELECT service_date, run_id, lease_id FROM lease WHERE state = 'ACTIVE'": "whose time is over",
    "stock/ending.py SELECT service_date, run_id, lease_id, true FROM lease WHERE device_id": "what a lost device has",
    "stock/ending.py SELECT service_date, run_id FROM lease WHERE lease_id": "a person names the lease",
    "stock/leases.py SELECT service_date, run_id, expires_at FROM lease WHERE lease_id": "a person names the pool",
    "byhand.py SELECT 1 FROM lease l JOIN device d": "a person names the lease: is its window at work?",
    "stock/tending.py SELECT service_date, run_id FROM claim WHERE state = 'HELD'": "holds over, and runs waited for",
    "journal/tickets.py SELECT service_date, run_id, ticket_id FROM ticket WHERE document_tag": "a document has no run",
    "payments/refunding.py SELECT EXISTS (SELECT FROM ticket WHERE order_id": "an order paid for many runs",
}
# They go over all runs there are, and must: no run is in question, all are.
EVERY_RUN = {
    "stock/reissuing.py SELECT service_date, run_id, trip_id, pattern": "a new timetable looks at all, locked",
    "stock/tending.py DELETE FROM waiting WHERE service_date <": "who waited for a run that left",
    "retention.py SELECT (SELECT count(*) FROM claim WHERE service_date >=": "a whole month: what of it is open",
    "retention.py LOCK TABLE": "a whole month goes, with its partitions: the tables themselves",
}
# They are joined run by run, and go over many: for a person who wants to see them, or that central's books agree.
SHOWN = {
    "byhand.py SELECT l.lease_id, l.station_code": "central allotments: the list",
    "cancelling.py SELECT r.service_date, r.trip_id": "central runs: the list",
    "trust.py SELECT p.ticket_id FROM ticket_place p JOIN ticket t": "which of these tickets are refunded",
    "stock/check.py SELECT service_date, run_id FROM run": "central verify",
    "stock/check.py SELECT s.kind, s.service_date, s.run_id FROM (": "central verify: rows without a run",
    "journal/verify.py SELECT t.number, t.service_date": "central verify",
    "journal/verify.py SELECT p.service_date, p.run_id": "central verify",
    "journal/verify.py SELECT n.number, n.ticket_id": "central verify",
    "journal/verify.py WITH told AS (": "central verify",
}


def _statements(source: str) -> Iterator[str]:
    """On one line each. What is spliced in is looked up among the module's constants; ``{}`` where it is none."""
    tree = ast.parse(source)
    known = {
        node.target.id: node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
    } | {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for text in _texts(tree, known):
        if _SQL.match(text):
            yield " ".join(text.split())


def _texts(node: ast.AST, known: dict[str, ast.expr]) -> Iterator[str]:
    text = _text(node, known) if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) else None
    if text is not None:
        yield text
        return
    for child in ast.iter_child_nodes(node):
        yield from _texts(child, known)


def _text(node: ast.AST, known: dict[str, ast.expr]) -> str | None:
    """None: no text."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name) if name in known:
            return _text(known[name], {other: value for other, value in known.items() if other != name})
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, known) or "{}" for part in parts)
        case ast.FormattedValue(value=value):
            return _text(value, known)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            sides = _text(left, known), _text(right, known)
            return None if sides == (None, None) else "".join(side or "{}" for side in sides)
    return None


def names_its_run(statement: str) -> bool:
    """Both columns are given from outside: compared, of many runs in two lists, or written as the first two."""
    if statement.startswith(("INSERT", "COPY")) and statement.partition("(")[2].startswith("service_date, run_id"):
        return True
    if re.search(r"\bservice_date = %s", statement) and re.search(r"\brun_id = %s", statement):
        return True
    return bool(
        "unnest(%s::date[], %s::uuid[]" in statement
        and re.search(r"\.service_date = [a-z]\.service_date", statement)
        and re.search(r"\.run_id = [a-z]\.run_id", statement)
    )


def test_every_statement_in_the_sources_names_its_run() -> None:
    """One that does not would be asked of every machine of a cluster, or take locks across runs."""
    found = [
        f"{path.relative_to(SOURCES).as_posix()} {statement}"
        for path in sorted(SOURCES.rglob("*.py"))
        for statement in _statements(path.read_text(encoding="utf-8"))
        if _INVENTORY.search(statement)
    ]
    assert len(found) > 60, "the sources were read"
    exceptions = LOOKED_FOR | EVERY_RUN | SHOWN
    unnamed = [one for one in found if not names_its_run(one.partition(" ")[2])]
    assert [one for one in unnamed if not one.startswith(tuple(exceptions))] == []
    idle = {known for known in exceptions if not any(one.startswith(known) for one in unnamed)}
    assert idle == set(), "an exception that nothing needs is none"


def test_the_reader_reads_what_names_no_run() -> None:
    """The check itself, on the ways in which statements are written."""
    source = (
        'A: Final = "SELECT state FROM claim "\n'
        "def f(tx):\n"
        '    tx.run(A + "WHERE claim_id = %s")\n'
        '    tx.run(f"{A}WHERE service_date = %s AND run_id = %s {more}")\n'
        '    tx.run("UPDATE run r SET state = 1 FROM unnest(%s::date[], %s::uuid[]) AS q (service_date, run_id) "\n'
        '           "WHERE r.service_date = q.service_date AND r.run_id = q.run_id")\n'
        '    tx.run("INSERT INTO lease (lease_id, run_id) VALUES (%s, %s)")\n'
        '    tx.run("SELECT t.n FROM ticket t JOIN run r ON t.service_date = r.service_date AND t.run_id = r.run_id")\n'
        '    tx.run("DELETE FROM verdict WHERE seq = %s")\n'
    )
    read = [one for one in _statements(source) if _INVENTORY.search(one)]
    assert [names_its_run(one) for one in read] == [False, False, True, True, False, False]
