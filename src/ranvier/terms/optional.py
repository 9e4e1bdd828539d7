"""Packages that only some of the work needs: loaded when asked for, and named in one line when they are missing."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from .errors import MissingDependency

# What was found missing, and what to type.
WHAT_TO_TYPE = {
    "numba": ("not installed", 'The fibre solver needs it: pip install "ranvier[nerve]"'),
    "pyarrow": ("not installed", 'A sweep writes Parquet: pip install "ranvier[tables]"'),
    "distributed": ("not installed", 'A cluster needs it: pip install "ranvier[cluster]"'),
    "weasyprint": (
        "it, or Pango, is not installed",
        'pip install "ranvier[report]"; on Debian also: apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core',
    ),
}


def require(name: str) -> ModuleType:
    """An optional package of `WHAT_TO_TYPE`.

    Raises
        MissingDependency: the package, or a system library it loads, is not there.
    """
    given, expected = WHAT_TO_TYPE[name]
    try:
        return import_module(name)
    except (ImportError, OSError) as error:
        raise MissingDependency(path=name, given=given, expected=expected) from error
