use regex::Regex;

use super::*;
use crate::table::{CsvOptions, read_csv, read_jsonl};
use crate::value::{Bounds, Column, Data, Dtype, Limit, Value};

fn csv(text: &str) -> Table {
    read_csv(text.as_bytes(), &CsvOptions::default()).unwrap()
}

fn within(low: impl Into<Value>, high: impl Into<Value>) -> Bounds {
    let limit = |value| Some(Limit { value, inclusive: true });
    Bounds { low: limit(low.into()), high: limit(high.into()) }
}

fn of(rule: ColumnRule) -> Contract {
    Contract { columns: vec![rule], ..Contract::default() }
}

fn messages(contract: &Contract, table: &Table) -> Vec<String> {
    check(contract, table).violations.into_iter().map(|violation| violation.message).collect()
}

type Set = fn(&mut ColumnRule);

fn column(name: &str, set: impl FnOnce(&mut ColumnRule)) -> ColumnRule {
    let mut rule = ColumnRule::new(name);
    set(&mut rule);
    rule
}

#[test]
fn a_violation_names_rows_and_values() {
    let mut ages = ["5"; 20];
    (ages[2], ages[6]) = ("-1", "130");
    let table = csv(&format!("age\n{}\n", ages.join("\n")));
    let contract = of(column("age", |rule| rule.between = Some(within(0_i64, 120_i64))));
    let report = check(&contract, &table);
    let violation = &report.violations[0];
    assert_eq!(violation.message, "`age`: 2 of 20 values are not between 0 and 120 (rows 3, 7: -1, 130)");
    assert_eq!((violation.rule, violation.count, &violation.rows[..]), ("between", 2, &[3, 7][..]));
    assert_eq!(violation.examples, ["-1", "130"]);
    assert_eq!((report.rows, report.cells), (20, 20));
}

#[test]
fn null_and_nan_are_told_apart() {
    let table = csv("a,b\n1.5,x\n,x\nnan,x\n");
    let nullable = |set: Set| messages(&of(column("a", set)), &table);
    assert_eq!(nullable(|_| {}), ["`a`: 1 of 3 values is NaN (row 3)"]);
    assert!(nullable(|rule| rule.missing = vec![Value::Float(f64::NAN)]).is_empty());
    assert!(nullable(|rule| rule.missing = vec![Value::from("nan")]).is_empty());
    let both = ["`a`: 1 of 3 values is null (row 2)", "`a`: 1 of 3 values is NaN (row 3)"];
    assert_eq!(nullable(|rule| rule.nullable = false), both);
    let strict = |rule: &mut ColumnRule| {
        rule.nullable = false;
        rule.missing = vec![Value::from("nan")];
    };
    assert_eq!(nullable(strict), both);
    // Range, set and pattern measure what is present.
    let ranged = |rule: &mut ColumnRule| {
        rule.missing = vec![Value::from("nan")];
        rule.between = Some(within(2_i64, 3_i64));
        rule.isin = Some(vec![Value::Float(1.5)]);
    };
    assert_eq!(nullable(ranged), ["`a`: 1 of 1 value is not between 2 and 3 (row 1: 1.5)"]);
}

#[test]
fn other_values_may_stand_for_a_missing_one() {
    let table = csv("a\n1\n-999\n");
    let rule = |nullable| {
        column("a", |rule| {
            rule.missing = vec![Value::Int(-999)];
            rule.nullable = nullable;
            rule.between = Some(within(0_i64, 9_i64));
        })
    };
    assert!(messages(&of(rule(true)), &table).is_empty());
    assert_eq!(messages(&of(rule(false)), &table), ["`a`: 1 of 2 values is listed as missing (row 2: -999)"]);
}

