use vestibule_policy::GrantParts;

pub fn forge() -> GrantParts {
    GrantParts {}
}
