"""Symmetry and conservation: what must hold for any fibre and any lesion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.nerve.fibre import build_fibre
from ranvier.nerve.lesion import Elements, MyelinLoss, NodeLengthening, SealLoosening, SodiumLoss
from ranvier.nerve.propagation import Pulse, conduct

N_NODES = 25
SAME_MS = 1e-9
FEW = settings(max_examples=12, deadline=None)

diameters = st.floats(2.0, 16.0).map(lambda d: round(d, 2))
temperatures = st.floats(28.0, 40.0).map(lambda t: round(t, 1))
fractions = st.floats(0.0, 1.0).map(lambda f: round(f, 3))


@st.composite
def lesions(draw):
    first, count = draw(st.integers(2, 15)), draw(st.integers(1, 6))
    return draw(
        st.sampled_from(
            [
                MyelinLoss(
                    Elements(first, count), draw(fractions), draw(st.sampled_from([None, "left", "right"]))
                ),
                SodiumLoss(Elements(first, count), draw(fractions)),
                SealLoosening(Elements(first, count), draw(st.floats(1.0, 100.0)), draw(st.booleans())),
            ]
        )
    )


def mirrored(lesion):
    if getattr(lesion, "half", None):
        lesion = replace(lesion, half={"left": "right", "right": "left"}[lesion.half])
    count = lesion.where.count
    last = (N_NODES - 1) if isinstance(lesion, SodiumLoss) else (N_NODES - 2)
    where = Elements(last - lesion.where.first - count + 1, count)
    return type(lesion)(where, *[getattr(lesion, f) for f in list(lesion.__dataclass_fields__)[1:]])


def same(a, b) -> bool:
    return bool(
        np.array_equal(np.isfinite(a), np.isfinite(b)) and np.nanmax(np.abs(a - b), initial=0.0) < SAME_MS
    )


@FEW
@given(diameters, temperatures, lesions())
def test_a_fibre_and_its_mirror_image_are_alike(diameter, celsius, lesion) -> None:
    one = build_fibre(diameter, n_nodes=N_NODES, celsius=celsius, lesions=[lesion])
    other = build_fibre(diameter, n_nodes=N_NODES, celsius=celsius, lesions=[mirrored(lesion)])
    runs = conduct([one, other], [[Pulse(node=0)], [Pulse(node=-1)]], duration_ms=4.0)
    assert same(runs[0].arrival_ms, runs[1].arrival_ms[::-1])


@FEW
@given(st.lists(st.tuples(diameters, temperatures, lesions()), min_size=2, max_size=20), st.randoms())
def test_a_batch_gives_what_its_fibres_give_one_by_one_in_any_order(rows, random) -> None:
    fibres = [
        build_fibre(d, n_nodes=N_NODES - i % 3, celsius=t, lesions=[le]) for i, (d, t, le) in enumerate(rows)
    ]
    together = conduct(fibres, duration_ms=2.0)
    order = list(range(len(fibres)))
    random.shuffle(order)
    shuffled = conduct([fibres[i] for i in order], duration_ms=2.0)
    for position, i in enumerate(order):
        assert same(together[i].arrival_ms, shuffled[position].arrival_ms)
    for i, fibre in enumerate(fibres):
        assert same(together[i].arrival_ms, conduct([fibre], duration_ms=2.0)[0].arrival_ms)


@FEW
@given(diameters)
def test_a_lesion_of_no_size_leaves_a_healthy_fibre(diameter) -> None:
    whole = Elements(5, 8)
    nothing = [
        MyelinLoss(whole, 1.0),
        SodiumLoss(whole, 1.0),
        SealLoosening(whole, 1.0),
        NodeLengthening(whole, 1.0),
    ]
    healthy, attacked = conduct(
        [build_fibre(diameter, n_nodes=N_NODES), build_fibre(diameter, n_nodes=N_NODES, lesions=nothing)],
        duration_ms=3.0,
    )
    assert same(healthy.arrival_ms, attacked.arrival_ms)


@FEW
@given(diameters)
def test_a_longer_healthy_fibre_carries_the_impulse_as_the_shorter_did(diameter) -> None:
    # Away from the ends, joining healthy stretches changes nothing: the far end is felt over a few nodes only.
    short, long = conduct(
        [build_fibre(diameter, n_nodes=30), build_fibre(diameter, n_nodes=60)], duration_ms=4.0
    )
    assert np.abs(short.arrival_ms[:20] - long.arrival_ms[:20]).max() < 1e-5


@FEW
@given(diameters, temperatures, st.integers(24, 40))
def test_joined_healthy_stretches_take_the_sum_of_their_times(diameter, celsius, middle) -> None:
    # Away from the ends every internode takes the same time, so that a stretch's time is that of its parts.
    arrival = conduct([build_fibre(diameter, n_nodes=66, celsius=celsius)], duration_ms=8.0)[0].arrival_ms
    each = (arrival[50] - arrival[20]) / 30
    # Arrivals are interpolated within a step of 5 us, to some hundredths of it.
    assert abs((arrival[middle] - arrival[20]) - each * (middle - 20)) < 5e-4


@FEW
@given(diameters, lesions(), st.integers(0, N_NODES - 1), st.integers(0, N_NODES - 1))
def test_what_one_node_does_to_another_the_other_does_to_it(diameter, lesion, here, there) -> None:
    # Reciprocity of a passive cable, however lopsided its lesions: with all sodium gone and a whisper of current.
    silent = SodiumLoss(Elements(0, N_NODES), 0.0)
    fibre = build_fibre(diameter, n_nodes=N_NODES, lesions=[lesion, silent])
    runs = conduct(
        [fibre, fibre, fibre],
        [[Pulse(here, 0.001, 0.1, 1.0)], [Pulse(there, 0.001, 0.1, 1.0)], []],
        duration_ms=2.0,
        trace_nodes=[here, there],
    )
    quiet = runs[2].trace_mv
    forth, back = (runs[0].trace_mv - quiet)[:, 1], (runs[1].trace_mv - quiet)[:, 0]
    scale = max(np.abs(runs[0].trace_mv - quiet).max(), np.abs(runs[1].trace_mv - quiet).max())
    assert np.abs(forth - back).max() < 0.01 * scale


@FEW
@given(diameters, st.integers(5, 15), st.integers(1, 4), st.floats(0.1, 0.95))
def test_thinner_myelin_never_conducts_faster(diameter, first, count, fraction) -> None:
    healthy = build_fibre(diameter, n_nodes=N_NODES)
    attacked = healthy.with_lesions([MyelinLoss(Elements(first, count), fraction)])
    runs = conduct([healthy, attacked], duration_ms=4.0)
    assert runs[1].arrival_ms[-1] > runs[0].arrival_ms[-1] - 1e-6


@FEW
@given(diameters, temperatures)
def test_charge_is_conserved(diameter, celsius) -> None:
    # With its sodium channels gone the fibre is nearly passive; what is injected must leak out, and it comes to rest.
    fibre = build_fibre(diameter, n_nodes=9, celsius=celsius, lesions=[SodiumLoss(Elements(0, 9), 0.0)])
    run = conduct(
        [fibre], [Pulse(current_na=0.05)], duration_ms=120.0, time_step_us=20.0, trace_nodes=range(9)
    )[0]
    quiet = conduct([fibre], [], duration_ms=120.0, time_step_us=20.0, trace_nodes=range(9))[0]
    assert np.abs(run.trace_mv - quiet.trace_mv).max() > 0.05
    assert np.abs(run.trace_mv[-1] - quiet.trace_mv[-1]).max() < 1e-3
