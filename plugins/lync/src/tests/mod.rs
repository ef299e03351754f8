//! Tests of the parts together.

mod conformance;
