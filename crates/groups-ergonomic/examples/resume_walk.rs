//! Stops in the middle of a list, keeps the place as JSON, and goes on from there later.
//!
//! `cargo run --example resume_walk`

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod support;

use groups_ergonomic::{Client, ErrorKind, Position};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let service = support::service().await?;
    let client = Client::builder().api_key(service.api_key).base_url(service.base_url).build()?;

    let mut walk = client.groups().list().page_size(2).stream();
    for _ in 0..3 {
        match walk.next().await {
            Some(group) => println!("first run: {}", group?.id),
            None => break,
        }
    }
    // A file, a row of a table, the payload of a job: it is only text.
    let saved = serde_json::to_string(&walk.position())?;
    println!("saved: {saved}");
    drop(walk);

    let position: Position = serde_json::from_str(&saved)?;
    let mut walk = client.groups().list().page_size(2).resume(position).stream();
    while let Some(group) = walk.next().await {
        match group {
            Ok(group) => println!("second run: {}", group.id),
            // Places age. What was delivered stays delivered; the rest needs a walk from the start.
            Err(error) if error.kind() == ErrorKind::InvalidCursor => {
                println!("the saved place is too old; begin again");
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
