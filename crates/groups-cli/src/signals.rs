//! Being told to end, by Ctrl-C or by a signal, for commands that have something to finish first.

#[cfg(unix)]
/// Being told to end.
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits to be told. Whether it was by Ctrl-C.
    pub(crate) async fn wait(&mut self) -> bool {
        tokio::select! {
            _ = self.interrupt.recv() => true,
            _ = self.terminate.recv() => false,
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

    pub(crate) async fn wait(&mut self) -> bool {
        // An error means that Ctrl-C cannot be received; ending is then all that is left.
        let _ = tokio::signal::ctrl_c().await;
        true
    }
}
