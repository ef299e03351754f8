//! Unit tests that need more than one module.

mod conformance;
