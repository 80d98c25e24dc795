"""Trains a logistic regression on iris and saves it in the form that a server wants.

    python train.py FORM FOLDER      FORM: joblib, onnx, mlflow
    python train.py expected FILE    the probabilities of the rows in rows.csv
"""

import csv
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent


def iris():
    """The measurements, and the species by their numbers: setosa, versicolor, virginica."""
    with open(HERE / "iris.csv", newline="") as file:
        table = list(csv.DictReader(file))
    species = sorted({row["species"] for row in table})
    x = np.array([[float(value) for name, value in row.items() if name != "species"] for row in table])
    return x, np.array([species.index(row["species"]) for row in table])


def fitted():
    return LogisticRegression(max_iter=1000, tol=1e-10).fit(*iris())


def rows():
    with open(HERE / "rows.csv", newline="") as file:
        table = list(csv.reader(file))
    return table[0], np.array(table[1:], dtype=float)


def main(form, target):
    model, target = fitted(), Path(target)
    if form == "expected":
        with open(target, "w", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(["setosa", "versicolor", "virginica"])
            out.writerows(model.predict_proba(rows()[1]).tolist())
        return
    target.mkdir(parents=True, exist_ok=True)
    if form == "joblib":
        import joblib

        joblib.dump(model, target / "model.joblib")
    elif form == "onnx":
        from skl2onnx import to_onnx

        # Plain tensors instead of a list of mappings, and double precision, as the model was fitted in.
        options = {id(model): {"zipmap": False}}
        onnx = to_onnx(model, np.zeros((1, 4)), options=options)
        (target / "model.onnx").write_bytes(onnx.SerializeToString())
    elif form == "mlflow":
        import mlflow

        from pandas import DataFrame

        # With a data frame the signature names the columns, and the server checks them.
        header, sample = rows()
        signature = mlflow.models.infer_signature(DataFrame(sample, columns=header), model.predict_proba(sample))
        mlflow.sklearn.save_model(model, target / "iris", signature=signature, pyfunc_predict_fn="predict_proba",
                                  serialization_format="cloudpickle")
    else:
        sys.exit(f"no form {form}")


if __name__ == "__main__":
    main(*sys.argv[1:])
