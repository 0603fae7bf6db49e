//! Which sandbox a command acts on: the one that `--base-url` or WAGROUPS_BASE_URL names, else the embedded one.
//! A base URL that leads to anything else is an error; no command falls back to the other sandbox.

use std::path::PathBuf;
use std::time::Duration;

use groups_ergonomic::DEFAULT_BASE_URL;
use groups_sandbox::{ControlClient, ErrorKind, Sandbox, SandboxError, Seed};

use super::super::{PATIENCE, Place};
use crate::accounts;
use crate::args::Globals;
use crate::context::{Environment, is_sandbox, shared_sandbox, shown_address};
use crate::failure::{Failure, Kind};
use crate::folders::{self, Folder};
use crate::scene::Scene;

/// How a result names the embedded sandbox.
pub(super) const EMBEDDED: &str = "embedded";

#[derive(Debug)]
pub(crate) enum Which {
    Embedded,
    Served {
        url: String,
        /// What names it: an option or a variable.
        named_by: &'static str,
    },
}

/// A sandbox that is ready to be acted on.
pub(super) struct Open {
    pub(super) control: ControlClient,
    /// Its address, or `embedded`.
    pub(super) name: String,
    /// The file that holds its state, where that is known.
    pub(super) database: Option<PathBuf>,
    /// Serves the embedded one as long as this command runs.
    server: Option<Sandbox>,
}

impl Open {
    pub(super) async fn close(self) {
        // Idle connections would delay the shutdown.
        drop(self.control);
        if let Some(server) = self.server {
            server.shutdown().await;
        }
    }
}

impl Which {
    pub(crate) fn of(globals: &Globals, environment: &Environment, command: &str) -> Result<Self, Failure> {
        if is_sandbox(globals, environment, command)? {
            return Ok(Self::Embedded);
        }
        Ok(match accounts::address(globals, environment, None, command)? {
            (_, accounts::DEFAULT) => Self::Embedded,
            (url, named_by) => Self::Served { url, named_by },
        })
    }

    /// What is thrown away by a reset, as a question.
    pub(crate) fn reset_question(&self, globals: &Globals) -> String {
        let place = match (self, &globals.config_dir) {
            (Self::Served { url, .. }, _) => format!("sandbox at {}", shown_address(url)),
            (Self::Embedded, Some(folder)) => format!("embedded sandbox in {}", folder.display()),
            (Self::Embedded, None) => "embedded sandbox".to_owned(),
        };
        format!("Throw away all groups, people, requests and settings of the {place}?")
    }

    /// The scene of a command that acts on it.
    pub(super) fn scene(&self, scene: &Scene) -> Scene {
        match self {
            Self::Embedded => scene.clone(),
            Self::Served { .. } => scene.clone().of_served(),
        }
    }

    /// Opens it. The embedded one is driven through the same control API as one that is served, so that both do the
    /// same.
    pub(super) async fn open(&self, place: &Place<'_>, scene: &Scene) -> Result<Open, Failure> {
        let timeout = place.globals.timeout.unwrap_or(PATIENCE);
        match self {
            Self::Served { url, named_by } => {
                let control = served(url, named_by, timeout, scene).await?;
                Ok(Open { control, name: shown_address(url), database: None, server: None })
            }
            Self::Embedded => {
                let database = database(place, scene)?;
                embedded(database, timeout).await.map_err(|error| Failure::of_sandbox(&error, scene))
            }
        }
    }

    /// Throws its state away and opens what begins then. The embedded one may be of a newer version.
    pub(super) async fn reset(
        &self,
        seed: Option<Seed>,
        place: &Place<'_>,
        scene: &Scene,
    ) -> Result<Open, Failure> {
        let failed = |error: SandboxError| Failure::of_sandbox(&error, scene);
        match self {
            Self::Served { .. } => {
                let open = self.open(place, scene).await?;
                open.control.reset(seed.as_ref()).await.map_err(failed)?;
                Ok(open)
            }
            Self::Embedded => {
                let builder = shared_sandbox(&database(place, scene)?);
                let builder = match seed {
                    Some(seed) => builder.seed(seed),
                    None => builder,
                };
                drop(builder.recreate().await.map_err(failed)?);
                self.open(place, scene).await
            }
        }
    }
}

fn database(place: &Place<'_>, scene: &Scene) -> Result<PathBuf, Failure> {
    Ok(place.private(Folder::State, scene)?.join(folders::SANDBOX))
}

async fn embedded(database: PathBuf, timeout: Duration) -> Result<Open, SandboxError> {
    let server = shared_sandbox(&database).without_deliveries().start().await?;
    let control = ControlClient::connect(server.base_url(), timeout).await?;
    Ok(Open { control, name: EMBEDDED.to_owned(), database: Some(database), server: Some(server) })
}

async fn served(
    url: &str,
    named_by: &str,
    timeout: Duration,
    scene: &Scene,
) -> Result<ControlClient, Failure> {
    let not_one = |message: String| {
        Failure::configuration(scene.command(), message).with_remedy(format!(
            "Give the address of a sandbox, as `{}` prints it, or act on the embedded one with `--sandbox`.",
            scene.local("sandbox serve")
        ))
    };
    // No request of this kind may reach the service itself.
    if is_the_service(url) {
        return Err(not_one(format!(
            "{named_by} names {}, which is the real service and not a sandbox",
            shown_address(url)
        )));
    }
    ControlClient::connect(url, timeout).await.map_err(|error| match error.kind() {
        ErrorKind::NotASandbox => not_one(format!("{named_by} does not name a sandbox: {error}")),
        ErrorKind::Unreachable => Failure::local(
            Kind::Api(groups_ergonomic::ErrorKind::Network),
            scene.command(),
            format!("{error} ({named_by} names it)"),
        )
        .with_remedy(match error.advice() {
            Some(advice) => advice.to_owned(),
            None => format!(
                "Start one with `{}`, or act on the embedded one with `--sandbox`.",
                scene.local("sandbox serve")
            ),
        }),
        _ => Failure::of_sandbox(&error, scene),
    })
}

fn is_the_service(url: &str) -> bool {
    let host = |url: &str| {
        let shown = shown_address(url).to_lowercase();
        let rest = shown.split_once("://").map_or(shown.clone(), |(_, rest)| rest.to_owned());
        rest.split(['/', ':']).next().unwrap_or_default().trim_end_matches('.').to_owned()
    };
    host(url) == host(DEFAULT_BASE_URL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_service_is_recognised_in_each_spelling() {
        for url in [
            "https://waba-v2.360dialog.io",
            "https://WABA-v2.360dialog.io./x",
            "http://user@waba-v2.360dialog.io:8443",
        ] {
            assert!(is_the_service(url), "{url}");
        }
        for url in ["http://127.0.0.1:8360", "https://example.com/waba-v2.360dialog.io", "nonsense"] {
            assert!(!is_the_service(url), "{url}");
        }
    }
}
