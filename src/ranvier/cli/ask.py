"""`ranvier ask QUESTION`: one question, answered in plain words with sources."""

from __future__ import annotations

import argparse
import textwrap

from .documents import add_output_arguments, need_input, print_json, read_text, run_jsonl

WIDTH = 88


def register(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "question",
        nargs="?",
        help='the question, in quotes: "How soon does IVIG work?"; - for standard input',
    )
    add_output_arguments(parser)
    parser.epilog = (
        "It gives general facts with their sources. It never advises on one person's dose, drug or diagnosis."
    )


def run(arguments: argparse.Namespace) -> int:
    """Answer and print."""
    from ranvier import workbench

    if arguments.jsonl:
        return run_jsonl(arguments.jsonl, lambda text, row: workbench.ask_document(text))
    given = need_input(arguments.question, name="question", example='ranvier ask "What is MMN?"')
    question = read_text("-") if given == "-" else given
    document = workbench.ask_document(question)
    if arguments.json:
        print_json(document)
        return 0
    for block in document["text"].split("\n\n"):
        print(textwrap.fill(block, WIDTH), end="\n\n")
    print("Sources")
    for number, source in enumerate(document["sources"], start=1):
        print(textwrap.fill(f"[{number}] {source}", WIDTH, subsequent_indent="    ", break_on_hyphens=False))
    print("\nDrafted by software from sourced statements; not signed by a clinician.")
    return 0
