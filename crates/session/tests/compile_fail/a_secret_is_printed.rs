use vestibule_session::Secret;

fn leak(secret: &Secret) -> String {
    format!("{secret}")
}

fn main() {}
