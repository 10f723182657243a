use vestibule_credential::Password;

pub fn read(password: &Password) -> Option<&[u8]> {
    password.bytes()
}
