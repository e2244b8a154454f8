"""docs/faults.md names a test for every fault of the list, and each of these tests exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FAULTS = 63
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (yes)? ?\| (.+) \|$")
TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")


def rows() -> dict[int, str]:
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    return {int(found[1]): found[4] for line in text.splitlines() if (found := ROW.match(line))}


@cache
def defined_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_fault_has_its_line() -> None:
    assert sorted(rows()) == list(range(1, FAULTS + 1))


@pytest.mark.parametrize("number", range(1, FAULTS + 1))
def test_what_holds_it_exists(number: int) -> None:
    named = TEST.findall(rows()[number])
    assert named, f"no test is named for fault {number}"
    missing = [f"{path}::{name}" for path, name in named if name not in defined_in(path)]
    assert not missing
