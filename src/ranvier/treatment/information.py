"""What the diary taught, in words, and which further measurements would teach most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .diary import Diary
from .facts import facts
from .forecast import Forecast, courses
from .kinetics import lay_out
from .observations import Series
from .posterior import Posterior
from .scan import Array

DRAWS = 600
LITTLE, MUCH = 0.15, 0.5


@dataclass(frozen=True)
class Measurement:
    """Further readings and what they would be expected to teach.

    `gain_bits` is the expected information about everything unknown; `narrows` the share by which each named spread is
    expected to shrink.
    """

    id: str
    label: str
    n_readings: int
    gain_bits: float
    narrows: dict[str, float]

    def as_json(self) -> dict[str, object]:
        """The proposal with its gain."""
        return {
            "id": self.id,
            "label": self.label,
            "readings": self.n_readings,
            "expected_gain_bits": self.gain_bits,
            "narrows": self.narrows,
        }


WATCHED = {
    "maximal_effect_fraction": "how much treatment can do",
    "half_effect_g_per_l": "how much IgG half of the effect takes",
    "block_turnover_per_day": "how fast strength comes and goes",
    "clearance_l_per_day": "how fast IgG leaves",
}


def what_was_learned(posterior: Posterior, diary: Diary) -> tuple[str, ...]:
    """Sentences on what this diary could and could not teach."""
    learned = posterior.learned()
    sentences = []
    for series in posterior.observations.series:
        base = learned[f"base.{series.name}"]
        effect = learned[f"maximal_effect_fraction.{series.name}"]
        at = _where_in_cycle(diary, series)
        name = series.name.replace("_", " ")
        sentences.append(
            f"{name}: {len(series)} readings{at}. The usual level is {_degree(base)}; how much treatment can do is "
            f"{_degree(effect)}."
        )
    speed = learned["block_turnover_per_day"]
    half = learned["half_effect_g_per_l"]
    sentences.append(
        f"How fast strength comes and goes is {_degree(speed)}; how much IgG it takes is {_degree(half)}."
    )
    if speed < MUCH and posterior.observations.series:
        sentences.append(
            "Readings at one point of the cycle only teach the usual level; a reading at home twice a week would show how fast "
            "strength fades."
        )
    if not len(posterior.observations.igg):
        sentences.append(
            "No IgG was measured, so the height of the IgG curve is that of a typical patient of this weight."
        )
    for series in posterior.observations.series:
        loss = posterior.axon_loss_per_year(series)
        sentences.append(
            f"{series.name.replace('_', ' ')}: axons lost a year {loss.median:.1%} ({loss.low:.1%} to {loss.high:.1%})."
        )
    if posterior.observations.n_days < 365:
        sentences.append(
            "Slow loss of axons takes years to show; its rate here is mostly what is believed of any patient."
        )
    return tuple(sentences)


def _degree(share: float) -> str:
    if share < LITTLE:
        return "not learned (still what is believed of any patient)"
    return "learned in part" if share < MUCH else "learned well"


def _where_in_cycle(diary: Diary, series: Series) -> str:
    starts = {diary.day_of(course[0].date) for course in courses(diary)}
    if not starts or not len(series):
        return ""
    before = sum(int(day) in starts or int(day) + 1 in starts for day in series.days)
    return ", nearly all just before infusions" if before >= 0.8 * len(series) else ""


def further_measurements(
    posterior: Posterior, found: Forecast, series: Series | None
) -> tuple[Measurement, ...]:
    """Rank further measurements over the coming cycle by expected information, for the present schedule.

    The expectation is that of a linear-Gaussian model with the posterior's own covariances: half the log determinant of
    (noise + predicted spread) over noise. No interval is ever stretched for the sake of learning.
    """
    if series is None:
        return ()
    cycle = found.schedule.interval_days if found.schedule else 28
    start = next((dose.day for dose in found.planned), found.today + 1)
    end = start + cycle
    timetable = lay_out([*posterior.observations.doses, *found.planned], end)
    strength = posterior.strength(series, timetable, DRAWS)
    values = posterior.values(DRAWS)
    home_sd = float(facts("measures")["home_error"]["proportional_sd"])
    clinic_sd = series.measure.error_sd
    relative = np.log(np.maximum(strength, 1e-6)) if series.measure.is_proportional else strength
    if not series.measure.is_proportional:
        home_sd = clinic_sd
    igg = np.log(
        posterior.igg(timetable, DRAWS)
        + np.asarray(values.get("own_igg_g_per_l", np.full(DRAWS, 11.0)))[:, None]
    )
    ten = min(10, cycle - 1)
    choices = [
        (
            "before_next_infusion",
            "one reading before the next infusion, in clinic",
            relative,
            [start],
            clinic_sd,
        ),
        (
            "peak_and_before",
            "a reading ten days after the next infusion and one before the one after, in clinic",
            relative,
            [start + ten, end],
            clinic_sd,
        ),
        (
            "home_twice_a_week",
            "a reading at home twice a week over one cycle",
            relative,
            sorted({start + round(3.5 * i) for i in range(int(cycle / 3.5) + 1)}),
            home_sd,
        ),
        (
            "home_daily",
            "a reading at home every day over one cycle",
            relative,
            list(range(start, end + 1)),
            home_sd,
        ),
        ("igg_pair", "IgG just after and just before an infusion", igg, [start, end - 1], 0.10),
    ]
    targets = _targets(posterior, series)
    rows = []
    for id, label, predicted, days, sd in choices:
        at = predicted[:, days]
        noise = sd**2 * _correlation(np.array(days), id.startswith("home"))
        spread = np.cov(at.T).reshape(len(days), len(days))
        gain = 0.5 * (np.linalg.slogdet(noise + spread)[1] - np.linalg.slogdet(noise)[1]) / np.log(2)
        rows.append(Measurement(id, label, len(days), float(gain), _narrowing(targets, at, noise + spread)))
    return tuple(sorted(rows, key=lambda row: -row.gain_bits))


def _targets(posterior: Posterior, series: Series) -> dict[str, Array]:
    z = posterior.thinned(DRAWS)
    columns = {
        name: posterior.model.index.get(name, posterior.model.index.get(f"{name}.{series.name}"))
        for name in WATCHED
    }
    return {WATCHED[name]: z[:, column] for name, column in columns.items() if column is not None}


def _correlation(days: Array, is_home: bool) -> Array:
    if not is_home:
        return np.eye(len(days))
    per_day = float(facts("measures")["home_error"]["correlation_per_day"])
    return np.asarray(per_day ** np.abs(days[:, None] - days[None]))


def _narrowing(targets: dict[str, Array], at: Array, total: Array) -> dict[str, float]:
    """Expected share by which each target's standard deviation shrinks."""
    centred = at - at.mean(axis=0)
    result = {}
    for name, target in targets.items():
        away = target - target.mean()
        covariance = away @ centred / len(away)
        explained = float(covariance @ np.linalg.solve(total, covariance)) / max(float(np.var(target)), 1e-12)
        result[name] = float(1 - np.sqrt(max(1 - min(explained, 1.0), 0.0)))
    return result
