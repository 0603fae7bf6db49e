//! One small read that shows whether the address, the key and the clock are right. For set-up help.

use std::time::SystemTime;

use crate::client::Client;
use crate::convert;
use crate::error::Result;
use crate::operation::Operation;

/// What a probe found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// Whether the number has a group at least. An ineligible number is answered with an empty list and no error, so
    /// `false` does not tell "none yet" from "may not" (Facts 1.1).
    pub has_groups: bool,
    /// What the server's clock showed, to the second, where the answer says so.
    pub server_time: Option<SystemTime>,
}

impl Client {
    /// Asks for one group. It fails as any call does: a bad key, a wrong address, no network.
    pub async fn probe(&self) -> Result<Probe> {
        let raw = self.raw();
        let answer = self.call(Operation::ListGroups, || raw.list_groups().limit(1).send()).await?;
        let server_time = answer.date();
        Ok(Probe { has_groups: !convert::groups(answer.value.data).is_empty(), server_time })
    }
}
