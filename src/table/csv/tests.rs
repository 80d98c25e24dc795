use proptest::prelude::*;

use super::*;
use crate::value::{Column, Data, Tolerance, Value, compare};

fn read(text: &str) -> Result<Table, TableError> {
    read_csv(text.as_bytes(), &CsvOptions::default())
}

fn shown(table: &Table, name: &str) -> String {
    let column = table.column(name).unwrap();
    format!("{} {}", column.dtype(), column.to_value())
}

#[test]
fn each_column_gets_its_dtype() {
    let table = read(
        "i,f,b,t,u,z,none\n1,1,true,a,18446744073709551615,007,\n,0.5,FALSE,,1,8,\n3,nan,,NA,2,9,\n-4,-inf,True,1,3,10,\n",
    )
    .unwrap();
    assert_eq!(shown(&table, "i"), "int64 [1, null, 3, -4]");
    assert_eq!(shown(&table, "f"), "float64 [1.0, 0.5, .nan, -.inf]");
    assert_eq!(shown(&table, "b"), "bool [true, false, null, true]");
    assert_eq!(shown(&table, "t"), r#"string ["a", null, "NA", "1"]"#);
    assert_eq!(shown(&table, "u"), "uint64 [18446744073709551615, 1, 2, 3]");
    assert_eq!(shown(&table, "z"), r#"string ["007", "8", "9", "10"]"#);
    assert_eq!(shown(&table, "none"), "float64 [null, null, null, null]");
}

#[test]
fn integers_and_floats_make_floats_and_booleans_mix_with_nothing() {
    let table = read("a,b,c\n1,true,-1\n2.5,1,9223372036854775808\n").unwrap();
    assert_eq!(shown(&table, "a"), "float64 [1.0, 2.5]");
    assert_eq!(shown(&table, "b"), r#"string ["true", "1"]"#);
    assert_eq!(shown(&table, "c"), "float64 [-1.0, 9.223372036854776e18]");
}

#[test]
fn quotes_newlines_marks_and_line_ends() {
    let table = read("\u{feff}größe,\"a,\"\"b\"\"\"\r\n\"one\r\ntwo\",\"\"\r\n\r\nthree,4\r\n").unwrap();
    assert_eq!(table.rows(), 2);
    assert_eq!(shown(&table, "größe"), r#"string ["one\r\ntwo", "three"]"#);
    assert_eq!(shown(&table, "a,\"b\""), "int64 [null, 4]");
    assert_eq!(read("a\r1\r2").unwrap().rows(), 2);
}

#[test]
fn a_header_alone_is_a_table_of_no_rows() {
    let table = read("a,b\n").unwrap();
    assert_eq!((table.rows(), table.columns().len()), (0, 2));
    assert_eq!(read("a\n\"\"\n1\n").unwrap().column("a").unwrap().nulls(), 1);
}

#[test]
fn options_are_followed() {
    let options = CsvOptions { delimiter: b';', header: false, ..CsvOptions::default() };
    let table = read_csv(b"1;a\n2;b", &options).unwrap();
    assert_eq!(shown(&table, "x1"), r#"string ["a", "b"]"#);
    assert_eq!(read_csv(b"", &options).unwrap().rows(), 0);
}

#[test]
fn what_is_wrong_is_placed() {
    for (text, message) in [
        ("", "there is no header"),
        ("\n\n", "there is no header"),
        ("a,,c\n", "the header of column 2 is blank"),
        ("a, \n", "the header of column 2 is blank"),
        ("a,b,a\n", "columns 1 and 3 are both called `a`"),
        ("a,b\r\n1,2\r\n3\r\n", "line 3 has 1 field, expected 2"),
        ("a,b\n\"x\ny\",1\n\n3,4,5\n", "line 5 has 3 fields, expected 2"),
        ("a,b\n1,\"2\n3,4\n", "a quote in the row that begins on line 2 is never closed"),
        ("a,b\n1,2\n\"3,4\n5,6\n", "a quote in the row that begins on line 3 is never closed"),
        ("a\n\"", "a quote in the row that begins on line 2 is never closed"),
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), message, "{text:?}");
    }
    let options = CsvOptions::default();
    assert_eq!(read_csv(b"a\nb\xff\n", &options), Err(TableError::NotUtf8 { line: 2 }));
    assert_eq!(read_csv(b"\xff\xfea\0", &options), Err(TableError::Utf16));
}

fn declared(text: &str, dtype: Dtype) -> Result<Table, TableError> {
    let options = CsvOptions { dtypes: vec![("a".to_owned(), dtype)], ..CsvOptions::default() };
    read_csv(text.as_bytes(), &options)
}

#[test]
fn a_declared_dtype_is_held_to() {
    for (text, dtype, expected) in [
        ("a\n007\n8\n", Dtype::Int64, "int64 [7, 8]"),
        ("a,b\n1,\n,\n", Dtype::String, r#"string ["1", null]"#),
        ("a\n1\nNaN\n", Dtype::Float64, "float64 [1.0, .nan]"),
        ("a\n0.5\n", Dtype::Float32, "float32 [0.5]"),
        ("a\n3\n", Dtype::UInt64, "uint64 [3]"),
        ("a\ntrue\n", Dtype::Bool, "bool [true]"),
        ("a\n2026-01-31\n", Dtype::Datetime, r#"datetime ["2026-01-31T00:00:00Z"]"#),
        ("a,b\n,1\n", Dtype::Datetime, "datetime [null]"),
    ] {
        assert_eq!(shown(&declared(text, dtype).unwrap(), "a"), expected);
    }
    for (text, dtype, message) in [
        ("a\n1\nNA\n", Dtype::Float64, "line 3, column `a`: \"NA\" is no float64"),
        ("a\n1.0\n", Dtype::Int64, "line 2, column `a`: \"1.0\" is no int64"),
        ("a\n-1\n", Dtype::UInt64, "line 2, column `a`: \"-1\" is no uint64"),
        ("a\n1e300\n", Dtype::Float32, "line 2, column `a`: \"1e300\" is no float32"),
        ("a\nyes\n", Dtype::Bool, "line 2, column `a`: \"yes\" is no bool"),
        ("a\n31.1.2026\n", Dtype::Datetime, "line 2, column `a`: \"31.1.2026\" is no datetime"),
    ] {
        assert_eq!(declared(text, dtype).unwrap_err().to_string(), message);
    }
    let error = declared("A\n1\n", Dtype::Int64).unwrap_err();
    assert_eq!(error.to_string(), "there is no column `a` to be given a dtype");
}

#[test]
fn no_prefix_and_no_flipped_bit_panics() {
    let text =
        "\u{feff}größe,\"q\"\"\",n\r\n\"a\r\nb\",1.5,nan\r\n,\"\",-3\r\nü,1e400,99999999999999999999\r\n";
    let bytes = text.as_bytes();
    for end in 0..bytes.len() {
        let _ = read_csv(&bytes[..end], &CsvOptions::default());
        let _ = read_csv(&bytes[..end], &CsvOptions { header: false, ..CsvOptions::default() });
        for bit in 0..8 {
            let mut flipped = bytes.to_vec();
            flipped[end] ^= 1 << bit;
            let _ = read_csv(&flipped, &CsvOptions::default());
        }
    }
}

#[test]
fn huge_fields_and_many_rows_are_read() {
    let field = "x".repeat(3_000_000);
    let table = read(&format!("a\n\"{field}\"\n")).unwrap();
    assert_eq!(table.column("a").unwrap().get(0).unwrap().as_text().map(str::len), Some(3_000_000));
    let rows: Vec<String> = (0..20_000).map(|row| format!("{row},{row}.5")).collect();
    let table = read(&format!("a,b\n{}", rows.join("\n"))).unwrap();
    assert!(matches!(table.column("b").unwrap().get(19_999), Some(Value::Float(19_999.5))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_and_number_survive_a_round_trip(
        rows in prop::collection::vec((any::<Option<String>>(), any::<Option<f64>>(), any::<Option<i64>>()), 0..8),
    ) {
        // An empty string is null in a CSV, and there is but one NaN.
        let texts = rows.iter().map(|(text, ..)| text.clone().filter(|text| !text.is_empty()));
        let valid = texts.clone().map(|text| text.is_some()).collect();
        let table = Table::new(vec![
            Column::new("text", Data::Text(texts.map(|text| text.unwrap_or_default().into()).collect()))
                .with_valid(valid),
            Column::new("float", Data::Float(rows.iter().map(|row| row.1.unwrap_or(f64::NAN)).collect())),
            Column::new("int", Data::Int(rows.iter().map(|row| row.2.unwrap_or(0)).collect()))
                .with_valid(rows.iter().map(|row| row.2.is_some()).collect()),
        ]).unwrap();
        let dtypes = table.columns().iter().map(|column| (column.name.to_string(), column.dtype())).collect();
        let options = CsvOptions { dtypes, ..CsvOptions::default() };
        let mut written = csv::Writer::from_writer(vec![]);
        written.write_record(["text", "float", "int"]).unwrap();
        for (text, float, int) in &rows {
            let number = format!("{:?}", float.unwrap_or(f64::NAN));
            let int = int.map(|int| int.to_string()).unwrap_or_default();
            written.write_record([text.as_deref().unwrap_or_default(), &number, &int]).unwrap();
        }
        let again = read_csv(&written.into_inner().unwrap(), &options).unwrap();
        prop_assert_eq!(again.rows(), table.rows());
        let comparison = compare(&Value::from(again), &Value::from(table), &Tolerance::EXACT);
        prop_assert!(comparison.mismatch.is_none(), "{:?}", comparison.mismatch);
    }

    #[test]
    fn no_bytes_panic(text in "[a,\"\r\n0.é-]{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = (read(&text), read_csv(&bytes, &CsvOptions::default()));
    }
}
