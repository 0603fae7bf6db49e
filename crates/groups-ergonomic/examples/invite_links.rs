//! Reads every group in full, several at once, and the link of each that has a free seat.
//!
//! `cargo run --example invite_links`

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod support;

use groups_ergonomic::Client;

/// How many people fit into a group, besides the business.
const SEATS: u64 = 8;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = support::service().await?;
    let client = Client::builder().api_key(service.api_key).base_url(service.base_url).build()?;

    let mut groups = client.groups().describe_all().concurrency(4);
    while let Some((id, group)) = groups.next().await {
        // A group that cannot be read does not stop the others.
        let group = match group {
            Ok(group) => group,
            Err(error) => {
                println!("{id:?}: {error}");
                continue;
            }
        };
        let (subject, people) = (group.subject.unwrap_or_default(), group.participant_count.unwrap_or(0));
        if people >= SEATS {
            println!("{subject}: full");
            continue;
        }
        // Whoever has a link can join or ask to: keep it out of logs.
        let link = client.group(group.id)?.invite_link().await?;
        println!("{subject}: {people} in, {}", link.invite_link);
    }
    Ok(())
}
