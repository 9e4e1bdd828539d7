"""A letter from end to end: nothing is met by leaps without a study; with study and examination it is definite, with reasons."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ranvier import workbench
from ranvier.case import Case
from ranvier.criteria.edition import NOT_MET, UNDETERMINED

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDY = workbench.read_study(
    (EXAMPLES / "studies" / "mmn_definite" / "study.csv").read_text(encoding="utf-8")
)
NOTE = ("examination.txt", (EXAMPLES / "notes" / "examination.txt").read_text(encoding="utf-8"))


def letter() -> Case:
    text = (EXAMPLES / "letters" / "foot_drop_after_surgery.txt").read_text(encoding="utf-8")
    return workbench.read(text, today=date(2026, 11, 25))


def test_without_a_study_every_edition_says_what_is_missing_and_none_is_met() -> None:
    for name, judgement in workbench.judge(letter()).judgements.items():
        assert judgement.category in (UNDETERMINED, NOT_MET), name
        assert judgement.missing or judgement.category == NOT_MET, name


def test_without_a_study_mmn_leads_and_the_next_tests_are_what_an_examination_and_a_study_would_tell() -> (
    None
):
    weighed = workbench.weigh(letter())
    assert weighed.weighing.setting == "letters"
    assert weighed.weighing.leader == "mmn"
    proposed = [row.test.id for row in weighed.next_tests]
    assert set(proposed[:4]) == {
        "reflexes_and_tone",
        "sensory_examination",
        "bulbar_examination",
        "strength_by_nerve",
    }
    assert "nerve_conduction_study" in proposed
    assert not {"anti_gm1", "immunoglobulin_trial"} & set(proposed), "both were done"


def test_with_the_study_only_the_examination_is_missing() -> None:
    judgement = workbench.judge(letter(), STUDY).judgements["efns_pns_2010"]
    assert (judgement.category, judgement.provisional) == (UNDETERMINED, "definite")
    assert set(judgement.missing) == {"objective_sensory_loss", "upper_motor_neuron_signs", "bulbar_signs"}


def test_with_study_and_examination_it_is_definite_and_each_clause_says_why() -> None:
    case = workbench.with_notes(letter(), [NOTE])
    judgement = workbench.judge(case, STUDY).judgements["efns_pns_2010"]
    assert judgement.category == "definite"
    assert "study: definite block in" in judgement["e1"].because[0]
    assert "note examination.txt" in judgement["x8"].because[0]
    assert "not stated" not in " ".join(judgement["no_exclusion"].because)
