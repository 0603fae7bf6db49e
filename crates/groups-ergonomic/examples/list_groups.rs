//! Walks all groups of the number, page after page, as one stream.
//!
//! `cargo run --example list_groups`

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod support;

use groups_ergonomic::Client;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = support::service().await?;
    let client = Client::builder().api_key(service.api_key).base_url(service.base_url).build()?;

    let mut groups = client.groups().list().stream();
    while let Some(group) = groups.next().await {
        let group = group?;
        let made = group.created_at.map(|at| at.to_string()).unwrap_or_default();
        println!("{}  {made}  {}", group.id, group.subject.unwrap_or_default());
    }
    Ok(())
}
