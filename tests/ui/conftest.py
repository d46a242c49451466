from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.ui.stage import Stage


@pytest.fixture
def stage(qapp: Any, tmp_path: Path) -> Iterator[Stage]:
    """The main window, store open, nobody signed in, English."""
    made = Stage(tmp_path)
    yield made
    made.close()


@pytest.fixture
def make_stage(qapp: Any, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def make(**kwargs: Any) -> Stage:
        made.append(Stage(tmp_path, **kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()
