use vestibule_credential::PasskeyProof;

pub fn copy(proof: &PasskeyProof) -> PasskeyProof {
    PasskeyProof::clone(proof)
}
