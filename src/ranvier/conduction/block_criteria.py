"""Conduction block by every published edition, one contract for all: rules as data, a verdict with its because.

An edition has rules; a rule belongs to a grade, says where it applies (nerve, limb, stretch, length, entrapment) and what it
needs (measures against numbers). A grade is met when one of its rules is. What was not measured is UNKNOWN, never a default:
with the area missing, an edition that counts area says "unknown", and the because adds what the amplitude alone can say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from ranvier.terms import DataError, InputRefused, Mark, Source, Verdict, all_of, any_of
from ranvier.terms.vocabulary import read_toml

from .reference_limits import ReferenceLimits
from .segments import Segment, words
from .study import Context

FOLDER = Path(__file__).parent / "block_editions"
SLACK = 1e-9  # printed decimals: a fall from 10 to 5 is exactly one half, whatever the floating point says

MEASURES = {
    "area_reduction_fraction": "area reduction",
    "amplitude_reduction_fraction": "amplitude reduction",
    "duration_increase_fraction": "duration increase",
    "proximal_over_distal_amplitude": "proximal/distal amplitude",
    "distal_amplitude_mv": "distal amplitude",
    "distal_amplitude_over_lln": "distal amplitude over its lower limit of normal",
}
OPERATIONS = {"at_least": "at least", "at_most": "at most", "above": "above", "below": "below"}
REDUCTIONS = {"amplitude_reduction_fraction": "amplitude", "area_reduction_fraction": "area"}


class BlockGrade(Enum):
    """What an edition says of a segment."""

    NONE = "none"
    PROBABLE = "probable"
    DEFINITE = "definite"
    UNKNOWN = "unknown"


GRADES = (BlockGrade.DEFINITE, BlockGrade.PROBABLE)


@dataclass(frozen=True)
class Need:
    """One comparison of a rule: a measure of the segment against a number."""

    measure: str
    operation: str
    value: float
    absent_response: str = "counts"

    def judge(self, values: Mapping[str, float | None], *, proximal_is_absent: bool) -> tuple[Verdict, str]:
        """MET, NOT_MET or UNKNOWN, and the sentence that says why."""
        name, word = MEASURES[self.measure], OPERATIONS[self.operation]
        wanted = f"{word} {_shown(self.measure, self.value)}"
        if proximal_is_absent and self.absent_response == "not_applied":
            return (
                Verdict.MET,
                f"{name}: no proximal response, so there is no duration to compare; not applied",
            )
        value = values[self.measure]
        if value is None:
            return Verdict.UNKNOWN, f"{name}: not measured; needed {wanted}"
        met = {
            "at_least": value >= self.value - SLACK,
            "at_most": value <= self.value + SLACK,
            "above": value > self.value + SLACK,
            "below": value < self.value - SLACK,
        }[self.operation]
        sign = "" if met else "not "
        return (
            Verdict.MET if met else Verdict.NOT_MET,
            f"{name} {_shown(self.measure, value)}: {sign}{wanted}",
        )


def _shown(measure: str, value: float) -> str:
    if measure == "distal_amplitude_mv":
        return f"{value:.3g} mV"
    return f"{100 * value:.3g} %"


@dataclass(frozen=True)
class Rule:
    """One way to reach a grade: where it applies, and all that it needs."""

    id: str
    grade: BlockGrade
    needs: tuple[Need, ...]
    nerves: tuple[str, ...] = ()
    not_nerves: tuple[str, ...] = ()
    limb: str | None = None
    regions: tuple[str, ...] = ()
    not_regions: tuple[str, ...] = ()
    length: str = "any"
    not_at_entrapment_site: bool = False
    not_ulnar_across_elbow: bool = False
    note: str | None = None

    def why_not_here(self, segment: Segment) -> str | None:
        """Why the rule does not apply to this place, or None when it does."""
        nerve = segment.nerve
        if self.nerves and nerve not in self.nerves:
            return f"the rule names {', '.join(self.nerves)}, not the {words(nerve)} nerve"
        if nerve in self.not_nerves:
            return f"the {words(nerve)} nerve is not graded for block"
        if self.limb is not None and segment.limb != self.limb:
            return f"only {self.limb} limb nerves"
        if self.regions and segment.region not in self.regions:
            return f"not for this stretch ({words(segment.region)})"
        if segment.region in self.not_regions:
            return f"not for this stretch ({words(segment.region)})"
        if self.length == "long" and not segment.is_long:
            return "not a long segment"
        if self.length == "short" and not segment.is_short:
            return "not a short (inching) distance"
        if self.length == "not_short" and segment.is_short:
            return "a short (inching) distance"
        if self.not_at_entrapment_site and segment.is_at_entrapment_site:
            names = ", ".join(site.name for site in segment.entrapment if site.excluded)
            return f"a common entrapment site ({names})"
        if self.not_ulnar_across_elbow and nerve == "ulnar" and segment.is_at_entrapment_site:
            return "ulnar nerve across the elbow"
        return None


@dataclass(frozen=True)
class BlockEdition:
    """A published definition of conduction block."""

    id: str
    label: str
    short: str
    source: Source
    rules: tuple[Rule, ...]
    on_by_default: bool
    modes: tuple[str, ...] = ()

    @property
    def is_verified(self) -> bool:
        """Whether its numbers were read, rather than recalled."""
        return self.source.mark is Mark.SEEN


@dataclass(frozen=True)
class BlockVerdict:
    """What one edition says of one segment.

    `could_be`: the grades still open once what is unknown is known; one entry when nothing decisive is missing.
    `amplitude_alone`: with the area missing, the grade if area had fallen as much as amplitude; a hint, never the verdict.
    """

    edition: str
    grade: BlockGrade
    could_be: tuple[BlockGrade, ...]
    because: tuple[str, ...]
    source: Source
    met_rules: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    amplitude_alone: BlockGrade | None = None


@cache
def block_editions() -> Mapping[str, BlockEdition]:
    """Every shipped edition by id.

    Raises
        DataError: an edition without a source, or with a measure or grade that does not exist.
    """
    rows = {path.name: read_toml(path) for path in sorted(FOLDER.glob("*.toml"))}
    by_id = {row["id"]: row for row in rows.values()}
    return {key: _edition(row, by_id) for key, row in by_id.items()}


def _edition(row: dict[str, Any], others: Mapping[str, dict[str, Any]]) -> BlockEdition:
    rules_row = row if "limits_of" not in row else others[row["limits_of"]]
    rules = tuple(_rule(rule, row["id"]) for rule in rules_row["rule"])
    if "limits_of" in row:
        rules = tuple(
            replace(
                rule,
                id=rule.id.replace(row["limits_of"], row["id"]),
                not_at_entrapment_site=row.get("not_at_entrapment_site", False),
            )
            for rule in rules
        )
    return BlockEdition(
        id=row["id"],
        label=row["label"],
        short=row["short"],
        source=Source(row["source"], mark=Mark(row["mark"]), locator=row["locator"]),
        rules=rules,
        on_by_default=row["on_by_default"],
        modes=tuple(row.get("modes", ())),
    )


def _rule(row: dict[str, Any], edition: str) -> Rule:
    needs = []
    for need in row["needs"]:
        operation = next((name for name in OPERATIONS if name in need), None)
        if operation is None or need["measure"] not in MEASURES:
            raise DataError(
                path=f"{edition}.{row['id']}", given=f"{need}", expected="A known measure and one comparison"
            )
        needs.append(
            Need(need["measure"], operation, float(need[operation]), need.get("absent_response", "counts"))
        )
    lists: dict[str, Any] = {
        name: tuple(row[name]) for name in ("nerves", "not_nerves", "regions", "not_regions") if name in row
    }
    plain = {
        name: row[name]
        for name in ("limb", "length", "not_at_entrapment_site", "not_ulnar_across_elbow", "note")
        if name in row
    }
    return Rule(id=row["id"], grade=BlockGrade(row["grade"]), needs=tuple(needs), **lists, **plain)


def chosen_editions(
    names: tuple[str, ...] | None = None, *, unverified: bool = False
) -> tuple[BlockEdition, ...]:
    """Editions by name, or those that are on by default; `unverified` adds the ones whose tables are only recalled.

    Raises
        InputRefused: a name that is no edition.
    """
    every = block_editions()
    if names is None:
        return tuple(e for e in every.values() if e.on_by_default or unverified)
    for name in names:
        if name not in every:
            raise InputRefused(path="edition", given=f'"{name}"', expected=f"One of: {', '.join(every)}")
    return tuple(every[name] for name in names)


def segment_values(segment: Segment, limits: ReferenceLimits, context: Context) -> dict[str, float | None]:
    """Every measure that a rule may ask for; None where it was not measured or no limit is known."""
    limit = limits.find(nerve=segment.nerve, record_at=segment.muscle, quantity="amplitude", context=context)
    amplitude = segment.distal_amplitude_mv
    reduction = segment.amplitude_reduction_fraction
    return {
        "area_reduction_fraction": segment.area_reduction_fraction,
        "amplitude_reduction_fraction": reduction,
        "duration_increase_fraction": segment.duration_increase_fraction,
        "proximal_over_distal_amplitude": None if reduction is None else 1.0 - reduction,
        "distal_amplitude_mv": amplitude,
        "distal_amplitude_over_lln": None if amplitude is None or limit is None else amplitude / limit.value,
    }


def judge_block(
    segment: Segment, edition: BlockEdition, *, limits: ReferenceLimits, context: Context, mode: str = "both"
) -> BlockVerdict:
    """Grade one segment by one edition.

    Parameters
        mode : for editions that give amplitude and area limits side by side: "both" must pass (the default), or
            "amplitude" or "area" alone.
    """
    values = segment_values(segment, limits, context)
    verdict = _judge(segment, edition, values, mode)
    fall = values["amplitude_reduction_fraction"]
    if values["area_reduction_fraction"] is not None or fall is None or len(verdict.could_be) == 1:
        return verdict
    hint = _judge(segment, edition, {**values, "area_reduction_fraction": fall}, mode)
    said = " or ".join(grade.value for grade in hint.could_be)
    text = (
        f"amplitude alone: it falls by {100 * fall:.3g} %; had the area fallen as much, this edition would say {said}. "
        "Amplitude falls more than area when the response is dispersed, so this is a hint only"
    )
    return replace(verdict, because=(*verdict.because, text), amplitude_alone=hint.grade)


def _judge(
    segment: Segment, edition: BlockEdition, values: Mapping[str, float | None], mode: str
) -> BlockVerdict:
    absent = segment.proximal_response_is_absent
    by_grade: dict[BlockGrade, list[Verdict]] = {grade: [] for grade in GRADES}
    told: list[tuple[Verdict, BlockGrade, str, list[str]]] = []
    passed_over: list[tuple[Verdict, BlockGrade, str, list[str]]] = []
    missing: list[str] = []
    met: list[str] = []
    for rule in edition.rules:
        elsewhere = rule.why_not_here(segment)
        if elsewhere is not None:
            by_grade[rule.grade].append(Verdict.NOT_MET)
            passed_over.append((Verdict.NOT_MET, rule.grade, rule.id, [elsewhere]))
            continue
        dropped = {"amplitude": "area_reduction_fraction", "area": "amplitude_reduction_fraction"}.get(mode)
        needs = [need for need in rule.needs if not (edition.modes and need.measure == dropped)]
        judged = [(need, *need.judge(values, proximal_is_absent=absent)) for need in needs]
        verdict = all_of(v for _, v, _ in judged)
        by_grade[rule.grade].append(verdict)
        if verdict is Verdict.MET:
            met.append(rule.id)
        elif verdict is Verdict.UNKNOWN:
            missing += [need.measure for need, v, _ in judged if v is Verdict.UNKNOWN]
        # For a rule that fails, only what fails; otherwise everything that was read.
        lines = [text for _, v, text in judged if verdict is not Verdict.NOT_MET or v is Verdict.NOT_MET]
        told.append((verdict, rule.grade, rule.id, lines))
    grade, could_be = _grade({g: any_of(v) for g, v in by_grade.items()})
    if len(could_be) > 1:
        could_be = _still_possible(segment, edition, values, mode, tuple(dict.fromkeys(missing)))
    return BlockVerdict(
        edition=edition.id,
        grade=grade,
        could_be=could_be,
        because=_because(told or passed_over, grade),
        source=edition.source,
        met_rules=tuple(met),
        missing=tuple(dict.fromkeys(missing)),
    )


def _still_possible(
    segment: Segment,
    edition: BlockEdition,
    values: Mapping[str, float | None],
    mode: str,
    missing: tuple[str, ...],
) -> tuple[BlockGrade, ...]:
    """The grades reached when each missing measure takes every value that could matter, best first."""
    trials: list[list[float]] = []
    for measure in missing:
        cuts = sorted({n.value for r in edition.rules for n in r.needs if n.measure == measure})
        trials.append([cuts[0] - 0.01, *(cut + d for cut in cuts for d in (0.0, 0.005))])
    found: set[BlockGrade] = set()
    for combination in product(*trials):
        tried = {**values, **dict(zip(missing, combination, strict=True))}
        if "amplitude_reduction_fraction" in missing and "proximal_over_distal_amplitude" in missing:
            tried["proximal_over_distal_amplitude"] = 1.0 - float(
                tried["amplitude_reduction_fraction"] or 0.0
            )
        found.add(_judge(segment, edition, tried, mode).grade)
    return tuple(grade for grade in (*GRADES, BlockGrade.NONE) if grade in found)


def _grade(verdicts: Mapping[BlockGrade, Verdict]) -> tuple[BlockGrade, tuple[BlockGrade, ...]]:
    """The grade that stands, and the grades still possible, best first."""
    possible: list[BlockGrade] = []
    for grade in GRADES:
        if verdicts[grade] is Verdict.MET:
            return (grade, (*possible, grade))
        if verdicts[grade] is Verdict.UNKNOWN:
            possible.append(grade)
    if possible:
        return BlockGrade.UNKNOWN, (*possible, BlockGrade.NONE)
    return BlockGrade.NONE, (BlockGrade.NONE,)


def _because(told: list[tuple[Verdict, BlockGrade, str, list[str]]], grade: BlockGrade) -> tuple[str, ...]:
    """The rules that decided, first. Rules for other nerves or stretches are told only when no rule is for this one."""
    rank = {Verdict.MET: 0, Verdict.UNKNOWN: 1, Verdict.NOT_MET: 2}
    keep = [row for row in told if row[0] is not Verdict.NOT_MET] if grade is not BlockGrade.NONE else told
    return tuple(
        f"{rule} ({rule_grade.value}) {verdict.value.replace('_', ' ')}: {'; '.join(reasons)}"
        for verdict, rule_grade, rule, reasons in sorted(keep or told, key=lambda row: rank[row[0]])
    )
