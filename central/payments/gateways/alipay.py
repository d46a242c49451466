"""Alipay's open platform (gateway.do, RSA2): trade.pay, trade.query, trade.cancel, trade.refund, refund.query.

An answer is signed as the bytes of its one object; it has neither time nor nonce. That it is of now rests on TLS, on
our number in it, and on this: nothing is believed to be gone before a reversal of that very number was confirmed, and
a payment in answer to a charge says when it was made. Source: opendocs.alipay.com, 2026.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from central.payments.gateways import rsa
from central.payments.gateways.https import Client, NoAnswerError
from central.payments.words import Said, ToCharge, ToRefund, Word, masked, plain, unknown
from central.services import Clock

BEIJING: Final = timezone(timedelta(hours=8))  # its times say no zone
AGE_MAX: Final = timedelta(minutes=5)
_CODE: Final = re.compile(r"(2[5-9]|30)[0-9]{14,22}")
_AMOUNT: Final = re.compile(r"(0|[1-9][0-9]{0,12})(?:\.([0-9]{1,2}))?")
_REFUSED: Final = {
    "ACQ.PAYMENT_AUTH_CODE_INVALID": "wrong_code",
    "ACQ.BUYER_BALANCE_NOT_ENOUGH": "no_funds",
    "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH": "no_funds",
    "ACQ.ERROR_BALANCE_PAYMENT_DISABLE": "no_funds",
    "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR": "no_funds",
    "ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR": "no_funds",
    "ACQ.PAYMENT_FAIL": "refused",
    "ACQ.PAYMENT_REQUEST_HAS_RISK": "refused",
    "ACQ.BUYER_ENABLE_STATUS_FORBID": "refused",
    "ACQ.INVALID_PARAMETER": "refused",
    "ACQ.TOTAL_FEE_EXCEED": "refused",
    "ACQ.ACCESS_FORBIDDEN": "not_taken",
    "ACQ.PARTNER_ERROR": "not_taken",
}
_REFUND_REFUSED: Final = {
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": "refused",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": "refused",
    "ACQ.TRADE_HAS_FINISHED": "too_late",
    "ACQ.TRADE_STATUS_ERROR": "refused",
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": "no_funds",
    "ACQ.BUYER_NOT_EXIST": "refused",
    "ACQ.DISCORDANT_REPEAT_REQUEST": "refused",
}
_NOT_TAKEN: Final = frozenset({"40001", "40002", "40006"})  # the request itself was refused, before anything


@dataclass(frozen=True, slots=True, kw_only=True)
class AlipayAccount:
    """``public_keys``: Alipay's, more than one while it is changed."""

    app_id: str
    private_key: RSAPrivateKey
    public_keys: tuple[RSAPublicKey, ...]


