//! The commands, one file per noun. Each is planned first (checked as far as that goes without asking anybody) and
//! then carried out. Nothing here prints or exits; results go to the printer, failures to the caller.

mod about;
mod api;
mod askers;
mod auth;
mod bulk;
mod conformance;
mod doctor;
mod each_group;
mod embedded;
mod error_codes;
mod events;
mod groups;
mod invite;
mod listen;
mod losses;
mod outcome;
mod paging;
mod participants;
mod receiving;
mod requests;
mod sandbox;
mod schemas;
mod summary;
mod under_way;
mod webhook;

use std::cell::RefCell;
use std::future::IntoFuture;
use std::path::PathBuf;
use std::time::Duration;

use groups_ergonomic::model::{Group, GroupId, InvalidInput};
use groups_ergonomic::{Client, Error};
use secrecy::ExposeSecret as _;

use crate::accounts::Account;
use crate::args::{
    ApiMethod, AuthCommand, Cli, Command, EventsCommand, Globals, GroupCommand, InviteCommand,
    ParticipantsCommand, RequestsCommand, SandboxCommand, UserCommand, WebhookCommand,
};
use crate::confirm::Question;
use crate::context::{Address, Environment, Session, Target};
use crate::failure::Failure;
use crate::folders::{EVENTS, Folder};
use crate::known_groups::{KnownGroups, Seen};
use crate::near;
use crate::output::{Printer, Shape, end_question};
use crate::run::interrupted;
use crate::scene::{Given, Scene};
use crate::signals::Signals;
pub(crate) use askers::Decided;
pub(crate) use bulk::RowResult;
pub(crate) use participants::Listed as ListedParticipant;
pub(crate) use requests::Listed as ListedRequest;
pub(crate) use sandbox::Which;
pub(crate) use schemas::all as schemas;
pub(crate) use under_way::UnderWay;

/// Calls of one command that are under way at once. How fast they start is the client's business.
const AT_ONCE: usize = 16;

/// How long a call may take with its repeats unless told otherwise, as the client has it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command that makes sense.
pub(crate) struct Plan {
    pub(crate) scene: Scene,
    /// What it results in.
    pub(crate) shape: &'static Shape,
    /// What to ask before it is carried out.
    pub(crate) question: Option<Question>,
    /// Columns of a file that come along into the result.
    carried: Vec<String>,
    task: Task,
    /// Whether it writes through the API.
    writes: bool,
    dry_run: bool,
    fields: Vec<String>,
    /// How long to wait for the outcome, if at all.
    wait: Option<Duration>,
}

enum Task {
    /// Rows of a file.
    Bulk(Box<bulk::Task>),
    CreateMany(Box<bulk::CreateTask>),
    Groups(groups::Task),
    Invite(invite::Task),
    Requests(requests::Task),
    Participants(participants::Task),
    Sandbox(sandbox::Task),
    Conformance(conformance::Task),
    Events(events::Task),
    Outcome(outcome::Task),
    Webhook(webhook::Task),
    Api(api::Task),
    Doctor,
    Auth(auth::Task),
    About(about::Task),
}

/// Where a command runs.
pub(crate) struct Place<'a> {
    pub(crate) globals: &'a Globals,
    pub(crate) environment: &'a Environment,
    /// Why nothing is logged, for the commands that print their result all the same.
    pub(crate) log_problem: Option<&'a Failure>,
    /// What would be lost if it were stopped.
    pub(crate) under_way: &'a UnderWay,
}

impl Place<'_> {
    /// A folder, which is there from here on.
    fn private(&self, folder: Folder, scene: &Scene) -> Result<PathBuf, Failure> {
        folder.private(self.globals, self.environment, scene.command())
    }

    /// The store of events, if there is one. Makes nothing.
    fn events_if_there(&self, scene: &Scene) -> Result<Option<PathBuf>, Failure> {
        let folder = Folder::State.path(self.globals, self.environment, scene.command())?;
        let file = folder.join(EVENTS);
        Ok(file.is_file().then_some(file))
    }
}

