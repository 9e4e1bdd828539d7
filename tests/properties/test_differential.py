"""Properties of the differential: order, repeats, withholding, direction of a single weight, sums."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier import workbench
from ranvier.case import Case, Lab, LabVerdict, Patient, Quantity
from ranvier.cli import main
from ranvier.criteria import Blocks, ConductionFacts, Facts, editions, evaluate
from ranvier.criteria.bounds import Bounds
from ranvier.differential import known_tests, model, next_tests, observe, posteriors, top, weigh
from ranvier.differential.benchmark import observation_of, plain_posterior
from ranvier.differential.observations import Observations, ObservationTable
from ranvier.differential.series import simulate
from ranvier.differential.series_file import MADE, judge_and_weigh
from ranvier.differential.weighing import decibans
from ranvier.terms import Certainty, Finding, InputRefused, Presence, Side, Subject
from ranvier.terms.vocabulary import diseases

PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT
ROUNDING = 1e-9  # sums of nineteen double-precision numbers
names = st.sampled_from(model().findings)
observations = st.builds(
    Observations,
    findings=st.dictionaries(names, st.booleans(), max_size=12),
    values=st.fixed_dictionaries(
        {},
        optional={
            "duration_months": st.floats(0, 600),
            "age_at_onset_years": st.floats(0, 100),
            "csf_protein_g_per_l": st.floats(0, 5),
            "ck_over_uln": st.floats(0, 50),
            "titre_over_limit": st.floats(0.01, 100),
        },
    ),
    sex=st.sampled_from([None, "male", "female"]),
)
settings_ids = st.sampled_from(sorted(model().settings))


def of(one: Observations, setting: str | None = None) -> np.ndarray:
    return posteriors(ObservationTable.of([one]), setting=setting)[0, 0]


@given(observations, settings_ids)
def test_posteriors_sum_to_one_and_something_else_is_never_at_zero(one: Observations, setting: str) -> None:
    found = of(one, setting)
    assert found.sum() == pytest.approx(1, abs=ROUNDING)
    assert (found > 0).all()
    assert np.isfinite(found).all()


@given(observations, st.randoms())
def test_the_order_of_findings_does_not_matter(one: Observations, shuffle: object) -> None:
    items = list(one.findings.items())
    shuffle.shuffle(items)  # type: ignore[attr-defined]
    assert np.array_equal(of(one), of(replace(one, findings=dict(items))))


@given(observations, names)
def test_an_unknown_finding_weighs_nothing(one: Observations, name: str) -> None:
    withheld = one.with_finding(name, None)
    share = of(withheld)
    both = [of(withheld.with_finding(name, value)) for value in (True, False)]
    # The law of total probability: what is known now is the average of what either result would give.
    group = model().group_of(name)
    assert group is not None
    low, high = np.minimum(*both), np.maximum(*both)
    assert (share >= low - ROUNDING).all()
    assert (share <= high + ROUNDING).all()


def test_a_repeated_finding_counts_once() -> None:
    once = Case(findings=(Finding("bulbar_signs", PRESENT),))
    twice = Case(findings=(Finding("bulbar_signs", PRESENT), Finding("bulbar_signs", PRESENT)))
    assert observe(once) == observe(twice)


@given(observations)
@settings(max_examples=30)
def test_the_balance_against_each_rival_adds_up_to_the_odds(one: Observations) -> None:
    weighing = weigh(one)
    leader = weighing.posterior[weighing.leader]
    for rival, row in weighing.balance.items():
        assert row["total"] == pytest.approx(
            float(decibans(np.log(leader / weighing.posterior[rival]))), abs=1e-6
        )


@pytest.mark.parametrize(
    ("finding", "up", "down"),
    [
        ("upper_motor_neuron_signs", "als", "mmn"),
        ("motor_conduction_block", "mmn", "als"),
        ("sensory_conduction_abnormal", "cidp_multifocal", "mmn"),
        ("anti_gm1_igm", "mmn", "cidp"),
        ("rapid_onset", "gbs_motor", "mmn"),
        ("symmetric_weakness", "cidp", "mmn"),
        ("pain", "neuralgic_amyotrophy", "mmn"),
        ("improved_on_immunoglobulin", "mmn", "als"),
    ],
)
def test_a_finding_moves_its_diseases_the_right_way(finding: str, up: str, down: str) -> None:
    base = of(Observations())
    order = model().diseases
    with_it = of(Observations({finding: True}))
    assert with_it[order.index(up)] > base[order.index(up)]
    assert with_it[order.index(down)] < base[order.index(down)]


def test_more_shares_of_a_finding_in_a_disease_make_it_likelier(monkeypatch: pytest.MonkeyPatch) -> None:
    group = model().group_of("cold_induced_weakness")
    assert group is not None
    index = model().diseases.index("mmn")
    found = []
    for share in (0.1, 0.3, 0.5, 0.9):
        changed = group.state_share.copy()
        changed[:, index] = (1 - share, share)
        monkeypatch.setattr(
            "ranvier.differential.posterior.model",
            lambda changed=changed: replace(
                model(),
                groups=tuple(
                    replace(g, state_share=changed) if g.id == "cold" else g for g in model().groups
                ),
            ),
        )
        found.append(of(Observations({"cold_induced_weakness": True}))[index])
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_signs_of_one_lesion_are_not_multiplied_as_if_each_were_news() -> None:
    one = weigh(Observations({"babinski_sign": True})).balance
    three = weigh(Observations({"babinski_sign": True, "spasticity": True, "upper_motor_neuron_signs": True}))
    assert three.leader == "als"
    single = one["mmn"]["reflexes_and_tone"]
    assert three.balance["mmn"]["reflexes_and_tone"] < 2 * single


def test_an_empty_case_gives_the_prior_and_says_so() -> None:
    weighed = workbench.weigh(Case())
    prior = model().setting(None).share[0]
    assert np.allclose(list(weighed.weighing.posterior.values()), prior)
    assert weighed.document()["only_the_prior"] is True
    assert "how often each is the answer" in weighed.summary()


@pytest.mark.parametrize(
    "finding",
    [
        Finding("upper_motor_neuron_signs", PRESENT, subject=Subject.FAMILY),
        Finding("upper_motor_neuron_signs", PRESENT, certainty=Certainty.SUSPECTED),
    ],
)
def test_a_relatives_or_a_feared_sign_weighs_nothing(finding: Finding) -> None:
    assert observe(Case(findings=(finding,))).is_empty


def test_contradictory_findings_are_left_out_and_named() -> None:
    case = Case(
        findings=(
            Finding("asymmetric_weakness", PRESENT),
            Finding("symmetric_weakness", PRESENT),
            Finding("pain", PRESENT, side=Side.LEFT),
            Finding("pain", ABSENT, side=Side.LEFT),
        )
    )
    weighed = workbench.weigh(case)
    assert weighed.document()["contradictions"] == [
        ["pain", "pain"],
        ["asymmetric_weakness", "symmetric_weakness"],
    ]
    assert "both cannot be so" in weighed.summary()
    assert weighed.weighing.observations.findings == {}


def test_the_class_of_an_antibody_and_its_titre_decide_what_it_weighs() -> None:
    def mmn(*labs: Lab) -> float:
        return weigh(observe(Case(labs=labs))).posterior["mmn"]

    igm = [
        mmn(Lab("anti_gm1", LabVerdict.POSITIVE, "igm", value, "titre", 1000)) for value in (1300, 3000, 9000)
    ]
    assert igm == sorted(igm)
    assert igm[2] > 2 * igm[0]
    assert mmn(Lab("anti_gm1", LabVerdict.POSITIVE, "igg", 9000, "titre", 1000)) < mmn()
    assert mmn(Lab("anti_gm1", LabVerdict.POSITIVE)) == pytest.approx(mmn())
    assert mmn(Lab("anti_gm1", LabVerdict.BORDERLINE, "igm")) == pytest.approx(mmn())
    assert mmn(Lab("anti_gm1", LabVerdict.NEGATIVE, "igm")) < mmn()


def test_a_study_enters_by_its_verdict() -> None:
    blocked = ConductionFacts(blocks={"efns_pns_2010": Blocks(definite=("median right",))})
    none = ConductionFacts(blocks={"efns_pns_2010": Blocks()})
    case = Case(findings=(Finding("hand_weakness", PRESENT, side=Side.RIGHT),))
    shares = [weigh(observe(case, study)).posterior["mmn"] for study in (none, None, blocked)]
    assert shares == sorted(shares)
    assert observe(case, blocked).findings["definite_conduction_block"] is True


def test_array_code_agrees_with_plain_loops() -> None:
    table, _ = simulate(60, seed=21)
    fast = posteriors(table)[:, 0]
    for row in range(len(table)):
        assert np.allclose(fast[row], plain_posterior(observation_of(table, row)), atol=ROUNDING)


def test_judging_in_bulk_agrees_with_the_exact_search_on_simulated_cases() -> None:
    table, _ = simulate(40, seed=77)
    columns = judge_and_weigh(table)
    for row in range(len(table)):
        one = observation_of(table, row)
        stated = {k: Bounds(float(v), float(v)) for k, v in one.findings.items() if k not in MADE}
        stated |= {k: Bounds(v, v) for k, v in one.values.items() if k != "titre_over_limit"}
        for name, edition in editions().items():
            assert columns[f"category_{name}"][row] == evaluate(Facts(stated), edition).category


def test_every_share_has_a_source_or_is_called_judgement() -> None:
    for group in model().groups:
        assert set(group.sources) == set(diseases())
        assert np.allclose(group.state_share.sum(axis=-1), 1)
        assert group.why


def test_no_als_with_upper_motor_neuron_and_bulbar_signs_is_given_mmn_above_five_percent() -> None:
    signs = {"upper_motor_neuron_signs": True, "bulbar_signs": True}
    for setting in model().settings:
        assert weigh(Observations(signs), setting).posterior["mmn"] < 0.05


def test_tests_that_were_done_are_not_proposed_and_each_says_why() -> None:
    known = Observations({"hand_weakness": True, "anti_gm1_igm": False, "cold_induced_weakness": True})
    rows = next_tests(known, limit=None)
    proposed = {row.test.id for row in rows}
    assert not proposed & {"anti_gm1", "cold_question"}
    assert "nerve_conduction_study" in proposed
    assert all(row.why and row.expected_gain > 0 for row in rows)
    assert [row.expected_gain for row in rows] == sorted((row.expected_gain for row in rows), reverse=True)
    assert {row.test.id for row in rows} <= set(known_tests())


def test_information_is_never_negative_and_a_test_never_makes_decisions_worse() -> None:
    for row in next_tests(Observations({"foot_drop": True, "slow_progression": True}), limit=None):
        assert row.information_bits >= -ROUNDING
        assert row.decision_gain >= -ROUNDING


def test_a_single_change_that_puts_another_disease_first_is_named() -> None:
    case = Observations({"hand_weakness": True, "slow_progression": True, "upper_motor_neuron_signs": True})
    weighing = weigh(case)
    assert weighing.leader == "als"
    assert ("upper_motor_neuron_signs", "absent") in {(f, v) for f, v, _ in weighing.flips}


def test_a_treatable_disease_above_five_percent_is_kept_in_sight() -> None:
    weighing = weigh(Observations({"hand_weakness": True, "slow_progression": True}))
    for name in weighing.treatable_in_sight:
        assert diseases()[name].treatable
        assert weighing.posterior[name] > 0.05
    assert "mmn" in weighing.treatable_in_sight


def test_an_unknown_setting_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputRefused, match="general_neurology"):
        weigh(Observations(), "general neurology")


def test_the_command_prints_the_promised_json_a_plan_and_a_series(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    from ranvier.case import dumps_toml

    case = Case(
        patient=Patient(54, "male"),
        findings=(Finding("foot_drop", PRESENT, side=Side.RIGHT), Finding("slow_progression", PRESENT)),
        quantities=(Quantity("duration_months", 36),),
    )
    for name in ("one", "two"):
        (tmp_path / f"{name}.toml").write_text(dumps_toml(case), encoding="utf-8")
    assert main(["weigh", str(tmp_path / "one.toml"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert sum(document["posterior"].values()) == pytest.approx(1)
    assert list(document["posterior"].values()) == sorted(document["posterior"].values(), reverse=True)
    assert {"finding", "verdict", "likelihood_ratio", "source"} <= set(document["contributions"][0])
    assert {"test", "expected_gain", "why"} <= set(document["next_tests"][0])
    assert main(["weigh", str(tmp_path / "one.toml"), "--explain"]) == 0
    told = capsys.readouterr().out.split("What each finding weighs", 1)[1]
    assert "- foot drop: " in told
    assert "Loescher 2018" in told
    assert main(["plan", str(tmp_path / "one.toml"), "--setting", "general_neurology"]) == 0
    assert "1. " in capsys.readouterr().out
    out = tmp_path / "results.parquet"
    assert main(["weigh", str(tmp_path), "--out", str(out)]) == 0
    columns = pq.read_table(out).to_pydict()
    assert [Path(name).stem for name in columns["id"]] == ["one", "two"]
    assert columns["p_mmn"][0] == pytest.approx(document["posterior"]["mmn"])
    assert columns["category_efns_pns_2010"] == ["undetermined", "undetermined"]


def test_the_leading_diseases_come_in_order() -> None:
    weighing = weigh(Observations({"pain": True, "rapid_onset": True}))
    first = top(weighing, 3)
    assert [weighing.posterior[name] for name in first] == sorted(
        (weighing.posterior[name] for name in first), reverse=True
    )
