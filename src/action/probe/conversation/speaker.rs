//! One server, spoken to in the words of its protocol.

use super::dialect::{Dialect, Spoken};
use super::rows::Rows;
use crate::action::probe::Probe;
use crate::action::probe::behaviour::{Malformed, Mistake};
use crate::action::probe::protocol::{Inference, Protocol, Reading};
use crate::action::probe::request::{join, query, template, with_query};
use crate::action::probe::target::Spec;
use crate::action::{Context, StepError};
use crate::source::Span;
use crate::system::http::{Request, Response};

/// Makes a protocol's requests, and reads their answers.
#[derive(Clone, Debug)]
pub(crate) struct Speaker {
    pub(super) protocol: &'static dyn Protocol,
    pub(super) spoken: Spoken,
    base: String,
    query: Option<String>,
    /// What all requests have in common.
    template: Request,
    /// Where the rows are written.
    rows_at: Option<Span>,
}

impl Speaker {
    /// The speaker of a probe.
    pub(super) fn of_probe(probe: &Probe, spec: &Spec, context: &Context<'_>) -> Result<Self, StepError> {
        let base = context.get(&spec.base)?;
        let spoken = spec.dialect.bind(context.scope)?;
        let template = template(probe, &base, context)?;
        let rows_at = Some(spec.rows.span);
        Ok(Self {
            query: query(probe, context)?,
            rows_at,
            ..Self::new(&spec.dialect, spoken, &base, template)
        })
    }

    /// Speaks to the server at `base`; `template` is what all requests have in common.
    pub(crate) fn new(dialect: &Dialect, spoken: Spoken, base: &str, template: Request) -> Self {
        Self {
            protocol: dialect.protocol,
            spoken,
            base: base.to_owned(),
            query: None,
            template,
            rows_at: None,
        }
    }

    /// How many rows one request can ask about.
    pub(crate) fn rows_at_once(&self) -> usize {
        self.protocol.rows_at_once(&self.spoken)
    }

    /// The question about these rows.
    pub(crate) fn inference(&self, rows: &Rows) -> Result<Inference, StepError> {
        self.protocol.request(rows, &self.spoken).map_err(|error| match self.rows_at {
            Some(span) => error.at(span),
            None => error,
        })
    }

    /// The request that asks it.
    pub(crate) fn request(&self, inference: &Inference) -> Result<Request, StepError> {
        let mut request = self.asking(&inference.path)?;
        inference.method.clone_into(&mut request.method);
        request.body.clone_from(&inference.body);
        request.events = inference.events;
        if request.header("content-type").is_none() {
            request.headers.push(("content-type".to_owned(), inference.media.to_owned()));
        }
        Ok(request)
    }

    /// A malformed request, made from a good one.
    pub(in crate::action::probe) fn malformed(&self, mistake: Mistake, good: &Request) -> Option<Malformed> {
        self.protocol.malformed(mistake, good, &self.spoken)
    }

    /// A GET of this path.
    pub(super) fn asking(&self, path: &str) -> Result<Request, StepError> {
        let mut request = self.template.clone();
        request.url = with_query(&join(Some(root(&self.base, path)), path)?, self.query.as_deref());
        Ok(request)
    }

    /// What an answer says, by the protocol's own rules: its predictions, or that it is an error, or no right one.
    pub(crate) fn read(&self, response: &Response, asked: &Inference) -> Reading {
        match response.status {
            200..300 => self.protocol.read(response, asked, &self.spoken),
            400.. => {
                let misses: Vec<String> = self.protocol.refusal(response).into_iter().collect();
                Reading { measured: 1, misses, refused: true, ..Reading::default() }
            }
            status => Reading::miss(format!("an inference is answered with status {status}")),
        }
    }
}

/// The server's URL, which may be written with the beginning of the protocol's own paths: `https://host/v1`.
fn root<'a>(base: &'a str, path: &str) -> &'a str {
    let base = base.trim_end_matches('/');
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match base.strip_suffix(first).and_then(|rest| rest.strip_suffix('/')) {
        Some(rest) if ["v1", "v2"].contains(&first) => rest,
        _ => base,
    }
}

#[cfg(test)]
mod tests {
    use super::root;

    #[test]
    fn a_version_is_not_written_twice() {
        assert_eq!(root("https://host/v1/", "/v1/models"), "https://host");
        assert_eq!(root("https://host/v1", "/health"), "https://host/v1");
        assert_eq!(root("https://host/api", "/v2/models"), "https://host/api");
        assert_eq!(root("http://predict", "/predict"), "http://predict");
    }
}
