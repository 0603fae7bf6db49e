//! The commands about `wagroups` itself: schemas, completions, manual pages. They make no call and keep no state.

use std::path::{Path, PathBuf};

use clap_complete::Shell;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Planned, error_codes, misplaced};
use crate::args::{Command, Format, Globals};
use crate::completion;
use crate::documents;
use crate::failure::{Failure, Kind};
use crate::near;
use crate::output::Printer;
use crate::scene::Scene;

pub(super) enum Task {
    Schema(Map<String, Value>),
    Completions(Shell),
    ErrorCodes(error_codes::Task),
    /// The page of the program itself.
    Page,
    /// The pages of all commands, to a folder.
    Pages(PathBuf),
}

/// A file that was written.
#[derive(Serialize, JsonSchema)]
pub(super) struct Page {
    /// Its path.
    file: String,
}

/// Refuses options that have no meaning here.
pub(super) fn check(command: &Command, globals: &Globals) -> Result<(), Failure> {
    let name = command.name();
    let has_objects = match command {
        Command::Schema(_) | Command::Completions(_) => false,
        Command::Man(args) => args.folder.is_some(),
        Command::Help(_) => true,
        _ => return Ok(()),
    };
    let filters = has_objects || matches!(command, Command::Schema(_));
    if globals.base_url.is_some() {
        return Err(misplaced(name, "--base-url", "it makes no call"));
    }
    if globals.profile.is_some() {
        return Err(misplaced(name, "--profile", "it makes no call"));
    }
    if !globals.fields.is_empty() && !has_objects {
        return Err(misplaced(name, "--fields", "it prints one text"));
    }
    if globals.jq.is_some() && !filters {
        return Err(misplaced(name, "--jq", "it prints no JSON"));
    }
    if globals.output == Some(Format::Csv) && !has_objects {
        return Err(misplaced(name, "-o csv", "it prints no table"));
    }
    Ok(())
}

pub(super) fn plan(command: Command, scene: Scene) -> Result<Planned, Failure> {
    let task = match command {
        Command::Schema(args) => Task::Schema(schema(args.name.as_deref(), &scene)?),
        Command::Completions(args) => Task::Completions(args.shell),
        Command::Man(args) => args.folder.map_or(Task::Page, Task::Pages),
        // What else it is asked for is told before anything is planned.
        Command::Help(args) => {
            Task::ErrorCodes(error_codes::plan(args.after_error().unwrap_or(&[]), &scene)?)
        }
        other => return Err(Failure::usage(other.name(), "this is no command that is carried out")),
    };
    Ok(Planned::new(scene, super::Task::About(task)))
}

/// One schema, or all of them by name.
fn schema(name: Option<&str>, scene: &Scene) -> Result<Map<String, Value>, Failure> {
    let all = crate::schema::all();
    let Some(name) = name else {
        return Ok(all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect());
    };
    let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    let known = format!("{}The types are {}.", near::question(name, names.iter().copied()), names.join(", "));
    let found = all.into_iter().find(|(other, _)| *other == name);
    match found {
        Some((_, Value::Object(schema))) => Ok(schema),
        _ => Err(Failure::usage(scene.command(), format!("there is no type {name:?}")).with_remedy(known)),
    }
}

pub(super) fn run(task: Task, scene: &Scene, out: &mut Printer) -> Result<(), Failure> {
    match task {
        Task::Schema(schema) => out.document(&schema),
        Task::Completions(shell) => {
            out.raw(&completion::script(shell));
        }
        Task::ErrorCodes(task) => error_codes::run(task, out),
        Task::Page => out.raw(&documents::page()),
        Task::Pages(folder) => {
            let written = write_pages(&folder).map_err(|error| {
                let message = format!("the pages cannot be written to {}: {error}", folder.display());
                Failure::local(Kind::Output, scene.command(), message).with_remedy("Name another folder.")
            })?;
            out.items(&written);
        }
    }
    Ok(())
}

fn write_pages(folder: &Path) -> std::io::Result<Vec<Page>> {
    std::fs::create_dir_all(folder)?;
    documents::manual()
        .into_iter()
        .map(|(name, page)| {
            let file = folder.join(name);
            std::fs::write(&file, page)?;
            Ok(Page { file: file.to_string_lossy().into_owned() })
        })
        .collect()
}
