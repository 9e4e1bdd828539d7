"""A judged nerve conduction study as the criteria read it: one place that knows both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ranvier.conduction import NerveFacts, StudyFacts, StudyResult, facts_from_study, findings_from_study
from ranvier.terms import Presence, Verdict, any_of

from .bounds import Bounds
from .conduction_facts import Blocks, ConductionFacts

# The rule an edition of criteria names, and the block definition that `conduction` measures it by.
BLOCK_EDITION_OF_RULE: Mapping[str, str] = {
    "aaem_1999": "aaem_2003",  # the limits of 1999, outside the entrapment sites that the criteria of 2003 list
    "efns_pns_2006": "efns_pns_2010",  # the same definitions of block [recalled]
    "efns_pns_2010": "efns_pns_2010",
    "utrecht_2000": "utrecht",
    "ean_pns_2021": "ean_pns_2021_cidp",
    "efns_pns_2010_cidp": "efns_pns_2010_cidp",
}
DEMYELINATION_OF_RULE = {"ean_pns_2021": "ean_pns_2021_cidp", "efns_pns_2010_cidp": "efns_pns_2010_cidp"}
# The seven parameters of the CIDP guidelines (conduction/demyelination.py), and the counts that criteria compare.
COUNT_OF_PARAMETER = {
    "a": "nerves_with_prolonged_distal_latency",
    "b": "nerves_with_slow_motor_velocity",
    "c": "nerves_with_prolonged_f_wave",
    "d": "nerves_with_absent_f_wave",
    "e": "nerves_with_amplitude_block",
    "f": "nerves_with_temporal_dispersion",
    "g": "nerves_with_prolonged_distal_duration",
}
SENSORY_NOTE = (
    "sensory fibres of a blocked nerve count as normal when they are normal wherever they were tested; "
    "the blocked stretch itself was not always tested"
)


def conduction_facts_of(result: StudyResult) -> ConductionFacts:
    """Turn what a study shows into the counts that criteria compare.

    Grades count with caution: a nerve whose definite block an artefact flag lowers counts as probable only, and one in which
    none may be graded does not count. What could not be graded stays undecided, so that a criterion resting on it stays
    UNKNOWN. Counts are of the nerves that were studied.
    """
    facts = facts_from_study(result)
    graded = {rule: name for rule, name in BLOCK_EDITION_OF_RULE.items() if _is_graded(facts, name)}
    abnormal = [sensory.normal for sensory in result.sensory]
    measured = {finding.id: finding for finding in findings_from_study(result)}
    block = measured.get("motor_conduction_block")
    return ConductionFacts(
        blocks={rule: _blocks(facts, name) for rule, name in graded.items()},
        motor_conduction_block=None if block is None else block.presence,
        sensory_conduction_abnormal=_presence(~facts.sensory_all_normal),
        sensory_nerves_tested=facts.sensory_nerves_tested,
        motor_conduction_slowing=_presence(facts.slowing),
        quantities={"sensory_nerves_abnormal": _count(~verdict for verdict in abnormal)} if abnormal else {},
        counts={
            rule: {**_segments(facts, name), **_demyelination(result, rule)} for rule, name in graded.items()
        },
        notes=(SENSORY_NOTE,),
        because={name: finding.because for name, finding in measured.items() if finding.because},
        left_out=result.study.left_out,
        faults=result.study.faults,
    )


def _is_graded(facts: StudyFacts, edition: str) -> bool:
    return all(edition in nerve.definite_block for nerve in facts.nerves)


def _count(verdicts: Iterable[Verdict]) -> Bounds:
    """From those met to those that could be."""
    found = list(verdicts)
    met = found.count(Verdict.MET)
    return Bounds(met, met + found.count(Verdict.UNKNOWN))


def _segments(facts: StudyFacts, edition: str) -> dict[str, Bounds]:
    """Blocked segments; open upwards by one for each nerve that could not be graded."""
    low = sum(nerve.probable_segments[edition] for nerve in facts.nerves)
    undecided = sum(nerve.cautious_probable_block[edition] is Verdict.UNKNOWN for nerve in facts.nerves)
    return {
        "segments_with_block": Bounds(low, low + 3 * undecided)
    }  # a nerve has at most three stretches to Erb's point


def _demyelination(result: StudyResult, rule: str) -> dict[str, Bounds]:
    name = DEMYELINATION_OF_RULE.get(rule)
    found = next((row for row in result.demyelination if row.id == name), None)
    if found is None:
        return {}
    counts = {
        count: _count(nerve.verdicts[key] for nerve in found.nerves)
        for key, count in COUNT_OF_PARAMETER.items()
    }
    beside_f = (any_of(nerve.verdicts[key] for key in "abcefg") for nerve in found.nerves)
    return {**counts, "nerves_with_demyelination": _count(beside_f)}


def _presence(verdict: Verdict) -> Presence | None:
    return {Verdict.MET: Presence.PRESENT, Verdict.NOT_MET: Presence.ABSENT, Verdict.UNKNOWN: None}[verdict]


def _blocks(facts: StudyFacts, edition: str) -> Blocks:
    definite: list[str] = []
    probable: list[str] = []
    undecided: list[str] = []
    normal: list[str] = []
    untested: list[str] = []
    for nerve in facts.nerves:
        name = f"{nerve.nerve} {nerve.side}"
        if nerve.cautious_definite_block[edition] is Verdict.MET:
            definite.append(name)
        elif nerve.cautious_probable_block[edition] is Verdict.MET:
            probable.append(name)
        elif Verdict.UNKNOWN in (
            nerve.cautious_definite_block[edition],
            nerve.cautious_probable_block[edition],
        ):
            undecided.append(name)
        else:
            continue
        sensory = _sensory(nerve)
        if sensory is Verdict.MET:
            normal.append(name)
        elif sensory is Verdict.UNKNOWN:
            untested.append(name)
    return Blocks(tuple(definite), tuple(probable), tuple(undecided), tuple(normal), tuple(untested))


def _sensory(nerve: NerveFacts) -> Verdict:
    """Normal sensory conduction beside a block; in the leg the guideline asks for none (criteria.md 1.2, point 5)."""
    if nerve.limb == "lower":
        return Verdict.MET
    return Verdict.NOT_MET if nerve.sensory_in_nerve is Verdict.NOT_MET else nerve.sensory_in_nerve
