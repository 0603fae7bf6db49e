//! Two numbers over one pool of connections, each with a pace of its own, since limits count per number.
//!
//! `cargo run --example two_numbers`; against the service the second key is taken from `D360_API_KEY_2`.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

mod support;

use groups_ergonomic::{Client, RateLimit, Result};

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let service = support::service().await?;
    let second_key = match &service.sandbox {
        // A sandbox is one number, so here both keys are the same.
        Some(_) => service.api_key.clone(),
        None => std::env::var("D360_API_KEY_2").map_err(|_| "set D360_API_KEY_2, too")?,
    };

    // Without `rate_limit` the pace is learnt from what the service refuses.
    let sales = Client::builder()
        .api_key(service.api_key)
        .base_url(service.base_url)
        .rate_limit(RateLimit::PerSecond(20.0))
        .build()?;
    let support = sales.with_api_key(second_key)?;

    let (of_sales, of_support) = tokio::try_join!(count(&sales), count(&support))?;
    println!("sales: {of_sales} groups, support: {of_support} groups");
    Ok(())
}

async fn count(client: &Client) -> Result<usize> {
    Ok(client.groups().list().stream().all().await?.len())
}
