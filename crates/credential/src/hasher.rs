//! Argon2id (RFC 9106): from a password to what is kept, and back to a proof.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::phc::PasswordHash,
};
use jiff::Timestamp;
use vestibule_model::StoredPassword;

use crate::{CredentialError, Password, PasswordProof, WrongPassword, random};

/// What one guess costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argon2Cost {
    /// The memory, in KiB.
    pub memory_kib: u32,
    /// How many times it is gone through.
    pub passes: u32,
    /// How many lanes it has.
    pub lanes: u32,
}

impl Argon2Cost {
    /// What the OWASP Password Storage Cheat Sheet recommends for Argon2id: 19 MiB, two passes, one lane.
    pub const OWASP: Self = Self {
        memory_kib: 19_456,
        passes: 2,
        lanes: 1,
    };

    /// As little as Argon2 takes: for tests alone.
    pub const FOR_TESTS: Self = Self {
        memory_kib: Params::MIN_M_COST,
        passes: Params::MIN_T_COST,
        lanes: Params::MIN_P_COST,
    };
}

/// Hashes passwords and compares with hashes, each at the same cost.
#[derive(Clone)]
pub struct Hasher {
    argon2: Argon2<'static>,
    cost: Argon2Cost,
    /// The hash of a password that nobody knows, for the accounts that are not there.
    nobodys: String,
}

impl Hasher {
    /// A hasher with this cost; it hashes once, which takes as long as each verification will.
    ///
    /// # Errors
    /// [`CredentialError::UnusableCost`] where Argon2 does not take the cost.
    pub fn new(cost: Argon2Cost) -> Result<Self, CredentialError> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .or(Err(CredentialError::UnusableCost))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobodys = hash(&argon2, random::bytes::<32>()?.as_slice())?;
        Ok(Self {
            argon2,
            cost,
            nobodys,
        })
    }

    /// What one guess costs.
    #[must_use]
    pub const fn cost(&self) -> Argon2Cost {
        self.cost
    }

    /// What to keep of a password: a PHC string with a salt of its own.
    ///
    /// # Errors
    /// [`CredentialError::HashFailed`], most likely for want of memory; also for a password that is longer
    /// than [`Password::choose`] lets through.
    pub fn hash(&self, password: &Password) -> Result<String, CredentialError> {
        let bytes = password.bytes().ok_or(CredentialError::HashFailed)?;
        hash(&self.argon2, bytes)
    }

    /// Compares with what is kept of the member's password.
    ///
    /// Without a password that is kept, with one that cannot be read and for one that is too long, the same
    /// work is done for nothing, so that nobody learns by the time who has an account.
    ///
    /// # Errors
    /// [`WrongPassword`].
    pub fn verify(
        &self,
        password: &Password,
        stored: Option<&StoredPassword>,
        now: Timestamp,
    ) -> Result<PasswordProof, WrongPassword> {
        let readable = stored
            .and_then(|stored| Some((stored, PasswordHash::new(&stored.hash).ok()?)))
            .filter(|(_, hash)| Params::try_from(hash).is_ok());
        let nobodys = PasswordHash::new(&self.nobodys).or(Err(WrongPassword))?;
        let against = readable.as_ref().map_or(&nobodys, |(_, hash)| hash);
        let right = self.compare(password.bytes().unwrap_or_default(), against);
        match (right, password.bytes(), readable) {
            (true, Some(_), Some((stored, _))) => Ok(PasswordProof::new(
                stored.member_id,
                stored.workspace_id,
                stored.set_at,
                now,
            )),
            _ => Err(WrongPassword),
        }
    }

    /// Whether what is kept was made at another cost than is asked for now: hash the password anew when it
    /// was right.
    #[must_use]
    pub fn needs_rehash(&self, stored: &StoredPassword) -> bool {
        let Ok(hash) = PasswordHash::new(&stored.hash) else {
            return true;
        };
        let current = Params::try_from(&hash).is_ok_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost())
                == (self.cost.memory_kib, self.cost.passes, self.cost.lanes)
        });
        !current
            || hash.algorithm.as_str() != "argon2id"
            || hash.version != Some(u32::from(Version::V0x13))
    }

    /// The one place where the time is spent; in constant time but for the cost, which the hash names.
    fn compare(&self, password: &[u8], hash: &PasswordHash) -> bool {
        #[cfg(test)]
        tests::COMPARED.with_borrow_mut(|compared| compared.push(hash.to_string()));
        self.argon2.verify_password(password, hash).is_ok()
    }
}

