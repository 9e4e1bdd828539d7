"""`ranvier bench desk`: readers and clinicians at once on a desk with production settings, and the same with kills.

The desk is `ranvier serve` as an association would start it, in a folder of its own (or on DATABASE_URL), with server and
worker as processes. This process seeds it, plays the people, and looks into the database afterwards.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from ranvier.terms import InputRefused
from ranvier.terms.benchmark import BenchmarkRow

from . import load

READERS, CLINICIANS, SECONDS = 50, 5, 60.0
ARCHIVE = 24  # issues on the site before it begins: two years of a monthly column
START_SECONDS = 120
DRAIN_SECONDS = 1200


@dataclass
class Outcome:
    """What a run gave: the tally, and what the database says of every acknowledged letter."""

    tally: load.Tally
    seconds: float
    lost: int
    twice: int
    undrafted: int
    drain_seconds: float
    kills: dict[str, int]
    processor: dict[str, float] = field(default_factory=dict)
    load: float = 0.0


def measure(*, short: bool) -> list[BenchmarkRow]:
    """The load that the desk promises to bear, then a smaller one with server and worker killed again and again."""
    seconds = 15.0 if short else SECONDS
    with measured_desk(clinicians=CLINICIANS) as desk:
        calm = desk.drive(
            readers=10 if short else READERS, clinicians=2 if short else CLINICIANS, seconds=seconds
        )
        rough = desk.drive(readers=10, clinicians=2, seconds=seconds, kill_every=(4.0, 8.0))
    return [*_rows(calm, ""), *_rows(rough, "killed: ")]


def _rows(outcome: Outcome, prefix: str) -> list[BenchmarkRow]:
    tally = outcome.tally
    rows = []
    if not prefix:
        for kind, what in (
            ("public", "public pages"),
            ("ask", "asking"),
            ("claim", "claim code"),
            ("desk", "desk pages"),
        ):
            rows += [
                BenchmarkRow(f"{what}, p{p}", tally.percentile(kind, p) * 1000, "ms") for p in (50, 95, 99)
            ]
        for kind, what in (
            ("public", "public pages"),
            ("file", "files of pages"),
            ("ask", "steps of asking"),
            ("claim", "claim codes"),
            ("desk", "desk pages"),
        ):
            rows.append(
                BenchmarkRow(f"{what} asked for", float(len(tally.seconds.get(kind, []))), "requests")
            )
        rows += [
            BenchmarkRow(f"processor, {who}", seconds, "s") for who, seconds in outcome.processor.items()
        ]
        rows.append(
            BenchmarkRow("processes that wanted to run before it, a minute", outcome.load, "processes")
        )
    else:
        rows += [
            BenchmarkRow(f"{prefix}{name} killed", float(count), "times")
            for name, count in outcome.kills.items()
        ]
        rows.append(BenchmarkRow(f"{prefix}lines that broke", float(tally.broken_lines), "lines"))
    rows += [
        BenchmarkRow(f"{prefix}errors", float(len(tally.errors)), "errors"),
        *(
            BenchmarkRow(f"{prefix}error: {what}"[:52], float(count), "times")
            for what, count in Counter(tally.errors).most_common(5)
        ),
        BenchmarkRow(f"{prefix}letters acknowledged", float(len(tally.acknowledged)), "letters"),
        BenchmarkRow(f"{prefix}acknowledged letters lost", float(outcome.lost), "letters"),
        BenchmarkRow(f"{prefix}letters kept twice", float(outcome.twice), "letters"),
        BenchmarkRow(f"{prefix}letters without a draft at the end", float(outcome.undrafted), "letters"),
        BenchmarkRow(f"{prefix}until the last draft was there", outcome.drain_seconds, "s"),
        BenchmarkRow(f"{prefix}letters led to drafted by clinicians", float(tally.drafted), "letters"),
    ]
    return rows


@contextmanager
def measured_desk(*, clinicians: int, archive: int = ARCHIVE, log: Path | None = None) -> Iterator[Desk]:
    """A new desk with production settings, seeded and running. Once a process, since Django is set up once."""
    with tempfile.TemporaryDirectory(prefix="ranvier-bench-") as name:
        folder = Path(name)
        environment = _environment(folder)
        password = secrets.token_urlsafe(12)
        answers = _seed(clinicians=clinicians, password=password, archive=archive)
        desk = Desk(folder, environment, log or folder / "log", password, answers)
        desk.start()
        try:
            yield desk
        finally:
            desk.stop()


def _look(tally: load.Tally, took: float, desk: Desk) -> Outcome:
    """Wait for the worker, then look for every acknowledged letter in the database."""
    from django.db import connection

    from ranvier.web.models import Question

    begun = time.monotonic()
    while (
        Question.objects.filter(readings__isnull=True).exists() and time.monotonic() - begun < DRAIN_SECONDS
    ):
        desk.demand_alive()
        time.sleep(0.5)
    drain = time.monotonic() - begun
    words: dict[str, list[Any]] = {word: [] for word in tally.acknowledged}
    for question in Question.objects.all():
        word = question.text.rpartition("is ")[2].rstrip(".")
        if word in words:
            words[word].append(question)
    kept = [rows[0] for rows in words.values() if rows]
    # The worker's draft, once; a clinician at work may have added readings, never drafts.
    undrafted = sum(row.answers.count() != 1 or not row.readings.exists() for row in kept)
    twice = sum(len(rows) > 1 for rows in words.values())
    lost = sum(not rows for rows in words.values())
    connection.close()
    return Outcome(tally, took, lost, twice, undrafted, drain, dict(desk.kills))


class Desk:
    """`ranvier serve` as a process group of its own, which can be killed and comes back on the same port."""

    def __init__(
        self, folder: Path, environment: dict[str, str], log: Path, password: str, answers: list[str]
    ) -> None:
        self.folder, self.environment, self.log = folder, environment, log
        self.password, self.answers = password, answers
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.kills = {"server": 0, "worker": 0}
        self.process: subprocess.Popen[bytes] | None = None

    def drive(
        self, *, readers: int, clinicians: int, seconds: float, kill_every: tuple[float, float] | None = None,
        pause: tuple[float, float] = load.PAUSE_SECONDS,
    ) -> Outcome:  # fmt: skip
        """Let people loose on it for so long, wait for the worker, and look into the database."""
        tally, warm = load.Tally(), load.Tally()
        self.kills = {"server": 0, "worker": 0}

        def browser(until: float, to: load.Tally, network: str = "10.0.0.1") -> load.Browser:
            return load.Browser(
                self.address, to, network=network, until=until, survives=kill_every is not None
            )

        # One visit before the clock runs: the first reading of a process compiles its patterns.
        load.read_and_ask(browser(time.monotonic() + 300, warm), pause=(0, 0), answers=self.answers)
        start = time.monotonic()
        until = start + seconds

        def reader() -> None:
            load.reader(browser(until, tally), pause=pause, answers=self.answers)

        def clinician(number: int) -> None:
            load.clinician(
                browser(until, tally, f"10.9.9.{number + 1}"), pause=pause, name=f"clinician-{number}",
                password=self.password,
            )  # fmt: skip

        load_before, before = os.getloadavg()[0], self.processor_seconds()
        people = [reader] * readers + [partial(clinician, number) for number in range(clinicians)]
        killer = threading.Thread(target=self.kill_again_and_again, args=(kill_every, until))
        if kill_every:
            killer.start()
        load.run_people(people, tally)
        took = time.monotonic() - start
        after = self.processor_seconds()
        if kill_every:
            killer.join()
        tally.acknowledged |= warm.acknowledged
        tally.errors += warm.errors
        outcome = _look(tally, took, self)
        outcome.load = load_before
        outcome.processor = {who: after[who] - before.get(who, 0.0) for who in after}
        return outcome

    def start(self) -> None:
        """Start, and wait until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "ranvier", "serve", "--port", str(self.port), "--folder", str(self.folder)],
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            self.demand_alive()
            with suppress(OSError):
                probe = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                probe.request("GET", "/health/", headers={"X-Forwarded-Proto": "https"})
                if probe.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise InputRefused(path="desk", given=f"no answer in {START_SECONDS} s", expected=f"See {self.log}")

    def demand_alive(self) -> None:
        """Raise when the server ended by itself."""
        if self.process is not None and self.process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-400:]
            raise InputRefused(path="desk", given=f"the server ended: {tail}", expected="A server that runs")

    def kill_again_and_again(self, every: tuple[float, float], until: float) -> None:
        """SIGKILL the server and the worker in turn at random moments; the server is started again, the worker by its server."""
        turn = 0
        while True:
            time.sleep(random.uniform(*every))  # noqa: S311
            if time.monotonic() > until:
                return
            name = ("worker", "server")[turn % 2]
            turn += 1
            if name == "server" and self.process is not None:
                self.process.kill()
                self.process.wait()
                self.kills["server"] += 1
                self.start()
            else:
                for worker in self._workers():
                    with suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGKILL)
                        self.kills["worker"] += 1

    def _workers(self) -> list[int]:
        """The children of the server."""
        assert self.process is not None
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with suppress(OSError):
            return [int(word) for word in path.read_text().split()]
        return []

    def processor_seconds(self) -> dict[str, float]:
        """What server, worker and the people themselves have used of the processor. [s]"""
        assert self.process is not None
        found = {"the people": time.process_time(), "server": _processor_seconds(self.process.pid)}
        return found | {"worker": sum(_processor_seconds(worker) for worker in self._workers())}

    def stop(self) -> None:
        """Stop the server and its worker."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(15)
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def _processor_seconds(process: int) -> float:
    """User and system time of a process, from /proc; 0 where there is none."""
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _environment(folder: Path) -> dict[str, str]:
    """Settings as in production for the server, and for this process, which looks at the same database."""
    given = {
        "RANVIER_DESK_MODE": "production", "RANVIER_DESK_FOLDER": str(folder), "RANVIER_SECRET_KEY": secrets.token_urlsafe(50),
        "RANVIER_HOSTS": "127.0.0.1", "RANVIER_ADDRESS": "https://127.0.0.1", "RANVIER_BEHIND_PROXY": "1",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }  # fmt: skip
    child = {**os.environ, **given}
    os.environ.update(given)
    os.environ.setdefault("RANVIER_REASONING", "ranvier.web.benchmark.Remembering")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ranvier.web.settings")
    import django

    django.setup()
    return child


def _seed(*, clinicians: int, password: str, archive: int) -> list[str]:
    """Tables, people, and issues on the site; returns the addresses of the answers."""
    from django.core.management import call_command

    from ranvier.web.commands import people
    from ranvier.web.demo.seed import publish_one
    from ranvier.web.models import Person, Question
    from ranvier.web.roles import Role

    call_command("migrate", verbosity=0, interactive=False)
    if Person.objects.exists():
        raise InputRefused(
            path="DATABASE_URL",
            given="a desk with people in it",
            expected="An empty database: this fills it with invented letters",
        )
    made = {}
    for name, role in (
        ("editor", Role.EDITOR),
        *((f"clinician-{n}", Role.CLINICIAN) for n in range(max(clinicians, 1))),
    ):
        made[role] = people.add_person(
            by=None, username=name, display_name=name, role=role, credentials="MD", password=password
        )
    for number in range(archive):
        letter = load.LETTERS[number % len(load.LETTERS)]
        publish_one(
            letter, clinician=made[Role.CLINICIAN], editor=made[Role.EDITOR], title=f"Letters, {number + 1}"
        )
    return list(Question.objects.filter(slug__isnull=False).values_list("slug", flat=True))


def __getattr__(name: str) -> Any:
    """`Remembering` needs Django's settings, which are not there yet when this module is imported."""
    if name != "Remembering":
        raise AttributeError(name)
    from .reasoning import Workbench

    class Remembering(Workbench):
        """The workbench, which drafts the same letter once: for the archive that is there before the measuring begins."""

        def draft(
            self, text: str, case: dict[str, Any], study: bytes | None = None, diary: bytes | None = None
        ) -> dict[str, Any]:
            """Draft, or remember."""
            assert diary is None, "none of the measured letters has one"
            document: dict[str, Any] = json.loads(
                self._drafted(text, json.dumps(case, sort_keys=True), study)
            )
            return document

        @lru_cache(maxsize=16)  # noqa: B019 — one lives as long as the process
        def _drafted(self, text: str, case: str, study: bytes | None) -> str:
            return json.dumps(super().draft(text, json.loads(case), study))

    globals()[name] = Remembering
    return Remembering


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
