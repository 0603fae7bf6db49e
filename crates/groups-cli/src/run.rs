//! One command from its words to its exit code. The order matters: what is wrong with the line is told before
//! anybody is asked, and everybody is asked before anything is opened or sent.

use std::ffi::OsString;
use std::path::Path;

use clap::Parser;

use crate::args::{Cli, Command, Early, Format, Globals, Help, two_words};
use crate::command::UnderWay;
use crate::command::{self, Plan};
use crate::completion;
use crate::confirm::{Question, Yes, can_ask, confirm};
use crate::context::Environment;
use crate::exit::Code;
use crate::failure::{Failure, Kind, look_first};
use crate::output::{self, Printer};
use crate::scene::Scene;
use crate::signals::Signals;
use crate::subject;
use crate::topics;

pub(crate) fn run(argv: &[OsString], environment: &Environment) -> Code {
    if let Some(answer) = completion::answer(argv, environment) {
        return output::answer(&answer);
    }
    if let Some((option, value)) = two_words::find(argv) {
        return output::report(&value_apart(argv, &option, &value), early_format(argv, environment));
    }
    let cli = match Cli::try_parse_from(argv) {
        Ok(cli) => cli,
        Err(error) => {
            let early = Early::of(argv);
            output::set_colours(early.color);
            return output::not_parsed(&error, &early, early_format(argv, environment));
        }
    };
    output::set_colours(cli.globals.color);
    if let Command::Help(help @ Help { words }) = &cli.command
        && help.after_error().is_none()
    {
        return match topics::find(words) {
            Some(text) => output::topic(text),
            None if let Some(topic) = topics::near(words) => {
                let failure = Failure::usage("help", format!("there is no command or topic {:?}", words[0]))
                    .with_remedy(format!("Did you mean `wagroups help {topic}`?"));
                output::report(&failure, cli.globals.output.unwrap_or(Format::Table))
            }
            // As asked in the other way; it also knows what to say where there is no such command.
            None => run(&asking_for_help(argv, words), environment),
        };
    }
    // These print their table whatever is wrong, and name it there.
    let always_prints = ["doctor", "auth status"].contains(&cli.command.name());
    let format = match environment.format(cli.globals.output, cli.command.name()) {
        Ok(format) => format,
        Err(_) if always_prints => Format::Table,
        Err(failure) => return output::report(&failure, Format::Table),
    };
    let globals = cli.globals.clone();
    let filter = match output::filter(&globals, cli.command.name()) {
        Ok(filter) => filter,
        Err(failure) => return output::report(&failure, format),
    };
    let plan = match planned(cli, argv, environment) {
        Ok(plan) => plan,
        Err(failure) => return output::report(&failure, format),
    };
    let command = plan.scene.command();
    let (mut log_problem, (directives, file)) = match log(environment, &globals, command) {
        Err(failure) if always_prints => (Some(failure), ("", None)),
        Err(failure) => return output::report(&failure, format),
        Ok(log) => (None, log),
    };
    let is_silent = directives.is_empty();
    let directives = match directives {
        // Nobody waits for its result: what goes wrong meanwhile has to be told meanwhile.
        "" if command == "listen" && !globals.quiet => "groups_webhooks=warn",
        directives => directives,
    };
    // Without `-v` every line of stderr is a document where JSON was asked for.
    let as_json = format.is_json() && is_silent;
    match output::start_log(directives, as_json, file, command) {
        Ok(()) => {}
        // Nothing is logged then.
        Err(failure) if always_prints => log_problem = Some(failure),
        Err(failure) => return output::report(&failure, format),
    }
    // A file of rows has columns of its own; JSON has them anyway.
    let columns = if format.is_json() { globals.fields.clone() } else { plan.columns() };
    let mut printer = Printer::new(format, plan.shape, &columns, globals.quiet, filter)
        // What is logged goes to the same place.
        .with_curl(globals.curl)
        .with_progress(!globals.no_progress && directives.is_empty());
    let under_way = UnderWay::default();
    let place = command::Place {
        globals: &globals,
        environment,
        log_problem: log_problem.as_ref(),
        under_way: &under_way,
    };
    let result = carry_out(plan, &place, &mut printer);
    // What was served or followed has ended as it should, whichever way it was told to.
    match result {
        Err(failure)
            if failure.code == Code::Interrupted
                && ["sandbox serve", "listen", "events tail"].contains(&command) =>
        {
            printer.finish(Ok(()), command);
            Code::Interrupted
        }
        result => printer.finish(result, command),
    }
}

/// The output format of a line that is not parsed.
fn early_format(argv: &[OsString], environment: &Environment) -> Format {
    let early = Early::of(argv);
    environment.format(early.format, &early.command).unwrap_or(Format::Table)
}

