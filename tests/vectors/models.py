"""Vectors of fitted models."""

import numpy as np
import scipy
import sklearn
from scipy import linalg
from sklearn import datasets, linear_model, preprocessing

SKLEARN = f"scikit-learn {sklearn.__version__}"


def objective(x, y, model, c):
    """The mean loss with the penalty, in extended precision: Σ loss/n + ‖w‖²/(2·C·n)."""
    z = x.astype(np.longdouble) @ model.coef_.T.astype(np.longdouble) + model.intercept_
    if z.shape[1] == 1:
        z = np.column_stack([np.zeros(len(z), dtype=np.longdouble), z])
    top = z.max(axis=1)
    loss = np.log(np.exp(z - top[:, None]).sum(axis=1)) + top - z[np.arange(len(y)), y]
    penalty = (model.coef_.astype(np.longdouble) ** 2).sum() / 2 / c
    return float((loss.sum() + penalty) / len(y))


def logistic():
    rng = np.random.default_rng(0)
    seed_x = rng.normal(size=(20, 3))
    seed_y = (seed_x[:, 0] + 0.5 * seed_x[:, 1] > 0).astype(int)
    iris = datasets.load_iris()
    cancer = datasets.load_breast_cancer()
    digits = datasets.load_digits()
    scaled = preprocessing.StandardScaler().fit_transform
    few = slice(0, 500)
    tables = {
        "seed": (seed_x, seed_y, None),
        "iris": (iris.data, iris.target, None),
        "breast_cancer": (cancer.data, cancer.target, None),
        "digits": (digits.data[few], digits.target[few], None),
    }
    cases = []
    for table, scale, params in [
        ("seed", False, {}),
        ("seed", False, {"C": 100.0}),
        ("seed", False, {"fit_intercept": False}),
        ("iris", False, {}),
        ("iris", True, {"C": 0.1}),
        ("iris", False, {"fit_intercept": False, "C": 10.0}),
        ("breast_cancer", True, {}),
        ("breast_cancer", False, {}),
        ("digits", False, {}),
    ]:
        x, y, _ = tables[table]
        x = scaled(x) if scale else x
        c = params.get("C", 1.0)
        model = linear_model.LogisticRegression(solver="newton-cholesky", tol=1e-12, max_iter=10_000, **params)
        model.fit(x, y)
        cases.append({
            "table": table, "scaled": scale, "c": c, "fit_intercept": params.get("fit_intercept", True),
            "coefficients": model.coef_, "intercept": model.intercept_, "loss": objective(x, y, model, c),
            "probabilities": model.predict_proba(x[:5]), "labels": model.predict(x[:40]),
        })
    return {
        "origin": f"{SKLEARN}: LogisticRegression(solver='newton-cholesky', tol=1e-12), scaled by StandardScaler where"
        " said; iris, breast_cancer and the first 500 rows of digits from sklearn.datasets",
        "tables": {name: {"x": x, "y": y} for name, (x, y, _) in tables.items()},
        "cases": cases,
    }


def least_squares():
    rng = np.random.default_rng(15)
    x = rng.normal(size=(60, 6)) * [1, 2, 0.5, 10, 1, 1] + [0, 5, 0, -20, 1, 0]
    y = x @ [1.0, -2.0, 3.0, 0.5, 0.0, 1.0] + 4 + rng.normal(size=60) * 0.3
    collinear = x.copy()
    collinear[:, 5] = collinear[:, 4] + 1e-3 * rng.normal(size=60)
    doubled = np.column_stack([x, x[:, 2], np.full(60, 3.0)])
    tables = {"plain": x, "collinear": collinear, "doubled": doubled, "wide": x[:4], "one_row": x[:1]}
    cases = []
    for table, data in tables.items():
        target = y[: len(data)]
        for fit_intercept in (True, False):
            mean, shift = (data.mean(axis=0), target.mean()) if fit_intercept else (0.0, 0.0)
            w = linalg.lstsq(data - mean, target - shift, cond=max(data.shape) * np.finfo(float).eps)[0]
            b = shift - np.sum(mean * w)
            cases.append(case(table, data, target, 0.0, fit_intercept, w, b))
            for alpha in (1e-3, 1.0, 50.0):
                model = linear_model.Ridge(alpha=alpha, fit_intercept=fit_intercept, solver="svd").fit(data, target)
                cases.append(case(table, data, target, alpha, fit_intercept, model.coef_, model.intercept_))
    return {
        "origin": f"alpha 0: scipy {scipy.__version__}: linalg.lstsq on centred data, cond = max(shape)·eps;"
        f" else {SKLEARN}: Ridge(solver='svd')",
        "tables": {name: {"x": data, "y": y[: len(data)]} for name, data in tables.items()},
        "cases": cases,
    }


def case(table, x, y, alpha, fit_intercept, w, b):
    residual = y - x @ w - b
    return {
        "table": table, "alpha": alpha, "fit_intercept": fit_intercept, "coefficients": w, "intercept": float(b),
        "loss": float((residual @ residual + alpha * (w @ w)) / len(y)),
    }
