"""The far side of Alipay's open platform: gateway.do, RSA2, one method a request, an answer signed as its bytes."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from central.simulators.gateway.books import Books, NotDoneError, Trade, TradeState, Trouble
from central.simulators.gateway.faults import Fault
from central.simulators.gateway.signing import Keys

APP_ID: Final = "2021000000000001"
BEIJING: Final = timezone(timedelta(hours=8))
METHODS: Final = {
    "alipay.trade.pay": "pay",
    "alipay.trade.query": "query",
    "alipay.trade.cancel": "reverse",
    "alipay.trade.refund": "refund",
    "alipay.trade.fastpay.refund.query": "query_refund",
}
_STATES: Final = {
    TradeState.WAITING: "WAIT_BUYER_PAY",
    TradeState.PAID: "TRADE_SUCCESS",
    TradeState.FAILED: "TRADE_CLOSED",
    TradeState.CLOSED: "TRADE_CLOSED",
    TradeState.REVOKED: "TRADE_CLOSED",
}
_DONE: Final = {"code": "10000", "msg": "Success"}


class Alipay:
    """One request in, one answer out: (status, headers, body)."""

    def __init__(self, books: Books, keys: Keys) -> None:
        self.books = books
        self.keys = keys
        self._first: dict[tuple[str, str], bytes] = {}  # what was answered first: a stale answer is that

    @staticmethod
    def form(path: str, body: bytes) -> dict[str, str]:
        """Parameters come in the body, in the query, or in both."""
        found = parse_qsl(urlsplit(path).query, keep_blank_values=True)
        return dict(found + parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))

    def names(self, path: str, body: bytes) -> str:
        return METHODS.get(self.form(path, body).get("method", ""), "")

    def answer(self, path: str, body: bytes, faults: dict[Fault, float]) -> tuple[int, dict[str, str], bytes]:
        form = self.form(path, body)
        method = form.get("method", "")
        number = ""
        if method not in METHODS:
            content: dict[str, Any] = _failed("40004", "isv.invalid-method")
        elif not self._signed(form):
            content = _failed("40002", "isv.invalid-signature")
        else:
            try:
                biz = json.loads(form.get("biz_content", ""))
                number = biz["out_trade_no"]
                content = getattr(self, f"_{METHODS[method]}")(biz, faults)
            except NotDoneError as error:
                content = _refusal(error.trouble)
            except (ValueError, KeyError, TypeError):
                content = _failed("40004", "ACQ.INVALID_PARAMETER")
        sealed = self._sealed(method, content, faults)
        if Fault.STALE in faults:
            sealed = self._stale(method, number, content, sealed)
        else:
            self._first.setdefault((method, number), sealed)
        return 200, {"content-type": "text/html;charset=utf-8"}, sealed

    def _stale(self, method: str, number: str, content: dict[str, Any], sealed: bytes) -> bytes:
        first = self._first.get((method, number))
        if first is not None:
            return first
        for name in ("gmt_payment", "send_pay_date"):
            if name in content:
                then = _local(self.books.now() - timedelta(hours=1))
                return self._sealed(method, {**content, name: then}, {})
        return sealed

    # ---- what is asked

    def _pay(self, biz: dict[str, Any], faults: dict[Fault, float]) -> dict[str, Any]:
        del faults
        if biz["scene"] != "bar_code" or not re.fullmatch(r"(2[5-9]|30)\d{14,22}", biz["auth_code"]):
            raise NotDoneError(Trouble.WRONG_CODE)
        trade = self.books.charge(
            biz["out_trade_no"], biz["auth_code"], _minor(biz["total_amount"]), "CNY", biz["subject"]
        )
        if trade.state is TradeState.WAITING:
            told = {"code": "10003", "msg": "order success pay inprocess", "buyer_logon_id": "159****5620"}
            return {**told, "out_trade_no": trade.number, "trade_no": trade.reference}
        return {**_DONE, **self._trade(trade), "gmt_payment": _local(trade.paid_at)}

    def _query(self, biz: dict[str, Any], faults: dict[Fault, float]) -> dict[str, Any]:
        if Fault.ABSENT in faults:
            raise NotDoneError(Trouble.ABSENT)
        trade = self.books.look(biz["out_trade_no"])
        state = TradeState.WAITING if Fault.UNPAID in faults else trade.state
        told = {**_DONE, **self._trade(trade), "trade_status": _STATES[state]}
        if trade.paid_at is not None and state is not TradeState.WAITING:
            told["send_pay_date"] = _local(trade.paid_at)
        return told

    def _reverse(self, biz: dict[str, Any], faults: dict[Fault, float]) -> dict[str, Any]:
        trade = self.books.look(biz["out_trade_no"])
        paid = trade.state is TradeState.PAID
        if Fault.IGNORED not in faults:
            self.books.reverse(trade.number)
        told = {"out_trade_no": trade.number, "trade_no": trade.reference, "retry_flag": "N"}
        return {**_DONE, **told, "action": "refund" if paid else "close"}

    def _refund(self, biz: dict[str, Any], faults: dict[Fault, float]) -> dict[str, Any]:
        trade = self.books.look(biz["out_trade_no"])
        _, now = self.books.refund(trade.number, biz["out_request_no"], _minor(biz["refund_amount"]))
        return {
            **_DONE,
            "out_trade_no": trade.number,
            "trade_no": trade.reference,
            "buyer_logon_id": "159****5620",
            "fund_change": "Y" if now and Fault.PROCESSING not in faults else "N",
            "refund_fee": _yuan(sum(back.amount_minor for back in trade.backs.values())),
        }

    def _query_refund(self, biz: dict[str, Any], faults: dict[Fault, float]) -> dict[str, Any]:
        trade = self.books.look(biz["out_trade_no"])
        back = trade.backs.get(biz["out_request_no"])
        if back is None or Fault.PROCESSING in faults:
            return dict(_DONE)
        return {
            **_DONE,
            "trade_no": trade.reference,
            "out_trade_no": trade.number,
            "out_request_no": back.number,
            "total_amount": _yuan(trade.amount_minor),
            "refund_amount": _yuan(back.amount_minor),
            "refund_status": "REFUND_SUCCESS",
        }

    @staticmethod
    def _trade(trade: Trade) -> dict[str, Any]:
        return {
            "trade_no": trade.reference,
            "out_trade_no": trade.number,
            "buyer_logon_id": "159****5620",
            "total_amount": _yuan(trade.amount_minor),
            "receipt_amount": _yuan(trade.amount_minor),
            "buyer_user_id": "2088101117955611",
            "fund_bill_list": [{"amount": _yuan(trade.amount_minor), "fund_channel": "ALIPAYACCOUNT"}],
        }

    # ---- seals

    def _signed(self, form: dict[str, str]) -> bool:
        if form.get("app_id") != APP_ID or form.get("sign_type") != "RSA2":
            return False
        try:
            at = datetime.strptime(form["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
        except (KeyError, ValueError):
            return False
        if abs(self.books.now() - at) > timedelta(minutes=15):
            return False
        text = "&".join(f"{name}={form[name]}" for name in sorted(form) if name != "sign" and form[name])
        return self.keys.merchant.verified(text.encode(), form.get("sign", ""))

    def _sealed(self, method: str, content: dict[str, Any], faults: dict[Fault, float]) -> bytes:
        if Fault.OTHER in faults and "out_trade_no" in content:
            content = {**content, "out_trade_no": "another" + content["out_trade_no"][7:]}
        # With the gateway's own habits: slashes escaped, and what is signed is what is written.
        raw = json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("/", "\\/")
        signature = self.keys.gateway.sign(raw.encode() if Fault.WRONG_SIGNATURE not in faults else b"x")
        if Fault.TAMPERED in faults:
            raw = re.sub(r'"total_amount":"', '"total_amount":"1', raw)
        name = f"{method.replace('.', '_')}_response" if method in METHODS else "error_response"
        if Fault.UNSIGNED in faults:
            return f'{{"{name}":{raw}}}'.encode()
        return f'{{"{name}":{raw},"sign":"{signature}"}}'.encode()


def _failed(code: str, sub_code: str) -> dict[str, Any]:
    words = {"40002": "Invalid Arguments", "40004": "Business Failed"}[code]
    return {"code": code, "msg": words, "sub_code": sub_code, "sub_msg": sub_code}


def _refusal(trouble: Trouble) -> dict[str, Any]:
    return _failed(
        "40004",
        {
            Trouble.WRONG_CODE: "ACQ.PAYMENT_AUTH_CODE_INVALID",
            Trouble.EXPIRED: "ACQ.PAYMENT_AUTH_CODE_INVALID",
            Trouble.NO_FUNDS: "ACQ.BUYER_BALANCE_NOT_ENOUGH",
            Trouble.NUMBER_USED: "ACQ.TRADE_HAS_SUCCESS",
            Trouble.ABSENT: "ACQ.TRADE_NOT_EXIST",
            Trouble.TOO_MUCH: "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
            Trouble.NOT_PAID: "ACQ.TRADE_STATUS_ERROR",
            Trouble.DIFFERENT: "ACQ.DISCORDANT_REPEAT_REQUEST",
        }[trouble],
    )


def _yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _minor(text: object) -> int:
    found = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,2}))?", str(text))
    if found is None:
        raise ValueError(text)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def _local(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
