"""The command line: arguments in, one call into the workbench, text or JSON and an exit code out.

Each verb is a module of this folder with two functions, and is imported only when it is asked for:

    register(parser: argparse.ArgumentParser) -> None    adds its arguments, with help that teaches
    run(arguments: argparse.Namespace) -> int            does the work; returns the exit code

Exit codes: 0 done, 2 the input was refused (why, on standard error), 1 the program itself failed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from ranvier.terms.errors import InputRefused, RanvierError

VERBS = {
    "answer": "read a letter, judge it, and draft a sourced answer for a clinician to sign",
    "read": "read a letter into findings, each tied to the words that say it",
    "judge": "apply the published criteria and say what is unknown and would decide",
    "weigh": "weigh the diseases that could look like this",
    "plan": "list the examinations and tests that would change the picture most",
    "ask": "answer one question in plain words, with sources",
    "ncs": "measure a nerve conduction study and judge each segment for block",
    "forecast": "fit a treatment diary and forecast strength and wear-off",
    "trial": "simulate a virtual clinic or trial of immunoglobulin",
    "nerve": "simulate a nerve, attack it and record the study a doctor would see",
    "serve": "start the desk (the column's web service) on this machine",
    "desk": "the desk's own tasks: first account, backup, restore, export, erase",
    "bench": "measure speed against peers, in one run",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    verb = next((word for word in words if not word.startswith("-")), None)
    # Before NumPy is first imported. Our matrices are small: a second BLAS thread waits more than it works (a question took 0.9 s
    # of processor for 0.4 s; on a busy machine a fit took ten times as long). Processes started from here inherit it.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        parser = _parser(verb if verb in VERBS else None)
        arguments = parser.parse_args(words)
        if arguments.verb is None:
            parser.print_help()
            return 0
        code = import_module(f"ranvier.cli.{arguments.verb}").run(arguments)
        sys.stdout.flush()
        return int(code)
    except InputRefused as refused:
        print(f"ranvier: {refused}", file=sys.stderr)
        return refused.exit_code
    except RanvierError as failed:
        print(f"ranvier: {failed}", file=sys.stderr)
        return failed.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("ranvier: stopped", file=sys.stderr)
        return 1
    except Exception as unexpected:  # the last line of defence: a traceback could print a patient's words
        if os.environ.get("RANVIER_DEBUG"):
            raise
        where = _where(unexpected)
        print(
            f"ranvier: the program failed ({type(unexpected).__name__} at {where}); nothing you gave was changed. "
            "Run again with RANVIER_DEBUG=1 to see the whole trace (it may show words of the input).",
            file=sys.stderr,
        )
        return 1


def _parser(verb: str | None) -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<9} {what}" for name, what in VERBS.items())
    parser = argparse.ArgumentParser(
        prog="ranvier",
        description="From a letter about a weak limb to a sourced answer that a clinician signs. It never diagnoses.",
        epilog=f"verbs:\n{lines}\n\n`ranvier VERB --help` says what each takes. Start with: ranvier answer LETTER",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="code, data and evidence dates")
    choices = parser.add_subparsers(dest="verb", metavar="VERB", help=argparse.SUPPRESS)
    for name, what in VERBS.items():
        child = choices.add_parser(
            name, help=what, description=what[0].upper() + what[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        if name == verb:
            import_module(f"ranvier.cli.{name}").register(child)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *unused: object) -> None:
        from ranvier.workbench import versions

        print("\n".join(f"{name}: {value}" for name, value in versions().items()))
        parser.exit()


def _where(error: BaseException) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    if place is None:
        return "an unknown place"
    return f"{os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno}"  # noqa: PTH119
