//! What an etcd's refusal means.

use crate::Error;
use tonic::Code;

/// What whoever asked is told; an error: this member cannot say, another may.
pub(super) fn of<T>(error: &etcd_client::Error) -> Result<Result<T, Error>, String> {
    let etcd_client::Error::GRpcStatus(status) = error else { return Err(error.to_string()) };
    let words = status.message();
    match status.code() {
        // NOSPACE: reads go on, and writes do once somebody has made room and disarmed the alarm.
        Code::ResourceExhausted if words.contains("space") => Ok(Err(Error::Full(
            format!("{words}: compact and defragment etcd, then disarm its alarm (etcdctl alarm disarm)").into(),
        ))),
        Code::InvalidArgument
            if words.contains("too large") || words.contains("too many") || words.contains("duplicate") =>
        {
            Ok(Err(Error::Refused(words.into())))
        }
        Code::Unauthenticated | Code::PermissionDenied | Code::InvalidArgument => {
            Err(format!("{words}: see user and password-file in [cluster], and the rights of that user in etcd"))
        }
        code => Err(format!("{code:?}: {words}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::Status;

    fn said(status: Status) -> Result<Result<(), Error>, String> {
        of(&etcd_client::Error::GRpcStatus(status))
    }

    #[test]
    fn each_refusal_is_what_it_means() {
        let full = said(Status::resource_exhausted("etcdserver: mvcc: database space exceeded"));
        assert!(matches!(full, Ok(Err(Error::Full(_)))), "{full:?}");
        let large = said(Status::invalid_argument("etcdserver: request is too large"));
        assert!(matches!(large, Ok(Err(Error::Refused(_)))), "{large:?}");
        for status in [
            Status::unavailable("etcdserver: no leader"),
            Status::resource_exhausted("etcdserver: too many requests"),
            Status::invalid_argument("etcdserver: authentication failed, invalid user ID or password"),
            Status::invalid_argument("etcdserver: user name is empty"),
            Status::unauthenticated("etcdserver: invalid auth token"),
            Status::permission_denied("etcdserver: permission denied"),
            Status::deadline_exceeded("context deadline exceeded"),
        ] {
            assert!(said(status.clone()).is_err(), "another member may do better: {status}");
        }
    }
}
