"""What a judged study contributes to a case: findings, and the facts per nerve that criteria ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ranvier.terms import Finding, Mark, Presence, Side, Verdict, all_of, any_of, vocabulary

from .artefact import cautious_grade, hard_grade
from .block_criteria import BlockGrade, block_editions, judge_block
from .judgement import LEADING_EDITION, SegmentResult, StudyResult
from .segments import words
from .sensory import SensoryResult
from .summary import SLOW_IN_THE_DEMYELINATING_RANGE


@dataclass(frozen=True)
class NerveFacts:
    """One motor nerve of one side, away from what an edition excludes.

    `definite_block`, `probable_block` : by edition id; `probable_block` is MET when the block is probable or better.
        UNKNOWN when a measure that decides was not made. An edition whose table is only recalled is in
        `StudyFacts.unverified_editions`.
    `cautious_definite_block`, `cautious_probable_block` : the same after every artefact flag that lowers a grade
        (criteria.md 7); these are what criteria count.
    `sensory_in_nerve` : MET when the sensory fibres of this nerve were examined and are normal wherever tested.
    `sensory_across_block` : MET only when the blocked stretch itself was tested for sensory conduction and is normal;
        UNKNOWN when only more distal parts were.
    """

    nerve: str
    side: str
    limb: str
    definite_block: Mapping[str, Verdict]
    probable_block: Mapping[str, Verdict]
    cautious_definite_block: Mapping[str, Verdict]
    cautious_probable_block: Mapping[str, Verdict]
    block_places: Mapping[str, tuple[str, ...]]
    probable_segments: Mapping[str, int]
    sensory_in_nerve: Verdict
    sensory_across_block: Verdict
    cautions: tuple[str, ...]


@dataclass(frozen=True)
class StudyFacts:
    """What the criteria read of a study. `slowing` is motor slowing in the demyelinating range away from entrapment."""

    nerves: tuple[NerveFacts, ...]
    sensory_nerves_tested: int
    sensory_all_normal: Verdict
    sensory_amplitudes_normal: Verdict
    slowing: Verdict
    demyelination: Mapping[str, str]
    unverified_editions: tuple[str, ...]

    def nerves_with_definite_block(self, edition: str) -> tuple[NerveFacts, ...]:
        """Nerves with definite block by an edition."""
        return tuple(n for n in self.nerves if n.definite_block[edition] is Verdict.MET)

    def nerves_with_probable_block(self, edition: str) -> tuple[NerveFacts, ...]:
        """Nerves with probable or definite block by an edition."""
        return tuple(n for n in self.nerves if n.probable_block[edition] is Verdict.MET)


def facts_from_study(result: StudyResult) -> StudyFacts:
    """Gather the facts, over every shipped edition, whether it is on by default or not."""
    grades = {id(s): _grades(result, s) for s in result.segments}
    groups: dict[tuple[str, str], list[SegmentResult]] = {}
    for s in result.segments:
        groups.setdefault((s.segment.nerve, s.segment.side), []).append(s)
    nerves = tuple(_nerve(key, rows, grades, result) for key, rows in groups.items())
    sensory = result.sensory
    return StudyFacts(
        nerves=nerves,
        sensory_nerves_tested=len({(s.nerve, s.side) for s in sensory}),
        sensory_all_normal=all_of(s.normal for s in sensory) if sensory else Verdict.UNKNOWN,
        sensory_amplitudes_normal=all_of(s.amplitude_normal for s in sensory) if sensory else Verdict.UNKNOWN,
        slowing=_slowing(result)[0],
        demyelination={d.id: d.word for d in result.demyelination},
        unverified_editions=tuple(e.id for e in block_editions().values() if e.source.mark is Mark.RECALLED),
    )


Grades = Mapping[str, tuple[BlockGrade, BlockGrade]]


def _grades(result: StudyResult, s: SegmentResult) -> dict[str, tuple[BlockGrade, BlockGrade]]:
    found = {}
    for key, edition in block_editions().items():
        verdict = s.verdicts.get(key) or judge_block(
            s.segment, edition, limits=result.limits, context=result.study.context
        )
        grade = hard_grade(verdict.grade, s.flags)
        found[key] = (grade, cautious_grade(grade, s.flags))
    return found


def _nerve(
    key: tuple[str, str], rows: list[SegmentResult], grades: Mapping[int, Grades], result: StudyResult
) -> NerveFacts:
    nerve, side = key
    editions = tuple(block_editions())

    def verdict(edition: str, *, definite: bool, cautious: bool = False) -> Verdict:
        return any_of(_as_verdict(grades[id(s)][edition][int(cautious)], definite=definite) for s in rows)

    places = {
        e: tuple(
            s.segment.place for s in rows if grades[id(s)][e][0] in (BlockGrade.DEFINITE, BlockGrade.PROBABLE)
        )
        for e in editions
    }
    blocked = [
        s
        for s in rows
        if any(grades[id(s)][e][0] in (BlockGrade.DEFINITE, BlockGrade.PROBABLE) for e in editions)
    ]
    sensory = [r for r in result.sensory if (r.nerve, r.side) == key]
    in_nerve = all_of(r.normal for r in sensory) if sensory else Verdict.UNKNOWN
    across = [_across(s, sensory) for s in blocked]
    across_all = (
        Verdict.NOT_MET if in_nerve is Verdict.NOT_MET else (all_of(across) if across else Verdict.UNKNOWN)
    )
    return NerveFacts(
        nerve=nerve,
        side=side,
        limb=vocabulary.limb(nerve),
        definite_block={e: verdict(e, definite=True) for e in editions},
        probable_block={e: verdict(e, definite=False) for e in editions},
        cautious_definite_block={e: verdict(e, definite=True, cautious=True) for e in editions},
        cautious_probable_block={e: verdict(e, definite=False, cautious=True) for e in editions},
        block_places=places,
        probable_segments={
            e: sum(grades[id(s)][e][1] in (BlockGrade.DEFINITE, BlockGrade.PROBABLE) for s in rows)
            for e in editions
        },
        sensory_in_nerve=in_nerve,
        sensory_across_block=across_all,
        cautions=tuple(dict.fromkeys(f"{f.id}: {f.because}" for s in blocked for f in s.flags)),
    )


def _as_verdict(grade: BlockGrade, *, definite: bool) -> Verdict:
    if grade is BlockGrade.DEFINITE:
        return Verdict.MET
    if grade is BlockGrade.UNKNOWN:
        return Verdict.UNKNOWN
    if grade is BlockGrade.PROBABLE:
        return Verdict.NOT_MET if definite else Verdict.MET
    return Verdict.NOT_MET


def _across(s: SegmentResult, sensory: Iterable[SensoryResult]) -> Verdict:
    """Whether sensory conduction over the whole blocked stretch was tested and is normal."""
    low, high = s.segment.orders
    pieces = [
        (vocabulary.site_order(piece.distal_site), vocabulary.site_order(piece.proximal_site), piece.normal)
        for nerve in sensory
        for piece in nerve.segments
    ]
    inside = [(a, b, normal) for a, b, normal in pieces if b > low and a < high]
    if any(normal is Verdict.NOT_MET for _, _, normal in inside):
        return Verdict.NOT_MET
    covered = bool(inside) and min(a for a, _, _ in inside) <= low and max(b for _, b, _ in inside) >= high
    return all_of(normal for _, _, normal in inside) if covered else Verdict.UNKNOWN


def _slowing(result: StudyResult) -> tuple[Verdict, list[str]]:
    seen = [
        str(item)
        for item in result.outside
        if not item.at_entrapment_site
        and item.quantity in SLOW_IN_THE_DEMYELINATING_RANGE
        and (
            item.ratio < SLOW_IN_THE_DEMYELINATING_RANGE[item.quantity]
            if item.limit.bound == "lower"
            else item.ratio > SLOW_IN_THE_DEMYELINATING_RANGE[item.quantity]
        )
    ]
    if seen:
        return Verdict.MET, seen
    known = any(s.segment.velocity_m_per_s is not None for s in result.segments)
    return (Verdict.NOT_MET if known else Verdict.UNKNOWN), []


def findings_from_study(result: StudyResult, *, edition: str = LEADING_EDITION) -> tuple[Finding, ...]:
    """The findings that a study says are there or not; what it did not measure has no finding.

    `because` names nerve and segment. Block counts by the leading edition, probable or definite.
    """
    facts = facts_from_study(result)
    rows: list[Finding] = []
    blocked = [n for n in facts.nerves if n.cautious_probable_block[edition] is Verdict.MET]
    if blocked:
        places = "; ".join(
            f"{place} ({'definite' if n.cautious_definite_block[edition] is Verdict.MET else 'probable'})"
            for n in blocked
            for place in n.block_places[edition]
        )
        rows.append(
            _finding(
                "motor_conduction_block",
                Presence.PRESENT,
                {n.side for n in blocked},
                f"{places}, by {block_editions()[edition].short}",
            )
        )
    elif facts.nerves and all(n.cautious_probable_block[edition] is Verdict.NOT_MET for n in facts.nerves):
        names = ", ".join(f"{n.side} {words(n.nerve)}" for n in facts.nerves)
        rows.append(
            _finding(
                "motor_conduction_block",
                Presence.ABSENT,
                set(),
                f"no block in {names}, by {block_editions()[edition].short}",
            )
        )
    abnormal = [s for s in result.sensory if s.normal is Verdict.NOT_MET]
    if abnormal:
        text = "; ".join(f"{s.side} {words(s.nerve)} ({s.because[0]})" for s in abnormal)
        rows.append(
            _finding("sensory_conduction_abnormal", Presence.PRESENT, {s.side for s in abnormal}, text)
        )
    elif facts.sensory_all_normal is Verdict.MET:
        names = ", ".join(f"{s.side} {words(s.nerve)}" for s in result.sensory)
        rows.append(_finding("sensory_conduction_abnormal", Presence.ABSENT, set(), f"normal in {names}"))
    slowing, why = _slowing(result)
    if slowing is Verdict.MET:
        rows.append(_finding("motor_conduction_slowing", Presence.PRESENT, set(), "; ".join(why)))
    elif slowing is Verdict.NOT_MET:
        rows.append(
            _finding(
                "motor_conduction_slowing",
                Presence.ABSENT,
                set(),
                "no motor slowing in the demyelinating range",
            )
        )
    return tuple(rows)


def _finding(name: str, presence: Presence, sides: set[str], because: str) -> Finding:
    side = None
    if sides:
        side = Side.BOTH if len(sides) > 1 else Side(next(iter(sides)))
    return Finding(name, presence, side=side, because=f"nerve conduction study: {because}")
