"""`ranvier desk`: what an administrator does from the command line."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from ranvier.terms.errors import InputRefused

from .documents import print_json


def register(parser: argparse.ArgumentParser) -> None:
    """Add the tasks."""
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument("--folder", type=Path, help="where the desk's data lie (default: desk-data)")
    folder.add_argument("--demo", action="store_true", help="the demo's desk (out/desk-demo)")
    whose = argparse.ArgumentParser(add_help=False)
    choice = whose.add_mutually_exclusive_group(required=True)
    choice.add_argument(
        "--code", action="store_true", help="by claim code, which is asked for, so that no shell keeps it"
    )
    choice.add_argument(
        "--letter", metavar="REFERENCE", help="by the reference on the desk's pages, for example 3F0A9C"
    )
    choice.add_argument("--email", metavar="ADDRESS", help="an e-mail address, wherever it stands")
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)

    def add(name: str, what: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return tasks.add_parser(
            name, help=what, description=what[0].upper() + what[1:] + ".", parents=[folder, *parents]
        )

    new = add(
        "administrator",
        "make the first administrator's account; the password is asked for, or read from standard input",
    )
    new.add_argument("name", help="the account's name, for example ada")
    new.add_argument("--display-name", default="", help="as people see it (default: the name)")
    add("backup", "write the whole desk into one file, and read it back").add_argument("file", type=Path)
    back = add("restore", "bring a backup back, all of it or nothing; stop the server and the worker first")
    back.add_argument("file", type=Path)
    back.add_argument("--replace", action="store_true", help="lose what this desk holds now")
    back.add_argument(
        "--other-key", action="store_true", help="although claim codes and links in mails will not work"
    )
    add("export", "print what is held of one reader, as JSON", whose)
    gone = add("erase", "erase one reader's letter with all that was made of it, or an e-mail address", whose)
    gone.add_argument("--why", default="On the reader's word", help="kept in the audit; name nobody")
    gone.add_argument("--yes", action="store_true", help="without asking once more")
    old = add("expire", "erase letters past their time, as the worker does by itself")
    old.add_argument("--count", action="store_true", help="only say how many there are")
    parser.epilog = "Settings come from the environment: docs/desk.md."


def run(arguments: argparse.Namespace) -> int:
    """Do one task."""
    from .serve import configure

    configure(demo=arguments.demo, folder=arguments.folder)
    if arguments.task in ("administrator", "restore"):
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
    else:
        demand_tables()
    tasks = (administrator, backup, restore, export, erase, expire)
    return {task.__name__: task for task in tasks}[arguments.task](arguments)


def demand_tables() -> None:
    """Refuse to touch tables of another version: a backup before an upgrade is made by the version that is upgraded.

    Raises
        InputRefused: migrations wait, or there are no tables.
    """
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise InputRefused(
            path="the desk's tables", given="of another version of Ranvier, or not there",
            expected="The version that made them; `ranvier serve` brings them up to date",
        )  # fmt: skip


def administrator(arguments: argparse.Namespace) -> int:
    """Make the account."""
    from django.core.exceptions import ValidationError
    from django.db import IntegrityError

    from ranvier.web.commands.people import add_person
    from ranvier.web.roles import Role

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        add_person(
            by=None, username=arguments.name, display_name=arguments.display_name or arguments.name,
            role=Role.ADMINISTRATOR, credentials="", password=password,
        )  # fmt: skip
    except ValidationError as error:
        raise InputRefused(path="password", given="refused", expected=" ".join(error.messages)) from error
    except IntegrityError as error:
        raise InputRefused(path="name", given="taken", expected="Another name") from error
    print(f"{arguments.name} may now sign in and make the other accounts.")
    return 0


def backup(arguments: argparse.Namespace) -> int:
    """Write a backup."""
    from ranvier.web.commands import backups

    manifest = backups.backup(path=arguments.file)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    print(f"{arguments.file}: {rows} rows of {len(manifest['tables'])} tables, written and read back.")
    print("It holds letters: keep it as you keep them. The secret key is not in it; keep that elsewhere.")
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Bring a backup back."""
    from ranvier.web.commands import backups

    done = backups.restore(path=arguments.file, replace=arguments.replace, other_key=arguments.other_key)
    print(f"The desk is as it was on {done.made_at}: {sum(done.rows.values())} rows, each table compared.")
    for count, what in (
        (done.erased_again, "letters that were erased since then were erased again"),
        (done.left_again, "addresses that left the mail edition since then were deleted again"),
        (done.mails_held, "mails that waited then are held; an editor may send them again"),
        (done.issues_held, "issues whose day has passed wait for an editor"),
    ):
        if count:
            print(f"{count} {what}.")
    print("Everyone signs in again. Look at the people: who left since then has an account again.")
    return 0


def export(arguments: argparse.Namespace) -> int:
    """Print what is held."""
    from ranvier.web.commands import disclosure

    if arguments.email:
        print_json(disclosure.export_address(email=arguments.email))
    else:
        print_json(disclosure.export_letter(question=_letter(arguments)))
    return 0


def erase(arguments: argparse.Namespace) -> int:
    """Erase one letter or address."""
    from ranvier.web.commands import disclosure

    if arguments.email:
        if not _agrees(f"Erase {arguments.email} for good?", arguments):
            return 1
        print(f"{disclosure.erase_address(email=arguments.email)} rows erased.")
        return 0
    letter = _letter(arguments)
    if not _agrees(f"Erase letter {letter.reference} ({letter.standing.label.lower()}) for good?", arguments):
        return 1
    disclosure.erase_letter(question=letter, by=None, why=arguments.why)
    print(
        f"Letter {letter.reference} is erased. Backups made before now still hold it until you delete them."
    )
    return 0


def expire(arguments: argparse.Namespace) -> int:
    """Erase what is past its time."""
    from ranvier.web.commands import retention

    if arguments.count:
        print(f"{retention.expired().count()} letters are past their time.")
    else:
        print(f"{retention.erase_expired(by=None)} letters erased.")
    return 0


def _letter(arguments: argparse.Namespace) -> Any:
    from ranvier.web.commands import disclosure

    code = ""
    if arguments.code:
        code = getpass.getpass("Claim code: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    return disclosure.find_letter(code=code, reference=arguments.letter or "")


def _agrees(question: str, arguments: argparse.Namespace) -> bool:
    try:
        agreed = arguments.yes or input(f"{question} [yes/no] ").strip().lower() == "yes"
    except EOFError:
        agreed = False
    if not agreed:
        print("Nothing was erased.")
    return bool(agreed)
