"""From a sold ticket to its dots, its bytes and its PDF: what stands between the commit and the first byte sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import perf_counter_ns
from zoneinfo import ZoneInfo

from benchmarks.result import Context, Result, percentile
from counter_app.domain.money import Money
from counter_app.domain.papers import StationName, TicketFace
from printers.compose import Composer
from printers.escpos import paper_bytes
from printers.eticket import eticket_pdf
from printers.pdf import paper_pdf
from printers.profiles import PROFILES

RESOURCES = Path(__file__).parents[1] / "resources"
SURNAMES, GIVEN = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗", "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂"
ENDS = ("长沙", "北京西", "广州南", "上海虹桥", "武汉", "呼和浩特东", "乌鲁木齐", "深圳北", "石家庄", "哈尔滨西")


def run(context: Context) -> list[Result]:
    composer = Composer(RESOURCES)
    start_ns = perf_counter_ns()
    composer.compose(_face(0), width=576)
    first_ms = (perf_counter_ns() - start_ns) / 1e6
    rounds = 20 if context.quick else 400
    results = [Result(name="first ticket of a process, fonts included", value=first_ms, unit="ms")]
    for width, profile in ((576, "epson-80"), (384, "epson-58")):
        composed: list[float] = []
        encoded: list[float] = []
        sizes: list[int] = []
        for number in range(rounds):
            face = _face(number)
            start_ns = perf_counter_ns()
            raster = composer.compose(face, width=width)
            middle_ns = perf_counter_ns()
            sizes.append(len(paper_bytes(raster, PROFILES[profile], token=1)))
            composed.append((middle_ns - start_ns) / 1e6)
            encoded.append((perf_counter_ns() - middle_ns) / 1e6)
        note = f"{rounds} different tickets, {sum(sizes) // rounds / 1000:.0f} kB each"
        results += [
            Result(
                name=f"compose a ticket, {width} dots, median", value=percentile(composed, 50), unit="ms", note=note
            ),
            Result(name=f"compose a ticket, {width} dots, p99", value=percentile(composed, 99), unit="ms", goal=25),
            Result(name=f"its ESC/POS bytes, {width} dots, p99", value=percentile(encoded, 99), unit="ms", goal=10),
        ]
    pdfs: list[float] = []
    paper_pdf(_face(0), composer)
    for number in range(rounds // 4):
        start_ns = perf_counter_ns()
        paper_pdf(_face(number), composer)
        pdfs.append((perf_counter_ns() - start_ns) / 1e6)
    results.append(Result(name="PDF of a ticket, p99", value=percentile(pdfs, 99), unit="ms"))
    pages: list[float] = []
    eticket_pdf([_face(0)], composer)
    for number in range(rounds // 4):
        start_ns = perf_counter_ns()
        eticket_pdf([_face(number)], composer)
        pages.append((perf_counter_ns() - start_ns) / 1e6)
    note = "one A4 page, other words and code each time, fonts cut anew"
    results += [
        Result(name="e-ticket as PDF, p50", value=percentile(pages, 50), unit="ms", goal=40, note=note),
        Result(name="e-ticket as PDF, p99", value=percentile(pages, 99), unit="ms"),
    ]
    return results


def _face(number: int) -> TicketFace:
    zone = ZoneInfo("Asia/Shanghai")
    origin, destination = ENDS[number % 10], ENDS[(number // 10 + number + 1) % 10]
    face = TicketFace(
        language="zh",
        operator="中国铁路",
        ticket_number=f"CSQ-01-1-{number + 1:06d}-7",
        stock_number=f"A{number + 1:07d}",
        check_gate=f"A{number % 30}",
        origin=StationName(native=origin, latin="Changsha"),
        destination=StationName(native=destination, latin="Beijingxi"),
        service=f"G{number * 7 % 9000}",
        depart=datetime(2026, 12, 1 + number % 28, number % 24, number * 13 % 60, tzinfo=zone),
        arrive=datetime(2026, 12, 29, number % 24, number * 17 % 60, tzinfo=zone),
        coach=str(number % 16 + 1),
        place=f"{number % 20 + 1:02d}{'ABCDF'[number % 5]}",
        place_kind="seat",
        travel_class="second",
        price=Money(10_000 + number * 37, "CNY"),
        passenger_type="adult",
        passenger_name=SURNAMES[number % 20] + GIVEN[number % 23] + GIVEN[number * 7 % 23],
        masked_document=f"4301021990****{number:04d}",
        station=StationName(native="长沙", latin="Changsha"),
        counter=1,
        clerk="李娜",
        sold_at=datetime(2026, 11, 21, 9, number % 60, tzinfo=zone),
        rules=("限乘当日当次车，中途下车失效。", "免费携带品20千克。"),
        marks=(),
        copy_number=0,
        code="",
    )
    return replace(face, code=f"zwE{number:04d}" + "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_aB" * 4 + "x" * 20)
