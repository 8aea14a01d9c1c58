"""Serve the built book on this machine: `python tools/serve.py 8000`."""

from __future__ import annotations

import os
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BOOK = Path(__file__).resolve().parents[1] / "_build" / "html"


class Server(ThreadingHTTPServer):
    """A local server that shares its port with nobody."""

    allow_reuse_address = os.name != "nt"  # on Windows it would let two servers share a port


class Handler(SimpleHTTPRequestHandler):
    """Serves files and speaks up only when something is missing."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet about what went well."""


def serve(port: str) -> None:
    """Serve the book until Ctrl-C, or leave with a sentence that says why not."""
    if not (port.isdecimal() and int(port) <= 65535):
        sys.exit(f"{port} is not a port: choose a number, for example `make serve PORT=8000`.")
    if not (BOOK / "index.html").is_file():
        sys.exit("The book is not built yet: run `make book`, then `make serve` again.")
    try:
        server = Server(("127.0.0.1", int(port)), partial(Handler, directory=str(BOOK)))
    except OSError as error:
        other = int(port) + 1 if 1024 <= int(port) < 65535 else 8000
        why = error.strerror.lower() if error.strerror else error
        sys.exit(f"Port {port} cannot be used ({why}): take another, `make serve PORT={other}`.")
    print(f"The book is at http://127.0.0.1:{server.server_port}/ (Ctrl-C stops it)", flush=True)
    with server:
        server.serve_forever()


if __name__ == "__main__":
    try:
        serve(sys.argv[1] if len(sys.argv) > 1 else "8000")
    except KeyboardInterrupt:
        print()
