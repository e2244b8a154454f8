"""The rules of the house that no other tool watches."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("app", "ui", "db", "resources")
OUR_NAMES = {"app", "db", "ui"}
MEGABYTE = 1_000_000
ADDRESSES = (  # in pieces, so that this file does not hold one
    "pypi." + "org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "--index" + "-url",
    "--extra-index" + "-url",
    "--find" + "-links",
    "/simple" + "/",
)


def ours() -> list[Path]:
    """Every file that is or could be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: what is committed cannot be told")
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- folders and names ---


def test_packaging_is_not_a_package() -> None:
    """It would hide PyPI's `packaging`, and the frozen program would die at its start."""
    assert not list((ROOT / "packaging").rglob("__init__.py"))


def test_tests_are_no_packages() -> None:
    """tests/app/__init__.py would hide `app`."""
    assert not list((ROOT / "tests").rglob("__init__.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_with_code_is_a_package(package: str) -> None:
    folders = {path.parent for path in (ROOT / package).rglob("*.py")}
    assert not [short(folder) for folder in folders if not (folder / "__init__.py").exists()]


def test_packaging_hides_no_module() -> None:
    """`python packaging/x.py` puts that folder first on the path."""
    taken = set(sys.stdlib_module_names) | set(packages_distributions())
    assert not [path.name for path in (ROOT / "packaging").glob("*.py") if path.stem in taken]


def test_no_variable_is_named_like_our_packages() -> None:
    found = [
        f"{short(path)}:{line} {name}"
        for path in python_files(*PACKAGES, "packaging", "tests")
        for line, name in _bound_names(ast.parse(path.read_text(encoding="utf-8")))
        if name in OUR_NAMES
    ]
    assert not found, "app, db and ui are packages: " + ", ".join(found)


def _bound_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.alias(name=module, asname=name) if name and module != name:
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)):
                yield node.lineno, name


def test_nobody_waits_by_processing_events() -> None:
    """processEvents() lets a click arrive in the middle of an action."""
    found = [
        short(path) for path in python_files("ui") if "processEvents(" in path.read_text(encoding="utf-8")
    ]
    assert not found


#: What may wait by the clock, and why: a process that is killed at a moment of time, or that holds a lock for one.
WAITERS = {
    "tests/trust/victim.py": "the process that is killed; it works and waits until that happens",
    "tests/db/test_migrate.py": "the kill falls into the middle of a step of a migration",
}


def test_tests_do_not_sleep() -> None:
    found = [
        short(path)
        for path in python_files("tests")
        if "support" not in path.parts
        and re.search(r"\bsleep\(|qtbot\.wait\(", path.read_text(encoding="utf-8"))
        if path != Path(__file__).resolve() and short(path) not in WAITERS
    ]
    assert not found, "use qtbot.waitUntil"


# --- files ---


def test_no_registry_address_in_any_file() -> None:
    """Packages come from wherever pip on that machine is told to look."""
    found = [
        f"{short(path)}: {address}"
        for path in ours()
        if path.suffix not in {".ttf", ".png", ".pdf", ".xlsx"}
        for text in [path.read_text(encoding="utf-8", errors="ignore")]
        for address in ADDRESSES
        if address in text
    ]
    assert not found


def test_no_large_file_but_fonts() -> None:
    large = [
        path for path in ours() if path.stat().st_size > MEGABYTE and path.suffix not in {".ttf", ".otf"}
    ]
    assert not [short(path) for path in large]


def test_nothing_generated_is_committed() -> None:
    assert not [
        short(path) for path in ours() if path.suffix in {".mo", ".pyc", ".whl", ".sqlite", ".orig", ".rej"}
    ]


def test_commands_are_runnable() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


# --- dependencies ---


def project() -> dict[str, list[Requirement]]:
    """The declared requirements: what the program needs, and what its makers need."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        "program": [Requirement(text) for text in table["dependencies"]],
        "dev": [Requirement(text) for text in table["optional-dependencies"]["dev"]],
    }


def locked() -> list[Requirement]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return [Requirement(line.rstrip("\\ ")) for line in text.splitlines() if re.match(r"[a-z0-9]", line)]


def _python(version: str, system: str) -> dict[str, str]:
    platform = {"linux": "Linux", "win32": "Windows", "darwin": "Darwin"}[system]
    return {
        "python_version": version, "python_full_version": f"{version}.0", "sys_platform": system,
        "platform_system": platform, "os_name": "nt" if system == "win32" else "posix",
    }  # fmt: skip


@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13", "3.14"])
def test_lock_satisfies_what_is_declared(version: str, system: str) -> None:
    here = _python(version, system)
    pins = {pin.name.lower(): pin for pin in locked() if pin.marker is None or pin.marker.evaluate(here)}
    for needed in (requirement for group in project().values() for requirement in group):
        if needed.marker is not None and not needed.marker.evaluate(here):
            continue
        pin = pins.get(needed.name.lower().replace("_", "-"))
        assert pin is not None, f"{needed} is not locked: lock again"
        assert needed.specifier.contains(str(pin.specifier).removeprefix("==")), (
            f"{pin} is not {needed}: lock again"
        )


def test_every_pin_has_its_hashes() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.findall(r"^[a-z0-9].*(?:\n +.*)*", text, re.MULTILINE)
    assert entries
    assert not [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry]


@pytest.mark.parametrize(("version", "accepted"), [("3.11", False), ("3.12", True)])
def test_pyside_6_12_0_only_where_it_does_not_abort(version: str, accepted: bool) -> None:
    here = {"python_version": version}
    pyside = [
        r
        for r in project()["program"]
        if r.name.startswith("PySide6") and r.marker and r.marker.evaluate(here)
    ]
    assert len(pyside) == 2
    assert all(requirement.specifier.contains(Version("6.12.0")) is accepted for requirement in pyside)


def test_no_qt_module_of_another_licence() -> None:
    """Of PySide6's modules these are GPL only, and the web engine is larger than our program."""
    forbidden = re.compile(
        r"PySide6\.(QtCharts|QtDataVisualization|QtGraphs|QtVirtualKeyboard|QtWebEngine\w*)\b"
    )
    found = [
        short(path) for path in python_files(*PACKAGES) if forbidden.search(path.read_text(encoding="utf-8"))
    ]
    assert not found
