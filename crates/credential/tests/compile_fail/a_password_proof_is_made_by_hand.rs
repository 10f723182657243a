use vestibule_credential::PasswordProof;

pub fn forge() -> PasswordProof {
    PasswordProof {}
}
