//! Where the examples call: the service, if `D360_API_KEY` is set, else a sandbox that lives as long as this.

use groups_sandbox::Sandbox;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What a client needs, and the sandbox if there is one.
#[allow(dead_code, reason = "each example uses its part")]
pub(crate) struct Service {
    pub(crate) api_key: String,
    pub(crate) base_url: String,
    pub(crate) sandbox: Option<Sandbox>,
}

pub(crate) async fn service() -> Result<Service> {
    if let Ok(api_key) = std::env::var("D360_API_KEY") {
        let base_url = groups_ergonomic::DEFAULT_BASE_URL.to_owned();
        return Ok(Service { api_key, base_url, sandbox: None });
    }
    let sandbox = Sandbox::builder().seeded().start().await?;
    let (api_key, base_url) = (sandbox.api_key().to_owned(), sandbox.base_url().to_owned());
    Ok(Service { api_key, base_url, sandbox: Some(sandbox) })
}
