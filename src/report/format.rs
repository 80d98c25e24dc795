//! The formats `--report` takes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// One report to make, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// For CI services that show test results.
    Junit(PathBuf),
    /// The event stream itself, flushed as each case ends.
    Jsonl(PathBuf),
    /// For a job's summary page.
    Markdown(PathBuf),
    /// Annotations on the spec's lines, on standard output.
    Github,
}

impl Format {
    /// The file it is written to; `None` is standard output.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Junit(path) | Self::Jsonl(path) | Self::Markdown(path) => Some(path),
            Self::Github => None,
        }
    }
}

/// A `--report` that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    Unknown { written: String, meant: Option<&'static str> },
    NoPath { format: &'static str },
    NeedlessPath,
}

const NAMES: [&str; 4] = ["junit", "jsonl", "markdown", "github"];

impl FromStr for Format {
    type Err = FormatError;

    fn from_str(written: &str) -> Result<Self, FormatError> {
        let (name, path) = match written.split_once('=') {
            Some((name, path)) => (name.trim(), Some(path.trim())),
            None => (written.trim(), None),
        };
        let Some(format) = NAMES.into_iter().find(|known| *known == name) else {
            return Err(FormatError::Unknown { written: written.to_owned(), meant: nearest(name) });
        };
        let path = match (format, path) {
            ("github", Some(_)) => return Err(FormatError::NeedlessPath),
            ("github", None) => return Ok(Self::Github),
            (format, None | Some("")) => return Err(FormatError::NoPath { format }),
            (_, Some(path)) => PathBuf::from(path),
        };
        Ok(match format {
            "junit" => Self::Junit(path),
            "jsonl" => Self::Jsonl(path),
            _ => Self::Markdown(path),
        })
    }
}

/// The format that was probably meant, file endings included.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    match name.as_str() {
        "xml" => return Some("junit"),
        "json" | "events" => return Some("jsonl"),
        "md" => return Some("markdown"),
        _ => {}
    }
    let by_likeness = NAMES.into_iter().map(|known| (strsim::damerau_levenshtein(known, &name), known));
    by_likeness.min().filter(|&(distance, _)| distance <= 2).map(|(_, known)| known)
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { written, meant } => {
                write!(f, "unknown report `{written}`")?;
                if let Some(meant) = meant {
                    write!(f, "; did you mean `{meant}`?")?;
                }
                f.write_str("; write `junit=PATH`, `jsonl=PATH`, `markdown=PATH` or `github`")
            }
            Self::NoPath { format } => {
                write!(f, "the report `{format}` has no file; write `{format}=PATH`")
            }
            Self::NeedlessPath => {
                f.write_str("the report `github` goes to standard output and takes no file; write `github`")
            }
        }
    }
}

impl std::error::Error for FormatError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(written: &str) -> String {
        written.parse::<Format>().unwrap_err().to_string()
    }

    #[test]
    fn each_form_is_read() {
        assert_eq!("junit=a/b=c.xml".parse(), Ok(Format::Junit("a/b=c.xml".into())));
        assert_eq!("jsonl=run.jsonl".parse(), Ok(Format::Jsonl("run.jsonl".into())));
        assert_eq!("markdown=s.md".parse(), Ok(Format::Markdown("s.md".into())));
        assert_eq!("github".parse(), Ok(Format::Github));
    }

    #[test]
    fn errors_say_what_to_write() {
        let forms = "write `junit=PATH`, `jsonl=PATH`, `markdown=PATH` or `github`";
        assert_eq!(
            says("junti=a.xml"),
            format!("unknown report `junti=a.xml`; did you mean `junit`?; {forms}")
        );
        assert_eq!(says("xml=a"), format!("unknown report `xml=a`; did you mean `junit`?; {forms}"));
        assert_eq!(says("html=a"), format!("unknown report `html=a`; {forms}"));
        assert_eq!(says("junit"), "the report `junit` has no file; write `junit=PATH`");
        assert_eq!(says("jsonl="), "the report `jsonl` has no file; write `jsonl=PATH`");
        let needless = "the report `github` goes to standard output and takes no file; write `github`";
        assert_eq!(says("github=x"), needless);
    }
}
