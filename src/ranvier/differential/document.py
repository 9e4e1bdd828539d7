"""A weighing as the JSON of `ranvier weigh`, and as people read it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ranvier.terms.vocabulary import diseases, findings, in_line

from .model import model
from .next_tests import NextTest
from .weighing import Weighing, top

BAR = 24
WIDTH = 100
LEAST_SHOWN = 0.5  # decibans; less does not move a picture
DECIBANS_A_MARK = 1.5
NAMES = {
    "duration_months": "time since the first weakness, months",
    "age_at_onset_years": "age when it began, years",
    "weakness_of_one_limb": "weakness told of one limb alone",
    "definite_conduction_block": "definite conduction block in a study",
}


def label(name: str) -> str:
    """The label of a finding or value."""
    return NAMES.get(name) or (findings()[name].label if name in findings() else name.replace("_", " "))


@dataclass(frozen=True)
class WeighedCase:
    """A weighing with the tests that would tell most next."""

    weighing: Weighing
    next_tests: tuple[NextTest, ...]

    def document(self) -> dict[str, Any]:
        """The JSON document of `ranvier weigh`."""
        return weighing_document(self.weighing, self.next_tests)

    def summary(self) -> str:
        """For people."""
        return summary(self.weighing, self.next_tests)

    def explanation(self) -> str:
        """Every finding with what it weighs and where that comes from."""
        return explanation(self.weighing)

    def plan(self) -> str:
        """The work-up list with why."""
        return plan_text(self.next_tests)


def weighing_document(weighing: Weighing, tests: Iterable[NextTest]) -> dict[str, Any]:
    """The JSON document of interfaces.md, likeliest first, with interval, balance, flips and what was left out besides."""
    return {
        "posterior": {name: weighing.posterior[name] for name in top(weighing, len(weighing.posterior))},
        "contributions": [
            {
                "finding": row.finding,
                "verdict": row.verdict,
                "likelihood_ratio": dict(row.likelihood_ratio),
                "source": row.source,
                "group": row.group,
            }
            for row in weighing.contributions
        ],
        "next_tests": [
            {
                "test": row.test.id,
                "expected_gain": row.expected_gain,
                "why": row.why,
                "information_bits": row.information_bits,
                "decision_gain": row.decision_gain,
                "burden": row.test.burden,
                "asked_by_criteria": row.asked_by_criteria,
            }
            for row in tests
        ],
        "setting": weighing.setting,
        "interval": {name: list(pair) for name, pair in weighing.interval.items()},
        "balance_decibans": {name: dict(row) for name, row in weighing.balance.items()},
        "flips": [{"finding": f, "verdict": v, "leader": d} for f, v, d in weighing.flips],
        "treatable_in_sight": list(weighing.treatable_in_sight),
        "contradictions": [list(pair) for pair in weighing.observations.contradictions],
        "unweighed": list(weighing.observations.unweighed),
        "cautions": list(weighing.observations.cautions),
        "only_the_prior": weighing.observations.is_empty,
    }


def summary(weighing: Weighing, tests: Iterable[NextTest], *, rivals: int = 3) -> str:
    """The probabilities, a bar for each finding toward and against the leading rivals, and the next tests."""
    terms = diseases()
    chosen = model().settings[weighing.setting]
    lines = [f"As asked in {chosen.label}:"]
    if weighing.observations.is_empty:
        lines.append(
            "  nothing was stated that the model weighs; this is how often each is the answer in this setting"
        )
    for name in top(weighing, 8):
        probability, (low, high) = weighing.posterior[name], weighing.interval[name]
        lines.append(
            f"  {terms[name].short:<31} {probability:6.1%}  ({low:.1%} to {high:.1%})  {'█' * round(probability * BAR)}"
        )
    for line in left_out(weighing):
        lines += textwrap.wrap(line, WIDTH, initial_indent="  ", subsequent_indent="    ")
    leader = weighing.leader
    for rival in [name for name in top(weighing, rivals + 1) if name != leader][:rivals]:
        lines += _against(weighing, rival)
    if weighing.flips:
        flips = [f"{finding_words(f, v)} ({terms[d].short})" for f, v, d in weighing.flips[:6]]
        told = f"One of these alone would put another disease first: {'; '.join(flips)}."
        lines += ["", *textwrap.wrap(told, WIDTH)]
    in_sight = [terms[name].short for name in weighing.treatable_in_sight if name != leader]
    if in_sight:
        lines.append(f"Treatable and above 5 %, to keep in sight: {', '.join(in_sight)}.")
    lines.append("\nWhat would tell most next:")
    for test in tests:
        lines += textwrap.wrap(
            test.why, WIDTH, initial_indent=f"  {test.expected_gain:5.2f}  ", subsequent_indent=" " * 9
        )
    lines.append(
        "\nWeights from published counts where there are any, else judgement with a wide prior. Not a diagnosis."
    )
    return "\n".join(lines)


def _against(weighing: Weighing, rival: str) -> list[str]:
    """A bar for what each group of findings says toward the leader (+) or toward one rival (-), in decibans."""
    terms = diseases()
    row = weighing.balance[rival]
    lines = [f"\n{terms[weighing.leader].short} against {terms[rival].short}, decibans (10 = tenfold):"]
    for key, value in sorted(row.items(), key=lambda item: -abs(item[1])):
        if key != "total" and abs(value) >= LEAST_SHOWN:
            bar = ("+" if value > 0 else "-") * min(BAR, max(1, round(abs(value) / DECIBANS_A_MARK)))
            lines.append(f"  {value:+6.1f}  {bar:<{BAR}} {group_words(weighing, key)}")
    return [*lines, f"  {row['total']:+6.1f}  in all"]


def finding_words(finding: str, verdict: str) -> str:
    """A finding with its verdict, as it stands in a line.

    Example
        >>> finding_words("foot_drop", "present"), finding_words("pain", "absent"), finding_words("duration_months", "36")
        ('foot drop', 'no pain', 'time since the first weakness, months: 36')
    """
    name = in_line(label(finding))
    return {"present": name, "absent": f"no {name}"}.get(verdict) or f"{name}: {verdict}"


def group_words(weighing: Weighing, key: str) -> str:
    """What was observed in one group, or what else a row of the balance stands for."""
    if key == "prior":
        return "how often each is the answer in this setting"
    said = [finding_words(row.finding, row.verdict) for row in weighing.contributions if row.group == key]
    if said:
        return ", ".join(said)
    return "sex" if key == "person" else key.replace("_", " ")


def groups_by_weight(weighing: Weighing, rivals: Iterable[str]) -> list[str]:
    """Rows of the balance, the one that parts the leader most from any of these rivals first."""
    rows = [weighing.balance[rival] for rival in rivals]
    keys = dict.fromkeys(key for row in rows for key in row if key != "total")
    return sorted(keys, key=lambda key: -max(abs(row.get(key, 0.0)) for row in rows))


def left_out(weighing: Weighing) -> list[str]:
    """What was said and not weighed, and what to check, one line each."""
    observations = weighing.observations
    lines = [
        f"said to be there and not to be there, so left out: {in_line(label(first))}"
        if first == other
        else f"left out, since both cannot be so: {in_line(label(first))}; {in_line(label(other))}"
        for first, other in observations.contradictions
    ]
    if observations.unweighed:
        names = ", ".join(in_line(label(name)) for name in observations.unweighed)
        lines.append(f"on record and not weighed (no table for it): {names}")
    return lines + [f"check: {text}" for text in observations.cautions]


def explanation(weighing: Weighing, count: int = 5) -> str:
    """What each finding weighs for the likeliest diseases, given all else that was observed, and the sources of its shares."""
    terms = diseases()
    lines = ["What each finding weighs (times likelier in this disease than in the others, given all else):"]
    for row in weighing.contributions:
        ratios = [f"{terms[name].short} x{row.likelihood_ratio[name]:.2g}" for name in top(weighing, count)]
        lines.append(f"- {finding_words(row.finding, row.verdict)}: {', '.join(ratios)}")
        told = f"from: {row.source}"
        lines += textwrap.wrap(told, WIDTH, initial_indent="    ", subsequent_indent="    ")
    if not weighing.contributions:
        lines.append("  nothing was stated that the model weighs")
    return "\n".join(lines)


def plan_text(tests: Iterable[NextTest]) -> str:
    """The work-up list with why."""
    rows = list(tests)
    if not rows:
        return "Nothing that is not done yet would be worth its burden by this model."
    lines = ["In this order (gain: bits of information and better decisions, less the burden):"]
    for index, row in enumerate(rows, start=1):
        asked = " + asked by criteria" if row.asked_by_criteria else ""
        lines += textwrap.wrap(row.why, WIDTH, initial_indent=f"{index:2}. ", subsequent_indent="    ")
        lines.append(
            f"    gain {row.expected_gain:.2f} = information {_shown(row.information_bits)} + decision "
            f"{_shown(row.decision_gain)}{asked} - burden {row.test.burden:.2f}"
        )
    return "\n".join(lines)


def _shown(number: float) -> str:
    return f"{round(number, 2) + 0.0:.2f}"  # rounding error is no "-0.00"
