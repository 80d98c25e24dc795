import numpy as np
import pytest

from features.scaler import MinMaxScaler, minmax_scale


def test_minmax_basic():
    got = minmax_scale([0, 5, 10])
    assert np.allclose(got, [0.0, 0.5, 1.0])


def test_minmax_nans_and_constant():
    got = minmax_scale([np.nan, 3, 3, np.nan])
    assert np.allclose(got, [0.0, 0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    "column",
    [[1, 2, 3], [np.nan, np.nan, 1, np.nan], [np.nan, np.nan], [7, 7, 7], [-5, 0, 5], []],
    ids=["typical", "NaN-heavy", "all NaN", "constant", "negative", "empty"],
)
def test_keeps_its_length_and_range(column):
    got = minmax_scale(column)
    assert got.shape == np.shape(column)
    assert np.isfinite(got).all()
    assert ((got >= 0) & (got <= 1)).all()


def test_minmax_of_a_third():
    assert minmax_scale([0, 1, 3])[1] == pytest.approx(0.3333, abs=1e-4)


def test_text_is_refused():
    with pytest.raises(ValueError, match="could not convert string to float"):
        minmax_scale(["heavy", "light"])


def test_new_rows_are_scaled_by_the_range_of_the_old():
    scaler = MinMaxScaler().fit([[0, 100], [10, 300]])
    got = scaler.transform([[5, 200], [20, np.nan]])
    assert np.allclose(got, [[0.5, 0.5], [2.0, 0.0]])
