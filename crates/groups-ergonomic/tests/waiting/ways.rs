//! By which way an outcome is learnt, and what each way can and cannot tell.

use std::sync::Arc;
use std::time::Duration;

use groups_ergonomic::model::{LearntBy, Outcome, SettingName};
use groups_ergonomic::{Client, ErrorKind};
use groups_sandbox::{Acknowledgement, Behaviour, Fault};

use crate::support::{Channel, PATIENCE, Source, World, picture, users};

/// Both ways: the client to use, and what it must say it learnt from.
fn ways(world: &World) -> [(Client, LearntBy); 2] {
    [(world.listening(), LearntBy::Webhook), (world.client(), LearntBy::Polling)]
}

#[tokio::test]
async fn a_created_group_is_told_with_its_link_by_either_way() {
    let world = World::start().await;
    for (client, way) in ways(&world) {
        let subject = format!("Trip by {way:?}");
        let create = client.groups().create(&subject).description("May 2027");
        let created = create.wait(PATIENCE).await.unwrap();
        assert_eq!(created.learnt_by, way);
        assert_eq!(created.group.subject.as_deref(), Some(&*subject));
        assert_eq!(created.group.description.as_deref(), Some("May 2027"));
        assert!(created.group.invite_link.as_deref().is_some_and(|link| link.starts_with("https://")));
        assert!(created.request_id.is_some());
        let read = client.group(created.group_id.clone()).unwrap().get().await.unwrap();
        assert_eq!(read.subject, created.group.subject);
    }
    assert_eq!(world.calls("list_groups"), 5, "one before each, and looks until it has stayed the only one");
}

#[tokio::test]
async fn a_deleted_group_is_gone_by_either_way() {
    let world = World::start().await;
    for (client, way) in ways(&world) {
        let id = world.group_of(&[]).await.id().clone();
        let deleted = client.group(id.clone()).unwrap().delete().wait(PATIENCE).await.unwrap();
        assert_eq!((deleted.learnt_by, &deleted.group_id), (way, &id));
        let error = client.group(id).unwrap().get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::GroupUnknown);
    }
}

#[tokio::test]
async fn updated_texts_are_told_by_either_way() {
    let world = World::start().await;
    for (client, way) in ways(&world) {
        let group = client.group(world.group_of(&[]).await.id().clone()).unwrap();
        group.update().description("Old").wait(PATIENCE).await.unwrap();
        let updated = group.update().subject(" New ").description("").wait(PATIENCE).await.unwrap();
        assert_eq!(updated.learnt_by, way);
        assert!(updated.is_complete(), "{updated:?}");
        assert_eq!(updated.settings[&SettingName::Subject].value.as_deref(), Some("New"));
        assert_eq!(updated.settings.len(), 2);
    }
}

#[tokio::test]
async fn looking_never_tells_that_a_text_was_set_which_was_there_before() {
    let world = World::start().await;
    for (client, way) in ways(&world) {
        let group = client.group(world.group_of(&[]).await.id().clone()).unwrap();
        group.update().subject("Old").wait(PATIENCE).await.unwrap();
        let again = group.update().subject("Old").wait(PATIENCE).await.unwrap();
        let expected = (way == LearntBy::Webhook).then_some(true);
        assert_eq!(again.settings[&SettingName::Subject].ok, expected, "{again:?}");
    }
}

#[tokio::test]
async fn removed_people_are_told_by_either_way_however_they_were_named() {
    let world = World::start().await;
    for (client, way) in ways(&world) {
        let handle = world.group_of(&["15550100110", "15550100111", "15550100112"]).await;
        let group = client.group(handle.id().clone()).unwrap();
        let named = users(&["+15550100110", "15550100112"]);
        let removed = group.remove(named.clone()).wait(PATIENCE).await.unwrap();
        assert_eq!(removed.learnt_by, way);
        assert_eq!(removed.succeeded, named);
        assert!(removed.is_complete());
        let left = group.get().await.unwrap().participants.unwrap();
        assert_eq!(left.len(), 1, "the third stays");
    }
}

#[tokio::test]
async fn a_picture_is_told_by_webhook_and_unknown_at_once_without() {
    let world = World::start().await;
    let id = world.group_of(&[]).await.id().clone();
    let update = |client: &Client| client.group(id.clone()).unwrap().update().picture(picture());
    let told = update(&world.listening()).wait(PATIENCE).await.unwrap();
    assert_eq!(told.learnt_by, LearntBy::Webhook);
    assert!(told.is_complete());

    let reads = world.calls("get_group");
    // Were it waited for, this would take an hour.
    let unknown = update(&world.client()).wait(Duration::from_secs(3_600)).await.unwrap();
    let setting = &unknown.settings[&SettingName::ProfilePicture];
    assert_eq!(setting.ok, None);
    assert_eq!(setting.error.as_ref().unwrap().kind, ErrorKind::OutcomeUnknown);
    assert_eq!(world.calls("get_group"), reads, "there is nothing to look at");

    let both = update(&world.client()).subject("Kyoto").wait(PATIENCE).await.unwrap();
    assert_eq!(both.settings[&SettingName::Subject].ok, Some(true));
    assert_eq!(both.settings[&SettingName::ProfilePicture].ok, None);
}

