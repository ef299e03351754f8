//! What a Front End does with each kind of request.

mod im;
mod register;
mod roaming;
mod service;
mod subscribe;
