//! From a message to values. What comes is another program's: every length is checked before it is believed.

use std::sync::Arc;
use std::time::Duration;

use super::padding;
use crate::value::{Array, Column, Data, Map, Table, Value};

/// The worker sends nothing that is nested deeper.
const DEEPEST: usize = 256;

/// Why a message, or a value in it, was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Unread {
    /// It is no message of ours.
    Garbage(&'static str),
    /// A value that has no form here: where in the result, and why.
    Uncrossable { path: String, why: String },
}

impl Unread {
    fn lost(why: impl Into<String>) -> Self {
        Self::Uncrossable { path: String::new(), why: why.into() }
    }

    fn under(self, step: impl FnOnce() -> String) -> Self {
        match self {
            Self::Uncrossable { path, why } => Self::Uncrossable { path: step() + &path, why },
            garbage @ Self::Garbage(_) => garbage,
        }
    }
}

type Read<T> = Result<T, Unread>;

/// Reads one message, value after value.
pub(in super::super) struct Reader<'a> {
    head: &'a [u8],
    body: &'a [u8],
    depth: usize,
}

impl<'a> Reader<'a> {
    pub fn new(head: &'a [u8], body: &'a [u8]) -> Self {
        Self { head, body, depth: 0 }
    }

    /// A tuple: how many items follow.
    pub fn tuple(&mut self) -> Read<usize> {
        match self.byte()? {
            b'(' => self.count(),
            _ => Err(Unread::Garbage("no tuple where one should stand")),
        }
    }

    pub fn int(&mut self) -> Read<i64> {
        match self.value()? {
            Value::Int(int) => Ok(int),
            _ => Err(Unread::Garbage("no integer where one should stand")),
        }
    }

    pub fn text(&mut self) -> Read<Arc<str>> {
        match self.value()? {
            Value::Text(text) => Ok(text),
            _ => Err(Unread::Garbage("no text where one should stand")),
        }
    }

