//! What may be asked of a driver.

/// A request about a driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DriverCommand {
    /// Call it no more for now.
    Pause {
        /// Its key.
        driver: String,
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Call it again.
    Resume {
        /// Its key.
        driver: String,
    },
}
