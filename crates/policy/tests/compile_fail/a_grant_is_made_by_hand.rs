use vestibule_policy::Grant;

fn forge() -> Grant {
    Grant {}
}

fn main() {}
