"""Invented papers of every document, for previews and tests: the usual case, the longest, and the emptiest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Final, Literal

from counter_app.domain.money import Money
from counter_app.domain.paper_contents import TICKETS
from counter_app.domain.papers import (
    Block,
    Code,
    Document,
    Mark,
    Pair,
    Paper,
    Part,
    Slip,
    StationName,
    Strength,
    Table,
    Text,
    TicketFace,
    Verbatim,
)

Case = Literal["usual", "long", "short"]
CASES: Final[tuple[Case, ...]] = ("usual", "long", "short")
_ZONE: Final = timezone(timedelta(hours=8))
_DEPART: Final = datetime(2026, 12, 1, 18, 8, tzinfo=_ZONE)
_SOLD: Final = datetime(2026, 11, 21, 9, 5, tzinfo=_ZONE)
# As long as the payload of a real ticket; of no key, so that no gate takes it.
CODE: Final = "SAMPLE" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_" * 3
_LONG_NAME: Final = "迪丽热巴·迪力木拉提·阿卜杜拉·买买提明·吐尔逊江·穆罕默德"
_LLANFAIR: Final = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"

Say = Callable[[str, str], str]


def sample(document: Document, language: str, case: Case = "usual") -> Paper:
    if document in TICKETS:
        return _ticket(document, language, case)
    return _slip(document, language, case)


def _say(language: str) -> Say:
    def say(zh: str, en: str) -> str:
        return {"zh": zh, "en": en}.get(language, f"{zh} {en}")

    return say


# -------------------------------------------------------------------------------------------------------- tickets


def _ticket(document: Document, language: str, case: Case) -> TicketFace:
    coach = document is Document.COACH_TICKET
    zh, en = ("限乘当日当次车，中途下车失效。", "免费携带品20千克。"), ("Valid for this departure only.",)
    usual = TicketFace(
        document=document,
        language=language,
        operator="湘江长途汽车" if coach else "华中铁路",
        ticket_number="CSQ-01-1-000042-7",
        stock_number="A0000042",
        check_gate="3" if coach else "A12",
        origin=StationName(native="长沙南", latin="Changsha South"),
        destination=StationName(native="北京西", latin="Beijing West"),
        service="K0731" if coach else "Z2",
        depart=_DEPART,
        arrive=_DEPART + timedelta(hours=13, minutes=22),
        coach=None if coach else "5",
        place="23" if coach else "03M",
        place_kind="seat" if coach else "berth_middle",
        travel_class="standard" if coach else "hard_sleeper_middle",
        price=Money(33250, "CNY"),
        passenger_type="adult",
        passenger_name="张𠮷㛃",
        masked_document="4301021990****123X",
        station=StationName(native="长沙南", latin="Changsha South"),
        counter=1,
        clerk="李娜",
        sold_at=_SOLD,
        rules={"zh": zh, "en": en}.get(language, (*zh, *en)),
        marks=(),
        copy_number=0,
        code=CODE,
        platform="12" if coach else None,
        boarding_closes=_DEPART - timedelta(minutes=5) if coach else None,
        headsign="石家庄" if coach else None,
    )
    if case == "usual":
        return usual
    if case == "long":
        return replace(
            usual,
            operator="Železničná spoločnosť Slovensko, akciová spoločnosť",
            origin=StationName(native="乌鲁木齐经济技术开发区高铁新城东站", latin="Ürümqi Jingji Jishu Kaifaqu East"),
            destination=StationName(native=_LLANFAIR, latin="兰韦尔普尔古因吉尔"),
            service="D1234/5 Žilinčan",
            price=Money(123456789, "CNY"),
            travel_class="deluxe_sleeper_lower",
            coach="17",
            place="03L",
            place_kind="berth_lower",
            passenger_type="disabled_veteran",
            passenger_name=_LONG_NAME,
            clerk="Ľubomír Čierny-Šťastný",
            rules=tuple(f"{number}. {rule}" for number, rule in enumerate(usual.rules * 3, start=1)),
            marks=(Mark.DUPLICATE, Mark.OFFLINE, Mark.TRAINING),
            copy_number=2,
        )
    return replace(
        usual,
        operator="",
        stock_number="",
        check_gate=None,
        origin=StationName(native="Oslo S", latin=""),
        destination=StationName(native="Å", latin=""),
        service="1",
        arrive=None,
        coach=None,
        place=None,
        place_kind=None,
        travel_class="unreserved",
        price=Money(200, "CNY"),
        passenger_name=None,
        masked_document=None,
        clerk="",
        rules=(),
        platform=None,
        boarding_closes=None,
        headsign=None,
    )


# ---------------------------------------------------------------------------------------------------------- slips


def _slip(document: Document, language: str, case: Case) -> Slip:
    say = _say(language)
    title, parts = _CONTENTS[document](say, case)
    if case == "short":
        parts = {name: blocks for name, blocks in parts.items() if name in _SHORT.get(document, parts.keys())}
    if document not in {Document.X_REPORT, Document.Z_REPORT}:
        parts |= {"particulars": _particulars(say, case)}
    facts = {
        "operator": "" if case == "short" else "华中铁路",
        "station": say("长沙南", "Changsha South"),
        "window": "01",
        "clerk": "李娜",
        "made_at": "2026-11-21 09:05:17",
        "number": "12",
        "tag_number": "CSQ-01-1-000042-7/2",
        "destination": _LLANFAIR if case == "long" else "北京西",
        "destination_latin": "" if case == "short" else "Beijing West",
    }
    long = case == "long"
    return Slip(
        document=document,
        language=language,
        title=title,
        subtitle=say("长沙南，1号窗口", "Changsha South, window 1"),
        marks=(Mark.DUPLICATE, Mark.TRAINING) if long else (),
        parts=tuple(Part(name, blocks) for name, blocks in parts.items()),
        facts=facts,
        copy_number=1 if long else 0,
    )


Parts = dict[str, tuple[Block, ...]]


def _particulars(say: Say, case: Case) -> tuple[Block, ...]:
    clerk = "Ľubomír Čierny-Šťastný" if case == "long" else "李娜"
    return (
        Pair(say("窗口", "Window"), say("长沙南 01", "Changsha South 01")),
        Pair(say("售票员", "Clerk"), clerk),
        Pair(say("时间", "Time"), "2026-11-21 09:05:17"),
    )


def _many(case: Case) -> int:
    return {"usual": 3, "long": 40, "short": 1}[case]


def _receipt(say: Say, case: Case) -> tuple[str, Parts]:
    items = tuple(Pair(f"CSQ-01-1-{number + 42:06d}-7", "332.50") for number in range(_many(case)))
    return say("收据", "Receipt"), {
        "items": items,
        "total": (Pair(say("合计", "Total"), "1,330.00 CNY".replace(",", ""), Strength.LARGE),),
        "tenders": (
            Pair(say("银行卡", "Bank card") + " 6225****8888", "665.00"),
            Pair(say("现金收款", "Received in cash"), "700.00"),
            Pair(say("找零", "Change"), "35.00"),
        ),
        "code": (Code(CODE),),
    }


def _card(say: Say, case: Case) -> tuple[str, Parts]:
    lines = (
        "      K-U-N-D-E-N-B-E-L-E-G",
        "",
        "Terminal-ID       52500041",
        "Betrag EUR          332,50",
        "",
        "  ZAHLUNG ERFOLGT",
    )
    wide = ("0123456789" * 5, "商户名称    华中铁路长沙南站")
    return say("持卡人存根", "Customer's card slip"), {
        "terminal": (Verbatim(lines + (wide if case == "long" else ())),)
    }


def _merchant(say: Say, case: Case) -> tuple[str, Parts]:
    _, parts = _card(say, case)
    return say("商户存根", "Merchant's card slip"), {
        **parts,
        "signature": (Pair(say("持卡人签名", "Cardholder's signature"), ""),),
    }


def _journey(say: Say, case: Case) -> tuple[Block, ...]:
    ends = f"乌鲁木齐 - {_LLANFAIR}" if case == "long" else say("长沙南 - 北京西", "Changsha South - Beijing West")
    return (
        Text(ends, Strength.STRONG),
        Pair(say("车次", "Service"), "Z2"),
        Pair(say("开车时间", "Departs"), "2026-12-01 18:08"),
    )


def _passenger(say: Say, case: Case) -> tuple[Block, ...]:
    return (Pair(say("旅客", "Passenger"), _LONG_NAME if case == "long" else "张𠮷㛃"),)


def _reimbursement(say: Say, case: Case) -> tuple[str, Parts]:
    return say("报销凭证", "Reimbursement slip"), {
        "journey": (Pair(say("票号", "Ticket"), "CSQ-01-1-000042-7"), *_journey(say, case)),
        "passenger": _passenger(say, case),
        "amount": (Pair(say("金额", "Amount"), "￥332.50", Strength.LARGE),),
        "statement": (Text(say("仅供报销使用，不作乘车凭证", "For reimbursement only. Not valid for travel.")),),
        "code": (Code(CODE),),
    }


def _refund(say: Say, case: Case) -> tuple[str, Parts]:
    rule = say(
        "开车前48小时以上退票，收取票价5%的退票费", "48 hours or more before departure: a fee of 5 % of the fare"
    )
    return say("退票", "Refund"), {
        "ticket": (Pair(say("票号", "Ticket"), "CSQ-01-1-000042-7"), *_journey(say, case)),
        "amounts": (
            Pair(say("票价", "Fare paid"), "332.50"),
            Pair(say("退票费", "Refund fee"), "16.50"),
        ),
        "refund": (Pair(say("退款金额", "Refund amount"), "316.00 CNY", Strength.LARGE),),
        "tenders": (Pair(say("退回现金", "Cash back"), "316.00"),),
        "rule": (Text(rule),),
        "signature": (Pair(say("旅客签名", "Customer's signature"), ""),),
    }


def _exchange(say: Say, case: Case) -> tuple[str, Parts]:
    def ticket(head: str, number: str) -> tuple[Block, ...]:
        return (Text(head, Strength.STRONG), Pair(say("票号", "Ticket"), number), *_journey(say, case)[1:])

    return say("改签", "Exchange"), {
        "old": ticket(say("原票", "Old ticket"), "CSQ-01-1-000042-7"),
        "new": ticket(say("新票", "New ticket"), "CSQ-01-1-000043-4"),
        "amounts": (Pair(say("原票价", "Old fare"), "332.50"), Pair(say("新票价", "New fare"), "350.00")),
        "difference": (Pair(say("补收差价", "Difference paid"), "17.50 CNY", Strength.LARGE),),
        "tenders": (Pair(say("现金", "Cash"), "17.50"),),
        "signature": (Pair(say("旅客签名", "Customer's signature"), ""),),
    }


def _report(say: Say, case: Case) -> tuple[str, Parts]:
    head = (say("按席别", "By class"), say("张数", "Count"), say("金额", "Amount"))
    names = [
        (say("二等座", "Second class"), "31", "12430.50"),
        (say("高级软卧上铺", "Deluxe sleeper, upper"), "8", "2660.00"),
    ]
    rows = tuple(names * (6 if case == "long" else 1))
    count = "123456789012.00" if case == "long" else "14578.50"
    carried: tuple[Block, ...] = ()
    if case == "long":
        carried = (
            Text(say("未结支付结转", "Payments carried over"), Strength.STRONG),
            Pair(say("银行卡", "Bank card") + "  2026-11-21 17:40", "332.50"),
            Pair("Ľubomír Čierny-Šťastný", "0a1b2c3d4e5f", Strength.FAINT),
        )
    return say("班中报表 X", "X report"), {
        "shift": (
            Pair(say("当班", "Shift"), "12"),
            Pair(say("售票员", "Clerk"), "李娜 (lina)"),
            Pair(say("开班", "Opened"), "2026-11-21 06:30"),
            Pair(say("截至", "As of"), "2026-11-21 18:00"),
        ),
        "sales": (
            Pair(say("首张票号", "First ticket"), "CSQ-01-1-000001-5"),
            Pair(say("末张票号", "Last ticket"), "CSQ-01-1-000042-7"),
            Pair(say("售票张数", "Tickets sold"), "42", Strength.STRONG),
            Pair(say("售票收入", "Sales"), count, Strength.STRONG),
        ),
        "classes": (Table(head, rows, "lrr"),) if case != "short" else (),
        "tenders": (Table((say("按支付方式", "By tender"), *head[1:]), ((say("现金", "Cash"), "40", count),), "lrr"),),
        "carried": carried,
        "drawer": (
            Table((say("钱箱", "Drawer"), *head[1:]), ((say("应有现金", "Expected"), "", count),), "lrr"),
            Table(
                (say("面额", "Denomination"), say("张数", "Pieces"), head[2]),
                (("100.00", "145", "14500.00"), ("0.50", "157", "78.50")),
                "rrr",
            ),
        ),
        "close": (Pair(say("累计总额", "Grand total since set-up"), count, Strength.STRONG),),
    }


def _z_report(say: Say, case: Case) -> tuple[str, Parts]:
    _, parts = _report(say, case)
    signed = (
        Pair(say("售票员签字", "Signed, clerk"), "______________"),
        Pair(say("值班员签字", "Signed, supervisor"), "______________"),
    )
    return say("结账报表 Z 12", "Z report 12"), {**parts, "signatures": signed}


def _cash(say: Say, case: Case) -> tuple[str, Parts]:
    reason = "节假日前夕备用金调整，交保险柜。" * (6 if case == "long" else 1)
    return say("缴款", "Cash drop"), {
        "amount": (Pair(say("缴款", "Cash drop"), "2000.00 CNY", Strength.LARGE),),
        "reason": (Text(reason),),
        "signature": (Pair(say("签字", "Signature"), ""),),
    }


def _luggage(say: Say, case: Case) -> tuple[str, Parts]:
    return say("行李票", "Luggage tag"), {
        "journey": _journey(say, case),
        "piece": (Pair(say("件", "Piece"), "1 / 2", Strength.LARGE), Pair(say("重量", "Weight"), "18 kg")),
        "passenger": _passenger(say, case),
        "code": (Code(CODE),),
    }


def _group(say: Say, case: Case) -> tuple[str, Parts]:
    head = (say("序", "No."), say("姓名", "Name"), say("证件", "Document"), say("座位", "Place"))
    names = ("张𠮷㛃", "Žofia Ďurčová", _LONG_NAME if case == "long" else "王芳")
    rows = tuple(
        (str(number + 1), names[number % 3], "4301****123X", f"05-{number + 1:02d}A") for number in range(_many(case))
    )
    return say("团体名单", "Group list"), {
        "journey": _journey(say, case),
        "members": (Table(head, rows, "rlll"),),
        "totals": (Pair(say("人数", "Passengers"), str(len(rows)), Strength.STRONG),),
        "signature": (Pair(say("领队签名", "Leader's signature"), ""),),
    }


def _test(say: Say, _case: Case) -> tuple[str, Parts]:
    return say("测试打印", "Test print"), {
        "sample": (
            Text(say("能看清这一行，打印机就没问题。", "If you can read this, the printer prints.")),
            Text("0123456789 ABCDEFG abcdefg"),
            Text("长沙南 Žilina ￥553.00 é 𠮷 㛃", Strength.STRONG),
        ),
    }


_SHORT: Final[Mapping[Document, frozenset[str]]] = {
    Document.RECEIPT: frozenset({"items", "total"}),
    Document.REFUND_SLIP: frozenset({"ticket", "refund"}),
}
_CONTENTS: Final[Mapping[Document, Callable[[Say, Case], tuple[str, Parts]]]] = {
    Document.RECEIPT: _receipt,
    Document.CARD_SLIP_CUSTOMER: _card,
    Document.CARD_SLIP_MERCHANT: _merchant,
    Document.REIMBURSEMENT: _reimbursement,
    Document.REFUND_SLIP: _refund,
    Document.EXCHANGE_SLIP: _exchange,
    Document.X_REPORT: _report,
    Document.Z_REPORT: _z_report,
    Document.CASH_SLIP: _cash,
    Document.LUGGAGE_TAG: _luggage,
    Document.GROUP_LIST: _group,
    Document.TEST: _test,
}
