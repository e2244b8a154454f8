"""Equipment (设备台账): the register, the life and the history of each machine."""

from app.equipment.actions import attach, edit, log_use, move, proceed, read_meter, register, write_note
from app.equipment.history import Entry, history, said
from app.equipment.life import Five, five_facts
from app.equipment.lists import (
    Card,
    MachineRow,
    Related,
    TreeNode,
    card,
    children,
    is_working,
    machine_ids,
    machine_rows,
    machine_total,
    part_tree,
    path_of,
    place_tree,
    spare_parts,
)
from app.equipment.machine import AFTER, BEFORE, LIFE, WORKING
from app.equipment.ops import HAND_WRITTEN, Attach, LogUse, Move, Note, ReadMeter

__all__ = [
    "AFTER",
    "BEFORE",
    "HAND_WRITTEN",
    "LIFE",
    "WORKING",
    "Attach",
    "Card",
    "Entry",
    "Five",
    "LogUse",
    "MachineRow",
    "Move",
    "Note",
    "ReadMeter",
    "Related",
    "TreeNode",
    "attach",
    "card",
    "children",
    "edit",
    "five_facts",
    "history",
    "is_working",
    "log_use",
    "machine_ids",
    "machine_rows",
    "machine_total",
    "move",
    "part_tree",
    "path_of",
    "place_tree",
    "proceed",
    "read_meter",
    "register",
    "said",
    "spare_parts",
    "write_note",
]
