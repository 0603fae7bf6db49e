//! Being told to end, by Ctrl-C or by a signal, for commands that have something to finish first.

use crate::failure::Failure;
#[cfg(unix)]
use crate::output;

/// Where it would not be heard, a command that ends by it is not begun.
pub(crate) fn heard(command: &str) -> Result<Signals, Failure> {
    Signals::new().map_err(|error| {
        Failure::configuration(command, format!("signals cannot be received: {error}"))
            .with_remedy("The system refuses what ending cleanly takes; see its limits, then run it again.")
    })
}

/// The same for a server, which SIGHUP does not end: it opens the log file again.
pub(crate) fn of_server(command: &str) -> Result<Signals, Failure> {
    let mut signals = heard(command)?;
    signals.survive_hangup();
    Ok(signals)
}

#[cfg(unix)]
/// Being told to end.
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// `None`: it ends the process.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: None,
        })
    }

    fn survive_hangup(&mut self) {
        use tokio::signal::unix::{SignalKind, signal};
        self.hangup = signal(SignalKind::hangup()).ok();
    }

    /// Waits to be told. Whether it was by Ctrl-C.
    pub(crate) async fn wait(&mut self) -> bool {
        loop {
            let hangup = async {
                match &mut self.hangup {
                    Some(hangup) => hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.interrupt.recv() => return true,
                _ = self.terminate.recv() => return false,
                _ = hangup => output::reopen_log(),
            }
        }
    }
}

#[cfg(not(unix))]
/// Being told to end.
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    fn survive_hangup(&mut self) {}

    pub(crate) async fn wait(&mut self) -> bool {
        // An error means that Ctrl-C cannot be received; ending is then all that is left.
        let _ = tokio::signal::ctrl_c().await;
        true
    }
}
