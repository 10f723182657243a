use vestibule_credential::SecondFactorProof;

pub fn copy(proof: &SecondFactorProof) -> SecondFactorProof {
    SecondFactorProof::clone(proof)
}
