"""Writes the torch files of this folder, which are committed: torch 2.15, NumPy 2.

Every value of the tensor `x` is its place over eight, so that a test knows it without this script."""
import argparse
import pathlib
import zipfile

import numpy as np
import torch

OUT = pathlib.Path(__file__).parent
x = torch.arange(120).reshape(20, 6) / 8


def save(name, value, **options):
    torch.save(value, OUT / name, **options)


def rezip(name, source, change=lambda name, data: data, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(OUT / source) as old, zipfile.ZipFile(OUT / name, "w", method) as new:
        for member in old.namelist():
            new.writestr(zipfile.ZipInfo(member), change(member, old.read(member)), method)


save("views.pt", {
    "whole": x, "steps": x[::2, 1:4], "turned": x.t(), "row": x[5], "block": x.reshape(4, 5, 6).permute(2, 0, 1),
    "none": x[:0], "number": x[3, 2], "wide": x[:1].expand(4, 6),
})
names = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32",
         "uint64", "bool", "complex64", "float8_e4m3fn"]
save("dtypes.pt", {n: torch.arange(6).reshape(2, 3).to(getattr(torch, n)) for n in names})
twice = [x[:2], x[2:4]]
save("nested.pt", {
    "layers": [x, {"out": x + 1, 7: x + 2}], ("a", 1): x + 3, "note": "text", "step": 3, "nothing": None, "rate": 1.5,
    "large": 2**80, "minus": -5, "twice": (twice, twice), "layers.0": x + 4, "flags": {True, False}, "size": x.shape,
    "dtype": torch.float16, "device": torch.device("cpu"), "bytes": b"\0\xff", "a": {"b": x + 5}, "a.b": x + 6,
})
save("protocol4.pt", {"a": x, "b": [x]}, pickle_protocol=4)
torch.manual_seed(5)
model = torch.nn.Sequential(torch.nn.Linear(6, 3), torch.nn.BatchNorm1d(3))
optimizer = torch.optim.Adam(model.parameters())
model(x).sum().backward()
optimizer.step()
save("checkpoint.pt", {"epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict()})
save("whole_model.pt", torch.nn.Sequential(torch.nn.Linear(2, 2)))
save("options.pt", {"x": x, "options": argparse.Namespace(rate=1)})
save("numpy.pt", {"x": x, "array": np.arange(6.0), "number": np.float64(3)})
save("sparse.pt", {"x": x, "sparse": x[:2].to_sparse()})
rezip("deflated.pt", "views.pt")
rezip("swapped.pt", "protocol4.pt", lambda name, data: b"big" if name.endswith("byteorder") else
      np.frombuffer(data, "<f4").astype(">f4").tobytes() if "/data/" in name else data, zipfile.ZIP_STORED)
torch.jit.save(torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(1, 2)), OUT / "program.pt")
for file in OUT.glob("*.pt"):
    assert file.stat().st_size < 20_000, file
