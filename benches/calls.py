"""Python functions: a call's cost over the function's own time, the start of workers, and pytest beside it.

    cargo build --release && python benches/calls.py

The interpreter is the one that `mlfunnel` finds; with numpy in it the array is one of numpy. The overhead of a call is
the difference between two runs of which one has more calls, so that what both do once is in neither; the functions do
nothing.
"""

import importlib.util
import statistics
import sys
import tempfile
from pathlib import Path

from measure import MLFUNNEL, compare, environment, once, require_binary, section

MODULE = """
def small(values): return values
def none(): return None
"""
ARRAY = """
import numpy
held = numpy.arange(1_000_000, dtype=float)
def made(): return held
def same(values): return values
"""
WITH_NUMPY = "import numpy\ndef none(): return None\n"
FEW, MANY = 100, 1100


def suite(path, cases):
    path.write_text("suite: calls\ntier: unit\ncases:\n" + "".join(cases))


def case(number, call, expect="{raised: null}"):
    return f"  - name: case {number}\n    call: {call}\n    expect: {expect}\n"


def spent(argv, cwd, rounds=7):
    """CPU seconds and wall seconds, each the median."""
    taken = [once(argv, cwd, environment(None)) for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*taken)]


def told(name, fewer, more, calls):
    cpu, wall = ((after - before) / calls * 1e6 for before, after in zip(fewer, more))
    print(f"  {name:<32} {cpu:10.1f} us CPU {wall:10.1f} us wall a call {1e6 / wall:10.0f} calls a second")


def overhead(folder, name, call, expect, few=FEW, many=MANY):
    """As cases of their own, with what a case costs; and as steps of one case."""
    for form, write in (("cases", cases), ("steps", steps)):
        times = []
        for count in (few, many):
            path = folder / f"{form}_{count}.yaml"
            write(path, count, call, expect)
            times.append(spent([str(MLFUNNEL), "run", "--quiet", "--jobs", "1", str(path)], folder))
        told(f"{name}, {form}", *times, many - few)


def cases(path, count, call, expect):
    suite(path, [case(number, call, expect) for number in range(count)])


def steps(path, count, call, expect):
    step = f"      - {{call: {call}, expect: {expect}}}\n"
    suite(path, ["  - name: all\n    steps:\n", step * count])


require_binary()
with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    (folder / "mlfunnel.yaml").write_text(f"python: {sys.executable}\nbudgets: {{unit: 120 s}}\ntimeout: 100 s\n")
    (folder / "plain.py").write_text(MODULE)
    numpy = importlib.util.find_spec("numpy") is not None
    section("a call")
    overhead(folder, "nothing", '"plain:none"', "{result: null}")
    overhead(folder, "a list of three", '{python: "plain:small", args: [[1.0, 2.0, 3.0]]}', "{result: [1.0, 2.0, 3.0]}")
    if numpy:
        (folder / "arrays.py").write_text(ARRAY)
        overhead(folder, "1,000,000 floats out", '"arrays:made"', "{raised: null}", 2, 52)
        times = []
        for count in (1, 51):
            path = folder / f"both_{count}.yaml"
            step = "      - {call: {python: 'arrays:same', args: [$made]}, expect: {raised: null}}\n"
            suite(path, ["  - name: both ways\n    steps:\n", "      - {id: made, call: 'arrays:made'}\n", step * count])
            times.append(spent([str(MLFUNNEL), "run", "--quiet", "--jobs", "1", str(path)], folder))
        told("1,000,000 floats both ways", *times, 50)
    section("one case, whole process: the start of a worker")
    suite(folder / "one.yaml", [case(1, '"plain:none"', "{result: null}")])
    (folder / "heavy.py").write_text(WITH_NUMPY)
    suite(folder / "heavy.yaml", [case(1, '"heavy:none"', "{result: null}")])
    sides = {"mlfunnel": [MLFUNNEL, "run", "--quiet", "one.yaml"], "bare python": [sys.executable, "-c", "pass"]}
    compare(sides, cwd=folder)
    if numpy:
        heavy = {"mlfunnel, numpy": [MLFUNNEL, "run", "--quiet", "heavy.yaml"]}
        compare(heavy | {"bare python, numpy": [sys.executable, "-c", "import numpy"]}, cwd=folder)
    if importlib.util.find_spec("pytest") is not None:
        section("1,000 cases, whole process")
        call = '{python: "plain:small", args: [[1.0, 2.0, 3.0]]}'
        suite(folder / "thousand.yaml", [case(number, call, "{result: [1.0, 2.0, 3.0]}") for number in range(1000)])
        (folder / "test_thousand.py").write_text(
            "import plain, pytest\n@pytest.mark.parametrize('number', range(1000))\n"
            "def test_same(number): assert plain.small([1.0, 2.0, 3.0]) == [1.0, 2.0, 3.0]\n"
        )
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_thousand.py"]
        compare({"mlfunnel": [MLFUNNEL, "run", "--quiet", "thousand.yaml"], "pytest": pytest}, cwd=folder)
