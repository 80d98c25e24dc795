"""Min-max scaling that never hands a NaN to a model."""

import numpy as np


def minmax_scale(x):
    """The values of a column, or the columns of a matrix, on [0, 1]; missing values and constant columns become 0."""
    return MinMaxScaler().fit(x).transform(x)


class MinMaxScaler:
    """Learns the range of each column from some rows, and scales others by it."""

    def fit(self, x):
        x = np.asarray(x, dtype=float)
        present = ~np.isnan(x)
        self.low = np.min(x, axis=0, where=present, initial=np.inf)
        self.high = np.max(x, axis=0, where=present, initial=-np.inf)
        return self

    def transform(self, x):
        x = np.asarray(x, dtype=float)
        span = self.high - self.low
        scaled = np.divide(x - self.low, span, out=np.zeros_like(x), where=span > 0)
        scaled[np.isnan(x)] = 0.0
        return scaled
