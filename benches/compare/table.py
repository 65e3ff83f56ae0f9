"""The table of a comparison: plain, Markdown or JSON."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from measure import Contestant

HEADER = (
    "contestant",
    "all planes, s",
    "(lowest to highest)",
    "planes timed",
    "× Followspot",
    "ns per plane × sample",
    "read + prepare, s",
    "peak memory, MB",
)


def significant(value: float, digits: int = 3) -> str:
    """A number with `digits` significant digits and thousands separators, never in powers of ten."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    exponent = int(f"{rounded:e}".partition("e")[2])
    return f"{rounded:,.{max(0, digits - 1 - exponent)}f}"


def rows(contestants: Sequence[Contestant]) -> list[list[str]]:
    """The cells below the header; the first contestant is Followspot."""
    base = contestants[0].median("all_planes")
    return [row(contestant, base) for contestant in contestants]


def row(contestant: Contestant, base: float) -> list[str]:
    """The cells of one contestant."""
    if not contestant.installed:
        return [contestant.name, "not installed", *[""] * (len(HEADER) - 2)]
    run = contestant.runs[0]
    seconds = contestant.median("all_planes")
    times = [run.all_planes for run in contestant.runs]
    scaled = run.planes < run.planes_in_all
    return [
        contestant.name,
        significant(seconds),
        f"{significant(min(times))} to {significant(max(times))}",
        f"{'scaled from ' if scaled else ''}{run.planes:,}",
        significant(seconds / base),
        significant(seconds * 1e9 / (run.planes_in_all * run.samples)),
        significant(contestant.median("read") + contestant.median("prepare")),
        f"{contestant.median('peak_bytes') / 1e6:,.0f}",
    ]


def plain(contestants: Sequence[Contestant]) -> str:
    """Columns aligned by spaces."""
    cells = [list(HEADER), *rows(contestants)]
    widths = [max(len(line[k]) for line in cells) for k in range(len(HEADER))]
    lines = []
    for line in cells:
        numbers = [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        lines.append("  ".join([line[0].ljust(widths[0]), *numbers]).rstrip())
    return "\n".join(lines)


def markdown(contestants: Sequence[Contestant]) -> str:
    """A table for a README."""
    rule = ["---", *["---:"] * (len(HEADER) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (HEADER, rule, *rows(contestants)))


def as_json(contestants: Sequence[Contestant], about: dict[str, str]) -> dict:
    """Every run of every contestant, with what the table says."""
    base = contestants[0].median("all_planes")
    listed = []
    for contestant in contestants:
        entry: dict = {"name": contestant.name, "installed": contestant.installed, "command": contestant.command}
        if contestant.installed:
            seconds = contestant.median("all_planes")
            entry["seconds_all_planes"] = seconds
            entry["ratio"] = seconds / base
            entry["peak_bytes"] = contestant.median("peak_bytes")
            entry["runs"] = [asdict(run) | {"all_planes": run.all_planes} for run in contestant.runs]
        listed.append(entry)
    return {"about": about, "contestants": listed}


def machine(threads: int, cores: Sequence[int]) -> str:
    """The CPU, its cores, and what the contestants had of them."""
    had = f"{threads} thread{'' if threads == 1 else 's'}"
    if cores:
        had += f" on core{'' if len(cores) == 1 else 's'} {', '.join(map(str, cores))}"
    return f"{cpu_model()}, {os.cpu_count()} cores, {had}"


def cpu_model() -> str:
    """The CPU's name, and its widest vector instructions where /proc says."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or platform.machine()
    said: dict[str, str] = {}
    for line in info.read_text().splitlines():
        key, _, value = line.partition(":")
        said[key.strip()] = value.strip()
    name = said.get("model name") or platform.machine()
    flags = said.get("flags", "").split()
    widest = next((label for flag, label in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), None)
    return f"{name} ({widest})" if widest else name


def versions(contestants: Sequence[Contestant], followspot: str) -> str:
    """Versions of everything that ran."""
    said = subprocess.run([followspot, "--version"], capture_output=True, text=True, check=True)
    found: dict[str, str] = {}
    for contestant in contestants:
        for run in contestant.runs[:1]:
            found |= run.versions
    return "; ".join([said.stdout.strip(), *(f"{name} {version}" for name, version in found.items())])
