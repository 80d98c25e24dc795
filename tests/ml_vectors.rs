//! Holds `mlfunnel::ml` to numpy and scikit-learn by the vectors of `tests/vectors`, made by `make.py` there.

#[cfg(test)]
mod ml_vectors {
    mod least_squares;
    mod logistic;
    mod metrics;
    mod random;
    mod read;
    mod splits;
    mod transforms;
}
