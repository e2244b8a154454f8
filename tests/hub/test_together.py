"""Several laptops push at the same time while another pulls: nobody waits for ever, nothing is missed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fleet import Fleet, Laptop, supplier
from judge import judge

pytestmark = pytest.mark.parametrize("store", ["file", "server"], indirect=True)


def test_parallel_pushes_and_a_polling_reader(fleet: Fleet):
    writers = [*fleet.laptops.values(), fleet.open("c"), fleet.open("d")]
    reader = fleet.open("reader")

    def work(laptop: Laptop) -> None:
        laptop.sync()
        for number in range(8):
            laptop.desk.perform(supplier(f"{laptop.name}{number}")[1], laptop.moved("receipt", 1))
            laptop.sync()

    with ThreadPoolExecutor(5) as pool:
        tasks = [pool.submit(work, laptop) for laptop in writers]
        while not all(task.done() for task in tasks):
            reader.sync()
        for task in tasks:
            task.result()
    for laptop in fleet:
        laptop.sync()
    judge(fleet)
