//! Vars at run time: the command line, the environment, the default.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Options;
use crate::diagnostic::codes;
use crate::plan::{Case, Suite, Var};
use crate::redact::Redactor;
use crate::syntax::{Expr, Scope, Unbound};
use crate::value::{Value, visit_leaves};

/// What comes from outside.
pub(super) struct Inputs {
    given: HashMap<String, String>,
    env: HashMap<String, String>,
    require_env: bool,
    redactor: Redactor,
}

impl Inputs {
    pub(super) fn new<'c>(cases: impl IntoIterator<Item = &'c Case>, options: &Options) -> Self {
        let mut inputs = Self {
            given: options.vars.clone(),
            env: options.env.clone(),
            require_env: options.require_env,
            redactor: Redactor::default(),
        };
        let (mut secrets, mut names) = (HashSet::new(), Vec::new());
        for suite in suites(cases) {
            for var in suite.vars.iter().filter(|var| var.secret) {
                if let Some(text) = inputs.text(var) {
                    let of_env = var.env.as_ref().filter(|name| inputs.env.get(&***name) == Some(text));
                    names.extend(of_env.map(|name| (text.clone(), name.to_string())));
                    secrets.insert(text.clone());
                    secrets.extend(var.parse(text).iter().flat_map(texts));
                }
                if let Some(Expr::Literal(value)) = &var.default {
                    secrets.extend(texts(value));
                }
            }
        }
        inputs.redactor = Redactor::new(secrets).naming(names);
        inputs
    }

    /// What hides the values of all secret vars.
    pub(super) fn redactor(&self) -> Redactor {
        self.redactor.clone()
    }

    /// What the command line or the environment says of a var; an empty variable is not set.
    fn text(&self, var: &Var) -> Option<&String> {
        let from_env = || self.env.get(&**var.env.as_ref()?);
        self.given.get(&*var.name).or_else(from_env).filter(|text| !text.is_empty())
    }

    /// Nothing from outside gives it a value.
    pub(super) fn takes_default(&self, var: &Var) -> bool {
        self.text(var).is_none()
    }

    /// The default stands in for a variable of the environment that is not set.
    pub(super) fn falls_back(&self, var: &Var) -> bool {
        self.text(var).is_none() && var.env.is_some() && var.default.is_some()
    }

    /// These names of a suite and all that they speak of in turn, which comes before what speaks of it.
    pub(super) fn reached<'c>(
        &self,
        suite: &'c Suite,
        names: impl IntoIterator<Item = &'c Arc<str>>,
    ) -> Vec<&'c Arc<str>> {
        let (mut seen, mut reached) = (HashSet::new(), Vec::new());
        names.into_iter().for_each(|name| self.reach(suite, name, &mut seen, &mut reached));
        reached
    }

    fn reach<'c>(
        &self,
        suite: &'c Suite,
        name: &'c Arc<str>,
        seen: &mut HashSet<&'c str>,
        reached: &mut Vec<&'c Arc<str>>,
    ) {
        if !seen.insert(name) {
            return;
        }
        if let Some(var) = suite.vars.iter().find(|var| var.name == *name && self.takes_default(var)) {
            let spoken_of = var.default.iter().flat_map(Expr::references);
            spoken_of.for_each(|reference| self.reach(suite, &reference.name, seen, reached));
        }
        if let Some(service) = suite.services.iter().find(|service| service.name == *name) {
            service.uses.iter().for_each(|name| self.reach(suite, name, seen, reached));
        }
        reached.push(name);
    }

    /// The value of a var.
    pub(super) fn value(&self, var: &Var, scope: &dyn Scope) -> Result<Value, Unbound> {
        if let Some(text) = self.text(var) {
            return var.parse(text).map_err(|wrong| {
                let shown =
                    if var.secret { "something else (a secret)".to_owned() } else { wrong.got.clone() };
                let mut unbound =
                    Unbound::new(format!("the var `{}` expects {}, got {shown}", var.name, wrong.expected));
                unbound.code = Some(codes::WRONG_TYPE);
                unbound
            });
        }
        match (&var.default, &var.env) {
            (Some(default), env) if env.is_none() || !self.require_env => default.bind(scope),
            (_, Some(env)) => {
                let mut unbound = Unbound::new(format!("the environment variable `{env}` is not set"));
                unbound.code = Some(codes::ENV_UNSET);
                unbound.help = Some(match var.default {
                    Some(_) => "set it: `--require-env` lets no default stand in".to_owned(),
                    None => format!("set it, pass `--var {}=…`, or give the var a `default`", var.name),
                });
                Err(unbound)
            }
            (_, None) => Err(Unbound::new(format!("the var `{}` has no value", var.name))),
        }
    }

    /// Which defaults stand in for the environment, in the cases that are to run.
    pub(super) fn notices<'c>(&self, cases: impl IntoIterator<Item = &'c Case>) -> Vec<String> {
        let mut notices = Vec::new();
        for case in cases {
            let reached = self.reached(&case.suite, &case.template.uses);
            for var in case.suite.vars.iter().filter(|var| reached.contains(&&var.name)) {
                if self.require_env || !self.falls_back(var) {
                    continue;
                }
                let env = var.env.as_deref().unwrap_or_default();
                let server = match &var.default {
                    Some(Expr::Reference(reference)) => {
                        case.suite.services.iter().find(|service| *service.name == *reference.name)
                    }
                    _ => None,
                };
                let stand_in = match server {
                    Some(server) => format!("{} `{}` is probed", server.spec.called(), server.name),
                    None => format!("the default of `{}` is used", var.name),
                };
                let notice = format!("{env} unset: {stand_in} ({} tier)", case.suite.tier);
                if !notices.contains(&notice) {
                    notices.push(notice);
                }
            }
        }
        notices
    }
}

/// The texts that a secret is known by: itself, and what is text inside it.
fn texts(value: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    match value {
        Value::List(_) | Value::Map(_) => {
            visit_leaves(value, &mut |leaf| {
                // What is shorter, or a number, stands in too many places that have nothing to do with it.
                if let Value::Text(text) = leaf.to_value()
                    && text.len() > 3
                {
                    texts.push(text.to_string());
                }
                true
            });
        }
        Value::Null => {}
        Value::Text(text) => texts.push(text.to_string()),
        other => texts.push(other.to_string()),
    }
    texts
}

fn suites<'c>(cases: impl IntoIterator<Item = &'c Case>) -> Vec<&'c Arc<Suite>> {
    let mut suites: Vec<&Arc<Suite>> = Vec::new();
    for case in cases {
        if suites.last().is_none_or(|last| !Arc::ptr_eq(last, &case.suite)) {
            suites.push(&case.suite);
        }
    }
    suites
}
