use vestibule_session::Minted;

fn forge() -> Minted {
    Minted {}
}

fn main() {}
