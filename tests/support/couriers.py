"""Couriers of the simulator: batch files that are lost, doubled, and handed over in any order, between the other steps."""

import random
from collections.abc import Callable
from pathlib import Path

from fleet import Fleet, Laptop

from app.errors import AppError
from app.hub.bundles import take_in
from app.hub.returns import request_of, write_return
from app.sync.bundle.incoming import bring_in
from app.sync.bundle.outgoing import export
from app.sync.client import Report


def told(report: Report) -> str:
    """What one exchange did, in words."""
    words = [f"sent {report.sent}", f"received {report.received}"]
    counts = {"conflicts": report.conflicts, "kept back": report.quarantined, "refused": report.rejected}
    words += [f"{count} {name}" for name, count in counts.items() if count]
    words += ["found the hub restored"] * report.history + ["began a new chain"] * report.forked
    return ", ".join(words)


class Couriers:
    """Two bags: files on their way to the hub, and answers on their way to laptops."""

    def __init__(self, fleet: Fleet, dice: random.Random, note: Callable[[str], None]) -> None:
        self._fleet, self._dice, self._note = fleet, dice, note
        self._to_hub: list[Path] = []
        self._back: list[tuple[str, Path]] = []
        self._count = 0

    def step(self, laptop: Laptop) -> None:
        """Something happens to a file; a refusal is a sentence, and changes nothing."""
        step = self._dice.choice((self.write, self.hand_in, self.hand_in, self.bring, self.bring, self.round))
        try:
            step(laptop)
        except AppError as error:
            self._note(f"{laptop.name}: {error}")

    def _folder(self) -> Path:
        self._count += 1
        folder = self._fleet.folder / f"bag-{self._count}"
        folder.mkdir()
        return folder

    def write(self, laptop: Laptop) -> None:
        size = self._dice.choice((1, 4000, 10**6))
        made = export(laptop.profile, self._folder(), part_size=size)
        self._to_hub += made.paths
        self._note(f"{laptop.name} writes {len(made.paths)} files with {made.ops} records")

    def hand_in(self, _laptop: Laptop) -> None:
        if not self._to_hub:
            return
        path = self._dice.choice(self._to_hub)
        if self._dice.random() < 0.6:
            self._to_hub.remove(path)
        if self._dice.random() < 0.1:
            return  # the stick is lost
        received = take_in(self._fleet.hub, path)
        answers = write_return(self._fleet.hub, request_of(received), self._folder(), part_size=10**6)
        self._back.append((received.device.code, answers[0]))
        self._note(
            f"the hub takes a file in: {received.new} new, {received.waiting} wait{', a fork' * received.forked}"
        )

    def bring(self, laptop: Laptop) -> None:
        own = [entry for entry in self._back if entry[0] == laptop.profile.meta["device_code"]]
        entries = own if own and self._dice.random() < 0.9 else self._back
        if not entries:
            return
        entry = self._dice.choice(entries)
        if self._dice.random() < 0.6:
            self._back.remove(entry)
        outcome = bring_in(laptop.profile, entry[1])
        self._note(f"{laptop.name} takes an answer in: {told(outcome.report)}")

    def round(self, laptop: Laptop) -> None:
        """There and back without anything in between."""
        self.write(laptop)
        self._to_hub, path = self._to_hub[:-1], self._to_hub[-1]
        received = take_in(self._fleet.hub, path)
        answer = write_return(self._fleet.hub, request_of(received), self._folder())[0]
        self._note(f"{laptop.name}: a file there and back: {told(bring_in(laptop.profile, answer).report)}")
