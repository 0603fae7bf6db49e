//! A PostgreSQL server of the tests' own, in a folder of its own, reached by a socket in it. It ends with the test process,
//! however that ends: a shell watches the pipe that this process holds.

use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use sqlx::{Connection as _, PgConnection};

use super::PATIENCE;

/// PostgreSQL refuses to be run by root; then it is run by this user, who owns nothing else.
const NOBODY: u32 = 65534;

struct Server {
    folder: PathBuf,
    _watch: Child,
}

/// The URL of a new, empty database, or `None`, saying why, where PostgreSQL is not installed.
pub(crate) async fn database() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    static DATABASES: AtomicUsize = AtomicUsize::new(0);
    let server = SERVER.get_or_init(start).as_ref()?;
    let name = format!("test{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let mut connection = connect(&url(&server.folder, "postgres")).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    Some(url(&server.folder, &name))
}

fn url(folder: &Path, database: &str) -> String {
    format!("postgres://wagroups@localhost/{database}?host={}", folder.display())
}

async fn connect(url: &str) -> PgConnection {
    let start = Instant::now();
    loop {
        match PgConnection::connect(url).await {
            Ok(connection) => return connection,
            Err(error) => assert!(start.elapsed() < PATIENCE, "PostgreSQL does not answer: {error}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

fn start() -> Option<Server> {
    let (Some(initdb), Some(postgres)) = (find("initdb"), find("postgres")) else {
        eprintln!("skipped: initdb and postgres are not installed (Debian: apt-get install postgresql)");
        return None;
    };
    // A short path: a socket's must have at most about 100 bytes.
    let folder = tempfile::Builder::new().prefix("wagroups-pg").tempdir_in("/tmp").unwrap().keep();
    let is_root = std::fs::metadata(&folder).unwrap().uid() == 0;
    if is_root {
        chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    let command = |program: &Path| {
        let mut command = Command::new(program);
        command.current_dir(&folder).env("LC_ALL", "C");
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    };
    let data = folder.join("data");
    let mut init = command(&initdb);
    init.args(["--username=wagroups", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"])
        .arg(&data);
    let output = init.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // Reads until this process is gone, then stops the server at once and takes the folder away.
    let watch = r#""$1" -D data -k "$PWD" -c listen_addresses= -c max_connections=100 >log 2>&1 &
        read -r _; kill -QUIT $!; wait; cd /; rm -rf "$2""#;
    let mut shell = command(Path::new("sh"));
    shell.args(["-c", watch, "sh"]).arg(postgres).arg(&folder);
    let watch = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    Some(Server { folder, _watch: watch })
}

/// On the path, or where Debian puts it.
fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = debian.filter_map(|version| Some(version.ok()?.path().join("bin")));
    std::env::split_paths(&path).chain(debian).map(|folder| folder.join(program)).find(|file| file.is_file())
}
