//! Answers that came more than once are kept once.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Worker;
use crate::action::StepError;
use crate::action::probe::VARYING;
use crate::system::http::Response;
use crate::value::show_size;

/// The most that is kept of answers that all differ.
pub(super) const KEPT: usize = 256 << 20;

/// An answer, and how often it came.
pub(in crate::action::probe) struct Distinct {
    pub(in crate::action::probe) response: Response,
    /// Which of the requests it answers.
    pub(in crate::action::probe) request: usize,
    pub(in crate::action::probe) count: usize,
}

/// What tells one answer from another beside its status: what nobody asks about need not be the same.
#[derive(Clone, Copy)]
pub(super) struct Compared {
    pub(super) headers: bool,
    pub(super) body: bool,
}

impl Compared {
    fn headers(self, response: &Response) -> impl Iterator<Item = &(String, String)> {
        let telling = move |(name, _): &&(String, String)| self.headers && !VARYING.contains(&name.as_str());
        response.headers.iter().filter(telling)
    }

    fn body(self, response: &Response) -> &[u8] {
        if self.body { &response.body } else { &[] }
    }

    fn same(self, one: &Response, other: &Response) -> bool {
        one.status == other.status
            && self.body(one) == self.body(other)
            && one.url == other.url
            && self.headers(one).eq(self.headers(other))
    }
}

/// Those that differ, in the order in which each came first.
#[derive(Default)]
pub(super) struct Answers {
    distinct: Vec<Distinct>,
    hasher: RandomState,
    known: HashMap<u64, usize>,
    /// The last answer to each request: the next one is most likely the same.
    last: Vec<usize>,
}

impl Answers {
    /// Keeps an answer, and says where it stands.
    pub(super) fn keep(
        &mut self,
        answer: Distinct,
        compared: Compared,
        room: &AtomicUsize,
    ) -> Result<usize, StepError> {
        let request = answer.request;
        if self.last.len() <= request {
            self.last.resize(request + 1, usize::MAX);
        }
        let near = self.last[request];
        let index = match self.distinct.get(near) {
            Some(held) if compared.same(&held.response, &answer.response) => near,
            _ => self.place(&answer, compared),
        };
        if let Some(held) = self.distinct.get_mut(index) {
            held.count += answer.count;
            held.response = answer.response;
        } else {
            let headers: usize =
                answer.response.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
            let size = answer.response.body.len() + headers;
            if room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(size)).is_err()
            {
                let message = format!("the answers differ and hold more than {}", show_size(KEPT as u64));
                return Err(StepError::new(message).help("take fewer `samples`"));
            }
            self.distinct.push(answer);
        }
        self.last[request] = index;
        Ok(index)
    }

    /// Takes in another's, and says where each of its own stands now.
    pub(super) fn merge(&mut self, other: Self, worker: &Worker<'_>) -> Result<Vec<usize>, StepError> {
        if self.is_empty() {
            let places = (0..other.distinct.len()).collect();
            *self = other;
            return Ok(places);
        }
        // They are kept already; what has room once has room again.
        let room = AtomicUsize::new(usize::MAX);
        other.distinct.into_iter().map(|answer| self.keep(answer, worker.compared, &room)).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.distinct.is_empty()
    }

    pub(super) fn into_distinct(self) -> Vec<Distinct> {
        self.distinct
    }

    /// Where an answer stands, or is to stand.
    fn place(&mut self, answer: &Distinct, compared: Compared) -> usize {
        let mut hasher = self.hasher.build_hasher();
        let response = &answer.response;
        (answer.request, response.status, &response.url, compared.body(response)).hash(&mut hasher);
        compared.headers(response).for_each(|header| header.hash(&mut hasher));
        *self.known.entry(hasher.finish()).or_insert(self.distinct.len())
    }
}
