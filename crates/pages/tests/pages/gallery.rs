//! Every page as a file, to be looked at: `cargo test -p vestibule-pages -- --ignored gallery --nocapture`.

use std::{fs, path::Path};

use vestibule_pages::{ASSETS, Lang};

use crate::{fill::Fill, samples::all};

#[test]
#[ignore = "for the eye: writes the pages below the temporary folder of the tests"]
fn gallery() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery");
    fs::create_dir_all(folder.join("assets")).expect("the folder can be made");
    for asset in ASSETS {
        fs::write(folder.join(asset.path.trim_start_matches('/')), asset.body)
            .expect("it is written");
    }
    for lang in Lang::ALL {
        for page in all(Fill(None), lang) {
            let html = page.html.replace("\"/assets/", "\"assets/");
            let name = format!("{}.{}.html", page.name, lang.tag());
            fs::write(folder.join(name), html).expect("it is written");
        }
    }
    println!("{}", folder.display());
}
