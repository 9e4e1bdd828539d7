"""Derived values by hand; limits of normal: strata, a laboratory's own file, and that it is shown as such."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ranvier.cli import main
from ranvier.conduction import Context, StudyResult, read_limits, reference_limits
from ranvier.conduction.derived import NerveValues
from ranvier.recording import Kind
from ranvier.terms import DataError, StudyError

from .builders import judged, motor

STUDY = Path(__file__).parents[2] / "examples" / "studies" / "normal" / "study.csv"
ARM = (
    motor(latency=3.5, distance=70, amplitude=8.0, area=24, duration=5.6),
    motor(site="elbow", latency=7.5, distance=220, amplitude=7.8, area=23.5, duration=5.8),
)


def values(result: StudyResult, side: str = "right") -> NerveValues:
    return next(v for v in result.derived if v.side == side)


def test_terminal_latency_index_and_residual_latency() -> None:
    found = values(judged(*ARM))
    # 220 mm in 4.0 ms is 55 m/s; 70 / (55 * 3.5); 3.5 - 70 / 55.
    assert found.terminal_latency_index == pytest.approx(0.3636, abs=1e-4)
    assert found.residual_latency_ms == pytest.approx(2.2273, abs=1e-4)


def test_f_ratio() -> None:
    f_wave = replace(motor(latency=27.0), kind=Kind.F_WAVE, f_persistence_fraction=0.8)
    found = values(judged(*ARM, f_wave))
    assert found.f_ratio == pytest.approx((27.0 - 3.5 - 1.0) / 7.0)
    assert (found.f_latency_ms, found.f_persistence_fraction) == (27.0, 0.8)


def test_side_difference_is_of_the_same_site() -> None:
    left = motor(side="left", latency=3.5, distance=70, amplitude=2.0)
    found = judged(*ARM, left)
    assert values(found).side_difference_fraction == pytest.approx(0.75)
    assert values(found, "left").side_difference_fraction == pytest.approx(0.75)
    sentence = "Distal amplitude of the left median (APB) is 75 % below the right."
    assert found.summary.sentences.count(sentence) == 1
    half = judged(
        *ARM, replace(left, negative_peak_amplitude_mv=4.0)
    )  # exactly one half is not worth a word (edge)
    assert not any("below the" in text for text in half.summary.sentences)
    elsewhere = judged(*ARM, motor(side="left", site="elbow", latency=7.5, amplitude=2.0))
    assert values(elsewhere).side_difference_fraction is None


def test_what_was_not_measured_is_none() -> None:
    found = values(judged(motor(amplitude=8.0)))
    assert found.terminal_latency_index is found.residual_latency_ms is found.f_ratio is None
    assert found.side_difference_fraction is None


@pytest.mark.parametrize(
    ("context", "value"),
    [
        ({}, 4.1),  # the row for all, when nothing is known of the person
        ({"age_years": 30}, 5.9),
        ({"age_years": 39.9}, 5.9),
        ({"age_years": 40}, 4.2),
        ({"age_years": 79}, 3.8),
        ({"age_years": 85}, 4.1),  # beyond every stratum
    ],
)
def test_a_limit_of_the_persons_own_stratum_is_used(context: dict[str, float], value: float) -> None:
    limits = reference_limits(("aanem_2016",))
    found = limits.find(
        nerve="median",
        record_at="apb",
        quantity="amplitude",
        context=Context(**context),  # type: ignore[arg-type]
    )
    assert found is not None
    assert found.value == value
    assert found.source.citation


def test_sex_and_age_together_are_more_particular_than_age() -> None:
    limits = reference_limits(("aanem_2016",))

    def latency(**context: object) -> float:
        found = limits.find(
            nerve="median",
            record_at="apb",
            quantity="distal_motor_latency",
            context=Context(**context),  # type: ignore[arg-type]
        )
        assert found is not None
        return found.value

    assert (latency(), latency(age_years=60, sex="male"), latency(age_years=60, sex="female")) == (
        4.5,
        4.7,
        4.4,
    )


LAB = "nerve,record_at,quantity,bound,value,unit,citation\nmedian,apb,amplitude,lower,9,mV,Our laboratory 2024 (120 volunteers)\n"


def test_a_laboratorys_own_limits_come_first_and_are_shown_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, page = tmp_path / "lab.csv", tmp_path / "report.html"
    file.write_text(LAB.replace(",9,", ",12,"), encoding="utf-8")
    assert main(["ncs", str(STUDY), "--json", "--limits", str(file), "--html", str(page)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["limits"][0] == "laboratory"
    assert document["limit_sources"]["laboratory"] == ["Our laboratory 2024 (120 volunteers)"]
    (low,) = [o for o in document["out_of_limits"] if o["quantity"] == "amplitude"]
    assert (low["nerve"], low["limit"], low["source"]) == (
        "median",
        12.0,
        "Our laboratory 2024 (120 volunteers)",
    )
    text = page.read_text(encoding="utf-8")
    assert "this laboratory" in text
    assert "Our laboratory 2024 (120 volunteers)" in text
    assert main(["ncs", str(STUDY), "--json"]) == 0
    assert not [
        o for o in json.loads(capsys.readouterr().out)["out_of_limits"] if o["quantity"] == "amplitude"
    ]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (("mV", "uV"), "mv for amplitude"),
        ((",9,", ",nine,"), '"nine" is not a number'),
        (("lower", "low"), "lower or upper"),
        (("Our laboratory 2024 (120 volunteers)", ""), "names where it comes from"),
        (("amplitude", "size"), "One of: amplitude"),
        (("citation", "remark"), "no column citation"),
    ],
)
def test_a_limits_file_at_fault_is_refused_by_row_and_column(change: tuple[str, str], part: str) -> None:
    with pytest.raises(StudyError) as caught:
        read_limits(LAB.replace(*change), path="lab.csv", lab=True)
    told = "\n".join(str(fault) for fault in caught.value.faults)
    assert part in told
    assert "lab.csv" in told


def test_an_unknown_table_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ncs", str(STUDY), "--limits", "nowhere"]) == 2
    assert "preston_shapiro" in capsys.readouterr().err
    with pytest.raises(DataError):
        reference_limits(("nowhere",))


def test_every_shipped_limit_names_its_source() -> None:
    limits = reference_limits()
    assert set(limits.names) == {"preston_shapiro", "measured_series", "aanem_2016"}
    assert all(limit.source.citation and limit.source.locator for table in limits.tables for limit in table)
