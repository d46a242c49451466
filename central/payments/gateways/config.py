"""Which gateways this central has: a file of each in its folder, keys within, readable by its owner only.

What the operator writes (TOML, keys in files beside it) is read once, checked, and kept as one file. Nothing of it is
ever printed but who the merchant is and where the gateway stands.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from central.operator import BadKeys
from central.payments.gateways import rsa
from central.payments.gateways.alipay import AlipayAccount, AlipayGateway
from central.payments.gateways.https import Client
from central.payments.gateways.wechat import WechatAccount, WechatGateway
from central.payments.words import Gateway
from central.services import Clock, Entropy
from counter_app.errors import Reason, Refusal

FOLDER: Final = "gateways"
DEADLINE_S: Final = 10.0
FILE_BYTES_MAX: Final = 64 * 1024
KEYS_MAX: Final = 8
BASES: Final = {"wechat": "https://api.mch.weixin.qq.com", "alipay": "https://openapi.alipay.com/gateway.do"}
_TEXTS: Final = {"wechat": ("appid", "mchid", "serial"), "alipay": ("app_id",)}
_READABLE_BY_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayView:
    """What may be shown of it."""

    method: str
    merchant: str
    base_url: str
    keys: str


def read_config(method: str, path: Path) -> dict[str, Any]:
    """The operator's file, with the keys that it names read in. Raises Refusal(BAD_SETTING), ``OSError``.

    WeChat: appid, mchid, serial, private_key_file, [public_keys] serial = file. Alipay: app_id, private_key_file,
    public_key_files. Either: base_url, certificate_file.
    """
    try:
        document = tomllib.loads(_limited(path))
    except (ValueError, RecursionError) as error:  # no TOML, no UTF-8, a number of 5,000 digits, nesting
        raise Refusal(Reason.BAD_SETTING, key=path.name, detail=str(error)[:200]) from error
    made: dict[str, Any] = {"method": method, "base_url": _taken(document, "base_url", BASES[method])}
    made |= {name: _taken(document, name) for name in _TEXTS[method]}
    made["private_key"] = _limited(path.parent / _taken(document, "private_key_file"))
    if method == "wechat":
        named = document.pop("public_keys", {})
        if not isinstance(named, dict):
            raise _bad("public_keys")
        made["public_keys"] = {str(name): _limited(path.parent / str(file)) for name, file in named.items()}
    else:
        files = document.pop("public_key_files", [])
        if not isinstance(files, list):
            raise _bad("public_key_files")
        made["public_keys"] = [_limited(path.parent / str(file)) for file in files]
    certificate = document.pop("certificate_file", "")
    made["certificate_file"] = str((path.parent / str(certificate)).resolve()) if certificate else ""
    if document:
        raise _bad(next(iter(document)))
    if not 1 <= len(made["public_keys"]) <= KEYS_MAX:
        raise _bad("public_keys")
    return made


def keep_config(folder: Path, made: Mapping[str, Any]) -> None:
    """Whole or not at all; an earlier one is replaced."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=".gateway.", dir=folder)  # readable by its owner only
    try:
        os.write(handle, json.dumps(made, ensure_ascii=False).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    Path(beside).replace(folder / f"{made['method']}.json")


def drop_config(folder: Path, method: str) -> bool:
    path = folder / f"{method}.json"
    found = path.exists()
    path.unlink(missing_ok=True)
    return found


def build(made: Mapping[str, Any], clock: Clock, entropy: Entropy, *, deadline_s: float = DEADLINE_S) -> Gateway:
    """Raises Refusal(BAD_SETTING)."""
    try:
        client = Client(made["base_url"], deadline_s=deadline_s, certificate_file=made["certificate_file"])
        private = rsa.private_key(made["private_key"])
        if made["method"] == "wechat":
            keys = {name: rsa.public_key(text) for name, text in made["public_keys"].items()}
            wechat = WechatAccount(
                appid=made["appid"],
                mchid=made["mchid"],
                serial=made["serial"],
                private_key=private,
                public_keys=keys,
            )
            return WechatGateway(wechat, client, clock, entropy)
        account = AlipayAccount(
            app_id=made["app_id"],
            private_key=private,
            public_keys=tuple(rsa.public_key(text) for text in made["public_keys"]),
        )
        return AlipayGateway(account, client, clock)
    except (ValueError, OSError) as error:
        raise Refusal(Reason.BAD_SETTING, key=str(made["method"]), detail=str(error)[:200]) from error


def load_gateways(folder: Path, clock: Clock, entropy: Entropy) -> dict[str, Gateway]:
    """Every gateway of this central. Raises ``BadKeys``, Refusal(BAD_SETTING)."""
    return {made["method"]: build(made, clock, entropy) for made in _kept(folder)}


def views(folder: Path) -> list[GatewayView]:
    """Raises ``BadKeys``."""
    return [
        GatewayView(
            method=made["method"],
            merchant=made["mchid"] if made["method"] == "wechat" else made["app_id"],
            base_url=made["base_url"],
            keys=", ".join(made["public_keys"]) if made["method"] == "wechat" else str(len(made["public_keys"])),
        )
        for made in _kept(folder)
    ]


def _kept(folder: Path) -> list[dict[str, Any]]:
    found = []
    for method in BASES:
        path = folder / f"{method}.json"
        if not path.exists():
            continue
        if os.name == "posix" and path.stat().st_mode & _READABLE_BY_OTHERS:
            raise BadKeys(f"{path}: others may read it; chmod 600 it")
        try:
            made = json.loads(path.read_bytes())
            assert made["method"] == method
        except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
            raise BadKeys(f"{path}: not a gateway's file") from error
        found.append(made)
    return found


def _limited(path: Path) -> str:
    """Raises Refusal(BAD_SETTING), ``OSError``."""
    with path.open("rb") as file:
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise Refusal(Reason.BAD_SETTING, key=path.name, detail="too long")
    return content.decode()


def _taken(document: dict[str, Any], name: str, default: str | None = None) -> str:
    found = document.pop(name, default)
    if not isinstance(found, str) or not 1 <= len(found) <= 500 or not found.isprintable() or '"' in found:
        raise _bad(name)
    return found


def _bad(key: str) -> Refusal:
    return Refusal(Reason.BAD_SETTING, key=key, detail="")
