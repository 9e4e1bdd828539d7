"""What criteria need to know of a nerve conduction study: nerves blocked by each rule, and what sensory nerves show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ranvier.terms import CaseError, Fault, Finding, Presence

from .bounds import Bounds

# The findings of a case that a study can decide.
MEASURED = ("motor_conduction_block", "sensory_conduction_abnormal", "motor_conduction_slowing")


@dataclass(frozen=True)
class Blocks:
    """The nerves that one rule grades, each as "median right"; the lists do not overlap.

    `undecided` are nerves in which the rule could not be applied (an area or duration was not measured). `normal_sensory`
    are those graded nerves whose sensory conduction over the blocked segment is normal or, in the leg, is not asked for;
    `sensory_untested` those where it was not measured.
    """

    definite: tuple[str, ...] = ()
    probable: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    normal_sensory: tuple[str, ...] = ()
    sensory_untested: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        graded = [*self.definite, *self.probable, *self.undecided]
        if len(set(graded)) != len(graded):
            raise CaseError(
                path="study.blocks", given="a nerve graded twice", expected="One grade a nerve and side"
            )

    def counts(self) -> dict[str, Bounds]:
        """The four counts that criteria compare, each from what is certain to what the undecided nerves allow."""

        def bounds(certain: set[str], possible: set[str]) -> Bounds:
            return Bounds(len(certain), len(certain | possible))

        definite, block = set(self.definite), {*self.definite, *self.probable}
        undecided, normal = set(self.undecided), set(self.normal_sensory)
        maybe = normal | set(self.sensory_untested)
        return {
            "nerves_with_definite_block": bounds(definite, undecided),
            "nerves_with_block": bounds(block, undecided),
            "nerves_with_definite_block_normal_sensory": bounds(
                definite & normal, (definite | undecided) & maybe
            ),
            "nerves_with_block_normal_sensory": bounds(block & normal, (block | undecided) & maybe),
        }


@dataclass(frozen=True)
class ConductionFacts:
    """A study as criteria read it: blocks by rule, sensory nerves, and further counts, of all rules or of one.

    `counts` are by rule: nerves with a slow velocity, a late F wave, ... as that guideline sets its limits. `because` says
    for a finding what was measured. `left_out` are nerves with a row at fault, which were not judged; `faults` say why.
    """

    blocks: Mapping[str, Blocks] = field(default_factory=dict)
    motor_conduction_block: Presence | None = None
    sensory_conduction_abnormal: Presence | None = None
    sensory_nerves_tested: int | None = None
    motor_conduction_slowing: Presence | None = None
    quantities: Mapping[str, Bounds] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, Bounds]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that the study decides; what it did not measure has none."""
        decided = {name: getattr(self, name) for name in MEASURED}
        return tuple(
            Finding(name, presence, because=self.because.get(name, "nerve conduction study"))
            for name, presence in decided.items()
            if presence is not None
        )
