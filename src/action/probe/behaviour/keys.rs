//! `behaviour` as written.

use std::sync::Arc;

use super::asked::Asks;
use super::mistake::Mistake;
use super::switch::Switch;
use crate::source::Spanned;
use crate::syntax::{Arg, ToleranceSpec};
use crate::value::Value;
use crate::{params, words};

params! {
    /// How the server behaves, looked at with requests of its own after the samples.
    pub struct Keys = "`behaviour`" {
        /// Rows asked about together are answered as they are one by one.
        batch_invariant: Option<Switch<BatchKeys>>,
        /// Rows in another order are answered in that order: reversed, and in a permutation drawn from the seed.
        permutation_equivariant: Option<Switch<OrderKeys>>,
        /// The same request has the same answer: exactly, unless a tolerance is written here.
        deterministic: Option<Switch<TimesKeys>>,
        /// The answers are those of a saved model, or those of a file, row by row.
        matches_model: Option<MatchKeys>,
        /// Malformed requests are not answered as if they were good ones, and do the server no harm.
        rejects: Option<Switch<RejectKeys>>,
    }
}

params! {
    /// Rows together and apart.
    pub struct BatchKeys = "`batch_invariant`" {
        /// How many rows a request asks about, one turn for each size; `[1]` when left out.
        sizes: Option<Arg<Vec<u32>>>,
        /// How close numbers must be, in place of the step's tolerance.
        tolerance: Option<ToleranceSpec>,
    }
}

params! {
    /// Rows in another order.
    pub struct OrderKeys = "`permutation_equivariant`" {
        /// How close numbers must be, in place of the step's tolerance.
        tolerance: Option<ToleranceSpec>,
    }
}

params! {
    /// The same request again.
    pub struct TimesKeys = "`deterministic`" {
        /// How often it is asked in all; 3 when left out.
        times: Option<Arg<u32>>,
        /// How close numbers must be; they must be the same when left out.
        tolerance: Option<ToleranceSpec>,
    }
}

words! {
    /// What of a model its endpoint answers with.
    pub enum Served {
        /// of two classes the probability of the second, of several the list of all, of a regression the number
        Probability = "probability",
        /// the list of all classes' probabilities
        Probabilities = "probabilities",
        /// the likeliest class
        Labels = "labels",
    }
}

params! {
    /// What the answers are held to.
    pub struct MatchKeys = "`matches_model`" short "model" {
        /// A model's file, as `train` saves it.
        model: Option<Arg<Arc<str>>>,
        /// What the endpoint answers with: `probability`, which is also what `serve` gives, when left out.
        output: Option<Arg<Served>>,
        /// In place of a model: the answers themselves, or the file that holds them, a row for each of `rows`.
        expected: Option<Arg<Value>>,
        /// How close numbers must be. When no step, case or suite says so either, a relative 1e-6: one model gives other
        /// last digits from one runtime to the next.
        tolerance: Option<ToleranceSpec>,
    }
}

params! {
    /// What must be refused.
    pub struct RejectKeys = "`rejects`" short "requests" {
        /// The malformed requests: their names, or mappings of one's own with a `name`; all names but `huge_body` when left
        /// out.
        requests: Option<Asks>,
        /// Names that are left out.
        except: Option<Spanned<Vec<Mistake>>>,
        /// `true` asks for a status of 4xx and a body that says what is wrong, in JSON.
        strict: Option<Arg<bool>>,
        /// `false` lets a good request be answered otherwise than before, as a server that generates text does.
        same: Option<Arg<bool>>,
    }
}
