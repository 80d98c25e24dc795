"""Times whole processes: CPU by the kernel's account, wall clock, peak memory by GNU time."""

import os
import shlex
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
MLFUNNEL = Path(os.environ.get("MLFUNNEL", TARGET / "release" / "mlfunnel"))
PEERS = TARGET / "peers"


@dataclass
class Figure:
    """Medians: seconds of CPU, seconds of wall clock, MB of memory."""

    cpu: float
    wall: float
    memory: float


def environment(extra=None):
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "STAGING_URL")}
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "CI": "true"}
    return {**kept, **single, **(extra or {})}


def once(argv, cwd, env):
    """CPU and wall seconds of one process with all the children it waited for."""
    start = time.perf_counter()
    child = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    complaint = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{shlex.join(map(str, argv))} exited {child.returncode}: a figure of it means nothing\n{complaint.decode()}")
    return usage.ru_utime + usage.ru_stime, wall


def memory(argv, cwd, env):
    """Peak resident MB of one process, by GNU time: a child of Python would show Python's own start."""
    done = subprocess.run(
        ["/usr/bin/time", "-f", "%M", *argv], cwd=cwd, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True,
    )
    return int(done.stderr.strip().splitlines()[-1]) / 1000


def compare(sides, rounds=7, cwd=ROOT, env=None, peaks=5):
    """Times each side in turn, prints the medians, the ratios of the first to each other, and returns the medians by name."""
    env = environment(env)
    sides = {name: [str(part) for part in argv] for name, argv in sides.items()}
    for argv in sides.values():
        once(argv, cwd, env)
    times = {name: [] for name in sides}
    for _ in range(rounds):
        for name, argv in sides.items():
            times[name].append(once(argv, cwd, env))
    figures = {}
    for name, argv in sides.items():
        cpu, wall = (statistics.median(column) for column in zip(*times[name]))
        peak = statistics.median(memory(argv, cwd, env) for _ in range(peaks))
        figures[name] = Figure(cpu, wall, peak)
        print(f"  {name:<28} {cpu * 1000:10.2f} ms CPU {wall * 1000:10.2f} ms wall {peak:8.1f} MB   $ {shorten(argv)}")
    (first, ours), *others = figures.items()
    for name, peer in others:
        print(f"  {first} / {name}: {ours.cpu / peer.cpu:.4f} of its CPU, {ours.memory / peer.memory:.3f} of its memory")
    return figures


def shorten(argv):
    """The command as one would type it at the project's root."""
    line = shlex.join(argv).replace(str(MLFUNNEL), "mlfunnel").replace(f"{ROOT}/", "")
    return line if len(line) < 200 else line[:197] + "…"


def section(title):
    print(f"\n{title}", flush=True)


def require_binary():
    if not MLFUNNEL.exists():
        sys.exit(f"{MLFUNNEL} is not there: run `cargo build --release` first")


def python_peer(*packages, requirements=()):
    """A Python with these packages, by name or pinned in files of requirements, installed once."""
    python = PEERS / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PEERS / "venv"], check=True)
    files = [part for file in requirements for part in ("--requirement", file)]
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages, *files], check=True)
    listed = subprocess.run([python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout.split()
    pinned = [line.split("==")[0] for file in requirements for line in file.read_text().splitlines() if "==" in line]
    names = tuple(name.lower() + "==" for name in [*packages, *pinned])
    print("  peers:", ", ".join(line for line in listed if line.lower().startswith(names)))
    return python
