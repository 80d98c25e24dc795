//! OpenAI-compatible servers of language models: chat, completions, embeddings, and answers that come piece by piece.

mod choices;
mod embeddings;
mod stream;

use super::document::{Document, read as read_json};
use super::{Inference, Protocol, Reading};
use crate::action::StepError;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::system::http::Response;
use crate::value::{Map, Segment, Value, clip};

#[derive(Debug)]
pub(super) struct Openai;

/// The most tokens of an answer, where nothing else is said: a probe asks whether the server answers, not for prose.
const MAX_TOKENS: u32 = 16;

impl Protocol for Openai {
    fn name(&self) -> &'static str {
        "openai"
    }

    fn doc(&self) -> &'static str {
        "OpenAI-compatible servers: vLLM, SGLang, llama.cpp, TGI, Ray Serve and others. `rows` are prompts, or lists of\n\
         messages; `task` is `chat` (when left out), `completions` or `embeddings`. `GET /health` is judged by its\n\
         status where it is there, and `GET /v1/models` must name the model. Requests hold `max_tokens` (16 when left\n\
         out), `temperature` (0) and `seed` where one is given, one prompt each; embeddings take all texts at once.\n\n\
         Of an answer: at least one choice, each with a `finish_reason` and content; no more tokens than were asked\n\
         for, and `usage` whose total is prompt and completion; embeddings are one a text, finite and of one length.\n\
         With `stream: true` the answer is read piece by piece (with or without a last `[DONE]`), and `first_token` is\n\
         the time to the first piece that holds text. `predictions` are the texts or the embeddings."
    }

    fn example(&self) -> &'static str {
        "{protocol: openai, base: \"http://localhost:8000\", model: tiny, rows: [\"Say hello.\"], stream: true}"
    }

    fn keys(&self) -> &'static [&'static str] {
        &["model", "task", "max_tokens", "temperature", "seed", "stream"]
    }

    fn needs_model(&self) -> bool {
        true
    }

    fn words(&self, _: &str) -> &'static [&'static str] {
        &["chat", "completions", "embeddings"]
    }

    fn rows_at_once(&self, spoken: &Spoken) -> usize {
        if spoken.task == Some("embeddings") { usize::MAX } else { 1 }
    }

    fn ready(&self, _: &Spoken) -> Vec<String> {
        vec!["/health".to_owned()]
    }

    fn metadata(&self, _: &Spoken) -> Option<String> {
        Some("/v1/models".to_owned())
    }

    fn apart(&self, answers: &[&[Value]], spoken: &Spoken) -> Option<String> {
        embeddings::apart(answers).filter(|_| spoken.task == Some("embeddings"))
    }

    fn may_lack(&self, _: &str) -> bool {
        true
    }

    fn described(&self, metadata: &Value, spoken: &Spoken) -> Reading {
        let Some(Value::List(models)) = metadata.child(&Segment::Key("data".into())) else {
            return Reading::miss("`GET /v1/models` is answered without a list `data`");
        };
        let ids: Vec<String> = models
            .iter()
            .filter_map(|model| Some(model.child(&Segment::Key("id".into()))?.as_text()?.to_owned()))
            .collect();
        let wanted = spoken.model.as_deref().unwrap_or_default();
        let held = ids.iter().any(|id| id == wanted);
        let mut reading = Reading::default();
        let lacking = || format!("the server lists no model `{wanted}`: it lists {}", ids.join(", "));
        reading.check(if held { Ok(()) } else { Err(lacking()) });
        reading
    }

    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError> {
        let mut document = Map::new();
        let mut put = |key: &str, value: Value| document.insert(key.into(), value);
        put("model", Value::text(spoken.model.clone().unwrap_or_default()));
        let path = match spoken.task {
            Some("embeddings") => {
                let texts = rows.cells.iter().map(|row| prompt(row)).collect::<Result<_, _>>()?;
                put("input", Value::list(texts));
                "/v1/embeddings"
            }
            Some("completions") => {
                put("prompt", prompt(one(rows)?)?);
                "/v1/completions"
            }
            _ => {
                put("messages", messages(one(rows)?)?);
                "/v1/chat/completions"
            }
        };
        if spoken.task != Some("embeddings") {
            put("max_tokens", Value::Int(spoken.max_tokens.unwrap_or(MAX_TOKENS).into()));
            put("temperature", temperature(spoken.temperature.unwrap_or(0.0)));
            if let Some(seed) = spoken.seed {
                put("seed", Value::from(seed));
            }
            if spoken.stream {
                put("stream", Value::Bool(true));
            }
        }
        let events = document.contains_key("stream").then_some(stream::holds_text as fn(&str) -> bool);
        Ok(Inference { events, ..Inference::post(path, &Value::from(document), rows)? })
    }

    fn read(&self, response: &Response, asked: &Inference, spoken: &Spoken) -> Reading {
        let read = if spoken.task == Some("embeddings") {
            Document::of(response).and_then(|document| embeddings::read(&document, asked.rows))
        } else if spoken.stream {
            stream::read(response, spoken)
        } else {
            Document::of(response).and_then(|document| choices::read(&document, spoken))
        };
        read.unwrap_or_else(|reading| reading)
    }

    /// `{"error": {"message": …}}`, or one of the ways in which others say it.
    fn refusal(&self, response: &Response) -> Option<String> {
        let wanted = "and the protocol says `{\"error\": {\"message\": text}}`";
        match read_json(&response.body, "the body of the refusal") {
            Err(why) => Some(format!("{why}, {wanted}")),
            Ok(read) => {
                let told = ["error", "detail", "message"].into_iter().any(|key| {
                    read.value
                        .child(&Segment::Key(key.into()))
                        .is_some_and(|told| !matches!(told, Value::Null))
                });
                (!told).then(|| format!("the body of the refusal is {}, {wanted}", clip(&read.value, 200)))
            }
        }
    }
}

/// `0` rather than `0.0`, which is what everybody sends.
fn temperature(value: f64) -> Value {
    if value == 0.0 { Value::Int(0) } else { Value::Float(value) }
}

fn one(rows: &Rows) -> Result<&[Value], StepError> {
    match &rows.cells[..] {
        [row] => Ok(row),
        _ => Err(StepError::new("a request holds one prompt")),
    }
}

/// A row as a text.
fn prompt(row: &[Value]) -> Result<Value, StepError> {
    match row {
        [text @ Value::Text(_)] => Ok(text.clone()),
        other => {
            let shown = clip(&Value::list(other.to_vec()), 80);
            let error = StepError::new(format!("a prompt is a text, and this row is {shown}"));
            Err(error.help("write `rows: [\"Say hello.\"]`, or take a table of one column"))
        }
    }
}

/// A row as the messages of a chat: a text of the user, or the messages themselves.
fn messages(row: &[Value]) -> Result<Value, StepError> {
    match row {
        [messages @ Value::List(_)] => Ok(messages.clone()),
        all if !all.is_empty() && all.iter().all(|one| matches!(one, Value::Map(_))) => {
            Ok(Value::list(all.to_vec()))
        }
        one => {
            let content = prompt(one)?;
            Ok(Value::list(vec![Value::map([("role", Value::text("user")), ("content", content)])]))
        }
    }
}
