//! Words out of fixed sets.

/// A word out of a fixed set, such as the method of a scaler: an enum with its words, their meanings, and
/// everything that follows from them (reading, schema, suggestions).
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $visibility:vis enum $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $visibility enum $name { $($(#[doc = $doc])* $variant,)+ }

        impl $name {
            /// Every word, in the order of the variants.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word as a spec writes it.
            #[allow(dead_code)] // not every set of words is shown again
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl $crate::value::FromValue for $name {
            const KINDS: &'static [$crate::value::Kind] = &[$crate::value::Kind::Text];
            fn schema() -> serde_json::Value {
                serde_json::json!({"enum": Self::WORDS, "description": concat!($($word, ":", $($doc,)* "\n",)+)})
            }
            fn from_value(value: &$crate::value::Value) -> Result<Self, $crate::value::WrongKind> {
                match value.as_text() {
                    $(Some($word) => Ok(Self::$variant),)+
                    other => {
                        let wrong = $crate::value::WrongKind::new(
                            format!("one of `{}`", Self::WORDS.join("`, `")), value);
                        Err(match other.and_then(|word| $crate::diagnostic::suggest(word, Self::WORDS.iter().copied())) {
                            Some(near) => wrong.help(format!("did you mean `{near}`?")),
                            None => wrong,
                        })
                    }
                }
            }
        }
    };
}
