"""`python -m ranvier.evidence`: the statements due to be checked again, oldest first; those on trials and licences lead."""

from __future__ import annotations

import sys
from datetime import date

from .statement import statements

EVERY_TIME = (
    "complement_inhibitors",
    "research",
    "cost_access",
)  # what these say may have changed since last month


def main() -> int:
    """Print one line a statement that is due, then how many of each kind there are."""
    today = date.today()
    urgent = [s for s in statements().values() if s.topic in EVERY_TIME]
    due = sorted(
        (s for s in statements().values() if s.is_due(today) and s.topic not in EVERY_TIME),
        key=lambda s: (s.as_of, s.id),
    )
    for label, rows in (("check before every publication", urgent), ("last checked over a year ago", due)):
        print(f"{label}: {len(rows)} of {len(statements())}")
        for s in rows:
            print(f"  {s.as_of}  {s.mark.value:<9} {s.id:<36} {s.sources[0].address or s.sources[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