/// The hash that nobody knows the password of can be guessed against like any other.
impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher")
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> Result<String, CredentialError> {
    let hash = argon2
        .hash_password(password)
        .or(Err(CredentialError::HashFailed))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use vestibule_model::{MemberId, WorkspaceId};

    use super::*;

    thread_local! {
        /// What was compared with in this test.
        pub(super) static COMPARED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn cheap() -> Hasher {
        Hasher::new(Argon2Cost::FOR_TESTS).unwrap()
    }

    fn stored(hash: String) -> StoredPassword {
        StoredPassword {
            member_id: MemberId::new(now()),
            workspace_id: WorkspaceId::new(now()),
            hash,
            set_at: now() - jiff::SignedDuration::from_hours(1),
            last_used_at: None,
        }
    }

    fn compared() -> Vec<String> {
        COMPARED.with_borrow_mut(std::mem::take)
    }

    #[test]
    fn the_right_password_makes_a_proof_of_its_owner() {
        let hasher = cheap();
        let kept = stored(
            hasher
                .hash(&Password::typed("Übermäßig säuerlich"))
                .unwrap(),
        );
        let again = Password::typed("U\u{308}berma\u{308}ßig sa\u{308}uerlich");
        let proof = hasher.verify(&again, Some(&kept), now()).unwrap();
        assert_eq!(proof.member_id(), kept.member_id);
        assert_eq!(proof.workspace_id(), kept.workspace_id);
        assert_eq!((proof.set_at(), proof.at()), (kept.set_at, now()));
        for wrong in [
            "",
            "Übermäßig säuerlic",
            "übermäßig säuerlich",
            " Übermäßig säuerlich",
        ] {
            let wrong = Password::typed(wrong);
            assert_eq!(
                hasher.verify(&wrong, Some(&kept), now()),
                Err(WrongPassword)
            );
        }
    }

    #[test]
    fn who_is_not_there_costs_what_everybody_costs() {
        let hasher = cheap();
        let kept = stored(hasher.hash(&Password::typed("correct horse")).unwrap());
        let broken = stored("$argon2id$v=19$m=1$".to_owned());
        let foreign =
            stored("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".to_owned());
        let too_long = "x".repeat(10_000);
        for (typed, stored, against) in [
            ("wrong", Some(&kept), &kept.hash),
            ("wrong", None, &hasher.nobodys),
            ("wrong", Some(&broken), &hasher.nobodys),
            ("wrong", Some(&foreign), &hasher.nobodys),
            (too_long.as_str(), Some(&kept), &kept.hash),
            (too_long.as_str(), None, &hasher.nobodys),
        ] {
            compared();
            let refused = hasher.verify(&Password::typed(typed), stored, now());
            assert_eq!(refused, Err(WrongPassword));
            let once = std::slice::from_ref(against);
            assert_eq!(compared(), once, "compared once, with a whole hash");
        }
        assert!(
            !hasher.needs_rehash(&stored(hasher.nobodys.clone())),
            "of the same cost"
        );
    }

    #[test]
    fn an_overlong_password_matches_nothing_even_where_the_empty_one_would() {
        let hasher = cheap();
        let kept = stored(hasher.hash(&Password::typed("")).unwrap());
        let too_long = Password::typed(&"x".repeat(10_000));
        assert_eq!(
            hasher.verify(&too_long, Some(&kept), now()),
            Err(WrongPassword)
        );
        assert_eq!(hasher.hash(&too_long), Err(CredentialError::HashFailed));
    }

    #[test]
    fn a_hash_of_another_cost_counts_and_asks_to_be_made_anew() {
        let (old, new) = (
            cheap(),
            Hasher::new(Argon2Cost {
                passes: 2,
                ..Argon2Cost::FOR_TESTS
            })
            .unwrap(),
        );
        let password = Password::typed("correct horse");
        let kept = stored(old.hash(&password).unwrap());
        assert!(new.verify(&password, Some(&kept), now()).is_ok());
        assert!(!old.needs_rehash(&kept));
        assert!(new.needs_rehash(&kept));
        assert!(new.needs_rehash(&stored("nonsense".to_owned())));
        let argon2i = kept.hash.replace("argon2id", "argon2i");
        assert!(old.needs_rehash(&stored(argon2i)));
    }

    #[test]
    fn the_cost_is_owasps_and_stands_in_the_hash() {
        let hasher = Hasher::new(Argon2Cost::OWASP).unwrap();
        assert!(
            hasher
                .nobodys
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
    }

    #[test]
    fn no_two_hashes_of_one_password_are_alike() {
        let hasher = cheap();
        let password = Password::typed("correct horse");
        assert_ne!(hasher.hash(&password), hasher.hash(&password));
    }

    #[test]
    fn refuses_costs_that_are_none() {
        let none = Argon2Cost {
            memory_kib: 0,
            passes: 0,
            lanes: 0,
        };
        assert_eq!(Hasher::new(none).err(), Some(CredentialError::UnusableCost));
    }

    #[test]
    fn debug_shows_no_hash() {
        let hasher = cheap();
        assert!(!format!("{hasher:?}").contains("argon2id$"));
    }
}
