//! A NOTIFY read whole: the message, its categories, what they say of the person. Beside it the message alone, so that
//! the documents' share is seen.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

// A cdylib cannot be imported.
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../src/categories.rs"]
mod categories;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../src/documents.rs"]
mod documents;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../src/forks.rs"]
mod forks;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../src/presentity.rs"]
mod presentity;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../src/resource_list.rs"]
mod resource_list;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use documents::Document;
use std::hint::black_box;
use uc_sip::message::{Limits, Message};

const NOTIFY: &[u8] = include_bytes!("../../sip/tests/notify-on-the-phone.sip");

fn notify(c: &mut Criterion) {
    let (limits, shared) = (Limits::default(), Bytes::from_static(NOTIFY));
    let mut group = c.benchmark_group("notify");
    group.throughput(Throughput::Elements(1));
    group.bench_function("message alone", |b| {
        b.iter(|| Message::parse(black_box(shared.clone()), &limits).unwrap());
    });
    group.bench_function("message and categories", |b| {
        b.iter(|| {
            let message = Message::parse(black_box(shared.clone()), &limits).unwrap();
            let mut numbers = 0;
            documents::read(message.content_type(), message.body(), |document| {
                let Ok(Document::Categories(news)) = document else { panic!("it is one") };
                numbers += news.state.map_or(0, |state| state.availability);
            });
            numbers
        });
    });
    group.finish();
}

criterion_group!(benches, notify);
criterion_main!(benches);
