use vestibule_credential::Password;

pub fn show(password: &Password) -> String {
    format!("{password}")
}
