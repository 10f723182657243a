use vestibule_policy::Grant;

pub fn twice<T: Clone>(one: T) -> (T, T) {
    (one.clone(), one)
}

pub fn double(grant: Grant) -> (Grant, Grant) {
    twice(grant)
}
