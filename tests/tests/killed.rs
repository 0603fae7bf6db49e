//! `kill -9` of a served sandbox, again and again, while others write to it: what was acknowledged is there, every
//! accepted request has one outcome, and nothing is there twice. WAGROUPS_KILLS says how often; 15 unless it does.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use groups_ergonomic::model::{GroupId, JoinApprovalMode};
use groups_ergonomic::{Client, Error, RateLimit, RetryPolicy};
use groups_sandbox::{Event, Happening, Sandbox};
use groups_tests::World;
use tokio::sync::Notify;

/// A load lasts up to this long before the kill, from the first write that is acknowledged.
const LOAD: Duration = Duration::from_millis(120);
/// On a machine that is busy with other tests everything takes longer than it should.
const PATIENCE: Duration = Duration::from_secs(60);

/// Never repeats anything: what was not acknowledged stays unknown.
fn client(base_url: &str) -> Client {
    let never = RetryPolicy { max_retries: 0, ..RetryPolicy::default() };
    let builder = Client::builder().api_key("sandbox").base_url(base_url);
    builder.retry(never).rate_limit(RateLimit::Unlimited).build().unwrap()
}

/// What the writers of one round and its killer tell each other.
#[derive(Default)]
struct Round {
    over: AtomicBool,
    acknowledged: Notify,
}

impl Round {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// Whether a call was acknowledged. A refusal is neither yes nor "perhaps": nothing here may be refused.
#[track_caller]
fn acknowledged<T>(outcome: Result<T, Error>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(error) => {
            assert_eq!(error.http_status(), None, "{error}");
            None
        }
    }
}

/// Creates groups and deletes them again.
struct Founder {
    name: &'static str,
    /// Subjects, each with the request id if the creation was acknowledged.
    created: Vec<(String, Option<String>)>,
    /// The same for deletions, by the group's id.
    deleted: BTreeMap<String, Option<String>>,
}

impl Founder {
    fn new(name: &'static str) -> Self {
        Self { name, created: Vec::new(), deleted: BTreeMap::new() }
    }

    async fn write(&mut self, client: &Client, round: &Round) {
        let Some(listed) = acknowledged(client.groups().list().stream().all().await) else { return };
        let mut old: Vec<GroupId> = listed
            .into_iter()
            .filter(|group| group.subject.as_ref().is_some_and(|subject| subject.starts_with(self.name)))
            .map(|group| group.id)
            .filter(|id| !self.deleted.contains_key(id.as_str()))
            .collect();
        while !round.is_over() {
            let subject = format!("{} {}", self.name, self.created.len());
            let accepted = acknowledged(client.groups().create(subject.as_str()).await);
            let request_id = accepted.and_then(|accepted| accepted.request_id);
            if request_id.is_some() {
                round.acknowledged.notify_one();
            }
            self.created.push((subject, request_id.map(|id| id.to_string())));
            if let Some(id) = old.pop() {
                let accepted = acknowledged(client.group(id.clone()).unwrap().delete().await);
                let request_id = accepted.and_then(|accepted| accepted.request_id);
                self.deleted.insert(id.to_string(), request_id.map(|id| id.to_string()));
            }
        }
    }
}

/// Changes one group's subject and link.
struct Owner {
    group: GroupId,
    /// Subjects, the first one included, each with the request id if the update was acknowledged.
    updates: Vec<(String, Option<String>)>,
    /// The link that was there last, and those that were there before it.
    link: String,
    dead_links: BTreeSet<String>,
    /// Whether a reset was sent that nobody has acknowledged.
    in_doubt: bool,
}

impl Owner {
    async fn write(&mut self, client: &Client, round: &Round) {
        let handle = client.group(self.group.clone()).unwrap();
        let Some(link) = acknowledged(handle.invite_link().await) else { return };
        self.sees(link.invite_link.as_str());
        while !round.is_over() {
            let subject = format!("Owned {}", self.updates.len());
            let accepted = acknowledged(handle.update().subject(subject.as_str()).await);
            let request_id = accepted.and_then(|accepted| accepted.request_id);
            self.updates.push((subject, request_id.map(|id| id.to_string())));
            self.in_doubt = true;
            let Some(link) = acknowledged(handle.reset_invite_link().await) else { return };
            self.replaces(link.invite_link.as_str());
        }
    }

    /// A link that was read: the last one, unless a reset is in doubt. A dead one never comes back.
    fn sees(&mut self, link: &str) {
        assert!(!self.dead_links.contains(link), "{link} has come back");
        assert!(self.in_doubt || link == self.link, "{link} has replaced {} by itself", self.link);
        if link != self.link {
            self.replaces(link);
        }
        self.in_doubt = false;
    }