@dataclass(frozen=True, slots=True)
class AlipayGateway:
    """``words.Gateway``."""

    account: AlipayAccount
    client: Client
    clock: Clock
    reverse_after_s: int = 15  # not asked for by it; a customer who types a password is not raced

    def takes(self, code: str) -> bool:
        return _CODE.fullmatch(code) is not None

    def charge(self, charge: ToCharge) -> Word:
        told = self._ask(
            "alipay.trade.pay",
            {
                "out_trade_no": charge.number,
                "scene": "bar_code",
                "auth_code": charge.code,
                "subject": charge.subject,
                "total_amount": _yuan(charge.amount_minor),
                "terminal_id": charge.terminal[:32],
                "timeout_express": "1m",
            },
        )
        if isinstance(told, Word):
            return told
        match _text(told, "code"):
            case "10000":
                word = self._paid(told, charge.number, charge.currency, "gmt_payment")
                stale = word.at is None or abs(self.clock.now() - word.at) > AGE_MAX
                return unknown("stale") if word.said is Said.PAID and stale else word
            case "10003":
                if told.get("out_trade_no", charge.number) != charge.number:
                    return unknown("another_subject")
                return Word(said=Said.WAITING, reason="customer_asked", reference=plain(told.get("trade_no")))
            case "40004" if _text(told, "sub_code") in _REFUSED:
                return Word(said=Said.REFUSED, reason=_REFUSED[_text(told, "sub_code")])
            case code if code in _NOT_TAKEN:
                return Word(said=Said.REFUSED, reason="not_taken")
        return _unclear(told)

    def query(self, number: str) -> Word:
        told = self._ask("alipay.trade.query", {"out_trade_no": number})
        if isinstance(told, Word):
            return told
        if _text(told, "code") != "10000":
            return Word(said=Said.ABSENT, reason="absent") if _absent(told) else _unclear(told)
        if told.get("out_trade_no") != number:
            return unknown("another_subject")
        match told.get("trade_status"):
            case "TRADE_SUCCESS" | "TRADE_FINISHED":
                return self._paid(told, number, "CNY", "send_pay_date")
            case "WAIT_BUYER_PAY":
                return Word(said=Said.WAITING, reason="customer_asked", reference=plain(told.get("trade_no")))
            case "TRADE_CLOSED":  # never paid, or given back whole: nobody's money is held
                return Word(said=Said.CLOSED, reason="closed", reference=plain(told.get("trade_no")))
        return unknown("trade_status")

    @staticmethod
    def _paid(told: Mapping[str, Any], number: str, currency: str, when: str) -> Word:
        amount = _minor(told.get("total_amount"))
        if told.get("out_trade_no") != number:
            return unknown("another_subject")
        if amount is None:
            return unknown("no_amount")
        return Word(
            said=Said.PAID,
            reference=plain(told.get("trade_no")),
            amount_minor=amount,
            currency=plain(told.get("trans_currency"), 3) or currency,
            payer=masked(told.get("buyer_logon_id")),
            at=_instant(told.get(when)),
        )

    def reverse(self, number: str) -> Word:
        told = self._ask("alipay.trade.cancel", {"out_trade_no": number})
        if isinstance(told, Word):
            return told
        if _text(told, "code") == "10000":
            if told.get("out_trade_no", number) != number:
                return unknown("another_subject")
            if told.get("retry_flag") == "Y":
                return Word(said=Said.AGAIN, reason="retry")
            return Word(said=Said.DONE, reason=plain(told.get("action"), 20), reference=plain(told.get("trade_no")))
        if _absent(told):
            return Word(said=Said.ABSENT, reason="absent")
        if _text(told, "sub_code") in {"ACQ.CANCEL_NOT_ALLOWED", "ACQ.TRADE_HAS_FINISHED", "ACQ.TRADE_CANCEL_TIME_OUT",
                                       "ACQ.TRADE_STATUS_ERROR"}:  # fmt: skip
            return Word(said=Said.REFUSED, reason=_plain(told))
        return Word(said=Said.AGAIN, reason=_plain(told))

    def refund(self, refund: ToRefund) -> Word:
        told = self._ask(
            "alipay.trade.refund",
            {
                "out_trade_no": refund.number,
                "out_request_no": refund.refund_number,
                "refund_amount": _yuan(refund.amount_minor),
            },
        )
        if isinstance(told, Word):
            return told
        if _text(told, "code") == "10000":
            if told.get("out_trade_no") != refund.number:
                return unknown("another_subject")
            # "N": not by this request: it was paid back before under this number, or will be. The question tells.
            done = told.get("fund_change") == "Y"
            return Word(said=Said.DONE if done else Said.WAITING, reference=plain(told.get("trade_no")))
        if _text(told, "sub_code") in _REFUND_REFUSED:
            return Word(said=Said.REFUSED, reason=_REFUND_REFUSED[_text(told, "sub_code")])
        if _text(told, "code") in _NOT_TAKEN:
            return Word(said=Said.REFUSED, reason="not_taken")
        return Word(said=Said.AGAIN, reason=_plain(told))

    def query_refund(self, refund: ToRefund) -> Word:
        biz = {"out_trade_no": refund.number, "out_request_no": refund.refund_number}
        told = self._ask("alipay.trade.fastpay.refund.query", biz)
        if isinstance(told, Word):
            return told
        if _text(told, "code") != "10000":
            return Word(said=Said.ABSENT, reason="absent") if _absent(told) else _unclear(told)
        if told.get("refund_status") != "REFUND_SUCCESS":
            return Word(
                said=Said.ABSENT, reason="absent"
            )  # "else it was not successful; send it again" (its own words)
        amount = _minor(told.get("refund_amount"))
        ours = told.get("out_request_no") == refund.refund_number and told.get("out_trade_no") == refund.number
        if not ours:
            return unknown("another_subject")
        if amount is None:
            return unknown("no_amount")
        return Word(
            said=Said.DONE,
            amount_minor=amount,
            currency=refund.currency,
            reference=plain(told.get("trade_no")),
            at=_instant(told.get("gmt_refund_pay")),
        )

    # ---- one question

    def _ask(self, method: str, biz: Mapping[str, str]) -> Word | dict[str, Any]:
        """The answer's object where it can be trusted; else what is not right about it."""
        form = {
            "app_id": self.account.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self.clock.now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "version": "1.0",
            "biz_content": json.dumps(biz, ensure_ascii=False, separators=(",", ":")),
        }
        text = "&".join(f"{name}={form[name]}" for name in sorted(form))
        form["sign"] = rsa.sign(self.account.private_key, text.encode())
        headers = {
            "content-type": "application/x-www-form-urlencoded;charset=utf-8",
            "accept": "application/json",
            "user-agent": "counterfoil",
        }
        try:
            answer = self.client.exchange("POST", "", headers, urlencode(form).encode())
        except NoAnswerError as error:
            return unknown(error.reason)
        if answer.status != 200:
            return unknown(f"http_{answer.status}")
        try:
            parts = top_level(answer.body.decode())
            wanted = f"{method.replace('.', '_')}_response"
            name = wanted if wanted in parts else "error_response"
            raw, signature = parts[name], json.loads(parts["sign"])
            told = json.loads(raw)
        except KeyError:
            return unknown("not_signed")
        except (ValueError, RecursionError):
            return unknown("garbled")
        if not isinstance(signature, str) or not any(
            rsa.verified(key, raw.encode(), signature) for key in self.account.public_keys
        ):
            return unknown("bad_signature")
        return told if isinstance(told, dict) else unknown("garbled")


