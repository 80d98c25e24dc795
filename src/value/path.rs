//! Dotted paths into values: `json.items.0.score`.

use std::fmt;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    Key(Arc<str>),
    Index(usize),
}

/// A way into a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path(pub Vec<Segment>);

impl Path {
    /// Reads `a.b.0.c` and `a.b[0].c`; `Err` says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut segments = Vec::new();
        for part in text.split('.') {
            let (name, mut indices) = part.split_at(part.find('[').unwrap_or(part.len()));
            if !name.is_empty() {
                segments.push(Self::segment(name));
            } else if indices.is_empty() {
                return Err("a part between two dots is empty");
            }
            while !indices.is_empty() {
                let inner = indices.strip_prefix('[').ok_or("something follows a `]`")?;
                let (index, rest) = inner.split_once(']').ok_or("a `[` has no `]`")?;
                segments.push(Segment::Index(index.parse().map_err(|_| "an index is a whole number")?));
                indices = rest;
            }
        }
        Ok(Self(segments))
    }

    fn segment(name: &str) -> Segment {
        match name.parse() {
            Ok(index) if name == "0" || !name.starts_with(['0', '+']) => Segment::Index(index),
            _ => Segment::Key(name.into()),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if depth == 0 => write!(f, "{key}")?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_and_brackets_mean_the_same() {
        assert_eq!(Path::parse("a.b.0.c"), Path::parse("a.b[0].c"));
        assert_eq!(Path::parse("a[1][2]").unwrap().to_string(), "a[1][2]");
        assert_eq!(Path::parse("content-type.007").unwrap().0[1], Segment::Key("007".into()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(Path::parse("a..b"), Err("a part between two dots is empty"));
        assert_eq!(Path::parse("a[b]"), Err("an index is a whole number"));
        assert_eq!(Path::parse("a[1"), Err("a `[` has no `]`"));
    }
}
