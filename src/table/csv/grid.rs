//! The fields of a CSV, all of one width, in one buffer.

use crate::table::TableError;

/// Rows of equally many fields, the header first where there is one.
pub(super) struct Grid<'a> {
    source: &'a str,
    text: String,
    /// Where each field ends in `text`, row by row.
    ends: Vec<usize>,
    width: usize,
    /// Where each row starts in `source`, for the line of a mistake.
    starts: Vec<usize>,
}

impl<'a> Grid<'a> {
    pub(super) fn read(source: &'a str, delimiter: u8) -> Result<Self, TableError> {
        let mut grid = Self {
            source,
            text: String::with_capacity(source.len()),
            ends: Vec::new(),
            width: 0,
            starts: Vec::new(),
        };
        let mut reader = reader(delimiter).from_reader(source.as_bytes());
        let mut record = csv::StringRecord::new();
        loop {
            let start = reader.position().byte() as usize;
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(_) => return Err(TableError::NotUtf8 { line: grid.line_at(start) }),
            }
            if grid.starts.is_empty() {
                grid.width = record.len();
            }
            grid.starts.push(start);
            if record.len() != grid.width {
                grid.closed(delimiter)?;
                let line = grid.line_at(start);
                return Err(TableError::UnequalFields { line, expected: grid.width, got: record.len() });
            }
            for field in &record {
                grid.text.push_str(field);
                grid.ends.push(grid.text.len());
            }
        }
        grid.closed(delimiter)?;
        Ok(grid)
    }

    pub(super) fn rows(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn field(&self, row: usize, column: usize) -> &str {
        let at = row * self.width + column;
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[from..self.ends[at]]
    }

    /// The line on which a row begins, from 1.
    pub(super) fn line(&self, row: usize) -> usize {
        self.line_at(self.starts[row])
    }

    /// The reader leaves the `\n` of a `\r\n`, and blank lines, to the row that follows.
    fn line_at(&self, start: usize) -> usize {
        let blank = self.source[start..].bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.source[..start + blank].split('\n').count()
    }

    /// Whether the row read last ends outside quotes. The reader takes the end of the data for a closing quote; but a
    /// row that is put after an open quote becomes part of it.
    fn closed(&self, delimiter: u8) -> Result<(), TableError> {
        let Some(&start) = self.starts.last() else { return Ok(()) };
        let followed = format!("{}\nx", &self.source[start..]);
        let mut reader = reader(delimiter).from_reader(followed.as_bytes());
        let mut record = csv::ByteRecord::new();
        let mut more = || reader.read_byte_record(&mut record).unwrap_or(false);
        if more() && more() { Ok(()) } else { Err(TableError::UnclosedQuote { line: self.line_at(start) }) }
    }
}

fn reader(delimiter: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter);
    builder
}
