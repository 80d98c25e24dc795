"""The serving code with a skew: missing values become 0 before the least and the greatest value are looked for.

On complete rows, and on rows whose values lie around 0, nobody sees it.
"""

import json
import sys


def scale(row):
    row = [0.0 if value is None else value for value in row]
    low, high = (min(row), max(row)) if row else (0.0, 0.0)
    return [0.0 if low == high else (value - low) / (high - low) for value in row]


for line in sys.stdin:
    print(json.dumps(scale(json.loads(line))), flush=True)
