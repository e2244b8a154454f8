"""device.json: who this laptop is and how far its log has come, kept outside the site file.

A site file that was cut short, replaced by an older copy or brought from another laptop does not fit to it (sync.md 3.7).
"""

import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.errors import AppError
from app.files import write_safely
from app.words import N_
from db.driver import Connection

FILE = "device.json"
#: Letters and digits that cannot be taken for one another.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LAST = "SELECT seq, hash FROM op WHERE chain_id = ? ORDER BY seq DESC LIMIT 1"
_AT = "SELECT hash FROM op WHERE chain_id = ? AND seq = ?"

REMADE = N_("The file device.json was missing or damaged and has been made again. Nothing else was lost.")
FOREIGN = N_(
    "This site file comes from another laptop or folder. If that was not intended, restore a backup of this one."
)
CUT = N_(
    "The log of the site file ends before record {seq}, which had been written. "
    "The file was cut short or replaced by an older copy: restore the newest backup."
)


def read_anchor(folder: Path) -> dict[str, Any] | None:
    """What device.json says; None where it is missing, cut off or not ours."""
    try:
        known = json.loads((folder / FILE).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return known if isinstance(known, dict) and isinstance(known.get("device_id"), str) else None


def write_anchor(folder: Path, meta: Mapping[str, str], connection: Connection) -> None:
    """Note the identity and the head of the log."""
    old = read_anchor(folder) or {}
    seq, link = connection.execute(_LAST, (bytes.fromhex(meta["chain_id"]),)).fetchone() or (0, b"")
    machine = hashlib.sha256(str(uuid.getnode()).encode()).hexdigest()
    known = {
        "device_id": meta["device_id"],
        "nonce": old.get("nonce") or secrets.token_hex(16),
        "machine": old.get("machine") or machine,
        "chain": meta["chain_id"],
        "seq": seq,
        "hash": link.hex(),
    }
    if known != old:
        with write_safely(folder / FILE) as stream:
            stream.write(json.dumps(known).encode())


def misfit(folder: Path, meta: Mapping[str, str], connection: Connection) -> AppError | None:
    """What does not fit between device.json and the site file, as a sentence that is translated when shown."""
    known = read_anchor(folder)
    if known is None:
        return AppError(REMADE)
    if known["device_id"] != meta["device_id"]:
        return AppError(FOREIGN)
    seq = known.get("seq")
    if known.get("chain") != meta["chain_id"] or not isinstance(seq, int) or not 0 < seq < 2**62:
        return None
    found = connection.execute(_AT, (bytes.fromhex(meta["chain_id"]), seq)).fetchone()
    return None if found and found[0].hex() == known.get("hash") else AppError(CUT, seq=seq)


def renumber(connection: Connection) -> str:
    """Another code before the numbers that are given here, and no reserved ones: what a clone gives, or what was given before
    the file was restored, is never given again.
    """
    found = connection.execute("SELECT value FROM meta WHERE key = 'device_code'").fetchone()
    made = str(found[0])[:3] + "".join(secrets.choice(_ALPHABET) for _ in range(3))
    connection.execute(
        "INSERT INTO meta VALUES ('number_code', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (made,),
    )
    connection.execute("DELETE FROM number_block")
    return made
