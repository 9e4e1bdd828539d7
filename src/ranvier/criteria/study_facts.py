"""A judged nerve conduction study as the criteria read it: one place that knows both sides."""

from __future__ import annotations

from collections.abc import Mapping

from ranvier.conduction import NerveFacts, StudyFacts
from ranvier.terms import Presence, Verdict

from .conduction_facts import Blocks, ConductionFacts

# The rule an edition names, and the block definition that `conduction` measures it by.
BLOCK_EDITION_OF_RULE: Mapping[str, str] = {
    "aaem_1999": "aaem_1999",
    "efns_pns_2010": "efns_pns_2010",
    "utrecht_2000": "utrecht_2000",
    "ean_pns_2021": "ean_pns_2021_cidp",
    "efns_pns_2010_cidp": "efns_pns_2010_cidp",
}
SENSORY_NOTE = (
    "sensory fibres of a blocked nerve count as normal when they are normal wherever they were tested; "
    "the blocked stretch itself was not always tested"
)


def conduction_facts_of(facts: StudyFacts) -> ConductionFacts:
    """Turn what a study shows into the counts that criteria compare.

    A nerve whose definite block an artefact flag lowers counts as probable only. What could not be graded stays
    undecided, so that a criterion resting on it stays UNKNOWN.
    """
    blocks = {
        rule: _blocks(facts, edition)
        for rule, edition in BLOCK_EDITION_OF_RULE.items()
        if all(edition in nerve.definite_block for nerve in facts.nerves)
    }
    return ConductionFacts(
        blocks=blocks,
        sensory_conduction_abnormal=_presence(~facts.sensory_all_normal),
        sensory_nerves_tested=facts.sensory_nerves_tested,
        motor_conduction_slowing=_presence(facts.slowing),
        notes=(SENSORY_NOTE,),
    )


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
        elif nerve.probable_block[edition] is Verdict.MET:
            probable.append(name)
        elif Verdict.UNKNOWN in (nerve.definite_block[edition], nerve.probable_block[edition]):
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
