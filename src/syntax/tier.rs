//! The three tiers of the funnel.

use serde::{Deserialize, Serialize};

/// A tier, in funnel order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    Unit,
    Integration,
    Smoke,
}

impl Tier {
    pub const ALL: [Self; 3] = [Self::Unit, Self::Integration, Self::Smoke];
    pub const NAMES: [&str; 3] = ["unit", "integration", "smoke"];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }
}

impl std::fmt::Display for Tier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl crate::value::FromValue for Tier {
    const KINDS: &'static [crate::value::Kind] = &[crate::value::Kind::Text];
    fn schema() -> serde_json::Value {
        serde_json::json!({"enum": Self::NAMES})
    }
    fn from_value(value: &crate::value::Value) -> Result<Self, crate::value::WrongKind> {
        value.as_text().and_then(Self::find).ok_or_else(|| {
            let wrong = crate::value::WrongKind::new("one of `unit`, `integration`, `smoke`", value);
            match value.as_text().and_then(|word| crate::diagnostic::suggest(word, Self::NAMES)) {
                Some(near) => wrong.help(format!("did you mean `{near}`?")),
                None => wrong,
            }
        })
    }
}
