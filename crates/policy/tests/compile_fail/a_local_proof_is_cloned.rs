use vestibule_policy::LocalProof;

pub fn twice<T: Clone>(one: T) -> (T, T) {
    (one.clone(), one)
}

pub fn double(proof: LocalProof) -> (LocalProof, LocalProof) {
    twice(proof)
}
