"""The transform as training knows it. Run as a program it answers lines of JSON with lines of JSON."""

import json
import sys


def min_max(values):
    """Scales onto [0, 1]. A missing value becomes 0, and so does every value of a constant column."""
    present = [value for value in values if value is not None]
    if not present:
        return [0.0] * len(values)
    low, high = min(present), max(present)
    width = high - low
    return [0.0 if value is None or width == 0 else (value - low) / width for value in values]


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(min_max(json.loads(line))), flush=True)
