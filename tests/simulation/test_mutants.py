"""The simulator finds bugs that were planted: without this, its silence would say nothing."""

from __future__ import annotations

import os

import pytest

from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.runner import Ground

# A quarter of an hour, and each change of the protocol may lead another world to a bug: asked for, not run each time.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif("COUNTERFOIL_MUTANTS" not in os.environ, reason="COUNTERFOIL_MUTANTS=1 looks for planted bugs"),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=[one.name for one in MUTANTS])
def test_a_planted_bug_is_found(ground: Ground, mutant: Mutant) -> None:
    """The simulator would be blind to this rule."""
    with mutant.planted():
        outcome = ground.run(mutant.seed, mutant.steps, mutant.odds)
    assert outcome.failure, f"{mutant.rule}: not found in {outcome.steps} steps"
    assert mutant.shows in outcome.failure, outcome.failure


@pytest.mark.parametrize(
    ("seed", "steps", "odds"),
    sorted({(one.seed, one.steps, one.odds) for one in MUTANTS}, key=repr),
    ids=lambda one: str(one) if isinstance(one, int) else "",
)
def test_without_it_the_same_worlds_are_whole(ground: Ground, seed: int, steps: int, odds: object) -> None:
    """What was found above would not be the planted bug."""
    outcome = ground.run(seed, steps, odds)  # type: ignore[arg-type]
    assert not outcome.failure, outcome.failure
