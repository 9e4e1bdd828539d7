"""Every edition against its table, and one contract battery for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.conduction import (
    BlockGrade,
    BlockVerdict,
    Context,
    block_editions,
    judge_block,
    reference_limits,
)
from ranvier.conduction.block_criteria import Rule, chosen_editions, segment_values
from ranvier.recording import Recording
from ranvier.terms import InputRefused, Verdict, all_of

from .builders import motor, number, segment, table

ROWS = table("block.csv")
EDITIONS = sorted(block_editions())
ORDER = {BlockGrade.NONE: 0, BlockGrade.PROBABLE: 1, BlockGrade.DEFINITE: 2}


def ends(row: dict[str, str]) -> tuple[Recording, Recording]:
    distal = motor(
        row["nerve"], row["distal_site"], amplitude=number(row["distal_amplitude_mv"]), latency=3.0, distance=70,
        area=number(row["distal_area_mv_ms"]), duration=number(row["distal_duration_ms"]),
    )  # fmt: skip
    proximal = motor(
        row["nerve"], row["proximal_site"], amplitude=number(row["proximal_amplitude_mv"]), latency=7.0,
        area=number(row["proximal_area_mv_ms"]), duration=number(row["proximal_duration_ms"]),
        distance=number(row["distance_mm"]),
    )  # fmt: skip
    return distal, proximal


def verdict(edition: str, distal: Recording, proximal: Recording, mode: str = "both") -> BlockVerdict:
    return judge_block(
        segment(distal, proximal),
        block_editions()[edition],
        limits=reference_limits(),
        context=Context(),
        mode=mode,
    )


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['edition']}: {row['what']}" for row in ROWS])
def test_the_table_of_block_verdicts(row: dict[str, str]) -> None:
    found = verdict(row["edition"], *ends(row))
    assert found.grade.value == row["expected"], found.because
    if row["could_be"]:
        assert [grade.value for grade in found.could_be] == row["could_be"].split()


# These share their rules with another edition, by its id; their own rows test what differs.
SAME_LIMITS = {"aaem_2003": "aaem_1999"}
CLAUSES = [
    (edition.id, rule)
    for edition in block_editions().values()
    if edition.id not in SAME_LIMITS
    for rule in edition.rules
]


def judged_rows(edition: str, rule: Rule) -> Iterator[tuple[dict[str, float | None], list[Verdict]]]:
    """For each row to whose place the rule applies: the measures, and the verdict on each need."""
    for row in ROWS:
        found = segment(*ends(row))
        if row["edition"] != edition or rule.why_not_here(found) is not None:
            continue
        values = segment_values(found, reference_limits(), Context())
        absent = found.proximal_response_is_absent
        yield values, [need.judge(values, proximal_is_absent=absent)[0] for need in rule.needs]


@pytest.mark.parametrize(("edition", "rule"), CLAUSES, ids=[rule.id for _, rule in CLAUSES])
def test_every_rule_has_rows_that_meet_it_fail_it_and_leave_it_unknown(edition: str, rule: Rule) -> None:
    assert {all_of(verdicts) for _, verdicts in judged_rows(edition, rule)} == set(Verdict)


@pytest.mark.parametrize(("edition", "rule"), CLAUSES, ids=[rule.id for _, rule in CLAUSES])
def test_every_number_of_every_rule_has_a_row_on_its_edge(edition: str, rule: Rule) -> None:
    """On the edge: exactly the number, while no other need of the rule fails, so that the edge decides."""
    for place, need in enumerate(rule.needs):
        on_it = [
            values
            for values, verdicts in judged_rows(edition, rule)
            if (value := values[need.measure]) is not None
            and abs(value - need.value) < 1e-9
            and Verdict.NOT_MET not in (verdicts[:place] + verdicts[place + 1 :])
        ]
        assert on_it, f"{rule.id}: no row with {need.measure} exactly {need.value:g}"


def test_an_edition_that_shares_its_limits_differs_from_the_other_by_place_alone() -> None:
    for name, other in SAME_LIMITS.items():
        own, others = block_editions()[name].rules, block_editions()[other].rules
        for rule, same in zip(own, others, strict=True):
            assert replace(rule, id=same.id, not_at_entrapment_site=same.not_at_entrapment_site) == same
            assert rule.not_at_entrapment_site
            assert not same.not_at_entrapment_site


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_has_rows_met_not_met_and_unknown(edition: str) -> None:
    seen = {row["expected"] for row in ROWS if row["edition"] == edition}
    assert {"definite", "none", "unknown"} <= seen


@pytest.mark.parametrize("edition", EDITIONS)
class TestContract:
    def test_it_names_its_source(self, edition: str) -> None:
        assert block_editions()[edition].source.citation
        assert block_editions()[edition].source.locator

    def test_a_healthy_segment_is_none(self, edition: str) -> None:
        found = verdict(
            edition,
            motor(amplitude=10, area=30, duration=6, latency=3, distance=70),
            motor(site="elbow", amplitude=9.5, area=29, duration=6.2, latency=7, distance=220),
        )
        assert found.grade is BlockGrade.NONE
        assert found.because

    def test_nothing_measured_is_unknown(self, edition: str) -> None:
        found = verdict(edition, motor(), motor(site="elbow", distance=220))
        assert found.grade is BlockGrade.UNKNOWN
        assert set(found.could_be) >= {BlockGrade.DEFINITE, BlockGrade.NONE}
        assert found.missing

    def test_a_near_total_loss_is_definite(self, edition: str) -> None:
        found = verdict(
            edition,
            motor(amplitude=10, area=30, duration=6, latency=3, distance=70),
            motor(site="elbow", amplitude=0.5, area=1.4, duration=6.2, latency=7, distance=220),
        )
        assert found.grade is BlockGrade.DEFINITE

    def test_it_never_grades_at_an_entrapment_site_unless_it_says_so(self, edition: str) -> None:
        found = verdict(
            edition,
            motor("ulnar", "below_elbow", amplitude=10, area=30, duration=6, latency=6, distance=200),
            motor("ulnar", "above_elbow", amplitude=1, area=3, duration=6, latency=8, distance=100),
        )
        counts_there = {"aaem_1999"}
        assert (found.grade is BlockGrade.NONE) == (edition not in counts_there)

    def test_both_waveforms_twice_as_large_change_nothing(self, edition: str) -> None:
        for row in ROWS:
            if (
                row["edition"] != edition
                or not row["distal_amplitude_mv"]
                or float(row["distal_amplitude_mv"]) <= 3
            ):
                continue
            once = verdict(edition, *ends(row))
            twice = verdict(edition, *(_scaled(end, 2.0) for end in ends(row)))
            assert once.grade is twice.grade, row["what"]


def _scaled(recording: Recording, factor: float) -> Recording:
    names = ("negative_peak_amplitude_mv", "negative_peak_area_mv_ms")
    changes = {n: getattr(recording, n) * factor for n in names if getattr(recording, n) is not None}
    return replace(recording, **changes)


numbers = st.floats(0.05, 20.0)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(EDITIONS), numbers, st.floats(0, 1.2), numbers, st.floats(0, 1.2), st.floats(2, 9), st.floats(0.8, 2),
    st.sets(st.sampled_from(["amplitude", "area", "duration"]), min_size=1),
)  # fmt: skip
def test_withholding_a_measure_may_make_a_verdict_unknown_but_never_flips_it(
    edition: str, amplitude: float, fall: float, area: float, area_fall: float, duration: float, growth: float,
    withheld: set[str],
) -> None:  # fmt: skip
    distal = motor(amplitude=amplitude, area=area * 3, duration=duration, latency=3, distance=70)
    proximal = motor(
        site="elbow", amplitude=amplitude * fall, area=area * 3 * area_fall, duration=duration * growth, latency=7,
        distance=220,
    )  # fmt: skip
    full = verdict(edition, distal, proximal)
    names = {
        "amplitude": "negative_peak_amplitude_mv", "area": "negative_peak_area_mv_ms",
        "duration": "negative_peak_duration_ms",
    }  # fmt: skip
    gone = {names[name]: None for name in withheld}
    if proximal.is_absent:
        return
    partial = verdict(edition, replace(distal, **gone), replace(proximal, **gone))
    assert full.grade in partial.could_be
    if partial.grade is not BlockGrade.UNKNOWN:
        assert ORDER[partial.grade] <= ORDER[full.grade]


def test_area_missing_gives_unknown_and_what_amplitude_alone_can_say() -> None:
    found = verdict(
        "efns_pns_2010",
        motor(amplitude=10, duration=6, latency=3, distance=70),
        motor(site="elbow", amplitude=3, duration=6.1, latency=7, distance=220),
    )
    assert found.grade is BlockGrade.UNKNOWN
    assert found.amplitude_alone is BlockGrade.DEFINITE
    assert any("amplitude alone" in text for text in found.because)


def test_modes_let_amplitude_or_area_stand_alone() -> None:
    distal = motor(amplitude=10, area=30, duration=6, latency=3, distance=70)
    proximal = motor(site="elbow", amplitude=9, area=12, duration=6.1, latency=7, distance=220)
    assert verdict("aaem_1999", distal, proximal, "both").grade is BlockGrade.NONE
    assert verdict("aaem_1999", distal, proximal, "area").grade is BlockGrade.DEFINITE
    assert verdict("aaem_1999", distal, proximal, "amplitude").grade is BlockGrade.NONE


def test_recalled_tables_are_off_by_default() -> None:
    assert not {"aaem_1999", "aaem_2003"} & {edition.id for edition in chosen_editions()}
    assert {"aaem_1999", "aaem_2003"} <= {edition.id for edition in chosen_editions(unverified=True)}
    assert not block_editions()["aaem_1999"].is_verified


def test_an_unknown_edition_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(InputRefused, match="efns_pns_2010"):
        chosen_editions(("efns",))
