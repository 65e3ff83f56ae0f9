"""Reads tables of Followspot with numpy and pandas, as a paper's script would.

    python read_back.py FOLDER GOLDEN.npz

FOLDER holds out.npz and {planes,curves,ensemble}.{csv,tsv,json} of one sweep; GOLDEN.npz
the counts of the paper's own code. Ends with an AssertionError where they differ.
"""

import json
import pathlib
import sys

import numpy as np
import pandas as pd

folder, golden = pathlib.Path(sys.argv[1]), np.load(sys.argv[2])
npz = np.load(folder / "out.npz")
N, A = int(npz["n_samples"]), len(npz["angles"])
assert N == len(golden["activations"])


def frames(table):
    """The table by every way of reading it."""
    csv, tsv, js = (folder / f"{table}.{ending}" for ending in ("csv", "tsv", "json"))
    exact = {"comment": "#", "float_precision": "round_trip"}
    yield "csv", pd.read_csv(csv, **exact)
    yield "tsv", pd.read_csv(tsv, sep="\t", **exact)
    with open(js, encoding="utf-8") as file:
        # A column of nulls alone is one of numbers that are undefined.
        yield "json", pd.DataFrame(json.load(file)["columns"]).apply(pd.to_numeric)
    array = np.genfromtxt(csv, delimiter=",", skip_header=1, names=True, encoding="utf-8")
    yield "genfromtxt", pd.DataFrame(np.atleast_1d(array))


def same(frame, column, expected, how):
    np.testing.assert_array_equal(frame[column], expected, err_msg=f"{how} {column}")


for how, frame in frames("curves"):
    assert len(frame) == len(npz["planes"]) * A, how
    same(frame, "count", npz["counts"].ravel(), how)
    same(frame, "fraction", (npz["counts"] / N).ravel(), how)
    same(frame, "angle_rad", np.tile(npz["angles"], len(npz["planes"])), how)
    pairs = np.repeat(npz["planes"], A, axis=0)
    same(frame, "plane_i", pairs[:, 0], how)
    same(frame, "plane_j", pairs[:, 1], how)
    # By plane, against the paper's own code.
    wide = frame.groupby(["plane_i", "plane_j"])["count"].agg(list)
    for plane, counts in zip(golden["planes"], golden["counts"]):
        np.testing.assert_array_equal(wide[tuple(plane)], counts, err_msg=f"{how} {plane}")
    if how != "genfromtxt":
        kinds = {"count": "i", "plane_i": "i", "plane_j": "i", "fraction": "f", "angle_rad": "f"}
        assert {name: frame[name].dtype.kind for name in frame} == kinds, (how, frame.dtypes)

for how, frame in frames("planes"):
    assert len(frame) == len(npz["planes"]), how
    for column in ("axes", "bisectors", "lit", "peak", "alignment", "contrast", "excess", "z", "p", "q"):
        same(frame, column, npz[column], how)
    same(frame, "peak_angle_rad", npz["peak_angle"], how)
    same(frame, "lit_fraction", npz["lit"] / N, how)
    mean = npz["counts"][:, :-1].sum(axis=1) / ((A - 1) * N)
    np.testing.assert_allclose(frame["mean"], mean, rtol=1e-15, atol=0, err_msg=how)

for how, frame in frames("ensemble"):
    same(frame, "angle_rad", npz["angles"], how)
    for column in ("mean", "std", "min", "max"):
        same(frame, column, npz[column], how)

# The record is the same everywhere.
record = json.loads(str(npz["provenance"]))
for table in ("planes", "curves", "ensemble"):
    with open(folder / f"{table}.csv", encoding="utf-8") as file:
        head = json.loads(file.readline().removeprefix("# followspot "))
    assert head["provenance"] == record and head["table"] == table and head["n_samples"] == N
    with open(folder / f"{table}.json", encoding="utf-8") as file:
        assert json.load(file)["provenance"] == record

print("equal", N, A, len(npz["planes"]))
