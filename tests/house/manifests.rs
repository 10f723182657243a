//! The manifests of the workspace, as cargo reads them.

use std::{collections::BTreeMap, path::PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// A crate of the workspace.
pub(crate) struct Manifest {
    /// The folder below `crates/`.
    pub folder: String,
    pub package: String,
    pub directory: PathBuf,
    pub uses: Vec<Use>,
    pub features: BTreeMap<String, Vec<String>>,
}

/// One line of its dependencies.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    pub package: String,
    pub only_for_tests: bool,
    pub optional: bool,
}

impl Use {
    /// The folder, when this is a crate of the house.
    pub(crate) fn folder(&self) -> Option<&str> {
        self.package.strip_prefix("vestibule-")
    }
}

pub(crate) fn all() -> Vec<Manifest> {
    let metadata = MetadataCommand::new()
        .manifest_path(crate::root().join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .expect("cargo metadata reads the workspace");
    let crates = metadata.packages.into_iter().map(|package| {
        let directory = package
            .manifest_path
            .parent()
            .expect("a manifest lies in a folder");
        Manifest {
            folder: directory.file_name().unwrap_or_default().to_owned(),
            package: package.name.to_string(),
            directory: directory.to_owned().into(),
            uses: package
                .dependencies
                .into_iter()
                .map(|dependency| Use {
                    package: dependency.name,
                    only_for_tests: dependency.kind == DependencyKind::Development,
                    optional: dependency.optional,
                })
                .collect(),
            features: package.features,
        }
    });
    crates.collect()
}

/// A made-up crate for the tests of the rules.
pub(crate) fn made_up(folder: &str, uses: &[(&str, &str)]) -> Manifest {
    Manifest {
        folder: folder.to_owned(),
        package: format!("vestibule-{folder}"),
        directory: PathBuf::new(),
        uses: uses
            .iter()
            .map(|(package, kind)| Use {
                package: (*package).to_owned(),
                only_for_tests: *kind == "dev",
                optional: *kind == "optional",
            })
            .collect(),
        features: BTreeMap::new(),
    }
}