/// What a command about groups works with.
struct Call<'a> {
    client: &'a Client,
    scene: &'a Scene,
    dry_run: bool,
    fields: &'a [String],
    /// Where outcomes are told, for a command that waits.
    told: Option<outcome::Source>,
    /// The service and the key, for a journal.
    number: Option<bulk::Number>,
    /// With what a dry run would be sent, for people.
    account: Option<String>,
    /// How long to wait for the outcome, if at all.
    wait: Option<Duration>,
    /// How long a call may take, with its repeats.
    patience: Duration,
    under_way: &'a UnderWay,
    /// For completion.
    seen: RefCell<Seen>,
}

impl Call<'_> {
    /// Carries a write out and prints its result, or prints what it would send.
    async fn write<W, P, T>(
        &self,
        out: &mut Printer,
        write: W,
        preview: impl FnOnce(W) -> P,
    ) -> Result<(), Failure>
    where
        W: IntoFuture<Output = Result<T, Error>>,
        P: Future<Output = Result<groups_ergonomic::Preview, Error>>,
        T: serde::Serialize,
    {
        if self.dry_run {
            let preview = preview(write).await.map_err(|error| self.failed(&error))?;
            out.previews(&[preview], false);
        } else {
            let done = write.await.map_err(|error| self.failed(&error))?;
            out.one(&done);
        }
        Ok(())
    }

    fn failed(&self, error: &Error) -> Failure {
        Failure::of_call(error, self.scene)
    }
}

