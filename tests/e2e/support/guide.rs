//! A guide under `docs/integrate`: what it says to install, the files it prints, how to start them.
//!
//! A block of code is what stands between fences below a line that names it: `` `server.mjs`: `` for a
//! file, `Install:` and `Start:` for what to type.

use std::{fs, path::Path};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A guide.
pub(crate) struct Guide {
    blocks: Vec<(String, String)>,
}

impl Guide {
    pub(crate) fn read(page: &str) -> Self {
        let path = Path::new(REPOSITORY).join(page);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
        Self {
            blocks: blocks(&text),
        }
    }

    /// Each file and what is in it.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.blocks.iter().filter_map(|(name, block)| {
            let file = name.strip_prefix('`')?.strip_suffix('`')?;
            Some((file, block.as_str()))
        })
    }

    /// The block below this line.
    pub(crate) fn block(&self, name: &str) -> &str {
        let found = self.blocks.iter().find(|(named, _)| named == name);
        let (_, block) = found.unwrap_or_else(|| panic!("no block is named {name}"));
        block
    }

    /// Writes the files, as they are printed.
    pub(crate) fn write_to(&self, folder: &Path) {
        let mut written = 0;
        for (name, block) in self.files() {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder for the file");
            fs::write(path, block).expect("the file is written");
            written += 1;
        }
        assert!(written > 0, "the guide prints no file");
    }

    /// The packages that the guide has people install by this program, without their versions.
    pub(crate) fn packages(&self, by: &str) -> Vec<String> {
        let line = self.block("Install").trim();
        let named = line
            .strip_prefix(by)
            .unwrap_or_else(|| panic!("{line} does not begin with {by}"));
        // A name may begin with an @ too.
        let bare = |package: &str| match package.rsplit_once('@') {
            Some((name, _)) if !name.is_empty() => name.to_lowercase(),
            _ => package.to_lowercase(),
        };
        named.split_whitespace().map(bare).collect()
    }
}

/// The blocks of a document by their names.
fn blocks(document: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut name = None;
    let mut open: Option<(Option<String>, String)> = None;
    for line in document.lines() {
        match (&mut open, line) {
            (Some(_), "```") => {
                if let Some((Some(name), block)) = open.take() {
                    blocks.push((name, block));
                }
            }
            (Some((_, block)), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, line) if line.starts_with("```") => open = Some((name.take(), String::new())),
            (None, "") => {}
            (None, line) => name = line.strip_suffix(':').map(str::to_owned),
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn a_block_is_named_by_the_line_above_it() {
        let page = "Text:\n\nmore text\n\n```sh\nunnamed\n```\n\nInstall:\n\n```sh\na\n```\n`f.js`:\n```js\nb\n\nc\n```\n";
        let named = [("Install", "a\n"), ("`f.js`", "b\n\nc\n")];
        assert_eq!(
            blocks(page),
            named.map(|(name, block)| (name.to_owned(), block.to_owned()))
        );
    }
}
