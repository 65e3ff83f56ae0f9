#!/usr/bin/env python3
"""Writes a layer to time on: N × d float32 values as a .npy file in C order.

iso    every entry a standard normal: no preferred direction.
mixed  the same, and in each row a strong signal on one or two random neurons:
       ±s·√d with s uniform in [1.5, 4.5], so that a dominant neuron alone has a
       cosine of about 0.83 to 0.98.

The values depend on kind, rows and columns only. Rows are drawn 8,192 at a
time, each block from a seed of its own.
"""

import argparse
from pathlib import Path

import numpy as np

KINDS = ("iso", "mixed")
BLOCK_ROWS = 8192
EXAMPLES = """examples:
  python make_input.py mixed.npy --kind mixed --rows 50000 --columns 768
"""


def block(kind: str, shape: tuple[int, int], index: int, rows: int) -> np.ndarray:
    """The rows of one block of a layer of `shape`: rows × columns, float32."""
    columns = shape[1]
    seed = [1 + KINDS.index(kind), *shape, index]
    rng = np.random.Generator(np.random.PCG64(seed))
    values = rng.standard_normal((rows, columns), dtype=np.float32)
    if kind == "mixed":
        add_signals(values, rng)
    return values


def add_signals(values: np.ndarray, rng: np.random.Generator) -> None:
    """Adds to each row a signal on one neuron and, to half of them, on a second."""
    rows, columns = values.shape
    row = np.arange(rows)
    first = rng.integers(0, columns, rows)
    second = (first + rng.integers(1, columns, rows)) % columns
    size = rng.uniform(1.5, 4.5, (2, rows)) * np.sqrt(columns)
    signal = (size * rng.choice([-1, 1], (2, rows))).astype(np.float32)
    two = rng.random(rows) < 0.5
    values[row, first] += signal[0]
    values[row[two], second[two]] += signal[1][two]


def layer(kind: str, rows: int, columns: int) -> np.ndarray:
    """A whole small layer in memory: rows × columns, float32."""
    shape = (rows, columns)
    starts = range(0, rows, BLOCK_ROWS)
    blocks = [block(kind, shape, k, min(BLOCK_ROWS, rows - a)) for k, a in enumerate(starts)]
    return np.concatenate(blocks)


def write(path: Path, kind: str, rows: int, columns: int) -> None:
    """Writes a layer block by block; an interrupted write leaves no file `path`."""
    part = path.with_name(path.name + ".part")
    shape = (rows, columns)
    out = np.lib.format.open_memmap(part, mode="w+", dtype=np.float32, shape=shape)
    for index, start in enumerate(range(0, rows, BLOCK_ROWS)):
        stop = min(start + BLOCK_ROWS, rows)
        out[start:stop] = block(kind, shape, index, stop - start)
    out.flush()
    part.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, metavar="OUT.npy")
    parser.add_argument("--kind", choices=KINDS, default="mixed")
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--columns", type=int, default=768)
    options = parser.parse_args()
    if options.rows < 1 or options.columns < 2:
        parser.error("a layer has at least 1 row and 2 columns")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write(options.out, options.kind, options.rows, options.columns)


if __name__ == "__main__":
    main()
