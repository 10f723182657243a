use vestibule_credential::{PasswordProof, RememberedPassword};

pub fn twice(proof: PasswordProof) -> (RememberedPassword, RememberedPassword) {
    (proof.remember(), proof.remember())
}
