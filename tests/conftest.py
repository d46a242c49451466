"""What every test stands on: no display, no network of keys, no home directory, no warning that nobody expected."""

from __future__ import annotations

import atexit
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Before anything imports Qt: tests draw into memory. And a test never writes into the home, the keyring or the
# running session of whoever runs it.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_HOME = tempfile.mkdtemp(prefix="counterfoil-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
for _name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
    os.environ[_name] = _HOME
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

pytest_plugins = ["tests.postgres"]

ROOT = Path(__file__).resolve().parent.parent

# No deadline in any profile: tests of a counter never judge time, benchmarks do.
settings.register_profile("quick", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("quick"), derandomize=True, print_blob=True)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "quick"))


class LogWatch(logging.Handler):
    """Collects what was logged at WARNING or above; whatever was not expected fails the test."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """The test means this warning to come: at least one record must match, and none that does counts as a fault."""
        self._expected.append(re.compile(pattern))

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def faults(self) -> list[str]:
        messages = [record.getMessage() for record in self.records]
        unexpected = [
            f"unexpected {record.levelname} from {record.name}: {message}"
            for record, message in zip(self.records, messages, strict=True)
            if not any(pattern.search(message) for pattern in self._expected)
        ]
        missing = [
            f"expected in the log, and did not come: {pattern.pattern}"
            for pattern in self._expected
            if not any(map(pattern.search, messages))
        ]
        return unexpected + missing


@pytest.fixture(autouse=True)
def log_watch() -> Iterator[LogWatch]:
    """A warning in the log is a fault that nobody saw. ``log_watch.expect("pattern")`` where one is meant."""
    watch = LogWatch()
    logging.getLogger().addHandler(watch)
    try:
        yield watch
    finally:
        logging.getLogger().removeHandler(watch)
    if faults := watch.faults():
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real and hostile feeds, which no clone carries; tests that need it are skipped without it."""
    folder = Path(os.environ.get("COUNTERFOIL_TEST_DATA") or ROOT.parent / "shared" / "data").resolve()
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder} (COUNTERFOIL_TEST_DATA)")
    return folder


@pytest.fixture(scope="session")
def invented_feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's timetable, made once a session; its first day is always 2026-12-01, for 60 days."""
    from datetime import date

    from resources.demo.invent import invent

    path = tmp_path_factory.mktemp("invented") / "invented.gtfs.zip"
    invent(path, first_date=date(2026, 12, 1), days=60)
    return path
