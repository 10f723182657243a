//! What is made of the command line's own description: completions for shells and manual pages.

use std::{
    io::{Write as _, stdout},
    path::PathBuf,
};

use clap::{Args, CommandFactory as _};

use crate::cli::{Cli, Failure};

/// The name of the program.
const NAME: &str = "vestibule";

/// Which shell.
#[derive(Debug, Args)]
pub(super) struct Shell {
    /// The shell
    shell: clap_complete::Shell,
}

/// Which pages.
#[derive(Debug, Args)]
pub(super) struct Pages {
    /// Write the page of every command into this folder, instead of printing the first
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Prints completions.
pub(super) fn completions(shell: &Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell.shell, &mut Cli::command(), NAME, &mut script);
    Ok(stdout().write_all(&script)?)
}

/// Prints the manual page, or writes all of them.
pub(super) fn pages(pages: &Pages) -> Result<(), Failure> {
    match &pages.out {
        Some(folder) => {
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
            clap_mangen::generate_to(Cli::command(), folder)
                .map_err(|error| format!("cannot write to {}: {error}", folder.display()))?;
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            stdout().write_all(&page)?;
        }
    }
    Ok(())
}
