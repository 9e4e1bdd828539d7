"""Files that have been through something: study tables, traces, workbooks and EDF+ with seeded damage."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

CELLS = (
    "", " ", "NaN", "nan", "inf", "-inf", "1e400", "-3", "0", "0.0", "1e-320", "8400", "8400 uV", "9 furlongs", "3,4", "3.4.5",
    "NR", "-", "n/a", "median", "Median nerve", "\u00b5V", "\u2212 4", "\u202e", "\x00", "\ufeff", '"', "'", "=1+1", "a" * 500,
    "digit 2", "APB", "wrist", "Erb", "f_wave", "sensory", "R", "left", "1" * 400, "\u0661\u0662", "3\u00a0", "\U0001f9e0", "%", "12 %",
)  # fmt: skip
HEADERS = (
    "nerve", "side", "kind", "record_at", "stimulate_at", "distance (cm)", "amplitude", "amplitude_mv", "Amp (\u00b5V)", "latency",
    "area_mv_ms", "time_ms", "time_s", "median/right/APB/elbow", "median/R/apb/wr [uV]", "ulnar/left/ADM/wrist/f1", "a/b/c/d/e/f", "////",
    "median/right/APB/elbow [parsec]", "remark", "", " ", "\x00",
)  # fmt: skip
SEPARATORS = (",", ";", "\t", "|", " ", "::")


def study_text(rng: random.Random) -> str:
    """A sound little study, of one to four nerves."""
    header = (
        "nerve,side,kind,record_at,stimulate_at,distance_mm,onset_latency_ms,peak_latency_ms,amplitude_mv,amplitude_uv,"
        "area_mv_ms,duration_ms,temperature_celsius"
    )
    plans = [
        ("median", "APB", ("wrist", "elbow", "axilla", "erb")), ("ulnar", "ADM", ("wrist", "below elbow", "above elbow")),
        ("peroneal", "EDB", ("ankle", "below fibular head", "popliteal fossa")), ("tibial", "AH", ("ankle", "popliteal fossa")),
    ]  # fmt: skip
    rows = [header]
    for nerve, muscle, sites in rng.sample(plans, rng.randint(1, 4)):
        side = rng.choice(("right", "left", "R", "L"))
        for i, site in enumerate(sites[: rng.randint(1, 4)]):
            amplitude = round(rng.uniform(0, 14), 1)
            rows.append(
                f"{nerve},{side},motor,{muscle},{site},{70 + 120 * bool(i)},{3.2 + 4 * i:.1f},,{amplitude},,"
                f"{amplitude * 3:.1f},{5.5 + 0.3 * i:.1f},{rng.choice(('', '33', '28'))}"
            )
        if rng.random() < 0.5:
            rows.append(f"{nerve},{side},f_wave,{muscle},{sites[0]},,{rng.uniform(25, 60):.1f},,,,,,")
        if rng.random() < 0.5:
            rows.append(f"{nerve},{side},sensory,digit 2,wrist,130,2.6,3.3,,{rng.uniform(0, 60):.0f},,,33")
    return "\n".join(rows) + "\n"


def traces_text(rng: random.Random) -> str:
    """A sound little traces table, of 2 to 120 samples."""
    names = rng.sample(
        (
            "median/right/APB/wrist", "median/right/APB/elbow", "ulnar/L/ADM/wrist", "ulnar/L/ADM/BE", "median/right/digit 2/wrist",
            "ulnar/right/ADM/wrist/f1", "ulnar/right/ADM/wrist/f2", "peroneal/left/EDB/ankle [uV]",
        ),
        rng.randint(1, 6),
    )  # fmt: skip
    count, step = rng.randint(2, 120), rng.choice((0.05, 0.1, 0.5, 1.0))
    time = np.arange(count) * step + rng.choice((0.0, 0.0, -5.0))
    noise = np.random.default_rng(rng.randrange(2**32))
    waves = [
        rng.uniform(0, 9) * np.exp(-0.5 * ((time - rng.uniform(2, 20)) / 1.3) ** 2) + 0.01 * noise.standard_normal(count)
        for _ in names
    ]  # fmt: skip
    rows = [",".join(["time_ms", *names])]
    rows += [",".join([f"{t:g}", *(f"{wave[i]:.4f}" for wave in waves)]) for i, t in enumerate(time)]
    return "\n".join(rows) + "\n"


def damaged_table(text: str, rng: random.Random, *, most: int = 6) -> bytes:
    """One to `most` kinds of damage that a person, a spreadsheet or a disk does to a table."""
    for _ in range(rng.randint(1, most)):
        text = rng.choice(TABLE_DAMAGE)(text, rng)
    content = text.encode(
        rng.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252")), errors="replace"
    )
    if rng.random() < 0.15:
        content = damaged_bytes(content, rng)
    return content


def damaged_bytes(content: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut out, doubled, or the file cut short."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        if not data:
            break
        at = rng.randrange(len(data))
        what = rng.random()
        if what < 0.5:
            data[at] = rng.randrange(256)
        elif what < 0.7:
            del data[at : at + rng.randint(1, 40)]
        elif what < 0.9:
            data[at:at] = data[at : at + rng.randint(1, 200)]
        else:
            del data[at:]
    return bytes(data)


def _with_cells(
    change: Callable[[list[list[str]], random.Random], None],
) -> Callable[[str, random.Random], str]:
    def damage(text: str, rng: random.Random) -> str:
        rows = [line.split(",") for line in text.split("\n")]
        change(rows, rng)
        return "\n".join(",".join(row) for row in rows)

    return damage


def _cell(rows: list[list[str]], rng: random.Random) -> None:
    row = rng.choice(rows)
    row[rng.randrange(len(row))] = rng.choice(CELLS)


def _header(rows: list[list[str]], rng: random.Random) -> None:
    rows[0][rng.randrange(len(rows[0]))] = rng.choice(HEADERS)


def _column(rows: list[list[str]], rng: random.Random) -> None:
    place = rng.randrange(max(len(rows[0]), 1))
    fill = rng.choice(CELLS)
    for row in rows[1:]:
        if place < len(row):
            row[place] = fill


def _drop_column(rows: list[list[str]], rng: random.Random) -> None:
    place = rng.randrange(len(rows[0]))
    for row in rows:
        del row[place : place + 1]
        if not row:
            row.append("")


def _scale(rows: list[list[str]], rng: random.Random) -> None:
    place, factor = rng.randrange(len(rows[0])), rng.choice((1000.0, 1e-3, -1.0, 1e300, 0.0))
    for row in rows[1:]:
        try:
            row[place] = f"{float(row[place]) * factor:g}"
        except (ValueError, IndexError):
            continue


def _shift(rows: list[list[str]], rng: random.Random) -> None:
    rng.choice(rows).insert(0, rng.choice(CELLS))


def _lines(text: str, rng: random.Random) -> str:
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    what = rng.randrange(5)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(rng.randrange(len(lines) + 1), lines[at])
    elif what == 2:
        rng.shuffle(lines)
    elif what == 3:
        lines = lines[: at + 1]
    else:
        lines.insert(at, rng.choice(("# a note", "", "Page 1 of 2", '"', ",,,,,")))
    return "\n".join(lines)


def _separator(text: str, rng: random.Random) -> str:
    return text.replace(",", rng.choice(SEPARATORS))


def _ends(text: str, rng: random.Random) -> str:
    return text.replace("\n", rng.choice(("\r\n", "\r", "\n\n", "\x0b", "\u2028")))


def _letters(text: str, rng: random.Random) -> str:
    letters = list(text)
    for _ in range(rng.randint(1, 10)):
        if letters:
            letters[rng.randrange(len(letters))] = chr(
                rng.choice((rng.randrange(32, 127), rng.randrange(0xD000)))
            )
    return "".join(letters)


TABLE_DAMAGE: tuple[Callable[[str, random.Random], str], ...] = (
    _with_cells(_cell), _with_cells(_cell), _with_cells(_header), _with_cells(_column), _with_cells(_drop_column),
    _with_cells(_scale), _with_cells(_shift), _lines, _separator, _ends, _letters,
)  # fmt: skip
