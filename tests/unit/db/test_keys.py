"""Secrets in the system's keyring or in files: kept, found and removed by the same names."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from counter_app.errors import Reason, Refusal
from db import keys
from db.keys import ProfileKeys

SECRET = bytes(range(32))


class Backend:
    """A keyring as the package offers it; deleting what is not there is an error there too."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, account: str) -> str | None:
        return self.kept.get((service, account))

    def set_password(self, service: str, account: str, secret: str) -> None:
        self.kept[service, account] = secret

    def delete_password(self, service: str, account: str) -> None:
        del self.kept[service, account]


@pytest.fixture(params=["file", "keyring"])
def profile_keys(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProfileKeys:
    ring = keys._Ring(Backend())
    monkeypatch.setattr(keys, "_real_keyring", lambda: ring)
    return ProfileKeys(tmp_path, UUID(int=1), choice=request.param)


def test_a_secret_is_kept_found_and_removed(profile_keys: ProfileKeys) -> None:
    """A key that cannot be found again is a journal that cannot go on; one that stays is asked for by mistake."""
    assert profile_keys.find("counter-pending") is None
    profile_keys.save("counter-pending", SECRET)
    assert profile_keys.load("counter-pending") == SECRET
    profile_keys.remove("counter-pending")
    profile_keys.remove("counter-pending")
    with pytest.raises(Refusal) as refused:
        profile_keys.load("counter-pending")
    assert refused.value.reason is Reason.STORE_DAMAGED


def test_one_profile_does_not_see_anothers(profile_keys: ProfileKeys, tmp_path: Path) -> None:
    """Two windows on one machine share its keyring."""
    profile_keys.save("profile", SECRET)
    other = ProfileKeys(tmp_path / "other", UUID(int=2), choice="auto")
    assert other.find("profile") is None


def test_a_keyring_that_is_demanded_and_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silently writing files instead would leave keys where the operator forbade them."""
    monkeypatch.setattr(keys, "_real_keyring", lambda: None)
    with pytest.raises(Refusal) as refused:
        ProfileKeys(tmp_path, UUID(int=1), choice="keyring").save("profile", SECRET)
    assert refused.value.reason is Reason.BAD_SETTING
    assert list(tmp_path.iterdir()) == []
