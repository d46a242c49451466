"""A journal as a file that anyone can check: JSON lines, the first telling who certified which key.

``docs/journal-format.md`` has the procedure for people without this program; ``check_export`` is the same in code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from counter_app.domain.journal import START, BadEntry, Entry, Json, canonical, check_link, read_entry
from counter_app.domain.trust import BadTrust, TrustBundle, Verify, parse_bundle

FORMAT: Final = "counterfoil-journal-1"


def header_line(*, profile: dict[str, Json], trust: TrustBundle, entries: int, head: bytes) -> bytes:
    return canonical(
        {"format": FORMAT, "profile": profile, "trust": trust.fields(), "entries": entries, "head": head.hex()}
    )


def entry_line(entry: Entry) -> bytes:
    """``raw`` is the canonical text itself: as UTF-8 it is the very bytes that ``hash`` covers."""
    return canonical({"raw": entry.raw.decode(), "hash": entry.hash.hex(), "signature": entry.signature.hex()})


def check_export(lines: Iterable[bytes], verify: Verify, *, operator_key: bytes | None = None) -> int:
    """The number of entries of a whole export. ``operator_key``: known from elsewhere, else the file's own is believed.

    Raises ``BadEntry`` (its ``detail`` names the entry where one is at fault) and ``BadTrust``.
    """
    numbered: Iterator[bytes] = iter(lines)
    header = _object(next(numbered, b""))
    if header.get("format") != FORMAT:
        raise BadEntry("bad_header")
    bundle = parse_bundle(json.dumps(header.get("trust")).encode(), verify)
    if operator_key is not None and bundle.operator_key != operator_key:
        raise BadTrust("other_operator")
    profile = header.get("profile")
    window = (profile.get("station"), profile.get("counter")) if isinstance(profile, dict) else (None, None)
    # Another window of the same operator has keys too, and no say in this journal.
    keys = {one.epoch: one.public_key for one in bundle.certificates if (one.station, one.counter) == window}

    def signed(epoch: int, purpose: str, message: bytes, signature: bytes) -> bool:
        return epoch in keys and verify(keys[epoch], purpose, message, signature)

    link = START
    for line in numbered:
        fields = _object(line)
        try:
            raw = str(fields["raw"]).encode()
            entry = read_entry(raw, bytes.fromhex(fields["hash"]), bytes.fromhex(fields["signature"]))
            if entry.seq == 1 and window != (entry.body.get("station_code"), entry.body.get("counter")):
                raise BadEntry("bad_header")  # noqa: TRY301 - named with its entry like the others
            link = check_link(link, entry, signed)
        except BadEntry as error:
            raise BadEntry(error.reason, f"entry {link.seq + 1}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise BadEntry("bad_field", f"entry {link.seq + 1}") from error
    if (header.get("entries"), header.get("head")) != (link.seq, link.hash.hex()):
        raise BadEntry("tail_cut", f"entry {link.seq + 1}")
    return link.seq


def _object(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadEntry("not_json") from error
    if not isinstance(fields, dict):
        raise BadEntry("not_json")
    return fields