impl Command {
    /// The command's words.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::Get(_) => "get",
            Self::Create(_) => "create",
            Self::Update(_) => "update",
            Self::Delete(_) => "delete",
            Self::Invite(InviteCommand::Get(_)) => "invite get",
            Self::Invite(InviteCommand::Reset(_)) => "invite reset",
            Self::Requests(RequestsCommand::List(_)) => "requests list",
            Self::Requests(RequestsCommand::Approve(_)) => "requests approve",
            Self::Requests(RequestsCommand::Reject(_)) => "requests reject",
            Self::Participants(ParticipantsCommand::List(_)) => "participants list",
            Self::Participants(ParticipantsCommand::Remove(_)) => "participants remove",
            Self::Sandbox(command) => match command {
                SandboxCommand::Serve(_) => "sandbox serve",
                SandboxCommand::Reset(_) => "sandbox reset",
                SandboxCommand::Status => "sandbox status",
                SandboxCommand::User(UserCommand::Join(_)) => "sandbox user join",
                SandboxCommand::User(UserCommand::Request(_)) => "sandbox user request",
                SandboxCommand::User(UserCommand::Withdraw(_)) => "sandbox user withdraw",
                SandboxCommand::User(UserCommand::Leave(_)) => "sandbox user leave",
                SandboxCommand::Group(GroupCommand::Suspend(_)) => "sandbox group suspend",
                SandboxCommand::Group(GroupCommand::Restore(_)) => "sandbox group restore",
                SandboxCommand::Behaviour(_) => "sandbox behaviour",
                SandboxCommand::Fault(_) => "sandbox fault",
                SandboxCommand::Clock(_) => "sandbox clock",
                SandboxCommand::Crowd(_) => "sandbox crowd",
                SandboxCommand::Trigger(_) => "sandbox trigger",
            },
            Self::Api(_) => "api",
            Self::Conformance(_) => "conformance",
            Self::Wait(_) => "wait",
            Self::Webhook(WebhookCommand::Get) => "webhook get",
            Self::Webhook(WebhookCommand::Set(_)) => "webhook set",
            Self::Auth(AuthCommand::Login(_)) => "auth login",
            Self::Auth(AuthCommand::Status(_)) => "auth status",
            Self::Auth(AuthCommand::List) => "auth list",
            Self::Auth(AuthCommand::Switch(_)) => "auth switch",
            Self::Auth(AuthCommand::Logout(_)) => "auth logout",
            Self::Doctor => "doctor",
            Self::Listen(_) => "listen",
            Self::Events(EventsCommand::List(_)) => "events list",
            Self::Events(EventsCommand::Tail(_)) => "events tail",
            Self::Events(EventsCommand::Replay(_)) => "events replay",
            Self::Events(EventsCommand::Decode(_)) => "events decode",
            Self::Schema(_) => "schema",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
            Self::Help(_) => "help",
            Self::Events(EventsCommand::Prune(_)) => "events prune",
        }
    }

    /// Its `--dry-run`, if it writes through the API.
    fn dry_run(&mut self) -> Option<&mut bool> {
        match self {
            Self::Create(args) => Some(&mut args.dry.dry_run),
            Self::Update(args) => Some(&mut args.dry.dry_run),
            Self::Delete(args) => Some(&mut args.dry.dry_run),
            Self::Invite(InviteCommand::Reset(args)) => Some(&mut args.dry.dry_run),
            Self::Requests(RequestsCommand::Approve(args) | RequestsCommand::Reject(args)) => {
                Some(&mut args.dry.dry_run)
            }
            Self::Participants(ParticipantsCommand::Remove(args)) => Some(&mut args.dry.dry_run),
            Self::Webhook(WebhookCommand::Set(args)) => Some(&mut args.dry.dry_run),
            Self::Api(args) => Some(&mut args.dry.dry_run),
            _ => None,
        }
    }

    /// Whether it makes calls and changes nothing.
    fn reads(&self) -> bool {
        match self {
            Self::List(_)
            | Self::Get(_)
            | Self::Invite(InviteCommand::Get(_))
            | Self::Requests(RequestsCommand::List(_))
            | Self::Participants(ParticipantsCommand::List(_))
            | Self::Webhook(WebhookCommand::Get) => true,
            Self::Api(args) => matches!(args.method, ApiMethod::Get | ApiMethod::Head),
            _ => false,
        }
    }

    /// Its `--wait`, if it was given and something is sent.
    fn waits(&self) -> Option<Duration> {
        match self {
            Self::Create(args) => args.waiting.wait.filter(|_| !args.dry.dry_run),
            Self::Update(args) => args.waiting.wait.filter(|_| !args.dry.dry_run),
            Self::Delete(args) => args.waiting.wait.filter(|_| !args.dry.dry_run),
            Self::Participants(ParticipantsCommand::Remove(args)) => {
                args.waiting.wait.filter(|_| !args.dry.dry_run)
            }
            _ => None,
        }
    }

    /// Its `--yes`, if it destroys.
    fn yes(&mut self) -> Option<&mut bool> {
        match self {
            Self::Delete(args) => Some(&mut args.yes.yes),
            Self::Participants(ParticipantsCommand::Remove(args)) => Some(&mut args.yes.yes),
            Self::Sandbox(SandboxCommand::Reset(args)) => Some(&mut args.yes.yes),
            _ => None,
        }
    }

    fn shape(&self) -> &'static Shape {
        match self {
            _ if let Some(shape) = bulk::shape(self) => shape,
            Self::List(args) if args.details => &Shape::GROUP_READ,
            Self::List(_) | Self::Get(_) => &Shape::GROUP,
            Self::Delete(args) if args.groups.len() > 1 => match self.waits() {
                Some(_) => &Shape::DELETED_FOR_CERTAIN,
                None => &Shape::DELETED,
            },
            _ if self.waits().is_some() => &Shape::OUTCOME,
            Self::Create(_) | Self::Update(_) => &Shape::ACCEPTED,
            Self::Delete(_) | Self::Participants(ParticipantsCommand::Remove(_)) => &Shape::ACCEPTED,
            Self::Invite(_) => &Shape::INVITE_LINK,
            Self::Requests(RequestsCommand::List(_)) => &Shape::JOIN_REQUEST,
            Self::Requests(_) => &Shape::BATCH,
            Self::Participants(ParticipantsCommand::List(args)) if args.all => &Shape::MEMBER,
            Self::Participants(ParticipantsCommand::List(_)) => &Shape::PARTICIPANT,
            Self::Sandbox(SandboxCommand::Serve(_)) => &Shape::SANDBOX_SERVED,
            Self::Sandbox(SandboxCommand::Reset(_) | SandboxCommand::Status) => &Shape::SANDBOX_STATUS,
            Self::Sandbox(SandboxCommand::Behaviour(_)) => &Shape::SANDBOX_BEHAVIOUR,
            Self::Sandbox(SandboxCommand::Fault(_)) => &Shape::SANDBOX_FAULT,
            Self::Sandbox(SandboxCommand::Clock(_)) => &Shape::SANDBOX_CLOCK,
            Self::Sandbox(SandboxCommand::Crowd(_)) => &Shape::SANDBOX_DEED,
            Self::Sandbox(SandboxCommand::Trigger(args)) if args.event.is_none() => &Shape::SANDBOX_EVENT,
            Self::Sandbox(SandboxCommand::Trigger(_)) => &Shape::SANDBOX_TRIGGERED,
            Self::Sandbox(_) => &Shape::SANDBOX_ACTION,
            Self::Api(_) => &Shape::ANSWER,
            Self::Conformance(_) => &Shape::FINDING,
            Self::Wait(_) => &Shape::OUTCOME,
            Self::Webhook(_) => &Shape::WEBHOOK,
            Self::Auth(AuthCommand::Status(_)) => &Shape::AUTH_STATUS,
            Self::Auth(AuthCommand::Logout(_)) => &Shape::LOGGED_OUT,
            Self::Auth(_) => &Shape::ACCOUNT,
            Self::Doctor => &Shape::CHECK,
            Self::Events(EventsCommand::Prune(_)) => &Shape::PRUNED,
            Self::Listen(_) | Self::Events(_) => &Shape::EVENT,
            Self::Help(_) => &Shape::ERROR_CODE,
            Self::Schema(_) | Self::Completions(_) | Self::Man(_) => &Shape::PAGE,
        }
    }
}

