//! How often somebody may try to sign in, by address and by user name (GCRA, in bounded memory).

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};
use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

/// Limits are kept per bucket, not per key: whoever invents a million names or addresses fills no memory. The hash
/// is seeded, so nobody can aim at another one's bucket.
type Bucket = u16;

/// Sign-in attempts.
pub(super) struct Rates {
    seed: RandomState,
    users: DefaultKeyedRateLimiter<Bucket>,
    addresses: DefaultKeyedRateLimiter<Bucket>,
}

impl Rates {
    /// Attempts a minute, by user and by address; as many may come at once.
    pub(super) fn new(per_user: NonZeroU32, per_address: NonZeroU32) -> Self {
        Self {
            seed: RandomState::new(),
            users: RateLimiter::keyed(Quota::per_minute(per_user)),
            addresses: RateLimiter::keyed(Quota::per_minute(per_address)),
        }
    }

    /// One attempt for a user name. `Err`: seconds to wait.
    pub(super) fn user(&self, user: &str) -> Result<(), u64> {
        self.take(&self.users, user)
    }

    /// One attempt from an address. `Err`: seconds to wait.
    pub(super) fn address(&self, address: IpAddr) -> Result<(), u64> {
        self.take(&self.addresses, network(address))
    }

    /// Forgets buckets that are full again.
    pub(super) fn sweep(&self) {
        self.users.retain_recent();
        self.addresses.retain_recent();
    }

    fn take(&self, limiter: &DefaultKeyedRateLimiter<Bucket>, key: impl Hash) -> Result<(), u64> {
        let bucket = (self.seed.hash_one(key) & u64::from(Bucket::MAX)) as Bucket;
        limiter.check_key(&bucket).map_err(|until| until.wait_time_from(limiter.clock().now()).as_secs() + 1)
    }
}

/// One subscriber has a whole IPv6 /64.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(number: u32) -> NonZeroU32 {
        NonZeroU32::new(number).unwrap()
    }

    #[test]
    fn a_user_is_held_back_alone() {
        let rates = Rates::new(limits(2), limits(100));
        assert!(rates.user("kim").is_ok() && rates.user("kim").is_ok());
        let wait = rates.user("kim").unwrap_err();
        assert!((1..=31).contains(&wait), "{wait}");
        assert!(rates.user("robin").is_ok());
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        let rates = Rates::new(limits(1), limits(1));
        assert!(rates.address("2001:db8::1".parse().unwrap()).is_ok());
        assert!(rates.address("2001:db8::ffff:2".parse().unwrap()).is_err());
        assert!(rates.address("::ffff:10.0.0.1".parse().unwrap()).is_ok());
        assert!(rates.address("10.0.0.1".parse().unwrap()).is_err(), "the same address, mapped");
    }
}