const WITHOUT_RECEIPT: [Acknowledgement; 3] =
    [Acknowledgement::Success, Acknowledgement::Empty, Acknowledgement::Id];

async fn acknowledging(acknowledgement: Acknowledgement) -> World {
    let mut behaviour = Behaviour::strict();
    behaviour.acknowledgement = acknowledgement;
    World::behaving(behaviour).await
}

#[tokio::test]
async fn without_a_receipt_webhooks_of_the_group_tell_that_it_was_made_and_that_it_is_gone() {
    for acknowledgement in WITHOUT_RECEIPT {
        let world = acknowledging(acknowledgement).await;
        let client = world.listening();
        // Webhooks alone: an answer that names the group has no receipt.
        let created = client.groups().create("Trip").wait(PATIENCE).without_polling().await.unwrap();
        assert_eq!(created.request_id.is_none(), acknowledgement == Acknowledgement::Id);
        assert_eq!(created.learnt_by, LearntBy::Webhook, "{acknowledgement:?}");
        let group = client.group(created.group_id).unwrap();
        let deleted = group.delete().wait(PATIENCE).without_polling().await.unwrap();
        let has_receipt = acknowledgement == Acknowledgement::Id;
        assert_eq!((deleted.learnt_by, deleted.request_id.is_some()), (LearntBy::Webhook, has_receipt));
    }
    let world = acknowledging(Acknowledgement::Id).await;
    world.fault("create_group outcome=131000 times=1").await;
    let error = world.listening().groups().create("Trip").wait(PATIENCE).without_polling().await.unwrap_err();
    assert_eq!(error.code(), Some(131_000), "a failure that names the group is this create's: {error}");
}

#[tokio::test]
async fn without_a_receipt_updates_and_removals_are_believed_when_they_are_seen() {
    for acknowledgement in [Acknowledgement::Success, Acknowledgement::Empty] {
        let world = acknowledging(acknowledgement).await;
        let handle = world.group_of(&["15550100110"]).await;
        let group = world.listening().group(handle.id().clone()).unwrap();
        let updated = group.update().subject("Kyoto").wait(PATIENCE).await.unwrap();
        assert_eq!((updated.learnt_by, updated.is_complete()), (LearntBy::Polling, true));
        let removed = group.remove(users(&["+15550100110"])).wait(PATIENCE).await.unwrap();
        assert_eq!((removed.learnt_by, removed.is_complete()), (LearntBy::Polling, true));
        // A webhook told it, and may have told it of another's.
        let update = || group.update().subject("Nara").wait(PATIENCE).without_polling();
        assert_eq!(update().await.unwrap_err().kind(), ErrorKind::OutcomeNotSeen);
        let picture = group.update().picture(picture()).wait(PATIENCE).await.unwrap();
        assert_eq!(picture.settings[&SettingName::ProfilePicture].ok, None);
    }
}

/// The webhooks of a group that another process has just seen fail.
fn failures(group: &groups_ergonomic::GroupHandle) -> Vec<groups_ergonomic::model::event::Event> {
    let error = serde_json::json!([{ "code": 131_207, "message": "Group is suspended" }]);
    let of = |field: &str, mut event: serde_json::Value| {
        event["group_id"] = group.id().as_str().into();
        event["request_id"] = "ANOTHERS".into();
        let body = serde_json::json!({ "entry": [{ "changes": [{ "field": field, "value": { "groups": [event] } }] }] });
        groups_ergonomic::model::event::decode(body.to_string().as_bytes()).remove(0)
    };
    use serde_json::json;
    vec![
        of("group_lifecycle_update", json!({ "type": "group_delete", "errors": error })),
        of("group_settings_update", json!({ "type": "group_settings_update", "errors": error })),
        of(
            "group_participants_update",
            json!({ "type": "group_participants_remove", "initiated_by": "business",
                "failed_participants": [{ "input": "+15550100110" }], "errors": error }),
        ),
    ]
}