impl Plan {
    /// Whether it changes something that is not undone by stopping.
    pub(crate) fn writes(&self) -> bool {
        self.writes && !self.dry_run
    }

    /// The columns of its result where they are chosen by the file.
    pub(crate) fn columns(&self) -> Vec<String> {
        if !self.fields.is_empty() || self.carried.is_empty() {
            return self.fields.clone();
        }
        let (first, rest) = self.shape.fields.split_at(1);
        let of_result = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>();
        [of_result(first), self.carried.clone(), of_result(rest)].concat()
    }

    /// Whether its result is a list of what became of each.
    pub(crate) fn is_list(&self) -> bool {
        matches!(&self.task, Task::Groups(task) if task.is_of_several())
    }

    /// Whether it sees to signals itself.
    pub(crate) fn ends_by_signal(&self) -> bool {
        match &self.task {
            Task::Sandbox(task) => task.is_serving(),
            // What is under way is finished, and it is told how to go on.
            Task::Bulk(_) | Task::CreateMany(_) => true,
            // It deletes what it has made before it ends.
            Task::Conformance(_) => true,
            Task::Events(task) => task.ends_by_signal(),
            _ => false,
        }
    }
}

/// Checks a command as far as that goes without asking anybody.
pub(crate) fn plan(cli: Cli) -> Result<Plan, Failure> {
    let Cli { globals, early, mut command } = cli;
    let name = command.name();
    if early.dry_run {
        *command.dry_run().ok_or_else(|| misplaced(name, "--dry-run", "it sends nothing to be shown"))? =
            true;
    }
    if early.yes {
        *command.yes().ok_or_else(|| misplaced(name, "--yes", "it asks for no confirmation"))? = true;
    }
    if globals.curl {
        curl(&mut command)?;
    }
    if matches!(&command, Command::Api(_)) {
        api::check(&globals)?;
    }
    about::check(&command, &globals)?;
    bulk::check(&command)?;
    let scene = Scene::new(name, Given::of(&globals));
    let shape = command.shape();
    let takes_rows = bulk::shape(&command).is_some();
    if !takes_rows {
        check_fields(&globals.fields, shape, &[], name)?;
    }
    let writes = command.dry_run().is_some() && !command.reads();
    let dry_run = command.dry_run().is_some_and(|flag| *flag);
    let wait = command.waits();
    let asks = !dry_run && command.yes().is_some_and(|yes| !*yes);
    let planned = match command {
        Command::List(args) => groups::list(args, scene, &globals.fields)?,
        Command::Get(args) if takes_rows => bulk::get(args, scene)?,
        Command::Get(args) => groups::get(args, scene)?,
        Command::Create(args) if takes_rows => bulk::create(args, scene)?,
        Command::Create(args) => groups::create(args, scene)?,
        Command::Update(args) if takes_rows => bulk::update(args, scene)?,
        Command::Update(args) => groups::update(args, scene)?,
        Command::Delete(args) if takes_rows => bulk::delete(args, scene)?,
        Command::Delete(args) => groups::delete(args, scene)?,
        Command::Invite(args) => invite::plan(args, scene, &globals)?,
        Command::Requests(args) => requests::plan(args, scene)?,
        Command::Participants(args) => participants::plan(args, scene)?,
        Command::Sandbox(_) if globals.profile.is_some() => {
            return Err(misplaced(name, "--profile", "sandboxes have no accounts"));
        }
        Command::Sandbox(SandboxCommand::Serve(_)) if globals.base_url.is_some() => {
            return Err(misplaced(
                name,
                "--base-url",
                "it serves a sandbox itself; `--host` and `--port` say where",
            ));
        }
        Command::Sandbox(args) => sandbox::plan(args, scene)?,
        Command::Conformance(args) => conformance::plan(args, scene)?,
        Command::Api(args) => api::plan(args, scene, &globals)?,
        Command::Wait(args) => outcome::plan(args, scene)?,
        Command::Webhook(args) => webhook::plan(args, scene)?,
        Command::Auth(command) => auth::plan(command, scene, &globals)?,
        Command::Doctor => Planned::new(scene, Task::Doctor),
        Command::Listen(_) | Command::Events(_) if globals.profile.is_some() => {
            return Err(misplaced(name, "--profile", "it makes no call"));
        }
        Command::Listen(_) | Command::Events(_) if globals.base_url.is_some() => {
            return Err(misplaced(name, "--base-url", "it makes no call"));
        }
        Command::Listen(args) => listen::plan(args, scene)?,
        Command::Events(args) => events::plan(args, scene)?,
        command @ (Command::Schema(_) | Command::Completions(_) | Command::Man(_) | Command::Help(_)) => {
            about::plan(command, scene)?
        }
    };
    let Planned { scene, task, question, carried } = planned;
    if takes_rows {
        check_fields(&globals.fields, shape, &carried, name)?;
    }
    let question = question.filter(|_| asks);
    Ok(Plan { scene, shape, question, carried, task, writes, dry_run, fields: globals.fields, wait })
}

