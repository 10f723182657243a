//! Proofs, the honest way: what is right is given to the keyring. There is no other way to one.

use std::sync::{Mutex, OnceLock};

use jiff::{SignedDuration, Timestamp};
use vestibule_credential::{
    Argon2Cost, BreakGlassCode, Hasher, PasskeyOwner, Passkeys, Password, PasswordProof,
    RecoveryCodes, SecondFactorProof, TotpSeed, redeemed_recovery_code, verify_break_glass,
};
use vestibule_model::{Member, MemberId, PasskeyId, StoredPasskey, StoredPassword};
use vestibule_policy::LocalProof;

use crate::{authenticator::Authenticator, scene::now};

const RIGHT: &str = "correct horse battery staple";
/// The seed of RFC 6238 appendix B and its code at 59 s.
const SEED: &[u8] = b"12345678901234567890";
const CODE: &str = "287082";

/// The member's password, which was set then.
pub(crate) fn password_proof(of: &Member, set_at: Timestamp) -> PasswordProof {
    static KEPT: OnceLock<(Hasher, String)> = OnceLock::new();
    let (hasher, hash) = KEPT.get_or_init(|| {
        let hasher = Hasher::new(Argon2Cost::FOR_TESTS).unwrap();
        let hash = hasher.hash(&Password::typed(RIGHT)).unwrap();
        (hasher, hash)
    });
    let stored = StoredPassword {
        member_id: of.id,
        workspace_id: of.workspace_id,
        hash: hash.clone(),
        set_at,
        last_used_at: None,
    };
    let given = hasher.verify(&Password::typed(RIGHT), Some(&stored), now());
    given.unwrap()
}

/// A code of the member's authenticator app.
pub(crate) fn totp(of: &Member) -> SecondFactorProof {
    let seed = TotpSeed::from_bytes(SEED).unwrap();
    let then = Timestamp::from_second(59).unwrap();
    let given = seed.verify(CODE, of.id, of.workspace_id, None, then);
    given.unwrap().0
}

fn recovery_code(of: &Member) -> SecondFactorProof {
    let codes = RecoveryCodes::generate().unwrap();
    let code = codes.expose().next().unwrap();
    let kept = codes.hashes(of.id);
    let redeem = |hash: &[u8; 32]| Ok::<_, ()>(kept.contains(hash));
    let given = redeemed_recovery_code(of.id, of.workspace_id, code, redeem, now());
    given.unwrap().unwrap()
}

fn break_glass(of: &Member) -> SecondFactorProof {
    let code = BreakGlassCode::generate().unwrap();
    let until = Some(now() + SignedDuration::from_mins(30));
    let (member, workspace) = (of.id, of.workspace_id);
    let given = verify_break_glass(code.expose(), &code.hash(), until, member, workspace, now());
    given.unwrap()
}

/// A password alone.
pub(crate) fn password(of: &Member, set_at: Timestamp) -> LocalProof {
    LocalProof::Password(password_proof(of, set_at), None)
}

/// A password and a code of the app.
pub(crate) fn with_totp(of: &Member, set_at: Timestamp) -> LocalProof {
    LocalProof::Password(password_proof(of, set_at), Some(totp(of)))
}

/// A password and one of the codes for the day when the app is lost.
pub(crate) fn with_recovery_code(of: &Member, set_at: Timestamp) -> LocalProof {
    LocalProof::Password(password_proof(of, set_at), Some(recovery_code(of)))
}

/// A password and the operator's code.
pub(crate) fn with_break_glass(of: &Member, set_at: Timestamp) -> LocalProof {
    LocalProof::Password(password_proof(of, set_at), Some(break_glass(of)))
}

/// A passkey alone, of the member's own device.
pub(crate) fn passkey(of: &Member) -> LocalProof {
    static DEVICES: Mutex<Vec<(MemberId, Authenticator, StoredPasskey)>> = Mutex::new(Vec::new());
    const SITE: &str = "http://localhost:8080";
    let site = Passkeys::new(SITE, "Acme").unwrap();
    let mut devices = DEVICES.lock().unwrap();
    if !devices.iter().any(|(owner, ..)| *owner == of.id) {
        let mut device = Authenticator::new(SITE);
        let owner = PasskeyOwner {
            member_id: of.id,
            email: of.email.as_str(),
            display_name: "Ada",
        };
        let challenge = site.begin_registration(owner, &[]).unwrap();
        let answer = device.create(&challenge.options);
        let new = site.finish_registration(&challenge.state, &answer).unwrap();
        let stored = StoredPasskey {
            id: PasskeyId::new(now()),
            member_id: of.id,
            workspace_id: of.workspace_id,
            name: "Laptop".into(),
            credential_id: new.credential_id,
            credential: new.credential,
            created_at: now(),
            last_used_at: None,
        };
        devices.push((of.id, device, stored));
    }
    let (_, device, stored) = devices
        .iter_mut()
        .find(|(owner, ..)| *owner == of.id)
        .unwrap();
    let challenge = site.begin_sign_in().unwrap();
    let answer = device.get(&challenge.options);
    let given = site.finish_sign_in(&challenge.state, &answer, stored, now());
    LocalProof::Passkey(given.unwrap().0)
}
