"""Writes files with the libraries that people use, and what is in them.

    python real_python.py FOLDER LIBRARY

LIBRARY is numpy, safetensors, torch, pandas or h5py. For each array a line goes to
FOLDER/LIBRARY.tsv: the file, its key, how it is read (flatten, channels, rows), rows,
columns and the file of its values, doubles of the machine's order, row by row. Where it is to
be refused, "refused" and a part of the sentence stand in the place of these.
"""

import itertools
import pathlib
import sys

import numpy as np

folder, library = pathlib.Path(sys.argv[1]), sys.argv[2]
lines = []
rng = np.random.default_rng(20260501)


def expect(file, values, key="", flatten="", channels="", rows=""):
    values = np.ascontiguousarray(values, dtype=np.float64)
    name = f"{library}_{len(lines)}.doubles"
    values.tofile(folder / name)
    cells = [file, key, flatten, channels, rows, *map(str, values.shape), name]
    lines.append("\t".join(cells))


def refuse(file, said, key=""):
    lines.append("\t".join([file, key, "", "", "", "refused", said, ""]))


def some(dtype, shape):
    """Values of every size that the dtype has, infinities and NaN among them."""
    dtype = np.dtype(dtype)
    count = int(np.prod(shape, dtype=np.int64))
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if dtype.kind == "f":
        values = rng.standard_normal(count) * 2.0 ** rng.integers(-12, 12, count)
        values = values.astype(dtype)
        odd = np.array([0.0, -0.0, np.inf, -np.inf, np.nan], dtype)
        values[: min(count, 5)] = odd[:count]
        if count > 8:
            values[5:8] = [np.finfo(dtype).max, np.finfo(dtype).tiny, np.finfo(dtype).smallest_subnormal]
        return values.reshape(shape)
    info = np.iinfo(dtype)
    values = rng.integers(info.min, info.max, count, dtype=dtype, endpoint=True)
    values[:2] = [info.min, info.max][: min(count, 2)]
    return values.reshape(shape)


NUMBERS = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]


def with_numpy():
    for kind, order, layout, version in itertools.product(NUMBERS, "<>", "CF", [(1, 0), (2, 0), (3, 0)]):
        values = some(np.dtype(kind), (7, 5)).astype(np.dtype(order + kind), order=layout)
        file = f"{kind.replace('?', 'b')}{'le' if order == '<' else 'be'}{layout}{version[0]}.npy"
        with open(folder / file, "wb") as out:
            np.lib.format.write_array(out, values, version=version)
        expect(file, values)
    for shape in [(1, 1), (1, 9), (9, 1), (1000, 33), (3, 2000)]:
        for layout in "CF":
            file = f"shape_{shape[0]}_{shape[1]}_{layout}.npy"
            values = np.asarray(some("f4", shape), order=layout)
            np.save(folder / file, values)
            expect(file, values)
    # Views are saved as they look.
    wide = some("f4", (40, 30))
    for name, view in {"t": wide.T, "step": wide[::3, 1::2], "back": wide[::-1, ::-1]}.items():
        np.save(folder / f"view_{name}.npy", view)
        expect(f"view_{name}.npy", view)
    mapped = np.lib.format.open_memmap(folder / "mapped.npy", "w+", ">f4", (64, 8))
    mapped[:] = some("f4", (64, 8))
    mapped.flush()
    expect("mapped.npy", mapped)
    expect("mapped.npy", mapped[3:60:7], rows="3:60:7")
    for save, file in [(np.savez, "stored.npz"), (np.savez_compressed, "deflated.npz")]:
        arrays = {kind.replace("?", "b"): some(kind, (11, 4)) for kind in NUMBERS}
        arrays["fortran"] = np.asfortranarray(some(">f8", (6, 7)))
        arrays["größe/1"] = some("f2", (3, 4))
        save(folder / file, **arrays)
        for key, values in arrays.items():
            expect(file, values, key=key)
    cube, images = some("f8", (4, 5, 6))[:], some("f4", (3, 4, 5, 2))
    cube[~np.isfinite(cube)] = 1.5
    images[~np.isfinite(images)] = 2.5
    cube, images = np.clip(cube, -1e6, 1e6), np.clip(images, -1e6, 1e6)
    for layout in "CF":
        np.save(folder / f"cube{layout}.npy", np.asarray(cube, order=layout))
        np.save(folder / f"images{layout}.npy", np.asarray(images, order=layout))
        expect(f"cube{layout}.npy", cube.reshape(-1, 6), flatten="positions")
        expect(f"cube{layout}.npy", cube.max(axis=1), flatten="max")
        expect(f"cube{layout}.npy", cube[:, 2], flatten="2")
        expect(f"cube{layout}.npy", cube[:, :, -1], flatten="-1", channels="first")
        last = images.transpose(0, 2, 3, 1)
        expect(f"images{layout}.npy", last.reshape(-1, 4), flatten="positions")
        expect(f"images{layout}.npy", images.reshape(-1, 2), flatten="positions", channels="last")
        expect(f"images{layout}.npy", last.reshape(-1, 4)[::5], flatten="positions", rows="::5")
        expect(f"images{layout}.npy", images.max(axis=(2, 3)), flatten="max")
    np.save(folder / "structured.npy", np.zeros(3, [("a", "f4"), ("b", "i2")]))
    refuse("structured.npy", "not real numbers")
    np.save(folder / "objects.npy", np.array([[1, None]], dtype=object), allow_pickle=True)
    refuse("objects.npy", "pickle")
    np.save(folder / "text.npy", np.array([["a", "bc"]]))
    refuse("text.npy", "not real numbers")
    np.save(folder / "complex.npy", np.zeros((2, 2), "c8"))
    refuse("complex.npy", "not real numbers")
    np.save(folder / "flat.npy", np.zeros(4))
    refuse("flat.npy", "one dimension")


