use vestibule_policy::Claim;

pub fn forge() -> Claim {
    Claim {}
}
