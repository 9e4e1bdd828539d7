"""A nerve attacked and recorded: the study, its truth, and the tables that stand in for the simulation."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ranvier.nerve.attacked import attack_nerve
from ranvier.nerve.lesion_file import LesionFile, parse_lesions
from ranvier.nerve.markers import place_markers
from ranvier.nerve.pool import draw_axons, load_pool, pool_names
from ranvier.nerve.study import StudySettings, simulate_study, truth_document
from ranvier.nerve.surface import lesion_of, load_surfaces, simulate
from ranvier.recording import Kind, Waveform
from ranvier.terms import DocumentRefused, NerveError

QUIET = StudySettings(noise_mv=0.0, noise_uv=0.0, site_noise_fraction=0.0, n_axons=60)
HEALTHY = LesionFile("healthy", 1, ())
BARE = parse_lesions(
    'name = "bare"\nseed = 2\n[[lesion]]\nkind = "bare_internodes"\nbetween = ["wrist", "elbow"]\nlength_mm = 20\naffected_fraction = 0.5'
)


def amplitudes(study, nerve: str = "median") -> dict[str, float]:
    return {
        r.stimulate_at: r.negative_peak_amplitude_mv
        for r in study.recordings
        if r.nerve == nerve and r.kind is Kind.MOTOR
    }


@pytest.mark.parametrize("name", pool_names())
def test_every_pool_gives_a_response_of_its_usual_size_and_latency(name: str) -> None:
    pool = load_pool(name)
    study = simulate_study(
        HEALTHY, pools=[name], settings=StudySettings(noise_mv=0.0, site_noise_fraction=0.0)
    )
    first = next(r for r in study.recordings if r.kind is Kind.MOTOR)
    assert 3.0 < first.negative_peak_amplitude_mv < 16.0
    assert 2.5 < first.onset_latency_ms < 6.0
    assert 4.5 < first.negative_peak_duration_ms < 7.6
    assert [s.id for s in pool.sites] == [r.stimulate_at for r in study.recordings if r.kind is Kind.MOTOR]


def test_half_the_axons_bare_between_wrist_and_elbow_lose_half_the_response_there_and_nowhere_else() -> None:
    sound, attacked = (
        simulate_study(lesions, pools=["median_apb"], settings=QUIET) for lesions in (HEALTHY, BARE)
    )
    truth = truth_document(attacked)["nerves"][0]
    by_segment = {s["proximal_site"]: s for s in truth["segments"]}
    assert by_segment["elbow"]["blocked_fraction"] == pytest.approx(0.5)
    assert by_segment["wrist"]["blocked_fraction"] == by_segment["axilla"]["blocked_fraction"] == 0.0
    left = 1.0 - by_segment["elbow"]["blocked_size_fraction"]
    assert amplitudes(attacked)["elbow"] / amplitudes(attacked)["wrist"] < 1.15 * left
    # The person drawn is the same but for the seed of the file.
    assert amplitudes(sound)["elbow"] / amplitudes(sound)["wrist"] > 0.8


def test_the_truth_says_of_each_axon_where_it_is_blocked() -> None:
    truth = truth_document(simulate_study(BARE, pools=["median_apb"], settings=QUIET))["nerves"][0]
    blocked = [axon for axon in truth["axons"] if axon["blocked_between"]]
    assert len(blocked) == 30
    assert all(axon["blocked_between"] == ["wrist-elbow"] for axon in blocked)
    json.dumps(truth)


def test_axon_loss_lowers_every_site_and_reinnervation_gives_some_back() -> None:
    text = "seed = 1\n[axon_loss]\nmedian = 0.5\nreinnervation_fraction = {}"
    bare, helped = (
        amplitudes(simulate_study(parse_lesions(text.format(r)), pools=["median_apb"], settings=QUIET))
        for r in ("0.0", "0.8")
    )
    full = amplitudes(simulate_study(HEALTHY, pools=["median_apb"], settings=QUIET))
    for site in full:
        assert bare[site] < helped[site] < full[site]


def test_a_submaximal_stimulus_lowers_only_its_own_site() -> None:
    weak = StudySettings(**{**vars(QUIET), "supramaximal_fraction": {"erb": 0.6}})
    full, less = (
        amplitudes(simulate_study(HEALTHY, pools=["median_apb"], settings=s)) for s in (QUIET, weak)
    )
    assert less["erb"] < 0.8 * full["erb"]
    assert less["wrist"] == full["wrist"]


def test_a_cold_limb_slows_and_widens() -> None:
    warm, cold = (
        [
            r
            for r in simulate_study(
                HEALTHY, pools=["median_apb"], settings=StudySettings(**{**vars(QUIET), "celsius": t})
            ).recordings
            if r.kind is Kind.MOTOR
        ]
        for t in (34.0, 28.0)
    )
    assert cold[1].onset_latency_ms > 1.1 * warm[1].onset_latency_ms
    assert cold[0].negative_peak_duration_ms > 1.1 * warm[0].negative_peak_duration_ms


def test_the_same_seed_gives_the_same_study_and_another_seed_another() -> None:
    one, same, other = (
        amplitudes(simulate_study(HEALTHY, settings=StudySettings(**{**vars(QUIET), "seed": s})))
        for s in (5, 5, 6)
    )
    assert one == same != other


def test_f_waves_come_late_and_sensory_answers_are_in_microvolts() -> None:
    study = simulate_study(HEALTHY, pools=["median_apb"], settings=StudySettings(noise_mv=0.0))
    f_wave = next(r for r in study.recordings if r.kind is Kind.F_WAVE)
    assert 20.0 < f_wave.onset_latency_ms < 32.0
    snap = next(r for r in study.recordings if r.kind is Kind.SENSORY)
    assert 25.0 < snap.negative_peak_amplitude_uv < 60.0
    assert snap.negative_peak_amplitude_mv is None


def test_the_tables_say_what_the_simulation_says() -> None:
    generator = np.random.default_rng(21)
    for kind, surface in load_surfaces().items():
        for _ in range(12):
            diameter, celsius = generator.uniform(6, 13), generator.uniform(28, 38)
            count, fraction = (
                int(generator.integers(1, 30)),
                float(np.exp(generator.uniform(np.log(0.01), 0))),
            )
            blocked, delay, sure = surface.read(
                np.array([diameter]), np.array([float(count)]), celsius, np.array([fraction])
            )
            if sure[0]:
                truly, late = simulate(kind, diameter, count, celsius, np.array([fraction]))
                assert bool(truly[0]) == bool(blocked[0])
                if not blocked[0]:
                    assert abs(late[0] - delay[0]) < 0.1 + 0.1 * late[0]
    assert lesion_of("sodium_loss", 2, 0.5).where.count == 2


def test_tables_and_simulation_give_one_nerve() -> None:
    text = 'seed = 4\n[[lesion]]\nkind = "myelin_loss"\nbetween = ["wrist", "elbow"]\nlength_mm = 25\nremaining_fraction = {distribution = "uniform", low = 0.02, high = 0.3}'
    lesions = parse_lesions(text)
    axons = draw_axons(load_pool("median_apb"), np.random.default_rng(1), count=60)
    table, exact = (attack_nerve(axons, lesions, exact=e) for e in (False, True))
    assert table.solved_by[1].startswith("table")
    assert exact.solved_by[1] == "simulation"
    assert (table.is_blocked == exact.is_blocked).mean() > 0.99
    both = ~(table.is_blocked | exact.is_blocked)
    assert np.abs(table.delay_ms - exact.delay_ms)[both].max() < 0.15


def test_a_lesion_for_a_nerve_that_is_not_studied_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="not in this study"):
        simulate_study(BARE, pools=["ulnar_adm"], settings=QUIET)


def test_a_site_that_the_nerve_lacks_is_refused() -> None:
    text = '[[lesion]]\nkind = "bare_internodes"\nbetween = ["ankle", "elbow"]'
    with pytest.raises(DocumentRefused, match="Sites of the median nerve"):
        simulate_study(parse_lesions(text), settings=QUIET)


@pytest.mark.parametrize(
    "given",
    [{"celsius": 60.0}, {"height_cm": 20.0}, {"noise_mv": -1.0}, {"supramaximal_fraction": {"erb": 2.0}}],
)
def test_settings_out_of_range_are_refused(given) -> None:
    with pytest.raises(NerveError):
        StudySettings(**given)


def test_markers_of_a_bell_curve_are_those_of_its_formula() -> None:
    time = np.arange(0.0, 60.0, 0.05)
    markers = place_markers(Waveform(2.0 * np.exp(-0.5 * ((time - 9.0) / 1.2) ** 2), 20_000.0))
    assert markers.peak_ms == pytest.approx(9.0, abs=0.05)
    assert markers.amplitude == pytest.approx(2.0, rel=1e-3)
    assert markers.area_ms == pytest.approx(2.0 * 1.2 * np.sqrt(2 * np.pi), rel=0.01)
    assert place_markers(Waveform(np.zeros(100), 20_000.0)).amplitude == 0.0


def snaps(study) -> dict[str, float]:
    return {
        r.stimulate_at: r.negative_peak_amplitude_uv
        for r in study.recordings
        if r.nerve == "median" and r.kind is Kind.SENSORY
    }


def test_sensory_axons_are_spared_unless_the_lesion_says_so() -> None:
    text = (
        '[[lesion]]\nkind = "bare_internodes"\nbetween = ["wrist", "elbow"]\nlength_mm = 20\n'
        'affected_fraction = 0.5\naxons = "{}"'
    )
    sound, motor, sensory, both = (
        simulate_study(lesions, pools=["median_apb"], settings=QUIET)
        for lesions in (HEALTHY, *(parse_lesions(text.format(kind)) for kind in ("motor", "sensory", "both")))
    )
    assert snaps(motor) == snaps(sound)
    assert amplitudes(sensory) == amplitudes(sound)
    for attacked in (sensory, both):
        assert snaps(attacked)["elbow"] < 0.6 * snaps(sound)["elbow"]
        assert snaps(attacked)["wrist"] == snaps(sound)["wrist"], "the lesion lies above it"
    assert amplitudes(both)["elbow"] < 0.7 * amplitudes(sound)["elbow"]
    truth = truth_document(both)["sensory"][0]
    by_segment = {s["proximal_site"]: s["blocked_fraction"] for s in truth["segments"]}
    assert by_segment == {"wrist": 0.0, "elbow": pytest.approx(0.5)}


def test_a_lesion_of_a_nerve_with_no_motor_pool_reaches_its_sensory_axons() -> None:
    text = (
        '[[lesion]]\nkind = "bare_internodes"\nnerve = "sural"\naxons = "sensory"\nfrom_mm = 40\nto_mm = 60'
    )
    study = simulate_study(parse_lesions(text), pools=["tibial_ah"], settings=QUIET)
    snap = next(r for r in study.recordings if r.kind is Kind.SENSORY)
    assert snap.negative_peak_amplitude_uv == 0.0


def test_a_taller_person_has_longer_segments_and_later_sensory_answers() -> None:
    tall, short = (
        simulate_study(
            HEALTHY, pools=["median_apb"], settings=StudySettings(**{**vars(QUIET), "height_cm": h})
        )
        for h in (195.0, 150.0)
    )
    far = [
        next(r for r in s.recordings if r.kind is Kind.SENSORY and r.stimulate_at == "elbow")
        for s in (tall, short)
    ]
    assert far[0].distance_mm > far[1].distance_mm
    assert far[0].onset_latency_ms > far[1].onset_latency_ms


def test_moving_the_electrode_changes_what_is_recorded_at_every_site() -> None:
    near, off = (
        amplitudes(simulate_study(HEALTHY, pools=["median_apb"], settings=StudySettings(**{**vars(QUIET), "electrode_mm": mm})))
        for mm in (0.0, 10.0)
    )  # fmt: skip
    assert all(near[site] != off[site] for site in near)


def test_noise_and_artefact_are_in_the_sweep_and_the_artefact_is_not_taken_for_the_response() -> None:
    quiet, loud = (
        next(
            r
            for r in simulate_study(HEALTHY, pools=["median_apb"], settings=s).recordings
            if r.kind is Kind.MOTOR
        )
        for s in (QUIET, StudySettings(**{**vars(QUIET), "noise_mv": 0.02, "artefact_mv": 5.0}))
    )
    assert loud.waveform.samples[0] > 4.0
    assert quiet.waveform.samples[0] == pytest.approx(0.0, abs=1e-3)
    assert np.std(loud.waveform.samples[-100:]) == pytest.approx(0.02, rel=0.3)
    assert loud.onset_latency_ms == pytest.approx(quiet.onset_latency_ms, abs=0.4)


def test_tables_give_way_to_the_simulation_wherever_they_were_not_made() -> None:
    for surface in load_surfaces().values():
        for diameter, count, celsius in (
            (4.9, 5, 34.0),
            (15.95, 5, 34.0),
            (9.0, 61, 34.0),
            (9.0, 5, 24.0),
            (9.0, 5, 41.5),
        ):
            sure = surface.read(np.array([diameter]), np.array([float(count)]), celsius, np.array([0.5]))[2]
            assert not sure[0], (diameter, count, celsius)
        assert surface.read(np.array([9.0]), np.array([5.0]), 34.0, np.array([0.5]))[2][0]
        assert set(surface.error) == {
            "wrong_block_fraction",
            "unsure_fraction",
            "median_delay_us",
            "p95_delay_us",
            "n",
        }
        assert surface.error["n"] >= 100


@pytest.mark.parametrize(
    ("lesion", "celsius"),
    [
        ('kind = "myelin_loss"\nremaining_fraction = 0.3', 20.0),
        ('kind = "myelin_loss"\nhalf = "left"\nremaining_fraction = 0.3', 34.0),
        ('kind = "seal_loosening"\ngap_factor = 5.0', 34.0),
        (
            'kind = "sodium_loss"\nremaining_fraction = {distribution = "uniform", low = 0.4, high = 0.6}\nper = "element"',
            34.0,
        ),
    ],
)
def test_lesions_outside_the_tables_are_simulated(lesion: str, celsius: float) -> None:
    text = f'[[lesion]]\n{lesion}\nbetween = ["wrist", "elbow"]\nlength_mm = 10'
    axons = draw_axons(load_pool("median_apb"), np.random.default_rng(1), count=6)
    assert attack_nerve(axons, parse_lesions(text), celsius=celsius).solved_by[1] == "simulation"
