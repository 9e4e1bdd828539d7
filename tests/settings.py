"""How long the long suites run: `./dev fuzz` sets RANVIER_LONG=1."""

import os

LONG = os.environ.get("RANVIER_LONG") == "1"
FUZZ_EXAMPLES = 10_000 if LONG else 200
