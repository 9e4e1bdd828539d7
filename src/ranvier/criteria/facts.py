"""What the evaluator reads: the patient's own findings and quantities, closed under the rules of `terms/relations.py`.

Built from a case and, where there is one, a conduction study. What nobody said stays unknown, and where a letter says a
thing too loosely for a criterion ("conduction block", without the values) the note says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ranvier.case import Case, Lab, LabVerdict, Response
from ranvier.terms import Finding, InputRefused, Presence, Side
from ranvier.terms.relations import quantities
from ranvier.terms.vocabulary import findings, in_line, muscle, nerve

from .bounds import ABSENT, INFINITY, PRESENT, Bounds, State, propagate, settle, whole_range
from .conduction_facts import ConductionFacts

LIMB_OF = {
    "foot_drop": ("leg", "peroneal"),
    "lower_limb_weakness": ("leg", None),
    "knee_extension_weakness": ("leg", "femoral"),
    "wrist_drop": ("arm", "radial"),
    "finger_extension_weakness": ("arm", "radial"),
    "hand_weakness": ("arm", None),
    "finger_flexion_weakness": ("arm", None),
    "upper_limb_weakness": ("arm", None),
}
BLOCK_COUNTS = (
    "nerves_with_definite_block",
    "nerves_with_block",
    "nerves_with_definite_block_normal_sensory",
    "nerves_with_block_normal_sensory",
)
LAB_FINDINGS = {
    ("anti_gm1", "igm"): "anti_gm1_igm",
    ("anti_gm1", "igg"): "anti_gm1_igg",
    ("anti_asialo_gm1", None): "anti_asialo_gm1",
    ("anti_asialo_gm1", "igm"): "anti_asialo_gm1",
    ("ck", None): "ck_raised",
    ("creatine_kinase", None): "ck_raised",
    ("csf_protein", None): "csf_protein_raised",
    ("igm_paraprotein", None): "igm_paraprotein",
}
BARE_BLOCK = "the record says conduction block; the segment values (areas, durations, distal amplitude, site) were not given"


@dataclass(frozen=True)
class Facts:
    """Everything known, as bounds of each variable, with the words for where each came from.

    `stated` is what was said or measured; `state` what follows from it. `notes` say why a variable is still unknown though
    something near it was said. `conflicts` are pairs that cannot both be so: both are left out; `both_ways` are findings said
    to be there and not to be there, of one place.
    """

    stated: Mapping[str, Bounds] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    study: ConductionFacts | None = None
    both_ways: tuple[str, ...] = ()
    state: Mapping[str, Bounds] = field(init=False)
    conflicts: tuple[tuple[str, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        state, conflicts = settle(self.stated)
        object.__setattr__(self, "state", state)
        object.__setattr__(self, "conflicts", conflicts)

    @property
    def contradictions(self) -> tuple[tuple[str, str], ...]:
        """Everything that was left out because it cannot be so; a finding said both ways is paired with itself."""
        return (*((name, name) for name in self.both_ways), *self.conflicts)

    def bounds(self, variable: str) -> Bounds:
        """What is known of a finding (0 absent, 1 present) or quantity."""
        return self.state.get(variable) or whole_range(variable)

    def for_rule(self, rule: str | None) -> Facts:
        """The same facts with the nerves that one conduction rule counts as blocked."""
        blocks = None if rule is None or self.study is None else self.study.blocks.get(rule)
        if blocks is None:
            return self
        assert self.study is not None
        assert rule is not None
        counts = {**blocks.counts(), **self.study.counts.get(rule, {})}
        words = {
            "nerves_with_definite_block": _names("definite block", blocks.definite, blocks.undecided),
            "nerves_with_block": _names(
                "definite or probable block", (*blocks.definite, *blocks.probable), blocks.undecided
            ),
        }
        facts = replace(
            self,
            stated={**self.stated, **counts},
            origin={**self.origin, **{name: words.get(name, "nerve conduction study") for name in counts}},
        )
        return facts._with_involved_nerves(blocks.definite)

    def _with_involved_nerves(self, blocked: tuple[str, ...]) -> Facts:
        # Option of the editions: definite block shows motor involvement in that nerve's distribution.
        floor = len(blocked)
        known = self.stated.get("nerves_with_weakness")
        if (
            not floor
            or (known is not None and known.high < floor)
            or (known is not None and known.low >= floor)
        ):
            return self
        high = INFINITY if known is None else known.high
        words = f"definite block counted as motor involvement: {', '.join(blocked)} [judgement]"
        return replace(
            self,
            stated={**self.stated, "nerves_with_weakness": Bounds(floor, high)},
            origin={**self.origin, "nerves_with_weakness": words},
        )

    def describe(self, variable: str) -> str:
        """One phrase: what is known of the variable and from where, or why it is unknown."""
        bounds = self.bounds(variable)
        term = findings().get(variable)
        label = quantities()[variable].label if term is None else term.label
        if bounds == whole_range(variable):
            return f"{label}: {self._why_unknown(variable)}"
        value = _words(variable, bounds)
        return f"{label}: {value}{self._whence(variable)}"

    def _why_unknown(self, variable: str) -> str:
        pair = next((pair for pair in self.conflicts if variable in pair), None)
        if pair is not None:
            other = pair[0] if pair[1] == variable else pair[1]
            return f"unknown, since it was stated together with {_label(other)}, and both cannot be so"
        note = self.notes.get(variable)
        return "not stated" if note is None else f"unknown; {note}"

    def _whence(self, variable: str) -> str:
        left_out = {name for pair in self.conflicts for name in pair}
        if variable in self.stated and variable not in left_out and variable in self.origin:
            return f" ({self.origin[variable]})"
        makers = [
            name
            for name, bounds in self.stated.items()
            if name not in left_out and _follows(name, bounds, variable, self.bounds(variable))
        ]
        return f" (follows from {', '.join(in_line(_label(name)) for name in makers[:3])})" if makers else ""


def _follows(name: str, bounds: Bounds, variable: str, result: Bounds) -> bool:
    if name == variable:
        return False
    alone = propagate({}, {name: bounds}) or {}
    derived = alone.get(variable, whole_range(variable))
    whole = whole_range(variable)
    return derived != whole and (
        derived.low == result.low > whole.low or derived.high == result.high < whole.high
    )


def _label(variable: str) -> str:
    return findings()[variable].label if variable in findings() else quantities()[variable].label


def _words(variable: str, bounds: Bounds) -> str:
    if variable in findings():
        return "present" if bounds.low >= 1 else "absent"
    unit = quantities()[variable].unit
    tail = "" if unit is None else f" {unit}"
    if bounds.is_known:
        return f"{bounds.low:g}{tail}"
    if bounds.high == whole_range(variable).high:
        return f"at least {bounds.low:g}{tail}"
    return f"between {bounds.low:g} and {bounds.high:g}{tail}"


def _names(what: str, nerves: tuple[str, ...], undecided: tuple[str, ...]) -> str:
    text = f"study: {what} in {', '.join(nerves)}" if nerves else f"study: no {what}"
    return f"{text}; not decidable in {', '.join(undecided)}" if undecided else text


def facts_of(case: Case, study: ConductionFacts | None = None) -> Facts:
    """Everything that a case, and a study if there is one, says to the criteria. Only the patient's own stated findings."""
    stated: State = {}
    origin: dict[str, str] = {}
    notes: dict[str, str] = {}
    for finding_id in dict.fromkeys(finding.id for finding in case.findings):
        presence = case.presence(finding_id)
        if presence is None:
            if case.own(finding_id):
                notes[finding_id] = "stated both as present and as absent of the same place"
            continue
        stated[finding_id] = PRESENT if presence is Presence.PRESENT else ABSENT
        origin[finding_id] = _origin(case.own(finding_id), presence)
    _add_asymmetry(case, stated, origin)
    _add_quantities(case, stated, origin)
    _add_labs(case, stated, origin, notes)
    _add_treatments(case, stated, origin)
    if study is not None:
        _add_study(study, stated, origin)
    elif stated.get("motor_conduction_block") == PRESENT:
        notes |= dict.fromkeys(BLOCK_COUNTS, BARE_BLOCK)
    return Facts(stated, origin, notes, study, tuple(n for n in case.contradictions() if n not in stated))


