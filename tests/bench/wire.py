"""A wire that counts: what goes through it in both directions, for the figures of bytes."""

import socket
import threading
from contextlib import suppress


class Wire:
    """Listens on a port of its own and passes everything on to another one of this machine."""

    def __init__(self, port: int) -> None:
        self._to, self.bytes = port, 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _peer = self._listener.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                for source, target in ((here, there), (there, here)):
                    threading.Thread(target=self._pass_on, args=(source, target), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                with self._lock:
                    self.bytes += len(part)
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)

    def counted(self) -> int:
        """Bytes since the last time that this was asked."""
        with self._lock:
            found, self.bytes = self.bytes, 0
        return found

    def close(self) -> None:
        """Listen no more."""
        self._listener.close()
