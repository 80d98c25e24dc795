import sys
from pathlib import Path

import pandas as pd
import pytest

PROJECT = Path(__file__).parent.parent
sys.path.insert(0, str(PROJECT))


@pytest.fixture
def shipments():
    return pd.read_csv(PROJECT / "data/shipments.csv")
