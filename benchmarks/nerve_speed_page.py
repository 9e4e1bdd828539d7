"""Write docs/validation/nerve-speed.md from `ranvier bench nerve --json`: python -m benchmarks.nerve_speed_page < rows.json"""

from __future__ import annotations

import json
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "validation" / "nerve-speed.md"
HEAD = """# Speed of the nerve

Written from `ranvier bench nerve --json` by `python -m benchmarks.nerve_speed_page`. Processor time of one core, best of three;
NEURON with its own MRG mechanism in the same run. `error` is the difference of velocity from the peer, or from the converged one.
Bars of issue 5 against NEURON at equal step and scheme: a batch of 64 at least 500 times (aim 1,000), one fibre 300 times; at
matched accuracy 2,500 times (aim 5,000).

Machine: {machine}

| case | ours | unit | peer | peer's | ratio | error |
|---|---|---|---|---|---|---|"""


def main() -> int:
    """Read the rows on standard input and write the page."""
    document = json.load(sys.stdin)
    lines = [HEAD.format(machine=document["machine"])]
    for row in document["rows"]:
        peers = "" if row["peers"] is None else f"{row['peers']:,.3g}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:,.0f}"
        error = "" if row["error"] is None else f"{row['error']:+.2%}"
        lines.append(
            f"| {row['case']} | {row['ours']:,.4g} | {row['unit']} | {row['peer'] or ''} | {peers} | {ratio} | {error} |"
        )
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
