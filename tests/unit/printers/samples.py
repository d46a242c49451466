"""Papers as a counter prints them, for the tests and the benchmark of printing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from counter_app.domain.money import Money
from counter_app.domain.papers import (
    Code,
    Mark,
    Pair,
    Paper,
    Rule,
    Slip,
    StationName,
    Strength,
    Table,
    Text,
    TicketFace,
)

RESOURCES = Path(__file__).parents[3] / "resources"
CODE = (
    "zwEIVkdap1RjR0wAAQABAAAAKlE0AZjA3gAAUACAAAAAAAAAqgAAAAcByMacAcjN4AC-7wgDA0NTUQIxMgMwM00DQ1NRA0JKUAJaMgAn9RieS5Bs-"
    "nG5zGxRXFw7XRzPPtVp-FnkaFfvScB1orte07IrF8G0okT_gHGNDKIWcJc1eHXjbZYNXtJNiQo"
)
SHANGHAI = ZoneInfo("Asia/Shanghai")

SLEEPER = TicketFace(
    language="zh",
    operator="中国铁路",
    ticket_number="CSQ-01-1-000042-7",
    stock_number="A0000042",
    check_gate="A12",
    origin=StationName(native="长沙", latin="Changsha"),
    destination=StationName(native="北京西", latin="Beijingxi"),
    service="Z2",
    depart=datetime(2026, 12, 1, 18, 8, tzinfo=SHANGHAI),
    arrive=datetime(2026, 12, 2, 7, 30, tzinfo=SHANGHAI),
    coach="5",
    place="03M",
    place_kind="berth_middle",
    travel_class="hard_sleeper_middle",
    price=Money(33250, "CNY"),
    passenger_type="student",
    passenger_name="张𠮷㛃",
    masked_document="4301021990****123X",
    station=StationName(native="长沙", latin="Changsha"),
    counter=1,
    clerk="李娜",
    sold_at=datetime(2026, 11, 21, 9, 5, tzinfo=SHANGHAI),
    rules=("限乘当日当次车，中途下车失效。", "免费携带品20千克。"),
    marks=(),
    copy_number=0,
    code=CODE,
)
ENGLISH = TicketFace(
    language="en",
    operator="Železničná spoločnosť Slovensko",
    ticket_number="BTS-02-1-001234-5",
    stock_number="B0001234",
    check_gate=None,
    origin=StationName(native="Bratislava hl. st.", latin=""),
    destination=StationName(native="Košice", latin=""),
    service="IC 521 Tatran",
    depart=datetime(2026, 12, 1, 6, 13, tzinfo=ZoneInfo("Europe/Bratislava")),
    arrive=datetime(2026, 12, 1, 11, 2, tzinfo=ZoneInfo("Europe/Bratislava")),
    coach="7",
    place="64",
    place_kind="seat",
    travel_class="second",
    price=Money(1990, "EUR"),
    passenger_type="adult",
    passenger_name="Žofia Ďurčová",
    masked_document=None,
    station=StationName(native="Bratislava hl. st.", latin=""),
    counter=2,
    clerk="Ľubomír Čierny",
    sold_at=datetime(2026, 11, 21, 9, 5, tzinfo=ZoneInfo("Europe/Bratislava")),
    rules=("Valid on the day and train shown only.", "Refund before departure, less the fee of the tariff."),
    marks=(),
    copy_number=0,
    code=CODE,
)
DUPLICATE = TicketFace(
    **{
        **{name: getattr(SLEEPER, name) for name in TicketFace.__slots__},
        "marks": (Mark.DEMONSTRATION, Mark.DUPLICATE, Mark.TRAINING),
        "copy_number": 2,
    }
)
LONG = TicketFace(
    **{
        **{name: getattr(SLEEPER, name) for name in TicketFace.__slots__},
        "origin": StationName(native="呼和浩特东南开发区新城站", latin="Huhehaote Dongnan Kaifaqu Xincheng"),
        "destination": StationName(native="กรุงเทพอภิวัฒน์", latin="Krung Thep Aphiwat Central Terminal"),
        "passenger_name": "迪丽热巴·迪力木拉提·阿卜杜拉·买买提明·吐尔逊江·穆罕默德",
        "service": "D1234/5",
        "price": Money(123456789, "CNY"),
        "travel_class": "deluxe_sleeper_lower",
        "place": "03L",
        "place_kind": "berth_lower",
        "passenger_type": "disabled_veteran",
    }
)
Z_REPORT = Slip(
    language="zh",
    title="结账报表 Z 12",
    subtitle="长沙站 1号窗口 · 2026-11-21 18:00",
    marks=(),
    blocks=(
        Pair("售票员", "李娜"),
        Pair("首张票号", "CSQ-01-1-000001-5"),
        Pair("末张票号", "CSQ-01-1-000042-7"),
        Rule(),
        Table(
            ("项目", "张数", "金额"),
            (("二等座", "31", "12,430.50"), ("硬卧（中铺）", "8", "2,660.00"), ("退票", "3", "-1,012.00")),
            "lrr",
        ),
        Rule(),
        Pair("应有现金", "14,578.50", Strength.STRONG),
        Pair("实点现金", "14,578.50", Strength.STRONG),
        Pair("长短款", "0.00", Strength.LARGE),
        Text("累计总额 1,234,567.00", Strength.FAINT, "center"),
    ),
)
REFUND = Slip(
    language="en",
    title="Refund slip",
    subtitle="Bratislava hl. st., window 2, 2026-11-21 09:40",
    marks=(Mark.DEMONSTRATION,),
    blocks=(
        Pair("Ticket", "BTS-02-1-001234-5"),
        Text("IC 521 Tatran Bratislava hl. st. – Košice, Tue 1 Dec 2026 06:13", Strength.PLAIN),
        Rule(),
        Pair("Price paid", "19.90 EUR"),
        Pair("Refund fee (5 %, 48 hours or more before departure)", "-1.00 EUR"),
        Pair("Refunded in cash", "18.90 EUR", Strength.LARGE),
        Rule(),
        Code(CODE),
        Text("Signature of the passenger", Strength.FAINT),
    ),
)
PAPERS: dict[str, Paper] = {
    "sleeper": SLEEPER,
    "english": ENGLISH,
    "duplicate": DUPLICATE,
    "long": LONG,
    "z_report": Z_REPORT,
    "refund": REFUND,
}
