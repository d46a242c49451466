"""The window's process for :mod:`benchmarks.bench_gui`: ``start`` prints "login" once it is painted; ``sale`` and

``search`` drive it by keys and print what was measured as JSON.
"""

# ruff: noqa: PLC0415 - what is measured is the start: nothing is imported before its time
from __future__ import annotations

import json
import sys
from pathlib import Path


def resident_mb() -> float:
    """Of this process now, from /proc; 0 where there is none."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    folder, what = Path(sys.argv[1]), sys.argv[2]
    import main as program
    from ui.commandline.demo import ACCOUNTS

    parts = program.window_parts(folder, program.read_settings(folder), ACCOUNTS)
    if what == "start":
        _start(parts)
        return
    from PySide6.QtWidgets import QApplication

    from ui.gallery import Gallery
    from ui.stallmeter import StallMeter

    QApplication.setStyle("Fusion")
    app = QApplication(sys.argv[:1])
    # No picture is taken: no name holds this text.
    gallery = Gallery(parts, folder, ACCOUNTS, only="\0")
    meter = StallMeter(app)

    first: dict[str, object] = {}

    def measured(again: bool) -> None:
        """The first sale of the day builds the screens: it is measured by itself, then any other."""
        if again:
            meter.stop()
            first.update(first_stall_ms=meter.longest_ms, first_over=meter.over(50))
        meter.start()

    found = gallery.sale_only(started=measured) if what == "sale" else gallery.search_only()
    meter.stop()
    print(
        json.dumps(
            {"stall_ms": meter.longest_ms, "over": meter.over(50), "resident_mb": resident_mb(), **first, **found}
        )
    )
    sys.stdout.flush()
    gallery.close()


def _start(parts: object) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from ui.app import Application, run_window
    from ui.shell.parts import Parts

    assert isinstance(parts, Parts)

    def started(application: Application) -> None:
        def painted() -> None:
            application.window.repaint()
            print("login", flush=True)
            application.window.close()
            QApplication.quit()

        QTimer.singleShot(0, application.window, painted)

    run_window(parts, started=started)


if __name__ == "__main__":
    main()
