"""A judgement as people read it: a summary, the tree of reasons, and one row a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ranvier.terms import Mark, Verdict
from ranvier.terms.relations import quantities
from ranvier.terms.vocabulary import diseases, findings, in_line

from .edition import NOT_MET, UNDETERMINED
from .facts import Facts
from .judgement import Judgement
from .study_findings import Disagreement

SIGNS = {Verdict.MET: "+", Verdict.NOT_MET: "-", Verdict.UNKNOWN: "?"}
IN_WORDS = {NOT_MET: "not met", UNDETERMINED: "undetermined"}


def category_words(category: str) -> str:
    """A category as a word on the page."""
    return IN_WORDS.get(category, category.replace("_", " "))


def label(name: str) -> str:
    """The label of a finding, quantity or test id."""
    if name in findings():
        return findings()[name].label
    return quantities()[name].label if name in quantities() else name.replace("_", " ")


def summary(judgement: Judgement) -> str:
    """Category, what it hangs on, and what would decide, in a few lines."""
    waits = waits_only_for_signs(judgement)
    first = f"{judgement.edition.title}: {category_words(judgement.category).upper()}"
    lines = [
        f"{first}, {category_words(judgement.provisional).upper()} IF NO EXCLUDING SIGN" if waits else first
    ]
    if waits:
        signs = "; ".join(in_line(label(name)) for name in judgement.provided)
        lines.append(
            f"  {category_words(judgement.provisional)} once the examination shows that each of these is absent "
            f"(nothing was said of them): {signs}"
        )
    others = [category_words(name) for name in judgement.could_become if name != judgement.category]
    if others:
        lines.append(f"  could become: {', '.join(others)}")
    if judgement.missing and not (waits and set(judgement.missing) <= set(judgement.provided)):
        lines.append(f"  would decide: {', '.join(in_line(label(name)) for name in judgement.missing)}")
    if judgement.recalled:
        lines.append("  some of its text was only recalled, not read in the source (marked in --explain)")
    return "\n".join(lines)


def waits_only_for_signs(judgement: Judgement) -> bool:
    """Whether a grade waits only for excluding signs to be recorded as absent: nobody has spoken of them."""
    return bool(judgement.provided) and judgement.provisional not in (judgement.category, UNDETERMINED)


def tree(judgement: Judgement) -> str:
    """Every clause with its verdict, its reasons and its source."""
    lines = [summary(judgement), ""]
    for result in judgement.clauses:
        lines.append(f"  [{SIGNS[result.verdict]}] {result.clause.name}  {result.clause.wording}")
        lines += [f"        {reason}" for reason in result.because]
        if result.source.mark is not Mark.SEEN:
            lines.append(
                f"        ({result.source.mark.value}: {result.source.locator}; not verified in the source)"
            )
    for option in judgement.edition.options:
        lines.append(
            f"  left open: {option.question}\n        read here as: {option.choice} [{option.mark.value}]"
        )
    lines += [f"  note: {remark}" for remark in judgement.edition.remarks]
    lines.append(f"  source: {judgement.edition.source}")
    return "\n".join(lines)


def contradictions(facts: Facts) -> tuple[str, ...]:
    """What was left out because it cannot be so, one sentence each."""
    return tuple(
        f"stated as present and as absent of the same place: {label(one)}. It was left out."
        if one == other
        else f"stated together, though both cannot be so: {label(one)}; {label(other)}. Both were left out."
        for one, other in facts.contradictions
    )


def overlap(judgements: Mapping[str, Judgement]) -> tuple[str, ...]:
    """Say when the criteria of two diseases are met by the same facts; neither is hidden for the other."""
    met: dict[str, list[str]] = {}
    for judgement in judgements.values():
        if judgement.category not in (NOT_MET, UNDETERMINED):
            met.setdefault(judgement.edition.disease, []).append(
                f"{judgement.edition.id} ({category_words(judgement.category)})"
            )
    names = list(met)
    return tuple(
        f"The same facts meet criteria for {diseases()[one].short}: {', '.join(met[one])}; "
        f"and for {diseases()[other].short}: {', '.join(met[other])}"
        for index, one in enumerate(names)
        for other in names[index + 1 :]
    )


def disagreement(one: Disagreement) -> str:
    """Where the record and the study differ, in a sentence."""
    measured = f" ({one.because})" if one.because else ""
    return f"{label(one.id)}: {one.record} by the record, {one.study} by the study{measured}."


def table(rows: Iterable[tuple[str, Mapping[str, Judgement]]]) -> str:
    """One line a case, one column an edition; `table_notes` says what the marks in it mean."""
    cases = list(rows)
    if not cases:
        return "no cases"
    names = list(cases[0][1])
    cells = [["case", *names]]
    cells += [[case, *(_cell(found[name]) for name in names)] for case, found in cases]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names) + 1)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def table_notes(found: Iterable[Mapping[str, Judgement]]) -> tuple[str, ...]:
    """What stands beside a table: what the star means, and which editions lean on text that was only recalled."""
    judgements = [judgement for one in found for judgement in one.values()]
    notes = []
    if any(waits_only_for_signs(judgement) for judgement in judgements):
        notes.append(
            "* if the excluding signs that nobody spoke of are absent (ranvier judge CASE names them)"
        )
    recalled = dict.fromkeys(j.edition.id for j in judgements if j.recalled)
    if recalled:
        notes.append(f"some of the text was only recalled, not read in the source: {', '.join(recalled)}")
    return tuple(notes)


def _cell(judgement: Judgement) -> str:
    waits = waits_only_for_signs(judgement)
    return category_words(judgement.category) + (
        f" ({category_words(judgement.provisional)}*)" if waits else ""
    )
