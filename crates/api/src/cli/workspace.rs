//! `vestibule workspace`: the operator's emergency door.

use clap::Subcommand;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vestibule_credential::BreakGlassCode;
use vestibule_model::{Actor, Workspace};
use vestibule_store::{Reach, StoreError, Tx};

use crate::{
    audit,
    cli::failure::{Failure, Told},
    clock,
    config::Config,
    mail,
    password_links::{Deliver, issue},
    problem::Problem,
};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open the door for a while: print a code that counts as the second factor of an admin
    ///
    /// Until the window closes by itself, an admin of the workspace types the code in place of their
    /// second factor, after their password. Nobody gets in by the code alone, and nobody but an admin
    /// by it at all. Each admin can use it, more than once; unlocking again makes another code, and the
    /// one before counts no more.
    ///
    /// An admin who has no password yet gets a link to set one, printed beside it.
    ///
    /// The audit log notes it, and where mail is set up every admin of the workspace is told.
    Unlock {
        /// The workspace's slug, or its id
        workspace: String,
        /// For how many minutes
        #[arg(
            long,
            value_name = "MINUTES",
            default_value_t = 60,
            value_parser = clap::value_parser!(i64).range(5..=1_440)
        )]
        minutes: i64,
        /// Print {"workspace_id", "code", "until", "sign_in_url", "password_links"}
        #[arg(long)]
        json: bool,
    },
    /// Close the window before its time: the code counts no more
    ///
    /// Who is signed in already stays so;
    /// `DELETE /v1/workspaces/{workspace_id}/members/{member_id}/sessions` ends that.
    Lock {
        /// The workspace's slug, or its id
        workspace: String,
    },
}

pub(super) fn run(command: Command, as_json: bool) -> Result<(), Failure> {
    match command {
        Command::Unlock {
            workspace,
            minutes,
            json,
        } => unlock(workspace, minutes, json),
        Command::Lock { workspace } => lock(workspace, as_json),
    }
}

/// What was opened.
struct Opened {
    workspace: Workspace,
    /// The admins whom the code alone does not help, as it stands beside a password, and the link with
    /// which each of them sets one.
    links: Vec<(String, String)>,
}

fn unlock(name: String, minutes: i64, as_json: bool) -> Result<(), Failure> {
    let (config, _) = super::config()?;
    let store = super::open_store()?;
    let now = clock::now();
    let until = now.checked_add(SignedDuration::from_mins(minutes))?;
    let code = BreakGlassCode::generate()?;
    let (hash, known_as, config_in) = (code.hash(), name.clone(), config.clone());
    let opened = actix_web::rt::System::new()
        .block_on(store.write(move |tx| open(tx, &config_in, &name, until, &hash, now)))
        .map_err(Told::from)?;
    let opened = opened.ok_or_else(|| unknown(&known_as))?;
    let sign_in_url = mail::sign_in_url(&config, &opened.workspace);
    if as_json {
        let links = opened.links.iter();
        let links: Vec<_> = links
            .map(|(email, url)| json!({"email": email, "url": url}))
            .collect();
        println!(
            "{}",
            json!({
                "workspace_id": opened.workspace.id.to_string(),
                "code": code.expose(),
                "until": until,
                "sign_in_url": sign_in_url,
                "password_links": links,
            })
        );
    } else {
        print!("{}", told(&opened, &config, &code, until, &sign_in_url));
    }
    Ok(())
}

fn open(
    tx: &mut Tx<'_>,
    config: &Config,
    name: &str,
    until: Timestamp,
    hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Opened>, Problem> {
    let Some(workspace) = find(tx, name)? else {
        return Ok(None);
    };
    tx.set_unlock(workspace.id, Some(until), Some(hash))?;
    let mut links = Vec::new();
    for id in tx.active_admins(workspace.id)? {
        if tx.password(workspace.id, id)?.is_none()
            && let Some(admin) = tx.member(workspace.id, id)?
        {
            let issued = issue(tx, config, &workspace, &admin, Deliver::Return, now)?;
            let (actor, scope) = (Actor::Operator, Some(workspace.id));
            let detail = json!({
                "purpose": issued.link.purpose,
                "link": issued.link.id,
                "delivered": Deliver::Return.done(),
                "expires_at": issued.link.expires_at,
            });
            let action = "password_link.created";
            audit::record(tx, actor, scope, action, id, &detail, now)?;
            links.extend(issued.url.map(|url| (admin.email.to_string(), url)));
        }
    }
    let (scope, action) = (Some(workspace.id), "workspace.unlocked");
    let detail = json!({"until": until});
    audit::record(
        tx,
        Actor::Operator,
        scope,
        action,
        workspace.id,
        &detail,
        now,
    )?;
    let notice = mail::Notice::BreakGlassOpened(until);
    mail::notice_admins(tx, config, &workspace, None, notice, now)?;
    Ok(Some(Opened { workspace, links }))
}

/// The same for a person.
fn told(
    opened: &Opened,
    config: &Config,
    code: &BreakGlassCode,
    until: Timestamp,
    sign_in_url: &str,
) -> String {
    let Workspace { name, slug, .. } = &opened.workspace;
    let mut text = format!(
        "workspace: {name} ({slug})\ncode:      {}\nuntil:     {}\nsign in:   {sign_in_url}\n\n\
         The code is shown this once. Until then an admin of this workspace types it in place of their\n\
         second factor, after their password (\"Use a break-glass code\").\n",
        code.expose(),
        until.strftime("%Y-%m-%d %H:%M UTC"),
    );
    text.push_str(match config.mail {
        Some(_) => "Every admin is told by mail.\n",
        None => "No mail is set up: tell the admins yourself.\n",
    });
    if !opened.links.is_empty() {
        text.push_str(
            "\nThese admins have no password yet. Each sets one by their link, within an hour and once:\n",
        );
        for (email, url) in &opened.links {
            text.push_str(&format!("  {email}  {url}\n"));
        }
    }
    text.push_str(&format!(
        "\n`vestibule workspace lock {slug}` closes the window earlier.\n"
    ));
    text
}

fn lock(name: String, as_json: bool) -> Result<(), Failure> {
    let store = super::open_store()?;
    let (now, known_as) = (clock::now(), name.clone());
    let locked = actix_web::rt::System::new().block_on(store.write(move |tx| {
        let Some(workspace) = find(tx, &name)? else {
            return Ok(None);
        };
        let was_open = workspace.unlocked_until.is_some_and(|until| until > now);
        tx.set_unlock(workspace.id, None, None)?;
        if was_open {
            let (actor, scope) = (Actor::Operator, Some(workspace.id));
            let (action, target) = ("workspace.locked", workspace.id);
            audit::record(tx, actor, scope, action, target, &json!({}), now)?;
        }
        Ok::<_, StoreError>(Some(was_open))
    }))?;
    match locked {
        None => Err(unknown(&known_as)),
        Some(was_open) if as_json => {
            println!("{}", json!({"was_open": was_open}));
            Ok(())
        }
        Some(true) => {
            println!("The window is closed; the code counts no more.");
            Ok(())
        }
        Some(false) => {
            println!("The window was not open.");
            Ok(())
        }
    }
}

fn find(tx: &mut Tx<'_>, name: &str) -> Result<Option<Workspace>, StoreError> {
    match name.parse() {
        Ok(id) => tx.workspace(Reach::All, id),
        Err(_) => tx.workspace_by_slug(name),
    }
}

fn unknown(name: &str) -> Failure {
    Told::new("not-found", format!("there is no workspace {name:?}")).into()
}
