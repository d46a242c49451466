"""The operator's guide to layouts says what the program does."""

from __future__ import annotations

import re

import pytest

from counter_app.domain.paper_contents import COMMON_FACTS, CONTENTS
from counter_app.domain.papers import Document
from printers.compose import Composer
from printers.layout.elements import ElementReader
from printers.layout.fields import fields_of
from printers.layout.parse import houses, read_layout
from printers.layout_preview import LayoutPreview
from tests.unit.printers.samples import RESOURCES

GUIDE = (RESOURCES.parent / "docs" / "layouts.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
PREVIEW = LayoutPreview(Composer(RESOURCES))


def test_every_name_stands_in_the_guide() -> None:
    """An operator would not learn that a field, a part or an element is there."""
    shared = houses(read_layout(PREVIEW.text("common"), "common.toml").source, None)
    house = next(iter(shared.values()))
    wanted = {*Document, *fields_of(Document.TICKET), *COMMON_FACTS, *house.styles, *house.blocks, *house.words}
    for document, contents in CONTENTS.items():
        wanted |= {*contents.parts, *contents.facts, *contents.must, *ElementReader(document, house).kinds()}
    missing = {name for name in wanted if f"`{name}`" not in GUIDE and f"`{name}=" not in GUIDE}
    assert not missing


@pytest.mark.parametrize("example", range(len(EXAMPLES)))
def test_its_examples_hold(example: int) -> None:
    """What is copied out of the guide would be refused."""
    text = EXAMPLES[example]
    if "document" not in text:
        text = f'document = "ticket"\n[[element]]\ntype = "use"\nblock = "ticket_head"\n{text}' + "".join(
            PREVIEW.text("ticket").partition("# ---- when")[1:]
        )
    if "logo = " in text:
        text = "\n".join(line for line in text.splitlines() if not line.startswith("logo"))
    PREVIEW.check(text, "example.toml")
