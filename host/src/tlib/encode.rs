//! Requests as lines, written straight into the output buffer: the hot path of the service.

use super::{attribute::REGISTER_MODES, chat};
use crate::agent_link::{CallAction, Dn, RegisterMode, Request, UserDataChange, WorkMode};
use crate::wire::{ConnId, KvList, LineWriter};
use bytes::BytesMut;

/// Writes one request with its ReferenceID.
pub fn request(output: &mut BytesMut, request: &Request, reference_id: i64) {
    let line = LineWriter::new(output, name(request)).int("referenceID", reference_id);
    match request {
        Request::RegisterAddress { this_dn, mode } => {
            let mode = match mode {
                RegisterMode::Share => REGISTER_MODES[0],
                RegisterMode::Monitor => REGISTER_MODES[2],
            };
            line.str("thisDN", this_dn).str("registerMode", mode)
        }
        Request::UnregisterAddress { this_dn } => line.str("thisDN", this_dn),
        Request::AgentLogin { this_dn, this_queue, agent_id, password } => line
            .str("thisDN", this_dn)
            .opt_str("thisQueue", this_queue.as_deref())
            .str("agentID", agent_id)
            .opt_str("password", password.as_ref().map(|secret| secret.0.as_str())),
        Request::AgentLogout { this_dn, this_queue } => {
            line.str("thisDN", this_dn).opt_str("thisQueue", this_queue.as_deref())
        }
        Request::AgentReady { this_dn, this_queue, work_mode, reasons, extensions }
        | Request::AgentNotReady { this_dn, this_queue, work_mode, reasons, extensions } => {
            state(line, this_dn, this_queue.as_ref(), *work_mode, reasons, extensions)
        }
        Request::Call { this_dn, conn_id, action } => call(line.str("thisDN", this_dn), *conn_id, action),
        Request::Chat { this_dn, conn_id, action } => chat::write(line.str("thisDN", this_dn), *conn_id, action),
        Request::MakeCall { this_dn, other_dn } => line.str("thisDN", this_dn).str("otherDN", other_dn),
        Request::DistributeUserEvent { this_dn, conn_id, agent_id, user_data } => {
            let line = line.str("thisDN", this_dn);
            let line = match conn_id {
                Some(id) => line.conn_id("connID", *id),
                None => line,
            };
            line.opt_str("agentID", agent_id.as_deref()).kv_list("userData", user_data)
        }
    }
    .end();
}

/// The message name of a request.
pub fn name(request: &Request) -> &'static str {
    match request {
        Request::RegisterAddress { .. } => "RequestRegisterAddress",
        Request::UnregisterAddress { .. } => "RequestUnregisterAddress",
        Request::AgentLogin { .. } => "RequestAgentLogin",
        Request::AgentLogout { .. } => "RequestAgentLogout",
        Request::AgentReady { .. } => "RequestAgentReady",
        Request::AgentNotReady { .. } => "RequestAgentNotReady",
        Request::MakeCall { .. } => "RequestMakeCall",
        Request::Call { action, .. } => of_call(action),
        Request::Chat { .. } => "RequestPrivateService",
        Request::DistributeUserEvent { .. } => "RequestDistributeUserEvent",
    }
}

fn of_call(action: &CallAction) -> &'static str {
    match action {
        CallAction::Answer => "RequestAnswerCall",
        CallAction::Release => "RequestReleaseCall",
        CallAction::Hold => "RequestHoldCall",
        CallAction::Retrieve => "RequestRetrieveCall",
        CallAction::SingleStepTransfer(_) => "RequestSingleStepTransfer",
        CallAction::SingleStepConference(_) => "RequestSingleStepConference",
        CallAction::Redirect(_) => "RequestRedirectCall",
        CallAction::InitiateTransfer(_) => "RequestInitiateTransfer",
        CallAction::InitiateConference(_) => "RequestInitiateConference",
        CallAction::CompleteTransfer(_) => "RequestCompleteTransfer",
        CallAction::CompleteConference(_) => "RequestCompleteConference",
        CallAction::Alternate(_) => "RequestAlternateCall",
        CallAction::Reconnect(_) => "RequestReconnectCall",
        CallAction::SendDtmf(_) => "RequestSendDTMF",
        CallAction::MuteOn => "RequestSetMuteOn",
        CallAction::MuteOff => "RequestSetMuteOff",
        CallAction::UserData(UserDataChange::Attach(..)) => "RequestAttachUserData",
        CallAction::UserData(UserDataChange::Update(..)) => "RequestUpdateUserData",
        CallAction::UserData(UserDataChange::DeletePair(_)) => "RequestDeletePair",
    }
}

/// The call that a transfer or conference goes on with is its `connID`; where two calls change places it is the one
/// that is talked to.
fn call<'b>(line: LineWriter<'b>, conn_id: ConnId, action: &CallAction) -> LineWriter<'b> {
    match action {
        CallAction::CompleteTransfer(original) => line.conn_id("connID", *original).conn_id("transferConnID", conn_id),
        CallAction::CompleteConference(original) => {
            line.conn_id("connID", *original).conn_id("conferenceConnID", conn_id)
        }
        CallAction::Alternate(other) | CallAction::Reconnect(other) => {
            line.conn_id("connID", conn_id).conn_id("previousConnID", *other)
        }
        CallAction::SingleStepTransfer(to)
        | CallAction::SingleStepConference(to)
        | CallAction::Redirect(to)
        | CallAction::InitiateTransfer(to)
        | CallAction::InitiateConference(to) => line.conn_id("connID", conn_id).str("otherDN", to),
        CallAction::SendDtmf(digits) => line.conn_id("connID", conn_id).str("dTMFDigits", digits.as_str()),
        CallAction::Answer
        | CallAction::Release
        | CallAction::Hold
        | CallAction::Retrieve
        | CallAction::MuteOn
        | CallAction::MuteOff => line.conn_id("connID", conn_id),
        CallAction::UserData(change) => user_data(line.conn_id("connID", conn_id), change),
    }
}

