//! The routing side: the preview service for URS (custom server link) and ORS (HTTP). Knows nothing of the host.

pub mod message;
