use vestibule_credential::RememberedPassword;

pub fn forge() -> RememberedPassword {
    RememberedPassword {}
}
