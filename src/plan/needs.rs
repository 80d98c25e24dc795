//! Which services a case needs, by itself, through the defaults of vars and through other services.

use std::collections::HashSet;
use std::sync::Arc;

use super::case::Compiled;
use super::{Service, Var};
use crate::diagnostic::{Diagnostic, codes};
use crate::syntax::{Decoder, Expr};

/// The parts of a suite that speak of one another.
pub(super) struct Needs<'s> {
    pub vars: &'s [Var],
    pub services: &'s [Service],
}

impl<'s> Needs<'s> {
    /// What one name speaks of.
    fn of(&self, name: &str) -> Vec<&'s Arc<str>> {
        let var = self.vars.iter().find(|var| *var.name == *name);
        let default = var.and_then(|var| var.default.as_ref()).into_iter().flat_map(Expr::references);
        let service = self.services.iter().find(|service| *service.name == *name);
        default
            .map(|reference| &reference.name)
            .chain(service.into_iter().flat_map(|service| &service.uses))
            .collect()
    }

    /// All that these names speak of, themselves included.
    fn reached(&self, names: &'s [Arc<str>]) -> HashSet<&'s str> {
        let mut reached = HashSet::new();
        let mut left: Vec<&Arc<str>> = names.iter().collect();
        while let Some(name) = left.pop() {
            if reached.insert(&**name) {
                left.extend(self.of(name));
            }
        }
        reached
    }

    /// Notes services that wait for one another.
    pub(super) fn refuse_circles(&self, decoder: &mut Decoder<'_>) {
        let mut told: HashSet<&str> = HashSet::new();
        for service in self.services {
            let Some(circle) = self.way_back(&service.name) else { continue };
            if circle.iter().any(|name| told.contains(&***name)) {
                continue;
            }
            told.extend(circle.iter().map(|name| &***name));
            let names: Vec<String> = circle.iter().map(|name| format!("`{name}`")).collect();
            let way = format!("{} → {}", names.join(" → "), names[0]);
            let (message, help) = match circle[..] {
                [name] => (
                    format!("the service `{name}` waits for itself"),
                    "inside a service its own address is `http://127.0.0.1:${port}`".to_owned(),
                ),
                _ => (
                    format!("services wait for one another: {way}"),
                    "let one of them start without the others".to_owned(),
                ),
            };
            decoder.found.push(Diagnostic::new(codes::INVALID_REFERENCE, service.span, message).help(help));
        }
    }

    /// The services on a way from this one to itself, in order.
    fn way_back(&self, start: &'s Arc<str>) -> Option<Vec<&'s Arc<str>>> {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut ways: Vec<Vec<&'s Arc<str>>> = vec![vec![start]];
        while let Some(way) = ways.pop() {
            for next in way.last().into_iter().flat_map(|name| self.of(name)) {
                if next == start {
                    let service = |name: &&Arc<str>| self.services.iter().any(|one| one.name == **name);
                    return Some(way.into_iter().filter(service).collect());
                }
                if seen.insert(next) {
                    ways.push(way.iter().copied().chain([next]).collect());
                }
            }
        }
        None
    }

    /// Keeps apart the cases of a fake that remembers: they run one at a time, and each finds it as it was at first.
    /// It remembers where its answers depend on what came before, or where some case speaks of its record.
    pub(super) fn share_fakes(&self, file: &str, recorded: &[Arc<str>], compiled: &mut [Compiled]) {
        let asked: HashSet<Arc<str>> =
            recorded.iter().chain(compiled.iter().flat_map(|case| &case.recorded)).cloned().collect();
        let remembering: Vec<&Service> = self
            .services
            .iter()
            .filter(|service| service.spec.remembers() || asked.contains(&service.name))
            .collect();
        if remembering.is_empty() {
            return;
        }
        for Compiled { template, .. } in compiled {
            let uses = template.uses.clone();
            let reached = Needs { vars: self.vars, services: self.services };
            let reached = reached.reached(&uses);
            for service in remembering.iter().filter(|service| reached.contains(&*service.name)) {
                template.afresh.push(service.name.clone());
                // Names of the user's own groups hold no `$` and a file.
                template.serial.push(format!("${} of {file}", service.name).into());
            }
        }
    }
}