def _origin(own: tuple[Finding, ...], presence: Presence) -> str:
    said = [finding for finding in own if finding.presence is presence]
    because = next((finding.because for finding in said if finding.because is not None), None)
    sides = sorted({finding.side.value for finding in said if finding.side is not None})
    return because or " and ".join(["stated", *sides]).replace("stated and", "stated,", 1)


def _add_asymmetry(case: Case, stated: State, origin: dict[str, str]) -> None:
    if {"asymmetric_weakness", "symmetric_weakness"} & {finding.id for finding in case.findings}:
        return
    weak = [f for name in LIMB_OF for f in _weak(case, name)]
    sides = {finding.side for finding in weak}
    if len(sides) == 1 and sides <= {Side.LEFT, Side.RIGHT}:
        side = sides.pop()
        assert side is not None
        stated["asymmetric_weakness"] = PRESENT
        origin["asymmetric_weakness"] = f"weakness is told of the {side.value} side alone"


def _weak(case: Case, finding_id: str) -> tuple[Finding, ...]:
    """The findings of this id that say weakness is there; none when the case says both of one place."""
    if finding_id in case.contradictions():
        return ()
    return tuple(f for f in case.own(finding_id) if f.presence is Presence.PRESENT)


def weak_limbs(case: Case) -> tuple[str, ...] | None:
    """Limbs told to be weak, each with its side; None when a side was not told, so that the count is open."""
    limbs: set[str] = set()
    for finding_id, (limb, _) in LIMB_OF.items():
        for finding in _weak(case, finding_id):
            if finding.side is None:
                return None
            sides = ("left", "right") if finding.side is Side.BOTH else (finding.side.value,)
            limbs |= {f"{limb} {side}" for side in sides}
    return tuple(sorted(limbs))


