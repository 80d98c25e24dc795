"""The same transform, written again for serving: one pass, no lists. A line of JSON in, a line of JSON out."""

import json
import sys


def scale(row):
    low = high = None
    for value in row:
        if value is None:
            continue
        low = value if low is None or value < low else low
        high = value if high is None or value > high else high
    for value in row:
        yield 0.0 if value is None or low == high else (value - low) / (high - low)


for line in sys.stdin:
    print(json.dumps(list(scale(json.loads(line)))), flush=True)
