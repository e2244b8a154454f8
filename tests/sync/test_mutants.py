"""The simulator is worth its time only if it finds broken rules: each mutant breaks one, and some seed must notice."""

import pytest
from mutants import MUTANTS, SEEDS, Hunted, hunt_all


@pytest.fixture(scope="module")
def hunted() -> dict[str, Hunted]:
    return {one.name: one for one in hunt_all()}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_rule_is_found(hunted, name):
    assert not hunted[name].broken, hunted[name].broken
    assert hunted[name].seeds, f"{name} survived {SEEDS} seeds"