def weak_nerves(case: Case) -> tuple[str, ...]:
    """Nerves or limbs, each with its side, in which weakness was stated: at least so many nerves are weak."""
    named: set[tuple[str, str, str]] = set()
    limbs: set[tuple[str, str]] = set()
    for finding_id, (limb, usual) in LIMB_OF.items():
        for finding in _weak(case, finding_id):
            sides = ("left", "right") if finding.side is Side.BOTH else (_side(finding),)
            for side in sides:
                limbs.add((limb, side))
                name = _nerve_of_site(finding.site) or usual
                if name is not None:
                    named.add((name, limb, side))
    sided = {limb for limb, side in limbs if side}
    limbs = {(limb, side) for limb, side in limbs if side or limb not in sided}
    rows = {f"{name} {side}".strip() for name, limb, side in named if (limb, side) in limbs}
    covered = {(limb, side) for _, limb, side in named}
    rows |= {f"{limb} {side}".strip() for limb, side in limbs if (limb, side) not in covered}
    return tuple(sorted(rows))


def _side(finding: Finding) -> str:
    return "" if finding.side is None else finding.side.value


def _nerve_of_site(text: str | None) -> str | None:
    if text is None:
        return None
    for word in text.replace(",", " ").split():
        try:
            return nerve(word)
        except InputRefused:
            try:
                return muscle(word).nerve
            except InputRefused:
                continue
    return None


def _add_quantities(case: Case, stated: State, origin: dict[str, str]) -> None:
    torn = case.contradictions()
    months = [
        finding.since_months
        for finding in case.findings
        if finding.counts and finding.presence is Presence.PRESENT and finding.since_months is not None
        and findings()[finding.id].group in ("weakness", "muscle", "course")
        and finding.id not in torn
    ]  # fmt: skip
    if months:
        longest = float(max(months))
        stated["duration_months"] = Bounds(longest, longest)
        origin["duration_months"] = "stated"
        if case.patient.age_years is not None and longest / 12 <= case.patient.age_years:
            onset = round(case.patient.age_years - longest / 12, 1)
            stated["age_at_onset_years"] = Bounds(onset, onset)
            origin["age_at_onset_years"] = f"age {case.patient.age_years:g} less {longest:g} months"
    nerves = weak_nerves(case)
    if nerves:
        stated["nerves_with_weakness"] = Bounds(len(nerves), INFINITY)
        origin["nerves_with_weakness"] = f"stated: {', '.join(nerves)}"

    for quantity in case.quantities:
        high = INFINITY if quantity.is_minimum else quantity.value
        whole = whole_range(quantity.id)
        stated[quantity.id] = Bounds(quantity.value, min(high, whole.high))
        origin[quantity.id] = "stated"