def with_safetensors():
    from safetensors.numpy import save_file

    arrays = {kind.replace("?", "b"): some(kind, (9, 4)) for kind in NUMBERS}
    arrays["cube"] = some("f4", (3, 2, 4))
    save_file(arrays, folder / "all.safetensors", metadata={"format": "np", "note": "größe"})
    for key, values in arrays.items():
        flatten = "positions" if values.ndim == 3 else ""
        expect("all.safetensors", values.reshape(-1, 4), key=key, flatten=flatten)
    one = some("f8", (5, 3))
    save_file({"x": one}, folder / "one.safetensors")
    expect("one.safetensors", one)


def with_torch():
    import torch

    def doubles(tensor):
        return tensor.detach().to(torch.float64).numpy()

    def save(file, value):
        torch.save(value, folder / file)

    for kind in NUMBERS:
        tensor = torch.from_numpy(np.array(some(kind, (8, 5))))
        file = f"{kind.replace('?', 'b')}.pt"
        save(file, tensor)
        expect(file, tensor.numpy())
    half = torch.from_numpy(some("f4", (8, 5))).to(torch.bfloat16)
    save("bf16.pt", half)
    expect("bf16.pt", doubles(half))
    base = torch.randn(20, 12, generator=torch.Generator().manual_seed(3))
    views = {
        "whole": base,
        "turned": base.t(),
        "narrow": base[:, 2:9],
        "steps": base[1::3, ::2],
        "rows": base[5:7],
        "expanded": base[:1].expand(4, 12),
        "parameter": torch.nn.Parameter(base[:3].clone()),
        "permuted": base.reshape(4, 5, 12).permute(2, 0, 1),
    }
    for protocol in [2, 4]:
        file = f"views{protocol}.pt"
        torch.save(views, folder / file, pickle_protocol=protocol)
        for key, tensor in views.items():
            values, flatten = doubles(tensor), ""
            if values.ndim == 3:
                values, flatten = values.reshape(-1, values.shape[-1]), "positions"
            expect(file, values, key=key, flatten=flatten)
    save("list.pth", [base, base[:4], half])
    expect("list.pth", doubles(base), key="[0]")
    expect("list.pth", doubles(base[:4]), key="[1]")
    expect("list.pth", doubles(half), key="[2]")
    model = torch.nn.Sequential(torch.nn.Linear(6, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
    save("state.bin", model.state_dict())
    expect("state.bin", doubles(model[0].weight), key="0.weight")
    expect("state.bin", doubles(model[2].weight), key="2.weight")
    save("model.pt", model)
    refuse("model.pt", "torch.nn.modules.container.Sequential")
    torch.save(base, folder / "old.pt", _use_new_zipfile_serialization=False)
    refuse("old.pt", "before torch 1.6")
    try:
        from safetensors.torch import save_file
    except ImportError:
        return
    tensors = {"bf16": half, "f16": half.to(torch.float16), "turned": base.t().contiguous()}
    save_file(tensors, folder / "torch.safetensors")
    for key, tensor in tensors.items():
        expect("torch.safetensors", doubles(tensor), key=key)


def with_pandas():
    import pandas as pd

    values = rng.standard_normal((30, 5)) * 10.0 ** rng.integers(-30, 30, (30, 5))
    frame = pd.DataFrame(values, columns=[f"neuron {k}" for k in range(5)])
    frame.to_csv(folder / "plain.csv", index=False)
    expect("plain.csv", values)
    frame.to_csv(folder / "tabs.tsv", index=False, sep="\t")
    expect("tabs.tsv", values)
    frame.to_csv(folder / "bare.csv", index=False, header=False)
    expect("bare.csv", values)
    np.savetxt(folder / "numbers.txt", values, fmt="%.17e")
    expect("numbers.txt", values)
    frame["label"] = [f"class {n % 3}" for n in range(30)]
    frame.to_csv(folder / "labelled.csv", index=False)
    expect("labelled.csv", values)


def with_h5py():
    import h5py

    with h5py.File(folder / "all.h5", "w") as out:
        for kind in ["f2", "f4", "f8"]:
            for order in "<>":
                values = some(kind, (40, 6)).astype(order + kind)
                key = f"{kind}{'le' if order == '<' else 'be'}"
                out.create_dataset(key, data=values)
                out.create_dataset(f"group/{key}", data=values, chunks=(7, 4), compression="gzip")
                expect("all.h5", values, key=key)
                expect("all.h5", values, key=f"group/{key}")


{
    "numpy": with_numpy,
    "safetensors": with_safetensors,
    "torch": with_torch,
    "pandas": with_pandas,
    "h5py": with_h5py,
}[library]()
(folder / f"{library}.tsv").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
