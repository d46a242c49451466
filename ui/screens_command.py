"""``counterfoil screens OUT_DIR``: every screen, both languages, all themes, as PNG, for people to look at."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from ui.shell.parts import DemoAccount, Parts


def render_screens(
    out_dir: Path,
    *,
    stage: Callable[[], AbstractContextManager[Parts]],
    accounts: Sequence[DemoAccount],
    only: str = "",
) -> int:
    """``stage`` gives a fresh demonstration station and takes it away again; no display is needed. Exit code 0."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - after the platform is chosen

    from ui.gallery import Gallery  # noqa: PLC0415 - as above

    if not isinstance(QApplication.instance(), QApplication):
        QApplication.setStyle("Fusion")
        app = QApplication(sys.argv[:1])
        app.setApplicationName("Counterfoil")
    out_dir.mkdir(parents=True, exist_ok=True)
    with stage() as parts:
        gallery = Gallery(parts, out_dir, accounts, only=only)
        gallery.run()
    for path in gallery.made:
        sys.stdout.write(f"{path}\n")
    return 0
