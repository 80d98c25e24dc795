"""specs/unit/scaler.yaml, as one would write it in pytest."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler


def min_max(values):
    """The safe scaler: missing values and constant columns become 0."""
    values = np.asarray(values, dtype=float)
    present = values[~np.isnan(values)]
    if present.size == 0 or present.max() == present.min():
        return np.zeros_like(values)
    return np.nan_to_num((values - present.min()) / (present.max() - present.min()), nan=0.0)


def test_scales_onto_the_unit_interval():
    np.testing.assert_allclose(min_max([0, 5, 10]), [0.0, 0.5, 1.0], atol=1e-9, rtol=0)


def test_missing_and_constant_values_become_zero():
    np.testing.assert_allclose(min_max([np.nan, 3, 3, np.nan]), [0, 0, 0, 0], atol=1e-9, rtol=0)


@pytest.mark.parametrize(
    "values",
    [[1, 2, 3], [np.nan, np.nan, 1, np.nan], [np.nan, np.nan], [7, 7, 7, 7], [-5, 0, 5]],
    ids=["typical", "NaN-heavy", "all NaN", "constant", "negative"],
)
def test_keeps_its_length_and_range(values):
    scaled = min_max(values)
    assert scaled.shape == np.shape(values)
    assert np.isfinite(scaled).all()
    assert ((scaled >= 0) & (scaled <= 1)).all()


def test_standard_scaling_centres_every_column():
    scaled = StandardScaler().fit_transform([[0, 10], [1, 20], [2, 30]])
    far = 1.2247448713915890
    assert scaled.shape == (3, 2)
    np.testing.assert_allclose(scaled, [[-far, -far], [0, 0], [far, far]], atol=1e-9, rtol=0)
