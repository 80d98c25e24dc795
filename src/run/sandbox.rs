//! What the children of a run may reach, and what of it this machine can enforce.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Options;
use crate::plan::{Case, Settings};
use crate::syntax::Tier;
use crate::system::process::{self, Network, Sandbox};

/// The sandbox of every child of a run.
#[derive(Debug, Default)]
pub(super) struct Sandboxing {
    writable: Vec<PathBuf>,
    /// Why children cannot be kept from the network; `None` where they can.
    open_network: Option<String>,
    /// Why they cannot be kept from writing.
    open_writes: Option<String>,
    /// What is missing is an error.
    required: bool,
}

impl Sandboxing {
    /// Finds out what can be enforced.
    pub(super) fn new(settings: &Settings, options: &Options) -> Self {
        let mut writable = vec![options.folder.path().to_owned()];
        writable.extend(settings.writable.iter().map(|folder| full(folder, &settings.root, &options.env)));
        let (open_network, open_writes) = match process::support() {
            Ok(support) => (support.network.err(), support.writes.err()),
            // Each child will say so itself.
            Err(_) => (None, None),
        };
        Self { writable, open_network, open_writes, required: options.require_sandbox }
    }

    /// The sandbox of what a case of this tier starts; its suite's fakes listen on these ports.
    pub(super) fn of(&self, tier: Tier, ports: Vec<u16>) -> Sandbox {
        let network = match tier {
            _ if self.open_network.is_some() => Network::Any,
            Tier::Unit => Network::Ports(ports),
            Tier::Integration => Network::Loopback,
            Tier::Smoke => Network::Any,
        };
        Sandbox { network, writable: self.open_writes.is_none().then(|| self.writable.clone()) }
    }

    /// What the reports say of it before the first result.
    pub(super) fn notice<'c>(&self, mut cases: impl Iterator<Item = &'c Case>) -> Option<String> {
        let open = self.open(cases.any(|case| case.suite.tier != Tier::Smoke && starts_children(case)))?;
        (!self.required).then(|| format!("the children of this run are not sandboxed: {open}"))
    }

    /// Why a case of this tier must not start children.
    pub(super) fn forbids(&self, tier: Tier) -> Option<String> {
        self.required.then(|| self.open(tier != Tier::Smoke)).flatten()
    }

    fn open(&self, network_matters: bool) -> Option<String> {
        let network = self.open_network.as_ref().filter(|_| network_matters);
        let network = network.map(|why| format!("nothing keeps them from the network ({why})"));
        let writes = self.open_writes.as_ref();
        let writes =
            writes.map(|why| format!("nothing keeps them from writing outside the workspace ({why})"));
        let open: Vec<String> = [network, writes].into_iter().flatten().collect();
        (!open.is_empty()).then(|| open.join(", and "))
    }
}

/// Whether a case starts processes, or its suite's services are some.
pub(super) fn starts_children(case: &Case) -> bool {
    case.template.starts_children()
        || case.suite.services.iter().any(|service| service.spec.starts_children())
}

/// The folder that a configuration means.
fn full(folder: &str, root: &Path, env: &HashMap<String, String>) -> PathBuf {
    let below_home = folder.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
    match below_home.zip(env.get("HOME")) {
        Some((rest, home)) => PathBuf::from(format!("{home}{rest}")),
        None => root.join(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sandboxing(network: Option<&str>, writes: Option<&str>) -> Sandboxing {
        let [open_network, open_writes] = [network, writes].map(|why| why.map(str::to_owned));
        Sandboxing { writable: vec!["/run".into()], open_network, open_writes, required: true }
    }

    #[test]
    fn each_tier_reaches_further() {
        let whole = sandboxing(None, None);
        let networks = Tier::ALL.map(|tier| whole.of(tier, vec![80]).network);
        assert_eq!(networks, [Network::Ports(vec![80]), Network::Loopback, Network::Any]);
        assert!(Tier::ALL.iter().all(|tier| whole.of(*tier, vec![]).writable == Some(vec!["/run".into()])));
        assert_eq!(Tier::ALL.map(|tier| whole.forbids(tier)), [None, None, None]);
    }

    #[test]
    fn what_cannot_be_enforced_is_not_asked_for_and_is_told() {
        let none = sandboxing(Some("no filter"), Some("no Landlock"));
        assert_eq!(none.of(Tier::Unit, vec![]), Sandbox { network: Network::Any, writable: None });
        assert_eq!(
            none.forbids(Tier::Unit).unwrap(),
            "nothing keeps them from the network (no filter), and nothing keeps them from writing outside the workspace (no Landlock)"
        );
        assert_eq!(sandboxing(Some("no filter"), None).forbids(Tier::Smoke), None);
    }

    #[test]
    fn folders_of_the_configuration() {
        let env = HashMap::from([("HOME".to_owned(), "/home/me".to_owned())]);
        let full = |folder| full(folder, Path::new("/project"), &env);
        assert_eq!(full("build/out"), Path::new("/project/build/out"));
        assert_eq!((full("~"), full("~/.cache")), ("/home/me".into(), "/home/me/.cache".into()));
        assert_eq!((full("/var/x"), full("~other")), ("/var/x".into(), "/project/~other".into()));
    }
}
