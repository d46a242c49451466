"""What an operator writes down about a gateway, how it is kept, and what an answer of Alipay's is taken apart into."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.operator import BadKeys
from central.payments.gateways import config, rsa
from central.payments.gateways.alipay import top_level
from central.payments.gateways.https import Client
from central.simulators.gateway.server import GatewaySimulator
from counter_app.errors import Reason, Refusal
from tests.contract.gateway_house import keys
from tests.unit.central.stock.world import Numbers, TestClock


@pytest.fixture
def written(tmp_path: Path) -> dict[str, Path]:
    simulator = GatewaySimulator(TestClock().now, keys=keys)
    simulator._server.server_close()
    return simulator.write_config(tmp_path / "given")


@pytest.mark.parametrize("method", ["wechat", "alipay"])
def test_kept_for_its_owner_only(written: dict[str, Path], tmp_path: Path, method: str) -> None:
    """Whoever reads a merchant's key can take its money."""
    folder = tmp_path / "gateways"
    config.keep_config(folder, config.read_config(method, written[method]))
    kept = folder / f"{method}.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    assert list(config.load_gateways(folder, TestClock(), Numbers())) == [method]
    (view,) = config.views(folder)
    assert "PRIVATE" not in str(view)
    if os.name == "posix":
        kept.chmod(0o644)
        with pytest.raises(BadKeys, match="chmod 600"):
            config.load_gateways(folder, TestClock(), Numbers())
    kept.unlink()
    assert config.load_gateways(folder, TestClock(), Numbers()) == {}
    assert not config.drop_config(folder, method)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "wechat.json").touch(mode=0o600)
    with pytest.raises(BadKeys, match="not a gateway's file"):
        config.views(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('appid = "', 'appid = 1 #"'),
        ('mchid = "', 'mchid = "a\\"b'),
        ('serial = "', '# "'),
        ("[public_keys]", "[other]"),
        ("base_url", "extra = 1\nbase_url"),
        ("wechat-public.pem", "wechat.toml"),
        ("wechat-merchant.pem", "wechat-public.pem"),
        ("http://127.0.0.1", "http://gateway.example"),
        ("http://127.0.0.1", "ftp://127.0.0.1"),
        ("base_url = ", "base_url "),
    ],
)
def test_what_is_wrong_is_said_at_once(written: dict[str, Path], old: str, new: str) -> None:
    """Not at the first customer."""
    path = written["wechat"]
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(Refusal) as caught:
        config.build(config.read_config("wechat", path), TestClock(), Numbers())
    assert caught.value.reason is Reason.BAD_SETTING


def test_keys_in_every_form_that_is_handed_out(written: dict[str, Path]) -> None:
    """PEM, or the bare base64 that Alipay's own tool writes."""
    folder = written["alipay"].parent
    private, public = ((folder / f"alipay-{name}.pem").read_text() for name in ("merchant", "public"))
    signed = rsa.sign(rsa.private_key(_bare(private)), b"text")
    assert rsa.verified(rsa.public_key(_bare(public)), b"text", signed) is False  # that is the gateway's, not ours
    own = rsa.private_key(private).public_key()
    assert rsa.verified(own, b"text", signed)
    assert not rsa.verified(own, b"text", "not base64 at all")
    assert not rsa.verified(own, b"Text", signed)
    for text in ("", "x", public):
        with pytest.raises(ValueError, match="private key"):
            rsa.private_key(text)
    with pytest.raises(ValueError, match="public key"):
        rsa.public_key(private)


def _bare(pem: str) -> str:
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


@pytest.mark.parametrize("url", ["", "gateway", "https://", "https://x/?a=1", "http://10.0.0.1/", "file:///etc"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        Client(url, deadline_s=1)


MEMBERS = st.dictionaries(
    st.text(max_size=20),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=5,
)


@given(MEMBERS, st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:\r\n")]))
def test_members_as_they_were_written(members: dict[str, Any], between: tuple[str, str]) -> None:
    """What is signed is the text, braces within texts and all."""
    for escaped in (True, False):
        text = json.dumps(members, ensure_ascii=escaped, separators=between)
        parts = top_level(f" {text}\n")
        assert {name: json.loads(raw) for name, raw in parts.items()} == members
        assert all(raw in text for raw in parts.values())


@pytest.mark.parametrize(
    "text", ["", "[]", "1", "{", '{"a"}', '{"a":1', '{"a":1}x', '{"a":1,"a":2}', "{1:2}", '{"a":1,}']
)
def test_what_is_no_answer(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of any kind: it is no answer
        top_level(text)
