"""The tree at the left of the register: by place, or by what is part of what."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from app import equipment
from app.desk import Desk
from app.equipment import TreeNode
from app.words import _
from ui.kit.buttons import icon_button
from ui.kit.tree import WIDTH, Node, PlaceTree

ICONS = {
    "building": "building-2",
    "floor": "rows-3",
    "rack": "server-cog",
    "warehouse": "warehouse",
    "machine": "server-cog",
}


class Trees(QWidget):
    """Two trees in one place; the button at the top changes over."""

    selected = Signal(str, object)
    """`place` or `machine`, and the id that is chosen (None: all)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setFixedWidth(WIDTH)
        self.places, self.machines = PlaceTree(_("By place")), PlaceTree(_("By assembly"))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.places)
        self._stack.addWidget(self.machines)
        self.over = icon_button("arrow-left-right", _("By place or by assembly"))
        self.over.setParent(self)
        self.over.move(WIDTH - 42, 5)
        self.over.clicked.connect(self.change_over)
        self.places.selected.connect(lambda chosen: self.selected.emit("place", chosen))
        self.machines.selected.connect(lambda chosen: self.selected.emit("machine", chosen))
        self.setFocusProxy(self.places)
        self.reload()

    def change_over(self) -> None:
        """Show the other tree; its choice counts from now on."""
        now = self._stack.currentWidget()
        other = self.machines if now is self.places else self.places
        self._stack.setCurrentWidget(other)
        self.over.raise_()
        self.setFocusProxy(other)
        self.selected.emit("place" if other is self.places else "machine", other.current())

    def reload(self) -> None:
        """Read both trees again."""
        site = self._desk.site.id if self._desk.site else None
        with self._desk.read() as read:
            places, machines = equipment.place_tree(read, site), equipment.part_tree(read, site)
        self.places.set_nodes(_nodes(places))
        self.machines.set_nodes(_nodes(machines))
        self.over.raise_()


def _nodes(tree: Sequence[TreeNode]) -> list[Node]:
    return [
        Node(node.id, node.parent, ICONS.get(node.kind, "map-pin"), node.name, node.count or None)
        for node in tree
    ]
