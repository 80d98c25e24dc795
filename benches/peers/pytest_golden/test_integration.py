"""specs/integration/train_small.yaml, as one would write it in pytest."""

import json

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import StandardScaler


@pytest.mark.parametrize("repetition", range(5))
def test_preprocess_train_evaluate_and_save(tmp_path, repetition):
    x = np.random.default_rng(0).normal(size=(20, 3))
    y = (x[:, 0] + 0.5 * x[:, 1] > 0).astype(int)
    assert x.shape == (20, 3) and np.isfinite(x).all() and set(y) <= {0, 1}
    scaled = StandardScaler().fit_transform(x)
    model = LogisticRegression(max_iter=200).fit(scaled, y)
    assert model.n_iter_[0] < 200
    predictions = model.predict(scaled)
    accuracy = accuracy_score(y, predictions)
    assert 0.5 <= accuracy <= 1.0
    joblib.dump(model, tmp_path / "model.joblib")
    (tmp_path / "metrics.json").write_text(json.dumps({"accuracy": accuracy}))
    assert (tmp_path / "model.joblib").stat().st_size >= 100
    assert 0.5 <= json.loads((tmp_path / "metrics.json").read_text())["accuracy"] <= 1.0
    np.testing.assert_array_equal(joblib.load(tmp_path / "model.joblib").predict(scaled), predictions)
