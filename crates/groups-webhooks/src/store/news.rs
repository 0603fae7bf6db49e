//! How whoever follows a store learns that there may be more: at once from this process, by looking now and then from
//! others. Must never be relied on to tell everything; it only says when to look.

use std::time::Duration;

use tokio::sync::watch;

/// How long another process's events may stay unnoticed.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Tells when it may be worth looking for new events.
#[derive(Clone, Debug, Default)]
pub struct News(Option<watch::Receiver<()>>);

impl News {
    /// For a store that cannot tell: look now and then.
    pub fn now_and_then() -> Self {
        Self(None)
    }

    /// Waits until there may be something new. What came since the last call counts.
    pub async fn wait(&mut self) {
        let now_and_then = tokio::time::sleep(LOOK_EVERY);
        match &mut self.0 {
            Some(bell) => {
                tokio::select! {
                    changed = bell.changed() => if changed.is_err() { self.0 = None },
                    () = now_and_then => {}
                }
            }
            None => now_and_then.await,
        }
    }
}

/// Rung by the writer after each commit.
#[derive(Clone, Debug)]
pub(super) struct Bell(watch::Sender<()>);

impl Bell {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    pub(super) fn ring(&self) {
        self.0.send_replace(());
    }

    pub(super) fn news(&self) -> News {
        News(Some(self.0.subscribe()))
    }
}
