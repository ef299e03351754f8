//! Requests as lines (PROTOCOL.md, section 5). Readers are in the lab.

use super::message::{Notify, Statistic};
use crate::wire::LineWriter;
use bytes::BytesMut;
use std::{sync::Arc, time::Duration};

/// What is asked of a Stat Server; the number is the statistic's on this connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// RequestOpenStatistic.
    Open(i64, Arc<Statistic>),
    /// RequestPeekStatistic: the value now.
    Peek(i64),
    /// RequestCloseStatistic.
    Close(i64),
}

/// Writes a request as one line.
pub fn request(output: &mut BytesMut, request: &Request) {
    match request {
        Request::Open(id, statistic) => {
            let (mode, every) = match statistic.notify {
                Notify::OnChange(least) => ("Immediate", least),
                Notify::Periodic(every) => ("Periodical", every),
            };
            LineWriter::new(output, "RequestOpenStatistic")
                .int("statisticID", *id)
                .str("objectID", &statistic.object)
                .str("objectType", statistic.object_type.word())
                .str("statisticName", &statistic.name)
                .str("notificationMode", mode)
                .raw("interval", &seconds(every))
                .end();
        }
        Request::Peek(id) => LineWriter::new(output, "RequestPeekStatistic").int("statisticID", *id).end(),
        Request::Close(id) => LineWriter::new(output, "RequestCloseStatistic").int("statisticID", *id).end(),
    }
}

fn seconds(time: Duration) -> String {
    time.as_secs_f64().to_string()
}
