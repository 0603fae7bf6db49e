//! Group commit: what arrives while the disk is busy with one transaction goes into the next one together. A task owns
//! the writing side; it must never answer before the transaction that holds the job is committed.

use tokio::sync::{mpsc, oneshot};

use super::StoreError;

/// Jobs that wait at most; then whoever comes waits too.
const QUEUE: usize = 4096;
/// At most so many rows in one transaction, so that the first of them does not wait for long.
const ROWS: usize = 1024;

/// What carries out jobs, several in one transaction.
pub(super) trait Batch: Send + 'static {
    type Job: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// How many rows a job is about.
    fn rows(job: &Self::Job) -> usize;

    /// Carries out all jobs or none, and commits. One answer for each.
    fn write(
        &mut self,
        jobs: &[Self::Job],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, StoreError>> + Send;

    /// Whether a failure has to do with none of the jobs, and would meet each of them alone as well, after as long.
    fn concerns_all(error: &StoreError) -> bool {
        let _ = error;
        false
    }

    /// Called after a failure, before the next job.
    fn recover(&mut self) -> impl Future<Output = ()> + Send;
}

struct Waiting<B: Batch> {
    job: B::Job,
    answer: oneshot::Sender<Result<B::Answer, StoreError>>,
}

/// A handle to the task. The task ends with the last handle.
pub(super) struct Writer<B: Batch>(mpsc::Sender<Waiting<B>>);

impl<B: Batch> Clone for Writer<B> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<B: Batch> Writer<B> {
    /// Starts the task.
    pub(super) fn start(batch: B) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(work(batch, receiver));
        Self(sender)
    }

    /// Returns once the job is committed.
    pub(super) async fn write(&self, job: B::Job) -> Result<B::Answer, StoreError> {
        let gone = || StoreError::new("writing", "the runtime in which it was opened has ended");
        let (answer, answered) = oneshot::channel();
        self.0.send(Waiting { job, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn work<B: Batch>(mut batch: B, mut receiver: mpsc::Receiver<Waiting<B>>) {
    while let Some(first) = receiver.recv().await {
        let mut rows = B::rows(&first.job);
        let (mut jobs, mut answers) = (vec![first.job], vec![first.answer]);
        while rows < ROWS
            && let Ok(next) = receiver.try_recv()
        {
            rows += B::rows(&next.job);
            jobs.push(next.job);
            answers.push(next.answer);
        }
        match batch.write(&jobs).await {
            Ok(done) => {
                // Whoever does not wait any more does not need the answer.
                answers.into_iter().zip(done).for_each(|(answer, done)| drop(answer.send(Ok(done))));
            }
            Err(error) if B::concerns_all(&error) => {
                // Those who wait for it are told at once; they have waited long enough.
                let reason = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                for answer in answers {
                    let _ = answer.send(Err(StoreError::new("writing", reason.clone())));
                }
                batch.recover().await;
            }
            Err(_) => {
                // One of them may be at fault, or a connection that was lost; a repeat adds nothing twice.
                batch.recover().await;
                for (job, answer) in jobs.into_iter().zip(answers) {
                    let done = batch.write(std::slice::from_ref(&job)).await;
                    if done.is_err() {
                        batch.recover().await;
                    }
                    let none = || StoreError::new("writing", "no answer");
                    let _ = answer.send(done.and_then(|done| done.into_iter().next().ok_or_else(none)));
                }
            }
        }
    }
}
