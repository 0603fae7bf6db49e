//! Outcomes that fail, wholly and in part, as webhooks tell them.

use std::time::Duration;

use groups_ergonomic::ErrorKind;
use groups_ergonomic::model::{LearntBy, Outcome, SettingName};

use crate::support::{PATIENCE, World, picture, users};

#[tokio::test]
async fn a_failed_create_or_delete_is_the_error_that_an_answer_would_have_been() {
    let world = World::start().await;
    let client = world.listening();
    world.fault("create_group outcome=131211 times=1").await;
    let error = client.groups().create("Trip").wait(PATIENCE).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::GroupLimitReached, Some(131_211)));
    assert!(error.title().is_some() && error.remedy().is_some());
    assert_eq!(error.operation().unwrap().id(), "create_group");
    assert!(error.accepted().unwrap().request_id.is_some());

    let group = client.group(world.group_of(&[]).await.id().clone()).unwrap();
    world.fault("delete_group outcome=131207 times=1").await;
    let error = group.delete().wait(PATIENCE).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::GroupSuspended, Some(131_207)));
    assert_eq!(error.accepted().unwrap().group_id.as_ref(), Some(group.id()));
    assert!(group.get().await.is_ok(), "it is still there");
}

#[tokio::test]
async fn a_setting_that_failed_stands_beside_those_that_did_not() {
    let world = World::start().await;
    let client = world.listening();
    let group = client.group(world.group_of(&[]).await.id().clone()).unwrap();
    world.fault("update_group outcome=131009 setting=description times=1").await;
    let update = group.update().subject("Kyoto").description("x").picture(picture());
    let updated = update.wait(PATIENCE).await.unwrap();
    assert!(!updated.is_complete());
    let failed = &updated.settings[&SettingName::Description];
    assert_eq!((failed.ok, failed.value.as_deref()), (Some(false), Some("x")));
    assert_eq!(failed.error.as_ref().unwrap().code, Some(131_009));
    for name in [SettingName::Subject, SettingName::ProfilePicture] {
        assert_eq!(updated.settings[&name].ok, Some(true), "{name:?}");
    }

    world.fault("update_group outcome=131209 times=1").await;
    let error = group.update().picture(picture()).wait(PATIENCE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PictureNotSquare);
    let Some(Outcome::Updated(detail)) = error.outcome() else { panic!("{error:?}") };
    assert_eq!(detail.settings[&SettingName::ProfilePicture].ok, Some(false));
    assert_eq!(detail.learnt_by, LearntBy::Webhook);
}

#[tokio::test]
async fn who_could_not_be_removed_stands_beside_who_could() {
    let world = World::start().await;
    let client = world.listening();
    let id = world.group_of(&["15550100110", "15550100111"]).await.id().clone();
    let group = client.group(id).unwrap();
    let removed = group.remove(users(&["+15550100110", "15550100199"])).wait(PATIENCE).await.unwrap();
    assert_eq!(removed.learnt_by, LearntBy::Webhook);
    assert_eq!(removed.succeeded, users(&["+15550100110"]));
    assert_eq!(removed.failed[0].user.as_str(), "15550100199");
    assert_eq!(removed.failed[0].error.kind, ErrorKind::ParticipantNotInGroup);

    world.fault("remove_participants outcome=131207 times=1").await;
    let error = group.remove(users(&["15550100111"])).wait(PATIENCE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::GroupSuspended);
    let Some(Outcome::Removed(detail)) = error.outcome() else { panic!("{error:?}") };
    assert_eq!((detail.succeeded.len(), detail.failed.len()), (0, 1));
}

#[tokio::test]
async fn by_looking_alone_who_was_never_seen_in_is_unknown_and_the_rest_is_told() {
    let world = World::start().await;
    let group = world.group_of(&["15550100110"]).await;
    let removed = group.remove(users(&["15550100110", "15550100199"])).wait(PATIENCE).await.unwrap();
    assert_eq!(removed.learnt_by, LearntBy::Polling);
    assert_eq!(removed.succeeded, users(&["15550100110"]));
    assert_eq!(removed.failed[0].error.kind, ErrorKind::OutcomeUnknown);
}

#[tokio::test]
async fn by_looking_alone_a_failure_is_not_seen_and_not_invented() {
    let world = World::start().await;
    let group = world.group_of(&["15550100110"]).await;
    for operation in ["create_group", "delete_group", "remove_participants", "update_group"] {
        world.fault(&format!("{operation} outcome=131207 times=1")).await;
    }
    let short = Duration::from_secs(2);
    let client = world.client();
    let kinds = [
        client.groups().create("Other").wait(short).await.unwrap_err().kind(),
        group.delete().wait(short).await.unwrap_err().kind(),
        group.remove(users(&["15550100110"])).wait(short).await.unwrap_err().kind(),
        group.update().subject("Other").wait(short).await.unwrap_err().kind(),
    ];
    assert_eq!(kinds, [ErrorKind::OutcomeNotSeen; 4]);
}

#[tokio::test]
async fn looks_that_fail_are_repeated_until_one_does_not() {
    let world = World::start().await;
    let group = world.group_of(&[]).await;
    world.fault("get_group status=400 code=100 times=2").await;
    world.fault("get_group status=502 html times=2").await;
    assert_eq!(group.delete().wait(PATIENCE).await.unwrap().learnt_by, LearntBy::Polling);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_before_stops_a_create_unless_webhooks_tell() {
    let world = World::start().await;
    world.fault("list_groups status=400 code=100").await;
    let error = world.client().groups().create("Trip").wait(PATIENCE).await.unwrap_err();
    assert_eq!(error.operation().unwrap().id(), "list_groups");
    assert_eq!(world.calls("create_group"), 0, "it was not sent");
    let created = world.listening().groups().create("Trip").wait(PATIENCE).await.unwrap();
    assert_eq!(created.learnt_by, LearntBy::Webhook);
}
