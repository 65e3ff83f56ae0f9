#!/usr/bin/env python3
"""All planes of a layer in PyTorch, on the CPU.

The probes way: the cosines of a plane are one product of the samples' two
coordinates with the probes', in blocks that stay in the cache, compared with ε
in place and summed over the samples (a float sum of ones, exact below 2²⁴). On a
grid that maps to itself under half a turn the opposite cone is counted instead
of computed.

--threads T is T processes that share the planes, each with one thread: measured on
two cores, threads inside the operations were no faster, and on a busy machine far
slower. Rows must be finite, and no two basis vectors parallel.
"""

import sys

import numpy as np

import peer
from measure import NOT_INSTALLED
from peer import Layer, Planes, Pool, Spec

try:
    import torch
except (ImportError, OSError) as error:
    if __name__ != "__main__":
        raise
    print(f"PyTorch cannot be imported: {error}", file=sys.stderr)
    sys.exit(NOT_INSTALLED)

METHODS = ("probes",)
BLOCK_VALUES = 1 << 19
EXAMPLES = """examples:
  python peer_torch.py mixed.npy --planes 50 --threads 2
"""


def probes_pool(layer: Layer, spec: Spec, threads: int) -> Pool:
    """A pool that counts by a product and a sum of flags."""
    cosines = torch.from_numpy(layer.cosines)
    probes = torch.from_numpy(np.ascontiguousarray(spec.probes.T))
    samples, width = cosines.shape[1], probes.shape[1]
    step = min(samples, max(1, BLOCK_VALUES // width))

    def pair(i: int, j: int) -> torch.Tensor:
        """In-plane coordinates of all samples: N × 2."""
        g, s = layer.frame(i, j)
        second = (cosines[j] - g * cosines[i]) / s if g else cosines[j]
        return torch.stack([cosines[i], second], dim=1)

    @torch.inference_mode()
    def work(planes: Planes) -> np.ndarray:
        torch.set_num_threads(1)
        block, flags = torch.empty(2, step, width)
        out = np.empty((len(planes), spec.angles), np.int64)
        for row, (i, j) in enumerate(planes):
            both = pair(i, j)
            up, down = torch.zeros(2, width, dtype=torch.int64)
            for part in both.split(step):
                found = torch.mm(part, probes, out=block[: len(part)])
                if spec.needs_down:
                    down += torch.le(found, -spec.epsilon, out=flags[: len(part)]).sum(0).long()
                up += found.ge_(spec.epsilon).sum(0).long()
            out[row] = spec.curve(up.numpy(), down.numpy())
        return out

    return Pool(threads, work, spec.angles)


def versions() -> dict[str, str]:
    """PyTorch's version and the vector instructions it uses."""
    return {"PyTorch": f"{torch.__version__}, {torch.backends.cpu.get_cpu_capability()}"}


def main() -> None:
    options = peer.arguments(__doc__, METHODS, EXAMPLES)
    peer.run(peer.Peer("torch-probes", probes_pool, versions), options)


if __name__ == "__main__":
    main()
