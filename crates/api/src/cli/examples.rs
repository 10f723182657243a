//! Examples, as the help of each command ends with them.

pub(super) const SERVE: &str = "\
Examples:
  vestibule serve
  VESTIBULE_LISTEN=[::]:8080 VESTIBULE_PUBLIC_URL=https://sso.example.com vestibule serve";

#[cfg(feature = "demo")]
pub(super) const DEMO: &str = "\
Examples:
  vestibule demo
  DEMO_EXIT=1 vestibule demo        stop after the walk, with its exit status";

pub(super) const MIGRATE: &str = "\
Examples:
  vestibule migrate
  VESTIBULE_MIGRATE=off vestibule serve        afterwards, on every server";

pub(super) const API_KEYS: &str = "\
Examples:
  vestibule api-keys create --name setup --scope '*'
  vestibule api-keys create --name ci --scope workspaces:read --scope workspaces:write --json";

pub(super) const KEYS: &str = "\
Examples:
  vestibule keys list
  vestibule keys rotate
  vestibule keys rotate --compromised
  VESTIBULE_MASTER_KEY=new,old vestibule keys reseal";

pub(super) const WORKSPACE: &str = "\
Examples:
  vestibule workspace unlock acme --minutes 30
  vestibule workspace lock acme";

pub(super) const AUDIT: &str = "\
Examples:
  vestibule audit verify
  vestibule audit verify --heads heads.ndjson --json
  vestibule audit heads >> heads.ndjson
  vestibule audit export --action member.signed_in --since 2026-03-01T00:00:00Z > sign-ins.ndjson";

pub(super) const BACKUP: &str = "\
Examples:
  vestibule backup /backup/vestibule-$(date +%F).db
  vestibule backup /backup/vestibule.db --json";

pub(super) const HEALTHCHECK: &str = "\
Examples:
  vestibule healthcheck
  vestibule healthcheck --ready --address 127.0.0.1:8080";

pub(super) const INSPECT: &str = "\
Examples:
  vestibule inspect response.txt --connection conn_…
  vestibule inspect - --connection conn_… --at 2026-11-24T12:00:00Z --json < response.xml";

pub(super) const OPENAPI: &str = "\
Examples:
  vestibule openapi > openapi.yaml
  vestibule openapi --json | jq '.paths | keys'";

pub(super) const APPLY: &str = "\
Examples:
  vestibule apply -f workspaces.yaml --plan            show what would be done
  vestibule apply -f workspaces.yaml                   do it
  vestibule apply -f workspaces.yaml --prune --yes     delete what the file owns and does not have, too
  VESTIBULE_API_KEY=vsk_… vestibule apply -f workspaces.yaml --server https://sso.example.com \\
      --secrets-out secrets.json --json                in CI";

pub(super) const DOCTOR: &str = "\
Examples:
  vestibule doctor
  vestibule doctor --json | jq '.checks[] | select(.outcome == \"fail\")'
  systemd-run --pipe -p User=vestibule -p EnvironmentFile=/etc/vestibule/vestibule.env vestibule doctor";

pub(super) const COMPLETIONS: &str = "\
Examples:
  vestibule completions bash > /etc/bash_completion.d/vestibule
  vestibule completions zsh > ~/.zfunc/_vestibule
  vestibule completions fish > ~/.config/fish/completions/vestibule.fish";

pub(super) const MAN: &str = "\
Examples:
  vestibule man | man -l -
  vestibule man --out /usr/local/share/man/man1";
