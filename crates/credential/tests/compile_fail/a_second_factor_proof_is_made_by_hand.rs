use vestibule_credential::SecondFactorProof;

pub fn forge() -> SecondFactorProof {
    SecondFactorProof {}
}
