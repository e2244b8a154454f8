"""What a file says of the values of its columns: each value is put into words once, for registers say the same over and over."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

Word = TypeVar("Word")
#: Of a column's values, so many are kept: more would push out what the processor needs at hand.
KEPT = 2_000
#: Rows that are turned at once: so few that they stay near the processor.
BLOCK = 200


class Said(dict[Any, Word], Generic[Word]):
    """Values of a column -> what stands in the file for them."""

    def __init__(self, word: Callable[[Any], Word]) -> None:
        super().__init__()
        self._word = word

    def __missing__(self, value: Any) -> Word:
        made = self._word(value)
        if len(self) < KEPT:
            self[value] = made
        return made

    def words(self, values: Sequence[Any]) -> Iterable[Word]:
        """What stands for the values of a block."""
        return map(self.__getitem__, values)


def said(columns: Sequence[Said[Word]], rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Word, ...]]:
    """The rows as the file says them. Raises ValueError for a row that has more or fewer values than there are columns."""
    rest = iter(rows)
    while block := list(islice(rest, BLOCK)):
        values = zip(*block, strict=True)
        words = [column.words(those) for column, those in zip(columns, values, strict=True)]
        yield from zip(*words, strict=True)
