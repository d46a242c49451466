"""The far side of WeChat Pay's APIv3: payment codes, query, reverse, refund, signed as the real one signs."""

from __future__ import annotations

import json
import re
import secrets
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from central.simulators.gateway.books import Back, Books, NotDoneError, Trade, TradeState, Trouble
from central.simulators.gateway.faults import Fault
from central.simulators.gateway.signing import Keys

SCHEMA: Final = "WECHATPAY2-SHA256-RSA2048"
APPID, MCHID, SERIAL = "wxsimulated0000001", "1900000001", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
PUBLIC_KEY_ID: Final = "PUB_KEY_ID_0119000000012026112100000000000001"
BEIJING: Final = timezone(timedelta(hours=8))
_AUTHORIZATION: Final = re.compile(r'(\w+)="([^"]*)"')
_STATES: Final = {
    TradeState.WAITING: ("USERPAYING", "需要用户输入支付密码"),
    TradeState.PAID: ("SUCCESS", "支付成功"),
    TradeState.FAILED: ("PAYERROR", "支付失败"),
    TradeState.CLOSED: ("REVOKED", "订单已撤销"),
    TradeState.REVOKED: ("REVOKED", "订单已撤销"),
}
Told = tuple[int, dict[str, Any]]


class Wechat:
    """One request in, one answer out: (status, headers, body)."""

    def __init__(self, books: Books, keys: Keys) -> None:
        self.books = books
        self.keys = keys

    def names(self, path: str) -> str:
        """Which fault's ``on`` this is; empty: no such page."""
        bare = urlsplit(path).path
        if bare == "/v3/pay/transactions/codepay":
            return "pay"
        if bare == "/v3/refund/domestic/refunds":
            return "refund"
        if bare.startswith("/v3/refund/domestic/refunds/"):
            return "query_refund"
        if bare.startswith("/v3/pay/transactions/out-trade-no/"):
            return "reverse" if bare.endswith("/reverse") else "query"
        return ""

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes, faults: dict[Fault, float]
    ) -> tuple[int, dict[str, str], bytes]:
        if not self._signed(method, path, headers, body):
            return self._sealed((401, {"code": "SIGN_ERROR", "message": "签名错误"}), faults)
        try:
            told = self._do(method, path, json.loads(body) if body else {}, faults)
        except NotDoneError as error:
            told = _refusal(error.trouble)
        except (ValueError, KeyError, TypeError):
            told = (400, {"code": "PARAM_ERROR", "message": "参数错误"})
        return self._sealed(told, faults)

    # ---- what is asked

    def _do(self, method: str, path: str, body: dict[str, Any], faults: dict[Fault, float]) -> Told:
        parts = urlsplit(path)
        name = self.names(path)
        if name == "pay" and method == "POST":
            return self._pay(body)
        if name == "refund" and method == "POST":
            return self._refund(body, processing=Fault.PROCESSING in faults)
        if name == "query_refund" and method == "GET":
            trade, back = self.books.find_refund(unquote(parts.path.rpartition("/")[2]))
            return 200, self._back(trade, back, processing=Fault.PROCESSING in faults)
        number = unquote(parts.path.split("/")[5])
        if name == "query" and method == "GET":
            if parse_qs(parts.query).get("mchid") != [MCHID]:
                raise ValueError("mchid")
            if Fault.ABSENT in faults:
                raise NotDoneError(Trouble.ABSENT)
            return 200, self._trade(self.books.look(number), unpaid=Fault.UNPAID in faults)
        if name == "reverse" and method == "POST":
            if (body["appid"], body["mchid"]) != (APPID, MCHID):
                raise ValueError("mchid")
            if Fault.IGNORED not in faults:
                self.books.reverse(number)
            return 200, {"appid": APPID, "mchid": MCHID, "out_trade_no": number}
        raise ValueError(path)

    def _pay(self, body: dict[str, Any]) -> Told:
        code, amount = body["payer"]["auth_code"], body["amount"]
        if (body["appid"], body["mchid"]) != (APPID, MCHID) or type(amount["total"]) is not int:
            raise ValueError("mchid")
        if not re.fullmatch(r"1[0-5]\d{16}", code):
            raise NotDoneError(Trouble.WRONG_CODE)
        if not re.fullmatch(r"[0-9A-Za-z_\-|*]{6,32}", body["out_trade_no"]) or amount["total"] < 1:
            raise ValueError("out_trade_no")
        trade = self.books.charge(
            body["out_trade_no"], code, amount["total"], amount.get("currency", "CNY"), body["description"]
        )
        if trade.state is TradeState.WAITING:
            return 202, {"code": "USERPAYING", "message": "需要用户输入支付密码"}
        return 200, self._trade(trade, unpaid=False)

    def _refund(self, body: dict[str, Any], *, processing: bool) -> Told:
        trade = self.books.look(body["out_trade_no"])
        if body["amount"]["total"] != trade.amount_minor:
            raise NotDoneError(Trouble.DIFFERENT)
        back, _ = self.books.refund(trade.number, body["out_refund_no"], body["amount"]["refund"])
        return 200, self._back(trade, back, processing=processing)

    # ---- what is told

    def _trade(self, trade: Trade, *, unpaid: bool) -> dict[str, Any]:
        state, words = _STATES[TradeState.WAITING if unpaid else trade.state]
        if trade.backs and state == "SUCCESS":
            state, words = "REFUND", "转入退款"
        told: dict[str, Any] = {
            "appid": APPID,
            "mchid": MCHID,
            "out_trade_no": trade.number,
            "trade_type": "MICROPAY",
            "trade_state": state,
            "trade_state_desc": words,
        }
        if trade.paid_at is not None and not unpaid:
            told |= {
                "transaction_id": trade.reference,
                "bank_type": "OTHERS",
                "success_time": _time(trade.paid_at),
                "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
                "amount": {
                    "total": trade.amount_minor,
                    "payer_total": trade.amount_minor,
                    "currency": trade.currency,
                    "payer_currency": trade.currency,
                },
            }
        return told

    def _back(self, trade: Trade, back: Back, *, processing: bool) -> dict[str, Any]:
        return {
            "refund_id": back.reference,
            "out_refund_no": back.number,
            "transaction_id": trade.reference,
            "out_trade_no": trade.number,
            "channel": "ORIGINAL",
            "user_received_account": "支付用户零钱",
            "success_time": _time(back.at),
            "create_time": _time(back.at),
            "status": "PROCESSING" if processing else "SUCCESS",
            "amount": {
                "total": trade.amount_minor,
                "refund": back.amount_minor,
                "payer_total": trade.amount_minor,
                "payer_refund": back.amount_minor,
                "currency": trade.currency,
            },
        }

    # ---- seals

    def _signed(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
        schema, _, rest = headers.get("authorization", "").partition(" ")
        seal = dict(_AUTHORIZATION.findall(rest))
        if schema != SCHEMA or (seal.get("mchid"), seal.get("serial_no")) != (MCHID, SERIAL):
            return False
        at = seal.get("timestamp", "")
        if not at.isdigit() or abs(self.books.now().timestamp() - int(at)) > 300:
            return False
        text = f"{method}\n{path}\n{at}\n{seal.get('nonce_str', '')}\n".encode() + body + b"\n"
        return self.keys.merchant.verified(text, seal.get("signature", ""))

    def _sealed(self, told: Told, faults: dict[Fault, float]) -> tuple[int, dict[str, str], bytes]:
        status, content = told
        if Fault.OTHER in faults and "out_trade_no" in content:
            content = {**content, "out_trade_no": "another" + content["out_trade_no"][7:]}
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        at = int(self.books.now().timestamp()) - (3_600 if Fault.STALE in faults else 0)
        nonce = secrets.token_hex(16)
        text = f"{at}\n{nonce}\n".encode() + body + b"\n"
        signature = self.keys.gateway.sign(text if Fault.WRONG_SIGNATURE not in faults else text + b"x")
        headers = {
            "content-type": "application/json; charset=utf-8",
            "wechatpay-timestamp": str(at),
            "wechatpay-nonce": nonce,
            "wechatpay-serial": PUBLIC_KEY_ID,
            "wechatpay-signature": signature,
            "wechatpay-signature-type": SCHEMA,
        }
        if Fault.UNSIGNED in faults:
            headers = {"content-type": headers["content-type"]}
        if Fault.TAMPERED in faults:
            body = re.sub(rb'"total":(\d+)', lambda found: b'"total":1' + found[1], body)
        return status, headers, body


def _refusal(trouble: Trouble) -> Told:
    status, code, words = {
        Trouble.WRONG_CODE: (400, "AUTH_CODE_INVALID", "付款码无效"),
        Trouble.EXPIRED: (400, "AUTH_CODE_EXPIRED", "付款码已过期，请刷新再试"),
        Trouble.NO_FUNDS: (403, "NOT_ENOUGH", "余额不足"),
        Trouble.NUMBER_USED: (403, "OUT_TRADE_NO_USED", "商户订单号重复"),
        Trouble.ABSENT: (404, "ORDER_NOT_EXIST", "订单不存在"),
        Trouble.TOO_MUCH: (403, "REFUND_FEE_MISMATCH", "退款金额大于支付金额"),
        Trouble.NOT_PAID: (403, "ORDER_NOT_READY", "订单未支付"),
        Trouble.DIFFERENT: (400, "INVALID_REQUEST", "请求参数与先前不一致"),
    }[trouble]
    return status, {"code": code, "message": words}


def _time(at: datetime) -> str:
    return at.astimezone(BEIJING).isoformat(timespec="seconds")
