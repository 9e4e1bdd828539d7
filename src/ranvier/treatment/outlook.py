"""From a diary to everything that is said of it: the treatment's main path."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from ranvier.terms import DiaryError, Fault, InputRefused

from .alternatives import Alternative, Reason, as_of, next_choices, to_avoid
from .circumstances import read_circumstances
from .diary import Diary
from .flag import Flag, Severity
from .forecast import Forecast, as_rows, courses, forecast, present_schedule
from .information import Measurement, further_measurements, what_was_learned
from .observations import Series
from .patterns import Answer, Pattern, find_patterns, side_difference
from .plans import Plan, compare_plans, level_to_hold
from .posterior import FitStatus, Posterior, fit
from .safety import SafetyCase, judge_safety
from .wear_off import WearOff, find_wear_off, primary_series
from .withdrawal import Protocol, protocols

# With one of these, what the fit says is for the clinic to look at and not for the patient to be told.
TO_BE_LOOKED_AT = {"model_does_not_fit", "fit_not_settled", "device_or_unit_mismatch", "diagnosis_uncertain"}
FEWEST_DRAWS, MOST_DRAWS = 20, 100_000
LONGEST_HORIZON_DAYS = 3653
OUTSIDE = 0.005  # each side of the 99 % range of rule S29


@dataclass(frozen=True)
class Outlook:
    """Everything that follows from one diary."""

    diary: Diary
    posterior: Posterior
    forecast: Forecast
    series: Series | None
    wear_off: WearOff
    patterns: tuple[Pattern, ...]
    plans: tuple[Plan, ...]
    protocols: tuple[Protocol, ...]
    flags: tuple[Flag, ...]
    learned: tuple[str, ...]
    measurements: tuple[Measurement, ...]
    reason: Reason | None
    alternatives: tuple[Alternative, ...]
    level: float | None

    @property
    def is_refused(self) -> bool:
        """Whether a rule refuses any plan at all for now."""
        return any(flag.severity is Severity.REFUSE for flag in self.flags)

    @property
    def has_own_numbers(self) -> bool:
        """Whether a number may be told to the patient as their own: no rule says that the fit or the data must be looked at."""
        return not any(
            flag.id in TO_BE_LOOKED_AT and flag.severity is not Severity.INFO for flag in self.flags
        )

    def as_json(self) -> dict[str, object]:
        """The document of `ranvier forecast --json`."""
        fitted = {name: found.as_json() for name, found in self.posterior.summary().items()}
        settled = self.posterior.r_hat is not None and self.posterior.effective_draws is not None
        return {
            "fit": {
                "parameters": fitted,
                "learned": self.posterior.learned(),
                "learned_in_words": list(self.learned),
                "status": self.posterior.status.name.lower(),
                "status_in_words": self.posterior.status.value,
                "r_hat": float(np.max(self.posterior.r_hat))
                if settled and self.posterior.r_hat is not None
                else None,
                "effective_draws": (
                    float(np.min(self.posterior.effective_draws))
                    if settled and self.posterior.effective_draws is not None
                    else None
                ),
                "axon_loss_per_year": {
                    series.name: self.posterior.axon_loss_per_year(series).as_json()
                    for series in self.posterior.observations.series
                },
                "responds": {
                    series.name: self.posterior.responder_chance(series.name)
                    for series in self.posterior.observations.series
                },
            },
            "forecast": as_rows(self.forecast, self.diary),
            "wear_off": self.wear_off.as_json(),
            "plans": [plan.as_json() for plan in self.plans],
            "flags": [flag.as_json() for flag in self.flags],
            "patterns": [
                {
                    "id": pattern.id,
                    "measure": pattern.series.name,
                    "answer": pattern.answer.value,
                    "change": pattern.change,
                    "error": pattern.error,
                    "because": pattern.because,
                }
                for pattern in self.patterns
            ],
            "protocols": [protocol.as_json() for protocol in self.protocols],
            "measurements": [row.as_json() for row in self.measurements],
            "alternatives": {
                "reason": self.reason.name.lower() if self.reason else None,
                "first": self.reason.value if self.reason else None,
                "as_of": as_of(),
                "choices": [one.as_json() for one in self.alternatives],
                "avoid": [one.as_json() for one in to_avoid()],
            },
            "level": self.level,
            "purpose": "A simulation for a prescriber to weigh; it instructs no one.",
        }


def look_ahead(
    diary: Diary,
    *,
    measure: str | None = None,
    level: float | None = None,
    horizon_days: int | None = None,
    seed: int | None = None,
    n_draws: int = 2000,
) -> Outlook:
    """Fit a diary and say everything that follows from it.

    Parameters
        measure : Name of the series that plans are to hold (`grip_left`); the one that shows treatment best if not given.
        level : The strength that plans are to hold, in its unit; that of the wear-off if not given.
    Raises
        DiaryError: no series has the name `measure`.
        InputRefused: a level, horizon, seed or number of draws that cannot be.
    """
    _check(level=level, horizon_days=horizon_days, seed=seed, n_draws=n_draws)
    posterior = fit(diary.observations(), seed=seed, n_draws=n_draws)
    series = _chosen(posterior, measure)
    found = forecast(posterior, diary, horizon_days=horizon_days)
    wear_off = find_wear_off(posterior, diary, series)
    patterns = tuple(p for one in posterior.observations.series for p in find_patterns(diary, one))
    case = safety_case(diary, posterior, series, found, is_device_chosen=measure is not None)
    safety = judge_safety(case)
    held = level_to_hold(wear_off, level)
    plans = compare_plans(posterior, diary, series, case, level=held)
    blocking = tuple(flag for flag in safety if flag.severity is Severity.REFUSE)
    if blocking:  # a refusal that concerns the patient concerns every plan
        plans = tuple(
            replace(
                plan,
                flags=plan.flags + tuple(f for f in blocking if f.id not in {g.id for g in plan.flags}),
                is_pareto=False,
            )
            for plan in plans
        )
    reason = _reason(posterior, series, patterns, wear_off)
    flags = (
        *diary.flags,
        *_pattern_flags(patterns),
        *_fit_flags(posterior, series),
        *_hands(posterior),
        *safety,
    )
    return Outlook(
        diary=diary,
        posterior=posterior,
        forecast=found,
        series=series,
        wear_off=wear_off,
        patterns=patterns,
        plans=plans,
        protocols=protocols(posterior, diary, series),
        flags=flags,
        learned=what_was_learned(posterior, diary) if posterior.status is not FitStatus.PRIOR_ONLY else (),
        measurements=further_measurements(posterior, found, series),
        reason=reason,
        alternatives=next_choices(reason) if reason else (),
        level=held,
    )


def _check(*, level: float | None, horizon_days: int | None, seed: int | None, n_draws: int) -> None:
    """Refuse choices that cannot be followed; a person typed them."""
    for path, given, fits, expected in (
        ("level", level, level is None or 0 < level < math.inf, "A strength above 0, in the unit of the measure"),
        ("horizon_days", horizon_days, horizon_days is None or 1 <= horizon_days <= LONGEST_HORIZON_DAYS,
         f"1 to {LONGEST_HORIZON_DAYS} days: nothing is known beyond some years"),
        ("seed", seed, seed is None or seed >= 0, "A whole number from 0"),
        ("draws", n_draws, FEWEST_DRAWS <= n_draws <= MOST_DRAWS, f"{FEWEST_DRAWS} to {MOST_DRAWS:,}; 2000 is usual"),
    ):  # fmt: skip
        if not fits:
            raise InputRefused(path=path, given=f"{given}", expected=expected)


def _chosen(posterior: Posterior, measure: str | None) -> Series | None:
    if measure is None:
        return primary_series(posterior)
    names = [series.name for series in posterior.observations.series]
    if measure not in names:
        raise DiaryError(
            [Fault("measure", f'"{measure}" is not in the diary', f"One of: {', '.join(names) or 'none'}")]
        )
    return posterior.observations.series[names.index(measure)]


def safety_case(
    diary: Diary,
    posterior: Posterior,
    series: Series | None,
    found: Forecast,
    *,
    is_device_chosen: bool = False,
) -> SafetyCase:
    """Gather what the rules look at."""
    present = present_schedule(diary)
    monthly = [sum(g.grams for g in course) for course in courses(diary)]
    starts = [course[0].date for course in courses(diary)]
    highest = None
    if len(starts) > 1:
        rates = [
            grams * 30.4375 / max((later - start).days, 1)
            for grams, start, later in zip(monthly, starts, starts[1:], strict=False)
        ]
        highest = float(np.median(sorted(rates)[-3:]))
    return SafetyCase(
        circumstances=read_circumstances(diary),
        weight_kg=diary.weight_kg,
        present=present,
        proposed=None,
        is_naive=not diary.given or (diary.is_untreated_at_start and len(courses(diary)) <= 1),
        has_immunoglobulin=bool(diary.given),
        highest_g_per_month=highest,
        falls_in_taper=_falls_in_taper(diary, series),
        misfits=_misfits(posterior, found),
        has_device_switch=not is_device_chosen
        and any(flag.id == "dynamometer_switch" for flag in diary.flags),
    )


def _misfits(posterior: Posterior, found: Forecast) -> int | None:
    """How many of the two latest readings of each series lie outside the model's 99 % range; the worst series counts."""
    if not found.curves:
        return None
    values = posterior.values(400)
    worst = 0
    rng = np.random.default_rng(1)
    for series in posterior.observations.series:
        if len(series) < 4:
            continue
        strength = posterior.strength(series, posterior.model.timetable, 400)[:, series.days[-2:]]
        error = values[f"error_sd.{series.name}"][:, None] * rng.standard_normal(strength.shape)
        reading = strength * np.exp(error) if series.measure.is_proportional else strength + error
        low, high = np.quantile(reading, [OUTSIDE, 1 - OUTSIDE], axis=0)
        worst = max(worst, int(np.sum((series.values[-2:] < low) | (series.values[-2:] > high))))
    return worst


