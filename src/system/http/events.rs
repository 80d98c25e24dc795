//! Server-sent events, as they come (WHATWG HTML, section 9.2.6).

/// Reads a stream of events piece by piece.
#[derive(Debug, Default)]
pub struct Events {
    line: Vec<u8>,
    data: String,
    has_data: bool,
    /// The last byte was a carriage return, which a line feed may complete.
    after_return: bool,
}

impl Events {
    /// Takes the next bytes and tells of the data of each event that is whole now. An event whose end never comes is
    /// none.
    pub fn push(&mut self, bytes: &[u8], mut whole: impl FnMut(&str)) {
        for &byte in bytes {
            match byte {
                b'\n' if self.after_return => {}
                b'\r' | b'\n' => self.end_line(&mut whole),
                _ => self.line.push(byte),
            }
            self.after_return = byte == b'\r';
        }
    }

    fn end_line(&mut self, whole: &mut impl FnMut(&str)) {
        if self.line.is_empty() {
            if std::mem::take(&mut self.has_data) {
                whole(&self.data);
            }
            self.data.clear();
            return;
        }
        let (name, value) = match self.line.iter().position(|&byte| byte == b':') {
            Some(colon) => (&self.line[..colon], &self.line[colon + 1..]),
            None => (&self.line[..], &[][..]),
        };
        if name == b"data" {
            if self.has_data {
                self.data.push('\n');
            }
            self.data.push_str(&String::from_utf8_lossy(value.strip_prefix(b" ").unwrap_or(value)));
            self.has_data = true;
        }
        self.line.clear();
    }
}

/// The data of every event of a whole body.
pub fn events(body: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    Events::default().push(body, |data| all.push(data.to_owned()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_end_with_a_blank_line_of_any_kind() {
        let stream = "data: a\n\ndata:b\r\ndata: c\r\n\r\n: remark\nevent: x\n\ndata\rid: 1\r\rdata: cut";
        assert_eq!(events(stream.as_bytes()), ["a", "b\nc", ""]);
        // However it is cut.
        let mut all = Vec::new();
        let mut reader = Events::default();
        for byte in stream.bytes() {
            reader.push(&[byte], |data| all.push(data.to_owned()));
        }
        assert_eq!(all, ["a", "b\nc", ""]);
    }
}