/// What a noun's planning comes to.
struct Planned {
    scene: Scene,
    task: Task,
    /// What a destructive command would lose.
    question: Option<Question>,
    carried: Vec<String>,
}

impl Planned {
    fn new(scene: Scene, task: Task) -> Self {
        Self { scene, task, question: None, carried: Vec::new() }
    }

    fn asking(mut self, question: Question) -> Self {
        self.question = Some(question);
        self
    }
}

/// Carries a plan out.
pub(crate) async fn run(plan: Plan, place: &Place<'_>, out: &mut Printer) -> Result<(), Failure> {
    let Plan { scene, task, dry_run, fields, wait, question, .. } = plan;
    let task = match task {
        Task::Sandbox(task) => return sandbox::run(task, &scene, place, out).await,
        Task::Conformance(task) => return conformance::run(task, &scene, place, out).await,
        Task::Events(task) => return events::run(task, &scene, place, out).await,
        Task::Auth(task) => return auth::run(task, &scene, place, out).await,
        Task::Doctor => return doctor::run(&scene, place, out).await,
        Task::About(task) => return about::run(task, &scene, out),
        task => task,
    };
    let asks_events = wait.is_some() || matches!(&task, Task::Outcome(_));
    let sends = match &task {
        _ if place.globals.curl => false,
        Task::Requests(task) if task.lists_first() => true,
        Task::Bulk(task) if task.lists_first() => true,
        // It asks the webhooks that were received.
        Task::Outcome(_) => false,
        _ => !dry_run,
    };
    if place.globals.curl && matches!(&task, Task::Bulk(task) if task.lists_first()) {
        return Err(misplaced(scene.command(), "--curl", PEOPLE_ARE_LOOKED_UP));
    }
    let address = Address::resolve(place.globals, place.environment, &scene, sends).await?;
    let (identity, detour) = (address.identity(), address.detour());
    if let Some(detour) = detour.filter(|_| sends || dry_run) {
        out.told_first(detour);
    }
    let number = (sends && matches!(&task, Task::CreateMany(_))).then(|| bulk::Number::of(&address));
    let target = Target::of(address, place.globals, place.environment, &scene)?;
    let scene = if matches!(&target, Target::Sandbox(_)) { scene.embedded() } else { scene };
    if place.globals.curl && scene.is_embedded() {
        let failure = Failure::usage(
            scene.command(),
            "`--curl` cannot lead to the embedded sandbox, which ends with this command",
        );
        return Err(failure.with_remedy(format!(
            "`{}` serves it; then give its address with `--base-url`.",
            scene.local("sandbox serve")
        )));
    }
    let session = Session::open(target, place.globals, &scene).await?;
    let told = match asks_events.then(|| outcome::source(&session, place, &scene)) {
        Some(source) => match source.await {
            Ok(told) => told,
            // It is all that this command has.
            Err(failure) if matches!(&task, Task::Outcome(_)) => return Err(failure),
            Err(failure) => {
                out.note(format!("Looking alone tells the outcome: {}.", failure.report.message));
                None
            }
        },
        None => None,
    };
    let under_way = place.under_way;
    // A write shows what it would send by itself; a read is made with a client that keeps the first request.
    let kept = (place.globals.curl && !dry_run).then(|| session.client().keeping());
    let client = kept.as_ref().map_or(session.client(), |(client, _)| client);
    let seen = RefCell::default();
    let patience = place.globals.timeout.unwrap_or(PATIENCE);
    let account = dry_run.then(|| account_of(place, &scene)).flatten();
    let call = Call {
        client,
        scene: &scene,
        dry_run,
        fields: &fields,
        told,
        number,
        account,
        wait,
        patience,
        under_way,
        seen,
    };
    if let Some(Question::Groups(losses)) = &question {
        under_way.asks(true);
        // Rows of a file hear of signals themselves, and have not begun to.
        let mut signals = matches!(&task, Task::Bulk(_)).then(|| Signals::new().ok()).flatten();
        let told_to_end = async {
            match &mut signals {
                Some(signals) => drop(signals.wait().await),
                None => std::future::pending().await,
            }
        };
        let answer = tokio::select! {
            biased;
            () = told_to_end => {
                end_question();
                let failure = interrupted(&scene, false);
                Err(failure.with_remedy("Run it again, with `--yes` to do it without asking."))
            }
            answer = losses::ask(losses, &call, out) => answer,
        };
        if let Err(declined) = answer {
            // Nothing follows, so that a signal which comes only now is still one at a question.
            session.close().await;
            return Err(declined);
        }
        under_way.asks(false);
    }
    let result = match task {
        Task::Bulk(task) => bulk::run(*task, &call, out).await,
        Task::CreateMany(task) => bulk::run_create(*task, &call, out).await,
        Task::Groups(task) => groups::run(task, &call, out).await,
        Task::Invite(task) => invite::run(task, &call, out).await,
        Task::Requests(task) => requests::run(task, &call, out).await,
        Task::Participants(task) => participants::run(task, &call, out).await,
        Task::Outcome(task) => outcome::run(task, &call, out).await,
        Task::Webhook(task) => webhook::run(task, &call, out).await,
        Task::Api(task) => api::run(task, &call, out).await,
        // Done above.
        Task::Sandbox(_)
        | Task::Conformance(_)
        | Task::Events(_)
        | Task::Auth(_)
        | Task::About(_)
        | Task::Doctor => Ok(()),
    };
    let result = match kept.as_ref().and_then(|(_, kept)| kept.take()) {
        Some(preview) => {
            out.previews(&[preview], false);
            Ok(())
        }
        None => result,
    };
    let seen = call.seen.take();
    if !seen.is_empty()
        && let Some(identity) = identity
        && let Some(known) =
            KnownGroups::of_account(identity.expose_secret(), place.globals, place.environment)
    {
        known.remember(seen);
    }
    drop(kept);
    session.close().await;
    result
}

