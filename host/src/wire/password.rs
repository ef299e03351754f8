//! A secret that travels on a link.

use std::fmt;
use zeroize::Zeroizing;

/// A password: printed as `***`, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub Zeroizing<String>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}
