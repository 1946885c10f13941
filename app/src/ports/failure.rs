//! How a store behind a port fails: it did not answer, or it answered something that cannot be.

/// A store behind a port could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreFailure {
    /// It cannot be reached now; asking again later is right.
    #[error("the database did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It holds something this program cannot read.
    #[error("a stored row cannot be read: {what}")]
    Corrupt {
        /// Which column of which table.
        what: &'static str,
    },
}