/// What calls would be made with.
fn account_of(place: &Place<'_>, scene: &Scene) -> Option<String> {
    let account = Account::find(place.globals, place.environment, scene.command()).ok().flatten()?;
    Some(match account.profile() {
        Some((name, _)) => format!("the account {name}"),
        None => "the key in D360_API_KEY".to_owned(),
    })
}

/// Why there is no command line for it.
const PEOPLE_ARE_LOOKED_UP: &str =
    "for people it reads the requests first, and nothing is sent; give the requests' ids";

/// Makes a command show its request as a command line.
fn curl(command: &mut Command) -> Result<(), Failure> {
    let name = command.name();
    match &*command {
        Command::Requests(RequestsCommand::Approve(args) | RequestsCommand::Reject(args)) if args.all => {
            return Err(misplaced(
                name,
                "--curl",
                "with `--all` it reads the requests first, and nothing is sent",
            ));
        }
        Command::Requests(RequestsCommand::Approve(args) | RequestsCommand::Reject(args))
            if args.ids.iter().any(|text| crate::people::given(text).is_ok()) =>
        {
            return Err(misplaced(name, "--curl", PEOPLE_ARE_LOOKED_UP));
        }
        Command::List(args) if args.details => {
            return Err(misplaced(name, "--curl", "with `--details` it makes a call for each group"));
        }
        Command::Participants(ParticipantsCommand::List(args)) if args.all => {
            return Err(misplaced(name, "--curl", "with `--all` it makes a call for each group"));
        }
        Command::Webhook(WebhookCommand::Set(args)) if !args.headers.is_empty() => {
            return Err(misplaced(
                name,
                "--curl",
                "the headers are secrets, and would stand in the command line",
            ));
        }
        _ => {}
    }
    let reads = command.reads();
    match command.dry_run() {
        Some(dry_run) => *dry_run = true,
        None if reads => {}
        None => return Err(misplaced(name, "--curl", "it makes no single call")),
    }
    Ok(())
}

