//! What is worth knowing of a check that holds.

/// A sentence about what was measured: how long it took, how near the limit was, which guard was off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub text: String,
    /// Every reader should see it, not only one who asks for more.
    pub loud: bool,
}

impl Remark {
    /// One that every report shows.
    pub fn loud(text: impl Into<String>) -> Self {
        Self { text: text.into(), loud: true }
    }

    /// One for whoever asks for more.
    pub fn quiet(text: impl Into<String>) -> Self {
        Self { text: text.into(), loud: false }
    }
}
