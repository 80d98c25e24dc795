//! From values to a message.

use super::{MARK, PREFIX, padding};
use crate::value::{Array, Data, Map, Table, Value};

/// A message that is being written.
pub(in super::super) struct Message {
    head: Vec<u8>,
    body: Vec<u8>,
    /// Whether a tag stands in it.
    pub tagged: bool,
}

impl Message {
    pub fn new() -> Self {
        Self { head: vec![0; PREFIX], body: Vec::new(), tagged: false }
    }

    /// The message: what stands first, and the body behind it.
    pub fn finish(mut self) -> (Vec<u8>, Vec<u8>) {
        self.head.resize(self.head.len() + padding(self.head.len()), 0);
        let length = (self.head.len() - PREFIX) as u64;
        self.head[..8].copy_from_slice(MARK);
        self.head[8..16].copy_from_slice(&length.to_le_bytes());
        self.head[16..PREFIX].copy_from_slice(&(self.body.len() as u64).to_le_bytes());
        (self.head, self.body)
    }

    pub fn null(&mut self) {
        self.head.push(b'N');
    }

    pub fn bool(&mut self, flag: bool) {
        self.head.push(if flag { b'T' } else { b'F' });
    }

    pub fn int(&mut self, int: i128) {
        if let Ok(small) = i32::try_from(int) {
            self.head.push(b'i');
            self.head.extend_from_slice(&small.to_le_bytes());
            return;
        }
        // Digits of fifteen bits, the lowest first; their number bears the sign.
        let mut rest = int.unsigned_abs();
        let mut digits = Vec::with_capacity(5);
        while rest > 0 {
            digits.push((rest & 0x7FFF) as u16);
            rest >>= 15;
        }
        self.head.push(b'l');
        let count = digits.len() as i32;
        self.head.extend_from_slice(&(if int < 0 { -count } else { count }).to_le_bytes());
        for digit in digits {
            self.head.extend_from_slice(&digit.to_le_bytes());
        }
    }

    pub fn float(&mut self, float: f64) {
        self.head.push(b'g');
        self.head.extend_from_slice(&float.to_le_bytes());
    }

    pub fn text(&mut self, text: &str) {
        self.open(b'u', text.len());
        self.head.extend_from_slice(text.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.open(b's', bytes.len());
        self.head.extend_from_slice(bytes);
    }

    /// A list of so many items, which follow.
    pub fn list(&mut self, count: usize) {
        self.open(b'[', count);
    }

    /// A tuple of so many items, which follow.
    pub fn tuple(&mut self, count: usize) {
        self.open(b'(', count);
    }

    fn open(&mut self, kind: u8, count: usize) {
        self.head.push(kind);
        self.head.extend_from_slice(&(count as u32).to_le_bytes());
    }

    fn tag(&mut self, name: &str, count: usize) {
        self.tagged = true;
        self.tuple(count + 1);
        self.text(name);
    }

    pub fn map(&mut self, map: &Map) {
        self.head.push(b'{');
        for (key, value) in map {
            self.text(key);
            self.value(value);
        }
        self.head.push(b'0');
    }

    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.null(),
            Value::Bool(flag) => self.bool(*flag),
            Value::Int(int) => self.int(i128::from(*int)),
            Value::UInt(int) | Value::Size(int) => self.int(i128::from(*int)),
            Value::Float(float) => self.float(*float),
            Value::Text(text) => self.text(text),
            Value::Duration(duration) => {
                self.tag("duration", 1);
                self.int(duration.as_nanos() as i128);
            }
            Value::Bytes(bytes) => self.bytes(bytes),
            Value::File(path) => self.text(&path.to_string_lossy()),
            Value::Array(array) => self.array(array),
            Value::Table(table) => self.table(table),
            Value::List(items) => {
                self.list(items.len());
                items.iter().for_each(|item| self.value(item));
            }
            Value::Map(map) => self.map(map),
        }
    }

    fn array(&mut self, array: &Array) {
        self.tag("array", 3);
        self.text(array.dtype().name());
        self.list(array.shape().len());
        array.shape().iter().for_each(|&axis| self.int(axis as i128));
        self.data(array.data());
    }

    fn table(&mut self, table: &Table) {
        self.tag("table", 1);
        self.list(table.columns().len());
        for column in table.columns() {
            self.list(4);
            self.text(&column.name);
            self.text(column.dtype().name());
            self.data(&column.data);
            match &column.valid {
                Some(valid) => self.raw(valid, |&flag| [u8::from(flag)]),
                None => self.null(),
            }
        }
    }

    fn data(&mut self, data: &Data) {
        match data {
            Data::Bool(items) => self.raw(items, |&flag| [u8::from(flag)]),
            Data::Int(items) | Data::Datetime(items) => self.raw(items, |item| item.to_le_bytes()),
            Data::UInt(items) => self.raw(items, |item| item.to_le_bytes()),
            Data::Float32(items) => self.raw(items, |item| item.to_le_bytes()),
            Data::Float(items) => self.raw(items, |item| item.to_le_bytes()),
            Data::Text(items) => {
                self.list(items.len());
                for item in items {
                    self.text(item);
                }
            }
        }
    }

    /// Elements in the body; in the head stands how many bytes they are.
    fn raw<T, const N: usize>(&mut self, items: &[T], bytes: impl Fn(&T) -> [u8; N]) {
        self.int((items.len() * N) as i128);
        self.body.reserve(items.len() * N + 8);
        for item in items {
            self.body.extend_from_slice(&bytes(item));
        }
        self.body.resize(self.body.len() + padding(self.body.len()), 0);
    }
}
