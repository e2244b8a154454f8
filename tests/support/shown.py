"""Finds, in the code's syntax tree, words that a person would see and that are in no catalogue."""

import ast
import re
from collections.abc import Iterator

MARKS = {"_", "N_", "ngettext", "pgettext", "npgettext"}
# Qt's own: whatever text they get is shown.
QT = {
    "setText", "setWindowTitle", "setToolTip", "setStatusTip", "setWhatsThis", "setPlaceholderText", "setTitle", "setLabelText",
    "setInformativeText", "setDetailedText", "setHeaderLabels", "setHorizontalHeaderLabels", "setVerticalHeaderLabels",
    "setSuffix", "setPrefix", "setSpecialValueText", "setAccessibleName", "setAccessibleDescription", "setPlainText", "setHtml",
    "setSubTitle", "setTabText", "setItemText", "showMessage", "addAction", "addMenu", "addTab", "addItem", "addItems", "addRow",
    "addButton", "insertItem", "drawText", "QLabel", "QPushButton", "QToolButton", "QAction", "QMenu", "QCheckBox",
    "QRadioButton", "QGroupBox", "QTableWidgetItem", "QStandardItem", "QListWidgetItem", "QTreeWidgetItem", "QDockWidget",
    "information", "warning", "critical", "question", "getOpenFileName", "getOpenFileNames", "getSaveFileName",
    "getExistingDirectory",
}  # fmt: skip
# The house's own: they also take codes, keys and names of icons, which are written small.
HOUSE = {
    "AppError", "Denied", "Damaged", "Busy", "Objection", "Column", "Page", "Field", "Section", "Filter", "Action", "Command",
    "Step", "Empty", "EmptyState", "Banner", "Card", "Figure", "Choice", "Report", "Cell",
    "button", "label", "heading", "caption", "hint", "banner", "toast", "ask", "confirm", "say", "notify", "tell", "row", "field",
}  # fmt: skip
# What takes no shown words, although it is called like something that does.
QUIET_OWNERS = {"log", "logger", "logging", "warnings", "_log", "LOG"}
# The product's own name, keys of the keyboard, patterns of file names.
PROPER = re.compile(r"Sitewright|Ctrl .*|\s*--\w+\s*|\s*\(\*\.\w+\)")
CODE = re.compile(r"[a-z0-9][a-z0-9_.:/*-]*|[A-Z]{1,4}[A-Z0-9_-]*|#\w+|\W*")
LETTERS = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[A-Z][a-z]+(?:[ ,:’'-]+[\w{}]+){2,}[^=]*")
SQL = re.compile(
    r"(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|PRAGMA|WITH|ATTACH|VACUUM|BEGIN|Q[A-Z]\w+)\b"
)


def shown_literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts given straight to something that shows them: line and text."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name, owner = _name(call.func)
        if owner in QUIET_OWNERS or name not in QT | HOUSE:
            continue
        for place, argument in enumerate([*call.args, *(keyword.value for keyword in call.keywords)]):
            for line, text in _bare(argument):
                # A house call takes codes anywhere, Qt's take an item's data behind its text.
                if _is_word(text, codes_allowed=name in HOUSE or place > 0):
                    yield line, text


def _is_word(text: str, *, codes_allowed: bool) -> bool:
    if PROPER.fullmatch(text):
        return False
    return bool(LETTERS.search(text)) and not (codes_allowed and (CODE.fullmatch(text) or SQL.match(text)))


def _name(function: ast.expr) -> tuple[str, str]:
    """What is called, and on what: ("setText", "label")."""
    if isinstance(function, ast.Attribute):
        owner = function.value
        return function.attr, owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
    return (function.id, "") if isinstance(function, ast.Name) else ("", "")


def _bare(node: ast.expr) -> Iterator[tuple[int, str]]:
    """The literal texts that reach the argument without passing a mark."""
    match node:
        case ast.Constant(value=str(text)):
            yield node.lineno, text
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from _bare(part)
        case ast.BinOp(left=left, right=right):
            yield from _bare(left)
            yield from _bare(right)
        case ast.IfExp(body=body, orelse=other):
            yield from _bare(body)
            yield from _bare(other)
        case ast.BoolOp(values=items) | ast.List(elts=items) | ast.Tuple(elts=items):
            for item in items:
                yield from _bare(item)
        case ast.Call(func=ast.Attribute(value=template, attr="format" | "upper" | "strip")):
            yield from _bare(template)


def sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """English sentences that stand anywhere unmarked, but for docstrings, the log, assertions and plain bugs."""
    quiet = set(_quiet_texts(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in quiet:
            text = node.value.strip()
            if (
                SENTENCE.fullmatch(text)
                and not SQL.match(text)
                and not PROPER.fullmatch(text)
                and "<" not in text
            ):
                yield node.lineno, text


def _quiet_texts(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        silent = False
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Assert():
                silent = True
            case ast.Raise(exc=ast.Call(func=function)):
                silent = _name(function)[0] not in HOUSE
            case ast.Call(func=function):
                name, owner = _name(function)
                silent = (
                    name in MARKS
                    or owner in QUIET_OWNERS
                    or name in {"TypeVar", "NewType", "compile", "text"}
                )
        if silent:
            yield from ast.walk(node)
