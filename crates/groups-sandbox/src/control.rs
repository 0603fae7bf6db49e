//! Everything about a running sandbox that a test or a person may look at or change from outside the API: switches,
//! faults, the webhook, the clock. The HTTP form of it is `http/control/`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::now_ms;
use crate::emulator::Emulator;
use crate::error::SandboxError;
use crate::state::behaviour::Behaviour;
use crate::state::fault::Fault;
use crate::state::settings::{Clock, Webhook};

/// A fault that is scripted, with the number that takes it away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActiveFault {
    /// Its number.
    pub id: u64,
    /// What is left of it: a count goes down with each hit.
    pub fault: Fault,
}

/// What time it is in a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClockReading {
    /// Milliseconds since 1970 UTC.
    pub now_ms: i64,
    /// Whether it stands still.
    pub stopped: bool,
}

/// Settings. They are stored with the groups: every process that has the same database open follows them at once.
///
/// All of these fail with [`ErrorKind::Storage`](crate::ErrorKind::Storage) when the database fails.
impl Emulator {
    /// The switches as they are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn behaviour(&self) -> Result<Behaviour, SandboxError> {
        Ok(self.settings().await?.behaviour.clone())
    }

    /// Sets all switches.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when a number is out of its bounds.
    pub async fn set_behaviour(&self, behaviour: Behaviour) -> Result<(), SandboxError> {
        behaviour.check().map_err(SandboxError::invalid)?;
        self.change_settings(move |settings| settings.behaviour = behaviour).await
    }

    /// Changes the switches where they stand, so that two who change different ones do not undo each other.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) with the sentence that `change` gives; then nothing has changed.
    pub async fn change_behaviour(
        &self,
        change: impl FnOnce(&mut Behaviour) -> Result<(), String> + Send + 'static,
    ) -> Result<Behaviour, SandboxError> {
        let changed = self.write(move |draft| {
            let mut behaviour = draft.settings().behaviour.clone();
            change(&mut behaviour)?;
            behaviour.check()?;
            draft.edit_settings().behaviour = behaviour.clone();
            Ok::<_, String>(behaviour)
        });
        changed.await?.map_err(SandboxError::invalid)
    }

    /// The faults that are scripted, oldest first; the first that hits a call is the one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn faults(&self) -> Result<Vec<ActiveFault>, SandboxError> {
        let settings = self.settings().await?;
        let active = |one: &crate::state::settings::ScriptedFault| ActiveFault {
            id: one.id,
            fault: one.fault.clone(),
        };
        Ok(settings.faults.iter().map(active).collect())
    }

    /// Scripts one more fault and gives its number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_fault(&self, fault: Fault) -> Result<u64, SandboxError> {
        self.change_settings(move |settings| settings.add_fault(fault)).await
    }

    /// Takes a fault away; `false` if there is none of this number, such as one that is used up.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_fault(&self, id: u64) -> Result<bool, SandboxError> {
        self.change_settings(move |settings| {
            let before = settings.faults.len();
            settings.faults.retain(|one| one.id != id);
            settings.faults.len() < before
        })
        .await
    }

    /// Takes all faults away and says how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_faults(&self) -> Result<usize, SandboxError> {
        self.change_settings(|settings| std::mem::take(&mut settings.faults).len()).await
    }

    /// Where webhooks are delivered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn webhook(&self) -> Result<Option<Webhook>, SandboxError> {
        Ok(self.settings().await?.webhook.clone())
    }

    /// Delivers webhooks there from now on, or nowhere. What happens while there is no webhook is never delivered.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for what is no http or https URL, or no header.
    pub async fn set_webhook(&self, webhook: Option<Webhook>) -> Result<(), SandboxError> {
        if let Some(webhook) = &webhook {
            webhook.check().map_err(SandboxError::invalid)?;
        }
        self.change_settings(move |settings| settings.webhook = webhook).await
    }

    /// How many webhooks wait to be delivered, or to be delivered again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn undelivered(&self) -> Result<u64, SandboxError> {
        Ok(self.next_delivery().await?.1)
    }

    /// What time it is in the sandbox.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clock(&self) -> Result<ClockReading, SandboxError> {
        let settings = self.settings().await?;
        Ok(reading(settings.clock))
    }

    /// Moves the time forward; what falls due by that is done before this returns.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn advance(&self, by: Duration) -> Result<ClockReading, SandboxError> {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let clock = self
            .change_settings(move |settings| {
                settings.clock.advance(by_ms);
                settings.clock
            })
            .await?;
        self.apply_due().await?;
        Ok(reading(clock))
    }

    /// Stops the clock: nothing falls due until it goes on or is moved.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stop_clock(&self) -> Result<ClockReading, SandboxError> {
        self.change_clock(Clock::stop).await
    }

    /// Lets the clock go on from where it stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_clock(&self) -> Result<ClockReading, SandboxError> {
        self.change_clock(Clock::go_on).await
    }

    async fn change_clock(&self, change: fn(&mut Clock, i64)) -> Result<ClockReading, SandboxError> {
        let change = move |settings: &mut crate::state::settings::Settings| {
            change(&mut settings.clock, now_ms());
            settings.clock
        };
        Ok(reading(self.change_settings(change).await?))
    }
}

fn reading(clock: Clock) -> ClockReading {
    ClockReading { now_ms: clock.now(now_ms()), stopped: clock.is_stopped() }
}