def _falls_in_taper(diary: Diary, series: Series | None) -> int | None:
    """Latest readings in a row below the former level by what matters, if the dose was cut by more than a tenth; else None."""
    found = courses(diary)
    if series is None or len(found) < 4:
        return None
    grams = [sum(g.grams for g in course) for course in found]
    before = float(np.median(grams[:-2]))
    if grams[-1] > 0.9 * before:
        return None
    cut = next(i for i, g in enumerate(grams) if g <= 0.9 * before)
    day = diary.day_of(found[cut][0].date)
    former = series.values[series.days < day]
    latter = series.values[series.days >= day]
    if len(former) < 3 or not len(latter):
        return None
    low = float(np.median(former)) - series.measure.smallest_change
    in_a_row = 0
    for value in latter[::-1]:
        if value > low:
            break
        in_a_row += 1
    return in_a_row


def _pattern_flags(patterns: tuple[Pattern, ...]) -> tuple[Flag, ...]:
    flags = []
    for pattern in patterns:
        source = str(pattern.series.measure.source)
        name = pattern.series.name.replace("_", " ")
        if pattern.answer is Answer.YES:
            severity = Severity.WARN if pattern.matters else Severity.INFO
            flags.append(Flag(f"{pattern.id}_pattern", severity, f"{name}: {pattern.because}", source))
        elif pattern.answer is Answer.UNKNOWN:
            flags.append(Flag(f"{pattern.id}_unknown", Severity.INFO, f"{name}: {pattern.because}", source))
    return tuple(flags)


