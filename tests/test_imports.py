"""Imports run one way (style.md section 2): a package imports only from those to its left."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "ranvier"

# Each inner set may not import its own neighbours. `figure` is a drawing tool that knows nothing of ours.
ORDER: list[set[str]] = [
    {"terms", "figure"},
    {"recording", "encoder"},
    {"case"},
    {"letter", "conduction", "treatment", "nerve"},
    {"block"},
    {"criteria"},
    {"differential"},
    {"evidence"},
    {"answer"},
    {"exchange"},
    {"workbench"},
    {"cli", "web"},
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
WEB_FROM_CLI = {("cli", "web")}  # `ranvier serve` starts the web; it is the one shell that opens another


def imported_packages(path: Path, source: Path) -> set[str]:
    """The ranvier packages that a module imports, at its top or inside a function."""
    package = path.relative_to(source).parts[0].removesuffix(".py")
    depth = len(path.relative_to(source).parts)
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            base = node.module or ""
            names = [f"{base}.{alias.name}" for alias in node.names] if base == "ranvier" else [base]
        elif isinstance(node, ast.ImportFrom):
            names = ["ranvier." + (node.module or "")] if node.level >= depth else []
        else:
            continue
        found |= {
            name.split(".")[1] for name in names if name.startswith("ranvier.") and name.count(".") >= 1
        }
    return {name for name in found if name in RANK} - {package}


def breaches(source: Path) -> list[str]:
    """Every import that runs the wrong way, as sentences."""
    rows = []
    for path in sorted(source.rglob("*.py")):
        package = path.relative_to(source).parts[0].removesuffix(".py")
        if package not in RANK:
            continue
        for target in imported_packages(path, source):
            if RANK[target] >= RANK[package] and (package, target) not in WEB_FROM_CLI:
                rows.append(f"{path.relative_to(source)} imports {target}, which is not to its left")
    return rows


def test_imports_run_one_way() -> None:
    assert breaches(SOURCE) == []


def test_every_package_has_a_place_in_the_order() -> None:
    packages = {p.name for p in SOURCE.iterdir() if p.is_dir() and (p / "__init__.py").exists()}
    assert packages <= set(RANK), "a new package needs a place in ORDER, and a decision record"


def test_a_wrong_import_is_seen(tmp_path: Path) -> None:
    (tmp_path / "terms").mkdir()
    (tmp_path / "nerve").mkdir()
    (tmp_path / "terms" / "verdict.py").write_text("def f():\n    from ranvier.conduction import measure\n")
    (tmp_path / "nerve" / "cable.py").write_text("from ranvier import treatment\nfrom ..terms import Side\n")
    assert breaches(tmp_path) == [
        "nerve/cable.py imports treatment, which is not to its left",
        "terms/verdict.py imports conduction, which is not to its left",
    ]
