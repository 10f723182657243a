//! Writes the seeds of a target into a folder: `seeds parse target/fuzz/corpus/parse`.

use std::path::PathBuf;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let target = arguments.next().expect("the name of a target");
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    for (number, seed) in vestibule_fuzz::seeds(&target).iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number:04}")), seed).expect("a seed can be written");
    }
}
