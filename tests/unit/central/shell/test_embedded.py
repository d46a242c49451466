"""The embedded PostgreSQL where there is none."""

from __future__ import annotations

import subprocess
import sys

_WINDOWS = """
import sys
import psycopg, subprocess, tempfile, shutil
sys.modules["fcntl"] = sys.modules["pwd"] = None
sys.platform = "win32"
from pathlib import Path
from central.shell.embedded import EmbeddedPostgres
from central.shell.trouble import Trouble
folder = Path(sys.argv[1])
try:
    EmbeddedPostgres(folder).start()
except Trouble as trouble:
    print(trouble, folder.exists())
"""


def test_windows_is_told_to_name_a_database(tmp_path: object) -> None:
    """Central would end in a traceback on Windows, also with a database of the operator's own."""
    done = subprocess.run(
        [sys.executable, "-c", _WINDOWS, f"{tmp_path}/central"], capture_output=True, text=True, timeout=60, check=True
    )
    assert "name a database" in done.stdout
    assert done.stdout.endswith("False\n"), "nothing was begun"
