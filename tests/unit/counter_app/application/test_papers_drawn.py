"""Real papers of a counter, in each language, on each width: parts that their layouts know, and all of it drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.application.move_cash import MoveCash
from counter_app.application.print_job import PrintTest
from counter_app.domain.paper_contents import COMMON_FACTS, CONTENTS, SLIPS_MUST, TICKETS
from counter_app.domain.papers import Paper, Slip
from counter_app.domain.staff import SYSTEM
from counter_app.ports.shifts import CashKind
from printers.compose import Composer
from tests.unit.counter_app.application.counter import HAN, LI, Counter, cny
from tests.unit.counter_app.application.test_documents import Papers

COMPOSER = Composer(Path(__file__).parents[4] / "resources")


@pytest.fixture
def papers(tmp_path: Path) -> Iterator[Papers]:
    counter = Counter(tmp_path / "profile")
    counter.open_shift()
    yield Papers(counter)
    counter.close()


def all_of(papers: Papers) -> dict[str, list[Paper]]:
    """By language, one paper of every kind that this counter makes."""
    counter = papers.counter
    sold = counter.sold(LI, HAN)
    ticket = sold.order.tickets[0].ticket_id
    order = sold.order.order_id
    move = MoveCash(store=papers.store, clock=counter.clock, ids=counter.ids)
    jobs = [
        sold.jobs[1],
        papers.reimburse(papers.clerk, sold.order.tickets[1].ticket_id),
        papers.tags(papers.clerk, ticket, 1)[0],
        papers.group(papers.clerk, order),
        papers.receipt(papers.clerk, order),
        move(papers.clerk, CashKind.DROP, cny(100), "保险柜")[1],
        PrintTest(store=papers.store, clock=counter.clock, ids=counter.ids, printers=counter.printers)(SYSTEM),
        counter.refund(papers.clerk, counter.quote_refund(ticket)).jobs[1],
    ]
    found: dict[str, list[Paper]] = {}
    for language in ("zh", "en", "both"):
        compose = replace(counter.compose, language=language)
        with papers.store.reading() as books:
            made = [books.prints.get(job) for job in jobs]
            found[language] = [compose.of_job(books, job) for job in made if job is not None]
    return found


def test_real_papers_fit_their_layouts_and_are_drawn(papers: Papers) -> None:
    """A part that no layout knows would stand at the paper's foot, a sum that is obligatory would be missing."""
    for language, made in all_of(papers).items():
        assert len({paper.document for paper in made}) == 8
        for paper in made:
            contents = CONTENTS[paper.document]
            assert paper.language == language
            if isinstance(paper, Slip):
                names = [part.name for part in paper.named()]
                assert {*names} <= {*contents.parts}, paper.document
                assert {*contents.must} - {*SLIPS_MUST} <= {*names}, paper.document
                assert {*paper.facts} <= {*COMMON_FACTS, *contents.facts}, paper.document
            else:
                assert paper.document in TICKETS
            for width in (384, 512, 576):
                assert COMPOSER.compose(paper, width=width).height > 200


def test_a_paper_of_both_languages_says_everything_twice(papers: Papers) -> None:
    """A traveller from abroad would sign for a refund that he cannot read."""
    found = all_of(papers)
    assert [paper.document for paper in found["both"]] == [paper.document for paper in found["zh"]]
    for zh, en, both in zip(found["zh"], found["en"], found["both"], strict=True):
        if not (isinstance(zh, Slip) and isinstance(en, Slip) and isinstance(both, Slip)):
            continue
        assert zh.title in both.title
        assert en.title in both.title
        said = " ".join(getattr(block, "label", "") for block in both.blocks)
        for paper in (zh, en):
            labels = {word for block in paper.blocks for word in getattr(block, "label", "").split()}
            missing = [word for word in labels if word.isalpha() and word not in said]
            assert missing == [], (paper.document, paper.language)
