"""Every kind of bad diary is named; nothing is silently dropped."""

from __future__ import annotations

import contextlib
import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.terms import DiaryError
from ranvier.treatment import parse_diary
from ranvier.treatment.kinetics import Route

HEAD = "date,kind,value,unit,detail\n"
START = HEAD + "2026-01-05,weight,80,kg,\n2026-01-05,ivig,80,g,\n"


def ids(text: str) -> set[str]:
    return {flag.id for flag in parse_diary(text).flags}


def refused(text: str) -> str:
    with pytest.raises(DiaryError) as caught:
        parse_diary(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2026-01-08,ivig,0.4,g,", "g/kg"),
        ("2026-01-08,grip_left,120,kg,", "0 to 80 kg"),
        ("2026-01-08,grip_left,-3,kg,", "not possible"),
        ("2026-01-08,grip_left,22,,", "has no unit"),
        ("2026-01-08,grip_left,22,N,", "kg"),
        ('2026-01-08,grip_left,"22,5",kg,', "no number"),
        ("2026-01-08,grip_left,,kg,", "no number"),
        ("2026-01-08,grip_left,nan,kg,", "no number"),
        ("2026-01-08,mmn_rods,60,,", "0 to 50"),
        ("2026-01-08,igg,1420,g/L,", "g/L"),
        ("2026-01-08,weight,8,kg,", "25 to 300"),
        ("08.01.2026,grip_left,22,kg,", "year-month-day"),
        ("0206-01-08,grip_left,22,kg,", "year"),
        ("2026-01-08,,22,kg,", "kind"),
        ("2026-01-08,ivig,80,g,over 40 days", "1 to 14 days"),
        ("2026-01-08,ivig,9,g/kg,", "720 g"),
        ("2026-01-08,grip_left,22,kg,a,b", "Quote"),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_with_its_row_and_what_would_be_right(
    line: str, says: str
) -> None:
    message = refused(START + line + "\n")
    assert "row 4" in message
    assert says in message


def test_every_fault_is_reported_at_once_in_order_of_row() -> None:
    with pytest.raises(DiaryError) as caught:
        parse_diary(START + "bad,grip_left,22,kg,\n2026-01-09,ivig,0.4,g,\n2026-01-10,igg,x,g/L,\n")
    assert [fault.path for fault in caught.value.faults] == ["row 4, date", "row 5, value", "row 6, value"]


@pytest.mark.parametrize(
    ("lines", "flag"),
    [
        ("2026-01-06,grip_left,20,kg,\n2026-01-06,grip_left,20,kg,\n", "duplicate_rows"),
        ("2026-01-01,grip_left,20,kg,\n", "dates_out_of_order"),
        ("2026-01-05,grip_left,20,kg,\n", "measured_on_dose_day"),
        ("2026-01-06,grip_left,20,kg,\n2026-01-07,grip_left,45,kPa,\n", "dynamometer_switch"),
        ("2026-01-06,grip_left,20,kg,Jamar\n2026-01-07,grip_left,19,kg,Vigorimeter\n", "dynamometer_switch"),
        ("2026-06-06,grip_left,20,kg,\n", "gap"),
        ("2029-06-06,grip_left,20,kg,\n", "long_gap"),
        ("2026-01-06,grip_left,0,kg,\n", "grip_of_zero"),
        ("2026-01-06,inhaled,2,puffs,\n", "kept_kind"),
        ("2026-01-05,ivig,40,g,\n", "doses_on_one_day"),
        ("2026-03-05,weight,120,kg,\n", "weight_changed"),
        ("2026-01-06T08:00+01:00,grip_left,20,kg,\n2026-01-07T08:00-05:00,grip_left,20,kg,\n", "time_zones"),
        (
            "".join(f"2026-01-{d:02},grip_left,20,kg,\n" for d in range(6, 12))
            + "2026-01-20,grip_left,55,kg,\n",
            "far_reading",
        ),
        ("", "doses_only"),
        ("2026-01-06,grip_left,20,kg,\n", "treated_before"),
    ],
)
def test_what_is_strange_but_usable_is_flagged(lines: str, flag: str) -> None:
    assert flag in ids(START + lines)


def test_an_empty_diary_and_measurements_only_are_named() -> None:
    assert ids("") >= {"empty_diary", "weight_missing"}
    assert ids(HEAD) >= {"empty_diary"}
    assert "measurements_only" in ids(HEAD + "2026-01-06,grip_left,20,kg,\n")


def test_a_clean_diary_raises_no_such_flag() -> None:
    clean = (
        START.replace("80,g,", "80,g,first ever")
        + "2026-01-07,grip_left,20,kg,\n2026-01-12,grip_left,21,kg,\n"
    )
    assert ids(clean) == set()


def test_grams_per_kg_and_days_are_turned_into_daily_grams() -> None:
    diary = parse_diary(
        HEAD + "2026-01-05,weight,80,kg,\n2026-01-06,ivig,2,g/kg,over 5 days\n2026-02-06,fscig,30,g,\n"
    )
    assert diary.given[0].grams == pytest.approx(160.0)
    assert diary.given[0].last_date == dt.date(2026, 1, 10)
    assert diary.given[1].route is Route.FACILITATED
    assert [dose.grams for dose in diary.observations().doses[:5]] == pytest.approx([32.0] * 5)


def test_units_are_converted_once_and_kpa_never() -> None:
    diary = parse_diary(
        START + "2026-01-06,weight,176.4,lb,\n2026-01-06,igg,1420,mg/dL,\n2026-01-07,grip_left,45,kPa,\n"
    )
    assert diary.weight_kg == pytest.approx(80.0, abs=0.05)
    assert diary.igg[0].value == pytest.approx(14.2)
    assert diary.readings[0].value == 45
    assert diary.series()[0].measure.id == "grip_kpa"


def test_a_switch_of_device_makes_two_series() -> None:
    diary = parse_diary(START + "2026-01-06,grip_left,20,kg,Jamar\n2026-01-09,grip_left,41,kPa,Vigorimeter\n")
    assert [(s.name, s.measure.unit) for s in diary.series()] == [
        ("grip_left", "kg"),
        ("grip_left_kPa_vigorimeter", "kPa"),
    ]


def test_only_what_follows_a_long_gap_is_fitted_and_it_says_so() -> None:
    diary = parse_diary(START + "2026-01-09,grip_left,20,kg,\n2029-01-09,grip_left,12,kg,\n")
    assert diary.fitted_from == dt.date(2029, 1, 9)
    assert [float(v) for v in diary.series()[0].values] == [12.0]
    assert len(diary.readings) == 2


def test_a_reading_after_the_dose_is_told_apart() -> None:
    diary = parse_diary(START + "2026-01-05,igg,30,g/L,after\n2026-02-02,igg,14,g/L,\n")
    assert list(diary.observations().igg.is_after_dose) == [True, False]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    with contextlib.suppress(DiaryError):  # a refusal is an answer; any other error is a failure
        assert parse_diary(text).flags


ROWS = st.lists(
    st.tuples(st.integers(0, 700), st.sampled_from(["ivig,80,g,", "grip_left,{v},kg,", "grip_right,{v},kPa,", "mrc_sum,{v},,"]),
              st.integers(1, 79)), min_size=1, max_size=25, unique_by=lambda row: (row[0], row[1]))  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_and_every_row_is_somewhere(rows, rng) -> None:  # type: ignore[no-untyped-def]
    def text(some) -> str:  # type: ignore[no-untyped-def]
        start = dt.date(2025, 1, 1)
        return HEAD + "".join(f"{start + dt.timedelta(days=d)},{line.format(v=v)}\n" for d, line, v in some)

    shuffled = list(rows)
    rng.shuffle(shuffled)
    one, other = parse_diary(text(rows)), parse_diary(text(shuffled))
    assert len(one.given) + len(one.readings) == len(rows)
    assert one.fitted_from == other.fitted_from
    first, second = one.observations(), other.observations()
    assert sorted(d.day for d in first.doses) == sorted(d.day for d in second.doses)
    for a in first.series:
        b = next(
            s
            for s in second.series
            if s.measure.id == a.measure.id and s.name.split("_k")[0] == a.name.split("_k")[0]
        )
        assert np.array_equal(a.values, b.values)
