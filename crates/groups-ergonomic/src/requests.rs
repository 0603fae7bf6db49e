//! Requests to join a group that wants approval: list, approve, reject.

use std::collections::HashSet;
use std::future::IntoFuture;

use groups_api::types;
use groups_model::{Batch, ErrorKind, FailedItem, InvalidInput, ItemError, JoinRequest, JoinRequestId};

use crate::call::Answer;
use crate::convert::{self, Decided};
use crate::error::{Error, Result};
use crate::group::GroupHandle;
use crate::groups::Pending;
use crate::list::List;
use crate::operation::Operation;
use crate::pages::{Answered, Ask};
use crate::preview::Preview;

impl GroupHandle {
    /// The open requests; none in a group that lets people in at once. That this list takes a limit and cursors is
    /// inferred (Facts 1.8).
    pub fn join_requests(&self) -> List<JoinRequest> {
        let group = self.clone();
        List::new(Operation::ListJoinRequests, move |ask| Box::pin(page(group.clone(), ask)))
    }

    /// Lets people in. What became of each request is in the result, also where some or all failed for reasons
    /// of their own; the call itself fails only as a whole.
    ///
    /// ```
    /// # async fn example(client: groups_ergonomic::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let group = client.group("Y2FwaV9ncm91cDox")?;
    /// let pending = group.join_requests().stream().all().await?;
    /// let batch = group.approve(pending.into_iter().map(|request| request.id)).await?;
    /// for failed in &batch.failed {
    ///     eprintln!("{}: {}", failed.id, failed.error.message);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn approve(&self, ids: impl IntoIterator<Item = JoinRequestId>) -> DecideJoinRequests {
        DecideJoinRequests { group: self.clone(), ids: ids.into_iter().collect(), verdict: Verdict::Approve }
    }

    /// Turns people away; they may ask again (Facts 1.10). The result is told as for [`Self::approve`].
    pub fn reject(&self, ids: impl IntoIterator<Item = JoinRequestId>) -> DecideJoinRequests {
        DecideJoinRequests { group: self.clone(), ids: ids.into_iter().collect(), verdict: Verdict::Reject }
    }
}

async fn page(group: GroupHandle, ask: Ask) -> Result<Answered<JoinRequest>> {
    let raw = group.client.raw();
    let answer = group
        .client
        .call(Operation::ListJoinRequests, || {
            let mut call = raw.list_join_requests().group_id(group.id.clone()).limit(ask.limit);
            if let Some(cursor) = &ask.after {
                call = call.after(cursor.clone());
            }
            if let Some(cursor) = &ask.before {
                call = call.before(cursor.clone());
            }
            call.send()
        })
        .await?;
    let mut items = answer.value.data.into_iter().map(convert::join_request).collect();
    let left_out =
        convert::leave_out_empty_ids(&mut items, ("data", "join_request_id"), |request| request.id.as_str());
    group.client.report(Operation::ListJoinRequests, &left_out);
    let mut problems = answer.problems;
    problems.append(left_out);
    Ok(Answered { items, paging: answer.value.paging, problems })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Approve,
    Reject,
}

impl Verdict {
    fn operation(self) -> Operation {
        match self {
            Self::Approve => Operation::ApproveJoinRequests,
            Self::Reject => Operation::RejectJoinRequests,
        }
    }
}

/// Requests to be approved or rejected. Await it.
#[derive(Clone, Debug)]
#[must_use = "does nothing until awaited"]
pub struct DecideJoinRequests {
    group: GroupHandle,
    ids: Vec<JoinRequestId>,
    verdict: Verdict,
}

impl DecideJoinRequests {
    /// The request this would send.
    pub async fn preview(self) -> Result<Preview> {
        let GroupHandle { client, id } = self.group;
        let (ids, verdict) = (self.ids, self.verdict);
        Preview::of(&client, |client| Self { group: GroupHandle { client, id }, ids, verdict }.send()).await
    }

    async fn send(self) -> Result<Batch> {
        let operation = self.verdict.operation();
        let ids = self.checked().map_err(|invalid| Error::from(invalid).during(operation))?;
        let GroupHandle { client, id } = &self.group;
        let body = types::JoinRequestsRequest {
            messaging_product: types::MessagingProduct::Whatsapp,
            join_requests: ids.clone(),
        };
        let raw = client.raw();
        let decided = match self.verdict {
            Verdict::Approve => client
                .run(operation, || raw.approve_join_requests().group_id(id.clone()).body(body.clone()).send())
                .await
                .map(|Answer { value, problems, in_doubt, .. }| {
                    (Decided::from(value).around(&problems, "approved_join_requests"), in_doubt)
                }),
            Verdict::Reject => client
                .run(operation, || raw.reject_join_requests().group_id(id.clone()).body(body.clone()).send())
                .await
                .map(|Answer { value, problems, in_doubt, .. }| {
                    (Decided::from(value).around(&problems, "rejected_join_requests"), in_doubt)
                }),
        };
        let (batch, in_doubt) = match decided {
            Ok((decided, in_doubt)) => (convert::batch(&ids, decided), in_doubt),
            // The whole call is refused where every request is gone.
            Err((error, true)) if error.kind() == ErrorKind::JoinRequestUnknown => {
                (all_gone(&ids, &error), true)
            }
            Err((error, _)) => return Err(error),
        };
        if in_doubt { Ok(settle(&self.group, self.verdict, batch).await) } else { Ok(batch) }
    }