#[test]
fn each_rule_on_values_is_held_to() {
    let table = csv("n,t\n1,ab\n2,abc\n2,\n,b\n0,ab\n");
    let cases: [(&str, Set, &str); 8] = [
        ("n", |rule| rule.unique = true, "`n`: 1 of 4 values is equal to an earlier one (row 3: 2)"),
        ("t", |rule| rule.unique = true, "`t`: 1 of 4 values is equal to an earlier one (row 5: \"ab\")"),
        (
            "n",
            |rule| rule.isin = Some(vec![Value::Float(2.0), Value::Int(1)]),
            "`n`: 1 of 4 values is not in [2.0, 1] (row 5: 0)",
        ),
        (
            "t",
            |rule| rule.not_in = Some(vec!["ab".into()]),
            "`t`: 2 of 4 values are in [\"ab\"] (rows 1, 5: \"ab\", \"ab\")",
        ),
        (
            "t",
            |rule| rule.matches = Some(Regex::new("^a").unwrap()),
            "`t`: 1 of 4 values is not matched by `^a` (row 4: \"b\")",
        ),
        (
            "t",
            |rule| rule.min_length = Some(2),
            "`t`: 1 of 4 values is not text of at least 2 characters (row 4: \"b\")",
        ),
        (
            "t",
            |rule| rule.max_length = Some(2),
            "`t`: 1 of 4 values is not text of at most 2 characters (row 2: \"abc\")",
        ),
        (
            "t",
            |rule| rule.between = Some(within(0_i64, 1_i64)),
            "`t`: 4 of 4 values are not between 0 and 1 (rows 1, 2, 4, 5: \"ab\", \"abc\", \"b\", \"ab\")",
        ),
    ];
    for (name, set, message) in cases {
        assert_eq!(messages(&of(column(name, set)), &table), [message]);
    }
    let fine = column("n", |rule| {
        rule.isin = Some((0..3_i64).map(Value::from).collect());
        rule.not_in = Some(vec!["1".into()]);
        rule.between = Some(within(0_i64, 2.0));
    });
    assert!(messages(&of(fine), &table).is_empty());
}

#[test]
fn dtypes_and_families() {
    let table = csv("i,f,t,b,none,bad\n1,1.0,x,true,,1\n,2.0,y,false,,abc\n3,,z,true,,2.5\n");
    let said = |name: &str, word: &str| {
        let rule = column(name, |rule| rule.dtype = DtypeRule::parse(word));
        messages(&of(rule), &table).pop()
    };
    for (name, word) in [
        ("i", "int"),
        ("i", "int64"),
        ("i", "number"),
        ("f", "float"),
        ("f", "float64"),
        ("f", "number"),
        ("t", "string"),
        ("b", "bool"),
        ("none", "int"),
        ("none", "bool"),
        ("none", "datetime"),
        ("none", "float32"),
    ] {
        assert_eq!(said(name, word), None, "{name} {word}");
    }
    assert_eq!(said("i", "float").unwrap(), "`i`: dtype is int64, expected float");
    assert_eq!(said("i", "uint64").unwrap(), "`i`: dtype is int64, expected uint64");
    assert_eq!(said("f", "int").unwrap(), "`f`: dtype is float64, expected int");
    assert_eq!(said("bad", "float").unwrap(), "`bad`: dtype is string, expected float (row 2: \"abc\")");
    assert_eq!(said("b", "number").unwrap(), "`b`: dtype is bool, expected number");
    let halves = csv("a\n1\n2.5\n");
    let rule = column("a", |rule| rule.dtype = Some(DtypeRule::Int));
    assert_eq!(messages(&of(rule), &halves), ["`a`: dtype is float64, expected int (row 2: 2.5)"]);
    let rule = column("a", |rule| {
        rule.dtype = DtypeRule::parse("string");
        rule.missing = vec!["nan".into()];
    });
    assert_eq!(messages(&of(rule), &csv("a\nnan\n")), ["`a`: dtype is float64, expected string"]);
    for word in DtypeRule::WORDS {
        assert_eq!(DtypeRule::parse(word).map(DtypeRule::word), Some(word));
    }
}

