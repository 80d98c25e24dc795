//! Holds the documentation to the program: what is made from the code is current, every example does what its page
//! says, every link leads somewhere.
//!
//! `UPDATE_DOCS=1 cargo test --test docs` writes anew what is made from the code, and the outputs that pages show.

#[cfg(test)]
mod docs {
    mod dependencies;
    mod examples;
    mod generated;
    mod links;
    mod page;
    mod pipeline;
}
