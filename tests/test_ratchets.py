"""Numbers that only tighten: tests/ratchets.json holds the worst there has been, `make ratchets` lowers it.

Each exception to a check names the rule and has its reason on the same line.
"""

import ast
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = Path(__file__).with_name("ratchets.json")
CODE = ("app", "ui", "db", "resources", "packaging", "tests")
GENERATED = ROOT / "db" / "migrations" / "versions"
NOQA = re.compile(r"#\s*noqa\b(?P<rest>.*)")
TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore\b(?P<rest>.*)")
REASONED = {
    "noqa": re.compile(r":\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*\s*[-#(]+\s*\w.{5,}"),
    "type: ignore": re.compile(r"\[[\w, -]+\]\s*[-#(]+\s*\w.{5,}"),
}


def files() -> list[Path]:
    return sorted(p for folder in CODE for p in (ROOT / folder).rglob("*.py") if GENERATED not in p.parents)


def exceptions(pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    """Where a check is switched off, and what is written behind it."""
    return [
        (f"{path.relative_to(ROOT)}:{number}", found["rest"])
        for path in files()
        if path != Path(__file__).resolve()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := pattern.search(line))
    ]


def longest_functions() -> list[tuple[int, str]]:
    lengths = [
        (node.end_lineno - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
        for path in files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    return sorted(lengths, reverse=True)


def largest_files() -> list[tuple[int, str]]:
    sizes = [
        (len(path.read_text(encoding="utf-8").splitlines()), str(path.relative_to(ROOT))) for path in files()
    ]
    return sorted(sizes, reverse=True)


def measured() -> dict[str, int]:
    return {
        "lines of the largest file": largest_files()[0][0],
        "lines of the longest function": longest_functions()[0][0],
        "noqa": len(exceptions(NOQA)),
        "type: ignore": len(exceptions(TYPE_IGNORE)),
    }


def recorded() -> dict[str, int]:
    return dict(json.loads(RECORD.read_text(encoding="utf-8")))


def test_no_file_grows_past_the_largest() -> None:
    limit = recorded()["lines of the largest file"]
    assert not [entry for entry in largest_files() if entry[0] > limit], "split it into a package"


def test_no_function_grows_past_the_longest() -> None:
    limit = recorded()["lines of the longest function"]
    assert not [entry for entry in longest_functions() if entry[0] > limit], "split it"


def test_exceptions_to_the_checks_do_not_multiply() -> None:
    limits, now = recorded(), measured()
    assert {name: now[name] for name in REASONED if now[name] > limits[name]} == {}


def test_each_exception_names_its_rule_and_its_reason() -> None:
    bare = [place for place, rest in exceptions(NOQA) if not REASONED["noqa"].match(rest)]
    bare += [place for place, rest in exceptions(TYPE_IGNORE) if not REASONED["type: ignore"].match(rest)]
    assert not bare, "write it as: noqa: RULE - the reason, or: type: ignore[code]  # the reason"


def tighten() -> None:
    now, before = measured(), recorded() if RECORD.exists() else {}
    lower = {name: min(value, before.get(name, value)) for name, value in now.items()}
    RECORD.write_text(json.dumps(lower, indent=4) + "\n", encoding="utf-8")
    for name, value in lower.items():
        sys.stdout.write(f"{name}: {value}\n")


if __name__ == "__main__":
    tighten()
