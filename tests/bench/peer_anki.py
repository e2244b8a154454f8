"""The peer of B11: Anki's sync server and two of its collections, all in Rust. Runs in .venv-bench; answers lines with seconds."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from anki.collection import AddNoteRequest, Collection


class Ankis:
    """A server in a process of its own, and collections a (which adds the notes) and b."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.count = folder, count
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        self.server: subprocess.Popen[bytes] | None = None
        self.collections: dict[str, Collection] = {}

    def prepare(self) -> float:
        """Both collections are the same and empty; a has new notes that nobody else has."""
        self._begin()
        a = self._open("a")
        self._full(a, upload=True)
        self._full(self._open("b"), upload=False)
        kind, deck = a.models.by_name("Basic"), a.decks.id("Default")
        requests = []
        for number in range(self.count):
            note = a.new_note(kind)
            note.fields = [
                f"M-A7K-{number:05d} 水泵轴承 {number % 400} x 12 mm",
                f"收货 {number % 9} 个, 货位 B{number % 120:03d}",
            ]
            requests.append(AddNoteRequest(note=note, deck_id=deck))
        a.add_notes(requests)
        self._end()
        shutil.copytree(self.folder / "now", self.folder / "prepared")
        return 0.0

    def again(self) -> float:
        """Everything as it was before the first sync."""
        self._end()
        shutil.rmtree(self.folder / "now")
        shutil.copytree(self.folder / "prepared", self.folder / "now")
        self._begin()
        for name in "ab":
            self._open(name)
        return 0.0

    def sync(self, name: str, address: str = "") -> float:
        """Seconds of one normal sync of a collection."""
        collection = self.collections[name]
        auth = collection.sync_login("bench", "bench", address or self.address)
        begun = time.perf_counter()
        said = collection.sync_collection(auth, sync_media=False)
        taken = time.perf_counter() - begun
        assert said.required == said.NO_CHANGES, said
        return taken

    def notes(self, name: str) -> float:
        return float(self.collections[name].note_count())

    def where(self) -> float:
        return float(self.port)

    def _open(self, name: str) -> Collection:
        (self.folder / "now" / name).mkdir(parents=True, exist_ok=True)
        self.collections[name] = Collection(str(self.folder / "now" / name / "collection.anki2"))
        return self.collections[name]

    def _full(self, collection: Collection, *, upload: bool) -> None:
        auth = collection.sync_login("bench", "bench", self.address)
        collection.sync_collection(auth, sync_media=False)
        collection.close_for_full_sync()
        collection.full_upload_or_download(auth=auth, server_usn=None, upload=upload)
        collection.reopen(after_full_sync=True)

    def _begin(self) -> None:
        base = self.folder / "now" / "server"
        base.mkdir(parents=True, exist_ok=True)
        settings = {
            "SYNC_USER1": "bench:bench",
            "SYNC_HOST": "127.0.0.1",
            "SYNC_PORT": str(self.port),
            "SYNC_BASE": str(base),
            "RUST_LOG": "error",
        }
        self.server = subprocess.Popen(
            [sys.executable, "-m", "anki.syncserver"],
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _try in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                with suppress(subprocess.TimeoutExpired):
                    self.server.wait(0.05)
            else:
                return
        raise TimeoutError("Anki's server does not answer")

    def _end(self) -> None:
        for collection in self.collections.values():
            collection.close()
        self.collections = {}
        if self.server:
            self.server.terminate()
            self.server.wait()
        self.server = None


ankis = Ankis(Path(sys.argv[1]), int(sys.argv[2]))
try:
    for line in sys.stdin:
        what, *words = json.loads(line)
        sys.stdout.write(f"{getattr(ankis, what)(*words)}\n")
        sys.stdout.flush()
finally:
    ankis._end()
