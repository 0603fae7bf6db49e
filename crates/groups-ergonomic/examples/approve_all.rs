//! Lets in everybody who asks to join a group, and tells what became of each request.
//!
//! `cargo run --example approve_all [GROUP_ID]`; against the service the id is needed.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod support;

use groups_ergonomic::{Client, ErrorKind};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = support::service().await?;
    let client = Client::builder().api_key(service.api_key).base_url(service.base_url).build()?;
    let id = match (std::env::args().nth(1), &service.sandbox) {
        (Some(id), _) => id,
        (None, Some(_)) => client.groups().list().stream().all().await?[0].id.to_string(),
        (None, None) => return Err("say which group: approve_all GROUP_ID".into()),
    };
    let group = client.group(id)?;

    let pending = group.join_requests().stream().all().await?;
    if pending.is_empty() {
        println!("nobody asks to join");
        return Ok(());
    }
    if let Some(sandbox) = &service.sandbox {
        // The last one thinks better of it before we answer, so that there is a failure to look at.
        let person = pending.last().and_then(|request| request.participant.wa_id.as_ref());
        let person = person.ok_or("a request without a person")?;
        sandbox.emulator().withdraw(group.id().as_str(), person.as_str()).await?;
    }

    // Failed requests are part of the answer; an error would mean that the call as a whole was refused.
    let batch = group.approve(pending.into_iter().map(|request| request.id)).await?;
    for id in &batch.succeeded {
        println!("in: {id}");
    }
    for failed in &batch.failed {
        match failed.error.kind {
            ErrorKind::JoinRequestUnknown => println!("withdrawn: {}", failed.id),
            ErrorKind::OutcomeUnknown => println!("look at the participants: {}", failed.id),
            _ => println!("not in: {}: {}", failed.id, failed.error.message),
        }
    }
    Ok(())
}
