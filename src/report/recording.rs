//! A recorded run, read back.

use std::fmt;
use std::io::{self, BufRead, Read};

use serde::Deserialize;

use crate::event::{Event, SCHEMA};

/// The longest line that is read, in bytes; values are clipped long before when they are recorded.
const LONGEST: u64 = 64 << 20;

/// The events of a recording, one at a time.
///
/// The first must be that of a run started with a schema this version knows. A last line that was cut off, as a
/// killed run leaves it, ends the recording: [`truncated`](Self::truncated) then says which line that was.
#[derive(Debug)]
pub struct Recording<R> {
    input: R,
    buffer: Vec<u8>,
    line: u64,
    truncated: Option<u64>,
    started: bool,
    done: bool,
}

/// Why a recording cannot be read.
#[derive(Debug)]
pub enum ReadError {
    Io { line: u64, source: io::Error },
    Empty,
    NotARecording { line: u64 },
    Schema { found: u32, version: String },
    SecondRun { line: u64 },
    Broken { line: u64, source: serde_json::Error },
    TooLong { line: u64 },
}

/// As much of the first line as tells whether the rest can be understood.
#[derive(Deserialize)]
struct First {
    event: String,
    schema: u32,
    #[serde(default)]
    version: String,
}

impl<R: BufRead> Recording<R> {
    pub fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), line: 0, truncated: None, started: false, done: false }
    }

    /// The number of the last line, when it was cut off; known once every event was taken.
    pub fn truncated(&self) -> Option<u64> {
        self.truncated
    }

    fn read(&mut self) -> Result<Option<Event>, ReadError> {
        loop {
            self.line += 1;
            self.buffer.clear();
            let line = self.line;
            let mut bounded = (&mut self.input).take(LONGEST + 1);
            let length = bounded
                .read_until(b'\n', &mut self.buffer)
                .map_err(|source| ReadError::Io { line, source })?;
            if length == 0 {
                return if self.started { Ok(None) } else { Err(ReadError::Empty) };
            }
            if length as u64 > LONGEST {
                return Err(ReadError::TooLong { line });
            }
            if self.buffer.trim_ascii().is_empty() {
                continue;
            }
            return self.parse();
        }
    }

    fn parse(&mut self) -> Result<Option<Event>, ReadError> {
        let line = self.line;
        let again = self.started;
        if !again {
            self.started = true;
            let first: First =
                serde_json::from_slice(&self.buffer).map_err(|_| ReadError::NotARecording { line })?;
            if first.event != "run_started" {
                return Err(ReadError::NotARecording { line });
            }
            if first.schema != SCHEMA {
                return Err(ReadError::Schema { found: first.schema, version: first.version });
            }
        }
        match serde_json::from_slice(&self.buffer) {
            Ok(Event::RunStarted(_)) if again => Err(ReadError::SecondRun { line }),
            Ok(event) => Ok(Some(event)),
            Err(_) if !self.buffer.ends_with(b"\n") => {
                self.truncated = Some(line);
                Ok(None)
            }
            Err(source) => Err(ReadError::Broken { line, source }),
        }
    }
}