def _add_lab_verdict(lab: Lab, stated: State, origin: dict[str, str], notes: dict[str, str]) -> None:
    """Turn a result against the laboratory's own limit into its finding; an antibody only with its class."""
    name = LAB_FINDINGS.get((lab.analyte, lab.isotype))
    if name is None:
        if lab.analyte == "anti_gm1" and lab.isotype is None:
            notes.setdefault("anti_gm1_igm", "an antibody to GM1 was reported without its class (IgM or IgG)")
        return
    if lab.verdict is LabVerdict.BORDERLINE:
        notes.setdefault(name, "the result was borderline")
    elif name not in stated:
        stated[name] = PRESENT if lab.verdict is LabVerdict.POSITIVE else ABSENT
        origin[name] = f"laboratory: {lab.verdict.value}"


def _add_labs(case: Case, stated: State, origin: dict[str, str], notes: dict[str, str]) -> None:
    for lab in case.labs:
        _add_lab_verdict(lab, stated, origin, notes)
        if lab.value is None:
            continue
        if lab.analyte in ("csf_protein", "csf_total_protein"):
            factor = {"g/l": 1.0, "mg/dl": 0.01, "mg/l": 0.001}.get((lab.unit or "").lower())
            if factor is not None:
                value = lab.value * factor
                stated["csf_protein_g_per_l"] = Bounds(value, value)
                origin["csf_protein_g_per_l"] = f"laboratory: {lab.value:g} {lab.unit}"
        if lab.analyte in ("ck", "creatine_kinase") and lab.upper_limit:
            ratio = lab.value / lab.upper_limit
            stated["ck_over_uln"] = Bounds(ratio, ratio)
            origin["ck_over_uln"] = f"laboratory: {lab.value:g} with upper limit {lab.upper_limit:g}"


def _add_treatments(case: Case, stated: State, origin: dict[str, str]) -> None:
    for treatment in case.treatments:
        if treatment.id not in ("ivig", "scig") or not treatment.given or treatment.response is None:
            continue
        name = (
            "improved_on_immunoglobulin"
            if treatment.response is Response.IMPROVED
            else "no_response_to_immunoglobulin"
        )
        if name not in stated:
            stated[name] = PRESENT
            origin[name] = f"treatment: {treatment.id}, {treatment.response.value}"


def _add_study(study: ConductionFacts, stated: State, origin: dict[str, str]) -> None:
    """What was measured stands, whatever the record said of it (study_findings.disagreements tells the difference)."""
    if study.motor_conduction_block is not None:
        # Whether there is block hangs on whose rule counts it: the counts of each rule say so (`for_rule`).
        stated.pop("motor_conduction_block", None)
        origin.pop("motor_conduction_block", None)
    for name in ("sensory_conduction_abnormal", "motor_conduction_slowing"):
        presence = getattr(study, name)
        if presence is not None:
            measured = PRESENT if presence is Presence.PRESENT else ABSENT
            overruled = name in stated and stated[name] != measured
            stated[name] = measured
            origin[name] = "nerve conduction study" + (
                ", where the record said otherwise" if overruled else ""
            )
    if study.sensory_nerves_tested is not None:
        stated["sensory_nerves_tested"] = Bounds(study.sensory_nerves_tested, study.sensory_nerves_tested)
        origin["sensory_nerves_tested"] = "nerve conduction study"
    for name, bounds in study.quantities.items():
        stated[name] = bounds
        origin[name] = "nerve conduction study"
