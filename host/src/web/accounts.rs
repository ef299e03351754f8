//! Who may sign in, and with which password. Built from the directory by the wiring and swapped whole.

use argon2::{
    Algorithm, Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng},
};
use foldhash::fast::RandomState as Quick;
use std::{collections::HashMap, sync::Arc};

/// What a signed-in person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Roles {
    /// Opens pages: chooses states, answers previews.
    pub worker: bool,
    /// Operates the service.
    pub admin: bool,
}

/// One person who may sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The worker: key of the directory.
    pub worker: Arc<str>,
    /// None: only an invitation signs in.
    pub hash: Option<Hash>,
    /// Display name.
    pub name: Arc<str>,
    /// Language (BCP 47); empty: the browser's.
    pub language: Arc<str>,
    /// What this person may do.
    pub roles: Roles,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("worker", &self.worker).field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// A password hash that can be used for sign-in, in PHC form: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`.
#[derive(Clone, PartialEq, Eq)]
pub struct Hash(Arc<str>);

impl Hash {
    /// In PHC form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Arc<str>> for Hash {
    type Error = BadHash;

    fn try_from(text: Arc<str>) -> Result<Self, BadHash> {
        check_hash(&text).map(|()| Self(text))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Why a password hash in the directory cannot be used: the operator's to mend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHash {
    /// Not in PHC form.
    #[error("is no password hash; make one with `uc-connector hash-password`")]
    Unreadable,
    /// Another algorithm.
    #[error("is no argon2id hash; make one with `uc-connector hash-password`")]
    Algorithm,
    /// So costly that checking it would let anybody stall the service.
    #[error("costs too much to check: at most m=262144 (KiB), t=10, p=8")]
    TooCostly,
}

/// Checked by everybody whose name is unknown, so that time does not tell names apart. Parameters of
/// [`hash_password`]; nobody knows a password for it.
pub(super) const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$DLgwr4rGrT3XJ0B4Tt7Zyw$1XxIqBOEOhGLmJZlCKDAOpLzY7d7TLkg8AyHyUtdxQU";

/// Everybody who may sign in, by user name (case counts).
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    by_user: HashMap<Arc<str>, Arc<Account>, Quick>,
    decoy: Option<Hash>,
}

impl Accounts {
    /// Nobody yet, with room for so many.
    pub fn with_capacity(count: usize) -> Self {
        Self { by_user: HashMap::with_capacity_and_hasher(count, Quick::default()), decoy: None }
    }

    /// Adds or replaces one person.
    pub fn insert(&mut self, user: Arc<str>, account: Account) {
        // The site's own hashes may cost more or less than ours: the first one sets the price for unknown names.
        if self.decoy.is_none() {
            self.decoy.clone_from(&account.hash);
        }
        self.by_user.insert(user, Arc::new(account));
    }

    /// By user name.
    pub fn get(&self, user: &str) -> Option<&Arc<Account>> {
        self.by_user.get(user)
    }

    /// By the worker's key, with the user name that the worker signs in with.
    pub(super) fn of_worker(&self, worker: &str) -> Option<(Arc<str>, Arc<Account>)> {
        let exact = self.by_user.get_key_value(worker).filter(|(_, account)| &*account.worker == worker);
        let found = exact.or_else(|| self.by_user.iter().find(|(_, account)| &*account.worker == worker));
        found.filter(|(_, account)| account.roles.worker).map(|(user, account)| (user.clone(), account.clone()))
    }

    /// How many have a password; the others are signed in by invitations alone.
    pub fn with_password(&self) -> usize {
        self.by_user.values().filter(|account| account.hash.is_some()).count()
    }

    /// Checks a password; slow on purpose, so never call it on a thread that serves others. An unknown user, or one
    /// without password, costs what any other costs.
    pub fn verify(&self, user: &str, password: &[u8]) -> Option<Arc<Account>> {
        let account = self.by_user.get(user).filter(|account| account.hash.is_some());
        let own = account.and_then(|account| account.hash.as_ref());
        let hash = own.or(self.decoy.as_ref()).map_or(DECOY, Hash::as_str);
        let parsed = PasswordHash::new(hash).ok()?;
        let right = Argon2::default().verify_password(password, &parsed).is_ok();
        account.filter(|_| right).cloned()
    }
}

/// Hash of a new password for the directory: argon2id, 19 MiB, two passes (OWASP's minimum), in PHC form.
/// Fails only when the system has no randomness or memory.
pub fn hash_password(password: &[u8]) -> Result<Hash, argon2::password_hash::Error> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(Hash(Argon2::default().hash_password(password, &salt)?.to_string().into()))
}

fn check_hash(hash: &str) -> Result<(), BadHash> {
    let parsed = PasswordHash::new(hash).map_err(|_| BadHash::Unreadable)?;
    if parsed.algorithm != Algorithm::Argon2id.ident() || parsed.hash.is_none() || parsed.salt.is_none() {
        return Err(BadHash::Algorithm);
    }
    let params = argon2::Params::try_from(&parsed).map_err(|_| BadHash::Unreadable)?;
    if params.m_cost() > 256 * 1024 || params.t_cost() > 10 || params.p_cost() > 8 {
        return Err(BadHash::TooCostly);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(hash: &str) -> Account {
        Account {
            worker: "kim".into(),
            hash: Some(Arc::<str>::from(hash).try_into().unwrap()),
            name: "Kim".into(),
            language: "".into(),
            roles: Roles { worker: true, admin: false },
        }
    }

    #[test]
    fn only_the_right_password_of_a_known_user_counts() {
        let mut accounts = Accounts::default();
        accounts.insert("kim".into(), account(hash_password(b"secret").unwrap().as_str()));
        assert_eq!(accounts.verify("kim", b"secret").unwrap().worker.as_ref(), "kim");
        assert!(accounts.verify("kim", b"Secret").is_none());
        assert!(accounts.verify("robin", b"secret").is_none(), "the decoy's own password opens nothing");
        let invited = Account { worker: "lee".into(), hash: None, ..account(DECOY) };
        accounts.insert("lee".into(), invited);
        assert!(accounts.verify("lee", b"secret").is_none(), "nor does it open who has none");
        assert!(accounts.verify("lee", b"").is_none());
        assert!(accounts.of_worker("lee").is_some(), "an invitation does");
    }

    #[test]
    fn unusable_hashes_are_refused() {
        let dear =
            "$argon2id$v=19$m=4194304,t=2,p=1$DLgwr4rGrT3XJ0B4Tt7Zyw$1XxIqBOEOhGLmJZlCKDAOpLzY7d7TLkg8AyHyUtdxQU";
        let argon2i = DECOY.replace("argon2id", "argon2i");
        assert_eq!(check_hash("secret"), Err(BadHash::Unreadable));
        assert_eq!(check_hash(&argon2i), Err(BadHash::Algorithm));
        assert_eq!(check_hash(dear), Err(BadHash::TooCostly));
        assert_eq!(check_hash(DECOY), Ok(()));
    }

    #[test]
    fn hashes_stay_out_of_debug_output() {
        assert!(!format!("{:?}", account(DECOY)).contains("argon2id"));
    }
}