impl<R: BufRead> Iterator for Recording<R> {
    type Item = Result<Event, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let event = self.read().transpose();
        self.done = !matches!(event, Some(Ok(_)));
        event
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAKE: &str = "a recording is made by `mlfunnel run --report jsonl=PATH`";
        match self {
            Self::Io { line, source } => write!(f, "line {line} cannot be read: {source}"),
            Self::Empty => write!(f, "the file is empty; {MAKE}"),
            Self::NotARecording { line } => {
                write!(f, "line {line} is not the start of a recorded run; {MAKE}")
            }
            Self::Schema { found, version } if *found > SCHEMA => write!(
                f,
                "the recording has schema {found} and this version reads schema {SCHEMA}; use mlfunnel `{version}` \
                 or later"
            ),
            Self::Schema { found, .. } => {
                write!(
                    f,
                    "the recording has schema {found} and this version reads schema {SCHEMA}; run it again"
                )
            }
            Self::SecondRun { line } => {
                write!(f, "line {line} starts a second run; keep each run in a file of its own")
            }
            Self::Broken { line, source } => write!(f, "line {line} is not an event of a run: {source}"),
            Self::TooLong { line } => write!(f, "line {line} is longer than {} MiB", LONGEST >> 20),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Broken { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Jsonl;
    use crate::report::story::{every_outcome, hostile, written};

    type Found = (Vec<Event>, Option<u64>, Option<String>);

    fn read(bytes: &[u8]) -> Found {
        let mut recording = Recording::new(bytes);
        let (mut events, mut error) = (Vec::new(), None);
        for event in &mut recording {
            match event {
                Ok(event) => events.push(event),
                Err(broken) => error = Some(broken.to_string()),
            }
        }
        (events, recording.truncated(), error)
    }

    fn recorded(events: &[Event]) -> Vec<Event> {
        events.iter().filter(|event| !matches!(event, Event::CaseStarted { .. })).cloned().collect()
    }

    #[test]
    fn what_is_recorded_is_read_back() {
        for events in [every_outcome(), hostile()] {
            let text = written(&events, Jsonl::new);
            assert_eq!(text.lines().count(), recorded(&events).len());
            assert_eq!(read(text.as_bytes()), (recorded(&events), None, None));
        }
    }

    #[test]
    fn a_recording_cut_off_anywhere_keeps_what_finished() {
        let events = recorded(&every_outcome());
        let text = written(&events, Jsonl::new);
        let first = text.find('\n').unwrap();
        for end in first..text.len() {
            let part = &text.as_bytes()[..end];
            let (found, truncated, error) = read(part);
            assert_eq!(error, None, "cut at {end}");
            let lines = text[..end].matches('\n').count();
            let whole = lines + usize::from(text.as_bytes()[end] == b'\n');
            assert_eq!(found, events[..whole], "cut at {end}");
            let cut_inside =
                text[..end].rsplit('\n').next().is_some_and(|rest| !rest.is_empty()) && whole == lines;
            assert_eq!(truncated, cut_inside.then_some(lines as u64 + 1), "cut at {end}");
        }
    }

    #[test]
    fn unknown_events_and_fields_are_passed_over() {
        let text = written(&every_outcome()[..1], Jsonl::new).replacen('{', "{\"new\":{\"a\":[1]},", 1);
        let (events, _, error) = read(format!("{text}{{\"event\":\"weather\",\"sun\":true}}\n\n").as_bytes());
        assert_eq!(error, None);
        assert_eq!(events, [every_outcome()[0].clone(), Event::Unknown]);
    }

    #[test]
    fn what_is_no_recording_is_refused() {
        let make = "a recording is made by `mlfunnel run --report jsonl=PATH`";
        let first = written(&every_outcome()[..1], Jsonl::new);
        let newer = first.replace("\"schema\":1", "\"schema\":7").replace("0.1.0", "9.0.0");
        let older = first.replace("\"schema\":1", "\"schema\":0");
        let schema = "and this version reads schema 1";
        let says = |bytes: &[u8]| read(bytes).2.unwrap_or_default();
        assert_eq!(says(b""), format!("the file is empty; {make}"));
        assert_eq!(says(b"<testsuites/>\n"), format!("line 1 is not the start of a recorded run; {make}"));
        assert_eq!(says(&[0xff, 0xfe, b'\n']), format!("line 1 is not the start of a recorded run; {make}"));
        let other = "{\"event\":\"tier_started\",\"schema\":1}\n";
        assert_eq!(says(other.as_bytes()), format!("line 1 is not the start of a recorded run; {make}"));
        let expected = format!("the recording has schema 7 {schema}; use mlfunnel `9.0.0` or later");
        assert_eq!(says(newer.as_bytes()), expected);
        assert_eq!(says(older.as_bytes()), format!("the recording has schema 0 {schema}; run it again"));
        let twice = format!("{first}{first}");
        assert_eq!(says(twice.as_bytes()), "line 2 starts a second run; keep each run in a file of its own");
        let broken = format!("{first}{{\"event\":\n");
        assert!(says(broken.as_bytes()).starts_with("line 2 is not an event of a run: "));
    }

    #[test]
    fn a_line_without_end_is_bounded() {
        let first = written(&every_outcome()[..1], Jsonl::new);
        let endless = first.as_bytes().chain(io::repeat(b'x'));
        let error = Recording::new(io::BufReader::new(endless)).nth(1).unwrap().unwrap_err();
        assert_eq!(error.to_string(), "line 2 is longer than 64 MiB");
    }
}
