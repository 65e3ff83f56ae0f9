"""What the peers share: the layer in plane coordinates, the draw of planes, the
grid of angles, a pool over planes, the command line and the report.

A peer computes, for each plane (i, j) and each of A angles from 0 to 2π (both
ends counted), how many of N samples have a cosine of at least ε with the probe
cos θ e1 + sin θ e2; signed, those at most −ε are counted off.
"""

import argparse
import json
import multiprocessing
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkProcess
from pathlib import Path

import numpy as np

Planes = np.ndarray
"""K × 2 indices (i, j), i < j."""
Work = Callable[[Planes], np.ndarray]
"""From planes to their counts, K × A."""


@dataclass(frozen=True)
class Spec:
    """What is counted."""

    epsilon: float
    angles: int
    signed: bool

    @property
    def directions(self) -> int:
        """Distinct directions: the last angle is the first again."""
        return self.angles - 1

    @property
    def mirrored(self) -> bool:
        """Whether the grid maps to itself under θ → θ + π, where the cosine only changes its sign."""
        return self.directions % 2 == 0

    @property
    def probes(self) -> np.ndarray:
        """Unit vectors of the directions that must be computed: P × 2, float32."""
        computed = self.directions // 2 if self.mirrored else self.directions
        theta = np.linspace(0, 2 * np.pi, self.angles)[:computed]
        return np.stack([np.cos(theta), np.sin(theta)], axis=1).astype(np.float32)

    def curve(self, up: np.ndarray, down: np.ndarray) -> np.ndarray:
        """The closed curve, A counts, of how many samples each computed probe and its opposite light."""
        front = up - down if self.signed else up
        if not self.mirrored:
            return np.concatenate([front, front[:1]])
        back = -front if self.signed else down
        return np.concatenate([front, back, front[:1]])

    @property
    def needs_down(self) -> bool:
        """Whether the opposite cone is counted too."""
        return self.signed or self.mirrored


@dataclass(frozen=True)
class Layer:
    """Cosines of N samples with m basis vectors."""

    cosines: np.ndarray
    """m × N, float32: a neuron is contiguous."""
    basis: np.ndarray | None
    """m × d unit rows, float64; the standard basis if None."""

    def frame(self, i: int, j: int) -> tuple[float, float]:
        """g and s of e2 = (b_j − g b_i) / s."""
        if self.basis is None:
            return 0.0, 1.0
        g = float(self.basis[i] @ self.basis[j])
        return g, float(np.linalg.norm(self.basis[j] - g * self.basis[i]))

    def pair(self, i: int, j: int) -> np.ndarray:
        """In-plane coordinates of all samples: 2 × N, float32."""
        if self.basis is None:
            return self.cosines[[i, j]]
        g, s = self.frame(i, j)
        second = (self.cosines[j] - np.float32(g) * self.cosines[i]) / np.float32(s)
        return np.stack([self.cosines[i], second])


def prepare(values: np.ndarray, basis: np.ndarray | None, block_rows: int = 8192) -> Layer:
    """Normalises the rows of `values` (N × d, finite) and lays their cosines out by neuron."""
    samples = len(values)
    unit = None
    if basis is not None:
        unit = np.asarray(basis, np.float64)
        unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    cosines = np.empty((values.shape[1] if unit is None else len(unit), samples), np.float32)
    for start in range(0, samples, block_rows):
        rows = np.asarray(values[start : start + block_rows], np.float32 if unit is None else np.float64)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        rows = rows / np.where(norms == 0, 1, norms)
        cosines[:, start : start + block_rows] = (rows if unit is None else rows @ unit.T).T
    return Layer(cosines, unit)


def draw_planes(neurons: int, count: int | None, seed: int) -> Planes:
    """`count` planes drawn without replacement, or all of them, in lexicographic order."""
    total = neurons * (neurons - 1) // 2
    if count is None or count >= total:
        rank = np.arange(total)
    else:
        rank = np.sort(np.random.default_rng(seed).choice(total, count, replace=False))
    first_rank = np.concatenate([[0], np.cumsum(np.arange(neurons - 1, 0, -1))])
    i = np.searchsorted(first_rank, rank, side="right") - 1
    return np.stack([i, i + 1 + rank - first_rank[i]], axis=1)


