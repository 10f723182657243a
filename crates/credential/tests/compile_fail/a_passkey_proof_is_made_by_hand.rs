use vestibule_credential::PasskeyProof;

pub fn forge() -> PasskeyProof {
    PasskeyProof {}
}
