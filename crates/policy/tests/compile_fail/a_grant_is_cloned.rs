use vestibule_policy::Grant;

fn twice<T: Clone>(one: T) -> (T, T) {
    (one.clone(), one)
}

fn double(grant: Grant) -> (Grant, Grant) {
    twice(grant)
}

fn main() {}
