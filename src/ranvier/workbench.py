"""The main path: the one module that knows the whole chain.

Every function here is short and made of domain verbs. The command line and the web call these and nothing deeper.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from datetime import date
from typing import TYPE_CHECKING

from ranvier import __version__
from ranvier.terms.errors import InputRefused

if TYPE_CHECKING:
    from ranvier.answer import Reply
    from ranvier.case import Case
    from ranvier.criteria import ConductionFacts, JudgedCase
    from ranvier.differential import WeighedCase


def versions() -> dict[str, str]:
    """Code, data and evidence dates, for `--version` and the foot of every answer."""
    return {"ranvier": __version__}


def read(text: str, *, today: date | None = None) -> Case:
    """Read a letter, or a page that holds one, into a case: a proposal for a person to confirm."""
    from ranvier import letter

    return letter.read(text, today=today or date.today())


def case_of(text: str, *, name: str = "case") -> Case:
    """A case from a case file (TOML or JSON) or, when it is neither, from a letter.

    Raises
        DocumentRefused: a case file with faults, all of them named.
    """
    from ranvier.case import loads

    if is_case_file(text, name=name):
        return loads(text, path=name)
    return read(text)


def read_study(text: str, *, name: str = "study") -> ConductionFacts:
    """What a nerve conduction study says to the criteria."""
    raise InputRefused(
        path=name, given="a nerve conduction study", expected="Nothing yet: studies are read later"
    )


def is_case_file(text: str, *, name: str = "case") -> bool:
    """Whether the text is a case file: by the file's name, or by its first characters."""
    if name.endswith((".toml", ".json")):
        return True
    tables = ("[patient]", "[[findings]]", "[[labs]]", "[[treatments]]", "[[quantities]]")
    return text.lstrip().startswith("{") or any(line.strip() in tables for line in text.splitlines())


def judge(case: Case, study: ConductionFacts | None = None) -> JudgedCase:
    """Judge a case by every published edition; a conduction study, if there is one, is counted by each edition's rule."""
    from ranvier.criteria import facts_of, judge_all

    return judge_all(facts_of(case, study))


def weigh(case: Case, study: ConductionFacts | None = None, *, setting: str | None = None) -> WeighedCase:
    """Weigh the diseases that could look like this, and list the tests that would tell most next.

    Tests that the criteria of the likeliest disease still lack count for more. Without a `setting`, a case that was read
    from a letter (it knows where the letter lies) is weighed as one of the desk's letters.
    """
    from ranvier.differential import WeighedCase, next_tests, observe
    from ranvier.differential import weigh as weigh_observations

    if setting is None and case.letter_span is not None:
        setting = "letters"
    observations = observe(case, study)
    weighing = weigh_observations(observations, setting)
    lacking = {
        name
        for judgement in judge(case, study).judgements.values()
        if judgement.edition.disease == weighing.leader
        for name in judgement.missing
    }
    return WeighedCase(
        weighing,
        next_tests(observations, setting=weighing.setting, asked_by_criteria=frozenset(lacking)),
    )


def weigh_series(files: Sequence[str], out: Path, *, setting: str | None = None) -> int:
    """Weigh and judge many case files into one parquet table, one row a case, in bounded memory. Returns how many."""
    from ranvier.differential.series_file import write_series

    cases = ((name, case_of(Path(name).read_text(encoding="utf-8"), name=name)) for name in files)
    return write_series(cases, len(files), out, setting=setting)


def answer(text: str, *, today: date | None = None, study: ConductionFacts | None = None) -> Reply:
    """Read a letter, judge it, and draft a sourced answer: nobody has signed it, and it never diagnoses.

    Raises
        InputRefused: a case file with faults, when the text is one.
    """
    from ranvier.answer import Reply, compose, plan
    from ranvier.answer.reply import EDITION
    from ranvier.evidence import statements

    today = today or date.today()
    case = case_of(text) if is_case_file(text) else read(text, today=today)
    judged = judge(case, study)
    planned = plan(case, judged.judgements[EDITION], text=text, find=None)
    draft = compose(planned, statements(), drafted_on=today)
    return Reply(text, case, judged, planned, draft, versions())
