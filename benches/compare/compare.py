#!/usr/bin/env python3
"""Times Followspot beside NumPy and PyTorch on the same layer, cores and threads,
in one run, and prints a table; or, with --check, holds their counts together.

Every contestant is a process of its own, run in turn (A B C A B C …); the table
shows medians. Only the sweep is compared: reading and preparing (all that does
not depend on ε) are timed apart, for everyone. Peers time a seeded draw of
planes, after a warm-up, and are scaled to all planes; Followspot sweeps them all.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import table
from measure import Contestant, Failed, environment, say, stay_on_cores, time_all, warm_page_cache

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PEERS = {
    "numpy-probes": ("peer_numpy.py", "probes"),
    "numpy-bytes": ("peer_numpy.py", "bytes"),
    "numpy-arcs": ("peer_numpy.py", "arcs"),
    "torch-probes": ("peer_torch.py", "probes"),
}
EXAMPLES = """examples:
  python benches/compare/compare.py --kind mixed --rows 50000 --columns 768 --threads 2
  python benches/compare/compare.py --input layer3.npy --epsilon 0.5 --peers numpy-arcs
  python benches/compare/compare.py --rows 10000 --columns 64 --repeats 3 --markdown
  python benches/compare/compare.py --check
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--followspot", default=str(ROOT / "target/release/followspot"), metavar="PROGRAM")
    made.add_argument("--python", default=sys.executable, help="the interpreter that has the peers' libraries")
    made.add_argument("--check", action="store_true", help="compare counts on small seeded layers; time nothing")
    layer = made.add_argument_group("layer")
    layer.add_argument("--input", type=Path, metavar="X.npy", help="activations, N × d; made as follows if left out")
    layer.add_argument("--kind", choices=("iso", "mixed"), default="mixed")
    layer.add_argument("--rows", type=positive, default=50_000)
    layer.add_argument("--columns", type=positive, default=768)
    layer.add_argument("--cache", type=Path, default=ROOT / "target/compare", help="where made layers are kept")
    what = made.add_argument_group("what is timed")
    what.add_argument("--epsilon", type=float, default=0.9)
    what.add_argument("--angles", type=positive, default=360)
    what.add_argument("--threads", type=positive, default=os.cpu_count() or 1)
    what.add_argument("--repeats", type=positive, default=5)
    what.add_argument("--peers", type=peer_names, default=list(PEERS), metavar="A,B", help=", ".join(PEERS))
    what.add_argument("--peer-planes", type=positive, default=50, metavar="K", help="planes that count probes")
    what.add_argument("--arcs-planes", type=positive, default=2000, metavar="K", help="planes for numpy-arcs")
    what.add_argument("--seed", type=int, default=0, help="of the draws of planes")
    form = made.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="a table for a README")
    form.add_argument("--json", action="store_true", help="every run")
    return made


def positive(text: str) -> int:
    """A whole number from 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1")
    return value


def peer_names(text: str) -> list[str]:
    """Names of peers, separated by commas."""
    names = [name for name in text.split(",") if name]
    unknown = [name for name in names if name not in PEERS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no peer is called {unknown[0]}: choose from {', '.join(PEERS)}")
    return names


def layer_file(options: argparse.Namespace) -> Path:
    """The layer to time on, made if it must be."""
    if options.input is not None:
        if not options.input.is_file():
            raise Failed(f"{options.input} is not a file: give a .npy with activations, or leave --input out")
        return options.input
    name = f"{options.kind}_{options.rows}x{options.columns}.npy"
    path = options.cache / name
    if not path.exists():
        say(f"making {name}")
        shape = ["--rows", str(options.rows), "--columns", str(options.columns)]
        command = [options.python, str(HERE / "make_input.py"), str(path), "--kind", options.kind, *shape]
        if subprocess.run(command, check=False).returncode != 0:
            raise Failed(f"{path} could not be made: see above")
    return path


def require(options: argparse.Namespace) -> None:
    """Says at once what is missing, before anything is timed."""
    if shutil.which(options.followspot) is None:
        raise Failed(f"{options.followspot} is not a program: cargo build --release, or give --followspot")
    if shutil.which(options.python) is None:
        raise Failed(f"{options.python} is not a program: give --python an interpreter")
    asked = subprocess.run([options.python, "-c", "import numpy"], capture_output=True, check=False)
    if asked.returncode != 0:
        raise Failed(f"NumPy is not installed for {options.python}: pip install -r {HERE / 'requirements.txt'}")


def contestants(options: argparse.Namespace, layer: Path) -> list[Contestant]:
    """Followspot and the peers asked for."""
    shared = [f"--epsilon={options.epsilon!r}", "--angles", str(options.angles), "--threads", str(options.threads)]
    sweep = [options.followspot, "sweep", str(layer), *shared, "--json"]
    listed = [Contestant("followspot", sweep, options.threads)]
    for name in options.peers:
        script, method = PEERS[name]
        planes = options.arcs_planes if method == "arcs" else options.peer_planes
        draw = ["--planes", str(planes), "--seed", str(options.seed)]
        command = [options.python, str(HERE / script), str(layer), "--method", method, *shared, *draw]
        # A peer's T workers share the planes, so their libraries get one thread each.
        listed.append(Contestant(name, command, 1))
    return listed


def about(options: argparse.Namespace, timed: list[Contestant], cores: list[int], load: float) -> dict[str, str]:
    """What must stand under the table."""
    run = timed[0].runs[0]
    layer = options.input.name if options.input else f"{options.kind}, {options.rows:,} × {options.columns:,}"
    return {
        "Layer": f"{layer}: {run.samples:,} samples, {run.planes_in_all:,} planes, "
        f"{options.angles} angles, epsilon {options.epsilon}",
        "Machine": f"{table.machine(options.threads, cores)}; load {load:.1f} before the first run",
        "Versions": table.versions(timed, options.followspot),
        "Timed": f"sweep only; medians of --repeats {options.repeats}, in turn, each a process of its own; "
        f"where said, scaled from planes drawn with seed {options.seed}; peak memory of the largest process",
        "Command": shlex.join(["python", "benches/compare/compare.py", *sys.argv[1:]]),
    }


def show(options: argparse.Namespace, timed: list[Contestant], notes: dict[str, str]) -> None:
    """Prints the table in the form asked for."""
    if options.json:
        print(json.dumps(table.as_json(timed, notes), indent=2, ensure_ascii=False))
        return
    if options.markdown:
        print(table.markdown(timed))
        print()
        quoted = notes | {"Command": f"`{notes['Command']}`"}
        print("\n".join(f"- {key}: {note}" for key, note in quoted.items()))
        return
    print(table.plain(timed))
    print()
    print("\n".join(f"{key + ':':<9} {note}" for key, note in notes.items()))


def compare(options: argparse.Namespace) -> None:
    """Times everyone and prints the table."""
    cores = stay_on_cores(options.threads)
    layer = layer_file(options)
    warm_page_cache(layer)
    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"the machine is busy (load {load:.1f}): times will be too long, and not for all alike")
    timed = contestants(options, layer)
    time_all(timed, options.repeats)
    show(options, timed, about(options, timed, cores, load))


def check(options: argparse.Namespace) -> int:
    """Holds the peers' counts against Followspot's, in an interpreter that has their libraries."""
    command = [options.python, str(HERE / "check.py"), "--followspot", options.followspot]
    return subprocess.run(command, env=environment(1), check=False).returncode


def main() -> int:
    options = parser().parse_args()
    try:
        require(options)
        if options.check:
            return check(options)
        compare(options)
    except Failed as failure:
        say(str(failure))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
