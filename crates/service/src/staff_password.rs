//! Passwords of the staff: the rules of voters, and hashes that cost more, since the staff are few and what they reach is worth more.

use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use isoloir_domain::StaffMember;
use rand_core::Rng as _;

use crate::hashing::Turn;
use crate::password::{PasswordRule, broken_rules_of, normal};
use crate::{Fault, VotingServer};

/// The rules that `password` breaks, for this person.
pub(crate) fn broken_rules_of_staff(password: &str, member: &StaffMember) -> Vec<PasswordRule> {
    broken_rules_of(password, &[&member.name, &member.email], &[])
}

/// 64 MiB, 3 passes, 1 lane: RFC 9106's second choice with one lane.
fn argon2() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(64 * 1024, 3, 1, None).map_err(|_| Fault::Damaged("the password parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hash of no password: what an unknown address is checked against, so that it takes as long as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=65536,t=3,p=1$aXNvbG9pci9ub2JvZHkvdjE$4Ca8Vj1cGkWqG6q4xVnbqkKJkwBFXGk4wTnJ0Yv5lxs";

impl VotingServer {
    /// Hashes a password of the staff with a fresh salt.
    pub(crate) async fn hash_staff_password(&self, password: &str) -> Result<String, Fault> {
        let password = normal(password);
        let mut salt = [0; 16];
        self.rng().fill_bytes(&mut salt);
        let work = move || {
            let hash = argon2()?.hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string())
                .map_err(|_| Fault::Damaged("a password's hash"))
        };
        self.inner.hashing.run(self.inner.hashing.turn()?, work).await
    }

    /// Whether the password is that of `hash`; `None` (nobody) takes as long and is false. The hash says what it costs.
    pub(crate) async fn check_staff_password(
        &self,
        turn: Turn,
        password: &str,
        hash: Option<String>,
    ) -> Result<bool, Fault> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        Ok(self.check_password(turn, password, Some(hash)).await? && known)
    }
}