_SPACE: Final = " \t\r\n"


def top_level(text: str) -> dict[str, str]:
    """The members of a JSON object, each as it was written: that is what is signed. Raises ``ValueError``.

    A name given twice is none: which of the two was signed?
    """
    decoder = json.JSONDecoder()
    at, found = _skip(text, 0, "{"), dict[str, str]()
    while True:
        at = _skip(text, at)
        name, at = decoder.raw_decode(text, at)
        if not isinstance(name, str) or name in found:
            raise ValueError("members")
        begin = _skip(text, _skip(text, at, ":"))
        _, at = decoder.raw_decode(text, begin)
        found[name] = text[begin:at]
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at += 1
            continue
        if _skip(text, _skip(text, at, "}")) != len(text):
            raise ValueError("more than an object")
        return found


def _skip(text: str, at: int, wanted: str = "") -> int:
    """Behind blanks, and behind what must stand there."""
    while at < len(text) and text[at] in _SPACE:
        at += 1
    if wanted and text[at : at + 1] != wanted:
        raise ValueError(wanted)
    return at + len(wanted)


def _absent(told: Mapping[str, Any]) -> bool:
    return _text(told, "code") == "40004" and _text(told, "sub_code") == "ACQ.TRADE_NOT_EXIST"


def _unclear(told: Mapping[str, Any]) -> Word:
    return unknown(_plain(told))


def _plain(told: Mapping[str, Any]) -> str:
    text = _text(told, "sub_code").removeprefix("ACQ.") or f"code_{_text(told, 'code')}"
    return re.sub(r"[^a-z0-9_]", "", text.lower())[:40]


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name, "")
    return found if isinstance(found, str) else ""


def _yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _minor(text: object) -> int | None:
    found = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    return None if found is None else int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def _instant(text: object) -> datetime | None:
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    except ValueError:
        return None
