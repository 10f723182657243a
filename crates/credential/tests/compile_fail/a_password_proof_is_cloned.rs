use vestibule_credential::PasswordProof;

pub fn copy(proof: &PasswordProof) -> PasswordProof {
    PasswordProof::clone(proof)
}
