//! Whose pages ours are: the deployment's, or a workspace's own.

mod asked;
mod served;

use std::{fs::File, io::Read as _, path::Path};

use actix_web::web::ServiceConfig;
use vestibule_model::{Branding, Colour, Logo, LogoError, LogoHash, Workspace};
use vestibule_pages::{Brand, accent_path};

use crate::config::Config;

pub(crate) use asked::{AskedBranding, Wanted};

/// The deployment's logo cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("expected the path of a PNG or SVG file of at most 100 KB; {path}: {cause}")]
pub struct LogoFileError {
    path: String,
    cause: LogoFileCause,
}

#[derive(Debug, thiserror::Error)]
enum LogoFileCause {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Logo(#[from] LogoError),
}

/// How our pages look unless a workspace says otherwise.
pub(crate) struct DeploymentBrand {
    brand: Brand,
    logo: Option<Logo>,
}

impl DeploymentBrand {
    /// As the settings say.
    ///
    /// # Errors
    /// [`LogoFileError`].
    pub(crate) fn load(config: &Config) -> Result<Self, LogoFileError> {
        let logo = config.brand.logo.as_deref().map(read).transpose()?;
        let name = config.brand.name.as_ref().or(config.service_name.as_ref());
        let brand = Brand {
            name: name.cloned().unwrap_or_default(),
            logo_href: logo.as_ref().map(|logo| own_logo(&logo.hash())),
            style_href: config.brand.colour.map(style),
        };
        Ok(Self { brand, logo })
    }

    /// Around a page that is no workspace's.
    pub(crate) const fn brand(&self) -> &Brand {
        &self.brand
    }

    /// Around a page of a workspace. Name and logo belong together: whoever has one of them is not shown
    /// with the deployment's other.
    pub(crate) fn of(&self, workspace: &Workspace) -> Brand {
        let Branding { name, colour, logo } = &workspace.branding;
        let ours = &self.brand;
        let (name, logo_href) = match (name, logo) {
            (None, None) => (&ours.name, ours.logo_href.clone()),
            (name, logo) => (
                name.as_ref().unwrap_or(&workspace.name),
                logo.as_ref().map(|hash| logo_path(workspace, hash)),
            ),
        };
        Brand {
            name: name.clone(),
            logo_href,
            style_href: colour.map(style).or_else(|| ours.style_href.clone()),
        }
    }
}

fn read(path: &Path) -> Result<Logo, LogoFileError> {
    let read = || -> Result<Logo, LogoFileCause> {
        // Of a file of any size no more than it takes to refuse it.
        let mut bytes = Vec::new();
        let most = u64::try_from(Logo::MAX_BYTES).unwrap_or(u64::MAX);
        File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
        Ok(Logo::read(bytes)?)
    };
    read().map_err(|cause| LogoFileError {
        path: path.display().to_string(),
        cause,
    })
}

fn own_logo(hash: &LogoHash) -> String {
    format!("/assets/brand/logo?v={hash}")
}

/// Where the logo of a workspace is, on this origin.
pub(crate) fn logo_path(workspace: &Workspace, hash: &LogoHash) -> String {
    format!("/assets/brand/{}/logo?v={hash}", workspace.id)
}

fn style(colour: Colour) -> String {
    accent_path(colour.rgb())
}

/// The routes of this module.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(served::logo_of_deployment)
        .service(served::logo_of_workspace)
        .service(served::sheet);
}
