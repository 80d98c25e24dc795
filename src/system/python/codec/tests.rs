use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::value::{Array, Column, Data, Table, Value};

/// Any value, whatever it is made of.
pub(in super::super) fn any_value() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![plain_leaf(), any_array().prop_map(Value::from), any_table().prop_map(Value::from)];
    nested(leaf)
}

/// A value for which the other side needs no package.
pub(in super::super) fn plain_value() -> impl Strategy<Value = Value> {
    nested(plain_leaf())
}

fn nested<S: Strategy<Value = Value> + 'static>(leaf: S) -> impl Strategy<Value = Value> {
    leaf.prop_recursive(4, 40, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::list),
            prop::collection::vec((".{0,6}", inner), 0..8).prop_map(Value::map::<String>),
        ]
    })
}

fn plain_leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![any::<i64>(), -40_000_i64..40_000].prop_map(Value::Int),
        (0..=i64::MAX as u64).prop_map(|above| Value::UInt(u64::MAX - above)),
        any_float().prop_map(Value::Float),
        ".{0,12}".prop_map(Value::from as fn(String) -> Value),
        prop::collection::vec(any::<u8>(), 0..12).prop_map(|bytes| Value::Bytes(bytes.into())),
        (0..u64::from(u32::MAX)).prop_map(|micros| Value::Duration(Duration::from_micros(micros))),
    ]
}

fn any_float() -> impl Strategy<Value = f64> {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, 5e-324, f64::MAX, 0.1 + 0.2];
    prop_oneof![any::<f64>(), prop::sample::select(odd.to_vec())]
}

/// Elements of any dtype.
fn any_data(length: usize) -> impl Strategy<Value = Data> {
    prop_oneof![
        prop::collection::vec(any::<bool>(), length).prop_map(Data::Bool),
        prop::collection::vec(any::<i64>(), length).prop_map(Data::Int),
        prop::collection::vec(any::<u64>(), length).prop_map(Data::UInt),
        prop::collection::vec(any::<f32>(), length).prop_map(Data::Float32),
        prop::collection::vec(any_float(), length).prop_map(Data::Float),
        prop::collection::vec("[^\0]{0,6}", length)
            .prop_map(|texts| Data::Text(texts.into_iter().map(Into::into).collect())),
        prop::collection::vec(-1_i64 << 50..1 << 50, length).prop_map(Data::Datetime),
    ]
}

fn any_array() -> impl Strategy<Value = Array> {
    prop::collection::vec(0_usize..4, 1..4).prop_flat_map(|shape| {
        any_data(shape.iter().product()).prop_map(move |data| Array::new(shape.clone(), data).unwrap())
    })
}

fn any_table() -> impl Strategy<Value = Table> {
    (0_usize..5, 0_usize..4).prop_flat_map(|(rows, columns)| {
        let column = (any_data(rows), prop::option::of(prop::collection::vec(any::<bool>(), rows)));
        prop::collection::vec(column, columns).prop_map(|columns| {
            let made = columns.into_iter().enumerate().map(|(number, (data, valid))| {
                let column = Column::new(format!("c{number}"), data);
                match valid {
                    Some(valid) => column.with_valid(valid),
                    None => column,
                }
            });
            Table::new(made.collect()).unwrap()
        })
    })
}

fn written(value: &Value) -> (Vec<u8>, Vec<u8>) {
    let mut message = Message::new();
    message.value(value);
    message.finish()
}

fn read(head: &[u8], body: &[u8]) -> Result<Value, Unread> {
    Reader::new(&head[PREFIX..], body).value()
}

proptest! {
    #[test]
    fn what_is_written_is_read(value in any_value()) {
        let (head, body) = written(&value);
        prop_assert_eq!(head.len() % 8 + body.len() % 8, 0);
        let back = read(&head, &body).unwrap();
        prop_assert_eq!(format!("{back:?}"), format!("{value:?}"));
    }

    #[test]
    fn other_bytes_are_refused_without_harm(value in any_value(), cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let (mut head, mut body) = written(&value);
        for (index, byte) in &cuts {
            let at = PREFIX + index.index(head.len() - PREFIX);
            head[at] = *byte;
        }
        body.truncate(body.len() / 2);
        let _ = read(&head, &body);
    }
}

/// As Python writes them.
#[test]
fn what_has_no_form_here_is_told_with_its_place() {
    let lost = |head: &[u8]| match Reader::new(head, &[]).value() {
        Err(Unread::Uncrossable { path, why }) => (path, why),
        other => panic!("{other:?}"),
    };
    let wide = b"[\x02\0\0\0Nl\x06\0\0\0\x01\0\x01\0\x01\0\x01\0\x01\0\x01\0";
    let (path, why) = lost(wide);
    assert_eq!(path, "[1]");
    assert!(why.contains("more than 64 bits"), "{why}");
    let (path, why) = lost(b"{u\x01\0\0\0ku\x03\0\0\0\xed\xa0\x800");
    assert_eq!(path, ".k");
    assert!(why.contains("surrogate"), "{why}");
    let mut deep = b"[\x01\0\0\0".repeat(100_000);
    deep.push(b'N');
    assert_eq!(Reader::new(&deep, &[]).value().unwrap_err(), Unread::Garbage("values nested without end"));
    let huge = b"[\xff\xff\xff\xff";
    assert_eq!(Reader::new(huge, &[]).value().unwrap_err(), Unread::Garbage("more items than bytes"));
}
