use vestibule_policy::GrantParts;

fn forge() -> GrantParts {
    GrantParts {}
}

fn main() {}