def _fit_flags(posterior: Posterior, series: Series | None) -> tuple[Flag, ...]:
    flags = []
    if posterior.status is FitStatus.NOT_SETTLED:
        flags.append(
            Flag(
                "fit_not_settled",
                Severity.REFUSE,
                posterior.status.value,
                "R-hat above 1.05 or few effective draws",
            )
        )
    if posterior.status is FitStatus.PRIOR_ONLY:
        flags.append(
            Flag("prior_only", Severity.WARN, posterior.status.value, "therapy-priors, each with its source")
        )
    if series is not None and posterior.status is FitStatus.SETTLED and posterior.observations.doses:
        chance = posterior.responder_chance(series.name)
        if chance < 0.2:
            flags.append(
                Flag(
                    "no_response_likely",
                    Severity.WARN,
                    f"{series.name.replace('_', ' ')}: the chance that treatment does anything measurable is {chance:.0%}",
                    "Beta(17, 3) share of responders before the diary",
                )
            )
    return tuple(flags)


def _hands(posterior: Posterior) -> tuple[Flag, ...]:
    by_name = {series.name: series for series in posterior.observations.series}
    left, right = by_name.get("grip_left"), by_name.get("grip_right")
    if left is None or right is None or left.measure.id != right.measure.id:
        return ()
    return (Flag("hands_differ", Severity.INFO, side_difference(left, right), "the diary itself"),)


def _reason(
    posterior: Posterior, series: Series | None, patterns: tuple[Pattern, ...], wear_off: WearOff
) -> Reason | None:
    """Why immunoglobulin may not suffice here, if the diary shows it."""
    if series is None or posterior.status is not FitStatus.SETTLED or not posterior.observations.doses:
        return None
    if posterior.responder_chance(series.name) < 0.2:
        return Reason.NO_RESPONSE
    if any(p.id == "slow_decline" and p.answer is Answer.YES for p in patterns):
        return Reason.SLOW_DECLINE
    if any(p.id == "end_of_dose" and p.answer is Answer.YES for p in patterns):
        return Reason.WEARS_OFF
    return None
