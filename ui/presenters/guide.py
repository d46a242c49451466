"""The clerk's guide, one section a screen, from ``resources/help/<language>.md``. No Qt."""

from __future__ import annotations

import re
from pathlib import Path

_HEAD = re.compile(r"^<!-- (\w+) -->$", re.MULTILINE)


def sections(folder: Path, language: str) -> dict[str, str]:
    """Screen name -> Markdown, in the order of the file."""
    parts = _HEAD.split((folder / f"{language}.md").read_text("utf-8"))
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def heading(markdown: str) -> str:
    return markdown.splitlines()[0].removeprefix("# ")
