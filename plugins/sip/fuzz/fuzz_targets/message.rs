//! Any bytes through the framer, the view, its judgement and everything that reads values.
//!
//! With stable Rust, in this folder:
//! ```text
//! RUSTFLAGS='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
//!   -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
//!   -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1' \
//! cargo run --release --target x86_64-unknown-linux-gnu --bin message -- corpus ../tests/torture -max_total_time=60
//! ```
#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use uc_sip::message::{Frame, Framer, Limits, Message, Name, Response, admission, multipart, values};

fuzz_target!(|bytes: &[u8]| {
    let mut framer = Framer::new(Limits::default());
    framer.buffer().extend_from_slice(bytes);
    while let Ok(Some(frame)) = framer.take() {
        if let Frame::Message(message) = frame {
            visit(&message);
        }
    }
    if let Ok(message) = Message::parse(bytes.to_vec().into(), &Limits::default()) {
        visit(&message);
    }
});

fn visit(message: &Message) {
    let _ = (message.typed_from(), message.typed_to(), message.typed_cseq(), message.typed_vias());
    let _ = message.typed_contacts();
    for field in message.headers() {
        values::split(field.value).for_each(|part| drop(values::unfold(part)));
        let _ = values::with_params(field.value).1.iter().map(|(_, value)| values::unquote(value)).count();
    }
    if let Some(content_type) = message.get(Name::ContentType) {
        let _ = multipart::parts(content_type, message.body());
    }
    if admission::check(message).is_ok() && message.is_request() {
        // What answers a request must itself be a message.
        let mut out = BytesMut::new();
        Response::to(message, 200, "OK").tag("t").write(&mut out).unwrap();
        Message::parse(out.freeze(), &Limits::with_message(1 << 20)).unwrap();
    }
}
