//! Creates, removals and deletes with the messy profile: webhooks before the answer, doubled, out of order, and a fifth of
//! them lost. Every outcome is right, none is told twice, none is invented, and what was lost is found by looking.
//! `WAGROUPS_WAITS` sets how many of each there are.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::StreamExt;
use groups_ergonomic::model::{GroupId, LearntBy};
use groups_ergonomic::{Client, ErrorKind};
use groups_sandbox::{Behaviour, WebhookOutcome};

use crate::support::{World, users};

const AT_ONCE: usize = 32;
const PATIENCE: Duration = Duration::from_secs(120);

fn count() -> usize {
    std::env::var("WAGROUPS_WAITS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_outcome_is_right_in_a_mess() {
    let count = count();
    let world = World::behaving(Behaviour::messy()).await;
    let client = world.listening();

    let created = each(0..count, |number| create(client.clone(), number)).await;
    let groups: HashSet<&GroupId> = created.iter().map(|(group, _)| group).collect();
    assert_eq!(groups.len(), count, "each create has a group of its own");
    let made = world.people().status().await.unwrap().groups;
    assert_eq!(made, count, "and there are no others");

    for (group, _) in &created {
        for person in ["15550100110", "15550100111"] {
            world.people().join(group.as_str(), person).await.unwrap();
        }
    }
    let removed = each(created.iter(), |(group, _)| remove(client.clone(), group.clone())).await;
    let deleted = each(created.iter(), |(group, _)| delete(client.clone(), group.clone())).await;
    assert_eq!(world.people().status().await.unwrap().groups, 0);

    let ways: Vec<LearntBy> =
        created.iter().map(|(_, way)| *way).chain(removed.iter().copied()).chain(deleted).collect();
    assert_eq!(ways.len(), 3 * count, "each is told once");
    let looked = ways.iter().filter(|way| **way == LearntBy::Polling).count();
    let lost = lost(&world);
    assert!(
        lost > 0 && looked >= lost,
        "the webhooks of {lost} outcomes were lost, {looked} were looked for"
    );
    println!("{} outcomes, {looked} of them found by looking", ways.len());
}

/// How many requests had their webhook lost and not delivered another time, as far as the log goes back.
fn lost(world: &World) -> usize {
    let (mut lost, mut told) = (HashSet::new(), HashSet::new());
    for webhook in world.sandbox.log().webhooks() {
        let body = webhook.body.json().unwrap();
        let Some(request) = body["entry"][0]["changes"][0]["value"]["groups"][0]["request_id"].as_str()
        else {
            continue;
        };
        let dropped = webhook.outcome == WebhookOutcome::Dropped;
        if dropped { &mut lost } else { &mut told }.insert(request.to_owned());
    }
    lost.difference(&told).count()
}

/// Several at a time, in order.
async fn each<I, A: Future>(items: impl Iterator<Item = I>, act: impl Fn(I) -> A) -> Vec<A::Output> {
    futures_util::stream::iter(items.map(act).collect::<Vec<_>>()).buffered(AT_ONCE).collect().await
}

async fn create(client: Client, number: usize) -> (GroupId, LearntBy) {
    let subject = format!("Group {number}");
    let created = client.groups().create(&subject).wait(PATIENCE).await.unwrap();
    let read = client.group(created.group_id.clone()).unwrap().get().await.unwrap();
    assert_eq!(read.subject.as_deref(), Some(&*subject), "the group is the one that was asked for");
    (created.group_id, created.learnt_by)
}

async fn remove(client: Client, group: GroupId) -> LearntBy {
    let named = users(&["+15550100110"]);
    let removed = client.group(group.clone()).unwrap().remove(named.clone()).wait(PATIENCE).await.unwrap();
    assert_eq!((removed.succeeded, removed.failed.len()), (named, 0));
    let read = client.group(group).unwrap().get().await.unwrap();
    assert_eq!(read.participants.unwrap().len(), 1, "they are out, and the other is in");
    removed.learnt_by
}

async fn delete(client: Client, group: GroupId) -> LearntBy {
    let group = client.group(group).unwrap();
    let deleted = group.delete().wait(PATIENCE).await.unwrap();
    assert_eq!(group.get().await.unwrap_err().kind(), ErrorKind::GroupUnknown, "it is gone");
    deleted.learnt_by
}
