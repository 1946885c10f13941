//! The specification; see below.
