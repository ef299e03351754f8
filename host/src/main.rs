//! The service `uc-connector`.

fn main() {}
