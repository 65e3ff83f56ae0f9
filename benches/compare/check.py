#!/usr/bin/env python3
"""Holds the counts of the peers against Followspot's, on small seeded layers.

The peers compute in float32, so a sample within rounding of the cone's edge may
fall on either side. A difference at an angle of a plane is explained if at least
as many samples have a cosine, in float64, within 1e-6 of ±ε there. Anything else
ends with exit code 1.
"""

import argparse
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import make_input
import peer_numpy
from peer import Layer, Pool, Spec, draw_planes, prepare

EDGE = 1e-6
"""Cosines this near to ±ε are within the rounding of float32."""
ROWS, COLUMNS, VECTORS = 3000, 12, 16
SPECS = [
    Spec(0.9, 36, False),
    Spec(0.9, 37, True),
    Spec(0.5, 37, False),
    Spec(0.5, 36, True),
    Spec(0.2, 360, False),
    Spec(0.0, 37, True),
    Spec(0.0, 36, False),
    Spec(-0.4, 37, False),
    Spec(-0.4, 36, True),
    Spec(-1.0, 36, False),
]

MakePool = Callable[[Layer, Spec, int], Pool]


@dataclass(frozen=True)
class Case:
    """A layer, a basis and a way of counting."""

    name: str
    values: np.ndarray
    basis: np.ndarray | None
    spec: Spec


@dataclass
class Tally:
    """What a peer's counts were worth."""

    values: int = 0
    differing: int = 0
    unexplained: int = 0


def layers() -> Iterator[tuple[str, np.ndarray]]:
    """A layer of each kind, and one with zero rows and rows exactly on an edge."""
    for kind in make_input.KINDS:
        yield kind, make_input.layer(kind, ROWS, COLUMNS)
    values = make_input.layer("mixed", ROWS, COLUMNS)
    values[:20] = 0
    values[20:200] = np.eye(COLUMNS, dtype=np.float32)[np.arange(180) % COLUMNS]
    yield "edges", values


def bases() -> Iterator[tuple[str, np.ndarray | None]]:
    """The neurons' own axes; and more vectors than neurons, none orthogonal to another."""
    yield "axes", None
    yield "oblique", np.random.default_rng(5).standard_normal((VECTORS, COLUMNS)) + 0.4


def cases() -> Iterator[Case]:
    """Every layer with every basis and every way of counting."""
    for (layer, values), (basis_name, basis), spec in itertools.product(layers(), bases(), SPECS):
        sign = "signed" if spec.signed else "unsigned"
        yield Case(f"{layer}, {basis_name}, epsilon {spec.epsilon}, {spec.angles} angles, {sign}", values, basis, spec)


def peers() -> dict[str, MakePool]:
    """The peers that can run here."""
    found: dict[str, MakePool] = {f"numpy-{name}": pool for name, pool in peer_numpy.POOLS.items()}
    try:
        import peer_torch
    except (ImportError, OSError) as error:
        print(f"torch-probes: not installed ({error})", file=sys.stderr)
    else:
        found["torch-probes"] = peer_torch.probes_pool
    return found


def followspot_counts(program: str, case: Case, folder: Path) -> dict[tuple[int, int], np.ndarray]:
    """Followspot's own counts of every plane."""
    acts, out = folder / "acts.npy", folder / "out.npz"
    np.save(acts, case.values)
    spec = case.spec
    command = [program, "sweep", str(acts), f"--epsilon={spec.epsilon!r}", "--angles", str(spec.angles)]
    if spec.signed:
        command.append("--signed")
    if case.basis is not None:
        np.save(folder / "basis.npy", case.basis)
        command += ["--basis", str(folder / "basis.npy")]
    subprocess.run([*command, "-o", str(out), "--force"], check=True, capture_output=True)
    with np.load(out) as result:
        return {(int(i), int(j)): counts for (i, j), counts in zip(result["planes"], result["counts"])}


def near_edge(case: Case, plane: tuple[int, int]) -> np.ndarray:
    """At each angle, how many samples have a float64 cosine within `EDGE` of ε or of −ε."""
    rows = case.values.astype(np.float64)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = rows / np.where(norms == 0, 1, norms)
    basis = np.eye(rows.shape[1]) if case.basis is None else case.basis
    basis = basis / np.linalg.norm(basis, axis=1, keepdims=True)
    first, other = basis[plane[0]], basis[plane[1]]
    second = other - (first @ other) * first
    second /= np.linalg.norm(second)
    theta = np.linspace(0, 2 * np.pi, case.spec.angles)
    cosines = np.outer(rows @ first, np.cos(theta)) + np.outer(rows @ second, np.sin(theta))
    return sum((abs(cosines - edge) <= EDGE).sum(axis=0) for edge in (case.spec.epsilon, -case.spec.epsilon))


def hold(case: Case, pool: MakePool, expected: dict[tuple[int, int], np.ndarray], tally: Tally) -> None:
    """Adds one peer's differences on one case to its tally."""
    layer = prepare(case.values, case.basis)
    planes = draw_planes(len(layer.cosines), None, 0)
    with closing(pool(layer, case.spec, 2)) as workers:
        counts = workers.counts(planes)
    if len(expected) != len(planes):
        raise SystemExit(f"{case.name}: Followspot has {len(expected)} planes, the peers {len(planes)}")
    for (i, j), found in zip(planes.tolist(), counts):
        difference = abs(found - expected[i, j])
        tally.values += len(difference)
        if not difference.any():
            continue
        tally.differing += int(np.count_nonzero(difference))
        unexplained = int(np.count_nonzero(difference > near_edge(case, (i, j))))
        if unexplained and not tally.unexplained:
            print(f"{case.name}, plane ({i}, {j}): {unexplained} counts differ and no edge explains them")
        tally.unexplained += unexplained


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--followspot", required=True, metavar="PROGRAM")
    options = parser.parse_args()
    contestants = peers()
    tallies = {name: Tally() for name in contestants}
    number = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, case in enumerate(cases(), 1):
            print(f"{number}: {case.name}", file=sys.stderr)
            expected = followspot_counts(options.followspot, case, Path(folder))
            for name, pool in contestants.items():
                hold(case, pool, expected, tallies[name])
    print(f"{number} cases against {options.followspot}")
    for name, tally in tallies.items():
        print(
            f"{name:<13} {tally.values:>9,} counts, {tally.differing:,} differ, "
            f"{tally.differing - tally.unexplained:,} of them explained by the cone's edge, {tally.unexplained:,} not"
        )
    return 1 if any(tally.unexplained for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
