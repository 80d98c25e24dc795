//! Values written as JSON and YAML documents.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::Value;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Int(int) => serializer.serialize_i64(*int),
            Self::UInt(int) | Self::Size(int) => serializer.serialize_u64(*int),
            Self::Float(float) => serializer.serialize_f64(*float),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Duration(duration) => serializer.serialize_f64(duration.as_secs_f64()),
            Self::Bytes(bytes) => serializer.serialize_str(&String::from_utf8_lossy(bytes)),
            Self::File(path) => serializer.serialize_str(&path.to_string_lossy()),
            Self::Array(array) => serializer.collect_seq((0..array.len()).filter_map(|at| array.at(at))),
            Self::Table(table) => {
                let mut map = serializer.serialize_map(Some(table.columns().len()))?;
                for column in table.columns() {
                    map.serialize_entry(&*column.name, &column.to_value())?;
                }
                map.end()
            }
            Self::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, item) in entries.iter() {
                    map.serialize_entry(&**key, item)?;
                }
                map.end()
            }
        }
    }
}

impl Value {
    /// The value as a JSON document: durations in seconds, sizes in bytes, tables by column. JSON has no NaN
    /// and no infinity: they become null, so a document made this way is to look into, not to compare.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