    pub fn value(&mut self) -> Read<Value> {
        Ok(match self.byte()? {
            b'N' => Value::Null,
            b'T' => Value::Bool(true),
            b'F' => Value::Bool(false),
            b'i' => Value::Int(i64::from(i32::from_le_bytes(self.fixed()?))),
            b'l' => self.long()?,
            b'g' => Value::Float(f64::from_le_bytes(self.fixed()?)),
            b'u' | b't' => Value::Text(self.string()?.into()),
            b's' => {
                let length = self.count()?;
                Value::Bytes(self.take(length)?.into())
            }
            b'[' => self.nested(Self::list)?,
            b'{' => self.nested(Self::map)?,
            b'(' => self.nested(Self::tagged)?,
            _ => return Err(Unread::Garbage("a kind of value that the worker does not send")),
        })
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Read<Value>) -> Read<Value> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Unread::Garbage("values nested without end"));
        }
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn list(&mut self) -> Read<Value> {
        let count = self.count()?;
        let mut items = Vec::with_capacity(count);
        for index in 0..count {
            items.push(self.value().map_err(|unread| unread.under(|| format!("[{index}]")))?);
        }
        Ok(Value::list(items))
    }

    fn map(&mut self) -> Read<Value> {
        let mut map = Map::new();
        while self.head.first() != Some(&b'0') {
            let key = self.text()?;
            let value = self.value().map_err(|unread| unread.under(|| format!(".{key}")))?;
            map.insert(key, value);
        }
        self.byte()?;
        Ok(Value::from(map))
    }

    fn tagged(&mut self) -> Read<Value> {
        let count = self.count()?;
        match (&*self.text()?, count) {
            ("duration", 2) => match self.value()? {
                Value::Int(nanos) if nanos >= 0 => Ok(Duration::from_nanos(nanos as u64).into()),
                Value::UInt(nanos) => Ok(Duration::from_nanos(nanos).into()),
                _ => Err(Unread::Garbage("a duration that is none")),
            },
            ("array", 4) => self.array(),
            ("table", 2) => self.table(),
            _ => Err(Unread::Garbage("a tag that the worker does not send")),
        }
    }

    fn array(&mut self) -> Read<Value> {
        let dtype = self.text()?;
        let Value::List(axes) = self.value()? else { return Err(Unread::Garbage("a shape that is none")) };
        let shape: Option<Vec<usize>> = axes
            .iter()
            .map(|axis| match axis {
                Value::Int(axis) => usize::try_from(*axis).ok(),
                _ => None,
            })
            .collect();
        let data = self.data(&dtype)?;
        let array = shape.and_then(|shape| Array::new(shape, data));
        array.map(Value::from).ok_or(Unread::Garbage("an array whose shape is not its size"))
    }

    fn table(&mut self) -> Read<Value> {
        let (b'[', count) = (self.byte()?, self.count()?) else {
            return Err(Unread::Garbage("columns that are no list"));
        };
        let mut columns = Vec::with_capacity(count);
        for _ in 0..count {
            let (b'[', 4) = (self.byte()?, self.count()?) else {
                return Err(Unread::Garbage("a column that is none"));
            };
            let name = self.text()?;
            let dtype = self.text()?;
            let data = self.data(&dtype).map_err(|unread| unread.under(|| format!(".{name}")))?;
            let valid = match self.value()? {
                Value::Null => None,
                Value::Int(length) => {
                    Some(self.raw(length)?.iter().map(|&byte| byte != 0).collect::<Vec<_>>())
                }
                _ => return Err(Unread::Garbage("a mask that is none")),
            };
            let column = Column::new(name, data);
            columns.push(match valid {
                Some(valid) if valid.len() == column.len() => column.with_valid(valid),
                Some(_) => return Err(Unread::Garbage("a mask of another length than its column")),
                None => column,
            });
        }
        let table = Table::new(columns);
        table.map(Value::from).map_err(|_| Unread::Garbage("columns of different lengths"))
    }

    fn data(&mut self, dtype: &str) -> Read<Data> {
        let stands = self.value()?;
        if let ("string", Value::List(items)) = (dtype, &stands) {
            let text = |item: &Value| match item {
                Value::Text(text) => Ok(text.clone()),
                _ => Err(Unread::Garbage("no text among texts")),
            };
            return Ok(Data::Text(items.iter().map(text).collect::<Read<_>>()?));
        }
        let Value::Int(length) = stands else { return Err(Unread::Garbage("elements that are not there")) };
        let bytes = self.raw(length)?;
        Ok(match dtype {
            "bool" => Data::Bool(bytes.iter().map(|&byte| byte != 0).collect()),
            "int64" => Data::Int(numbers(bytes, i64::from_le_bytes)?),
            "uint64" => Data::UInt(numbers(bytes, u64::from_le_bytes)?),
            "float32" => Data::Float32(numbers(bytes, f32::from_le_bytes)?),
            "float64" => Data::Float(numbers(bytes, f64::from_le_bytes)?),
            "datetime" => Data::Datetime(numbers(bytes, i64::from_le_bytes)?),
            _ => return Err(Unread::Garbage("a dtype that the worker does not send")),
        })
    }

    /// The next elements of the body.
    fn raw(&mut self, length: i64) -> Read<&'a [u8]> {
        let short = Unread::Garbage("a body shorter than its head says");
        let length = usize::try_from(length).map_err(|_| short.clone())?;
        let (bytes, rest) = self.body.split_at_checked(length).ok_or(short)?;
        self.body = rest.get(padding(length)..).unwrap_or_default();
        Ok(bytes)
    }

    fn long(&mut self) -> Read<Value> {
        let count = i32::from_le_bytes(self.fixed()?);
        let digits = self.take((count.unsigned_abs() as usize).saturating_mul(2))?;
        let wide = || Unread::lost("this integer needs more than 64 bits: return it as text, or as a float");
        if digits.len() > 10 {
            return Err(wide());
        }
        let digit = |bytes: &[u8]| i128::from(u16::from_le_bytes([bytes[0], bytes[1]]) & 0x7FFF);
        let size = digits.chunks_exact(2).rev().fold(0_i128, |sum, bytes| sum << 15 | digit(bytes));
        let int = if count < 0 { -size } else { size };
        i64::try_from(int)
            .map(Value::Int)
            .or_else(|_| u64::try_from(int).map(Value::UInt))
            .map_err(|_| wide())
    }

    fn string(&mut self) -> Read<&'a str> {
        let length = self.count()?;
        let bytes = self.take(length)?;
        // Half of a surrogate pair is all that Python's strings hold and UTF-8 does not.
        std::str::from_utf8(bytes).map_err(|_| {
            Unread::lost("this string holds half of a surrogate pair, which no other program reads")
        })
    }

    /// A number of items, of which each takes a byte at least.
    fn count(&mut self) -> Read<usize> {
        let count = u32::from_le_bytes(self.fixed()?) as usize;
        if count <= self.head.len() { Ok(count) } else { Err(Unread::Garbage("more items than bytes")) }
    }

    fn byte(&mut self) -> Read<u8> {
        self.fixed::<1>().map(|[byte]| byte)
    }

    fn fixed<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (bytes, rest) = self.head.split_first_chunk().ok_or(Unread::Garbage("a head that ends early"))?;
        self.head = rest;
        Ok(*bytes)
    }

    fn take(&mut self, length: usize) -> Read<&'a [u8]> {
        let (bytes, rest) =
            self.head.split_at_checked(length).ok_or(Unread::Garbage("a head that ends early"))?;
        self.head = rest;
        Ok(bytes)
    }
}

fn numbers<T, const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Read<Vec<T>> {
    let (chunks, rest) = bytes.as_chunks::<N>();
    if !rest.is_empty() {
        return Err(Unread::Garbage("elements cut short"));
    }
    Ok(chunks.iter().map(|chunk| read(*chunk)).collect())
}