    fn replaces(&mut self, link: &str) {
        assert_ne!(link, self.link);
        self.dead_links.insert(std::mem::replace(&mut self.link, link.to_owned()));
        self.in_doubt = false;
    }

    /// The subject that the last acknowledged update has set, or a later one in doubt.
    fn may_be_called(&self, subject: &str) -> bool {
        let last = self.updates.iter().rposition(|(_, request_id)| request_id.is_some()).unwrap_or(0);
        self.updates[last..].iter().any(|(possible, _)| possible == subject)
    }
}

/// Goes in and out by commands, the last of which is killed as well.
struct Guest {
    group: GroupId,
    user: &'static str,
    inside: bool,
    in_doubt: bool,
    joined: usize,
}

impl Guest {
    async fn write(&mut self, world: &World, client: &Client, round: &Round) {
        let Some(group) = acknowledged(client.group(self.group.clone()).unwrap().get().await) else { return };
        let people = group.participants.unwrap();
        let times = people.iter().filter(|one| one.wa_id.as_ref().is_some_and(|id| id.as_str() == self.user));
        let inside = match times.count() {
            0 => false,
            1 => true,
            more => panic!("{} is in the group {more} times", self.user),
        };
        self.sees(inside);
        while !round.is_over() {
            let action = if self.inside { "leave" } else { "join" };
            let arguments = ["sandbox", "user", action, self.group.as_str(), self.user, "-o", "json"];
            let child = world.command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
            self.in_doubt = true;
            if !ends(child, round).await {
                return;
            }
            self.sees(!self.inside);
        }
    }

    fn sees(&mut self, inside: bool) {
        assert!(self.in_doubt || inside == self.inside, "{} is suddenly in: {inside}", self.user);
        self.joined += usize::from(inside && !self.inside);
        self.inside = inside;
        self.in_doubt = false;
    }
}

