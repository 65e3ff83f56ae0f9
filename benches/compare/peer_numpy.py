#!/usr/bin/env python3
"""All planes of a layer in vectorised NumPy.

probes  what a good user writes: the d-dimensional probes are never formed; the
        cosines of a plane are one product of the probes' two coordinates with
        the samples', in blocks that stay in the cache, compared with ε and
        counted by numpy.count_nonzero.
bytes   the same, counted the fastest way that was found: 255 rows of flags at a
        time are added up as bytes.
arcs    what an expert writes: a sample is lit on one arc of the circle, so a
        plane is a filter (r ≥ ε), two histograms of the arcs' ends and a running
        sum, whatever the number of angles. Exact but for ties.

On a grid that maps to itself under half a turn, probes and bytes count the
opposite cone instead of computing it. --threads T is T processes that share the
planes: measured on two cores, threads were as fast for probes, but slower than one
alone for bytes and arcs (they wait for Python's lock). Keep BLAS at one thread
(OPENBLAS_NUM_THREADS=1). Rows must be finite, and no two basis vectors parallel.
"""

import numpy as np

import peer
from peer import Layer, Planes, Pool, Spec

METHODS = ("probes", "bytes", "arcs")
BLOCK_BYTES = 1 << 22
"""A block of cosines; with its flags it fits a core's share of the caches."""
EXAMPLES = """examples:
  OPENBLAS_NUM_THREADS=1 python peer_numpy.py mixed.npy --planes 50 --threads 2
  OPENBLAS_NUM_THREADS=1 python peer_numpy.py mixed.npy --method arcs --planes 2000
"""


def probes_pool(layer: Layer, spec: Spec, threads: int) -> Pool:
    """A pool that counts by a product and numpy.count_nonzero."""
    probes, epsilon = spec.probes, np.float32(spec.epsilon)
    samples = layer.cosines.shape[1]
    step = min(samples, max(1, BLOCK_BYTES // (4 * len(probes))))

    def work(planes: Planes) -> np.ndarray:
        cosines = np.empty((len(probes), step), np.float32)
        out = np.empty((len(planes), spec.angles), np.int64)
        for row, (i, j) in enumerate(planes):
            pair = layer.pair(i, j)
            up, down = np.zeros((2, len(probes)), np.int64)
            for start in range(0, samples, step):
                part = pair[:, start : start + step]
                block = np.matmul(probes, part, out=cosines[:, : part.shape[1]])
                up += np.count_nonzero(block >= epsilon, axis=1)
                if spec.needs_down:
                    down += np.count_nonzero(block <= -epsilon, axis=1)
            out[row] = spec.curve(up, down)
        return out

    return Pool(threads, work, spec.angles)


def bytes_pool(layer: Layer, spec: Spec, threads: int) -> Pool:
    """A pool that counts by a product and sums of bytes."""
    probes, epsilon = np.ascontiguousarray(spec.probes.T), np.float32(spec.epsilon)
    samples, width = layer.cosines.shape[1], probes.shape[1]
    step = 255 * max(1, BLOCK_BYTES // 4 // (4 * width * 255))

    def work(planes: Planes) -> np.ndarray:
        cosines = np.empty((step, width), np.float32)
        flags = np.empty((step, width), bool)
        out = np.empty((len(planes), spec.angles), np.int64)
        for row, (i, j) in enumerate(planes):
            pair = np.ascontiguousarray(layer.pair(i, j).T)
            up, down = np.zeros((2, width), np.int64)
            for start in range(0, samples, step):
                part = pair[start : start + step]
                block = np.matmul(part, probes, out=cosines[: len(part)])
                lit = flags[: len(part)]
                add_bytes(np.greater_equal(block, epsilon, out=lit), up)
                if spec.needs_down:
                    add_bytes(np.less_equal(block, -epsilon, out=lit), down)
            out[row] = spec.curve(up, down)
        return out

    return Pool(threads, work, spec.angles)


def add_bytes(lit: np.ndarray, total: np.ndarray) -> None:
    """Adds the flags of each column to `total`; 255 of them fit a byte."""
    flags = lit.view(np.uint8)
    for start in range(0, len(flags), 255):
        total += np.add.reduce(flags[start : start + 255], axis=0, dtype=np.uint8)


def arcs_pool(layer: Layer, spec: Spec, threads: int) -> Pool:
    """A pool that counts by arcs."""
    squares = layer.cosines * layer.cosines

    def work(planes: Planes) -> np.ndarray:
        samples = squares.shape[1]
        scratch = np.empty(samples, np.float32), np.empty(samples, bool)
        out = np.empty((len(planes), spec.angles), np.int64)
        for row, (i, j) in enumerate(planes):
            c1, c2 = reaching(layer, squares, (i, j), spec.epsilon, scratch)
            counts = arc_counts(c1, c2, spec)
            out[row] = np.concatenate([counts, counts[:1]])
        return out

    return Pool(threads, work, spec.angles)


def reaching(
    layer: Layer,
    squares: np.ndarray,
    plane: tuple[int, int],
    epsilon: float,
    scratch: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates, float64, of the samples that may be lit: r² ≤ (c_i² + c_j²) / (1 − |g|)."""
    i, j = plane
    g, s = layer.frame(i, j)
    at: np.ndarray | slice = slice(None)
    if epsilon > 0:
        total, hit = scratch
        np.add(squares[i], squares[j], out=total)
        loose = np.float32(epsilon * epsilon * (1 - abs(g)) * (1 - 1e-5))
        at = np.flatnonzero(np.greater_equal(total, loose, out=hit))
    c1 = layer.cosines[i, at].astype(np.float64)
    c2 = layer.cosines[j, at].astype(np.float64)
    return c1, (c2 - g * c1) / s if g else c2


def arc_counts(c1: np.ndarray, c2: np.ndarray, spec: Spec) -> np.ndarray:
    """How many samples are lit in each of the A − 1 distinct directions."""
    epsilon, directions = spec.epsilon, spec.directions
    step = 2 * np.pi / directions
    radius = np.hypot(c1, c2)
    if epsilon > 0:
        keep = radius >= epsilon
        c1, c2, radius = c1[keep], c2[keep], radius[keep]
        width = np.arccos(epsilon / radius)
    else:
        width = np.full(len(radius), np.pi)
        far = radius > -epsilon
        width[far] = np.arccos(epsilon / radius[far])
    counts = np.zeros(directions, np.int64)
    for sign in (1, -1) if spec.signed else (1,):
        centre = np.arctan2(sign * c2, sign * c1)
        first = np.ceil((centre - width) / step).astype(np.int64)
        end = np.floor((centre + width) / step).astype(np.int64) + 1
        end = np.minimum(end, first + directions)
        starts = np.bincount(first % directions, minlength=directions)
        ends = np.bincount(end % directions, minlength=directions)
        whole_turns = (end // directions - first // directions).sum()
        counts += sign * (whole_turns + np.cumsum(starts - ends))
    return counts


POOLS = {"probes": probes_pool, "bytes": bytes_pool, "arcs": arcs_pool}


def main() -> None:
    options = peer.arguments(__doc__, METHODS, EXAMPLES)
    peer.run(peer.Peer(f"numpy-{options.method}", POOLS[options.method], dict), options)


if __name__ == "__main__":
    main()