/// All groups, to find one by its subject.
pub(crate) async fn all_groups(
    globals: &Globals,
    environment: &Environment,
    scene: Scene,
) -> Result<Vec<Group>, Failure> {
    let target = Target::resolve(globals, environment, &scene, true).await?;
    let session = Session::open(target, globals, &scene).await?;
    let groups = session.client().groups().list().stream().all().await;
    session.close().await;
    groups.map_err(|error| Failure::of_call(&error, &scene))
}

fn misplaced(command: &str, option: &str, why: &str) -> Failure {
    Failure::usage(command, format!("`{option}` has no meaning for `{command}`: {why}"))
        .with_remedy(format!("Leave `{option}` out."))
}

fn check_fields(fields: &[String], shape: &Shape, carried: &[String], command: &str) -> Result<(), Failure> {
    for (index, field) in fields.iter().enumerate() {
        if shape.fields.is_empty() {
            return Err(misplaced(command, "--fields", "it prints one line"));
        }
        if !shape.fields.contains(&field.as_str()) && !carried.contains(field) {
            let message = format!("{field:?} is not a field of {}", shape.name);
            let fields = carried.iter().map(String::as_str).chain(shape.fields.iter().copied());
            return Err(Failure::usage(command, message).with_remedy(format!(
                "{}Its fields are {}.",
                near::question(field, fields.clone()),
                fields.collect::<Vec<_>>().join(", ")
            )));
        }
        if fields[..index].contains(field) {
            return Err(Failure::usage(command, format!("`--fields` names {field:?} twice"))
                .with_remedy("Name each field once."));
        }
    }
    Ok(())
}

