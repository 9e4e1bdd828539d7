"""`ranvier serve`: the desk on this machine. In demo mode with example letters; else with production settings."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from ranvier.terms import InputRefused, MissingDependency

SERVER_THREADS = 12
RESTART_SECONDS = 2


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--demo", action="store_true", help="invented letters and people, on this machine only"
    )
    parser.add_argument("--port", type=int, default=8000, help="default 8000")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; demo mode stays on loopback"
    )
    parser.add_argument(
        "--folder", type=Path, help="where the database lies (demo: out/desk-demo; else desk-data)"
    )
    parser.add_argument("--fresh", action="store_true", help="with --demo: begin with an empty folder")
    parser.add_argument("--no-worker", action="store_true", help="do not start the worker beside the server")
    parser.epilog = (
        "Without --demo the settings come from the environment: RANVIER_SECRET_KEY, RANVIER_HOSTS, RANVIER_ADDRESS, "
        "DATABASE_URL, RANVIER_MAIL_URL (see docs/desk.md). Make the first administrator with "
        "`ranvier desk administrator NAME`."
    )


def run(arguments: argparse.Namespace) -> int:
    """Prepare the database, start the worker, and serve until stopped."""
    configure(demo=arguments.demo, folder=arguments.folder, port=arguments.port)
    if arguments.demo:
        if arguments.host not in ("127.0.0.1", "localhost", "::1"):
            raise InputRefused(
                path="--host",
                given=f'"{arguments.host}" with --demo',
                expected="The demo has no passwords and stays on 127.0.0.1",
            )
        if arguments.fresh:
            empty_demo(Path(os.environ["RANVIER_DESK_FOLDER"]))
    prepare(demo=arguments.demo)
    worker = None if arguments.no_worker else KeptWorker()
    try:
        serve(arguments.host, arguments.port, demo=arguments.demo)
    finally:
        if worker is not None:
            worker.stop()
    return 0


def configure(*, demo: bool, folder: Path | None = None, port: int = 8000) -> None:
    """Set the environment that the settings read, and set Django up."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ranvier.web.settings")
    if demo:
        os.environ["RANVIER_DESK_MODE"] = "demo"
        os.environ.setdefault("RANVIER_ADDRESS", f"http://127.0.0.1:{port}")
    default = Path("out") / "desk-demo" if demo else Path("desk-data")
    os.environ.setdefault("RANVIER_DESK_FOLDER", str((folder or default).absolute()))
    Path(os.environ["RANVIER_DESK_FOLDER"]).mkdir(parents=True, exist_ok=True)
    try:
        import django
    except ImportError as error:
        raise MissingDependency(
            path="django", given="not installed", expected="pip install 'ranvier[web,report]'"
        ) from error
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        where, _, what = str(error).partition(": ")
        raise InputRefused(
            path=where, given=what or "not set", expected="See docs/desk.md, settings"
        ) from error


def empty_demo(folder: Path) -> None:
    """Remove the demo's database and mail; nothing else in the folder."""
    for path in [*folder.glob("desk.sqlite3*"), *folder.glob("mail/*")]:
        path.unlink()


def prepare(*, demo: bool) -> None:
    """Bring the tables up to date; in demo mode fill an empty desk."""
    from django.core.management import call_command

    print("ranvier: preparing the desk ...", file=sys.stderr)
    call_command("migrate", verbosity=0, interactive=False)
    if demo:
        from ranvier.web.demo.seed import seed

        seed()
    else:
        call_command("collectstatic", verbosity=0, interactive=False)


def start_worker() -> subprocess.Popen[bytes]:
    """The worker as a process of its own: a draft that takes long never makes a reader wait."""
    command = [sys.executable, "-m", "django", "desk_worker", "--parent", str(os.getpid())]
    path = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]).rstrip(
        os.pathsep
    )
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path})  # noqa: S603


class KeptWorker:
    """The worker, started again when it dies: killed, out of memory, or by a fault of ours."""

    def __init__(self) -> None:
        self.process = start_worker()
        self.stopping = threading.Event()
        threading.Thread(target=self._keep, daemon=True).start()

    def _keep(self) -> None:
        while True:
            code = self.process.wait()
            if self.stopping.is_set():
                return
            # Said at once: the server may be killed while it waits, and the log must still tell what came first.
            print(f"ranvier: the worker ended ({code}); starting it again", file=sys.stderr, flush=True)
            if self.stopping.wait(RESTART_SECONDS):
                return
            self.process = start_worker()

    def stop(self) -> None:
        """End it for good."""
        self.stopping.set()
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)


def serve(host: str, port: int, *, demo: bool) -> None:
    """Serve with waitress until the process is told to stop."""
    import waitress

    from ranvier.web.wsgi import application

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    print(f"ranvier: the column is at http://{host}:{port}/", flush=True)
    if demo:
        print(f"ranvier: to work at the desk: http://{host}:{port}/become/", flush=True)
        print(f"ranvier: mail is written to {os.environ['RANVIER_DESK_FOLDER']}/mail", flush=True)
    try:
        waitress.serve(
            application, host=host, port=port, threads=SERVER_THREADS, ident=None, clear_untrusted_proxy_headers=False,
            connection_limit=500, channel_timeout=60, max_request_body_size=4 * 1024 * 1024,
        )  # fmt: skip
    except OSError as error:
        raise InputRefused(
            path="--port",
            given=f"{port} cannot be used ({error.strerror})",
            expected="Another, for example --port 8010",
        ) from error
    except KeyboardInterrupt:
        print("ranvier: stopped", file=sys.stderr)