#[test]
fn a_column_of_the_wrong_dtype_is_reported_once() {
    let rule = column("a", |rule| {
        rule.dtype = Some(DtypeRule::Float);
        rule.between = Some(within(0_i64, 1_i64));
        rule.nullable = false;
    });
    let text = csv("a\nNA\n0.5\n");
    assert_eq!(messages(&of(rule.clone()), &text), ["`a`: dtype is string, expected float (row 1: \"NA\")"]);
    // Numbers of another dtype are still compared.
    let said = messages(&of(rule), &csv("a\n1\n2\n"));
    assert_eq!(said[1], "`a`: 1 of 2 values is not between 0 and 1 (row 2: 2)");
}

#[test]
fn datetimes_are_read_from_text() {
    let table = csv("at\n2026-01-31\n2026-02-01T10:00:00Z\n\n");
    let rule = |low: &str| {
        column("at", |rule| {
            rule.dtype = DtypeRule::parse("datetime");
            rule.between = Some(within(low, "2026-12-31"));
            rule.isin = Some(vec!["2026-01-31T00:00:00Z".into(), "2026-02-01T10:00:00".into()]);
        })
    };
    assert!(messages(&of(rule("2026-01-01")), &table).is_empty());
    assert_eq!(
        messages(&of(rule("2026-02-01")), &table),
        ["`at`: 1 of 2 values is not between \"2026-02-01\" and \"2026-12-31\" (row 1: \"2026-01-31\")"]
    );
    let micros = Data::Datetime(vec![1_769_817_600_000_000]);
    let typed = Table::new(vec![Column::new("at", micros)]).unwrap();
    assert!(messages(&of(rule("2026-01-31")), &typed).is_empty());
    let broken = csv("at\n2026-01-31\nsoon\n");
    assert_eq!(
        messages(&of(rule("2026-01-01")), &broken),
        ["`at`: dtype is string, expected datetime (row 2: \"soon\")"]
    );
}

#[test]
fn the_form_of_the_table() {
    let table = csv("id,Age,extra\n1,2,3\n2,3,4\n");
    let contract = Contract {
        columns: vec![
            ColumnRule::new("age"),
            ColumnRule::new("id"),
            column("x", |rule| rule.required = false),
        ],
        rows: Some(RowsRule::Exact(3)),
        strict: true,
        ..Contract::default()
    };
    let report = check(&contract, &table);
    let said: Vec<&str> = report.violations.iter().map(|violation| &*violation.message).collect();
    assert_eq!(
        said,
        [
            "2 rows, expected 3",
            "`age`: the table has no such column",
            "`Age`: a column that the contract does not declare",
            "`extra`: a column that the contract does not declare",
        ]
    );
    assert_eq!(
        report.violations[1].help.as_deref(),
        Some("the table has `Age`, which the contract does not name")
    );
    // A column that the contract names already is no other one's misspelling.
    let both = Contract { columns: ["age", "Age"].map(ColumnRule::new).to_vec(), ..Contract::default() };
    assert_eq!(check(&both, &table).violations[0].help, None);
    let ordered = Contract {
        columns: ["extra", "id"].map(ColumnRule::new).to_vec(),
        rows: Some(RowsRule::Within(within(2_i64, 5_i64))),
        ordered: true,
        ..Contract::default()
    };
    assert_eq!(
        messages(&ordered, &table),
        ["`id` stands where `extra` is expected: the columns are out of order"]
    );
    let ordered = Contract { columns: ["id", "extra"].map(ColumnRule::new).to_vec(), ..ordered };
    assert!(messages(&ordered, &table).is_empty());
    let twins = ["a", "a"].map(|name| Column::new(name, Data::Int(vec![1])));
    let twice = Table::new(twins.to_vec()).unwrap();
    assert_eq!(messages(&of(ColumnRule::new("a")), &twice), ["`a`: more than one column is called that"]);
}

