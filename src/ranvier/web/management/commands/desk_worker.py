"""The desk's worker: the database queue, and a sweep for what a killed worker left behind."""

from __future__ import annotations

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.db.utils import InterfaceError, OperationalError
from django.utils.crypto import get_random_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker

from ranvier.web import freshness, tasks
from ranvier.web.demo.seed import go_on

NICE = 5


class DeskWorker(Worker):
    """The queue's worker, which lets go before each task of what it keeps of letters that were erased elsewhere."""

    def run_task(self, db_task_result: Any) -> None:
        """Run one."""
        freshness.marks()
        super().run_task(db_task_result)


class Command(BaseCommand):
    """Run the worker until it is stopped."""

    help = "Draft answers, send mail and publish issues, until stopped"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the pauses and the parent to watch."""
        parser.add_argument("--interval", type=float, default=0.5, help="seconds between looks at the queue")
        parser.add_argument("--sweep-every", type=float, default=10, help="seconds between sweeps")
        parser.add_argument("--once", action="store_true", help="empty the queue, sweep once, and stop")
        parser.add_argument("--parent", type=int, help="stop when this process is gone")

    def handle(
        self, *, interval: float, sweep_every: float, once: bool, parent: int | None, **options: object
    ) -> None:
        """Loop."""
        swept = 0.0
        if not once:
            os.nice(
                NICE
            )  # drafting takes all the processor it gets; a reader who waits for a page goes first
        if settings.DEMO:
            go_on()
        while True:
            if parent and os.getppid() != parent:
                return
            close_old_connections()
            try:
                freshness.marks()
                self._queue()
                if once or time.monotonic() - swept >= sweep_every:
                    tasks.sweep()
                    swept = time.monotonic()
            except (OperationalError, InterfaceError):  # the database is busy or away for a moment
                close_old_connections()
                time.sleep(1)
            if once:
                return
            time.sleep(interval)

    def _queue(self) -> None:
        DeskWorker(
            queue_names=["*"], interval=0, batch=True, backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False, max_tasks=200, worker_id=get_random_string(16), excluded_queue_names=[],
        ).run()  # fmt: skip
