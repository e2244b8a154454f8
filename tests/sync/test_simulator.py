"""Seeds of the simulator: whatever goes wrong, all laptops and the hub end alike and nothing is lost."""

import os

import pytest
from simulator import Simulation

SEEDS = int(os.environ.get("SEEDS", "40"))


@pytest.mark.parametrize("seed", range(100, 110))
def test_a_seed_comes_to_rest_on_postgresql(seed, tmp_path, blank, server_store):
    play(Simulation(seed, tmp_path, blank, store=server_store), seed)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_seed_comes_to_rest_with_everything(seed, tmp_path, blank):
    play(Simulation(seed, tmp_path, blank), seed)


def play(simulation: Simulation, seed: int) -> None:
    try:
        simulation.run()
    except Exception as error:
        error.add_note("\n".join([f"seed {seed}", *simulation.log]))
        raise
