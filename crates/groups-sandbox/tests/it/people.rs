//! Acting as people: what works, and errors that say what to do.

use groups_sandbox::{ErrorKind, Event};

use super::support::{Api, UNKNOWN, person};

#[tokio::test]
async fn people_join_leave_and_come_back() {
    let api = Api::start().await;
    let (id, world) = (api.group_with(0).await, api.emulator());
    world.join(&id, "+15550100101").await.unwrap();
    assert_eq!(world.join(&id, "15550100101").await.unwrap_err().kind(), ErrorKind::AlreadyIn);
    world.leave(&id, "15550100101").await.unwrap();
    assert_eq!(world.leave(&id, "15550100101").await.unwrap_err().kind(), ErrorKind::NotIn);
    world.join(&id, "15550100101").await.unwrap();
    let events = world.history().await.unwrap();
    assert!(matches!(events[2].event, Event::ParticipantLeft { ref wa_id, .. } if wa_id == "15550100101"));
}

#[tokio::test]
async fn a_full_group_lets_nobody_in_until_someone_leaves() {
    let api = Api::start().await;
    let (id, world) = (api.group_with(8).await, api.emulator());
    assert_eq!(world.join(&id, &person(8)).await.unwrap_err().kind(), ErrorKind::Full);
    world.leave(&id, &person(0)).await.unwrap();
    world.join(&id, &person(8)).await.unwrap();
    assert_eq!(api.info(&id).await["total_participant_count"], 8);
}

#[tokio::test]
async fn asking_and_withdrawing() {
    let api = Api::start().await;
    let (id, world) = (api.create("Team", "approval_required").await, api.emulator());
    let refused = world.join(&id, &person(0)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NeedsApproval);
    assert!(refused.to_string().contains("`request`"), "{refused}");
    let request = world.request(&id, &person(0)).await.unwrap();
    assert_eq!(world.request(&id, &person(0)).await.unwrap_err().kind(), ErrorKind::AlreadyRequested);
    world.withdraw(&id, &person(0)).await.unwrap();
    assert_eq!(world.withdraw(&id, &person(0)).await.unwrap_err().kind(), ErrorKind::NoRequest);
    assert_eq!(world.request(&id, &person(0)).await.unwrap(), request);
}

#[tokio::test]
async fn what_cannot_be_says_why() {
    let api = Api::start().await;
    let (id, world) = (api.group_with(0).await, api.emulator());
    assert_eq!(world.join(UNKNOWN, &person(0)).await.unwrap_err().kind(), ErrorKind::UnknownGroup);
    for nobody in ["", "Ada", "US.123", "+15550100001"] {
        assert_eq!(world.join(&id, nobody).await.unwrap_err().kind(), ErrorKind::InvalidUser, "{nobody}");
    }
    assert_eq!(world.restore(&id).await.unwrap_err().kind(), ErrorKind::NotSuspended);
    world.suspend(&id).await.unwrap();
    assert_eq!(world.suspend(&id).await.unwrap_err().kind(), ErrorKind::AlreadySuspended);
    assert_eq!(world.join(&id, &person(0)).await.unwrap_err().kind(), ErrorKind::Suspended);
    world.restore(&id).await.unwrap();
    let events: Vec<_> = world.history().await.unwrap().into_iter().skip(1).map(|h| h.event).collect();
    assert!(matches!(events[..], [Event::GroupSuspended { .. }, Event::GroupSuspensionCleared { .. }]));
}

#[tokio::test]
async fn status_counts_everything() {
    let api = Api::seeded().await;
    let status = api.emulator().status().await.unwrap();
    assert_eq!((status.groups, status.participants, status.pending_requests), (4, 17, 2));
    assert_eq!((status.suspended, status.due), (0, 0));
}
