"""Starts the frozen program the way a user would: version, sample site, check, and the window for a moment."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = (
    Path(__file__).resolve().parent.parent
    / "dist"
    / "sitewright"
    / ("sitewright.exe" if os.name == "nt" else "sitewright")
)
PATIENCE = 120  # seconds for one step on a slow machine


def main() -> int:
    if not PROGRAM.exists():
        sys.exit(f"{PROGRAM} is not there: make frozen")
    other_licence = [
        path.name for path in PROGRAM.parent.rglob("*") if "virtualkeyboard" in path.name.lower()
    ]
    if other_licence:
        sys.exit(
            f"These parts of Qt are GPL only and may not go with the program: {', '.join(other_licence)}"
        )
    with tempfile.TemporaryDirectory(
        prefix="sitewright smoke "
    ) as folder:  # a path with a space, as on Windows
        profile = str(Path(folder) / "sample")
        start("--version")
        start("init", "--sample", "--profile", profile)
        start("check", "--profile", profile)
        start("--profile", profile, "--quit-after-start")
    return 0


def start(*arguments: str) -> None:
    """One run of the program, without anything of this checkout or environment around it."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "TEMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    begun = time.monotonic()
    done = subprocess.run(
        [PROGRAM, *arguments],
        env={**environment, "QT_QPA_PLATFORM": "offscreen"},
        cwd=tempfile.gettempdir(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    print(
        f"  sitewright {' '.join(arguments[:2])}: exit {done.returncode}, {time.monotonic() - begun:.1f} s",
        flush=True,
    )
    if done.returncode or "Traceback" in done.stderr:
        sys.exit(f"The frozen program failed:\n{done.stdout}\n{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
