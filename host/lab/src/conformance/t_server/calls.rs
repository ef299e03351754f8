//! Requests for calls: what is not carried out is refused, whatever the switch behind the server offers.

use super::{Target, must};
use crate::peer::{Line, Peer, request};
use uc_connector::{
    agent_link::UNSUPPORTED,
    tlib::Message,
    wire::{ConnId, KvList, Value},
};

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
        of("RequestAttachUserData").with("userData", pair("Conformance", "1")),
        of("RequestUpdateUserData").with("userData", pair("Conformance", "1")),
        of("RequestDeletePair").with("key", "Conformance"),
    ]);
    requests
}

fn pair(key: &str, value: &str) -> KvList {
    KvList(vec![(key.to_owned(), Value::Str(value.to_owned()))])
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

/// A call from the DN to one partner, a consult call to the other, all that can be done with both, and the transfer of
/// one to the other. What the switch does not offer may be refused with 51.
pub(super) async fn consults(target: &Target) -> Result<(), String> {
    let Some([first, second]) = &target.partners else { return Ok(()) };
    let mut peer = target.registered().await?;
    for partner in [first, second] {
        peer.ask_for(request("RequestRegisterAddress", partner), "EventRegistered").await?;
    }
    let dn = target.dn.as_str();
    let dialing = peer.ask_for(request("RequestMakeCall", dn).with("otherDN", first.clone()), "EventDialing").await?;
    let original = conn_id(&dialing)?;
    picks_up(&mut peer, first, dn, original).await?;
    let of = |name, call: ConnId| request(name, dn).with("connID", call);
    let initiate = of("RequestInitiateTransfer", original).with("otherDN", second.clone());
    let Some((held, dialing)) = brings_about(&mut peer, initiate, "EventDialing", dn).await? else {
        return hangs_up(&mut peer, dn, original).await;
    };
    must(held.name == "EventHeld", "EventHeld of the first call", &held)?;
    let consult = conn_id(&dialing)?;
    picks_up(&mut peer, second, dn, consult).await?;
    for (talks, waits) in [(consult, original), (original, consult)] {
        let alternate = of("RequestAlternateCall", talks).with("previousConnID", waits);
        let Some((_, back)) = brings_about(&mut peer, alternate, "EventRetrieved", dn).await? else { break };
        must(conn_id(&back)? == waits, "EventRetrieved of the call that waited", &back)?;
    }
    let complete = of("RequestCompleteTransfer", original).with("transferConnID", consult);
    let Some((_, changed)) = brings_about(&mut peer, complete, "EventPartyChanged", second).await? else {
        hangs_up(&mut peer, dn, consult).await?;
        return hangs_up(&mut peer, dn, original).await;
    };
    let call = conn_id(&changed)?;
    let previous = changed.conn_id("previousConnID").unwrap_or(consult);
    must(call == consult || previous == consult, "no previousConnID, or the consult call's", &changed)?;
    hangs_up(&mut peer, second, call).await
}

/// A call from the DN to one partner, and all that can be done to its data. What is not offered may be refused with 51.
pub(super) async fn changes_data(target: &Target) -> Result<(), String> {
    let Some([first, _]) = &target.partners else { return Ok(()) };
    let mut peer = target.registered().await?;
    peer.ask_for(request("RequestRegisterAddress", first), "EventRegistered").await?;
    let dn = target.dn.as_str();
    let dialing = peer.ask_for(request("RequestMakeCall", dn).with("otherDN", first.clone()), "EventDialing").await?;
    let call = conn_id(&dialing)?;
    picks_up(&mut peer, first, dn, call).await?;
    let of = |name| request(name, dn).with("connID", call);
    let two = KvList([pair("Conformance", "2").0, pair("Conformance2", "3").0].concat());
    let asked = [
        (of("RequestAttachUserData").with("userData", pair("Conformance", "1")), Some("1"), "the pair added"),
        (of("RequestUpdateUserData").with("userData", two), Some("2"), "each pair in the place of that of its key"),
        (of("RequestDeletePair").with("key", "Conformance"), None, "whatever was under the key gone"),
    ];
    for (asked, expected, rule) in asked {
        let Some((_, changed)) = brings_about(&mut peer, asked, "EventAttachedDataChanged", dn).await? else {
            continue;
        };
        // It may leave out what is optional.
        let Some(data) = changed.kv_list("userData") else { continue };
        let there: Vec<_> = data.0.iter().filter(|(key, _)| key == "Conformance").collect();
        let fits = there.len() == usize::from(expected.is_some()) && data.str("Conformance") == expected;
        must(fits && conn_id(&changed)? == call, rule, &changed)?;
    }
    hangs_up(&mut peer, dn, call).await
}

/// The answer of a request, and the event of this name that it brings about for this DN, in whichever order; none: the
/// switch does not offer it.
async fn brings_about(
    peer: &mut Peer,
    asked: Message,
    name: &str,
    dn: &str,
) -> Result<Option<(Message, Message)>, String> {
    let wanted = format!("{name} for {dn} after {}", asked.name);
    let id = peer.send(asked).await?;
    let (mut answer, mut event) = (None::<Message>, None::<Message>);
    loop {
        match answer.take_if(|answer| answer.name == "EventError" || event.is_some()) {
            Some(error) if error.name == "EventError" => return not_offered(&error).map(|()| None),
            Some(answer) => return Ok(event.map(|event| (answer, event))),
            None => {}
        }
        match peer.line(&wanted).await? {
            Line::Message(message) => {
                if message.name == name && message.str("thisDN") == Some(dn) {
                    event.get_or_insert_with(|| message.clone());
                }
                if message.reference_id() == Some(id) {
                    answer = Some(message);
                }
            }
            Line::Closed => return Err(format!("closed instead of {wanted}")),
            Line::Link(_) => {}
        }
    }
}

fn not_offered(error: &Message) -> Result<(), String> {
    must(error.int("errorCode") == Some(UNSUPPORTED), "what the switch does not offer refused with 51", error)
}

/// A partner answers, and whoever called is told.
async fn picks_up(peer: &mut Peer, partner: &str, caller: &str, call: ConnId) -> Result<(), String> {
    let answer = request("RequestAnswerCall", partner).with("connID", call);
    let talks = brings_about(peer, answer, "EventEstablished", caller).await?;
    talks.map(|_| ()).ok_or_else(|| format!("{partner} must be able to answer"))
}

async fn hangs_up(peer: &mut Peer, dn: &str, call: ConnId) -> Result<(), String> {
    peer.ask_for(request("RequestReleaseCall", dn).with("connID", call), "EventReleased").await.map(|_| ())
}

fn conn_id(message: &Message) -> Result<ConnId, String> {
    message.conn_id("connID").ok_or_else(|| format!("connID expected, got\n{message}"))
}
