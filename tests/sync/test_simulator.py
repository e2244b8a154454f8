"""Seeds of the simulator: whatever goes wrong, all laptops and the hub end alike and nothing is lost."""

import os
from pathlib import Path

import pytest
from fleet import blank_files
from simulator import Simulation

SEEDS = int(os.environ.get("SEEDS", "40"))


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return blank_files(tmp_path_factory.mktemp("blank"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_seed_comes_to_rest_with_everything(seed, tmp_path, blank):
    simulation = Simulation(seed, tmp_path, blank)
    try:
        simulation.run()
    except Exception as error:
        error.add_note("\n".join([f"seed {seed}", *simulation.log]))
        raise
