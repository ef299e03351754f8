//! Reading the documented NOTIFY and answering it: our view against rsip's message parser in the same run, so
//! that the ratio holds on any machine.

#![allow(clippy::unwrap_used, missing_docs)]

use bytes::{Bytes, BytesMut};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use uc_sip::message::{Frame, Framer, Limits, Message, Response, admission};

const NOTIFY: &[u8] = include_bytes!("../tests/notify-on-the-phone.sip");

fn parse(c: &mut Criterion) {
    let limits = Limits::default();
    let shared = Bytes::from_static(NOTIFY);
    let mut group = c.benchmark_group("notify");
    group.throughput(Throughput::Elements(1));
    group.bench_function("view", |b| {
        b.iter(|| Message::parse(black_box(shared.clone()), &limits).unwrap());
    });
    group.bench_function("view, held to the RFC", |b| {
        b.iter(|| admission::check(&Message::parse(black_box(shared.clone()), &limits).unwrap()));
    });
    group.bench_function("rsip", |b| {
        b.iter(|| rsip::SipMessage::try_from(black_box(NOTIFY)).unwrap());
    });
    group.bench_function("view with rsip's From, To and Via", |b| {
        b.iter(|| {
            let message = Message::parse(black_box(shared.clone()), &limits).unwrap();
            (message.typed_from().unwrap(), message.typed_to().unwrap(), message.typed_vias().unwrap())
        });
    });
    group.finish();
}

fn answer(c: &mut Criterion) {
    const BATCH: usize = 16;
    let stream = NOTIFY.repeat(BATCH);
    let mut framer = Framer::new(Limits::default());
    let mut out = BytesMut::with_capacity(1 << 16);
    let mut group = c.benchmark_group("stream");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("16 NOTIFYs framed, checked, answered with 200", |b| {
        b.iter(|| {
            framer.buffer().extend_from_slice(black_box(&stream));
            out.clear();
            while let Some(Frame::Message(notify)) = framer.take().unwrap() {
                admission::check(&notify).unwrap();
                Response::to(&notify, 200, "OK").write(&mut out).unwrap();
            }
            out.len()
        });
    });
    group.finish();
}

criterion_group!(benches, parse, answer);
criterion_main!(benches);
