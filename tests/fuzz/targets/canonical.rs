#![no_main]

libfuzzer_sys::fuzz_target!(
    init: vestibule_fuzz::load(),
    |data: &[u8]| vestibule_fuzz::run("canonical", data)
);
