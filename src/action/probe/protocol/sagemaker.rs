//! SageMaker's contract of containers: `/ping` and `/invocations`, the body by its content type.

use super::answers::listed;
use super::{Inference, Protocol, Reading};
use crate::action::StepError;
use crate::action::probe::conversation::{Rows, Spoken};
use crate::system::http::Response;
use crate::value::Value;

#[derive(Debug)]
pub(super) struct Sagemaker;

impl Protocol for Sagemaker {
    fn name(&self) -> &'static str {
        "sagemaker"
    }

    fn doc(&self) -> &'static str {
        "Containers for SageMaker: `GET /ping` says whether it is ready, and `POST /invocations` takes rows as the\n\
         content type says. `form: csv` (when left out) sends `text/csv`, one row a line and no header; `form: json`\n\
         sends a list of lists. The answer is read by its own content type: CSV with one prediction a line (or all on\n\
         one), JSON with a list or with `predictions`."
    }

    fn example(&self) -> &'static str {
        "{protocol: sagemaker, base: \"http://localhost:8080\", rows: [[5.1, 3.5, 1.4, 0.2], [6.2, 2.9, 4.3, 1.3]]}"
    }

    fn keys(&self) -> &'static [&'static str] {
        &["form"]
    }

    fn words(&self, _: &str) -> &'static [&'static str] {
        &["csv", "json"]
    }

    fn ready(&self, _: &Spoken) -> Vec<String> {
        vec!["/ping".to_owned()]
    }

    fn request(&self, rows: &Rows, spoken: &Spoken) -> Result<Inference, StepError> {
        if spoken.form == Some("json") {
            return Inference::post("/invocations", &Value::list(rows.lists()), rows);
        }
        let mut body = String::new();
        for row in &rows.cells {
            let cells = row.iter().map(cell).collect::<Result<Vec<_>, _>>()?;
            body.push_str(&cells.join(","));
            body.push('\n');
        }
        let path = "/invocations".to_owned();
        Ok(Inference {
            method: "POST",
            path,
            media: "text/csv",
            body: body.into_bytes(),
            rows: rows.len(),
            id: None,
            events: None,
        })
    }

    fn read(&self, response: &Response, asked: &Inference, _: &Spoken) -> Reading {
        let csv = response.header("content-type").is_some_and(|media| media.starts_with("text/csv"));
        let mut reading = Reading::default();
        if csv {
            match lines(&String::from_utf8_lossy(&response.body), asked.rows) {
                Ok(found) => reading.predictions(&found, asked.rows),
                Err(why) => return Reading::miss(why),
            }
            return reading;
        }
        listed(response, asked.rows)
    }
}

/// A cell as CSV has it (RFC 4180).
fn cell(value: &Value) -> Result<String, StepError> {
    match value {
        Value::Null => Ok(String::new()),
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) => Ok(value.to_string()),
        Value::Text(text) if text.contains([',', '"', '\n', '\r']) => {
            Ok(format!("\"{}\"", text.replace('"', "\"\"")))
        }
        Value::Text(text) => Ok(text.to_string()),
        other => {
            let error =
                StepError::new(format!("a cell of CSV is a number or a text, and this is {}", other.kind()));
            Err(error.help("`form: json` sends any value"))
        }
    }
}

/// One prediction a line, or all of them on one.
fn lines(text: &str, rows: usize) -> Result<Vec<Value>, String> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let parts = match &lines[..] {
        [] => return Err("the answer is empty".to_owned()),
        [only] if rows > 1 => only.split(',').collect(),
        _ => lines,
    };
    let cell = |text: &str| match text.trim().parse::<f64>() {
        Ok(number) => Value::Float(number),
        Err(_) => Value::text(text.trim()),
    };
    let line = |(index, line): (usize, &&str)| {
        let cells: Vec<Value> = line.split(',').map(cell).collect();
        let odd = cells.iter().find(|cell| matches!(cell, Value::Float(number) if !number.is_finite()));
        match (odd, &cells[..]) {
            (Some(odd), _) => Err(format!("prediction {} is {odd}", index + 1)),
            (None, [one]) => Ok(one.clone()),
            (None, _) => Ok(Value::list(cells)),
        }
    };
    parts.iter().enumerate().map(line).collect()
}