/// Waits for a command; kills it when it is time to stop. Whether it has said that it is done.
async fn ends(mut child: Child, round: &Round) -> bool {
    while child.try_wait().unwrap().is_none() {
        if round.is_over() {
            child.kill().unwrap();
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let done = child.wait_with_output().unwrap();
    // Killed, or with its word given.
    assert!(done.status.success() || done.status.code().is_none() || cfg!(windows), "{done:?}");
    done.stdout.ends_with(b"\n") || done.status.success()
}

async fn make_group(client: &Client, subject: &str) -> GroupId {
    client.groups().create(subject).join_approval_mode(JoinApprovalMode::AutoApprove).await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let listed = client.groups().list().stream().all().await.unwrap();
        if let Some(group) = listed.into_iter().find(|group| group.subject.as_deref() == Some(subject)) {
            return group.id;
        }
        assert!(Instant::now() < deadline, "the group has not come about");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_a_sandbox_keeps_what_it_has_acknowledged() {
    let kills: usize = std::env::var("WAGROUPS_KILLS").map_or(15, |text| text.parse().expect("a number"));
    let world = World::new(env!("CARGO_BIN_EXE_wagroups-under-test"));
    let mut founders = [Founder::new("Founded here"), Founder::new("Founded there")];
    let served = world.serve(&[]);
    let first = client(served.base_url());
    let group = make_group(&first, "Owned").await;
    let link = first.group(group.clone()).unwrap().invite_link().await.unwrap();
    let mut owner = Owner {
        group: group.clone(),
        updates: vec![("Owned".to_owned(), None)],
        link: link.invite_link.as_str().to_owned(),
        dead_links: BTreeSet::new(),
        in_doubt: false,
    };
    let mut guest = Guest { group, user: "15550100160", inside: false, in_doubt: false, joined: 0 };

    let mut served = Some(served);
    for kill in 0..kills {
        let victim = served.take().unwrap_or_else(|| world.serve(&[]));
        let client = client(victim.base_url());
        let round = Round::default();
        let [here, there] = &mut founders;
        let moment = LOAD.mul_f64(fastrand::f64());
        tokio::join!(
            here.write(&client, &round),
            there.write(&client, &round),
            owner.write(&client, &round),
            guest.write(&world, &client, &round),
            async {
                // Some die before they have written anything; most under load.
                if kill % 4 != 3 {
                    tokio::time::timeout(PATIENCE, round.acknowledged.notified()).await.unwrap();
                }
                // The moment is what is random here, not a time that something is hoped to take.
                tokio::time::sleep(moment).await;
                victim.kill();
                round.over.store(true, Ordering::Relaxed);
            }
        );
        if kill % 5 == 4 {
            killed_while_it_starts(&world).await;
        }
    }

    // One that nobody kills applies what is left to be done.
    let served = world.serve(&[]);
    let client = client(served.base_url());
    let only_look = Round { over: AtomicBool::new(true), ..Round::default() };
    owner.write(&client, &only_look).await;
    guest.write(&world, &client, &only_look).await;
    let emulator = Sandbox::builder().database(world.folder().join("sandbox.db")).open().await.unwrap();
    emulator.settle().await.unwrap();
    let history = emulator.history().await.unwrap();
    let listed = client.groups().list().stream().all().await.unwrap();

    outcomes_are_one_for_each_request(&history, &founders, &owner);
    let existing: BTreeMap<String, String> =
        listed.iter().map(|group| (group.id.to_string(), group.subject.clone().unwrap())).collect();
    assert_eq!(existing.len(), listed.len(), "a group is listed twice");
    founded_groups_are_there_once(&history, &founders, &existing);
    let subject = &existing[owner.group.as_str()];
    assert!(owner.may_be_called(subject), "{subject:?}");
    let joins = history.iter().filter(|happening| {
        matches!(&happening.event, Event::ParticipantsAdded { group_id, .. } if group_id == guest.group.as_str())
    });
    assert_eq!(joins.count(), guest.joined, "joins are neither lost nor doubled");

    let acknowledged = founders.iter().flat_map(Founder::request_ids).count();
    assert!(acknowledged >= kills / 2, "{acknowledged} requests in {kills} rounds are no load");
}

/// Kills one that may not even have opened its database.
async fn killed_while_it_starts(world: &World) {
    let mut command = world.command(&["sandbox", "serve", "--port", "0"]);
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    tokio::time::sleep(LOAD.mul_f64(fastrand::f64())).await;
    child.kill().unwrap();
    child.wait().unwrap();
}

impl Founder {
    fn request_ids(&self) -> impl Iterator<Item = &String> {
        self.created.iter().filter_map(|(_, id)| id.as_ref()).chain(self.deleted.values().flatten())
    }
}

fn outcomes_are_one_for_each_request(history: &[Happening], founders: &[Founder], owner: &Owner) {
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for request_id in history.iter().filter_map(|happening| happening.event.request_id()) {
        *outcomes.entry(request_id).or_default() += 1;
    }
    let of_owner = owner.updates.iter().filter_map(|(_, request_id)| request_id.as_ref());
    for request_id in founders.iter().flat_map(Founder::request_ids).chain(of_owner) {
        assert_eq!(outcomes.get(request_id.as_str()), Some(&1), "{request_id}");
    }
    assert!(outcomes.values().all(|times| *times == 1), "{outcomes:?}");
}

/// What exists is what the history says was created and not deleted; of what was sent, nothing exists twice.
fn founded_groups_are_there_once(
    history: &[Happening],
    founders: &[Founder],
    existing: &BTreeMap<String, String>,
) {
    let mut created: BTreeMap<&str, &str> = BTreeMap::new();
    let mut left = BTreeSet::new();
    for happening in history {
        match &happening.event {
            Event::GroupCreated { group_id, subject, .. } if subject.starts_with("Founded") => {
                assert_eq!(created.insert(subject, group_id), None, "{subject} was made twice");
                left.insert(group_id.as_str());
            }
            Event::GroupDeleted { group_id, failed: None, .. } => {
                assert!(left.remove(group_id.as_str()), "{group_id} was deleted twice, or never made");
            }
            _ => {}
        }
    }
    let founded = existing.iter().filter(|(_, subject)| subject.starts_with("Founded"));
    assert_eq!(founded.map(|(id, _)| id.as_str()).collect::<BTreeSet<_>>(), left);
    let sent: BTreeMap<&str, bool> = founders
        .iter()
        .flat_map(|founder| &founder.created)
        .map(|(subject, request_id)| (subject.as_str(), request_id.is_some()))
        .collect();
    assert!(
        created.keys().all(|subject| sent.contains_key(subject)),
        "something was made that nobody asked for"
    );
    for (subject, acknowledged) in sent {
        assert!(!acknowledged || created.contains_key(subject), "{subject} is lost");
    }
    for (id, request_id) in founders.iter().flat_map(|founder| &founder.deleted) {
        assert!(request_id.is_none() || !existing.contains_key(id), "{id} is back");
    }
}
