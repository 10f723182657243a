//! The pages of the guided setup: which provider, and one page for each step.

use std::collections::BTreeMap;

use askama::Template;

use super::{
    Field, Guide, Part, Provider, Step, Words,
    blocks::{Block, fill},
};
use crate::{Frame, Input, Notice, OurValues, Text, filters, plain, text};

/// A provider to choose.
pub struct ProviderChoice {
    /// Which.
    pub provider: Provider,
    /// Its first step.
    pub href: String,
    /// Whether the connection says that it is this one.
    pub chosen: bool,
}

/// Which identity provider is it?
#[derive(Template)]
#[template(path = "guide/pick.html")]
pub struct GuidePick {
    /// What is around the page.
    pub frame: Frame,
    /// The providers, in order.
    pub choices: Vec<ProviderChoice>,
    /// Back to the settings.
    pub back_href: Option<String>,
}

/// How far one is with a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RailState {
    /// It is behind.
    Done,
    /// It is being read.
    Current,
    /// It is to come.
    Ahead,
}

/// A step in the list beside the page.
pub struct RailStep {
    /// What it is called.
    pub title: &'static str,
    /// Where it is; none for the page itself, and for what cannot be gone to from here.
    pub href: Option<String>,
    /// How far one is with it.
    pub state: RailState,
}

/// One step. Where something is pasted, it posts `csrf` and the names of its [`Field`]s; the others have
/// nothing to send.
#[derive(Template)]
#[template(path = "guide/step.html")]
pub struct GuideStep {
    /// What is around the page. Its error is shown above the fields.
    pub frame: Frame,
    /// Whose step it is.
    pub provider: Provider,
    /// The step.
    pub step: &'static Step,
    /// All of them; [`rail`] makes it.
    pub rail: Vec<RailStep>,
    /// What is copied from here.
    pub ours: OurValues,
    /// Where our certificate is to be had as a file.
    pub certificate_href: String,
    /// What stands in the fields, and what is wrong with it.
    pub pasted: BTreeMap<Field, Input>,
    /// Where the fields are posted.
    pub action: String,
    /// Where one pasted value is looked at: POST of `field`, `value` and `csrf`, answered by
    /// `{"ok": …, "text": …}`.
    pub check_href: String,
    /// What comes next, where nothing is posted.
    pub next_href: String,
    /// The step before, or the choice of the provider.
    pub back_href: Option<String>,
}

/// The steps of a guide, and what follows on every one of them: a test, and enabling.
pub fn rail(guide: Guide, current: &Step, href: impl Fn(&Step) -> String) -> Vec<RailStep> {
    let here = guide
        .steps
        .iter()
        .position(|step| step.slug == current.slug);
    let steps = guide
        .steps
        .iter()
        .enumerate()
        .map(|(place, step)| RailStep {
            title: step.title,
            href: (here != Some(place)).then(|| href(step)),
            state: match here {
                Some(here) if place < here => RailState::Done,
                Some(here) if place == here => RailState::Current,
                _ => RailState::Ahead,
            },
        });
    let last = ["guide-title-test", "guide-title-enable"].map(|title| RailStep {
        title,
        href: None,
        state: RailState::Ahead,
    });
    steps.chain(last).collect()
}

impl GuideStep {
    fn blocks(&self) -> Vec<Block> {
        fill(self.step, &self.ours, &self.pasted)
    }

    fn pastes(&self) -> bool {
        self.step.fields().next().is_some()
    }

    fn copies(&self) -> bool {
        let mut parts = self.step.all_parts();
        // A file is downloaded, not copied.
        parts.any(|part| {
            matches!(part, Part::Copy(value, _) if *value != super::OurValue::CertificateDownload)
        })
    }

    /// Okta, step 2 of 7.
    fn place(&self) -> Text {
        let current = |step: &RailStep| step.state == RailState::Current;
        let number = self.rail.iter().position(current).unwrap_or_default();
        let provider = match self.provider {
            Provider::Other => text("guide-other-name"),
            known => plain(known.name()),
        };
        text("guide-place")
            .with("provider", provider)
            .with("number", number.saturating_add(1))
            .with("count", self.rail.len())
    }

    /// What went wrong: what the caller says, or that a field has something to say.
    fn error(&self) -> Option<Notice> {
        self.frame.error.clone().or_else(|| {
            let marked = self.pasted.values().any(|input| input.error.is_some());
            marked.then(|| Notice {
                title: text("guide-wrong-title"),
                text: text("guide-wrong-text"),
            })
        })
    }
}
