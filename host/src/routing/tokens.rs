//! Bearer tokens of the HTTP service: read from a file, re-read while running, compared in constant time.

use crate::{
    secret,
    tasks::{NoThread, aside},
};
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use subtle::{Choice, ConstantTimeEq};
use tokio::sync::watch;

/// Shortest token taken: 20 characters of base64 are 120 bits, beyond guessing.
const SHORTEST: usize = 20;
/// How soon a changed file is noticed.
const REREAD: Duration = Duration::from_secs(2);

type Digests = Arc<[[u8; 32]]>;

/// The file holds no usable tokens. The operator's fault; never says what is in it.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// Cannot be read, is empty, or too large to be a list of tokens.
    #[error("api-token-file {path}: {why}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It could not be read for now.
    #[error(transparent)]
    NoThread(#[from] NoThread),
    /// A token is too short to be safe.
    #[error(
        "api-token-file {path}: the token in line {line} has fewer than {SHORTEST} characters; make one with `openssl rand -base64 32`"
    )]
    TooShort {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// A token has a sign that no request can carry.
    #[error("api-token-file {path}: the token in line {line} {why}")]
    CannotBeSent {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// Which sign, by its place.
        why: String,
    },
    /// Nothing but comments.
    #[error("api-token-file {0}: no token in it; make one with `openssl rand -base64 32`")]
    Empty(PathBuf),
}

/// The tokens as of now. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tokens(watch::Receiver<Digests>);

/// The file they were read from, to be followed.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    tokens: watch::Sender<Digests>,
}

impl Tokens {
    /// Reads the file. What it says later is known only while [`TokenFile::follow`] runs.
    ///
    /// # Errors
    /// Any [`TokenFileError`].
    pub fn read(path: &Path) -> Result<(Self, TokenFile), TokenFileError> {
        let (sender, receiver) = watch::channel(read(path)?);
        Ok((Self(receiver), TokenFile { path: path.to_owned(), tokens: sender }))
    }

    /// Whether `token` is one of them. Takes the same time for every token of the same length.
    pub fn allow(&self, token: &str) -> bool {
        let digest = digest(token);
        let found = self.0.borrow().iter().fold(Choice::from(0), |found, known| found | known.ct_eq(&digest));
        found.into()
    }
}

impl TokenFile {
    /// Reads the file again every two seconds, until nobody holds the tokens any more; a file that becomes unusable
    /// leaves the last tokens in force.
    pub async fn follow(self) {
        let mut broken = false;
        loop {
            tokio::select! {
                () = self.tokens.closed() => return,
                () = tokio::time::sleep(REREAD) => {}
            }
            let file = self.path.clone();
            let now = aside("api-tokens", move || read(&file)).await.unwrap_or_else(|error| Err(error.into()));
            if let Err(fault) = &now
                && !broken
            {
                tracing::error!(%fault, "api tokens not reloaded, the last ones stay in force");
                metrics::counter!("uc_routing_token_reload_failures_total").increment(1);
            }
            broken = now.is_err();
            if now.is_ok_and(|digests| self.take_over(digests)) {
                tracing::info!(path = %self.path.display(), "api tokens reloaded");
            }
        }
    }

    /// True: they are others than before.
    fn take_over(&self, digests: Digests) -> bool {
        self.tokens.send_if_modified(|known| {
            let changed = *known != digests;
            *known = digests;
            changed
        })
    }
}

fn read(path: &Path) -> Result<Digests, TokenFileError> {
    let text = secret::read(path).map_err(|why| TokenFileError::Unreadable { path: path.to_owned(), why })?;
    parse(&text, path)
}

/// One token a line; blank lines and those that begin with `#` are skipped.
fn parse(text: &str, path: &Path) -> Result<Digests, TokenFileError> {
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let digests = lines.map(|(index, token)| match token.len() {
        ..SHORTEST => Err(TokenFileError::TooShort { path: path.to_owned(), line: index + 1 }),
        _ => match secret::can_be_sent(token) {
            Ok(()) => Ok(digest(token)),
            Err(why) => Err(TokenFileError::CannotBeSent { path: path.to_owned(), line: index + 1, why }),
        },
    });
    match digests.collect::<Result<Digests, _>>()? {
        none if none.is_empty() => Err(TokenFileError::Empty(path.to_owned())),
        digests => Ok(digests),
    }
}

/// Digests have one length, so comparing them tells nothing of the length of a token either.
fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "one-token-of-good-length";
    const TWO: &str = "two-token-of-good-length";

    fn fault(text: &str) -> String {
        parse(text, Path::new("t")).unwrap_err().to_string()
    }

    #[test]
    fn bad_files_are_explained_without_their_content() {
        assert!(fault("# nothing\n\n").contains("no token"));
        assert!(fault("# c\nhunter2").contains("line 2"));
        assert!(!fault("hunter2").contains("hunter2"));
        for sign in ["\u{e4}", "\u{7f}", "\t", "\0", "\u{a0}"] {
            let why = fault(&format!("# c\n{ONE}{sign}{TWO}"));
            assert!(why.contains("line 2") && why.contains("no request can carry") && !why.contains(ONE), "{why}");
        }
        assert!(read(Path::new("/nonexistent/file")).unwrap_err().to_string().contains("/nonexistent/file"));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "x".repeat(100_000)).unwrap();
        assert!(read(file.path()).unwrap_err().to_string().contains("this is no secret"));
        std::fs::write(file.path(), format!("\u{feff}{ONE}\r\n")).unwrap();
        assert_eq!(read(file.path()).unwrap(), Digests::from([digest(ONE)]));
    }

    #[tokio::test]
    async fn follows_the_file_and_keeps_the_last_good_tokens() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("# main\n{ONE}\n")).unwrap();
        let (mut tokens, followed) = Tokens::read(file.path()).unwrap();
        tokio::spawn(followed.follow());
        assert!(tokens.allow(ONE) && !tokens.allow(TWO) && !tokens.allow(""));
        tokio::time::pause();
        std::fs::write(file.path(), format!("{ONE}\n{TWO}\n")).unwrap();
        tokens.0.changed().await.unwrap();
        assert!(tokens.allow(ONE) && tokens.allow(TWO));
        std::fs::write(file.path(), "short").unwrap();
        tokio::time::sleep(REREAD * 3).await;
        assert!(tokens.allow(TWO));
    }
}
