//! A real nginx before an application that speaks no OpenID Connect, by the very file that we hand out.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::{
    process::{Signal, signal},
    within,
};

const PROGRAM: &str = "/usr/sbin/nginx";
const HANDED_OUT: &str = include_str!("../../../deploy/forward-auth/nginx.conf");

/// What the application says of who it thinks is there: what nginx told it.
const WHO: &str = "$http_x_vestibule_subject $http_x_vestibule_email $http_x_vestibule_role \
                   $http_x_vestibule_session $http_x_vestibule_workspace [$http_x_vestibule_name]";

/// An nginx and, behind it, a site of static pages; gone when it is dropped.
pub(crate) struct Nginx {
    /// Where visitors come.
    pub(crate) url: String,
    child: Child,
    _folder: TempDir,
}

/// A port that is free, for an address that has to be registered before anything listens there.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

/// One place of a file that we hand out, changed as its reader would.
pub(crate) fn changed(config: &str, from: &str, to: &str) -> String {
    assert!(config.contains(from), "{from} is not in the file");
    config.replace(from, to)
}

impl Nginx {
    /// Starts it at this port of localhost, before this server, for this client, with these rules behind
    /// the question.
    pub(crate) fn start(port: u16, server_url: &str, client_id: &str, rules: &str) -> Self {
        let site = free_port();
        let vestibule = server_url.trim_start_matches("http://");
        let mut config = HANDED_OUT.to_owned();
        for (from, to) in [
            ("server 127.0.0.1:8080;", format!("server {vestibule};")),
            (
                "server 127.0.0.1:3000;",
                format!("server 127.0.0.1:{site};"),
            ),
            ("listen 443 ssl http2;", format!("listen 127.0.0.1:{port};")),
            (
                "    ssl_certificate /etc/ssl/certs/app.example.com.pem;\n",
                String::new(),
            ),
            (
                "    ssl_certificate_key /etc/ssl/private/app.example.com.key;\n",
                String::new(),
            ),
            ("    ssl_protocols TLSv1.2 TLSv1.3;\n", String::new()),
            ("app.example.com", "localhost".to_owned()),
            (
                "client_id=app_CHANGE_ME",
                format!("client_id={client_id}{rules}"),
            ),
            ("app_CHANGE_ME", client_id.to_owned()),
        ] {
            config = changed(&config, from, &to);
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {path}/{kind};\n"));
        let whole = format!(
            "user root root;\npid {path}/pid;\nerror_log stderr;\nworker_processes 1;\ndaemon off;\n\
             events {{}}\nhttp {{\naccess_log off;\ndefault_type text/html;\n{}\
             include {path}/forward-auth.conf;\n\
             server {{\nlisten 127.0.0.1:{site};\nroot {path}/site;\n\
             location = /whoami {{ default_type text/plain; return 200 \"{WHO}\"; }}\n}}\n}}\n",
            temporary.concat()
        );
        fs::create_dir(folder.path().join("site")).expect("a folder");
        let page = "<!doctype html><title>Reports</title><h1>The reports of all of us</h1>";
        for (name, text) in [
            ("site/page.html", page),
            ("forward-auth.conf", &config),
            ("nginx.conf", &whole),
        ] {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        let child = Command::new(PROGRAM)
            .args(["-e", "stderr", "-p"])
            .arg(folder.path())
            .arg("-c")
            .arg(folder.path().join("nginx.conf"))
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx is installed; `make test` installs it");
        let nginx = Self {
            url: format!("http://localhost:{port}"),
            child,
            _folder: folder,
        };
        within(Duration::from_secs(5), "nginx listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers end with it, as they would not if it were killed.
        signal(self.child.id(), Signal::TERM);
        let _ = self.child.wait();
    }
}
