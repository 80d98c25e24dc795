"""Children: a run of a command beside a bare fork and exec of the same, with and without the sandbox.

    cargo build --release && python benches/processes.py
"""

import sys
import tempfile
from pathlib import Path

from measure import MLFUNNEL, compare, require_binary, section

CASES = 300

# The bare side: a process started, its two outputs read to their end, waited for, as `run` does.
BARE = f"""
import os, sys
for _ in range({CASES}):
    (out, its_out), (err, its_err) = os.pipe(), os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, its_out, 1), (os.POSIX_SPAWN_DUP2, its_err, 2)]
    pid = os.posix_spawn("/bin/true", ["true"], {{}}, file_actions=actions)
    os.close(its_out), os.close(its_err)
    while os.read(out, 65536): pass
    while os.read(err, 65536): pass
    os.close(out), os.close(err)
    os.waitpid(pid, 0)
"""


def suite(path, tier, action):
    cases = "".join(f"  - name: case {index}\n    {action}\n" for index in range(CASES))
    path.write_text(f"suite: {tier}\ntier: {tier}\ncases:\n{cases}")


require_binary()
with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    (folder / "mlfunnel.yaml").write_text("budgets: {unit: 60 s, integration: 60 s, smoke: 60 s}\n")
    (folder / "bare.py").write_text(BARE)
    command = "run: [/bin/true]\n    expect: {exit_code: 0}"
    for tier in ("unit", "smoke"):
        suite(folder / f"{tier}.yaml", tier, command)
    suite(folder / "nothing.yaml", "unit", "scale: {method: max_abs, values: [1]}\n    expect: {values: [1]}")
    run = lambda name: [MLFUNNEL, "run", folder / name, "--jobs", "1", "--quiet"]
    section(f"{CASES} commands, one after another")
    figures = compare(
        {
            "unit (no network, writes confined)": run("unit.yaml"),
            "smoke (writes confined)": run("smoke.yaml"),
            "bare spawn": [sys.executable, "-I", "-S", folder / "bare.py"],
            "mlfunnel without children": run("nothing.yaml"),
            "python without children": [sys.executable, "-I", "-S", "-c", "import os, sys"],
        },
        cwd=folder,
    )
    unit, smoke, bare, ours, python = figures.values()
    for name, figure in (("unit", unit), ("smoke", smoke)):
        for measured in ("cpu", "wall"):
            of = lambda whole, idle: 1000 * (getattr(whole, measured) - getattr(idle, measured)) / CASES
            print(f"  {name}, {measured}: {of(figure, ours) - of(bare, python):.2f} ms a command over the bare {of(bare, python):.2f} ms")
