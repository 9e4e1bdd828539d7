"""The study table: spellings, units, every fault at once, round trips."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.conduction import judge_study
from ranvier.exchange.study_csv import COLUMNS, read_study, write_study
from ranvier.recording import Kind, Recording
from ranvier.terms import Side, StudyError

HEADER = ",".join(COLUMNS)
GOOD = (
    HEADER + "\nmedian,right,motor,APB,wrist,70,3.4,,9.1,,28.0,5.6,33"
    "\nmedian,right,motor,APB,elbow,220,7.5,,8.8,,27.0,5.8,33\n"
)


def refused(text: str) -> list[str]:
    with pytest.raises(StudyError) as caught:
        read_study(text.encode())
    return [str(fault) for fault in caught.value.faults]


def test_a_plain_study_is_read() -> None:
    found = read_study(GOOD.encode())
    assert [r.stimulate_at for r in found.recordings] == ["wrist", "elbow"]
    assert found.recordings[0] == Recording(
        "median", Side.RIGHT, Kind.MOTOR, "apb", "wrist", distance_mm=70, onset_latency_ms=3.4,
        negative_peak_amplitude_mv=9.1, negative_peak_area_mv_ms=28.0, negative_peak_duration_ms=5.6,
        temperature_celsius=33,
    )  # fmt: skip
    assert not found.faults


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Nerve;Side;Type;Muscle;Stim site;Onset latency (ms);Amp (mV);Distance (cm)",
         "Fibular;L;CMAP;EDB;Ankle;4,6;5,2;8"),
        ("nerve\tside\tkind\trecord_at\tstimulate_at\tlatency\tamplitude_mv\tdistance_mm",
         "peroneal\tleft\tmotor\tedb\tank\t4.6\t5200 uV\t8 cm"),
        ("nerve,side,kind,record at,stimulate at,DML,amplitude (\u00b5V),distance_mm",
         "common peroneal,Lt,m,EDB,ankle,4.6,5200,80"),
    ],
)  # fmt: skip
def test_spellings_separators_and_units_in_use_are_accepted(header: str, row: str) -> None:
    (found,) = read_study(f"{header}\n{row}\n".encode()).recordings
    assert (found.nerve, found.side, found.kind, found.record_at) == (
        "peroneal",
        Side.LEFT,
        Kind.MOTOR,
        "edb",
    )
    assert found.negative_peak_amplitude_mv == pytest.approx(5.2)
    assert found.onset_latency_ms == pytest.approx(4.6)
    assert found.distance_mm == pytest.approx(80)


def test_every_fault_is_reported_at_once_by_row_and_column() -> None:
    text = HEADER + (
        "\nmedian,right,motor,APB,wrist,70,-3,,8400,,28,5.6,33"
        "\nmedan,R,motor,APB,wrist,70,3,,8,,28,5.6,33"
        "\nulnar,middle,motr,ADM,wrst,70,abc,,8,,28,5.6,33"
    )
    told = "\n".join(refused(text))
    for part in (
        "row 2, onset_latency_ms", "row 2, amplitude_mv", "8400 uV", "row 3, nerve", "Nearest match: median",
        "row 4, side", "row 4, kind", "row 4, stimulate_at", "row 4, onset_latency_ms",
    ):  # fmt: skip
        assert part in told


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ('"', "no header"),  # found by the fuzz
        (HEADER, "no rows"),
        ("a,b,c\n1,2,3", "no column nerve"),
        ("nerve,side,kind,record_at\nmedian,r,motor,apb", "no column stimulate_at"),
        ("nerve,side,kind,record_at,stimulate_at,amplitude\nmedian,r,motor,apb,wrist,4", "has no unit"),
        ("nerve,nerve,side,kind,record_at,stimulate_at\nm,m,r,motor,apb,wrist", "there already"),
        (HEADER + "\nmedian,right,motor,APB,wrist,70,NaN,,9,,28,5.6,33", "not a number"),
        (HEADER + "\nmedian,right,motor,APB,wrist,70,inf,,9,,28,5.6,33", "not a number"),
        (HEADER + "\nmedian,right,motor,APB,wrist,70,3.4,2.0,9,,28,5.6,33", "before the onset"),
        (HEADER + "\nmedian,right,motor,APB,wrist,70,3.4,,9 furlongs,,28,5.6,33", "unit we do not know"),
        (HEADER + "\nmedian,right,motor,APB,wrist,70,3.4,,9,20,28,5.6,33", "do not agree"),
        (HEADER + "\nmedian,right,motor,APB,wrist,70,3.4,,9,,28,5.6,330", "temperature"),
        (GOOD + "median,R,cmap,thenar,wr,70,3.4,,9.1,,28.0,5.6,33", "same response as row 2"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(text: str, part: str) -> None:
    assert any(part in line for line in refused(text)), refused(text)


def test_a_study_with_one_bad_nerve_still_reports_the_others() -> None:
    found = read_study(
        (
            GOOD
            + "ulnar,right,motor,ADM,wrist,70,x,,9,,28,5.6,33\nulnar,right,motor,ADM,BE,210,6,,9,,28,5.6,33"
        ).encode()
    )
    assert found.left_out == ("right ulnar",)
    assert {r.nerve for r in found.recordings} == {"median"}
    assert "row 4" in found.faults[0].path
    assert len(judge_study(found).segments) == 1


def test_unknown_columns_are_kept_and_reported() -> None:
    found = read_study(
        b"nerve,side,kind,record_at,stimulate_at,amplitude_mv,remark\nmedian,r,motor,apb,wrist,9,cold room\n"
    )
    assert found.unknown_columns == ("remark",)
    assert "cold room" in write_study(found)


def test_no_response_is_zero_and_empty_is_not_measured() -> None:
    text = "nerve,side,kind,record_at,stimulate_at,amplitude_mv,area_mv_ms\n"
    text += "median,r,motor,apb,wrist,NR,\nmedian,r,motor,apb,elbow,-,n/a"
    absent, unmeasured = read_study(text.encode()).recordings
    assert absent.is_absent
    assert unmeasured.negative_peak_amplitude_mv is None
    assert not unmeasured.is_absent


def test_amplitudes_go_to_the_unit_of_their_kind() -> None:
    text = "nerve,side,kind,record_at,stimulate_at,amplitude_mv,amplitude_uv\n"
    text += "median,r,sensory,d2,wrist,0.021,\nmedian,r,motor,apb,wrist,,8400"
    snap, muscle = read_study(text.encode()).recordings
    assert snap.negative_peak_amplitude_uv == pytest.approx(21)
    assert muscle.negative_peak_amplitude_mv == pytest.approx(8.4)


values = st.one_of(st.none(), st.floats(0.1, 50).map(lambda x: round(x, 4)))


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["wrist", "elbow", "axilla", "erb"]), values, values, values, values),
        min_size=1, max_size=4, unique_by=lambda row: row[0],
    )
)  # fmt: skip
def test_a_study_survives_writing_and_reading(
    rows: list[tuple[str, float | None, float | None, float | None, float | None]],
) -> None:
    recordings = tuple(
        Recording(
            "median", Side.LEFT, Kind.MOTOR, "apb", site, distance_mm=distance, onset_latency_ms=latency,
            negative_peak_amplitude_mv=amplitude, negative_peak_area_mv_ms=area, stimulus_ma=latency,
        )
        for site, distance, latency, amplitude, area in rows
    )  # fmt: skip
    from ranvier.conduction import Study

    assert read_study(write_study(Study(recordings)).encode()).recordings == recordings


def test_the_order_of_rows_and_columns_does_not_matter() -> None:
    lines = GOOD.strip().split("\n")
    cells = [line.split(",") for line in lines]
    order = list(range(len(COLUMNS)))
    random.Random(4).shuffle(order)
    shuffled = "\n".join(",".join(row[i] for i in order) for row in [cells[0], cells[2], cells[1]])
    first = judge_study(read_study(GOOD.encode())).segments[0].segment
    second = judge_study(read_study(shuffled.encode())).segments[0].segment
    assert (first.distal, first.proximal) == (second.distal, second.proximal)


def test_five_thousand_rows_are_read() -> None:
    sites, muscles = ("wrist", "elbow", "axilla", "erb"), ("APB", "FCR")
    row = "median,right,motor,{m},{s},70,3.4,,9.1,,28.0,5.6,33"
    unique = [row.format(m=m, s=s) for m in muscles for s in sites]
    text = HEADER + "\n" + "\n".join(unique[i % len(unique)] for i in range(5000))
    found = "\n".join(refused(text))  # the same few responses over and over: every repeat is named
    assert found.count("the same response") == 5000 - len(unique)
