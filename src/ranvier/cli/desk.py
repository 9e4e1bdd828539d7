"""`ranvier desk`: what an administrator does from the command line."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from ranvier.terms.errors import InputRefused


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("task", choices=["administrator"], help="make the first administrator's account")
    parser.add_argument("name", help="the account's name, for example ada")
    parser.add_argument("--display-name", default="", help="as people see it (default: the name)")
    parser.add_argument("--folder", type=Path, help="where the desk's data lie (default: desk-data)")
    parser.epilog = "The password is asked for, or read from standard input. Settings: docs/desk.md."


def run(arguments: argparse.Namespace) -> int:
    """Make the account."""
    from .serve import configure

    configure(demo=False, folder=arguments.folder)
    from django.core.exceptions import ValidationError
    from django.core.management import call_command

    from ranvier.web.commands.people import add_person
    from ranvier.web.roles import Role

    call_command("migrate", verbosity=0, interactive=False)
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        add_person(
            by=None,
            username=arguments.name,
            display_name=arguments.display_name or arguments.name,
            role=Role.ADMINISTRATOR,
            credentials="",
            password=password,
        )
    except ValidationError as error:
        raise InputRefused(path="password", given="refused", expected=" ".join(error.messages)) from error
    print(f"{arguments.name} may now sign in and make the other accounts.")
    return 0
