"""A desk of its own for the browser: server and worker as processes, invented letters, mail in a folder."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 120


@dataclass
class Desk:
    """A running demo desk."""

    address: str
    folder: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    def mails(self) -> list[str]:
        """Every mail sent so far, oldest first."""
        files = sorted((self.folder / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
        return [path.read_text(encoding="utf-8") for path in files]

    def wait_for_mail(self, *words: str) -> str:
        """The newest mail that holds all of the words, once the worker has sent it."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            for mail in reversed(self.mails()):
                if all(word in mail for word in words):
                    return mail
            time.sleep(0.2)
        raise AssertionError(f"no mail with {words} among {len(self.mails())}")

    def link_in(self, mail: str, path: str) -> str:
        """The first link to a path of ours in a mail, as its reader would follow it."""
        found = re.search(re.escape(self.address) + path + r"[^\s>\"]*", mail.replace("=\n", ""))
        assert found, f"no link to {path}"
        return found.group()


def start(folder: Path) -> Desk:
    """Start a demo desk on a free port, on DATABASE_URL when it is set, else on SQLite in the folder."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    left_out = ("RANVIER_DESK_MODE", "RANVIER_REASONING", "RANVIER_TEST_DATABASE", "DATABASE_URL")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {
        "RANVIER_DESK_FOLDER": str(folder), "RANVIER_ADDRESS": address, "PYTHONPATH": str(ROOT / "src"),
        # The browser is one reader with one address; the limits have tests of their own.
        "RANVIER_ASKS_PER_HOUR": "1000", "RANVIER_CHECKS_PER_MINUTE": "10000", "RANVIER_CLAIM_TRIES_PER_HOUR": "1000",
    }  # fmt: skip
    if url := os.environ.get("DATABASE_URL"):
        environment["DATABASE_URL"] = new_database(url)
    process = subprocess.Popen(
        [sys.executable, "-m", "ranvier", "serve", "--demo", "--port", str(port), "--folder", str(folder)],
        env=environment,
        stdout=(folder / "server.log").open("wb"),
        stderr=subprocess.STDOUT,
        cwd=folder,
    )
    desk = Desk(address, folder, process, environment)
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{address}/health/", timeout=2):
            return desk
        time.sleep(0.2)
    log = (folder / "server.log").read_text(errors="replace")[-2000:]
    stop(desk)
    raise RuntimeError(f"the desk did not start: {log}")


def stop(desk: Desk) -> None:
    """Stop server and worker, and drop the database that was made for them."""
    desk.process.terminate()
    try:
        desk.process.wait(20)
    except subprocess.TimeoutExpired:
        desk.process.kill()
        desk.process.wait()
    if url := desk.environment.get("DATABASE_URL"):
        _run_on_server(url, 'DROP DATABASE "{}" WITH (FORCE)', urlsplit(url).path.lstrip("/"))


def new_database(url: str) -> str:
    """An empty database beside the one that the other tests use."""
    name = f"ranvier_road_{secrets.token_hex(4)}"
    _run_on_server(url, 'CREATE DATABASE "{}"', name)
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _run_on_server(url: str, command: str, name: str) -> None:
    import psycopg

    maintenance = urlunsplit(urlsplit(url)._replace(path="/postgres", scheme="postgresql"))
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(command.format(name))
