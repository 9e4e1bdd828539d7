"""The bad diaries that the issue lists, one by one, through the whole road: each is named, and nothing is silently dropped."""

from __future__ import annotations

import json

import pytest

from ranvier.terms import DiaryError, InputRefused
from ranvier.treatment import look_ahead, parse_diary
from ranvier.treatment.posterior import FitStatus

HEAD = "date,kind,value,unit,detail\n"
WEIGHT = "2026-01-05,weight,80,kg,\n"
DOSES = "".join(f"2026-0{month}-05,ivig,80,g,\n" for month in range(1, 5))
GRIPS = "".join(
    f"2026-0{month}-{day:02},grip_left,{20 + month},kg,\n" for month in range(1, 5) for day in (8, 14, 24)
)
SOUND = (
    HEAD
    + WEIGHT
    + "".join(sorted((DOSES.replace("g,\n", "g,first ever\n", 1) + GRIPS).splitlines(keepends=True)))
)

REFUSED = {
    "doses in g/kg written as g": (SOUND + "2026-05-05,ivig,1.0,g,\n", "row 19, value", "a dose for each kg"),
    "2 g/kg written as g": (SOUND + "2026-05-05,ivig,2,g,\n", "row 19, value", "a dose for each kg"),
    "g/kg with no weight": (HEAD + DOSES + "2026-05-05,ivig,1,g/kg,\n", "row 6, unit", "without a weight"),
    "kPa written as kg": (SOUND + "2026-05-05,grip_left,95,kg,\n", "row 19, value", "0 to 80 kg"),
    "an impossible grip": (SOUND + "2026-05-05,grip_left,-2,kg,\n", "row 19, value", "0 to 80 kg"),
    "another impossible grip": (SOUND + "2026-05-05,grip_left,250,kPa,\n", "row 19, value", "0 to 200 kPa"),
    "a date that is none": (SOUND + "2026-02-30,grip_left,22,kg,\n", "row 19, date", "year-month-day"),
}
NAMED = {
    "dates out of order": (SOUND + "2026-01-20,grip_left,22,kg,\n", "dates_out_of_order"),
    "kPa written as kg among kg": (SOUND + "2026-05-05,grip_left,62,kg,\n", "far_reading"),
    "kPa written as kg throughout": (
        SOUND.replace("grip_left,2", "grip_left,7"),
        "unusually_strong",
    ),
    "weight missing": (HEAD + DOSES + GRIPS, "weight_missing"),
    "infusion and measurement on one day": (SOUND + "2026-04-05,grip_left,22,kg,\n", "measured_on_dose_day"),
    "a gap of years": (SOUND + "2029-05-05,grip_left,19,kg,\n", "long_gap"),
    "a switch of dynamometer": (SOUND + "2026-05-05,grip_left,22,kg,Jamar\n", "dynamometer_switch"),
    "a switch of unit": (SOUND + "2026-05-05,grip_left,60,kPa,\n", "dynamometer_switch"),
    "duplicate rows": (SOUND + "2026-04-24,grip_left,24,kg,\n", "duplicate_rows"),
    "time zones": (
        SOUND + "2026-05-05T08:00+01:00,grip_left,22,kg,\n2026-05-06T08:00-05:00,grip_left,22,kg,\n",
        "time_zones",
    ),
    "a grip of zero": (SOUND + "2026-05-05,grip_left,0,kg,\n", "grip_of_zero"),
    "an empty log": ("", "empty_diary"),
    "measurements only": (HEAD + WEIGHT + GRIPS, "measurements_only"),
    "doses only": (HEAD + WEIGHT + DOSES, "doses_only"),
    "a kind that no one reads": (SOUND + "2026-05-05,inhaled,2,puffs,\n", "kept_kind"),
    "a column that no one reads": (SOUND.replace("detail\n", "detail,mood\n", 1), "unread_columns"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_cannot_be_used_is_refused_by_row_with_what_would_be_right(name: str) -> None:
    text, where, right = REFUSED[name]
    with pytest.raises(DiaryError) as caught:
        parse_diary(text)
    (fault,) = caught.value.faults
    assert fault.path == where
    assert right in str(caught.value)


@pytest.mark.parametrize("name", list(NAMED))
def test_what_is_strange_is_named_in_the_document_and_kept(name: str) -> None:
    text, flag = NAMED[name]
    diary = parse_diary(text)
    outlook = look_ahead(diary, n_draws=60)
    document = json.loads(json.dumps(outlook.as_json(), allow_nan=False))
    named = {row["id"]: row for row in document["flags"]}
    assert flag in named
    assert named[flag]["because"]
    assert named[flag]["source"]
    rows = [line for line in text.splitlines()[1:] if line.strip()]
    kept = sum(len(part) for part in (diary.given, diary.readings, diary.igg, diary.weights, diary.others))
    repeated = len(named.get("duplicate_rows", {"rows": []})["rows"])
    assert kept + repeated == len(rows), "every row is somewhere"


def test_a_sound_diary_is_called_none_of_these() -> None:
    named = {flag.id for flag in parse_diary(SOUND).flags}
    assert not named & {flag for _, flag in NAMED.values()}


@pytest.mark.parametrize("name", ["an empty log", "doses only"])
def test_the_prior_alone_is_reported_as_the_prior(name: str) -> None:
    outlook = look_ahead(parse_diary(NAMED[name][0]), n_draws=60)
    assert outlook.posterior.status is FitStatus.PRIOR_ONLY
    document = outlook.as_json()
    assert document["fit"]["status"] == "prior_only"  # type: ignore[index]
    assert "not of this one" in document["fit"]["status_in_words"]  # type: ignore[index]
    assert document["wear_off"]["date"] is None  # type: ignore[index]


def test_measurements_only_teach_the_level_and_nothing_of_treatment() -> None:
    outlook = look_ahead(parse_diary(NAMED["measurements only"][0]), n_draws=300)
    learned = outlook.posterior.learned()
    assert learned["base.grip_left"] > 0.5
    assert learned["half_effect_g_per_l"] < 0.15
    assert learned["block_turnover_per_day"] < 0.15


@pytest.mark.parametrize(
    "choice",
    [
        {"level": float("nan")}, {"level": -4.0}, {"level": 0.0}, {"horizon_days": -3}, {"horizon_days": 10**6},
        {"seed": -1}, {"n_draws": 1}, {"n_draws": 0}, {"n_draws": 10**9},
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_followed_is_refused_with_what_would_be_right(
    choice: dict[str, float],
) -> None:
    with pytest.raises(InputRefused) as caught:
        look_ahead(parse_diary(SOUND), **choice)  # type: ignore[arg-type]
    assert caught.value.expected


def test_a_quick_look_with_few_draws_still_gives_a_whole_document() -> None:
    json.dumps(look_ahead(parse_diary(SOUND), n_draws=20).as_json(), allow_nan=False)


def test_a_refused_plan_says_why_and_what_would_make_it_acceptable() -> None:
    outlook = look_ahead(parse_diary(SOUND), n_draws=60)
    refused = [plan.as_json() for plan in outlook.plans if plan.is_refused]
    assert refused
    for plan in refused:
        blocking = [flag for flag in plan["flags"] if flag["severity"] == "refuse"]  # type: ignore[attr-defined]
        for flag in blocking:
            assert flag["because"]
            assert flag["acceptable_if"] or flag["id"] == "fit_not_settled"
