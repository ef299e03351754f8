//! A signed-in browser, which opens pages.

use super::{Answer, Http, Page, page::NeverCame};
use std::io;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{self, client::IntoClientRequest, handshake::client::Request, protocol::WebSocketConfig},
};
use uc_connector::wire::Stream;

/// A page did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Sign-in was refused.
    #[error("sign-in was refused: {0}")]
    SignIn(#[from] Answer),
    /// The page was refused, with this status.
    #[error("the page was refused: {0}")]
    Refused(u16),
    /// No connection.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The other side speaks no WebSocket.
    #[error(transparent)]
    Socket(#[from] tungstenite::Error),
    /// No snapshot came.
    #[error(transparent)]
    NeverCame(#[from] NeverCame),
}

/// A signed-in browser.
#[derive(Clone)]
pub struct Browser {
    http: Http,
    cookie: String,
    csrf: String,
}

impl Browser {
    /// Signs in.
    ///
    /// # Errors
    /// The product's answer when it is no success.
    pub async fn sign_in(http: Http, user: &str, password: &str) -> Result<Self, Answer> {
        let body = serde_json::json!({ "user": user, "password": password }).to_string();
        let headers = ["Content-Type: application/json", &format!("Origin: {}", http.origin())];
        let asked = http.ask("POST", "/api/v1/session", &headers, &body).await;
        let answer = asked.map_err(|error| Answer::none(&error))?;
        let cookie = answer.headers.get("set-cookie").and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        let csrf = answer.json()["csrf"].as_str().map(str::to_owned);
        match (answer.status, cookie, csrf) {
            (200, Some(cookie), Some(csrf)) => Ok(Self { http, cookie, csrf }),
            _ => Err(answer),
        }
    }

    /// The same browser at another node of the installation.
    #[must_use]
    pub fn at(&self, http: Http) -> Self {
        Self { http, ..self.clone() }
    }

    /// Signs out, which ends all pages of this browser.
    ///
    /// # Errors
    /// The product's answer when it is no success.
    pub async fn sign_out(&self) -> Result<(), Answer> {
        let headers = [
            format!("Origin: {}", self.http.origin()),
            format!("Cookie: {}", self.cookie),
            format!("X-CSRF-Token: {}", self.csrf),
        ];
        let headers: Vec<_> = headers.iter().map(String::as_str).collect();
        let answer = self.http.ask("DELETE", "/api/v1/session", &headers, "").await;
        let answer = answer.map_err(|error| Answer::none(&error))?;
        if answer.status < 300 { Ok(()) } else { Err(answer) }
    }

    /// What the browser sends to open a page.
    ///
    /// # Errors
    /// [`OpenError::Socket`], never in practice.
    pub fn request(&self) -> Result<Request, OpenError> {
        let origin = self.http.origin();
        let mut request = format!("{}/api/v1/pages", origin.replacen("http", "ws", 1)).into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("origin", origin.parse().map_err(tungstenite::Error::from)?);
        headers.insert("cookie", self.cookie.parse().map_err(tungstenite::Error::from)?);
        Ok(request)
    }

    /// Opens a page, and waits for its first snapshot.
    ///
    /// # Errors
    /// Any [`OpenError`].
    pub async fn open(&self) -> Result<Page, OpenError> {
        let mut page = Page::new(self.socket(self.request()?).await?);
        page.shows("its first snapshot", |_| true).await?;
        Ok(page)
    }

    /// Opens the page of a UC client's extension window, and waits for its first snapshot.
    ///
    /// # Errors
    /// Any [`OpenError`].
    pub async fn open_extension(&self) -> Result<Page, OpenError> {
        let mut request = self.request()?;
        let address = format!("{}?window=extension", request.uri());
        *request.uri_mut() = address.parse().map_err(tungstenite::Error::from)?;
        let mut page = Page::new(self.socket(request).await?);
        page.shows("its first snapshot", |_| true).await?;
        Ok(page)
    }

    /// Opens a page with any request.
    ///
    /// # Errors
    /// Any [`OpenError`] but [`OpenError::NeverCame`].
    pub async fn socket(&self, request: Request) -> Result<WebSocketStream<Stream>, OpenError> {
        // Frames are short; a thousand pages with the usual 128 KiB each are none.
        let small = WebSocketConfig::default().read_buffer_size(4096);
        let stream = self.http.connect().await?;
        match tokio_tungstenite::client_async_with_config(request, stream, Some(small)).await {
            Ok((socket, _)) => Ok(socket),
            Err(tungstenite::Error::Http(response)) => Err(OpenError::Refused(response.status().as_u16())),
            Err(error) => Err(error.into()),
        }
    }
}
