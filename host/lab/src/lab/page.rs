//! An open page, as a WebSocket client. It reads only while the story waits for something.

use super::Picture;
use crate::PATIENCE;
use futures_util::{SinkExt, StreamExt};
use std::sync::Arc;
use tokio::time::timeout;
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};
use uc_connector::{
    web::message::{Call, CallButton, ChatDeed, ClientFrame, Preview, ServerFrame, StateKind},
    wire::Stream,
};

/// The page waited in vain.
#[derive(thiserror::Error)]
#[error("the page waited in vain for {wanted}; close code {closed:?}; it shows {shows}")]
pub struct NeverCame {
    wanted: String,
    closed: Option<u16>,
    shows: String,
}

/// Tests unwrap it: what they print should be read by people.
impl std::fmt::Debug for NeverCame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// An open page.
pub struct Page {
    socket: WebSocketStream<Stream>,
    picture: Option<Picture>,
    closed: Option<u16>,
}

impl Page {
    pub(super) fn new(socket: WebSocketStream<Stream>) -> Self {
        Self { socket, picture: None, closed: None }
    }

    /// The next frame; none: the page is closed.
    pub async fn next(&mut self) -> Option<ServerFrame> {
        while self.closed.is_none() {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    let frame: ServerFrame = serde_json::from_str(&text).ok()?;
                    self.fold(frame.clone());
                    let lacks = self.picture.as_mut().map(Picture::lacks).unwrap_or_default();
                    for ask in &lacks {
                        self.send(ask).await;
                    }
                    return Some(frame);
                }
                Some(Ok(Message::Close(why))) => self.closed = Some(why.map_or(1005, |why| why.code.into())),
                Some(Ok(_)) => {}
                // RFC 6455, 7.1.5: no close frame came.
                Some(Err(_)) | None => self.closed = Some(1006),
            }
        }
        None
    }

    fn fold(&mut self, frame: ServerFrame) {
        match (&mut self.picture, frame) {
            (Some(picture), frame) => picture.fold(frame),
            (none, ServerFrame::Snapshot(snapshot)) => *none = Some(Picture::new(*snapshot)),
            _ => {}
        }
    }

    /// Waits for a frame that has not been waited past.
    ///
    /// # Errors
    /// [`NeverCame`].
    pub async fn wait_for(
        &mut self,
        wanted: &str,
        fits: impl Fn(&ServerFrame) -> bool,
    ) -> Result<ServerFrame, NeverCame> {
        let search = async {
            loop {
                match self.next().await {
                    Some(frame) if fits(&frame) => return Some(frame),
                    Some(_) => {}
                    None => return None,
                }
            }
        };
        match timeout(PATIENCE, search).await {
            Ok(Some(frame)) => Ok(frame),
            _ => Err(self.in_vain(wanted)),
        }
    }

    /// Waits until the page shows this.
    ///
    /// # Errors
    /// [`NeverCame`].
    pub async fn shows(&mut self, wanted: &str, fits: impl Fn(&Picture) -> bool) -> Result<Picture, NeverCame> {
        let search = async {
            loop {
                if let Some(picture) = self.picture.as_ref().filter(|picture| fits(picture)) {
                    return Some(picture.clone());
                }
                self.next().await?;
            }
        };
        match timeout(PATIENCE, search).await {
            Ok(Some(picture)) => Ok(picture),
            _ => Err(self.in_vain(wanted)),
        }
    }

    /// Waits until the status indicator shows this kind of state.
    ///
    /// # Errors
    /// [`NeverCame`].
    pub async fn is(&mut self, kind: StateKind) -> Result<Picture, NeverCame> {
        self.shows(&format!("{kind:?}"), |picture| picture.kind() == kind).await
    }

    /// Waits until a preview is open: the oldest one.
    ///
    /// # Errors
    /// [`NeverCame`].
    pub async fn previewed(&mut self) -> Result<Preview, NeverCame> {
        let picture = self.shows("a preview", |picture| picture.preview().is_some()).await?;
        picture.preview().cloned().ok_or_else(|| self.in_vain("a preview"))
    }

    /// Waits until the page is closed; the close code.
    ///
    /// # Errors
    /// [`NeverCame`].
    pub async fn closed(&mut self) -> Result<u16, NeverCame> {
        let end = timeout(PATIENCE, async { while self.next().await.is_some() {} }).await;
        end.ok().and(self.closed).ok_or_else(|| self.in_vain("its end"))
    }

    /// What the page shows now.
    pub fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }

    /// Sends a frame. One that does not get through shows when the page waits for its effect.
    pub async fn send(&mut self, frame: &ClientFrame) {
        self.send_text(serde_json::to_string(frame).unwrap_or_default()).await;
    }

    /// Sends any text.
    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.send_message(Message::text(text.into())).await;
    }

    /// Sends any message.
    pub async fn send_message(&mut self, message: Message) {
        // A page that was closed meanwhile has the reason still to read.
        let _ = self.socket.send(message).await;
    }

    /// Chooses a state from the menu.
    pub async fn choose(&mut self, state: &str) {
        self.send(&ClientFrame::Choose { state: state.into() }).await;
    }

    /// Accepts or declines.
    pub async fn answer(&mut self, preview: u64, accept: bool) {
        let mut open = self.picture.iter().flat_map(|picture| &picture.now.previews);
        let redirect = open.find(|open| open.id == preview).and_then(|open| open.redirect.clone());
        self.send(&ClientFrame::PreviewAnswer { id: preview, accept, redirect }).await;
    }

    /// Presses a button of the oldest call, when there is one.
    pub async fn press(&mut self, button: CallButton, to: Option<&str>) {
        let call = self.picture.as_ref().and_then(|picture| picture.call().cloned());
        self.press_of(call, button, to, None).await;
    }

    /// Passes the oldest call on with a note, when there is one.
    pub async fn pass_on(&mut self, button: CallButton, to: &str, note: &str) {
        let call = self.picture.as_ref().and_then(|picture| picture.call().cloned());
        self.press_of(call, button, Some(to), Some(note)).await;
    }

    /// Looks for somebody.
    pub async fn search(&mut self, query: &str) {
        self.send(&ClientFrame::Search { query: query.into(), keep: Vec::new() }).await;
    }

    /// Presses a button of the consult call, when there is one.
    pub async fn press_consult(&mut self, button: CallButton) {
        let call = self.picture.as_ref().and_then(|picture| picture.consult().cloned());
        self.press_of(call, button, None, None).await;
    }

    async fn press_of(&mut self, call: Option<Call>, button: CallButton, to: Option<&str>, note: Option<&str>) {
        let Some(Call { conn_id, dn, state, .. }) = call else { return };
        let (to, note) = (to.map(Arc::from), note.map(Arc::from));
        self.send(&ClientFrame::Call { button, conn_id, dn, state, to, note }).await;
    }

    /// Does something in the oldest chat, when there is one.
    pub async fn chat(&mut self, deed: ChatDeed) {
        let chat = self.picture.as_ref().and_then(|picture| picture.chat().cloned());
        if let Some(chat) = chat {
            self.send(&ClientFrame::Chat { conn_id: chat.conn_id, dn: chat.dn, deed }).await;
        }
    }

    /// Makes a call.
    pub async fn dial(&mut self, dn: &str, to: &str) {
        self.send(&ClientFrame::Dial { dn: dn.into(), to: to.into() }).await;
    }

    /// Changes a pair of the oldest call, when there is one: from what the page shows, to a value or none.
    pub async fn change(&mut self, key: &str, value: Option<&str>) {
        let call = self.picture.as_ref().and_then(|picture| picture.call().cloned());
        if let Some(call) = call {
            let was = call.data.iter().find(|pair| &*pair.key == key).map(|pair| pair.value.clone());
            let (key, value) = (key.into(), value.map(Arc::from));
            self.send(&ClientFrame::UserData { conn_id: call.conn_id, dn: call.dn, key, was, value }).await;
        }
    }

    /// Says of the first call or preview that it is asked of what came of it.
    pub async fn say(&mut self, code: Option<&str>, note: Option<&str>) {
        let asked = self.picture.as_ref().and_then(|picture| picture.now.outcomes.first().cloned());
        if let Some(asked) = asked {
            let (code, note) = (code.map(Arc::from), note.map(Arc::from));
            self.send(&ClientFrame::Outcome { id: asked.id, conn_id: asked.conn_id, code, note }).await;
        }
    }

    fn in_vain(&self, wanted: &str) -> NeverCame {
        NeverCame {
            wanted: wanted.to_owned(),
            closed: self.closed,
            shows: self.picture.as_ref().map_or("nothing".into(), Picture::to_string),
        }
    }
}
