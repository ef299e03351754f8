//! A strategy that calls the preview service over HTTP. Blocking: for the command line.

use serde_json::Value as Json;
use std::{fs, io, path::Path, time::Duration};
use uc_connector::{
    routing::{
        fields::{DecodeError, Fields},
        message::Outcome,
        preview_request::PreviewRequest,
        preview_result,
    },
    wire::Members,
};
use ureq::{
    Agent, Body,
    http::Response,
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

const CONNECT: Duration = Duration::from_secs(10);
const PREVIEWS: &str = "/api/v1/previews";

/// A preview brought no outcome.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The token file or the certificate file.
    #[error("{path}: {cause}")]
    File {
        /// Which file.
        path: String,
        /// What is wrong.
        cause: io::Error,
    },
    /// No connection, TLS refused, or it broke.
    #[error("{0}")]
    Transport(#[from] ureq::Error),
    /// The host refused the call.
    #[error("refused: {status} {detail}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The problem's own words.
        detail: String,
    },
    /// The answer is no preview: something else lives at this address.
    #[error("the answer is no preview: {0}")]
    Answer(#[from] DecodeError),
}

/// The preview service at one address.
#[derive(Debug)]
pub struct HttpUrs {
    agent: Agent,
    base: String,
    authorization: Option<String>,
}

impl HttpUrs {
    /// `base` is the host's address, such as `https://ucc.example`; the token is the first line of its file that is no
    /// comment; `ca` holds the authorities to trust instead of the public ones, PEM.
    ///
    /// # Errors
    /// [`HttpError::File`].
    pub fn new(base: &str, token_file: Option<&Path>, ca: Option<&Path>) -> Result<Self, HttpError> {
        let tls = match ca {
            Some(path) => TlsConfig::builder().root_certs(authorities(&read(path)?)).build(),
            None => TlsConfig::default(),
        };
        let config = Agent::config_builder().http_status_as_error(false).timeout_connect(Some(CONNECT)).tls_config(tls);
        let base = base.trim_end_matches('/').trim_end_matches(PREVIEWS).to_owned();
        let tokens = token_file.map(read).transpose()?;
        let token = tokens
            .iter()
            .flat_map(|text| text.lines())
            .map(str::trim)
            .find(|line| !line.is_empty() && !line.starts_with('#'));
        Ok(Self {
            agent: config.build().new_agent(),
            base,
            authorization: token.map(|token| format!("Bearer {token}")),
        })
    }

    /// Asks and waits for the outcome; with `hang_up_after`, the customer waits only so long.
    ///
    /// # Errors
    /// Any [`HttpError`].
    pub fn preview(&self, request: &PreviewRequest, hang_up_after: Option<Duration>) -> Result<Outcome, HttpError> {
        let wait = hang_up_after.map_or("true".to_owned(), |time| time.as_secs().to_string());
        let post = self.agent.post(format!("{}{PREVIEWS}?wait={wait}", self.base));
        let post = post.header("authorization", self.authorization.as_deref().unwrap_or_default());
        let answer = body(post.content_type("application/json").send(request.encode(None).to_string())?)?;
        if answer["status"] != "pending" {
            return outcome(&answer);
        }
        let id = answer["id"].as_str().unwrap_or_default();
        let delete = self.agent.delete(format!("{}{PREVIEWS}/{id}?status=caller-gone", self.base));
        let delete = delete.header("authorization", self.authorization.as_deref().unwrap_or_default());
        let answer = body(delete.call()?)?;
        outcome(&answer)
    }
}

fn read(path: &Path) -> Result<String, HttpError> {
    fs::read_to_string(path).map_err(|cause| HttpError::File { path: path.display().to_string(), cause })
}

fn authorities(pem: &str) -> RootCerts {
    let items = parse_pem(pem.as_bytes()).filter_map(Result::ok);
    items
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect::<Vec<Certificate<'static>>>()
        .into()
}

fn outcome(answer: &Json) -> Result<Outcome, HttpError> {
    let text = answer.to_string();
    let members = Members::parse(&text).map_err(|_| DecodeError::NotAnObject)?;
    Ok(preview_result::decode_outcome(&Fields::of(&members))?)
}

fn body(mut response: Response<Body>) -> Result<Json, HttpError> {
    let text = response.body_mut().read_to_string()?;
    let json = serde_json::from_str::<Json>(&text).unwrap_or(Json::Null);
    let status = response.status().as_u16();
    match response.status().is_success() {
        true => Ok(json),
        false => Err(HttpError::Refused { status, detail: json["detail"].as_str().unwrap_or_default().to_owned() }),
    }
}
