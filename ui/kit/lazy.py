"""The rows behind a table: the ids of all of them, the content only of those that are seen."""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.signs import Sign, sign
from app.words import _
from ui.kit.bars import Stock

Kind = Literal["text", "code", "number", "status", "date", "bar"]
Index = QModelIndex | QPersistentModelIndex
PAGE = 200
PAGES = 12
NONE = "—"


@dataclass(frozen=True)
class Column:
    """One column: where its value comes from and how it is painted.

    `title` is marked by N_. `value` takes the row (default: the attribute `key`) and gives a text, a number, a Sign (or
    its code, in a status column) or a Stock. `key` is also what the source sorts by. In compact tables (below 800
    pixels) a column with compact=False is left out and `second` says what stands in the second line.
    """

    key: str
    title: str
    kind: Kind = "text"
    width: int = 120
    align: Literal["", "left", "right"] = ""
    stretch: bool = False
    sortable: bool = True
    hidden: bool = False
    compact: bool = True
    tone: str = ""
    value: Callable[[Any], Any] | None = None
    second: Callable[[Any], str] | None = None

    @property
    def right(self) -> bool:
        """Numbers stand at the right."""
        return (self.align or ("right" if self.kind == "number" else "left")) == "right"

    def of(self, row: Any) -> Any:
        """The value of this column in a row."""
        found = self.value(row) if self.value else getattr(row, self.key)
        return sign(found) if self.kind == "status" and isinstance(found, str) and found else found

    def text(self, row: Any) -> str:
        """What the cell says, for the eye, the clipboard and the tooltip."""
        found = self.of(row)
        if isinstance(found, Sign):
            return found.text
        if isinstance(found, Stock):
            return found.said
        return NONE if found is None or found == "" else str(found)


@dataclass(frozen=True)
class Question:
    """What a table asks its source: order and filters."""

    sort: str = ""
    descending: bool = False
    filters: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""

    @property
    def filtered(self) -> bool:
        return bool(self.filters) or bool(self.text)


class Source(Protocol):
    """Where a table's rows come from: two queries in SQL, the first may run on the worker."""

    def ids(self, sort: str, descending: bool, filters: Mapping[str, Any], text: str) -> "array[int]":
        """The ids (array "q") of all rows that fit, in order. An empty `sort` is the source's own: most urgent first."""
        ...

    def rows(self, ids: Sequence[int]) -> Sequence[Any]:
        """The rows of these ids, as many and in the same order; None for one that has gone."""
        ...


class LazyModel(QAbstractTableModel):
    """Holds every id in eight bytes and the content of the few pages that were looked at last."""

    failed = Signal(object)
    """The rows of a page could not be read: the exception. They show as dashes."""

    def __init__(self, columns: Sequence[Column], source: Source, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = list(columns)
        self.source = source
        self.ids: array[int] = array("q")
        self._pages: OrderedDict[int, Sequence[Any]] = OrderedDict()

    def row(self, place: int) -> Any:
        """The content of a row, read with its page when it is first wanted."""
        number, offset = divmod(place, PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = self._read(self.ids[number * PAGE : (number + 1) * PAGE])
            if len(self._pages) > PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page[offset]

    def _read(self, ids: "array[int]") -> Sequence[Any]:
        try:
            return self.source.rows(ids)
        except Exception as error:  # noqa: BLE001 - in the middle of painting; it is raised where it can be shown
            self.failed.emit(error)
            return [None] * len(ids)

    def cell(self, place: int, column: int) -> Any:
        """The value of a cell; None where there is nothing to show."""
        row = self.row(place)
        return None if row is None else self.columns[column].of(row)

    def text(self, place: int, column: int) -> str:
        """The words of a cell."""
        row = self.row(place)
        return NONE if row is None else self.columns[column].text(row)

    def set_ids(self, ids: "array[int]") -> bool:
        """Show these rows; the content is read anew. False when they are the same rows in the same order."""
        if ids == self.ids:
            self._pages.clear()
            if self.ids:
                self.dataChanged.emit(self.index(0, 0), self.index(len(self.ids) - 1, len(self.columns) - 1))
            return False
        self.beginResetModel()
        self.ids = ids
        self._pages.clear()
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as above
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight
                if self.columns[index.column()].right
                else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _(self.columns[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[section].right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
