"""A day's bill as each gateway hands it out: WeChat's CSV with a backtick before every value, Alipay's in GBK."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Final

from central.simulators.gateway.alipay import APP_ID
from central.simulators.gateway.books import Books, Trade, TradeState
from central.simulators.gateway.wechat import APPID, MCHID

BEIJING: Final = timezone(timedelta(hours=8))
_WECHAT: Final = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
_WECHAT_SUM: Final = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
_ALIPAY: Final = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def wechat_bill(books: Books, day: date) -> bytes:
    lines, orders, backs = [_WECHAT], 0, 0
    for trade in _paid_on(books, day):
        state = "REVOKED" if trade.state is TradeState.REVOKED else "SUCCESS"
        lines.append(_wechat_line(trade, trade.paid_at, state))
        orders += trade.amount_minor
    count = len(lines) - 1
    for trade, number, reference, amount, at in _backs_on(books, day):
        lines.append(_wechat_line(trade, at, "REFUND", number, reference, amount))
        backs += amount
    count = len(lines) - 1
    lines.append(_WECHAT_SUM)
    sums = (str(count), _yuan(orders), _yuan(backs), "0.00", "0.00000", _yuan(orders), _yuan(backs))
    lines.append(_ticked(sums))
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _wechat_line(
    trade: Trade,
    at: datetime | None,
    state: str,
    refund_number: str = "0",
    refund_reference: str = "0",
    back_minor: int = 0,
) -> str:
    refunded = state == "REFUND"
    amount = "0.00" if refunded else _yuan(trade.amount_minor)
    return _ticked(
        (
            _local(at),
            APPID,
            MCHID,
            "0",
            "CSQ-1",
            trade.reference,
            trade.number,
            "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            "MICROPAY",
            state,
            "OTHERS",
            trade.currency,
            amount,
            "0.00",
            refund_reference,
            refund_number,
            _yuan(back_minor),
            "0.00",
            "ORIGINAL" if refunded else "",
            "SUCCESS" if refunded else "",
            trade.subject.replace(",", " "),
            "",
            "0.00000",
            "0.60%",
            amount,
            _yuan(back_minor),
            "",
        )
    )


def _ticked(values: tuple[str, ...]) -> str:
    return ",".join(f"`{value}" for value in values)


def alipay_bill(books: Books, day: date) -> bytes:
    end = day + timedelta(days=1)
    lines = [
        "#支付宝业务明细查询",
        f"#账号：[{APP_ID}0156]",
        f"#起始日期：[{day:%Y年%m月%d日} 00:00:00]   终止日期：[{end:%Y年%m月%d日} 00:00:00]",
        "#-----------------------------------------业务明细列表----------------------------------------",
        _ALIPAY,
    ]
    sold = back = 0
    for trade in _paid_on(books, day):
        lines.append(_alipay_line(trade, "交易", trade.paid_at, trade.amount_minor, ""))
        sold += 1
        if trade.state is TradeState.REVOKED:
            lines.append(_alipay_line(trade, "退款", trade.paid_at, -trade.amount_minor, trade.number))
            back += 1
    for trade, number, _, amount, at in _backs_on(books, day):
        lines.append(_alipay_line(trade, "退款", at, -amount, number))
        back += 1
    lines += [
        "#-----------------------------------------业务明细列表结束------------------------------------",
        f"#交易合计：{sold}笔，商家实收共0.00元，商家优惠共0.00元",
        f"#退款合计：{back}笔，商家实收退款共0.00元，商家优惠退款共0.00元",
        f"#导出时间：[{_chinese(books.now())}]",
    ]
    return ("\r\n".join(lines) + "\r\n").encode("gbk", "replace")


def _alipay_line(trade: Trade, kind: str, at: datetime | None, minor: int, request: str) -> str:
    values = (
        *(trade.reference, trade.number, kind, trade.subject.replace(",", " "), _local(trade.made_at), _local(at)),
        *("", "", "", "CSQ-1", "159****5620", _yuan(minor), _yuan(minor)),
        *("0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00", "0.00", request, "0.00", "0.00", ""),
    )
    return ",".join(f"{value}\t" for value in values)


def _paid_on(books: Books, day: date) -> Iterator[Trade]:
    with books.lock:
        trades = list(books.trades.values())
    return (one for one in trades if one.paid_at is not None and one.paid_at.astimezone(BEIJING).date() == day)


def _backs_on(books: Books, day: date) -> Iterator[tuple[Trade, str, str, int, datetime]]:
    with books.lock:
        found = [(trade, back) for trade in books.trades.values() for back in trade.backs.values()]
    for trade, back in found:
        if back.at.astimezone(BEIJING).date() == day:
            yield trade, back.number, back.reference, back.amount_minor, back.at


def _yuan(minor: int) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def _local(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def _chinese(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y年%m月%d日 %H:%M:%S")
