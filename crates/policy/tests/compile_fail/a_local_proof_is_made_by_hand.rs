use vestibule_credential::PasskeyProof;
use vestibule_policy::LocalProof;

pub fn forge() -> LocalProof {
    LocalProof::Passkey(PasskeyProof {})
}
