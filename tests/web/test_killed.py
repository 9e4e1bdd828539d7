"""`kill -9` of server and worker under load: every acknowledged letter is there afterwards, once, with its draft."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection
from tests.settings import LONG
from tests.web import cluster

SECONDS = 60 if LONG else 12


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run for all tests of this file, on the database that this run of the suite is about."""
    log = tmp_path_factory.mktemp("killed") / "log"
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "RANVIER_DESK_FOLDER", "RANVIER_DESK_MODE")
    }
    environment["PYTHONPATH"] = os.pathsep.join(("src", "."))
    if connection.vendor == "postgresql":
        environment["DATABASE_URL"] = cluster.start("killed")
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.killed_desk", str(log), str(SECONDS)],
        env=environment, capture_output=True, text=True, timeout=280 + SECONDS, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return {**json.loads(done.stdout.splitlines()[-1]), "log": log.read_text(errors="replace") + done.stderr}


def test_server_and_worker_were_killed_while_letters_came_in(outcome: dict[str, Any]) -> None:
    assert outcome["kills"]["server"] >= 1
    assert outcome["kills"]["worker"] >= 1
    assert outcome["broken"] >= 1, "nobody was talking to the server when it was killed"
    assert outcome["acknowledged"] >= 10


def test_every_acknowledged_letter_is_there_once_and_drafted_once(outcome: dict[str, Any]) -> None:
    assert (outcome["lost"], outcome["twice"], outcome["undrafted"]) == (0, 0, 0)


def test_nobody_saw_an_error_but_the_broken_line(outcome: dict[str, Any]) -> None:
    assert outcome["errors"] == []


def test_the_logs_of_all_that_hold_no_word_of_a_letter(outcome: dict[str, Any]) -> None:
    log = outcome["log"]
    assert "the worker ended" in log, "the log is the one of this run"
    for word in [*outcome["words"], "drooping", "immunoglobulin", "10.9.9.", "submission"]:
        assert word not in log
