//! The rules of presence, with simulated time.

mod presence;
