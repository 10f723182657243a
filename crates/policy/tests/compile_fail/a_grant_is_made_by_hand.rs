use vestibule_policy::Grant;

pub fn forge() -> Grant {
    Grant {}
}
