"""The main path: the one module that knows the whole chain.

Every function here is short and made of domain verbs. The command line and the web call these and nothing deeper.
"""

from __future__ import annotations

from ranvier import __version__


def versions() -> dict[str, str]:
    """Code, data and evidence dates, for `--version` and the foot of every answer."""
    return {"ranvier": __version__}
