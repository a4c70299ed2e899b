"""A relay that cuts: it passes a connection's bytes on and hangs up after so many bytes of the answer."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from urllib.parse import urlsplit


class CuttingRelay:
    """Listens on loopback and relays each connection to ``target``; the first ones are cut, later ones are not.

    Args:
        target: Base URL of what is relayed to.
        cuts: Bytes of the answer after which each of the first connections is reset, in the order of accepting.
    """

    def __init__(self, target: str, cuts) -> None:
        self._target = (urlsplit(target).hostname, urlsplit(target).port)
        self._cuts = iter(cuts)
        self._lock = threading.Lock()
        relay = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                relay.pass_on(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 256

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Base URL of the relay."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def pass_on(self, client: socket.socket) -> None:
        """Relay one connection until it ends or is cut."""
        with self._lock:
            left = next(self._cuts, None)
        with socket.create_connection(self._target) as server:
            threading.Thread(target=self._upwards, args=(client, server), daemon=True).start()
            try:
                while chunk := server.recv(4096 if left is None else max(1, min(4096, left))):
                    client.sendall(chunk)
                    if left is not None:
                        left -= len(chunk)
                        if left <= 0:
                            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                            client.shutdown(socket.SHUT_RD)  # wakes the other direction, or the close would wait for it
                            client.close()
                            return
            except OSError:
                return

    @staticmethod
    def _upwards(client: socket.socket, server: socket.socket) -> None:
        try:
            while chunk := client.recv(4096):
                server.sendall(chunk)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            return
