//! Removes people from a group, and acts on each kind of error, and on how far the call got.
//!
//! `cargo run --example remove_participant [GROUP_ID USER]`; against the service both are needed.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod support;

use groups_ergonomic::model::ParticipantInput;
use groups_ergonomic::{Client, Delivery, ErrorKind, GroupHandle};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = support::service().await?;
    let client = Client::builder().api_key(service.api_key).base_url(service.base_url).build()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match (arguments.as_slice(), &service.sandbox) {
        ([group, user], _) => remove(&client.group(group.as_str())?, user).await?,
        ([], Some(_)) => {
            let listed = client.groups().list().stream().all().await?;
            let group = client.group(listed[0].id.clone())?;
            remove(&group, "+15550100110").await?;
            remove(&group, "+15550100199").await?;
            remove(&client.group("Y2FwaV9ncm91cDox")?, "+15550100110").await?;
        }
        _ => return Err("say whom and where: remove_participant GROUP_ID USER".into()),
    }
    Ok(())
}

async fn remove(group: &GroupHandle, user: &str) -> Result<(), Box<dyn std::error::Error>> {
    let error = match group.remove([ParticipantInput::new(user)?]).await {
        // Accepted is not done: what became of it comes by webhook, under the same request_id.
        Ok(accepted) => {
            let receipt = accepted.request_id.map(|id| id.to_string());
            println!("{user}: accepted, receipt {}", receipt.as_deref().unwrap_or("none"));
            return Ok(());
        }
        Err(error) => error,
    };
    match (error.kind(), error.delivery()) {
        (ErrorKind::ParticipantNotInGroup, _) => println!("{user}: was not in the group"),
        (ErrorKind::GroupUnknown, _) => println!("{user}: there is no group {}", group.id()),
        (_, Delivery::MaybeDelivered) => {
            println!("{user}: may have been removed, read the participants: {error}");
        }
        // Not sent, or refused: nothing has changed.
        _ => {
            println!("{user}: not removed: {error}; {}", error.remedy().unwrap_or("no advice"));
            return Err(error.into());
        }
    }
    Ok(())
}
