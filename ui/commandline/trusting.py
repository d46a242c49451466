"""``counterfoil trust …``: the keys with which tickets are checked: handed out, taken in, rotated, revoked."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from counter_app.application.manage_trust import ImportTrust, RevokeKey, RotateKeys
from counter_app.domain.journal import timestamp
from counter_app.domain.staff import Actor
from counter_app.domain.trust import TrustBundle
from counter_app.domain.trust_statement import Rule, Statement
from counter_app.errors import Reason, Refusal
from ui.commandline.commands import DONE, file_trouble, print_json


class TrustDesk(Protocol):
    @property
    def revoke_key(self) -> RevokeKey: ...
    @property
    def rotate_keys(self) -> RotateKeys: ...
    @property
    def import_trust(self) -> ImportTrust: ...
    def export_trust(self, actor: Actor, target: Path) -> TrustBundle: ...


@dataclass(frozen=True, slots=True)
class Held:
    """An open counter, as this command needs it. ``bundles``: our own, then those that were imported."""

    desk: TrustDesk
    bundles: Callable[[], list[TrustBundle]]


def trust(args: argparse.Namespace, held: Held, actor: Callable[[], Actor], read: Callable[[Path], bytes]) -> int:
    """Raises Refusal, ``OSError``."""
    match args.trust_command:
        case "export":
            with file_trouble(args.file):
                bundle = held.desk.export_trust(actor(), args.file)
            if args.json:
                print_json(_bundle(bundle))
        case "show":
            shown = [_bundle(one) for one in held.bundles()]
            if args.json:
                print_json(shown)
            else:
                _print(shown)
        case "import":
            key = None if args.operator_key is None else read_key(args.operator_key)
            taken = held.desk.import_trust(actor(), read(args.file), operator_key=key)
            _say(_bundle(taken), as_json=args.json)
        case "rotate":
            _rotate(args, held, actor())
        case _:
            _revoke(args, held, actor())
    return DONE


def _rotate(args: argparse.Namespace, held: Held, actor: Actor) -> None:
    if not args.operator:
        epoch = held.desk.rotate_keys.station(actor, reason=args.reason)
        if args.json:
            print_json({"epoch": epoch})
        else:
            print(f"epoch {epoch}: new key of this window; hand out the bundle (trust export)")
        return
    at = None if args.at is None else read_instant(args.at, "at")
    said = held.desk.rotate_keys.operator(actor, at=at, reason=args.reason)
    if args.json:
        print_json(_statement(said))
    else:
        new = said.operator_keys[-1]
        print(f"operator key {new.public_key.hex()} signs from {timestamp(new.since)} on; hand out the bundle")


def _revoke(args: argparse.Namespace, held: Held, actor: Actor) -> None:
    since = None if args.since is None else read_instant(args.since, "since")
    rule = Rule.ENDED if args.keep else Rule.REFUSED
    done = held.desk.revoke_key(
        actor, args.epoch, rule=rule, reason=args.reason, since=since, accept_sold=not args.none_stays_good
    )
    if args.json:
        print_json({"key_id": done.certificate.key_id.hex(), "rule": rule.value, "accepted": done.accepted})
    elif rule is Rule.ENDED:
        print(f"key {done.certificate.key_id.hex()} has ended; its tickets stay good")
    else:
        print(f"key {done.certificate.key_id.hex()} is refused; {done.accepted} of its tickets stay good")


def read_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Refusal(Reason.BAD_INPUT, field="operator_key", detail="64 hexadecimal digits")
    return key


def read_instant(text: str, field: str) -> datetime:
    """With its offset (``Z``, ``+08:00``): a time of the operator's own zone would be another's elsewhere."""
    try:
        at = datetime.fromisoformat(text)
        utc = at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refusal(Reason.BAD_INPUT, field=field, detail="for example 2026-12-01T00:00:00Z") from error
    if at.tzinfo is None:
        raise Refusal(Reason.BAD_INPUT, field=field, detail="with its offset, for example 2026-12-01T00:00:00Z")
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def _bundle(bundle: TrustBundle) -> dict[str, object]:
    said = bundle.statement
    return {
        "operator": bundle.operator_name,
        "operator_key": bundle.operator_key.hex(),
        "certificates": len(bundle.certificates),
        "statement": None if said is None else _statement(said),
    }


def _statement(said: Statement) -> dict[str, object]:
    return {
        "sequence": said.sequence,
        "issued_at": timestamp(said.issued_at),
        "signed_by": said.signed_by.hex(),
        "operator_keys": [
            {
                "public_key": one.public_key.hex(),
                "from": timestamp(one.since),
                "until": None if one.until is None else timestamp(one.until),
            }
            for one in said.operator_keys
        ],
        "revocations": [
            {
                "key_id": one.key_id.hex(),
                "rule": one.rule.value,
                "from": timestamp(one.since),
                "accepted": len(one.accepted),
            }
            for one in said.revocations
        ],
    }


def _say(shown: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(shown)
    else:
        _print([shown])


def _print(shown: list[dict[str, object]]) -> None:
    for one in shown:
        said = one["statement"]
        number = said["sequence"] if isinstance(said, dict) else "none"
        print(f"{one['operator']}: {one['certificates']} keys, statement {number}")
        print(f"  operator key {one['operator_key']}")
        if isinstance(said, dict):
            for ended in said["revocations"]:
                print(f"  {ended['rule']}: {ended['key_id']} from {ended['from']}, {ended['accepted']} stay good")
