//! Group commit: what arrives while the disk is busy with one transaction goes into the next one together. A task owns
//! the writing side; it must never answer before the transaction that holds the job is committed.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::StoreError;

/// Jobs that wait at most; then whoever comes waits too.
const QUEUE: usize = 4096;
/// How many bytes wait at most, likewise. A larger job waits until it is alone.
const BYTES: u32 = 64 * 1024 * 1024;
/// At most so many rows in one transaction, so that the first of them does not wait for long.
const ROWS: usize = 1024;

/// What carries out jobs, several in one transaction.
pub(super) trait Batch: Send + 'static {
    type Job: Send + Sync + 'static;
    type Answer: Send + 'static;

    /// How many rows a job is about.
    fn rows(job: &Self::Job) -> usize;

    /// About how much memory a job takes, in bytes.
    fn bytes(job: &Self::Job) -> usize;

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
    room: OwnedSemaphorePermit,
}

/// A handle to the task. The task ends with the last handle.
pub(super) struct Writer<B: Batch> {
    queue: mpsc::Sender<Waiting<B>>,
    room: Arc<Semaphore>,
}

impl<B: Batch> Clone for Writer<B> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone(), room: Arc::clone(&self.room) }
    }
}

impl<B: Batch> Writer<B> {
    /// Starts the task.
    pub(super) fn start(batch: B) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(work(batch, receiver));
        Self { queue: sender, room: Arc::new(Semaphore::new(BYTES as usize)) }
    }

    /// Returns once the job is committed.
    pub(super) async fn write(&self, job: B::Job) -> Result<B::Answer, StoreError> {
        let gone = || StoreError::new("writing", "the runtime in which it was opened has ended");
        let (answer, answered) = oneshot::channel();
        let bytes = u32::try_from(B::bytes(&job)).unwrap_or(BYTES).min(BYTES);
        let room = Arc::clone(&self.room).acquire_many_owned(bytes).await.map_err(|_| gone())?;
        self.queue.send(Waiting { job, answer, room }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn work<B: Batch>(mut batch: B, mut receiver: mpsc::Receiver<Waiting<B>>) {
    while let Some(first) = receiver.recv().await {
        let mut rows = B::rows(&first.job);
        let (mut jobs, mut answers) = (vec![first.job], vec![first.answer]);
        // Taken until the jobs are done with.
        let mut rooms = vec![first.room];
        while rows < ROWS
            && let Ok(next) = receiver.try_recv()
        {
            rows += B::rows(&next.job);
            jobs.push(next.job);
            answers.push(next.answer);
            rooms.push(next.room);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Tells of each job, which is its size, with how many it was done.
    struct Counting;

    impl Batch for Counting {
        type Job = usize;
        type Answer = usize;

        fn rows(_: &usize) -> usize {
            1
        }

        fn bytes(job: &usize) -> usize {
            *job
        }

        async fn write(&mut self, jobs: &[usize]) -> Result<Vec<usize>, StoreError> {
            Ok(vec![jobs.len(); jobs.len()])
        }

        async fn recover(&mut self) {}
    }

    #[tokio::test]
    async fn small_jobs_are_done_together_and_large_ones_wait_for_room() {
        let writer = Writer::start(Counting);
        for (bytes, expected) in [(10, [3, 3, 3]), (BYTES as usize, [1, 1, 1]), (usize::MAX, [1, 1, 1])] {
            let all = futures_util::future::join_all((0..3).map(|_| writer.write(bytes))).await;
            assert_eq!(all.into_iter().map(Result::unwrap).collect::<Vec<_>>(), expected, "{bytes}");
        }
    }
}
