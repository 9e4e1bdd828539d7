"""Make the example diaries anew: invented patients of ranvier's own model, with noise. No real person is in them.

PYTHONPATH=src python examples/diaries/make.py
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from ranvier.treatment.facts import measures
from ranvier.treatment.kinetics import Dose, Route
from ranvier.treatment.observations import Observations, Series
from ranvier.treatment.patient_model import PatientModel

HERE = Path(__file__).parent
SEED = 20261125
KNOWN = (
    "history,no,,anaphylaxis", "history,no,,IgA deficiency", "risk,no,,", "diagnosis,yes,,MMN confirmed", "sex,male,,",
    "height,178,cm,", "age,{age},years,", "rate,1.8,mL/kg/h,", "history,no,,migraine",
)  # fmt: skip


def strengths(
    days: dict[str, list[int]], doses: list[Dose], weight: float, naive: bool, **unknowns: float
) -> dict[str, np.ndarray]:
    """Expected strength of an invented patient on given days; unknowns by coordinate name (dots written as __)."""
    kg = measures()["grip_kg"]
    series = tuple(Series(name, kg, np.array(d), np.ones(len(d))) for name, d in days.items())
    model = PatientModel(Observations(tuple(doses), series, weight_kg=weight, is_untreated_at_start=naive))
    values = {c.name: np.array([c.value(np.zeros(1))[0]]) for c in model.coordinates}
    values.update({key.replace("__", "."): np.array([value]) for key, value in unknowns.items()})
    rise = model.rise(values)
    return {s.name: model.strength(values, model.course(values, rise, s.name), s)[0, s.days] for s in series}


def write(name: str, start: dt.date, weight: float, age: int, doses: list[tuple[int, float, str, str]],
          readings: list[tuple[int, str, float, str]], product: str, more: tuple[str, ...] = KNOWN) -> None:  # fmt: skip
    """Write one diary in order of date."""
    lines = [(0, f"weight,{weight:g},kg,"), (0, f"product,{product},,")]
    lines += [(0, line.format(age=age)) for line in more]
    lines += [(day, f"{kind},{grams:g},g,{detail}") for day, grams, kind, detail in doses]
    lines += [(day, f"{kind},{value:.1f},kg,{detail}") for day, kind, value, detail in readings]
    lines.sort(key=lambda line: line[0])
    rows = [f"{(start + dt.timedelta(days=day)).isoformat()},{rest}" for day, rest in lines]
    (HERE / f"{name}.csv").write_text(
        "date,kind,value,unit,detail\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )


def main() -> None:
    """Write all five."""
    rng = np.random.default_rng(SEED)

    def noisy(level: np.ndarray, sd: float) -> np.ndarray:
        return level * np.exp(sd * rng.standard_normal(len(level)))

    # A responder whose effect fades a week before each infusion; grip at home twice a week.
    starts = list(range(0, 30 * 9, 28))
    given = [(0, 160.0, "ivig", "first ever over 5 days"), *[(d, 80.0, "ivig", "") for d in starts[1:]]]
    doses = [Dose(i, 32.0) for i in range(5)] + [Dose(d, 80.0) for d in starts[1:]]
    days = [-d for d in (3,)] and sorted({round(3.5 * i) for i in range(74)})
    level = strengths({"grip_right": days, "grip_left": days}, doses, 80.0, True, base__grip_right=13.0,
                      base__grip_left=33.0, maximal_effect_fraction__grip_right=0.62,
                      maximal_effect_fraction__grip_left=0.05, block_turnover_per_day=0.22)  # fmt: skip
    rows = [
        (d, kind, v, "home")
        for kind, levels in level.items()
        for d, v in zip(days, noisy(levels, 0.07), strict=True)
    ]
    write("responder_wear_off", dt.date(2026, 1, 5), 80, 47, given, rows, "Gammagard Liquid")

    # Three years on a low dose, with strength slipping at the same point of the cycle; clinic readings.
    starts = list(range(0, 365 * 3, 42))
    doses = [Dose(d, 50.0) for d in starts]
    days = sorted({d + shift for d in starts for shift in (0, 12) if d + shift <= starts[-1] + 12})
    level = strengths({"grip_left": days}, doses, 75.0, False, base__grip_left=22.0, maximal_effect_fraction__grip_left=0.45,
                      background_axon_loss_per_year=0.05, block_axon_loss_per_year=0.16, rise_at_start_g_per_l=2.0)  # fmt: skip
    rows = [(d, "grip_left", v, "clinic") for d, v in zip(days, noisy(level["grip_left"], 0.06), strict=True)]
    write(
        "slow_decliner", dt.date(2023, 9, 4), 75, 61, [(d, 50.0, "ivig", "") for d in starts], rows, "Kiovig"
    )

    # Half a year of full doses without any effect.
    starts = list(range(14, 14 + 28 * 6, 28))
    given = [(14, 140.0, "ivig", "first ever over 5 days"), *[(d, 70.0, "ivig", "") for d in starts[1:]]]
    doses = [Dose(14 + i, 28.0) for i in range(5)] + [Dose(d, 70.0) for d in starts[1:]]
    days = sorted({0, 7, *[d + s for d in starts for s in (0, 9, 18)]})
    level = strengths(
        {"grip_left": days}, doses, 70.0, True, base__grip_left=15.0, maximal_effect_fraction__grip_left=0.02
    )
    rows = [(d, "grip_left", v, "clinic") for d, v in zip(days, noisy(level["grip_left"], 0.06), strict=True)]
    write("non_responder", dt.date(2026, 3, 2), 70, 55, given, rows, "Privigen")

    # From infusions every three weeks to weekly doses under the skin at the same monthly grams.
    veins, skin = list(range(0, 21 * 8, 21)), list(range(21 * 8 - 14, 21 * 8 + 7 * 20, 7))
    doses = [Dose(d, 60.0) for d in veins] + [Dose(d, 20.0, Route.SUBCUTANEOUS) for d in skin]
    given = [(d, 60.0, "ivig", "Gammagard Liquid") for d in veins] + [
        (d, 20.0, "scig", "Hizentra") for d in skin
    ]
    days = sorted({*range(0, skin[-1] + 5, 5)})
    level = strengths({"grip_right": days}, doses, 68.0, False, base__grip_right=12.0, maximal_effect_fraction__grip_right=0.55,
                      rise_at_start_g_per_l=4.0, sc_bioavailability_fraction=0.72, absorption_per_day=0.4)  # fmt: skip
    rows = [(d, "grip_right", v, "home") for d, v in zip(days, noisy(level["grip_right"], 0.07), strict=True)]
    write(
        "sc_switch",
        dt.date(2025, 11, 3),
        68,
        39,
        given,
        rows,
        "Hizentra",
        (*KNOWN[:-2], "sites,4,,", KNOWN[-1]),
    )

    # Three readings before infusions and nothing else known.
    doses = [Dose(d, 75.0) for d in (0, 28, 56)]
    level = strengths({"grip_left": [0, 28, 56]}, doses, 75.0, False, base__grip_left=14.0)
    rows = [
        (d, "grip_left", v, "") for d, v in zip((0, 28, 56), noisy(level["grip_left"], 0.06), strict=True)
    ]
    write(
        "too_little",
        dt.date(2026, 8, 3),
        75,
        50,
        [(d, 75.0, "ivig", "") for d in (0, 28, 56)],
        rows,
        "Gammagard Liquid",
        (),
    )


if __name__ == "__main__":
    main()