/// An id as the user gave it, checked before it becomes part of a path.
fn group_id(text: &str, scene: &Scene) -> Result<GroupId, Failure> {
    GroupId::new(text).map_err(|invalid| invalid_input(&invalid, scene).with_remedy(scene.groups_and_ids()))
}

fn invalid_input(invalid: &InvalidInput, scene: &Scene) -> Failure {
    Failure::invalid(scene.command(), invalid)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::exit::Code;

    fn planned(line: &str) -> Result<Plan, Failure> {
        plan(Cli::try_parse_from(line.split(' ')).unwrap())
    }

    fn refusal(line: &str) -> String {
        let failure = planned(line).err().unwrap_or_else(|| panic!("{line} was planned"));
        assert_eq!(failure.code, Code::Usage, "{line}");
        let report = failure.report;
        format!("{}; {}", report.message, report.remedy.unwrap_or_default())
    }

    #[test]
    fn options_of_some_commands_may_stand_before_them() {
        assert!(planned("wagroups --dry-run create --subject x").unwrap().dry_run);
        assert!(planned("wagroups -y delete x").unwrap().question.is_none());
        assert!(planned("wagroups delete x").unwrap().question.is_some());
        assert!(planned("wagroups delete x --dry-run").unwrap().question.is_none());
        assert!(refusal("wagroups --dry-run list").contains("--dry-run"));
        assert!(refusal("wagroups --yes list").contains("--yes"));
        assert!(refusal("wagroups sandbox serve --base-url http://127.0.0.1:1").contains("--base-url"));
        assert!(refusal("wagroups sandbox status --profile x").contains("--profile"));
        assert!(planned("wagroups sandbox status --base-url http://127.0.0.1:1").is_ok());
    }

    #[test]
    fn fields_are_those_of_the_result_and_each_named_once() {
        assert!(refusal("wagroups get x --fields id,colour").contains("subject, description"));
        assert!(refusal("wagroups get x --fields id,id").contains("twice"));
        assert!(refusal("wagroups list --fields id,description").contains("wagroups get GROUP --fields"));
        assert!(refusal("wagroups sandbox serve --fields base_url").contains("one line"));
        assert!(planned("wagroups list --fields created_at,id").is_ok());
        assert!(planned("wagroups get x --fields invite_link").is_ok());
    }

    #[test]
    fn bad_values_are_refused_before_anything_is_opened() {
        for (line, expected) in [
            ("wagroups get ..", "group id"),
            ("wagroups get a/b", "group id"),
            ("wagroups list --limit 0", "limit must be at least 1"),
            ("wagroups list --page-size 0", "page size must be 1 to 1024"),
            ("wagroups list --page-size 1025", "page size must be 1 to 1024"),
            ("wagroups list --page-size 99999999999", "got 99999999999"),
            ("wagroups update x", "at least one setting"),
            ("wagroups update x --picture /nowhere/x.jpg", "picture"),
            ("wagroups delete x y x", "each group once"),
            ("wagroups participants remove x 123", "user must be"),
            ("wagroups participants remove x +15550100110 15550100110", "each person once"),
            ("wagroups requests approve x a a", "each id once"),
            ("wagroups sandbox user join x bob", "user must be"),
            ("wagroups sandbox serve --host example", "host"),
        ] {
            let said = refusal(line);
            assert!(said.contains(expected), "{line}: {said}");
        }
        let long = "x".repeat(129);
        assert!(refusal(&format!("wagroups create --subject {long}")).contains("128"));
        let long = "x".repeat(2049);
        assert!(refusal(&format!("wagroups update g --description {long}")).contains("2048"));
    }
}
