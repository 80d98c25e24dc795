"""Makes the vectors that `mlfunnel`'s numbers are held to. Run with the versions of requirements.txt:

    python make.py            writes the files
    python make.py --check    compares, and exits 1 where a file differs

Each JSON file names in `origin` the library, its version and the call. Floats are written with `repr`, which reads
back exactly; NaN is `null`. Iris and breast_cancer come from the UCI repository and digits from its "Optical
Recognition of Handwritten Digits", as shipped with scikit-learn (CC BY 4.0).
"""

import os

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[threads] = "1"

import json
import math
import sys
import warnings

import numpy as np
import sklearn
from sklearn import impute, metrics, model_selection, preprocessing

import models
import ziggurat

HERE = os.path.dirname(os.path.abspath(__file__))
NUMPY = f"numpy {np.__version__}"
SKLEARN = f"scikit-learn {sklearn.__version__}"
nan = math.nan


def plain(value):
    """Numpy values as JSON's, NaN as null."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        if math.isnan(value):
            return None
        assert math.isfinite(value), value
    return value


def random():
    def rng(seed=0):
        return np.random.default_rng(seed)

    def child(seed, key):
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))

    normals = rng(7).standard_normal(200_000)
    tail = np.flatnonzero(np.abs(normals) > 3.6541528853610088)
    wide = rng(3)
    mixed = rng(11)
    p = np.array([0.5, 0.2, 0.2, 0.1])
    return {
        "origin": f"{NUMPY}: Generator(PCG64(SeedSequence(seed, spawn_key))) of each call named",
        "states": [
            {"seed": str(seed), "key": key, "state": [str(w) for w in state(seed, key)]}
            for seed in (0, 1, 42, 2**32 - 1, 2**32, 2**64 - 1)
            for key in ([], [0], [3], [1, 2])
        ],
        "raw": [str(w) for w in np.random.PCG64(0).random_raw(50)],
        "random": rng(1).random(500),
        "standard_normal": rng(0).standard_normal(3000),
        "standard_normal_42": rng(42).standard_normal(1000),
        "spawned_normal": child(5, (2, 1)).standard_normal(100),
        "tail": {"seed": 7, "at": tail, "values": normals[tail], "last": normals[-1]},
        "normal": rng(2).normal(10.0, 0.25, 200),
        "uniform": rng(2).uniform(-3.0, 5.5, 200),
        "integers": [
            {"low": str(low), "high": str(high), "draws": [str(d) for d in wide.integers(low, high, 41)]}
            for low, high in [
                (0, 10), (5, 6), (-7, 8), (0, 2**31 + 1), (0, 2**32 - 1), (0, 2**32), (0, 2**32 + 1),
                (0, 3 * 2**61), (-(2**63), 2**63 - 1), (0, 3),
            ]
        ],
        "mixed": [
            [int(mixed.integers(0, 100)), float(mixed.random()), int(mixed.integers(0, 2**40)), float(mixed.normal())]
            for _ in range(50)
        ],
        "permutations": [{"n": n, "order": rng(n).permutation(n)} for n in (1, 2, 5, 20, 300)],
        "choice": {"p": p, "draws": rng(4).choice(4, size=300, p=p)},
    }


def state(seed, key):
    return np.random.SeedSequence(seed, spawn_key=tuple(key)).generate_state(4, np.uint64)


def seed_example():
    x = np.random.default_rng(0).normal(size=(20, 3))
    y = (x[:, 0] + 0.5 * x[:, 1] > 0).astype(int)
    return {
        "origin": f"{NUMPY}: x = default_rng(0).normal(size=(20, 3)); y = x[:, 0] + 0.5 * x[:, 1] > 0",
        "x": x,
        "y": y,
    }


def scalers():
    rng = np.random.default_rng(12)
    x = rng.normal(size=(23, 5)) * [1, 1e3, 1e-3, 1, 1] + [0, 5e4, 0, 1e8, -2]
    holes = x.copy()
    holes[rng.random(x.shape) < 0.2] = nan
    awkward = np.column_stack([
        np.full(6, 7.1), [0, 0, 0, 0, 0, 0], [1e8, 1e8 + 1e-7, 1e8, 1e8, 1e8, 1e8],
        [nan, 3, 3, nan, 3, nan], [1, 1 + 1e-16, 1, 1, 1, 1], [0, 0, 0, 0, 1e-17, 0], [0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
        [-1e150, 1e150, 0, 2, 3, 4],
    ])
    tables = {"plain": x, "holes": holes, "awkward": awkward, "one_row": x[:1], "two_rows": x[:2]}
    methods = {
        "min_max": preprocessing.MinMaxScaler(),
        "min_max_wide": preprocessing.MinMaxScaler(feature_range=(-2, 3)),
        "standard": preprocessing.StandardScaler(),
        "standard_mean": preprocessing.StandardScaler(with_std=False),
        "standard_std": preprocessing.StandardScaler(with_mean=False),
        "robust": preprocessing.RobustScaler(),
        "robust_wide": preprocessing.RobustScaler(quantile_range=(5, 90)),
        "robust_center": preprocessing.RobustScaler(with_scaling=False),
        "robust_scale": preprocessing.RobustScaler(with_centering=False),
        "max_abs": preprocessing.MaxAbsScaler(),
    }
    cases = []
    for table, data in tables.items():
        for method, scaler in methods.items():
            with np.errstate(all="ignore"):
                out = scaler.fit_transform(data)
                other = scaler.transform(data[:3] * 1.5)
                back = scaler.inverse_transform(out)
            cases.append({"table": table, "method": method, "out": out, "other": other, "inverse": back})
    for table in ("plain", "one_row"):
        for norm in ("l1", "l2", "max"):
            out = preprocessing.normalize(tables[table], norm=norm)
            cases.append({"table": table, "method": norm, "out": out})
    zero = np.array([[0.0, 0.0], [3.0, -4.0], [1e-16, 0.0]])
    tables["zero_row"] = zero
    cases += [
        {"table": "zero_row", "method": norm, "out": preprocessing.normalize(zero, norm=norm)}
        for norm in ("l1", "l2", "max")
    ]
    return {"origin": f"{SKLEARN}: sklearn.preprocessing, fit_transform on each table", "tables": tables, "cases": cases}


def imputers():
    rng = np.random.default_rng(13)
    x = np.round(rng.normal(size=(31, 4)), 1) * [1, 10, 100, 1]
    x[rng.random(x.shape) < 0.3] = nan
    cases = [
        {
            "strategy": strategy,
            "statistics": impute.SimpleImputer(strategy=strategy, fill_value=-9.5).fit(x).statistics_,
            "out": impute.SimpleImputer(strategy=strategy, fill_value=-9.5).fit_transform(x),
        }
        for strategy in ("mean", "median", "most_frequent", "constant")
    ]
    return {"origin": f"{SKLEARN}: sklearn.impute.SimpleImputer(fill_value=-9.5)", "x": x, "cases": cases}


def splits():
    sizes = [
        {"rows": rows, "size": size, "train": len(parts[0]), "test": len(parts[1])}
        for rows, size in [(10, 0.25), (20, 0.2), (7, 0.33), (100, 0.5), (101, 0.1), (9, 4), (50, 1), (3, 0.6)]
        for parts in [model_selection.train_test_split(list(range(rows)), test_size=size, random_state=0)]
    ]
    stratified = []
    for counts, size in [([50, 50], 0.2), ([90, 10], 0.3), ([33, 33, 34], 0.25), ([5, 6, 7, 8], 0.5), ([61, 22, 3], 10)]:
        y = np.repeat(np.arange(len(counts)), counts)
        seen = set()
        for seed in range(40):
            splitter = model_selection.StratifiedShuffleSplit(n_splits=1, test_size=size, random_state=seed)
            train, test = next(splitter.split(y, y))
            seen.add((tuple(np.bincount(y[train])), tuple(np.bincount(y[test], minlength=len(counts)))))
        stratified.append({"counts": counts, "size": size, "possible": sorted(seen)})
    return {
        "origin": f"{SKLEARN}: train_test_split; class counts that StratifiedShuffleSplit gives for 40 seeds",
        "sizes": sizes,
        "stratified": stratified,
    }


def scores():
    rng = np.random.default_rng(14)
    cases = []
    for classes, rows in [(2, 40), (3, 60), (5, 200), (2, 6)]:
        truth = np.arange(rows) % classes
        rng.shuffle(truth)
        proba = rng.dirichlet(np.ones(classes), size=rows)
        proba[truth.repeat(classes).reshape(rows, classes) == np.arange(classes)] += 0.4
        if classes == 2:
            proba = np.round(proba, 1)
        proba /= proba.sum(axis=1, keepdims=True)
        if rows == 60:
            proba[0] = [0, 0, 1]
        predicted = proba.argmax(axis=1)
        if classes == 5:
            predicted[predicted == 4] = 0
        out = {
            "accuracy": metrics.accuracy_score(truth, predicted),
            "balanced_accuracy": metrics.balanced_accuracy_score(truth, predicted),
            "log_loss": metrics.log_loss(truth, proba),
            "roc_auc": metrics.roc_auc_score(truth, proba[:, 1])
            if classes == 2
            else metrics.roc_auc_score(truth, proba, multi_class="ovr"),
        }
        for average in ("binary",) * (classes == 2) + ("macro", "micro", "weighted"):
            p, r, f, _ = metrics.precision_recall_fscore_support(truth, predicted, average=average, zero_division=0)
            suffix = "" if average == "binary" else "_" + average
            out |= {"precision" + suffix: p, "recall" + suffix: r, "f1" + suffix: f}
        confusion = metrics.confusion_matrix(truth, predicted, labels=range(classes))
        cases.append({
            "classes": classes, "truth": truth, "predicted": predicted, "probabilities": proba,
            "scores": out, "confusion": confusion,
        })
    truth = rng.normal(size=50) * 3
    predicted = truth + rng.normal(size=50)
    return {
        "origin": f"{SKLEARN}: sklearn.metrics, zero_division=0, roc_auc_score(multi_class='ovr')",
        "classification": cases,
        "regression": {
            "truth": truth, "predicted": predicted,
            "scores": {
                "mse": metrics.mean_squared_error(truth, predicted),
                "rmse": metrics.root_mean_squared_error(truth, predicted),
                "mae": metrics.mean_absolute_error(truth, predicted),
                "r2": metrics.r2_score(truth, predicted),
            },
        },
    }


def files():
    """File name to content."""
    made = {
        "random.json": random, "seed_example.json": seed_example, "scalers.json": scalers, "imputers.json": imputers,
        "splits.json": splits, "metrics.json": scores, "logistic.json": models.logistic, "least_squares.json": models.least_squares,
    }
    out = {os.path.join(HERE, name): json.dumps(plain(make()), separators=(",", ":")) + "\n" for name, make in made.items()}
    out[os.path.join(HERE, "..", "..", "src", "ml", "random", "ziggurat_tables.rs")] = ziggurat.source()
    return out


def main():
    warnings.simplefilter("ignore")
    different = []
    for path, content in files().items():
        if "--check" in sys.argv:
            with open(path) as file:
                if file.read() != content:
                    different.append(os.path.basename(path))
        else:
            with open(path, "w") as file:
                file.write(content)
    if different:
        print("these vectors differ from what is made now: " + ", ".join(different))
        sys.exit(1)


if __name__ == "__main__":
    main()
