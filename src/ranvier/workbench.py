"""The main path: the one module that knows the whole chain.

Every function here is short and made of domain verbs. The command line and the web call these and nothing deeper.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from ranvier import __version__
from ranvier.terms.errors import InputRefused

if TYPE_CHECKING:
    from ranvier.case import Case
    from ranvier.criteria import ConductionFacts, JudgedCase
    from ranvier.treatment import Outlook
    from ranvier.treatment.trial import TrialResult


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


def forecast(diary_text: str, **choices: Any) -> Outlook:
    """Everything that follows from a treatment diary (CSV text); `choices` as in `treatment.look_ahead`.

    Raises
        DiaryError: with every fault, by row and column.
    """
    from ranvier.treatment import look_ahead, parse_diary

    return look_ahead(parse_diary(diary_text), **choices)


def trial_designs() -> dict[str, str]:
    """The virtual trials there are, with what each does."""
    from ranvier.treatment.trial import designs

    return designs()


def run_trial(design: str, *, n_patients: int, seed: int) -> TrialResult:
    """Simulate a virtual trial of immunoglobulin with invented patients."""
    from ranvier.treatment.trial import run_trial as run

    return run(design, n_patients=n_patients, seed=seed)
