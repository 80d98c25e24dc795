//! Hidden inputs, varied on purpose between repetitions: what a result must not depend on.
//!
//! Everything here reaches the team's code through the environment of its processes. The names are such as every
//! machine knows: the time zones that are also POSIX rules work without a zone database, and the locales are C's own.

/// Variables, each with its value.
type Env = [(String, String)];

/// Time zones, behind and before UTC and far from it.
const ZONES: [&str; 4] = ["EST5EDT", "Pacific/Kiritimati", "PST8PDT", "GMT0"];
/// Numbers of threads.
const THREADS: [&str; 3] = ["1", "2", "4"];
/// Where the libraries of the field look for a number of threads.
const THREAD_VARIABLES: [&str; 7] = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "RAYON_NUM_THREADS",
];

/// The environment of a repetition, counted from 1: the first is the ordinary one, but for a hash seed that is fixed,
/// so that a difference found once is found again.
pub(super) fn env_of(repetition: u32, ordinary: &Env) -> Vec<(String, String)> {
    let mut env = ordinary.to_vec();
    let mut set = |name: &str, value: &str| {
        env.retain(|(held, _)| held != name);
        env.push((name.to_owned(), value.to_owned()));
    };
    let turn = repetition.saturating_sub(1);
    set("PYTHONHASHSEED", &turn.to_string());
    let Some(turn) = turn.checked_sub(1).and_then(|turn| usize::try_from(turn).ok()) else { return env };
    set("TZ", ZONES[turn % ZONES.len()]);
    let locale = ordinary.iter().find(|(name, _)| name == "LANG").map_or("C", |(_, value)| value);
    // The ordinary one comes last.
    let locales = if ["C", "POSIX", ""].contains(&locale) { ["C.UTF-8", "C"] } else { ["C", "C.UTF-8"] };
    set("LC_ALL", locales[turn % 2]);
    for name in THREAD_VARIABLES {
        set(name, THREADS[turn % THREADS.len()]);
    }
    env
}

/// What differs between the environments of two repetitions, in words: `TZ (not set, then EST5EDT)`.
pub(super) fn differences(first: &Env, again: &Env) -> Vec<String> {
    let value = |env: &Env, name: &str| {
        let held = env.iter().find(|(held, _)| held == name);
        held.map_or_else(|| "not set".to_owned(), |(_, value)| value.clone())
    };
    let of = |name: &str, called: &str| {
        let (before, after) = (value(first, name), value(again, name));
        (before != after).then(|| format!("{called} ({before}, then {after})"))
    };
    let threads = format!("{} and the like", THREAD_VARIABLES[0]);
    let all = [
        ("PYTHONHASHSEED", "PYTHONHASHSEED"),
        ("TZ", "TZ"),
        ("LC_ALL", "LC_ALL"),
        (THREAD_VARIABLES[0], &threads),
    ];
    all.into_iter().filter_map(|(name, called)| of(name, called)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_first_is_ordinary_and_every_other_differs_from_it_in_all_that_is_varied() {
        let ordinary = env(&[("PATH", "/bin"), ("LANG", "en_US.UTF-8")]);
        let first = env_of(1, &ordinary);
        assert_eq!(first, [ordinary.clone(), env(&[("PYTHONHASHSEED", "0")])].concat());
        assert!(differences(&first, &first).is_empty());
        for repetition in 2..20 {
            let again = env_of(repetition, &ordinary);
            assert_eq!(differences(&first, &again).len(), 4, "{again:?}");
            let unique: std::collections::HashSet<_> = again.iter().map(|(name, _)| name).collect();
            assert_eq!(unique.len(), again.len());
        }
        assert_eq!(
            differences(&first, &env_of(2, &ordinary)),
            [
                "PYTHONHASHSEED (0, then 1)",
                "TZ (not set, then EST5EDT)",
                "LC_ALL (not set, then C)",
                "OMP_NUM_THREADS and the like (not set, then 1)"
            ]
        );
    }

    #[test]
    fn the_second_has_another_locale_than_the_ordinary_one() {
        for (ordinary, second) in [("C", "C.UTF-8"), ("de_DE.UTF-8", "C"), ("POSIX", "C.UTF-8")] {
            let env = env_of(2, &env(&[("LANG", ordinary)]));
            assert!(env.contains(&("LC_ALL".to_owned(), second.to_owned())), "{env:?}");
        }
        assert!(env_of(2, &[]).contains(&("LC_ALL".to_owned(), "C.UTF-8".to_owned())));
    }
}
