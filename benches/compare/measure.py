"""Runs contestants as processes of their own, in turn, and gathers their times.

Nothing here imports NumPy: a child's peak memory starts at its parent's.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field

NOT_INSTALLED = 69
"""A peer's exit code where its library is missing."""
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
TUNING_VARIABLES = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "NVPL_BLAS_DEBUG_CPU_TYPE",
    "MKL_DEBUG_CPU_TYPE",
    "MKL_ENABLE_INSTRUCTIONS",
    "ATEN_CPU_CAPABILITY",
    "NPY_DISABLE_CPU_FEATURES",
)
"""Taken out of the contestants' environment: they pick slower kernels than the library's own choice."""


@dataclass(frozen=True)
class Run:
    """One timed process."""

    read: float
    prepare: float
    sweep: float
    planes: int
    planes_in_all: int
    samples: int
    peak_bytes: int
    versions: dict[str, str]

    @property
    def all_planes(self) -> float:
        """Seconds for all planes: measured, or scaled from those timed."""
        return self.sweep / self.planes * self.planes_in_all


@dataclass
class Contestant:
    """A program to time, and its runs so far."""

    name: str
    command: list[str]
    kernel_threads: int
    """Threads a library call may use; a peer has workers of its own."""
    runs: list[Run] = field(default_factory=list)
    installed: bool = True

    def median(self, what: str) -> float:
        """The median over the runs of one of `Run`'s numbers."""
        return statistics.median(getattr(run, what) for run in self.runs)


class Failed(Exception):
    """A contestant that did not finish."""


def environment(kernel_threads: int) -> dict[str, str]:
    """The contestants' environment: threads fixed, kernels left to the libraries."""
    kept = {k: v for k, v in os.environ.items() if k not in TUNING_VARIABLES}
    return kept | dict.fromkeys(THREAD_VARIABLES, str(kernel_threads))


def stay_on_cores(threads: int) -> list[int]:
    """Keeps this process and its children to as many cores as threads; the cores, if it can be done."""
    if not hasattr(os, "sched_setaffinity"):
        return []
    cores = sorted(os.sched_getaffinity(0))
    if threads > len(cores):
        raise Failed(f"--threads {threads} is more than the {len(cores)} cores that may be used: take fewer")
    os.sched_setaffinity(0, cores[:threads])
    return cores[:threads]


def time_all(contestants: Sequence[Contestant], repeats: int) -> None:
    """Runs A B C A B C, so that what else the machine does hits all alike."""
    for repeat in range(repeats):
        for contestant in contestants:
            if not contestant.installed:
                continue
            say(f"{repeat + 1} of {repeats}: {contestant.name}")
            run = time_once(contestant)
            if run is None:
                contestant.installed = False
                continue
            contestant.runs.append(run)
            say(f"    {run.planes:,} planes in {run.sweep:.4g} s: {run.all_planes:.4g} s for all")


def time_once(contestant: Contestant) -> Run | None:
    """One run; None if the contestant's library is not installed."""
    code, out, err, peak = run_process(contestant.command, environment(contestant.kernel_threads))
    if code == NOT_INSTALLED:
        say(f"    {err.strip()}")
        return None
    if code != 0:
        raise Failed(f"{contestant.name} ended with code {code}:\n{err.strip()}")
    report = json.loads(out)
    seconds = report["seconds"]
    return Run(
        read=seconds["read"],
        prepare=seconds["prepare"],
        sweep=seconds["sweep"],
        planes=report["planes"],
        planes_in_all=report["planes_in_all"],
        samples=report["n_samples"],
        peak_bytes=peak,
        versions=report.get("versions", {}),
    )


def run_process(command: Sequence[str], env: dict[str, str]) -> tuple[int, str, str, int]:
    """Exit code, stdout, stderr and peak resident bytes of a process."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=env)
        except OSError as error:
            raise Failed(f"{command[0]} cannot be started ({error}): give the right path") from error
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        unit = 1 if sys.platform == "darwin" else 1024
        return process.returncode, text(out), text(err), usage.ru_maxrss * unit


def text(file) -> str:
    """All of a temporary file."""
    file.seek(0)
    return file.read().decode(errors="replace")


def warm_page_cache(path: os.PathLike) -> None:
    """Reads the file once, so that nobody pays for the disk."""
    with open(path, "rb") as file:
        while file.read(1 << 20):
            pass


def say(message: str) -> None:
    """Progress, on stderr."""
    print(message, file=sys.stderr, flush=True)