class Pool:
    """Forked processes that share the layer, and the planes between them; one plane is one worker's.

    Processes, not threads: most of these programs are short calls, between which
    threads wait for Python's lock. One worker is this process itself.
    """

    def __init__(self, workers: int, work: Work, angles: int):
        self.work = work
        self.angles = angles
        self.processes: list[ForkProcess] = []
        self.connections: list[Connection] = []
        for _ in range(workers if workers > 1 else 0):
            self.start(multiprocessing.get_context("fork"))

    def start(self, fork: ForkContext) -> None:
        """Starts one more process."""
        ours, theirs = fork.Pipe()
        process = fork.Process(target=serve, args=(self.work, theirs), daemon=True)
        process.start()
        theirs.close()  # so that a worker that dies is noticed
        self.processes.append(process)
        self.connections.append(ours)

    def counts(self, planes: Planes) -> np.ndarray:
        """The counts of `planes`, K × A, in their order."""
        if not self.processes:
            return self.work(planes)
        parts = dealt(planes, len(self.processes))
        for connection, part in zip(self.connections, parts):
            connection.send(part)
        out = [np.empty((len(part), self.angles), np.int32) for part in parts]
        for connection, part in zip(self.connections, out):
            if part.size:
                connection.recv_bytes_into(memoryview(part).cast("B"))
        return interleaved(out)

    def close(self) -> None:
        """Ends the processes; their peak memory is then part of this one's record."""
        for connection, process in zip(self.connections, self.processes):
            connection.send(None)
            process.join()


def serve(work: Work, connection: Connection) -> None:
    """A process of the pool: planes come in, their counts go out, until None comes."""
    while (planes := connection.recv()) is not None:
        if len(planes):
            connection.send_bytes(memoryview(work(planes).astype(np.int32)).cast("B"))


def dealt(planes: Planes, workers: int) -> list[Planes]:
    """Every `workers`-th plane to each."""
    return [planes[k::workers] for k in range(workers)]


def interleaved(parts: Sequence[np.ndarray]) -> np.ndarray:
    """The rows of `dealt` parts in their first order."""
    out = np.empty((sum(map(len, parts)), parts[0].shape[1]), np.int64)
    for k, part in enumerate(parts):
        out[k :: len(parts)] = part
    return out


@dataclass(frozen=True)
class Peer:
    """One way to count."""

    name: str
    make_pool: Callable[[Layer, Spec, int], Pool]
    """Everything that does not depend on ε is done before it returns."""
    versions: Callable[[], dict[str, str]]


def versions() -> dict[str, str]:
    """Versions of Python and NumPy, and the BLAS that NumPy runs."""
    found = {"Python": platform.python_version(), "NumPy": np.__version__}
    try:
        import threadpoolctl
    except ImportError:
        return found
    for library in threadpoolctl.threadpool_info():
        if library["user_api"] == "blas":
            kernel = f"{library['internal_api']} {library['version']}, {library.get('architecture', '?')}"
            found["BLAS"] = f"{kernel}, {library['num_threads']} thread(s) a call"
    return found


def arguments(description: str, methods: Sequence[str], examples: str) -> argparse.Namespace:
    """The options of a peer's command line."""
    parser = argparse.ArgumentParser(
        description=description, epilog=examples, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("acts", type=Path, metavar="ACTS.npy", help="activations, N × d")
    parser.add_argument("--basis", type=Path, metavar="B.npy", help="privileged basis, m × d")
    parser.add_argument("--method", choices=methods, default=methods[0])
    parser.add_argument("--epsilon", type=float, default=0.9)
    parser.add_argument("--angles", type=int, default=360, help="from 0 to 2π, both ends counted")
    parser.add_argument("--signed", action="store_true", help="count the opposite cone off")
    parser.add_argument("--planes", type=int, metavar="K", help="a seeded draw of K planes; all if left out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, metavar="OUT.npz", help="write planes and counts")
    options = parser.parse_args()
    if options.angles < 2 or options.threads < 1 or (options.planes is not None and options.planes < 1):
        parser.error("--angles must be at least 2, --threads and --planes at least 1")
    return options


def run(peer: Peer, options: argparse.Namespace) -> None:
    """Reads, prepares, warms up, times the sweep and prints a JSON report to stdout."""
    started = time.perf_counter()
    values = np.load(options.acts)
    basis = None if options.basis is None else np.load(options.basis)
    read = time.perf_counter()
    spec = Spec(options.epsilon, options.angles, options.signed)
    layer = prepare(values, basis)
    pool = peer.make_pool(layer, spec, options.threads)
    prepared = time.perf_counter()
    neurons, samples = layer.cosines.shape
    planes = draw_planes(neurons, options.planes, options.seed)
    pool.counts(planes[: options.threads])  # starts processes and libraries: a few planes must not pay for all
    warm = time.perf_counter()
    counts = pool.counts(planes)
    swept = time.perf_counter()
    pool.close()
    report = {
        "peer": peer.name,
        "n_samples": samples,
        "planes": len(planes),
        "planes_in_all": neurons * (neurons - 1) // 2,
        "threads": options.threads,
        "seconds": {"read": read - started, "prepare": prepared - read, "sweep": swept - warm},
        "versions": versions() | peer.versions(),
    }
    json.dump(report, sys.stdout, indent=2)
    print()
    if options.out is not None:
        np.savez(options.out, planes=planes, counts=counts)
