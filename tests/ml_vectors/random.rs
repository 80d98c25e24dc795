//! Bit for bit numpy's generators.

use mlfunnel::ml::generate::{ColumnData, ColumnKind, ColumnSpec, generate};
use mlfunnel::ml::random::{Cumulative, Generator, Pcg64, SeedSequence};
use serde_json::Value;

use super::read::{file, float, floats, index, indices, list, matrix, text};

fn number<T: std::str::FromStr<Err = std::num::ParseIntError>>(value: &Value) -> T {
    text(value).parse().unwrap()
}

#[test]
fn seeds_spread_as_seed_sequence_spreads_them() {
    for case in list(&file("random.json")["states"]) {
        let key: Vec<u32> = indices(&case["key"]).into_iter().map(|k| k.try_into().unwrap()).collect();
        let state = SeedSequence::with_key(number(&case["seed"]), &key).state::<4>();
        assert_eq!(
            state.to_vec(),
            list(&case["state"]).iter().map(number::<u64>).collect::<Vec<_>>(),
            "{case}"
        );
    }
}

#[test]
fn words_are_pcg64s() {
    let mut bits = Pcg64::new(&SeedSequence::new(0));
    for word in list(&file("random.json")["raw"]) {
        assert_eq!(bits.next_u64(), number::<u64>(word));
    }
}

#[test]
fn floats_are_numpys_to_the_bit() {
    let file = file("random.json");
    let same = |name: &str, mut draw: Box<dyn FnMut() -> f64>| {
        for (at, expected) in floats(&file[name]).into_iter().enumerate() {
            assert_eq!(draw().to_bits(), expected.to_bits(), "{name}, draw {at}");
        }
    };
    let (mut a, mut b, mut c) = (Generator::new(1), Generator::new(0), Generator::new(42));
    let (mut d, mut e, mut f) = (Generator::spawned(5, &[2, 1]), Generator::new(2), Generator::new(2));
    same("random", Box::new(move || a.next_double()));
    same("standard_normal", Box::new(move || b.standard_normal()));
    same("standard_normal_42", Box::new(move || c.standard_normal()));
    same("spawned_normal", Box::new(move || d.standard_normal()));
    same("normal", Box::new(move || e.normal(10.0, 0.25)));
    same("uniform", Box::new(move || f.uniform(-3.0, 5.5)));
}

#[test]
fn the_tail_of_the_normal_is_numpys() {
    let tail = &file("random.json")["tail"];
    let mut rng = Generator::new(tail["seed"].as_u64().unwrap());
    let draws: Vec<f64> = (0..200_000).map(|_| rng.standard_normal()).collect();
    let (at, values) = (indices(&tail["at"]), floats(&tail["values"]));
    assert!(at.len() > 20);
    for (at, value) in at.into_iter().zip(values) {
        assert_eq!(draws[at].to_bits(), value.to_bits(), "draw {at}");
    }
    assert_eq!(draws[199_999].to_bits(), float(&tail["last"]).to_bits());
}

#[test]
fn integers_of_every_width_are_numpys() {
    let mut rng = Generator::new(3);
    for case in list(&file("random.json")["integers"]) {
        let (low, high) = (number(&case["low"]), number(&case["high"]));
        for expected in list(&case["draws"]) {
            assert_eq!(rng.integers(low, high).unwrap(), number::<i64>(expected), "[{low}, {high})");
        }
    }
}

#[test]
fn half_words_survive_draws_of_whole_ones() {
    let mut rng = Generator::new(11);
    for row in list(&file("random.json")["mixed"]) {
        assert_eq!(rng.integers(0, 100).unwrap(), row[0].as_i64().unwrap());
        assert_eq!(rng.next_double(), float(&row[1]));
        assert_eq!(rng.integers(0, 1 << 40).unwrap(), row[2].as_i64().unwrap());
        assert_eq!(rng.standard_normal(), float(&row[3]));
    }
}

#[test]
fn permutations_and_choices_are_numpys() {
    let file = file("random.json");
    for case in list(&file["permutations"]) {
        let n = index(&case["n"]);
        assert_eq!(Generator::new(n as u64).permutation(n), indices(&case["order"]));
    }
    let distribution = Cumulative::new(&floats(&file["choice"]["p"])).unwrap();
    let mut rng = Generator::new(4);
    for expected in indices(&file["choice"]["draws"]) {
        assert_eq!(rng.choice(&distribution), expected);
    }
}

#[test]
fn a_generated_table_is_the_one_of_the_pytest_suite() {
    let file = file("seed_example.json");
    let normal = |name: &str| ColumnSpec {
        name: name.into(),
        kind: ColumnKind::Normal { mean: 0.0, sd: 1.0 },
        missing: 0.0,
    };
    let target = ColumnKind::Linear {
        weights: vec![("x0".into(), 1.0), ("x1".into(), 0.5)],
        intercept: 0.0,
        noise_sd: 0.0,
        threshold: Some(0.0),
    };
    let specs = [
        normal("x0"),
        normal("x1"),
        normal("x2"),
        ColumnSpec { name: "y".into(), kind: target, missing: 0.0 },
    ];
    let made = generate(&specs, 20, 0).unwrap();
    for (column, expected) in made.iter().zip(matrix(&file["x"]).columns()) {
        assert_eq!(column.data, ColumnData::Float(expected.to_vec()), "{}", column.name);
    }
    let y = list(&file["y"]).iter().map(|v| v.as_i64().unwrap()).collect();
    assert_eq!(made[3].data, ColumnData::Int(y));
}
