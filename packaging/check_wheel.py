"""Looks into the built wheel: what the program needs at a user's place is in it, and nothing else."""

import subprocess
import sys
import zipfile
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEEDED = (
    "app/words.py",
    "ui/__main__.py",
    "db/migrations/env.py",
    "db/migrations/versions/*.py",
    "resources/fonts/NotoSansSC-Regular.ttf",
    "resources/fonts/NotoSansSC-Bold.ttf",
    "resources/fonts/OFL.txt",
    "resources/hub/*.html",
    "resources/hub/hub.css",
    "resources/icons/*.svg",
    "resources/icons/LICENSE",
    "resources/i18n/zh_CN/LC_MESSAGES/sitewright.mo",
    "resources/i18n/en/LC_MESSAGES/sitewright.mo",
    "resources/look/tokens.json",
    "resources/sample/*.csv",
    "*.dist-info/entry_points.txt",
)
UNWANTED = ("tests/*", "packaging/*", "setup.py", "*.po", "*/__pycache__/*", "*.orig", "*.sqlite*")


def main() -> int:
    wheels = sorted((ROOT / "dist").glob("sitewright-*.whl"))
    if len(wheels) != 1:
        sys.exit(f"One wheel is expected in dist/, found {len(wheels)}: make wheel")
    names = zipfile.ZipFile(wheels[0]).namelist()
    faults = [
        f"{pattern} is missing" for pattern in NEEDED if not any(fnmatch(name, pattern) for name in names)
    ]
    faults += [
        f"{name} does not belong in it" for name in names if any(fnmatch(name, bad) for bad in UNWANTED)
    ]
    faults += [f"{path} is missing" for path in source_files() if path not in names]
    if faults:
        sys.exit(f"{wheels[0].name}:\n  " + "\n  ".join(faults))
    print(f"  {wheels[0].name}: {len(names)} files, {wheels[0].stat().st_size / 1e6:.1f} MB")
    return subprocess.run(
        [sys.executable, "-m", "check_wheel_contents", wheels[0]], check=False, cwd=ROOT
    ).returncode


def source_files() -> list[str]:
    """Every Python file of ours: a folder whose __init__.py was forgotten would be left out of the wheel in silence."""
    packages = (ROOT / name for name in ("app", "ui", "db", "resources"))
    return sorted(path.relative_to(ROOT).as_posix() for package in packages for path in package.rglob("*.py"))


if __name__ == "__main__":
    sys.exit(main())
