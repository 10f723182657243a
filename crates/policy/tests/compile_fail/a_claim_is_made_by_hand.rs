use vestibule_policy::Claim;

fn forge() -> Claim {
    Claim {}
}

fn main() {}
