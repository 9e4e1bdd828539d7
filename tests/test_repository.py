"""What must not be in the repository, and what must."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


PHRASINGS = {
    "asked_as.toml",
    "other_illness.toml",
    "off_topic.toml",
    "declined.toml",
}  # ways of asking, written by the project: no facts


def tracked() -> list[Path]:
    """Files git tracks; in an unpacked archive, every file outside hidden folders."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [p for p in ROOT.rglob("*") if p.is_file() and not any(part.startswith(".") for part in p.parts)]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    made = {}
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            made[str(path.relative_to(ROOT))] = content.decode("utf-8", errors="replace")
    return made


def test_no_address_of_a_package_index_is_committed(texts: dict[str, str]) -> None:
    index = re.compile(
        r"--(?:extra-)?index-url|--find-links|files\.pythonhosted|/simple/?[\"'\s]|registry\s*=\s*[\"']http"
    )
    ours = {"tests/test_repository.py", "dev"}
    assert [name for name, text in texts.items() if name not in ours and index.search(text)] == []


def test_no_path_of_a_machine_is_committed(texts: dict[str, str]) -> None:
    path = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|opt/(?:pypi|wheels)|Users/\w+)/")
    assert [
        name for name, text in texts.items() if name != "tests/test_repository.py" and path.search(text)
    ] == []


def test_every_requirement_is_pinned_by_hash() -> None:
    text = (ROOT / "requirements" / "dev.txt").read_text()
    for block in re.split(r"\n(?=[A-Za-z])", text.strip()):
        assert re.match(r"[\w.\[\],-]+==", block), block[:60]
        assert "--hash=sha256:" in block, block[:60]


def test_no_lock_file_with_addresses_is_committed(texts: dict[str, str]) -> None:
    assert "uv.lock" not in texts


def test_every_data_file_names_its_source() -> None:
    import tomllib

    files = [p for p in (ROOT / "src").rglob("*.toml") if p.is_file()]
    assert files
    without = []
    for path in files:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        rows = [row for row in content.values() if isinstance(row, (dict, list))]
        if path.name in PHRASINGS:
            continue
        if not content.get("source") and not re.search(r"'(?:source|sources|citation)':", str(rows)):
            without.append(str(path.relative_to(ROOT)))
    assert without == []
