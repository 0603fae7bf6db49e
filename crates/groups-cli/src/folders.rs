//! The folders of this program: state and configuration. One place decides where they are, so that two commands can
//! never look in different ones.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::args::Globals;
use crate::context::Environment;
use crate::failure::Failure;

/// The sandbox's database, in the state folder.
pub(crate) const SANDBOX: &str = "sandbox.db";
/// The store of events, in the state folder.
pub(crate) const EVENTS: &str = "events.db";

/// What is kept, by what becomes of it if it is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folder {
    /// The sandbox and the webhooks that were received.
    State,
    /// Accounts.
    Configuration,
}

impl Folder {
    /// Where it is. Makes nothing.
    pub(crate) fn path(
        self,
        globals: &Globals,
        environment: &Environment,
        command: &str,
    ) -> Result<PathBuf, Failure> {
        self.find(globals, environment, command)?.ok_or_else(|| self.homeless(command))
    }

    /// Where it is; `None` where there is no home folder.
    pub(crate) fn find(
        self,
        globals: &Globals,
        environment: &Environment,
        command: &str,
    ) -> Result<Option<PathBuf>, Failure> {
        if let Some(folder) = &globals.config_dir {
            return Ok(Some(folder.clone()));
        }
        if let Some(folder) = environment.config_dir(command)? {
            return Ok(Some(folder.clone()));
        }
        if let Some(folder) = environment.base_folder(self, command)? {
            return Ok(Some(folder.join("wagroups")));
        }
        // Not left to `etcetera`: it would read the variable again, as it is.
        let folder = if cfg!(unix) {
            let below_home = match self {
                Self::State => ".local/state",
                Self::Configuration => ".config",
            };
            environment.home(command)?.map(|home| home.join(below_home))
        } else {
            etcetera::choose_base_strategy().ok().map(|strategy| match self {
                Self::State => strategy.state_dir().unwrap_or_else(|| strategy.data_dir()),
                Self::Configuration => strategy.config_dir(),
            })
        };
        Ok(folder.map(|folder| folder.join("wagroups")))
    }

    /// There is no folder to put it in.
    pub(crate) fn homeless(self, command: &str) -> Failure {
        let what = match self {
            Self::State => "to keep state in",
            Self::Configuration => "to keep accounts in",
        };
        Failure::configuration(command, format!("there is no home folder {what}: HOME is not set"))
            .with_remedy("Name a folder with `--config-dir` or WAGROUPS_CONFIG_DIR.")
    }

    /// The folder, which is there from here on, and its owner's alone if it was not.
    pub(crate) fn private(
        self,
        globals: &Globals,
        environment: &Environment,
        command: &str,
    ) -> Result<PathBuf, Failure> {
        let folder = self.path(globals, environment, command)?;
        create_private(&folder).map_err(|error| {
            let message = format!("the folder {} cannot be created: {error}", folder.display());
            Failure::configuration(command, message).with_remedy("Name another with `--config-dir`.")
        })?;
        Ok(folder)
    }
}

pub(crate) fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_is_where_it_is_told_to_be() {
        let folder = |what: Folder, dir: Option<&str>, environment: &Environment| {
            let globals = Globals { config_dir: dir.map(PathBuf::from), ..Globals::default() };
            what.path(&globals, environment, "list").map_err(|failure| failure.report.message)
        };
        let variable = Environment::of_folders(Some("/v"), None, None);
        let xdg = Environment::of_folders(None, Some("/c"), Some("/s"));
        for (what, expected) in [(Folder::State, "/s/wagroups"), (Folder::Configuration, "/c/wagroups")] {
            assert_eq!(folder(what, Some("/d"), &variable), Ok("/d".into()));
            assert_eq!(folder(what, None, &variable), Ok("/v".into()));
            assert_eq!(folder(what, None, &xdg), Ok(expected.into()));
            if cfg!(unix) {
                assert!(folder(what, None, &Environment::default()).unwrap_err().contains("HOME"));
            }
        }
    }
}
