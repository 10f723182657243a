use vestibule_session::Minted;

pub fn forge() -> Minted {
    Minted {}
}
