"""The same fibre in other people's simulators, for the benchmark and the optional oracle test; each only where installed.

`neuron_mrg` builds MRG 2002 in NEURON (and needs a C compiler for its mechanism), `jaxon_mrg` calls jaxon-nerve.
"""