/// Refuses `--wait 30s`.
fn value_apart(argv: &[OsString], option: &str, value: &str) -> Failure {
    let message = format!("the value of `{option}` must follow an equals sign: write `{option}={value}`");
    Failure::usage(&Early::of(argv).command, message).with_remedy(
        "As a word of its own it would be another argument of the command. If it is one, put it before the option.",
    )
}

/// The plan of a command line. At a terminal a GROUP that may be a subject is asked for, once the line makes sense.
fn planned(mut cli: Cli, argv: &[OsString], environment: &Environment) -> Result<Plan, Failure> {
    let text = match subject::of(&mut cli.command) {
        Some(text) if !cli.early.dry_run && !cli.globals.curl && subject::may_be_given() => {
            // Any id will do to find out what else is wrong.
            std::mem::replace(text, "GROUP".to_owned())
        }
        _ => return command::plan(cli),
    };
    let globals = cli.globals.clone();
    let scene = command::plan(cli)?.scene;
    let command = scene.command();
    let runtime = runtime(command)?;
    let groups = runtime.block_on(command::all_groups(&globals, environment, scene.clone()));
    // A name that is still being looked up must not hold the process.
    runtime.shutdown_background();
    let groups = groups?;
    let id = subject::meant(&text, &groups, &scene)?;
    // It was understood before.
    let mut again = Cli::try_parse_from(argv).map_err(|error| Failure::usage(command, error.to_string()))?;
    if let Some(group) = subject::of(&mut again.command) {
        *group = id.to_string();
    }
    command::plan(again)
}

/// What is logged, and the file that it is added to with what is logged there.
fn log<'a>(environment: &'a Environment, globals: &'a Globals, command: &str) -> Result<Log<'a>, Failure> {
    Ok((environment.log(globals.verbose, command)?, environment.log_file(globals, command)?))
}

type Log<'a> = (&'a str, Option<(&'a Path, &'a str)>);

fn runtime(command: &str) -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Failure::local(Kind::Output, command, format!("the program could not start: {error}")).with_remedy(
            "The system has refused what every program needs; see its limits, then run it again.",
        )
    })
}

fn asking_for_help(argv: &[OsString], words: &[String]) -> Vec<OsString> {
    let words = words.iter().map(OsString::from);
    argv.iter().take(1).cloned().chain(words).chain([OsString::from("--help")]).collect()
}

fn carry_out(plan: Plan, place: &command::Place<'_>, printer: &mut Printer) -> Result<(), Failure> {
    let (scene, writes, several) = (plan.scene.clone(), plan.writes(), plan.is_list());
    let command = scene.command();
    let runtime = runtime(command)?;
    let result = runtime.block_on(async {
        if plan.ends_by_signal() {
            return asked(plan, place, printer).await;
        }
        let stopped = match Signals::new() {
            Ok(mut signals) => tokio::select! {
                result = asked(plan, place, printer) => return result,
                _ = signals.wait() => place.under_way.interrupted(several, printer),
            },
            // Then being told ends the process at once.
            Err(_) => return asked(plan, place, printer).await,
        };
        if place.under_way.is_asking() {
            output::end_question();
            return Err(
                interrupted(&scene, false).with_remedy("Run it again, with `--yes` to do it without asking.")
            );
        }
        Err(stopped.unwrap_or_else(|| interrupted(&scene, writes)))
    });
    // A name that is still being looked up must not hold the process.
    runtime.shutdown_background();
    result
}

/// Carries it out once the answer is yes. Being told to end while it is asked is heard by the caller.
async fn asked(plan: Plan, place: &command::Place<'_>, printer: &mut Printer) -> Result<(), Failure> {
    let command = plan.scene.command();
    match &plan.question {
        Some(Question::SandboxReset) => {
            let which = command::Which::of(place.globals, place.environment, command)?;
            place.under_way.asks(true);
            confirm(&which.reset_question(place.globals), Yes::Word, command).await?;
            place.under_way.asks(false);
        }
        // Asked once it was read what would be lost.
        Some(Question::Groups(_)) => can_ask(command)?,
        None => {}
    }
    command::run(plan, place, printer).await
}

/// `writes`: whether something may have been done that nobody was told of.
pub(crate) fn interrupted(scene: &Scene, writes: bool) -> Failure {
    let (message, remedy) = if writes {
        ("interrupted; a call that was under way may have been done", look_first(scene))
    } else {
        ("interrupted; nothing was done", "Run it again.".to_owned())
    };
    Failure::local(Kind::Interrupted, scene.command(), message).with_remedy(remedy)
}
