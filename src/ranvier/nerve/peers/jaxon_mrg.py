"""MRG 2002 in jaxon-nerve (JAX): its batch integrator, without a field; only its speed is asked for."""

from __future__ import annotations

import time
from importlib.util import find_spec


def is_available() -> bool:
    """Whether jaxon-nerve is installed."""
    return find_spec("jaxon") is not None


def rate(
    count: int, *, n_nodes: int, diameter_um: float, time_step_us: float = 5.0, short: bool = False
) -> float:
    """Compartment-steps a second of its compiled, vectorised batch in float64 (all that it offers), without compile. [M/s]"""
    import jax
    import jax.numpy as jnp
    from jaxon.fibers import mrg
    from jaxon.stim import batch_solve

    jax.config.update("jax_enable_x64", True)
    # The geometry alone: building a Jaxley cell compartment by compartment takes minutes and is not needed here.
    geometry = mrg._mrg_geometry(diameter=diameter_um, n_nodes=n_nodes)
    dt_ms = time_step_us / 1000.0
    steps = 60 if short else 200
    geometries = [geometry] * count
    statics = batch_solve.stack_fiber_statics(geometries, dt_ms)
    states = batch_solve.initial_states_batch(geometries)
    field = jnp.zeros((count, steps, geometry.n_comp))
    run = jax.jit(lambda f: batch_solve.batch_integrate_m_max(statics, states, f, dt_ms))
    run(field).block_until_ready()
    started = time.perf_counter()
    run(field).block_until_ready()
    return float(11 * n_nodes * count * steps / (time.perf_counter() - started) / 1e6)
