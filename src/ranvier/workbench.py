"""The main path: the one module that knows the whole chain.

Every function here is short and made of domain verbs. The command line and the web call these and nothing deeper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ranvier import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ranvier.answer import Reply
    from ranvier.case import Case
    from ranvier.conduction import StudyResult
    from ranvier.criteria import ConductionFacts, JudgedCase
    from ranvier.differential import WeighedCase
    from ranvier.evidence import Statement
    from ranvier.evidence.reply import Reply as QuestionReply
    from ranvier.terms.errors import RanvierError
    from ranvier.treatment import Diary, Outlook
    from ranvier.treatment.trial import TrialResult


def versions() -> dict[str, str]:
    """Code, data and evidence dates, for `--version` and the foot of every answer."""
    newest = max(statement.as_of for statement in statements().values())
    return {
        "ranvier": __version__,
        "evidence": f"{len(statements())} statements, the newest of {newest}",
        "codes": "Human Phenotype Ontology, release 2025-11-24",
    }


def read(text: str, *, today: date | None = None) -> Case:
    """Read a letter, or a page that holds one, into a case: a proposal for a person to confirm."""
    from ranvier import evidence, letter

    return letter.read(text, today=today or date.today(), topic_of=evidence.topic_of)


def glance(text: str, *, with_topics: bool = False) -> Case:
    """The part of reading that cannot wait, for a page that answers while one types: red flags, questions, identifying details.

    Without topics every question is of `out_of_scope`: telling them costs ten times the rest.
    """
    from ranvier import evidence, letter

    return letter.glance(text, topic_of=evidence.topic_of) if with_topics else letter.glance(text)


def forget() -> None:
    """Let go of what reading keeps in memory of letters: one was erased."""
    from ranvier import letter

    letter.forget()


def case_of(text: str, *, name: str = "case") -> Case:
    """A case from a case file (TOML or JSON) or, when it is neither, from a letter.

    Raises
        DocumentRefused: a case file with faults, all of them named.
    """
    from ranvier.case import loads

    if is_case_file(text, name=name):
        return loads(text, path=name)
    return read(text)


def with_notes(case: Case, notes: Sequence[tuple[str, str]]) -> Case:
    """A case with what further documents say of the same person, each (name, text): an examination note, a case file."""
    from ranvier.case import joined

    for name, text in notes:
        case = joined(case, case_of(text, name=name), origin=f"note {Path(name).name}")
    return case


def read_study(content: bytes | str, *, name: str = "study") -> ConductionFacts:
    """What a nerve conduction study (CSV text, or an Excel workbook) says to the criteria.

    Raises
        StudyError: with every fault, by row and column, when no nerve can be judged.
    """
    from ranvier.criteria.study_facts import conduction_facts_of

    return conduction_facts_of(_judged_study(content, name))


def ncs(content: bytes | str, *, name: str = "study") -> dict[str, Any]:
    """The JSON document of a nerve conduction study (`ranvier ncs`): recordings, segments, verdicts, summary.

    Raises
        StudyError: with every fault, by row and column, when no nerve can be judged.
    """
    from ranvier.conduction import to_document

    return to_document(_judged_study(content, name))


def _judged_study(content: bytes | str, name: str) -> StudyResult:
    from ranvier.conduction import Context, judge_study
    from ranvier.exchange.study_files import read_study_file

    data = content.encode("utf-8") if isinstance(content, str) else content
    return judge_study(read_study_file(data, name=name, context=Context()))


def disease_names() -> dict[str, str]:
    """Disease ids with the names that a person reads."""
    from ranvier.terms.vocabulary import diseases

    return {key: disease.label for key, disease in diseases().items()}


def is_case_file(text: str, *, name: str = "case") -> bool:
    """Whether the text is a case file: by the file's name, or by its first characters."""
    if name.endswith((".toml", ".json")):
        return True
    tables = ("[patient]", "[[findings]]", "[[labs]]", "[[treatments]]", "[[quantities]]")
    return text.lstrip().startswith("{") or any(line.strip() in tables for line in text.splitlines())


def judge(case: Case, study: ConductionFacts | None = None) -> JudgedCase:
    """Judge a case by every published edition; a conduction study, if there is one, is counted by each edition's rule.

    Where the study contradicts what the case says, the study is used, and `disagreements` of the result say so.
    """
    from ranvier.criteria import disagreements, facts_of, judge_all

    return judge_all(facts_of(case, study), disagreements(case, study))