    fn checked(&self) -> Result<Vec<JoinRequestId>, InvalidInput> {
        if self.ids.is_empty() {
            return Err(InvalidInput::new("join requests", "must name at least one id"));
        }
        let mut seen = HashSet::new();
        for id in &self.ids {
            id.check()?;
            if !seen.insert(id) {
                let problem = format!("must name each id once, but {id} stands twice");
                return Err(InvalidInput::new("join requests", problem));
            }
        }
        Ok(self.ids.clone())
    }
}

impl IntoFuture for DecideJoinRequests {
    type Output = Result<Batch>;
    type IntoFuture = Pending<Batch>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

fn all_gone(ids: &[JoinRequestId], error: &Error) -> Batch {
    let mut batch = Batch::default();
    batch.failed = ids
        .iter()
        .map(|id| {
            let mut reason = ItemError::new(error.kind(), error.message());
            reason.code = error.code();
            FailedItem::new(id.clone(), reason)
        })
        .collect();
    batch
}

/// After a repeat, "no such request" may mean that the first sending worked, or that the person withdrew. Only
/// who is in the group now tells, and only for an approval; what cannot be told is said to be unknown.
async fn settle(group: &GroupHandle, verdict: Verdict, batch: Batch) -> Batch {
    let is_gone = |item: &FailedItem| item.error.kind == ErrorKind::JoinRequestUnknown;
    if !batch.failed.iter().any(is_gone) {
        return batch;
    }
    tracing::debug!("requests are gone after a repeat; looking at who is in the group");
    let inside = match verdict {
        Verdict::Approve => people_inside(group).await,
        Verdict::Reject => HashSet::new(),
    };
    let mut settled = Batch::default();
    settled.succeeded = batch.succeeded;
    for mut item in batch.failed {
        if !is_gone(&item) {
            settled.failed.push(item);
        } else if person_of(&item.id).is_some_and(|wa_id| inside.contains(&wa_id)) {
            settled.succeeded.push(item.id);
        } else {
            item.error.kind = ErrorKind::OutcomeUnknown;
            item.error.message =
                "no longer pending: handled by an earlier attempt whose answer was lost, or withdrawn".into();
            settled.failed.push(item);
        }
    }
    settled
}

async fn people_inside(group: &GroupHandle) -> HashSet<String> {
    let read = group.get().fields([groups_model::GroupField::Participants]).await;
    let people = read.ok().and_then(|group| group.participants).unwrap_or_default();
    people.into_iter().filter_map(|person| Some(person.wa_id?.as_str().to_owned())).collect()
}

/// Whom a request is from, if its id tells in the one format seen (Facts 7.1). Only a hint: it counts where a
/// person of exactly this `wa_id` is found in the group, and an id that tells nothing leaves the outcome unknown.
fn person_of(id: &JoinRequestId) -> Option<String> {
    use base64::Engine;
    let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
    // Graph writes "ZD" for "=" and "ZA" for "Z".
    let plain = id.as_str().replace("ZD", "=").replace("ZA", "Z");
    let text = String::from_utf8(engine.decode(plain.trim_end_matches('=')).ok()?).ok()?;
    let (wa_id, _) = text.split_once(':')?;
    let digits = !wa_id.is_empty() && wa_id.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| wa_id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_person_only_in_the_known_format() {
        let of = |text: &str| person_of(&JoinRequestId::new(text).unwrap());
        // The format of Facts 7.1: base64 of "<wa_id>:<group>".
        assert_eq!(of("MTU1NTAxMDAxMjM6MTIwMzYzNDA0Njk0MjMzODIw").as_deref(), Some("15550100123"));
        // The lengths of a number whose padding is escaped: twelve digits, and ten.
        assert_eq!(of("NDkxNzAxMjM0NTY3OjEyMDM2MzQ3MDA3NTExMTExNQZDZD").as_deref(), Some("491701234567"));
        assert_eq!(of("NTA2MTIzNDU2NzoxMjAzNjM0NzAwNzUxMTExMTUZD").as_deref(), Some("5061234567"));
        assert_eq!(of("not-base64"), None);
        assert_eq!(of("bm8gY29sb24"), None);
        assert_eq!(of("YWJjOjE"), None);
    }
}
