//! Requests that came over connections of the Front Ends' own making, on their way to the account they are for.

use crate::endpoint::Order;
use std::collections::HashMap;
use tokio::sync::mpsc;
use uc_sip::{
    message::{Limits, Message},
    site::{Incoming, Listener, address},
};

/// Messages that wait for the accounts.
const QUEUE: usize = 256;

/// Serves until the instance ends. `accounts`: by the keys of address and GRUU.
///
/// # Errors
/// Those of [`Listener::serve`].
pub(crate) async fn serve(
    listener: Listener,
    accounts: HashMap<String, mpsc::Sender<Order>>,
    limits: Limits,
) -> Result<(), String> {
    let (sender, mut receiver) = mpsc::channel::<Incoming>(QUEUE);
    let route = async {
        while let Some(incoming) = receiver.recv().await {
            match owner(&incoming.message, &accounts) {
                // It fails only while the instance ends.
                Some(account) => drop(account.send(Order::Incoming(Box::new(incoming))).await),
                None => incoming.refuse(404, "Not Found"),
            }
        }
    };
    tokio::join!(listener.serve(sender, limits), route).0
}

/// Who To names, or else the Request-URI.
fn owner<'a>(message: &Message, accounts: &'a HashMap<String, mpsc::Sender<Order>>) -> Option<&'a mpsc::Sender<Order>> {
    let to = message.to().map(|to| to.uri);
    let uris = to.into_iter().chain(message.request_uri());
    uris.filter_map(address::key).find_map(|key| accounts.get(&*key))
}
