"""Forms of a disease: they add up to the whole, tie groups together, and refuse what cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranvier.differential import model, posteriors, weigh
from ranvier.differential.forms import USUAL, read_forms, state_rows
from ranvier.differential.model import FOLDER
from ranvier.differential.observations import Observations, ObservationTable
from ranvier.differential.posterior import group_likelihood, log_likelihoods
from ranvier.terms import DataError
from ranvier.terms.vocabulary import read_toml

ROUNDING = 0.004  # shares are floored at 0.001, and a row may add up to 1 within rounding


def test_the_forms_of_a_disease_add_up_to_its_own_row() -> None:
    weights = model()
    for group in weights.groups:
        rows = read_toml(FOLDER / "likelihoods" / f"{group.id}.toml")["diseases"]
        mixed = np.add.reduceat(group.state_share[0] * weights.form_share[:, None], weights.first_form)
        for index, name in enumerate(weights.diseases):
            whole = np.array(rows[name]["p"]) / sum(rows[name]["p"])
            assert mixed[index] == pytest.approx(whole, abs=ROUNDING), (group.id, name)


def test_every_disease_has_a_usual_form_and_its_shares_add_up() -> None:
    weights = model()
    assert np.add.reduceat(weights.form_share, weights.first_form) == pytest.approx(
        np.ones(len(weights.diseases))
    )
    assert [weights.forms[place].id for place in weights.first_form] == [USUAL] * len(weights.diseases)
    assert all(str(form.source) for form in weights.forms)


def test_forms_that_do_not_differ_share_one_uncertainty() -> None:
    weights = model()
    pain = next(group for group in weights.groups if group.id == "pain")
    bulbar = next(i for i, form in enumerate(weights.forms) if (form.disease, form.id) == ("als", "bulbar"))
    usual = weights.first_form[weights.diseases.index("als")]
    assert np.array_equal(pain.state_share[:, bulbar], pain.state_share[:, usual])
    speech = next(group for group in weights.groups if group.id == "bulbar")
    assert not np.allclose(speech.state_share[:, bulbar], speech.state_share[:, usual])


names = st.sampled_from(model().findings)


@given(st.dictionaries(names, st.booleans(), max_size=12))
def test_with_one_group_observed_forms_do_not_show_and_the_others_weigh_nothing(
    found: dict[str, bool],
) -> None:
    first = model().group_of(next(iter(found), "pain"))
    assert first is not None
    own = {name: value for name, value in found.items() if name in first.findings}
    parts = log_likelihoods(ObservationTable.of([Observations(own)]), slice(0, 1), model(), 0.02)
    others = [part for key, part in parts.items() if key not in (first.id, "person")]
    assert all(np.allclose(part, 0) for part in others)
    table = ObservationTable.of([Observations(own)])
    by_form = group_likelihood(first, table, slice(0, 1), 0.02)[0, 0] * model().form_share
    mixture = np.log(np.add.reduceat(by_form, model().first_form))
    assert np.allclose(parts[first.id][0, 0], mixture)


def odds(one: str, other: str, **found: bool) -> float:
    share = weigh(Observations(found)).posterior
    return share[one] / share[other]


def test_a_bulbar_onset_without_weak_limbs_is_not_held_against_als_twice() -> None:
    """Spared limbs speak against ALS alone, but far less once the onset is bulbar."""
    alone = odds("als", "mmn", hand_weakness=False, lower_limb_weakness=False) / odds("als", "mmn")
    bulbar = odds("als", "mmn", bulbar_signs=True, hand_weakness=False, lower_limb_weakness=False)
    assert bulbar / odds("als", "mmn", bulbar_signs=True) > 1.5 * alone


def test_a_trapped_motor_branch_is_not_expected_to_be_numb() -> None:
    numbness = {"sensory_symptoms": False, "objective_sensory_loss": False}
    hand = odds("entrapment", "mmn", hand_weakness=True, **numbness) / odds(
        "entrapment", "mmn", hand_weakness=True
    )
    finger = {"finger_extension_weakness": True, "wrist_drop": True}
    branch = odds("entrapment", "mmn", **finger, **numbness) / odds("entrapment", "mmn", **finger)
    assert branch > 1.5 * hand


def test_the_order_of_groups_changes_what_each_is_credited_with_but_not_the_sum() -> None:
    one = Observations({"bulbar_signs": True, "hand_weakness": False, "upper_motor_neuron_signs": True})
    weighing = weigh(one)
    share = posteriors(ObservationTable.of([one]))[0, 0]
    order = model().diseases
    for rival, row in weighing.balance.items():
        ratio = share[order.index(weighing.leader)] / share[order.index(rival)]
        assert row["total"] == pytest.approx(10 * np.log10(ratio), abs=1e-6)


HEAD = 'source = "made up"\n'
FORM = '[mmn.one]\nlabel = "one"\nshare = {share}\nn = 5\nmark = "judgement"\npain = {pain}\n'


def test_forms_that_leave_nothing_or_hold_too_much_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "forms.toml"
    whole = {"mmn": ((0.9, 0.1), 20.0)}
    path.write_text(HEAD + FORM.format(share=1.0, pain="[0.5, 0.5]"))
    with pytest.raises(DataError, match="left"):
        read_forms(("mmn",), path)
    path.write_text(HEAD + FORM.format(share=0.5, pain="[0.5, 0.5]"))
    with pytest.raises(DataError, match="more of a state"):
        state_rows("pain", whole, read_forms(("mmn",), path))
    path.write_text(HEAD + FORM.format(share=0.1, pain="[0.5, 0.4]"))
    with pytest.raises(DataError, match="add up to 1"):
        state_rows("pain", whole, read_forms(("mmn",), path))
    path.write_text(HEAD + FORM.format(share=0.1, pain="[0.5, 0.5]").replace("[mmn.", "[nothing."))
    with pytest.raises(DataError, match="nothing"):
        read_forms(("mmn",), path)
    path.write_text(HEAD + FORM.format(share=0.1, pain="[0.5, 0.5]"))
    shares, _ = state_rows("pain", whole, read_forms(("mmn",), path))
    assert 0.9 * shares[0] + 0.1 * shares[1] == pytest.approx([0.9, 0.1])
