"""Writes the HDF5 files of this folder, which are committed: h5py 3.16, HDF5 2.0.

Every value of the dataset `x` is its place over eight, so that a test knows it without this script."""
import pathlib

import h5py
import numpy as np

OUT = pathlib.Path(__file__).parent
x = np.arange(120).reshape(20, 6) / 8
LAYOUTS = {
    "contiguous": {}, "gzip": {"chunks": (12, 4), "compression": "gzip"},
    "shuffled": {"chunks": (20, 6), "compression": "gzip", "shuffle": True},
    "growing": {"chunks": (9, 6), "maxshape": (None, 6), "fletcher32": True},
}
TYPES = ["f2", "f8", ">f4", "i1", ">i2", "i8", "u1", "u4"]

for version in ["earliest", "latest"]:
    with h5py.File(OUT / f"{version}.h5", "w", libver=version) as file:
        for name, options in LAYOUTS.items():
            file.create_dataset(f"layouts/{name}", data=x.astype("f4"), **options)
        for name in TYPES:
            file.create_dataset(f"types/{name}", data=(x[:9] if "f" in name else x[:9] * 8).astype(name))
        file["bool"] = x > 3
        file["three"] = x.reshape(4, 5, 6)
        file["words"] = ["cat", "dog"]
        file["complex"] = x + 1j
        file["number"] = 3.0
        file["itself"] = h5py.SoftLink("/")
        file["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
with h5py.File(OUT / "matlab.mat", "w", userblock_size=512) as file:
    file["x"] = x
with open(OUT / "matlab.mat", "r+b") as file:
    file.write(b"MATLAB 7.3 MAT-file")
with h5py.File(OUT / "sparse.h5", "w") as file:
    file.create_dataset("huge", shape=(10**12, 6), dtype="f4", chunks=(1000, 6))
    file["x"] = x
for file in OUT.glob("*.[hm]*5*"):
    print(file.name, file.stat().st_size)
