"""WeChat Pay, APIv3: payment codes (付款码支付), query, reverse, refund.

Every answer is signed over its time, a nonce and its body; one whose signature, time or subject is not right is no
answer. Refusals (4xx) are believed only where they are signed, too. Source: pay.weixin.qq.com/doc/v3, 2026.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from central.payments.gateways import rsa
from central.payments.gateways.https import Answer, Client, NoAnswerError
from central.payments.words import Said, ToCharge, ToRefund, Word, masked, plain, unknown
from central.services import Clock, Entropy

SCHEMA: Final = "WECHATPAY2-SHA256-RSA2048"
AGE_MAX: Final = timedelta(minutes=5)
_CODE: Final = re.compile(r"1[0-5][0-9]{16}")
_PATH: Final = "/v3/pay/transactions"
# Refusals after which the charge was not made and never will be. Everything else is asked about.
_REFUSED: Final = {
    "AUTH_CODE_EXPIRED": "expired",
    "AUTH_CODE_ERROR": "wrong_code",
    "AUTH_CODE_INVALID": "wrong_code",
    "INVALID_AUTH_CODE": "wrong_code",
    "NOT_ENOUGH": "no_funds",
    "NOTENOUGH": "no_funds",
    "BUYER_MISMATCH": "wrong_code",
    "PARAM_ERROR": "refused",
    "AUTHCODEEXPIRE": "expired",
    "NOTSUPPORTCARD": "refused",
    "NOT_SUPPORT_CARD": "refused",
    "APPID_MCHID_NOT_MATCH": "not_taken",
    "NO_AUTH": "not_taken",
    "MCH_NOT_EXISTS": "not_taken",
}
_ABSENT: Final = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
_REFUND_REFUSED: Final = {"NOT_ENOUGH": "no_funds", "REFUND_FEE_MISMATCH": "refused", "ORDER_NOT_READY": "refused",
                          "USER_ACCOUNT_ABNORMAL": "refused", "NO_AUTH": "not_taken"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WechatAccount:
    """``public_keys``: WeChat's, by the serial that its answers name (a certificate's, or PUB_KEY_ID_…)."""

    appid: str
    mchid: str
    serial: str
    private_key: RSAPrivateKey
    public_keys: Mapping[str, RSAPublicKey]


@dataclass(frozen=True, slots=True)
class WechatGateway:
    """``words.Gateway``."""

    account: WechatAccount
    client: Client
    clock: Clock
    entropy: Entropy
    reverse_after_s: int = 15  # "at least 15 s after the payment was asked for" (the API's own words)

    def takes(self, code: str) -> bool:
        return _CODE.fullmatch(code) is not None

    def charge(self, charge: ToCharge) -> Word:
        body = {
            "appid": self.account.appid,
            "mchid": self.account.mchid,
            "description": charge.subject[:127],
            "out_trade_no": charge.number,
            "amount": {"total": charge.amount_minor, "currency": charge.currency},
            "payer": {"auth_code": charge.code},
            "scene_info": {"device_id": charge.terminal, "store_info": {"out_id": charge.terminal}},
        }
        found = self._ask("POST", f"{_PATH}/codepay", body)
        if isinstance(found, Word):
            return found
        status, told = found
        if status == 200:
            return self._trade(told, charge.number)
        code = str(told.get("code", ""))
        if code in {"USERPAYING", "USER_PAYING", "ORDERPAID"}:
            return Word(said=Said.WAITING if code != "ORDERPAID" else Said.UNKNOWN, reason="customer_asked")
        if code in _REFUSED:
            return Word(said=Said.REFUSED, reason=_REFUSED[code])
        return unknown(_plain(code) or f"http_{status}")

    def query(self, number: str) -> Word:
        target = f"{_PATH}/out-trade-no/{quote(number, safe='')}?{urlencode({'mchid': self.account.mchid})}"
        found = self._ask("GET", target, None)
        if isinstance(found, Word):
            return found
        status, told = found
        if status == 200:
            return self._trade(told, number)
        code = str(told.get("code", ""))
        return Word(said=Said.ABSENT, reason="absent") if code in _ABSENT else unknown(_plain(code) or f"http_{status}")

    def _trade(self, told: dict[str, Any], number: str) -> Word:
        if told.get("out_trade_no") != number or told.get("mchid", self.account.mchid) != self.account.mchid:
            return unknown("another_subject")
        match told.get("trade_state"):
            case "SUCCESS" | "REFUND":  # REFUND: paid, and something went back since; our refunds are asked for apart
                amount = told.get("amount")
                if not isinstance(amount, dict) or type(amount.get("total")) is not int:
                    return unknown("no_amount")
                payer = told.get("payer")
                openid = payer.get("openid", "") if isinstance(payer, dict) else ""
                return Word(
                    said=Said.PAID,
                    reference=plain(told.get("transaction_id")),
                    amount_minor=amount["total"],
                    currency=plain(amount.get("currency", "CNY"), 3),
                    payer=masked(openid),
                    at=_instant(told.get("success_time")),
                )
            case "USERPAYING" | "ACCEPT" | "NOTPAY":
                return Word(said=Said.WAITING, reason="customer_asked")
            case "REVOKED" | "CLOSED" as state:
                return Word(said=Said.CLOSED, reason=state.lower())
            case "PAYERROR":
                return Word(said=Said.REFUSED, reason="refused")
            case _:
                return unknown("trade_state")

    def reverse(self, number: str) -> Word:
        body = {"appid": self.account.appid, "mchid": self.account.mchid}
        found = self._ask("POST", f"{_PATH}/out-trade-no/{quote(number, safe='')}/reverse", body)
        if isinstance(found, Word):
            return found
        status, told = found
        if status in {200, 204}:
            if told.get("out_trade_no", number) != number:
                return unknown("another_subject")
            return Word(said=Said.DONE, reason="reversed")
        code = str(told.get("code", ""))
        if code in _ABSENT:
            return Word(said=Said.ABSENT, reason="absent")
        if code in {"ORDER_REVERSED", "TRADE_STATE_ERROR", "REVERSE_EXPIRE", "REVERSE_EXPIRED", "NO_AUTH"}:
            return Word(said=Said.REFUSED, reason=_plain(code))
        return Word(said=Said.AGAIN, reason=_plain(code) or f"http_{status}")

    def refund(self, refund: ToRefund) -> Word:
        body = {
            "out_trade_no": refund.number,
            "out_refund_no": refund.refund_number,
            "amount": {"refund": refund.amount_minor, "total": refund.whole_minor, "currency": refund.currency},
        }
        found = self._ask("POST", "/v3/refund/domestic/refunds", body)
        if isinstance(found, Word):
            return found
        status, told = found
        if status == 200:
            return self._refunded(told, refund)
        code = str(told.get("code", ""))
        if code in _REFUND_REFUSED:
            return Word(said=Said.REFUSED, reason=_REFUND_REFUSED[code])
        return Word(said=Said.AGAIN, reason=_plain(code) or f"http_{status}")

    def query_refund(self, refund: ToRefund) -> Word:
        found = self._ask("GET", f"/v3/refund/domestic/refunds/{quote(refund.refund_number, safe='')}", None)
        if isinstance(found, Word):
            return found
        status, told = found
        if status == 200:
            return self._refunded(told, refund)
        code = str(told.get("code", ""))
        return Word(said=Said.ABSENT, reason="absent") if code in _ABSENT else unknown(_plain(code) or f"http_{status}")

    @staticmethod
    def _refunded(told: dict[str, Any], refund: ToRefund) -> Word:
        if told.get("out_refund_no") != refund.refund_number or told.get("out_trade_no") != refund.number:
            return unknown("another_subject")
        amount = told.get("amount")
        if not isinstance(amount, dict) or type(amount.get("refund")) is not int:
            return unknown("no_amount")
        reference = plain(told.get("refund_id"))
        match told.get("status"):
            case "SUCCESS":
                said, reason = Said.DONE, ""
            case "PROCESSING":
                said, reason = Said.WAITING, "under_way"
            case "CLOSED":
                said, reason = Said.REFUSED, "closed"
            case "ABNORMAL":  # the card that it goes to is not there any more: the merchant's own page settles it
                said, reason = Said.WAITING, "abnormal"
            case _:
                return unknown("refund_state")
        return Word(said=said, reason=reason, reference=reference, amount_minor=amount["refund"],
                    currency=plain(amount.get("currency", "CNY"), 3), at=_instant(told.get("create_time")))  # fmt: skip

    # ---- one question

    def _ask(self, method: str, target: str, body: dict[str, Any] | None) -> Word | tuple[int, dict[str, Any]]:
        """Status and object of an answer that can be trusted; else what is not right about it."""
        sent = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        at, nonce = str(int(self.clock.now().timestamp())), self.entropy.bytes(16).hex()
        # Signed is the path as it is sent, that of a proxy before it included.
        text = f"{method}\n{self.client.prefix}{target}\n{at}\n{nonce}\n".encode() + sent + b"\n"
        account = self.account
        headers = {
            "authorization": f'{SCHEMA} mchid="{account.mchid}",nonce_str="{nonce}",signature='
            f'"{rsa.sign(account.private_key, text)}",timestamp="{at}",serial_no="{account.serial}"',
            "accept": "application/json",
            "user-agent": "counterfoil",
        }
        key_id = next((one for one in account.public_keys if one.startswith("PUB_KEY_ID_")), None)
        if key_id is not None:
            headers["wechatpay-serial"] = key_id
        if body is not None:
            headers["content-type"] = "application/json"
        try:
            answer = self.client.exchange(method, target, headers, sent)
        except NoAnswerError as error:
            return unknown(error.reason)
        wrong = self._distrusted(answer)
        if wrong:
            return unknown(wrong)
        try:
            told = json.loads(answer.body) if answer.body else {}
        except (ValueError, RecursionError):
            return unknown("garbled")
        return (answer.status, told) if isinstance(told, dict) else unknown("garbled")

    def _distrusted(self, answer: Answer) -> str:
        """Empty: it is WeChat's, of now."""
        headers = answer.headers
        if answer.status >= 500:
            return f"http_{answer.status}"
        key = self.account.public_keys.get(headers.get("wechatpay-serial", ""))
        at, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
        if key is None or not nonce or not re.fullmatch(r"[0-9]{1,12}", at):
            return "not_signed"
        if headers.get("wechatpay-signature-type", SCHEMA) != SCHEMA:
            return "bad_signature"
        text = f"{at}\n{nonce}\n".encode("latin-1", "replace") + answer.body + b"\n"
        if not rsa.verified(key, text, headers.get("wechatpay-signature", "")):
            return "bad_signature"
        if abs(self.clock.now().timestamp() - int(at)) > AGE_MAX.total_seconds():
            return "stale"
        return ""


def _plain(code: str) -> str:
    return re.sub(r"[^a-z0-9_]", "", code.lower())[:40]


def _instant(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
