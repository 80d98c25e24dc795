//! The settings of a run: the language's own, the project's, the profile's, the command line's.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::SetTolerance;
use crate::diagnostic::{Diagnostic, Diagnostics, codes, did_you_mean};
use crate::source::{Sources, Spanned};
use crate::syntax::{Budgets, Config, Decode, Decoder, Profile, Tier, ToleranceSpec, parse};
use crate::system::files::read_bounded;
use crate::value::OneOrMany;

/// The name of a project's configuration.
pub(super) const FILE: &str = "mlfunnel.yaml";
/// No configuration is larger.
const LIMIT: u64 = 1 << 20;

/// What a run goes by.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where relative paths of specs start.
    pub root: PathBuf,
    /// What to run when the command line names nothing.
    pub specs: Vec<String>,
    pub budgets: [Duration; 3],
    pub tolerance: SetTolerance,
    /// For one case.
    pub timeout: Duration,
    pub jobs: Option<usize>,
    /// The team's Python, a path from the root or a program.
    pub python: Option<String>,
    pub tiers: Option<Vec<Tier>>,
    pub tags: Vec<Arc<str>>,
    pub fail_fast: bool,
    pub require_env: bool,
    pub require_sandbox: bool,
    /// Folders that children may write to, as written.
    pub writable: Vec<String>,
}

impl Settings {
    fn of_language(root: PathBuf) -> Self {
        Self {
            root,
            specs: vec!["specs".to_owned()],
            budgets: [Duration::from_secs(5), Duration::from_mins(2), Duration::from_secs(30)],
            tolerance: SetTolerance::default(),
            timeout: Duration::from_secs(10),
            jobs: None,
            python: None,
            tiers: None,
            tags: Vec::new(),
            fail_fast: true,
            require_env: false,
            require_sandbox: false,
            writable: Vec::new(),
        }
    }

    pub fn budget(&self, tier: Tier) -> Duration {
        self.budgets[tier as usize]
    }

    /// Reads the settings of the project whose root this is.
    pub(super) fn read(
        root: &Path,
        profile: Option<&str>,
        sources: &mut Sources,
        found: &mut Diagnostics,
    ) -> Self {
        let mut settings = Self::of_language(root.to_owned());
        let path = root.join(FILE);
        let config = path.exists().then(|| read_config(&path, sources, found)).flatten();
        if let Some(config) = &config {
            let Config { specs, budgets, tolerance, timeout, jobs, python, writable, .. } = config;
            let strings =
                |list: &Spanned<OneOrMany<Arc<str>>>| list.value.0.iter().map(ToString::to_string).collect();
            settings.writable = writable.as_ref().map_or(settings.writable, strings);
            settings.specs = specs.as_ref().map_or(settings.specs, strings);
            settings.python = python.as_ref().map(|python| python.value.to_string());
            settings.common(
                budgets.as_ref(),
                tolerance.as_ref(),
                timeout.as_ref().map(|timeout| timeout.value),
                jobs.as_ref().map(|jobs| jobs.value),
            );
        }
        if let Some(name) = profile {
            let profiles = config.as_ref().map_or(&[][..], |config| &config.profiles.0);
            if let Some((_, profile)) = profiles.iter().find(|(key, _)| *key.text == *name) {
                settings.apply(profile);
            } else {
                let names = profiles.iter().map(|(key, _)| &*key.text);
                let message = format!("there is no profile `{name}`");
                let help = did_you_mean(name, names)
                    .unwrap_or_else(|| format!("declare it under `profiles:` in `{FILE}`"));
                let shown = super::compile::shown(&path);
                found.push(Diagnostic::of_file(codes::INVALID_OPTION, shown, message).help(help));
            }
        }
        settings
    }

    fn common(
        &mut self,
        budgets: Option<&Budgets>,
        tolerance: Option<&ToleranceSpec>,
        timeout: Option<Duration>,
        jobs: Option<usize>,
    ) {
        for tier in Tier::ALL {
            let budget = budgets.and_then(|budgets| budgets.of(tier));
            self.budgets[tier as usize] = budget.unwrap_or(self.budgets[tier as usize]);
        }
        if let Some(tolerance) = tolerance {
            self.tolerance = SetTolerance::from(*tolerance);
        }
        self.timeout = timeout.unwrap_or(self.timeout);
        self.jobs = jobs.or(self.jobs);
    }

    fn apply(&mut self, profile: &Profile) {
        if let Some(specs) = &profile.specs {
            self.specs = specs.value.0.iter().map(ToString::to_string).collect();
        }
        let timeout = profile.timeout.as_ref().map(|timeout| timeout.value);
        let jobs = profile.jobs.as_ref().map(|jobs| jobs.value);
        self.common(profile.budgets.as_ref(), profile.tolerance.as_ref(), timeout, jobs);
        if let Some(python) = &profile.python {
            self.python = Some(python.value.to_string());
        }
        if let Some(tiers) = &profile.tiers {
            self.tiers = Some(tiers.value.0.clone());
        }
        if let Some(tags) = &profile.tags {
            self.tags.clone_from(&tags.value.0);
        }
        self.fail_fast = profile.fail_fast.as_ref().map_or(self.fail_fast, |flag| flag.value);
        self.require_env = profile.require_env.as_ref().map_or(self.require_env, |flag| flag.value);
        self.require_sandbox =
            profile.require_sandbox.as_ref().map_or(self.require_sandbox, |flag| flag.value);
    }
}

fn read_config(path: &Path, sources: &mut Sources, found: &mut Diagnostics) -> Option<Config> {
    let shown = super::compile::shown(path);
    let bytes = match read_bounded(path, LIMIT) {
        Ok(bytes) => bytes,
        Err(error) => {
            found.push(Diagnostic::of_file(codes::UNREADABLE, shown, error.to_string()));
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let source = sources.add(shown, text);
    let node = parse(&sources.text(source).clone(), source, found)?;
    let config = Config::decode(&node, &mut Decoder::new(found))?;
    for jobs in
        [&config.jobs].into_iter().chain(config.profiles.0.iter().map(|(_, profile)| &profile.jobs)).flatten()
    {
        if jobs.value == 0 {
            found.push(
                Diagnostic::new(codes::INVALID_VALUE, jobs.span, "no case can run on 0 jobs")
                    .help("leave it out to use all cores"),
            );
        }
    }
    Some(config)
}

/// The nearest folder above with a configuration, else the folder itself.
pub fn find_project(from: &Path, otherwise: &Path) -> PathBuf {
    from.ancestors().find(|folder| folder.join(FILE).is_file()).unwrap_or(otherwise).to_owned()
}
