use super::Contract;
use crate::action::site::{Site, show};
use crate::action::{Action, Done};
use crate::table::{CsvOptions, read_csv};

fn run(csv: &str, contract: &str) -> Done {
    let table = read_csv(csv.as_bytes(), &CsvOptions::default()).unwrap();
    Site::new()
        .with("data", table)
        .run::<Contract>(contract)
        .unwrap_or_else(|error| panic!("{contract}: {error:?}"))
}

fn misses(done: &Done) -> Vec<&str> {
    done.checked.iter().flat_map(|checked| &checked.misses).map(String::as_str).collect()
}

const PEOPLE: &str = "id,age,sex,note\n1,31,f,ab\n2,54,m,\n3,130,x,abc\n3,,f,nan\n";

#[test]
fn each_rule_is_a_check_with_its_evidence() {
    let done = run(
        PEOPLE,
        "{data: $data, rows: 4, columns: {id: int, age: {dtype: int, between: [0, 120]}, sex: {isin: [f, m]}}}",
    );
    assert_eq!(
        misses(&done),
        [
            "`age`: 1 of 3 values is not between 0 and 120 (row 3: 130)",
            "`sex`: 1 of 4 values is not in [\"f\", \"m\"] (row 3: \"x\")",
        ]
    );
    // rows; id and its dtype; age, its dtype and its range; sex and its set.
    let evidence: Vec<_> = done.checked.iter().map(|checked| checked.evidence.to_string()).collect();
    assert_eq!(evidence, ["1 values", "4 rows", "4 rows", "4 rows", "4 rows", "4 rows", "4 rows", "4 rows"]);
    for (path, expected) in [
        ("rows", "4"),
        ("violations[0].column", "\"age\""),
        ("violations[0].rule", "\"between\""),
        ("violations[0].rows", "[3]"),
        ("violations[1].examples", r#"["\"x\""]"#),
    ] {
        assert_eq!(show(&done.outputs, path), expected, "{path}");
    }
}

#[test]
fn every_violation_is_told_once() {
    for (contract, expected) in [
        (
            "{data: $data, columns: {id: {unique: true}}}",
            &["`id`: 1 of 4 values is equal to an earlier one (row 4: 3)"][..],
        ),
        ("{data: $data, columns: {age: {nullable: false}}}", &["`age`: 1 of 4 values is null (row 4)"]),
        ("{data: $data, columns: {income: float}}", &["`income`: the table has no such column"]),
        ("{data: $data, columns: {income: {dtype: float, required: false}}, rows: {min: 1}}", &[]),
        (
            "{data: $data, columns: {id: {}}, strict: true}",
            &[
                "`age`: a column that the contract does not declare",
                "`sex`: a column that the contract does not declare",
                "`note`: a column that the contract does not declare",
            ],
        ),
        ("{data: $data, rows: {between: [5, 9]}}", &["4 rows, expected between 5 and 9"]),
        ("{data: $data, rows: {max: 3}}", &["4 rows, expected at most 3"]),
        ("{data: $data, rows: 4, unique: [sex, id]}", &[]),
        (
            "{data: $data, columns: {sex: {matches: '^[fm]$'}}}",
            &["`sex`: 1 of 4 values is not matched by `^[fm]$` (row 3: \"x\")"],
        ),
    ] {
        assert_eq!(misses(&run(PEOPLE, contract)), expected, "{contract}");
    }
    let keys = run(PEOPLE, "{data: $data, columns: {id: {}}, unique: [[id], [sex, note]]}");
    assert_eq!(misses(&keys), ["1 of 4 rows is equal to an earlier one in `id` (row 4)"]);
    assert_eq!(show(&keys.outputs, "violations[0].rule"), "\"unique\"");
    let order = run(PEOPLE, "{data: $data, columns: {sex: {}, id: {}}, ordered: true}");
    assert!(misses(&order)[0].contains("the columns are out of order"));
    assert_eq!(misses(&order).len(), 1);
}

#[test]
fn what_had_nothing_to_measure_is_no_pass() {
    let empty = "a,b\n";
    let zero = |done: &Done| done.checked.iter().filter(|checked| checked.evidence.count == 0).count();
    let contract = "{data: $data, rows: 0, columns: {a: {between: [0, 1]}, b: {}}}";
    assert_eq!((zero(&run(empty, contract)), misses(&run(empty, contract)).len()), (1, 0));
    assert_eq!(zero(&run(empty, &contract.replace("rows: 0", "rows: 0, allow_empty: true"))), 0);
    let nulls = "a,b\n,1\n,2\n";
    assert_eq!(zero(&run(nulls, "{data: $data, columns: {a: {between: [0, 1]}}}")), 1);
    assert_eq!(zero(&run(nulls, "{data: $data, columns: {b: {between: [0, 1]}}}")), 0);
}

#[test]
fn columns_may_be_written_in_place() {
    let done = Site::new().run::<Contract>("{data: {a: [1, .nan]}, columns: {a: {missing: [nan]}}}").unwrap();
    assert_eq!(misses(&done), [""; 0]);
    let done = Site::new().run::<Contract>("{data: {a: [1, .nan]}, columns: {a: {}}}").unwrap();
    assert!(
        misses(&done)[0].starts_with("`a`: 1 of 2 values is NaN (row 2) (a nullable column"),
        "{:?}",
        misses(&done)
    );
}

#[test]
fn mistakes_are_told_when_the_file_is_read() {
    for (text, expected) in [
        ("{data: {a: [1]}}", "this contract asks for nothing | declare `columns: {name: {dtype: float}}`"),
        (
            "{data: {a: [1]}, columns: {a: {between: [2, 1]}}}",
            "expected a lower and an upper bound, got 2 and 1 | the lower bound comes first",
        ),
        (
            "{data: {a: [1]}, columns: {a: {between: 1}}}",
            "expected a lower and an upper bound, got an integer `1` | write `[low, high]`; `.inf` leaves one open",
        ),
        (
            "{data: {a: [1]}, columns: {a: {matches: '['}}}",
            "expected a regular expression, got a string `[` | error: unclosed character class",
        ),
        (
            "{data: {a: [1]}, columns: {a: {uniqe: true}}}",
            "unknown key `uniqe` in a column | did you mean `unique`?",
        ),
        (
            "{data: {a: [1]}, columns: {a: {}}, unique: []}",
            "expected the columns of a key, got a list | write `[id]` or `[user, day]`",
        ),
    ] {
        assert_eq!(Site::read::<Contract>(text).unwrap_err(), [expected], "{text}");
    }
    let wrong = Site::read::<Contract>("{data: {a: [1]}, columns: {a: objct}}").unwrap_err();
    assert!(wrong[0].starts_with("expected one of `float`, `int`"), "{wrong:?}");
    let contract = Site::read::<Contract>("{data: {a: [1]}, rows: 1}").unwrap();
    assert!(contract.is_check());
}
