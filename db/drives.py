"""Where a site file may lie."""

import sys
from pathlib import Path

NETWORK_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "9p", "ncpfs"})


def on_network_drive(path: Path) -> bool:
    """Whether the folder lies on a network drive, where SQLite corrupts."""
    if sys.platform == "win32":
        import ctypes

        return int(ctypes.windll.kernel32.GetDriveTypeW(str(path.resolve().anchor))) == 4
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return False
    real, best, kind = str(path.resolve()), "", ""
    for line in mounts.read_text(errors="replace").splitlines():
        _device, point, system, *_rest = line.split(" ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, system
    return kind in NETWORK_SYSTEMS