#[tokio::test]
async fn without_a_receipt_a_failure_may_be_anothers_and_is_only_mentioned() {
    let world = acknowledging(Acknowledgement::Success).await;
    let handle = world.group_of(&["15550100110"]).await;
    let group = world.listening().group(handle.id().clone()).unwrap();
    // As if of a call that was sent a little earlier: it decides nothing.
    let source = world.source.clone();
    let told = failures(&handle);
    let publish = move |_: &groups_ergonomic::model::Accepted| source.0.publish(told.clone());
    let updated = group.update().subject("Kyoto").wait(PATIENCE).on_accepted(publish.clone()).await.unwrap();
    assert!(updated.is_complete());
    let removed = group.remove(users(&["+15550100110"])).wait(PATIENCE).on_accepted(publish.clone()).await;
    assert!(removed.unwrap().is_complete());

    // This time it is this call's, which nobody can know.
    let soon = Duration::from_secs(2);
    world.people().join(handle.id().as_str(), "15550100111").await.unwrap();
    for operation in ["update_group", "remove_participants", "delete_group"] {
        world.fault(&format!("{operation} outcome=131207 times=1")).await;
    }
    let errors = [
        group.update().subject("Nara").wait(soon).await.unwrap_err(),
        group.remove(users(&["+15550100111"])).wait(soon).await.unwrap_err(),
        group.delete().wait(soon).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::OutcomeNotSeen, "{error}");
        assert!(
            error.to_string().contains("A webhook told that such a call on this group failed: 131207"),
            "{error}"
        );
    }
    let deleted = group.delete().wait(PATIENCE).on_accepted(publish).without_polling().await.unwrap();
    assert_eq!(deleted.learnt_by, LearntBy::Webhook);
}

#[tokio::test]
async fn a_repeated_delete_or_removal_that_is_done_already_is_learnt_from_the_answer() {
    let world = World::with(|builder| builder.outcome_delay(Duration::ZERO)).await;
    let group = world.group_of(&["15550100110"]).await;
    world.fault("remove_participants status=503 times=1 done").await;
    let removed = group.remove(users(&["15550100110"])).wait(PATIENCE).await.unwrap();
    assert_eq!((removed.learnt_by, removed.succeeded.len()), (LearntBy::Answer, 1));
    world.fault("delete_group status=503 times=1 done").await;
    assert_eq!(group.delete().wait(PATIENCE).await.unwrap().learnt_by, LearntBy::Answer);
}

#[tokio::test]
async fn events_of_other_requests_numbers_and_groups_are_never_taken() {
    let world = World::start().await;
    let source = Source(Arc::new(Channel::indiscreet()));
    // Failures that would end any wait that believed them.
    let failed = |kind: &str, number: &str, request: Option<&str>, group: &str| {
        serde_json::json!({ "entry": [{ "id": "1", "changes": [{ "field": "group_lifecycle_update", "value": {
            "metadata": { "phone_number_id": number },
            "groups": [{ "type": kind, "group_id": group, "request_id": request, "errors": [{ "code": 131211,
                "message": "another's" }] }] } }] }] })
    };
    for kind in ["group_create", "group_delete"] {
        for request in [Some("AnothersRequest"), None] {
            let body = failed(kind, "106", request, "Y2Fw");
            source.0.publish(groups_ergonomic::model::event::decode(body.to_string().as_bytes()));
        }
    }
    let client = Client::builder().api_key(world.sandbox.api_key()).base_url(world.sandbox.base_url());
    let client = client.events(Arc::new(source.clone())).phone_number_id("106").build().unwrap();
    let created = client.groups().create("Trip").wait(PATIENCE).await.unwrap();
    assert_eq!(created.learnt_by, LearntBy::Polling);

    // With the right receipt, but of another number, of another group, or of another operation.
    let group = client.group(created.group_id).unwrap();
    let id = group.id().as_str();
    let accepted = group.delete().await.unwrap();
    let request = accepted.request_id.as_ref().map(|id| id.as_str());
    for body in [
        failed("group_delete", "other", request, id),
        failed("group_delete", "106", request, "another"),
        failed("group_create", "106", request, id),
    ] {
        source.0.publish(groups_ergonomic::model::event::decode(body.to_string().as_bytes()));
    }
    let outcome = client.outcome(accepted).wait(PATIENCE).await.unwrap();
    assert_eq!(outcome.learnt_by(), LearntBy::Polling);
}