#[test]
fn keys_are_unique_where_they_are_whole() {
    let table = csv("a,b\n1,x\n1,y\n1,x\n,x\n,x\n2,x\n");
    let key = |names: &[&str]| Contract {
        unique_together: vec![names.iter().map(|name| Arc::from(*name)).collect()],
        ..Contract::default()
    };
    let report = check(&key(&["a", "b"]), &table);
    assert_eq!(report.violations[0].message, "1 of 4 rows is equal to an earlier one in `a`, `b` (row 3)");
    assert_eq!(report.violations[0].rows, [3]);
    assert_eq!(
        messages(&key(&["a", "c"]), &table),
        ["`c`: the table has no such column, which is part of a key"]
    );
    assert!(messages(&key(&["z"]), &csv("z\n0.0\n1.0\n")).is_empty());
    assert_eq!(messages(&key(&["z"]), &csv("z\n0.0\n-0.0\n")).len(), 1);
}

#[test]
fn what_measured_nothing_is_told() {
    let rule = column("a", |rule| {
        rule.between = Some(within(0_i64, 1_i64));
        rule.unique = true;
        rule.dtype = Some(DtypeRule::Float);
    });
    for table in [csv("a,b\n,1\n"), csv("a,b\n")] {
        let report = check(&of(rule.clone()), &table);
        assert!(report.violations.is_empty());
        assert_eq!(report.unmeasured, [("a".into(), "unique"), ("a".into(), "between")]);
    }
    assert_eq!(check(&of(ColumnRule::new("a")), &Table::default()).violations.len(), 1);
}

#[test]
fn the_verdict_does_not_depend_on_the_format() {
    let lines = concat!(
        r#"{"id": 1, "x": 1.0, "code": "b", "at": "2026-01-31", "gap": null, "zip": "10115"}"#,
        "\n",
        r#"{"id": 2, "x": 2, "code": "c", "at": null, "gap": null, "zip": "20095"}"#,
        "\n",
        r#"{"id": 2, "x": 7.5, "code": null, "at": "2026-02-30", "gap": null, "zip": "80331"}"#,
        "\n",
    );
    let text = "id,x,code,at,gap,zip\n1,1.0,b,2026-01-31,,10115\n2,2,c,,,20095\n2,7.5,,2026-02-30,,80331\n";
    let contract = Contract {
        columns: vec![
            column("id", |rule| {
                rule.dtype = Some(DtypeRule::Int);
                rule.unique = true;
            }),
            column("x", |rule| {
                rule.dtype = Some(DtypeRule::Float);
                rule.between = Some(within(0_i64, 5_i64));
            }),
            column("code", |rule| rule.isin = Some(vec!["b".into()])),
            column("at", |rule| rule.dtype = DtypeRule::parse("datetime")),
            column("gap", |rule| rule.dtype = Some(DtypeRule::Int)),
            column("zip", |rule| rule.dtype = DtypeRule::parse("string")),
        ],
        ..Contract::default()
    };
    let from_lines = check(&contract, &read_jsonl(lines.as_bytes()).unwrap());
    // A CSV has no types: without this the codes would be read as integers.
    let dtypes = vec![("zip".to_owned(), Dtype::String)];
    let options = CsvOptions { dtypes, ..CsvOptions::default() };
    let from_csv = check(&contract, &read_csv(text.as_bytes(), &options).unwrap());
    assert_eq!(from_csv.violations, from_lines.violations);
    assert_eq!(from_csv.violations.len(), 4);
    assert_eq!(from_csv.unmeasured, from_lines.unmeasured);
}

#[test]
fn many_offenders_are_counted_and_few_kept() {
    let rows: Vec<String> = (0..1000).map(|row| row.to_string()).collect();
    let contract = of(column("a", |rule| rule.between = Some(within(0_i64, 99_i64))));
    let report = check(&contract, &csv(&format!("a\n{}\n", rows.join("\n"))));
    let violation = &report.violations[0];
    assert_eq!(
        (violation.count, violation.rows.len(), violation.examples.len()),
        (900, ROWS_KEPT, ROWS_KEPT)
    );
    assert_eq!(
        violation.message,
        "`a`: 900 of 1000 values are not between 0 and 99 (rows 101, 102, 103, 104, 105, …: 100, 101, 102, 103, 104, …)"
    );
}
