"""What a stimulated fibre did, as plain values for the command line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from .fibre import Fibre, build_fibre
from .lesion_file import read_lesion_file
from .model import load_model
from .propagation import Conduction, Outcome, Pulse, conduct
from .trains import LONGEST_MS, TrainLimits, longest_travel_ms
from .weights import Scheme

#: A healthy fibre conducts above 1.5 m/s per um even at 25 degrees; a lesion may add some tens of ms.


def run_duration_ms(fibre: Fibre, start_ms: float = 0.5) -> float:
    """How long to follow an impulse before it must have arrived or died."""
    return start_ms + longest_travel_ms(fibre)


def attack_fibre(
    *,
    diameter_um: float,
    length_mm: float,
    lesion_path: Path | None = None,
    celsius: float | None = None,
    model: str = "mrg_2002",
    variant: str | None = None,
    current_na: float = 2.0,
    time_step_us: float = 2.5,
    scheme: Scheme = Scheme.SECOND_ORDER,
) -> Conduction:
    """Build one fibre, attack it with a lesion file, stimulate its first node and follow the impulse.

    Raises
        NerveError, DocumentRefused: the fibre, the lesion or the stimulus cannot be.
    """
    lesions = None if lesion_path is None else read_lesion_file(lesion_path)
    if celsius is None:
        celsius = lesions.temperature_celsius if lesions and lesions.temperature_celsius is not None else 37.0
    fibre = build_fibre(diameter_um, length_mm=length_mm, celsius=celsius, model=load_model(model, variant))
    if lesions is not None:
        fibre = lesions.attack(fibre)
    return conduct(
        [fibre],
        [Pulse(current_na=current_na)],
        duration_ms=run_duration_ms(fibre),
        time_step_us=time_step_us,
        scheme=scheme,
        stop_when_node_fires=-1,
    )[0]


def step_error_fraction(time_step_us: float, scheme: Scheme) -> float:
    """Estimate how much conduction time is off for this step: about 1.3 % at 5 us growing with its square, or 8.7 %
    growing with the step itself under backward Euler (medians over the reference conditions).
    """  # fmt: skip
    if scheme is Scheme.SECOND_ORDER:
        return 0.013 * (time_step_us / 5.0) ** 2
    return 0.087 * time_step_us / 5.0


def fibre_document(
    run: Conduction, *, scheme: Scheme, time_step_us: float, limits: TrainLimits | None = None
) -> dict[str, Any]:
    """The keys of `ranvier nerve fibre --json`; None where nothing is known. `limits` add two keys."""
    trains = {}
    if limits is not None:
        follows = limits.refractory_period_ms < LONGEST_MS  # false for NaN too
        trains = {
            "refractory_period_ms": limits.refractory_period_ms if follows else None,
            "maximal_frequency_hz": limits.frequency_hz
            if limits.frequency_hz > 1000.0 / LONGEST_MS
            else None,
        }
    velocity = run.velocity_m_per_s()
    return {
        "conduction_velocity_m_per_s": velocity if math.isfinite(velocity) and not run.is_blocked else None,
        "blocked": run.is_blocked,
        "blocked_at_mm": run.blocked_at_mm,
        "arrival_ms": [float(t) if math.isfinite(t) else None for t in run.arrival_ms],
        "node_position_mm": [round(float(x), 6) for x in run.fibre.node_position_mm],
        "outcome": run.outcome.name.lower(),
        "outcome_text": run.outcome.value,
        "model": run.fibre.model.id,
        "variant": run.fibre.model.variant,
        "diameter_um": run.fibre.diameter_um,
        "temperature_celsius": run.fibre.celsius,
        "scheme": scheme.value,
        "time_step_us": time_step_us,
        "estimated_error_fraction": step_error_fraction(time_step_us, scheme),
        **trains,
    }


def train_text(limits: TrainLimits) -> str:
    """What repeated impulses do, for people."""
    if not math.isfinite(limits.refractory_period_ms):
        return "No single impulse passes, hence no train."
    if limits.refractory_period_ms >= LONGEST_MS:
        return f"No second impulse passes within {LONGEST_MS:.0f} ms of the first."
    trains = (
        f"trains of ten pass whole up to {limits.frequency_hz:.0f} Hz"
        if limits.frequency_hz > 1000.0 / LONGEST_MS
        else f"no train of ten passes whole, even at {1000.0 / LONGEST_MS:.0f} Hz"
    )
    return f"A second impulse passes from {limits.refractory_period_ms:.2f} ms after the first; {trains}."


def fibre_text(run: Conduction) -> str:
    """The same for people."""
    fibre = run.fibre
    length = float(fibre.node_position_mm[-1])
    lines = [
        f"{fibre.model.label}, {fibre.diameter_um:g} um, {length:g} mm, {fibre.n_nodes} nodes, {fibre.celsius:g} °C",
    ]
    if run.outcome is Outcome.CONDUCTED:
        lines.append(
            f"Conducts: {run.velocity_m_per_s():.1f} m/s over the middle half, far end at {run.arrival_ms[-1]:.3f} ms."
        )
    elif run.blocked_at_mm is not None:
        lines.append(f"Blocked at {run.blocked_at_mm:.1f} mm from the stimulus: {run.outcome.value}.")
    else:
        lines.append(f"{run.outcome.name.lower().replace('_', ' ').capitalize()}: {run.outcome.value}.")
    return "\n".join(lines)
