//! [`params!`] declares a mapping once: from it come reading, "did you mean", the JSON Schema for editors and
//! the reference pages. A serde derive would stop at the first mistake and lose its place.

use super::decode::{Decoder, Fields};
use super::node::{Key, Node, NodeKind};
use crate::diagnostic::{Diagnostic, codes};

/// Reads a mapping's node into its entries, or a short form into its one entry.
pub fn open<'n>(
    node: &'n Node,
    short: &'n mut Option<(Key, Node)>,
    short_key: Option<&str>,
    owner: &'static str,
    decoder: &mut Decoder<'_>,
) -> Option<Fields<'n>> {
    match (&node.kind, short_key) {
        (NodeKind::Map(entries), _) => Some(Fields::new(entries.iter().collect(), node.span, owner)),
        (_, Some(key)) => {
            let key = Key { text: key.into(), span: node.span };
            let entry = short.insert((key, node.clone()));
            Some(Fields::new(vec![entry], node.span, owner))
        }
        _ => {
            let message = format!("expected a mapping, got {}", node.kind());
            let help = format!("{owner} is written as `key: value` entries");
            decoder.refuse(Diagnostic::new(codes::WRONG_TYPE, node.span, message).help(help))
        }
    }
}

/// Declares a mapping of a spec: its page, its keys with their meaning, types and defaults.
///
/// `short "key"` reads anything but a mapping as that one key. `free "x-"` lets keys of that prefix be.
/// A default is an expression of the field's type; in it `span` is the place of the mapping. After `;` is what stands
/// in for one that is wrong or missing, so that the mistakes behind it are found as well; the spec is refused anyway.
#[macro_export]
macro_rules! params {
    (
        $(#[doc = $page:literal])*
        $visibility:vis struct $name:ident = $owner:literal $(short $short:literal)? $(free $free:literal)? {
            $( $(#[doc = $doc:literal])* $field:ident $(as $key:literal)? : $type:ty
               $(= |$span:ident| $default:expr)? $(; |$at:ident| $stand_in:expr)? ,)*
        }
    ) => {
        $(#[doc = $page])*
        #[derive(Clone, Debug)]
        $visibility struct $name {
            $( $(#[doc = $doc])* pub $field: $type, )*
        }

        impl $name {
            /// The page a user reads.
            pub const PAGE: &'static str = concat!($($page, "\n"),*);
            /// Its keys.
            pub const KEYS: &'static [&'static str] = &[$( $crate::params!(@key $field $($key)?) ),*];

            /// Reads the entries of a mapping.
            pub fn from_fields(
                fields: &$crate::syntax::Fields<'_>,
                #[allow(unused_variables)] span: $crate::source::Span,
                decoder: &mut $crate::syntax::Decoder<'_>,
            ) -> Option<Self> {
                $( let $field = fields.take::<$type>(
                    $crate::params!(@key $field $($key)?),
                    $crate::params!(@default span $($span $default)?),
                    decoder,
                ) $(.or_else(|| {
                    let $at = span;
                    Some($stand_in)
                }))?; )*
                Some(Self { $( $field: $field?, )* })
            }
        }

        impl $crate::syntax::Decode for $name {
            fn decode(node: &$crate::syntax::Node, decoder: &mut $crate::syntax::Decoder<'_>) -> Option<Self> {
                // With stand-ins there is no mistake that hides another.
                const GOES_ON: bool = false $($( || { let _ = stringify!($stand_in); true } )?)*;
                let mut short = None;
                let fields = $crate::syntax::open(
                    node, &mut short, $crate::params!(@option $($short)?), $owner, decoder)?;
                let known = fields.refuse_unknown(Self::KEYS, $crate::params!(@option $($free)?), decoder);
                let read = Self::from_fields(&fields, node.span, decoder);
                if GOES_ON { read } else { known.and(read) }
            }

            fn schema() -> serde_json::Value {
                let properties: [(&str, serde_json::Value, &str, bool); { Self::KEYS.len() }] = [$( (
                    $crate::params!(@key $field $($key)?),
                    <$type as $crate::syntax::Decode>::schema(),
                    concat!($($doc, "\n"),*),
                    !<$type as $crate::syntax::Decode>::OPTIONAL $(&& { let _ = stringify!($default); false })?,
                ) ),*];
                $crate::syntax::object_schema(
                    &properties, Self::PAGE,
                    $crate::params!(@option $($short)?), $crate::params!(@option $($free)?))
            }
        }
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@option) => { None };
    (@option $value:literal) => { Some($value) };
    (@default $at:ident) => { None };
    (@default $at:ident $span:ident $default:expr) => {{
        #[allow(unused_variables)]
        let $span = $at;
        Some($default)
    }};
}
