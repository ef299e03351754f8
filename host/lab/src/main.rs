//! The lab's servers, each startable alone.

fn main() {}
