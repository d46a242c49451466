"""Bills as the gateways hand them out, line by line. Every line is hostile: one that is wrong costs itself only.

WeChat: CSV in UTF-8, a backtick before each value, sums at the end. Alipay: CSV in GBK, tabs behind values, lines that
begin with # around it, refunds with a minus.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from central.payments.words import Bill, BillFault, BillKind, BillRow, plain
from counter_app.errors import Reason, Refusal

FILE_BYTES_MAX: Final = 64 << 20
LINES_MAX: Final = 500_000
FAULTS_MAX: Final = 1_000
LINE_MAX: Final = 8_000
_NUMBER: Final = re.compile(r"[0-9A-Za-z_\-|*]{1,64}")
_AMOUNT: Final = re.compile(r"(-?)([0-9]{1,11})(?:\.([0-9]{1,2}))?")
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")
_WECHAT: Final = ("交易时间", "微信订单号", "商户订单号", "交易状态", "商户退款单号", "退款金额")
_ALIPAY: Final = ("支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额（元）", "退款批次号/请求号")


class BadLineError(Exception):
    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


_Read = Callable[[int, dict[str, str]], BillRow]


def read_bill(method: str, path: Path) -> Bill:
    """Raises Refusal(FILE_REFUSED): too_large, not_a_bill; ``OSError``."""
    with path.open("rb") as file:
        content = file.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise Refusal(Reason.FILE_REFUSED, code="too_large", detail=path.name)
    text = content.decode("utf-8-sig" if method == "wechat" else "gb18030", "replace")
    return read_wechat(text) if method == "wechat" else read_alipay(text)


def read_wechat(text: str) -> Bill:
    return _read(text, _WECHAT, _wechat_row, ends=("总交易单数", "`总交易单数"))


def read_alipay(text: str) -> Bill:
    return _read(text, _ALIPAY, _alipay_row, ends=())


def _read(text: str, needed: Sequence[str], row: _Read, *, ends: tuple[str, ...]) -> Bill:
    names: list[str] | None = None
    rows: list[BillRow] = []
    faults: list[BillFault] = []
    days: set[str] = set()
    for number, line in _lines(text):
        if not line.strip() or line.startswith("#"):
            continue
        if names is not None and ends and line.startswith(ends):
            break  # sums from here on
        values = _values(line)
        if names is None:
            if values is not None and set(needed) <= {value.strip() for value in values}:
                names = [value.strip() for value in values]
            elif number > 30:
                break
            continue
        try:
            if values is None or len(values) != len(names):
                raise BadLineError("columns")  # noqa: TRY301 - one way to refuse a line
            found = row(number, {name: _bare(value) for name, value in zip(names, values, strict=True)})
        except BadLineError as error:
            faults.append(BillFault(line=number, reason=error.reason))
            if len(faults) >= FAULTS_MAX:
                break
            continue
        rows.append(found)
        days.add(found.day)
    if names is None:
        raise Refusal(Reason.FILE_REFUSED, code="not_a_bill", detail="")
    return Bill(rows=tuple(rows), faults=tuple(faults), days=tuple(sorted(days)))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Raises Refusal(FILE_REFUSED): too_many_lines."""
    for number, line in enumerate(io.StringIO(text), start=1):
        if number > LINES_MAX:
            raise Refusal(Reason.FILE_REFUSED, code="too_many_lines", detail=str(LINES_MAX))
        yield number, line.rstrip("\r\n")


def _values(line: str) -> list[str] | None:
    if len(line) > LINE_MAX or "\0" in line:
        return None
    try:
        return next(csv.reader([line], strict=True))
    except (csv.Error, StopIteration):
        return None


def _bare(value: str) -> str:
    """Without the backtick before it, and the tab behind."""
    return value.strip().removeprefix("`").strip()


def _wechat_row(line: int, values: dict[str, str]) -> BillRow:
    state = values["交易状态"]
    kind = {"SUCCESS": BillKind.CHARGE, "REFUND": BillKind.REFUND, "REVOKED": BillKind.REVERSED}.get(state)
    if kind is None:
        raise BadLineError("state")
    refund = kind is BillKind.REFUND
    whole = values.get("订单金额") or values.get("应结订单金额") or values.get("总金额") or ""
    return BillRow(
        line=line,
        kind=kind,
        number=_number(values["商户订单号"]),
        refund_number=_number(values["商户退款单号"]) if refund else "",
        amount_minor=_amount(values["退款金额"] if refund else whole),
        reference=plain(values["微信订单号"]),
        state=state,
        day=_day(values["交易时间"]),
    )


def _alipay_row(line: int, values: dict[str, str]) -> BillRow:
    kind = {"交易": BillKind.CHARGE, "退款": BillKind.REFUND}.get(values["业务类型"])
    if kind is None:
        raise BadLineError("state")
    refund = kind is BillKind.REFUND
    number = _number(values["商户订单号"])
    refund_number = _number(values["退款批次号/请求号"] or number) if refund else ""
    return BillRow(
        line=line,
        # A cancelled trade is billed as a refund under its own number.
        kind=BillKind.REVERSED if refund and refund_number == number else kind,
        number=number,
        refund_number=refund_number,
        amount_minor=_amount(values["订单金额（元）"], negative=refund),
        reference=plain(values["支付宝交易号"]),
        state=values["业务类型"],
        day=_day(values["完成时间"]),
    )


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise BadLineError("number")
    return text


def _amount(text: str, *, negative: bool = False) -> int:
    found = _AMOUNT.fullmatch(text)
    if found is None or bool(found[1]) != negative:
        raise BadLineError("amount")
    minor = int(found[2]) * 100 + int((found[3] or "0").ljust(2, "0"))
    if not minor:
        raise BadLineError("amount")
    return minor


def _day(text: str) -> str:
    found = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(found[1] if found is not None else "").isoformat()
    except ValueError as error:
        raise BadLineError("time") from error