def weigh(
    case: Case,
    study: ConductionFacts | None = None,
    *,
    setting: str | None = None,
    judged: JudgedCase | None = None,
) -> WeighedCase:
    """Weigh the diseases that could look like this, and list the tests that would tell most next.

    Tests that the criteria of the likeliest disease still lack count for more. Without a `setting`, a case that was read
    from a letter (it knows where the letter lies) is weighed as one of the desk's letters. `judged` saves judging twice.
    """
    from ranvier.differential import WeighedCase, next_tests, observe
    from ranvier.differential import weigh as weigh_observations

    if setting is None and case.letter_span is not None:
        setting = "letters"
    observations = observe(case, study)
    weighing = weigh_observations(observations, setting)
    lacking = {
        name
        for judgement in (judged or judge(case, study)).judgements.values()
        if judgement.edition.disease == weighing.leader
        for name in judgement.missing
    }
    return WeighedCase(
        weighing,
        next_tests(observations, setting=weighing.setting, asked_by_criteria=frozenset(lacking)),
    )


def weigh_series(
    files: Sequence[str],
    out: Path,
    *,
    setting: str | None = None,
    refused: Callable[[str, RanvierError], None],
) -> int:
    """Weigh and judge many case files into one parquet table, one row a case, in bounded memory. Returns how many.

    A file that cannot be read goes to `refused` and does not stop the rest.
    """
    from ranvier.differential.series_file import write_series
    from ranvier.terms.errors import InputRefused
    from ranvier.terms.errors import RanvierError as Refused

    def cases() -> Iterator[tuple[str, Case]]:
        for name in files:
            try:
                text = Path(name).read_text(encoding="utf-8")
                if not text.strip():
                    raise InputRefused(path=name, given="it is empty", expected="A case file")
                yield name, case_of(text, name=name)
            except (OSError, UnicodeDecodeError) as error:
                given = type(error).__name__
                refused(name, InputRefused(path=name, given=given, expected="A readable UTF-8 case file"))
            except Refused as error:
                refused(name, error)

    return write_series(cases(), len(files), out, setting=setting)


def answer(
    text: str,
    *,
    today: date | None = None,
    study: ConductionFacts | None = None,
    outlook: Outlook | None = None,
) -> Reply:
    """Read a letter, judge it, and draft a sourced answer: nobody has signed it, and it never diagnoses.

    `outlook` is what followed from a treatment diary that came with the letter (`forecast`).

    Raises
        InputRefused: a case file with faults, when the text is one.
    """
    case = case_of(text) if is_case_file(text) else read(text, today=today)
    return answer_case(text, case, today=today, study=study, outlook=outlook)


def answer_case(
    text: str,
    case: Case,
    *,
    today: date | None = None,
    study: ConductionFacts | None = None,
    outlook: Outlook | None = None,
) -> Reply:
    """Judge a case that a person may have corrected, and draft the answer to the letter it came from."""
    from ranvier.answer import Reply, compose, plan
    from ranvier.answer.questions import find_in_evidence
    from ranvier.answer.reply import EDITION
    from ranvier.criteria import with_study

    judged = judge(case, study)
    weighed = weigh(case, study, judged=judged)
    planned = plan(
        with_study(case, study),
        judged.judgements[EDITION],
        text=text,
        find=find_in_evidence,
        weighed=weighed,
        outlook=outlook,
    )
    draft = compose(planned, statements(), drafted_on=today or date.today())
    return Reply(text, case, judged, planned, draft, versions(), weighed, outlook)


def read_diary(diary_text: str) -> Diary:
    """A treatment diary (CSV text), checked: what was given and measured, by date.

    Raises
        DiaryError: with every fault, by row and column.
    """
    from ranvier.treatment import parse_diary

    return parse_diary(diary_text)


def forecast(diary_text: str, **choices: Any) -> Outlook:
    """Everything that follows from a treatment diary (CSV text); `choices` as in `treatment.look_ahead`.

    Raises
        DiaryError: with every fault, by row and column.
    """
    from ranvier.treatment import look_ahead

    return look_ahead(read_diary(diary_text), **choices)


def statements() -> Mapping[str, Statement]:
    """Every statement that an answer may rest on, by id."""
    from ranvier import evidence

    return evidence.statements()


def topics() -> Mapping[str, str]:
    """Topic ids with the words that head an answer."""
    from ranvier import evidence

    return evidence.topics()


def ask(question: str) -> QuestionReply:
    """Answer one message in plain words, every sentence with its source; red flags first. Raises InputRefused."""
    from ranvier import evidence

    return evidence.ask(question)


def ask_document(question: str) -> dict[str, Any]:
    """The same as the JSON of interfaces.md."""
    from ranvier.evidence.reply import reply_document

    return reply_document(ask(question))


def trial_designs() -> dict[str, str]:
    """The virtual trials there are, with what each does."""
    from ranvier.treatment.trial import designs

    return designs()


def run_trial(design: str, *, n_patients: int, seed: int) -> TrialResult:
    """Simulate a virtual trial of immunoglobulin with invented patients."""
    from ranvier.treatment.trial import run_trial as run

    return run(design, n_patients=n_patients, seed=seed)
