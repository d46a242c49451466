"""``counterfoil layouts`` as an operator types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from main import main

OWN = """\
document = "receipt"

[[element]]
type = "marks"

[[element]]
type = "text"
text = "{title}"

[[element]]
type = "rest"
"""


def run(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> tuple[int, str, str]:
    status = main(["--profile", str(folder), "layouts", *arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_shipped_one_is_where_an_operator_starts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is shown would be refused when it comes back as a file."""
    for name in ("ticket", "common", "z_report"):
        status, text, _ = run(capsys, tmp_path, "show", name)
        assert status == 0
        file = tmp_path / f"{name}.toml"
        file.write_text(text, "utf-8")
        assert run(capsys, tmp_path, "check", str(file)) == (0, f"ok: {file}\n", "")
    assert run(capsys, tmp_path, "show", "poster")[0] == 3


def test_each_fault_is_told_with_file_line_and_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator could not find what he mistyped, or would read it in a language that is not his."""
    good, bad, none = tmp_path / "good.toml", tmp_path / "bad.toml", tmp_path / "none.toml"
    good.write_text(OWN, "utf-8")
    bad.write_text(OWN.replace("{title}", "{titel}"), "utf-8")
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    status, out, err = run(capsys, tmp_path, "check", str(bad), str(good), str(none))
    assert (status, out) == (3, f"ok: {good}\n")
    first, second = err.splitlines()
    assert first == "counterfoil: bad.toml:8: unknown_field: this document has no such field: “titel”"
    assert second.startswith("counterfoil: none.toml:1: unreadable: ")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "该单据没有字段“titel”" in run(capsys, tmp_path, "check", str(bad))[2]


def test_the_list_says_whose_layout_each_document_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An operator would not see that his file is not used."""
    layouts = tmp_path / "layouts"
    layouts.mkdir()
    (layouts / "receipt.toml").write_text(OWN, "utf-8")
    (layouts / "cash.toml").write_text("document = 7", "utf-8")
    status, out, err = run(capsys, tmp_path, "list")
    lines = dict(line.split() for line in out.splitlines())
    assert status == 3
    assert (lines["receipt"], lines["ticket"], len(lines)) == ("own", "shipped", 14)
    assert "cash.toml:1: wrong_value" in err


@pytest.mark.parametrize(("name", "first"), [("x.png", b"\x89PNG"), ("x.pdf", b"%PDF")])
def test_previews(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, first: bytes) -> None:
    """A layout could only be looked at by wasting paper."""
    file, out = tmp_path / "own.toml", tmp_path / name
    file.write_text(OWN, "utf-8")
    for what in ("ticket", str(file)):
        options = ("--width", "384", "--language", "both", "--sample", "long", "--out", str(out))
        assert run(capsys, tmp_path, "preview", what, *options) == (0, "", "")
        assert out.read_bytes().startswith(first)
    assert run(capsys, tmp_path, "preview", "ticket", "--out", str(tmp_path / "x.gif"))[0] == 3
    assert run(capsys, tmp_path, "preview", "nothing.toml", "--out", str(out))[0] == 3
