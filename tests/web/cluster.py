"""A PostgreSQL of our own for the tests: from Debian's packages, in a folder of its own, reached by a socket only.

It starts in about two seconds and is removed when the tests end. `initdb` refuses to run as root, so under root it runs as
the `postgres` account that Debian's package makes.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

PATIENCE_SECONDS = 60


def programs() -> Path | None:
    """Where PostgreSQL's programs lie, newest version first; None when it is not installed."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def start(database: str = "desk") -> str:
    """Start one, and return its DATABASE_URL. It stops with this process."""
    binaries = programs()
    if binaries is None:
        raise RuntimeError("PostgreSQL is not installed. On Debian: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="ranvier-pg-"))
    data = folder / "data"
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    _as_its_user(
        [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
        folder,
    )  # fmt: skip
    options = {
        "listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off", "max_connections": "100",
        "full_page_writes": "off", "shared_buffers": "64MB",
    }  # fmt: skip
    words = [binaries / "postgres", "-D", data]
    for name, value in options.items():
        words += ["-c", f"{name}={value}"]
    server = subprocess.Popen(
        _command(words), cwd=folder, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb")
    )
    atexit.register(_stop, server, folder)
    _wait_for(binaries, folder, server)
    _as_its_user([binaries / "createdb", "-h", folder, "-U", "postgres", database], folder)
    return f"postgres://postgres@{quote(str(folder), safe='')}/{database}"


def _command(words: list[object]) -> list[str]:
    plain = [str(word) for word in words]
    return (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *plain]
        if os.getuid() == 0
        else plain
    )


def _as_its_user(words: list[object], folder: Path) -> None:
    done = subprocess.run(_command(words), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stderr.strip()}")


def _wait_for(binaries: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        ready = subprocess.run(
            [binaries / "pg_isready", "-h", folder, "-U", "postgres"], capture_output=True, check=False
        )
        if ready.returncode == 0:
            return
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start: " + (folder / "log").read_text(errors="replace")[-500:])


def _stop(server: subprocess.Popen[bytes], folder: Path) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)  # "fast": SIGTERM would wait for clients
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
    shutil.rmtree(folder, ignore_errors=True)
