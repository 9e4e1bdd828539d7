"""The sodium/potassium pump: a slow state of the node, off unless asked for.

MRG 2002 has no pump, so in it a lesion is blocked by heat and never by cold, and exercise changes nothing. Patients say
otherwise (docs/nerve.md, "contrary evidence"). Each node here carries internal sodium n (1 at rest), fed by its
resting entry, by a leak where the lesion is, and by impulses; the pump answers with

    I = I_max(T) n^3 / (n^3 + k^3),    d n/dt = (entry - 3 I) / (3 I_rest tau),

one net charge out for three sodium ions in. What the membrane sees is a steady current: leak - (I - I_rest).
The impulse itself is then run with that current held, since sodium moves over seconds and an impulse over milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import DataError, NerveError
from ranvier.terms.vocabulary import read_toml

from .fibre import PER_INTERNODE, Fibre
from .lesion import Place, Size, nodes_at, sizes_for

FILE = Path(__file__).parent / "slow_states" / "sodium_pump.toml"
BASE_CELSIUS = 37.0
STEP_S = 0.05
SETTLED_S = 2000.0
MOST_HZ = 300.0


@dataclass(frozen=True)
class Pump:
    """Parameters of the pump of one node; at rest at 37 degrees it carries `resting_current_na`."""

    resting_current_na: float
    maximal_over_resting: float
    q10: float
    leak_q10: float
    charge_per_impulse_pc: float
    time_constant_s: float

    def current_na(self, sodium: float, celsius: float) -> float:
        """Net outward current at an internal sodium (1 = rest) and temperature."""
        # h(1) = 1 / maximal_over_resting fixes the half-saturating sodium.
        half_cubed = self.maximal_over_resting - 1.0
        maximal = self.resting_current_na * self.maximal_over_resting * self.speed(celsius)
        return float(maximal * sodium**3 / (sodium**3 + half_cubed))

    def speed(self, celsius: float) -> float:
        """Factor on the pump at a temperature."""
        return float(self.q10 ** ((celsius - BASE_CELSIUS) / 10.0))


@dataclass(frozen=True)
class PumpState:
    """A node after some time: sodium (1 = rest), the pump's current, and the steady current its membrane feels.

    `net_current_na` is positive when it depolarises.
    """

    sodium: float
    pump_current_na: float
    net_current_na: float


@cache
def load_pump() -> Pump:
    """Read the pump's parameters. Raises DataError if one has no source."""
    rows = read_toml(FILE)["parameters"]
    for name, row in rows.items():
        if not row.get("source") or not row.get("mark"):
            raise DataError(path=f"{FILE.name}: {name}", given="no source or mark", expected="Both")
    return Pump(**{name: float(row["value"]) for name, row in rows.items()})


def pump_after(
    pump: Pump, *, celsius: float, leak_na: float = 0.0, rate_hz: float = 0.0, duration_s: float = 0.0
) -> PumpState:
    """Let a node settle at a temperature with its leak, then carry impulses for a while.

    Parameters
        leak_na : Extra inward sodium current of a damaged node, at 37 degrees. [nA]
        rate_hz, duration_s : Impulses carried after it has settled.
    Raises
        NerveError: a negative leak, rate or duration.
    """
    if not (leak_na >= 0 and 0 <= rate_hz <= MOST_HZ and duration_s >= 0):
        raise NerveError(
            path="pump",
            given=f"leak {leak_na:g} nA, {rate_hz:g} Hz for {duration_s:g} s",
            expected=f"A leak and a duration of 0 or above, and 0 to {MOST_HZ:g} Hz",
        )
    leak = leak_na * pump.leak_q10 ** ((celsius - BASE_CELSIUS) / 10.0)
    resting_entry = 3.0 * pump.resting_current_na * pump.leak_q10 ** ((celsius - BASE_CELSIUS) / 10.0)
    sodium = _settled_sodium(pump, resting_entry + leak, celsius)
    entry = resting_entry + leak + rate_hz * pump.charge_per_impulse_pc * 1e-3
    scale = 3.0 * pump.resting_current_na * pump.time_constant_s
    for _ in range(round(duration_s / STEP_S)):
        sodium += STEP_S * (entry - 3.0 * pump.current_na(sodium, celsius)) / scale
    current = pump.current_na(sodium, celsius)
    return PumpState(sodium, current, leak - (current - pump.resting_current_na))


def _settled_sodium(pump: Pump, entry_na: float, celsius: float) -> float:
    """Sodium at which the pump meets the entry; far above rest where it cannot (the pump then runs flat out)."""
    maximal = pump.resting_current_na * pump.maximal_over_resting * pump.speed(celsius)
    share = entry_na / 3.0 / maximal
    highest = 10.0
    if share >= 1.0:
        return highest
    return float(min(highest, ((pump.maximal_over_resting - 1.0) * share / (1.0 - share)) ** (1 / 3)))


@dataclass(frozen=True)
class SodiumLeak:
    """Damaged nodes that let sodium in: a steady inward current of `leak_na` each, which a pump can answer.

    With the pump switched off the membrane feels the leak alone.
    """

    where: Place
    leak_na: Size

    def attack(self, fibre: Fibre) -> Fibre:
        """Add the bare leak as a steady current; `run_pump` replaces it by what the pump leaves of it."""
        nodes = nodes_at(fibre, self.where, "sodium_leak")
        leaks = sizes_for(self.leak_na, nodes.size, "sodium_leak.leak_na", 0.0, 1e3)
        current = fibre.steady_current_na.copy()
        current[nodes * PER_INTERNODE] += leaks
        return fibre.changed(steady_current_na=current)


def run_pump(
    fibre: Fibre, *, pump: Pump | None = None, rate_hz: float = 0.0, duration_s: float = 0.0
) -> Fibre:
    """Switch the pump on: every node's steady inward current is taken as its sodium leak and answered.

    Parameters
        rate_hz, duration_s : Impulses that every node has carried just before.
    Returns
        The fibre with the net steady currents; stimulate it with `conduct` as it is at that moment.
    """
    pump = pump or load_pump()
    at = fibre.nodes
    leaks = np.maximum(fibre.steady_current_na[at], 0.0)
    other = np.minimum(fibre.steady_current_na[at], 0.0)
    net: dict[float, float] = {
        leak: pump_after(
            pump, celsius=fibre.celsius, leak_na=leak, rate_hz=rate_hz, duration_s=duration_s
        ).net_current_na
        for leak in {float(value) for value in leaks}
    }
    current: NDArray[np.float64] = fibre.steady_current_na.copy()
    current[at] = np.array([net[float(leak)] for leak in leaks]) + other
    return fibre.changed(steady_current_na=current)
