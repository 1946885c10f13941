//! How a store behind a port fails: it did not answer, it knows too little yet, or it answered
//! something that cannot be.

/// A store behind a port could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreFailure {
    /// It cannot be reached now; asking again later is right.
    #[error("the database did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It answers, but does not know yet what the log holds.
    #[error(
        "the read model {read_model} is at position {position}, and {head} is needed; if it stays \
         there, it is paused or stopped"
    )]
    Behind {
        /// Which one.
        read_model: &'static str,
        /// Where it is.
        position: i64,
        /// Where it would have to be.
        head: i64,
    },
    /// It holds something this program cannot read.
    #[error("a stored row cannot be read: {what}")]
    Corrupt {
        /// Which column of which table.
        what: &'static str,
    },
}
