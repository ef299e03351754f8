//! Requests for calls: what is not carried out is refused, whatever the switch behind the server offers.

use super::{Target, must};
use crate::peer::request;
use uc_connector::{tlib::Message, wire::ConnId};

/// A ConnID that no server has given.
const NO_CALL: ConnId = ConnId(0x0001);

/// Every request about a call, with what else it needs.
fn requests(dn: &str) -> Vec<Message> {
    let of = |name: &'static str| request(name, dn).with("connID", NO_CALL);
    let to = |name| of(name).with("otherDN", "1");
    let with = |name, second: &'static str| of(name).with(second, ConnId(NO_CALL.0 + 1));
    let mut requests: Vec<_> =
        ["RequestAnswerCall", "RequestReleaseCall", "RequestHoldCall", "RequestRetrieveCall"].map(of).into();
    requests.extend(["RequestSetMuteOn", "RequestSetMuteOff"].map(of));
    requests.extend(
        [
            "RequestSingleStepTransfer",
            "RequestSingleStepConference",
            "RequestRedirectCall",
            "RequestInitiateTransfer",
            "RequestInitiateConference",
        ]
        .map(to),
    );
    requests.extend([
        with("RequestCompleteTransfer", "transferConnID"),
        with("RequestCompleteConference", "conferenceConnID"),
        with("RequestAlternateCall", "previousConnID"),
        with("RequestReconnectCall", "previousConnID"),
        of("RequestSendDTMF").with("dTMFDigits", "1"),
    ]);
    requests
}

/// Of a call that is not there nothing can be asked: each request has its answer, and it is EventError.
pub(super) async fn refuses_what_is_asked_of_no_call(target: &Target) -> Result<(), String> {
    let mut peer = target.registered().await?;
    for request in requests(&target.dn) {
        let error = peer.ask_for(request, "EventError").await?;
        must(error.attributes.iter().any(|(name, _)| name == "errorCode"), "an errorCode", &error)?;
    }
    Ok(())
}
