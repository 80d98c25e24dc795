"""The three golden suites as whole processes, beside the same checks in pytest with scikit-learn and requests.

    cargo build --release && python benches/peers/golden.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from measure import MLFUNNEL, compare, python_peer, require_binary, section

require_binary()
section("the three golden suites")
python = python_peer("pytest", "scikit-learn", "requests")
compare(
    {
        "mlfunnel": [MLFUNNEL, "run", "specs/unit/scaler.yaml", "specs/integration/train_small.yaml", "specs/smoke/inference.yaml"],
        "pytest": [python, "-m", "pytest", "-q", HERE / "pytest_golden", "-p", "no:cacheprovider"],
    }
)