fn user_data<'b>(line: LineWriter<'b>, change: &UserDataChange) -> LineWriter<'b> {
    match change {
        UserDataChange::Attach(key, value) => {
            line.kv_list("userData", &KvList(vec![((**key).to_owned(), value.clone())]))
        }
        UserDataChange::Update(pairs) => line.kv_list("userData", pairs),
        UserDataChange::DeletePair(key) => line.str("key", key),
    }
}

fn state<'b>(
    line: LineWriter<'b>,
    this_dn: &str,
    this_queue: Option<&Dn>,
    work_mode: WorkMode,
    reasons: &KvList,
    extensions: &KvList,
) -> LineWriter<'b> {
    let mode = (work_mode != WorkMode::Unknown).then(|| work_mode.name());
    line.str("thisDN", this_dn)
        .opt_str("thisQueue", this_queue.map(|queue| queue.as_ref()))
        .opt_str("agentWorkMode", mode)
        .opt_kv_list("reasons", reasons)
        .opt_kv_list("extensions", extensions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_link::{Digits, Value};

    fn line(request: &Request) -> String {
        let mut out = BytesMut::new();
        super::request(&mut out, request, 7);
        String::from_utf8(out.to_vec()).unwrap()
    }

    #[test]
    fn absent_attributes_are_left_out() {
        let login = |queue: Option<&str>, password: Option<&str>| Request::AgentLogin {
            this_dn: "5002".into(),
            this_queue: queue.map(Dn::from),
            agent_id: "12".into(),
            password: password.map(|text| text.to_owned().into()),
        };
        assert_eq!(
            line(&login(Some("8000"), Some("\"x\""))),
            "{\"messageName\":\"RequestAgentLogin\",\"referenceID\":7,\"thisDN\":\"5002\",\"thisQueue\":\"8000\",\
             \"agentID\":\"12\",\"password\":\"\\\"x\\\"\"}\n"
        );
        assert!(!line(&login(None, None)).contains("thisQueue"));
    }

    #[test]
    fn a_change_of_user_data_names_one_pair() {
        let line = |change| {
            let action = CallAction::UserData(change);
            line(&Request::Call { this_dn: "5002".into(), conn_id: ConnId(0x1f), action })
        };
        let head = "\"referenceID\":7,\"thisDN\":\"5002\",\"connID\":\"000000000000001f\"";
        for (change, expected) in [
            (
                UserDataChange::Attach("Order".into(), Value::Str("\"4711\"".into())),
                format!(
                    "{{\"messageName\":\"RequestAttachUserData\",{head},\"userData\":[{{\"key\":\"Order\",\
                     \"type\":\"str\",\"value\":\"\\\"4711\\\"\"}}]}}\n"
                ),
            ),
            (
                UserDataChange::update("Order", Value::Int(4711)),
                format!(
                    "{{\"messageName\":\"RequestUpdateUserData\",{head},\"userData\":[{{\"key\":\"Order\",\
                     \"type\":\"int\",\"value\":4711}}]}}\n"
                ),
            ),
            (
                UserDataChange::DeletePair("Order".into()),
                format!("{{\"messageName\":\"RequestDeletePair\",{head},\"key\":\"Order\"}}\n"),
            ),
        ] {
            assert_eq!(line(change), expected);
        }
    }

    #[test]
    fn a_transfer_names_its_target() {
        let action = CallAction::SingleStepTransfer("5003".into());
        let request = Request::Call { this_dn: "5002".into(), conn_id: ConnId(0x1f), action };
        assert_eq!(
            line(&request),
            "{\"messageName\":\"RequestSingleStepTransfer\",\"referenceID\":7,\"thisDN\":\"5002\",\
             \"connID\":\"000000000000001f\",\"otherDN\":\"5003\"}\n"
        );
    }

    #[test]
    fn each_call_request_names_what_it_is_about() {
        let (one, other) = (ConnId(1), ConnId(2));
        let to = || Dn::from("5003");
        for (action, name, rest) in [
            (CallAction::InitiateTransfer(to()), "InitiateTransfer", r#""connID":"0000000000000001","otherDN":"5003""#),
            (CallAction::Redirect(to()), "RedirectCall", r#""connID":"0000000000000001","otherDN":"5003""#),
            (
                CallAction::CompleteTransfer(other),
                "CompleteTransfer",
                r#""connID":"0000000000000002","transferConnID":"0000000000000001""#,
            ),
            (
                CallAction::CompleteConference(other),
                "CompleteConference",
                r#""connID":"0000000000000002","conferenceConnID":"0000000000000001""#,
            ),
            (
                CallAction::Alternate(other),
                "AlternateCall",
                r#""connID":"0000000000000001","previousConnID":"0000000000000002""#,
            ),
            (
                CallAction::SendDtmf(Digits::new("12#").unwrap()),
                "SendDTMF",
                r#""connID":"0000000000000001","dTMFDigits":"12#""#,
            ),
            (CallAction::MuteOn, "SetMuteOn", r#""connID":"0000000000000001""#),
        ] {
            let found = line(&Request::Call { this_dn: "5002".into(), conn_id: one, action });
            let wanted =
                format!("{{\"messageName\":\"Request{name}\",\"referenceID\":7,\"thisDN\":\"5002\",{rest}}}\n");
            assert_eq!(found, wanted);
        }
    }
}
