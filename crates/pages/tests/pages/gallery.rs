//! Every page as a file, to be looked at: `cargo test -p vestibule-pages -- --ignored gallery --nocapture`.

use std::{fs, path::Path};

use vestibule_pages::ASSETS;

use crate::{
    fill::Fill,
    samples::{parts, whole},
};

#[test]
#[ignore = "for the eye: writes the pages below the temporary folder of the tests"]
fn gallery() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery");
    fs::create_dir_all(folder.join("assets")).expect("the folder can be made");
    for asset in ASSETS {
        fs::write(folder.join(asset.path.trim_start_matches('/')), asset.body)
            .expect("it is written");
    }
    for page in whole(Fill(None)) {
        let html = page.html.replace("\"/assets/", "\"assets/");
        fs::write(folder.join(format!("{}.html", page.name)), html).expect("it is written");
    }
    // A part stands within a page of the binary.
    for part in parts(Fill(None)) {
        let head = "<!doctype html><html lang=\"en\"><link rel=\"stylesheet\" href=\"assets/vestibule.css\">";
        let html = format!(
            "{head}<main><h1>The test has passed</h1>{}</main></html>",
            part.html
        );
        fs::write(folder.join(format!("{}.html", part.name)), html).expect("it is written");
    }
    println!("{}", folder.display());
}
