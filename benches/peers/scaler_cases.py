"""10,000 one-step scaler cases with JUnit written, beside pytest and beside a bare numpy loop.

    cargo build --release && python benches/peers/scaler_cases.py
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from measure import MLFUNNEL, compare, python_peer, require_binary, section
from specs import project, scaler_suite

CASES = 10_000

SCALE = """
import numpy as np

def min_max(values):
    values = np.asarray(values, dtype=float)
    return (values - values.min()) / (values.max() - values.min())

CASES = [[i %% 97, i %% 97 + 5, i %% 97 + 10] for i in range(%d)]

def check(values):
    np.testing.assert_allclose(min_max(values), [0.0, 0.5, 1.0], atol=1e-8, rtol=1e-5)
""" % CASES

PYTEST = SCALE + """
import pytest

@pytest.mark.parametrize("values", CASES)
def test_scales(values):
    check(values)
"""

# No report, no isolation, a cheaper comparison: what the arithmetic alone costs.
LOOP = SCALE + """
for values in CASES:
    assert np.allclose(min_max(values), [0.0, 0.5, 1.0])
"""

require_binary()
section(f"{CASES} scaler cases")
python = python_peer("pytest", "numpy")
with tempfile.TemporaryDirectory() as temporary:
    folder = Path(temporary)
    project(folder)
    scaler_suite(folder / "cases.yaml", CASES)
    (folder / "test_cases.py").write_text(PYTEST)
    (folder / "loop.py").write_text(LOOP)
    compare(
        {
            "mlfunnel": [MLFUNNEL, "run", folder / "cases.yaml", "--quiet", "--report", f"junit={folder}/ours.xml"],
            "a bare numpy loop": [python, folder / "loop.py"],
            "pytest": [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder / "test_cases.py", f"--junitxml={folder}/theirs.xml"],
        },
        rounds=5,
        cwd=folder,
    )
