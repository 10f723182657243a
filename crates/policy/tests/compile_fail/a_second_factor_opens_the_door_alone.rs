use vestibule_credential::SecondFactorProof;
use vestibule_policy::LocalProof;

pub fn forge(factor: SecondFactorProof) -> LocalProof {
    LocalProof::Passkey(factor)
}
