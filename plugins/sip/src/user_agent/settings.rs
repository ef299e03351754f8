//! Who a user agent is and what has happened to it.

use super::SubscriptionId;
use crate::auth::{Credentials, Distrust, SignInError};
use crate::message::Message;
use crate::silence::Patience;
use crate::transaction::TransactionId;
use crate::{registration, subscription};
use std::time::Duration;

/// One endpoint of one user.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address of record, domain, epid.
    pub registration: registration::Settings,
    /// How it signs in.
    pub credentials: Credentials,
    /// Whether it registers. A trusted application endpoint need not.
    pub registers: bool,
    /// Contact URI of an endpoint that does not register: its GRUU, or `sip:host:port;transport=tls`.
    pub contact: Option<String>,
    /// `host:port` in Via and in a registering Contact, where a trusted application is reached; none: our end of the
    /// connection.
    pub sent_by: Option<String>,
    /// User-Agent field.
    pub product: String,
    /// The security association is made anew after that time: 8 hours at most, less five minutes (MS-SIPAE).
    pub association_life: Duration,
    /// How a silent server is noticed; none: whoever owns the connection watches it for all its endpoints.
    pub patience: Option<Patience>,
}

/// What has happened.
#[derive(Debug)]
pub enum Event {
    /// The registration changed.
    Registration(registration::Event),
    /// Signing in failed: do not repeat it without a change of configuration.
    SignIn(SignInError),
    /// A subscription has something to say.
    Subscription(SubscriptionId, subscription::Event),
    /// The final answer to a request of [`super::UserAgent::request`].
    Response(TransactionId, Message),
    /// That request got no answer: time is over, or the connection is gone.
    NoResponse(TransactionId),
    /// A request outside subscriptions: answer it with [`super::UserAgent::reply`], unless it is an ACK.
    Request(Message),
    /// Drop the connection: somebody tampers with it, or the server forgot us.
    Drop(Distrust),
    /// Drop the connection: the server says nothing any more, not even to OPTIONS.
    Silent(Patience),
}
