"""The simulator finds bugs that were planted: without this, its silence would say nothing."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.runner import Ground
from tests.simulation.world import Odds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
Whole = Callable[[int, int, Odds], str]


@pytest.fixture(scope="module")
def whole(ground: Ground) -> Whole:
    """What fails in a world as it is; each is looked at once."""
    known: dict[tuple[int, int, str], str] = {}

    def look(seed: int, steps: int, odds: Odds) -> str:
        key = (seed, steps, repr(odds))
        if key not in known:
            known[key] = ground.run(seed, steps, odds).failure
        return known[key]

    return look


@pytest.mark.parametrize("mutant", MUTANTS, ids=[one.name for one in MUTANTS])
def test_a_planted_bug_is_found(ground: Ground, whole: Whole, mutant: Mutant) -> None:
    """The simulator would be blind to this rule; or what it found would not be the planted bug."""
    if mutant.asked and "COUNTERFOIL_MUTANTS" not in os.environ:
        pytest.skip("COUNTERFOIL_MUTANTS=1 looks for it, too")
    for seed in mutant.seeds:
        with mutant.planted():
            outcome = ground.run(seed, mutant.steps, mutant.odds)
        if outcome.failure:
            break
    assert outcome.failure, f"{mutant.rule}: not found in worlds {mutant.seeds} of {mutant.steps} steps"
    assert mutant.shows in outcome.failure, outcome.failure
    assert not whole(seed, mutant.steps, mutant.odds), "this world is broken without it, too"
