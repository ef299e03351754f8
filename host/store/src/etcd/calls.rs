//! The operations of a store as calls of etcd.

use super::members::Answered;
use crate::{Change, Entry, Error, Fence, Key, Revision, Snapshot, Span, When, bounds};
use etcd_client::{
    Client, Compare, CompareOp, DeleteOptions, GetOptions, GetResponse, KeyValue, ResponseHeader, SortOrder,
    SortTarget, Txn, TxnOp, TxnOpResponse,
};
use std::{collections::BTreeMap, time::Duration};

type Call<T> = Result<Answered<T>, etcd_client::Error>;

/// Keys of the first page of a read, and of one that is tried again.
const PAGE: i64 = 200;

/// Keys of a page between these, by how long the one before took: an answer to somebody who cannot wait shares the
/// connection with it, and it must come within a member's time itself.
const PAGES: (i64, i64) = (25, 2000);

/// Pages that take less become larger, and those that take more smaller.
const TAKES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(300));

/// Bytes of a page: each value of a first one may be as large as a transaction.
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
    /// Of the next page.
    keys: i64,
}

impl Reading {
    pub(super) fn of(prefix: &str, span: &Span) -> Self {
        let (from, end) = range(prefix, span);
        Self { from, end, moment: 0, entries: BTreeMap::new(), keys: PAGE }
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

    /// A page took so long.
    pub(super) fn took(&mut self, time: Duration) {
        self.keys = match time {
            time if time < TAKES.0 => 2 * self.keys,
            time if time > TAKES.1 => self.keys / 2,
            _ => self.keys,
        };
        self.keys = self.keys.clamp(PAGES.0, PAGES.1);
    }

    /// A page did not come. True: a smaller one is worth a try.
    pub(super) fn failed(&mut self) -> bool {
        std::mem::replace(&mut self.keys, PAGE) > PAGE
    }

    pub(super) fn whole(self) -> Snapshot {
        Snapshot { revision: Revision(self.moment.unsigned_abs()), entries: self.entries }
    }
}

/// Reads the next page: each has its own time, and another member may answer it.
pub(super) async fn page(client: &Client, reading: &Reading) -> Call<GetResponse> {
    let mut options = GetOptions::new().with_limit(reading.keys).with_sort(SortTarget::Key, SortOrder::Ascend);
    if let Some(end) = &reading.end {
        options = options.with_range(end.clone());
    }
    if reading.moment > 0 {
        options = options.with_revision(reading.moment);
    }
    let mut client = client.kv_client().max_decoding_message_size(LARGEST_PAGE);
    let page = client.get(reading.from.clone(), Some(options)).await?;
    let (cluster, revision) = of_header(page.header());
    Ok(Answered { cluster, revision, result: Ok(page) })
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
    Ok(Answered { cluster, revision, result })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_grow_while_they_are_quick_and_shrink_where_they_are_not() {
        let mut reading = Reading::of("test/", &Span::Below(String::new().into()));
        let mut after = |millis: u64| {
            reading.took(Duration::from_millis(millis));
            reading.keys
        };
        assert_eq!([10, 10, 10, 10, 10].map(&mut after), [400, 800, 1600, 2000, 2000]);
        assert_eq!([200, 500, 500, 500].map(&mut after), [2000, 1000, 500, 250]);
        assert!(reading.failed() && reading.keys == PAGE);
        assert!(!reading.failed(), "a small one that does not come is no question of its size");
    }
}