#[tokio::test]
async fn two_creates_with_one_subject_are_told_apart_by_webhooks_and_never_guessed_without() {
    let world = World::start().await;
    let create = |client: &Client| client.groups().create("Twins").wait(Duration::from_secs(5));
    let client = world.client();
    let (one, other) = tokio::join!(create(&client), create(&client));
    for outcome in [one, other] {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeAmbiguous);
        assert!(error.accepted().is_some_and(|accepted| accepted.request_id.is_some()));
        assert!(!error.is_retryable(), "a third would not help");
    }
    let client = world.listening();
    let (one, other) = tokio::join!(create(&client), create(&client));
    assert_ne!(one.unwrap().group_id, other.unwrap().group_id);
    // Of two programs, neither knows of the other; both groups are seen.
    let (one, other) = (world.client(), world.client());
    world.people().set_behaviour(Behaviour::strict()).await.unwrap();
    let waits = tokio::join!(create(&one), create(&other));
    for outcome in [waits.0, waits.1] {
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::OutcomeAmbiguous);
    }
}

#[tokio::test]
async fn what_was_not_seen_in_time_keeps_its_receipt_and_can_be_asked_for_again() {
    let world = World::with(|builder| builder.outcome_delay(Duration::from_secs(3_600))).await;
    let client = world.listening();
    let short = Duration::from_millis(200);
    let error = client.groups().create("Late").wait(short).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeNotSeen);
    let receipt = error.accepted().unwrap().clone();
    let asked = client.outcome(receipt.request_id.clone().unwrap()).wait(short).await.unwrap_err();
    assert_eq!(asked.kind(), ErrorKind::OutcomeNotSeen);

    world.people().advance(Duration::from_secs(3_600)).await.unwrap();
    let outcome = client.outcome(receipt.request_id.clone().unwrap()).wait(PATIENCE).await.unwrap();
    let Outcome::Created(created) = outcome else { panic!("{outcome:?}") };
    assert_eq!(created.learnt_by, LearntBy::Webhook);
    assert_eq!(created.request_id, receipt.request_id);

    let group = world.client().group(created.group_id.clone()).unwrap();
    let error = group.delete().wait(short).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeNotSeen);
    world.people().advance(Duration::from_secs(3_600)).await.unwrap();
    let receipt = error.accepted().unwrap().clone();
    let outcome = world.client().outcome(receipt).wait(PATIENCE).await.unwrap();
    assert_eq!(
        outcome,
        Outcome::Deleted(match &outcome {
            Outcome::Deleted(deleted) => deleted.clone(),
            other => panic!("{other:?}"),
        })
    );
}

#[tokio::test]
async fn waiting_for_what_nobody_can_tell_is_refused_before_anything_is_sent() {
    let world = World::start().await;
    let client = world.client();
    let error = client.groups().create("Trip").wait(PATIENCE).without_polling().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(world.calls("create_group"), 0);
    let request: groups_ergonomic::model::RequestId = "9B47".parse().unwrap();
    let error = client.outcome(request).wait(PATIENCE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
}

#[tokio::test]
async fn webhooks_alone_need_no_look() {
    let world = World::start().await;
    let client = world.listening();
    let create = client.groups().create("Trip").wait(PATIENCE).without_polling();
    assert_eq!(create.await.unwrap().learnt_by, LearntBy::Webhook);
    assert_eq!(world.calls("list_groups"), 0);
}

#[tokio::test]
async fn a_group_that_only_comes_back_into_the_list_is_not_taken_for_a_new_one() {
    let world = World::start().await;
    let old = world.group_of(&[]).await;
    world.people().advance(Duration::from_secs(3_600)).await.unwrap();
    world.client().groups().create("Newer").wait(PATIENCE).await.unwrap();
    world.people().suspend(old.id().as_str()).await.unwrap();
    let fault: Fault = "create_group outcome=131211".parse().unwrap();
    world.people().add_fault(fault).await.unwrap();
    let client = world.client();
    let waiting = client.groups().create("Trip").wait(Duration::from_secs(2));
    let back = async {
        while world.calls("create_group") < 3 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.people().restore(old.id().as_str()).await.unwrap();
    };
    let (outcome, ()) = tokio::join!(waiting, back);
    assert_eq!(outcome.unwrap_err().kind(), ErrorKind::OutcomeNotSeen);
}

#[tokio::test]
async fn people_told_by_other_ids_are_not_taken_for_gone() {
    let mut behaviour = Behaviour::strict();
    behaviour.identity = groups_sandbox::Identity::UserId;
    let world = World::behaving(behaviour).await;
    let group = world.group_of(&["15550100110", "15550100111"]).await;
    // The two cannot be told apart by number, so nothing is concluded from what is read.
    let error = group.remove(users(&["15550100110"])).wait(Duration::from_secs(2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeNotSeen);
    // An empty group can be told.
    let removed = group.remove(users(&["15550100111"])).wait(PATIENCE).await.unwrap();
    assert_eq!(removed.succeeded.len(), 1);
}
