"""Run by test_killed.py as a process of its own: a desk with production settings under load, server and worker killed.

Prints what happened as one line of JSON. The reasoner is the stand-in, so that the seconds go into kills and not drafts.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ranvier.web.benchmark import measured_desk

if __name__ == "__main__":
    log, seconds = Path(sys.argv[1]), float(sys.argv[2])
    with measured_desk(clinicians=2, archive=2, log=log) as desk:
        outcome = desk.drive(
            readers=6, clinicians=2, seconds=seconds, kill_every=(1.5, 3.0), pause=(0.0, 0.3)
        )
    tally = outcome.tally
    print(
        json.dumps(
            {
                "acknowledged": len(tally.acknowledged), "lost": outcome.lost, "twice": outcome.twice,
                "undrafted": outcome.undrafted, "kills": outcome.kills, "broken": tally.broken_lines,
                "errors": tally.errors, "words": list(tally.acknowledged), "drafted": tally.drafted,
            }
        )
    )  # fmt: skip
