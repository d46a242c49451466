"""A few simulated worlds on every run of the tests; ``make simulate`` runs as many as one likes."""

from __future__ import annotations

import pytest

from tests.simulation.runner import Ground

STEPS = 1_500


@pytest.mark.parametrize("seed", [1, 2, 4, 12])
def test_every_invariant_holds(ground: Ground, seed: int) -> None:
    """Two passengers would own one place, or money would be in a drawer and in no book."""
    outcome = ground.run(seed, STEPS)
    assert not outcome.failure, outcome.failure
    assert outcome.steps >= STEPS
    assert outcome.sales > 10


def test_a_seed_makes_the_same_steps(ground: Ground) -> None:
    """A failure that cannot be seen again cannot be mended."""
    first, second = (ground.run(7, 700) for _ in range(2))
    assert first.digest == second.digest
    assert ground.run(9, 700).digest != first.digest
