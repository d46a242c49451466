"""The house itself: what a newcomer is told, what is locked, and what must not stand in a committed file."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ("run", "test", "check", "bench", "screens")
PAIRS = ("README", "docs/clerk-guide", "docs/operator-guide")


def _zh(name: str) -> Path:
    return ROOT / f"{name}.zh-CN.md"


def _committed() -> list[Path]:
    told = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False)
    if told.returncode:
        pytest.skip("not a git checkout: a packed source is judged where it was packed")
    return [path for name in told.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def _texts() -> list[tuple[Path, str]]:
    found = []
    for path in _committed():
        raw = path.read_bytes()
        if b"\0" not in raw[:8192]:
            found.append((path, raw.decode("utf-8")))
    return found


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9-]*)==([^ ;\\]+)", text, re.MULTILINE))


def _wanted(*, dev: bool) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = project["dependencies"] + (project["optional-dependencies"]["dev"] if dev else [])
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("dev", [False, True], ids=["runtime", "dev"])
def test_locked_versions_satisfy_what_the_project_asks_for(dev: bool) -> None:
    """An operator would install versions that the program was never meant to run with."""
    locked = _locked("dev" if dev else "runtime")
    for wanted in _wanted(dev=dev):
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        assert name in locked, f"{name} is not locked: make lock"
        assert wanted.specifier.contains(Version(locked[name])), f"{name} {locked[name]} against {wanted.specifier}"


def test_both_locks_hold_the_same_versions() -> None:
    """What the tests passed with would not be what a station runs."""
    runtime, dev = _locked("runtime"), _locked("dev")
    assert runtime
    assert {name: dev.get(name) for name in runtime} == runtime


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_every_locked_package_carries_hashes_and_no_registry(name: str) -> None:
    """A tampered package would be installed at a till, or a set-up would lean on one particular mirror."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) > 20
    for block in blocks:
        assert "--hash=sha256:" in block, block.splitlines()[0]
    assert "://" not in text
    assert "--index" not in text


@pytest.mark.parametrize("name", PAIRS)
def test_each_guide_exists_in_both_languages_and_tells_the_same_commands(name: str) -> None:
    """A clerk or an operator who reads the other language would be told something else, or nothing."""
    english, chinese = (ROOT / f"{name}.md").read_text("utf-8"), _zh(name).read_text("utf-8")
    assert re.search(r"[\u4e00-\u9fff]{4}", chinese)
    blocks = [re.findall(r"^```[a-z]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for text in (english, chinese)]
    commands = [
        [
            line.split("#")[0].split()
            for line in "\n".join(found).splitlines()
            if re.match(r"(make|counterfoil|sudo) ?", line)
        ]
        for found in blocks
    ]
    assert commands[0] == commands[1]
    assert english.count("\n## ") == chinese.count("\n## ")


@pytest.mark.parametrize("target", TARGETS)
def test_both_readmes_and_the_makefile_know_each_target(target: str) -> None:
    """A newcomer would type a command that is not there."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    for readme in (ROOT / "README.md", _zh("README")):
        assert f"make {target}" in readme.read_text(encoding="utf-8")


def test_links_inside_the_documents_lead_somewhere() -> None:
    """A reader would follow a page's link into nothing."""
    for path, text in _texts():
        if path.suffix != ".md":
            continue
        shown = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", shown):
            if "://" not in target and not target.startswith("mailto:"):
                assert (path.parent / target).exists(), f"{path.relative_to(ROOT)} → {target}"


def test_files_named_in_the_architecture_page_exist() -> None:
    """A newcomer would look for a sale in files that were renamed."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(
        re.findall(r"`((?:counter_app|db|printers|devices|ui|resources|benchmarks|tests|tools)/[\w./-]+)`", text)
    )
    assert named
    assert not sorted(name for name in named if not (ROOT / name).exists())


def test_the_documented_commands_are_the_programs_own() -> None:
    """An operator would type a command from the guide and be refused as if it were their mistake."""
    import argparse

    from ui.commandline.parser import build_parser

    commands = next(
        action.choices for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    for path in (ROOT / "README.md", _zh("README"), ROOT / "docs/operator-guide.md", _zh("docs/operator-guide")):
        for block in re.findall(r"^```[a-z]*\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            for line in re.findall(r"^counterfoil +(?:--profile +\S+ +)?([a-z][a-z-]*)", block, re.MULTILINE):
                assert line in commands, f"{path.name}: counterfoil {line}"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_settings_table_is_the_programs_own(readme: str) -> None:
    """An operator would set a key that is refused, or never learn of one."""
    from dataclasses import asdict

    from counter_app.domain.settings import DEFAULTS

    text = (ROOT / readme).read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| `([^`]+)` \|", text, re.MULTILINE))
    known = {f"{section}.{key}": value for section, keys in asdict(DEFAULTS).items() for key, value in keys.items()}
    assert {key: tomllib.loads(f"x = {value}")["x"] for key, value in told.items()} == known


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_a_newcomer_is_told_the_demonstrations_accounts(readme: str) -> None:
    """A newcomer would stand before a log-in screen with the wrong password."""
    from ui.commandline.demo import ACCOUNTS

    text = (ROOT / readme).read_text(encoding="utf-8")
    for account in ACCOUNTS:
        assert f"`{account.login}`" in text
        assert f"`{account.password}`" in text


@pytest.mark.parametrize("name", ["README", "docs/operator-guide"])
def test_the_printer_profiles_that_are_named_exist(name: str) -> None:
    """A station would be set to a printer that the program does not know."""
    from printers.profiles import PROFILES

    for path in (ROOT / f"{name}.md", _zh(name)):
        told = set(re.findall(r"`((?:thermal|epson|listening)-[a-z0-9-]+)`", path.read_text(encoding="utf-8")))
        generic = {name for name in PROFILES if not PROFILES[name].sources}  # models stand in docs/printing.md
        assert generic <= told <= set(PROFILES), path.name


def test_no_committed_file_names_a_workplace() -> None:
    """Paths and names of the machine that a change was made on mean nothing to anyone else."""
    # In pieces, so that this file does not name them either.
    words = ["/" + "work/", "/" + "root/", "/" + "opt/pypi", "farm" + "-studio", "/tmp/" + "setup"]
    for path, text in _texts():
        for word in words:
            assert word not in text, f"{path.relative_to(ROOT)} names {word}"


def test_committed_files_are_utf8_with_unix_lines() -> None:
    """A set-up script with the other line ends dies at its first line."""
    for path, text in _texts():
        # Licences of others stay byte for byte as they came.
        assert "\r\n" not in text or path.name.startswith("OFL-"), path.relative_to(ROOT)
        assert not text or text.endswith("\n"), f"{path.relative_to(ROOT)} does not end its last line"


def test_the_build_machine_runs_what_the_readme_says() -> None:
    """The build would be green over something that nobody who reads the README runs."""
    run = ROOT / ".ci" / "run"
    assert run.stat().st_mode & 0o111
    assert run.read_text(encoding="utf-8").rstrip().endswith("make test")


def test_the_licence_is_the_whole_apache_licence() -> None:
    """An operator's lawyer would find a program without a licence."""
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
