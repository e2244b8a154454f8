"""Makes .venv and sees that the system has what the window and the tests need.

`python3 packaging/make_env.py` makes the environment, `--bench` that of the peers that `make bench` measures against;
`--check window|tests|frozen` says what the system lacks, installs it where it may, and ends with 1 if something is still missing. Plain standard library:
it runs before anything of ours is installed, and old Pythons must at least be able to read it.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PEERS, PEERS_LOCK = ROOT / ".venv-bench", ROOT / "requirements-bench.lock"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / "sitewright-stamp.txt"
OLDEST = (3, 11)
#: Errors only: where pip looks in several places, it warns about each package that is not in all of them.
QUIETLY = ("-qq", "--disable-pip-version-check")
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")

# A library that must load, and Debian's package that brings it.
WINDOWLESS = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
}
WINDOW = {
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
}
# What the tests' browser (QtWebEngine) loads.
BROWSER = {
    "libnss3.so": "libnss3",
    "libnspr4.so": "libnspr4",
    "libgbm.so.1": "libgbm1",
    "libasound.so.2": "libasound2",
    "libXcomposite.so.1": "libxcomposite1",
    "libXdamage.so.1": "libxdamage1",
    "libXrandr.so.2": "libxrandr2",
    "libXtst.so.6": "libxtst6",
    "libxkbfile.so.1": "libxkbfile1",
    "libxcb-dri3.so.0": "libxcb-dri3-0",
}
# A program that must be there (a name on PATH, or a pattern of paths), and its package.
TEST_PROGRAMS = {
    "pdftotext": "poppler-utils",
    "/usr/lib/libreoffice/program/libsc*lo.so": "libreoffice-calc",
    "/usr/lib/postgresql/*/bin/initdb": "postgresql",
    "Xvfb": "xvfb",
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Make .venv, or check the system.")
    parser.add_argument(
        "--check", choices=["windowless", "window", "tests", "frozen"], help="only check the system"
    )
    parser.add_argument("--bench", action="store_true", help="make .venv-bench, the peers of `make bench`")
    options = parser.parse_args()
    if options.check:
        return 1 if lacking(options.check) else 0
    if sys.version_info < OLDEST:
        return hand_over_to_newer_python()
    try:
        make_peers() if options.bench else make_env()
    except subprocess.CalledProcessError as error:
        return say("The environment could not be made: this command failed: " + " ".join(map(str, error.cmd)))
    lacking("windowless")
    return 0


def say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


# --- the environment ---


def hand_over_to_newer_python() -> int:
    for name in NEWER_PYTHONS:
        if shutil.which(name):
            return subprocess.call([name, __file__])
    return say(
        f"Sitewright needs Python 3.11 or newer and {sys.executable} is {sys.version.split()[0]}: install a newer "
        "python3, or name one: make env PYTHON=/path/to/python3.11"
    )


def make_env() -> None:
    """Does nothing when the stamp says that .venv was made from these very files at this very place."""
    if is_complete():
        return
    if not is_usable():
        if not has_venv_module():
            sys.exit(1)
        print("Making .venv with Python " + sys.version.split()[0], flush=True)
        run([sys.executable, "-m", "venv", "--clear", VENV])
    STAMP.unlink(missing_ok=True)
    print("Installing the locked dependencies (a few minutes the first time)", flush=True)
    pip("--require-hashes", "-r", "requirements.lock")
    print("Installing Sitewright itself", flush=True)
    pip("--no-deps", "--no-build-isolation", "-e", ".")
    STAMP.write_text(fingerprint(), encoding="utf-8")
    print("Ready: " + str((BIN / "sitewright").relative_to(ROOT)), flush=True)


def make_peers() -> None:
    """Other people's programs that the bench measures against: none of their packages comes beside ours."""
    stamp, wanted = PEERS / "sitewright-stamp.txt", hashlib.sha256(PEERS_LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    print("Installing the peers of the bench in .venv-bench", flush=True)
    run([sys.executable, "-m", "venv", "--clear", PEERS])
    python = PEERS / PYTHON.relative_to(VENV)
    run([python, "-m", "pip", "install", *QUIETLY, "--require-hashes", "-r", PEERS_LOCK])
    stamp.write_text(wanted, encoding="utf-8")


def is_complete() -> bool:
    try:
        return STAMP.read_text(encoding="utf-8") == fingerprint() and is_usable()
    except OSError:
        return False


def is_usable() -> bool:
    """True if .venv has a Python of ours that starts, knows pip, and was made at this place."""
    wanted = f"import sys, pip; print(sys.version_info >= {OLDEST}, sys.prefix)"
    try:
        said = subprocess.run(
            [PYTHON, "-c", wanted], capture_output=True, text=True, check=True, cwd=VENV
        ).stdout
        made_here = str(VENV) in (BIN / "activate").read_text(encoding="utf-8")
    except (OSError, subprocess.CalledProcessError):
        return False
    return made_here and said.startswith("True") and Path(said.split(maxsplit=1)[1].strip()).resolve() == VENV


def fingerprint() -> str:
    """Names the files .venv is made from, and its place, because the scripts in it hold that path."""
    digest = hashlib.sha256(str(VENV).encode())
    for name in ("requirements.lock", "pyproject.toml", "setup.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest() + "\n"


def has_venv_module() -> bool:
    try:
        import ensurepip  # noqa: F401  # only to see whether it is there
        import venv  # noqa: F401  # Debian cuts both out of python3
    except ImportError:
        return not still_missing({"venv": f"python3.{sys.version_info[1]}-venv"}, "Python's venv module")
    return True


def pip(*arguments: str) -> None:
    run([PYTHON, "-m", "pip", "install", *QUIETLY, *arguments])


def run(command: list[str | Path]) -> None:
    subprocess.run(command, check=True, cwd=ROOT)


# --- the system ---


def lacking(purpose: str) -> list[str]:
    """Debian's packages that are missing for this purpose and could not be installed."""
    if not sys.platform.startswith("linux"):
        return []
    missing = {library: package for library, package in WINDOWLESS.items() if not loads(library)}
    if purpose == "window":
        missing.update((library, package) for library, package in WINDOW.items() if not loads(library))
    if purpose == "tests":
        missing.update((library, package) for library, package in BROWSER.items() if not loads(library))
        missing.update(
            (program, package) for program, package in TEST_PROGRAMS.items() if not is_there(program)
        )
    if purpose == "frozen":
        missing.update(missing_for_frozen())
    return still_missing(missing, purpose) if missing else []


def missing_for_frozen() -> Iterator[tuple[str, str]]:
    """PyInstaller copies Python's shared library, which Debian keeps in a package of its own."""
    if not is_there("objdump"):
        yield "objdump", "binutils"
    package = f"libpython3.{sys.version_info[1]}"
    library = package + ".so.1.0"
    own_copy = Path(sysconfig.get_config_var("LIBDIR") or "/") / library
    if not own_copy.exists() and not loads(library):
        yield library, package


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def is_there(program: str) -> bool:
    return any(Path("/").glob(program[1:])) if program.startswith("/") else bool(shutil.which(program))


def still_missing(missing: dict[str, str], purpose: str) -> list[str]:
    """Installs the packages where that is allowed; else says in one sentence what to type."""
    packages = sorted(set(missing.values()))
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        say(
            f"Missing on this system ({purpose}): {', '.join(missing)}; install them with its package manager."
        )
        return packages
    prefix = way_to_root()
    if prefix is None:
        say(f"Missing on this system ({purpose}); type: sudo {' '.join(install)}")
        return packages
    print(f"Installing what this system lacks ({purpose}): {' '.join(packages)}", flush=True)
    quietly = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    subprocess.run([*quietly, "apt-get", "update"], stdout=subprocess.DEVNULL, check=False)
    if subprocess.run([*quietly, *install], stdout=subprocess.DEVNULL, check=False).returncode:
        say(
            "Not installed, see above; when this machine can reach its packages, type: sudo "
            + " ".join(install)
        )
        return packages
    return []


def way_to_root() -> list[str] | None:
    """What to put before a command to run it as root without being asked, or None."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


if __name__ == "__main__":
    sys.exit(main())
