//! The operations of a store as calls of etcd.

use super::members::Answered;
use crate::{Change, Entry, Error, Fence, Key, Revision, Snapshot, Span, When, bounds};
use etcd_client::{
    Client, Compare, CompareOp, DeleteOptions, GetOptions, GetResponse, KeyValue, ResponseHeader, SortOrder,
    SortTarget, Txn, TxnOp, TxnOpResponse,
};
use std::collections::BTreeMap;

type Call<T> = Result<Answered<T>, etcd_client::Error>;

/// Keys of one page of a read.
const PAGE: i64 = 200;

/// Bytes of a page: each of its values may be as large as a transaction.
const LARGEST_PAGE: usize = (PAGE as usize + 1) * (bounds::TRANSACTION + bounds::KEY);

/// What is left to read of a span.
#[derive(Debug)]
pub(super) struct Reading {
    from: Vec<u8>,
    /// None: this one key.
    end: Option<Vec<u8>>,
    /// All pages are of the moment of the first.
    moment: i64,
    entries: BTreeMap<Key, Entry>,
}

impl Reading {
    pub(super) fn of(prefix: &str, span: &Span) -> Self {
        let (from, end) = range(prefix, span);
        Self { from, end, moment: 0, entries: BTreeMap::new() }
    }

    /// Takes a page; true: there are more.
    pub(super) fn take(&mut self, prefix: &str, mut page: GetResponse) -> bool {
        if self.moment == 0 {
            self.moment = of_header(page.header()).1;
        }
        let (kvs, more) = (page.take_kvs(), page.more());
        if let Some(last) = kvs.last() {
            self.from = [last.key(), &[0]].concat();
        }
        self.entries.extend(kvs.into_iter().filter_map(|kv| entry(prefix, kv)));
        more
    }

    pub(super) fn whole(self) -> Snapshot {
        Snapshot { revision: Revision(self.moment.unsigned_abs()), entries: self.entries }
    }
}

/// Reads the next page: each has its own time, and another member may answer it.
pub(super) async fn page(client: &Client, reading: &Reading) -> Call<GetResponse> {
    let mut options = GetOptions::new().with_limit(PAGE).with_sort(SortTarget::Key, SortOrder::Ascend);
    if let Some(end) = &reading.end {
        options = options.with_range(end.clone());
    }
    if reading.moment > 0 {
        options = options.with_revision(reading.moment);
    }
    let mut client = client.kv_client().max_decoding_message_size(LARGEST_PAGE);
    let page = client.get(reading.from.clone(), Some(options)).await?;
    Ok(Answered { cluster: of_header(page.header()).0, result: Ok(page) })
}

/// Makes all changes, or none.
pub(super) async fn write(
    client: &mut Client,
    prefix: &str,
    changes: &[Change],
    fence: Option<&Fence>,
) -> Call<Revision> {
    let expected: Vec<_> = expected(changes, fence).collect();
    let compares: Vec<_> = expected
        .iter()
        .map(|(key, at)| Compare::mod_revision(name(prefix, key), CompareOp::Equal, at.0 as i64))
        .collect();
    let looks: Vec<_> = expected.iter().map(|(key, _)| TxnOp::get(name(prefix, key), None)).collect();
    let makes: Vec<_> = changes.iter().map(|change| make(prefix, change)).collect();
    let answer = client.txn(Txn::new().when(compares).and_then(makes).or_else(looks)).await?;
    let (cluster, revision) = of_header(answer.header());
    let result = match answer.succeeded() {
        true => Ok(Revision(revision.unsigned_abs())),
        false => Err(conflict(&expected, &answer.op_responses())),
    };
    Ok(Answered { cluster, result })
}

/// Which keys must be at which revision; the fence first.
fn expected<'c>(changes: &'c [Change], fence: Option<&'c Fence>) -> impl Iterator<Item = (&'c Key, Revision)> {
    let of_change = |change: &'c Change| match change.when {
        When::Always => None,
        When::At(revision) => Some((&change.key, revision)),
    };
    fence.map(|fence| (&fence.key, fence.revision)).into_iter().chain(changes.iter().filter_map(of_change))
}

fn make(prefix: &str, change: &Change) -> TxnOp {
    match &change.value {
        Some(value) => TxnOp::put(name(prefix, &change.key), value.to_vec(), None),
        None => TxnOp::delete(name(prefix, &change.key), None::<DeleteOptions>),
    }
}

fn conflict(expected: &[(&Key, Revision)], looks: &[TxnOpResponse]) -> Error {
    let found = looks.iter().map(|look| match look {
        TxnOpResponse::Get(get) => get.kvs().first().map_or(Revision::ABSENT, revision),
        _ => Revision::ABSENT,
    });
    let other = expected.iter().zip(found).find(|((_, expected), found)| expected != found);
    match other {
        Some(((key, _), found)) => Error::Conflict { key: (*key).clone(), found },
        None => Error::OutOfReach("etcd has refused a transaction in which everything was as expected".into()),
    }
}

/// An entry of ours; none: its key is no text.
pub(super) fn entry(prefix: &str, kv: KeyValue) -> Option<(Key, Entry)> {
    let (key, revision) = (own(prefix, kv.key())?, revision(&kv));
    Some((key, Entry { value: kv.into_key_value().1.into(), revision }))
}

/// A key as the store names it.
pub(super) fn own(prefix: &str, name: &[u8]) -> Option<Key> {
    let text = std::str::from_utf8(name).ok()?;
    Key::new(text.strip_prefix(prefix)?).ok()
}

pub(super) fn revision(kv: &KeyValue) -> Revision {
    Revision(kv.mod_revision().unsigned_abs())
}

/// A key as etcd names it.
fn name(prefix: &str, key: &Key) -> Vec<u8> {
    format!("{prefix}{}", key.text()).into_bytes()
}

/// From where to where; none: this one key.
fn range(prefix: &str, span: &Span) -> (Vec<u8>, Option<Vec<u8>>) {
    match span {
        Span::One(key) => (name(prefix, key), None),
        Span::Below(text) => {
            let from = format!("{prefix}{text}").into_bytes();
            let mut end = from.clone();
            // Text has no byte of 255, so the last one can grow.
            end.iter_mut().last().into_iter().for_each(|last| *last += 1);
            (from, Some(end))
        }
    }
}

fn of_header(header: Option<&ResponseHeader>) -> (u64, i64) {
    header.map_or((0, 0), |header| (header.cluster_id(), header.revision()))
}
