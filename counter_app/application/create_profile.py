"""``counterfoil init``: who this counter is, for life, and its first administrator (decisions 4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from counter_app.application.users import new_user
from counter_app.domain.money import MINOR_DIGITS
from counter_app.domain.staff import Role
from counter_app.errors import Reason, Refusal
from counter_app.ports.clock import Ids
from counter_app.ports.epochs import ProfileCreator
from counter_app.ports.passwords import Passwords
from counter_app.ports.profile import ProfileInfo

_NAME_MAX: Final = 60
_CODE: Final = re.compile(r"[A-Z0-9]{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfile:
    """What ``init`` was told; "" asks for the default."""

    name: str
    latin: str = ""
    station_code: str = ""
    counter: int = 1
    operator: str = ""
    policy: str = "default"
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    training: bool = False
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class CreateProfile:
    creator: ProfileCreator
    ids: Ids
    passwords: Passwords

    def __call__(
        self, wanted: NewProfile, *, admin: str, password: str, admin_name: str = "", latin_of: str = ""
    ) -> ProfileInfo:
        """``latin_of``: the station's name in latin letters where the caller can tell (pinyin), for the defaults.

        Raises Refusal: PROFILE_EXISTS, BAD_INPUT(field), PASSWORD_TOO_SHORT(minimum); nothing is left then.
        """
        if self.creator.exists():
            raise Refusal(Reason.PROFILE_EXISTS)
        info = self._info(wanted, wanted.latin.strip() or latin_of.strip())
        user = new_user(
            self.ids,
            self.passwords,
            login=admin,
            display_name=admin_name,
            role=Role.ADMINISTRATOR,
            password=password,
        )
        self.creator.create(info, first_user=user)
        return info

    def _info(self, wanted: NewProfile, latin: str) -> ProfileInfo:
        name, operator = wanted.name.strip(), wanted.operator.strip() or wanted.name.strip()
        for field, value in (("name", name), ("operator", operator), ("latin", latin or "-")):
            if not value or len(value) > _NAME_MAX or not value.isprintable():
                raise Refusal(Reason.BAD_INPUT, field=field)
        code = wanted.station_code.strip().upper() or default_station_code(latin or name)
        if not _CODE.fullmatch(code):
            raise Refusal(Reason.BAD_INPUT, field="station_code")
        if not 1 <= wanted.counter <= 999:
            raise Refusal(Reason.BAD_INPUT, field="counter")
        if wanted.currency not in MINOR_DIGITS:
            raise Refusal(Reason.BAD_INPUT, field="currency")
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", wanted.policy):
            raise Refusal(Reason.BAD_INPUT, field="policy")
        try:
            ZoneInfo(wanted.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise Refusal(Reason.BAD_INPUT, field="zone") from error
        return ProfileInfo(
            profile_id=self.ids.new(),
            station_name=name,
            station_latin=latin if latin != name else "",
            station_code=code,
            counter=wanted.counter,
            operator=operator,
            zone=wanted.zone,
            currency=wanted.currency,
            policy=wanted.policy,
            training=wanted.training,
            demonstration=wanted.demonstration,
        )


def default_station_code(latin: str) -> str:
    """Three letters for ticket numbers: initials of the words, else the name's first letters; ``STN`` for neither."""
    words = re.findall(r"[A-Z0-9]+", latin.upper())
    initials = "".join(word[0] for word in words)
    code = initials[:3] if len(words) >= 3 else "".join(words)[:3]
    return code or "STN"
