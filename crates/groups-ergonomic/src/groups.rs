//! The groups of a number: list and create.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use groups_api::{GroupListShape, types};
use groups_model::tolerant::Problem;
use groups_model::{Accepted, ErrorKind, Group, JoinApprovalMode, limits};

use crate::client::Client;
use crate::convert;
use crate::error::{Error, Result};
use crate::list::List;
use crate::operation::Operation;
use crate::outcome::{FollowedCreate, Likeness, Ticket};
use crate::pages::{Answered, Ask};
use crate::preview::Preview;
use crate::retry::Delivery;

/// What the builders of this crate become when awaited.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// Lists and creates groups. From [`Client::groups`].
#[derive(Clone, Debug)]
pub struct Groups {
    pub(crate) client: Client,
}

impl Groups {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// The active groups; deleted and suspended ones are not among them (Facts 1.1). Each tells id, subject and
    /// time; [`crate::GroupHandle::get`] tells the rest. The order is not documented.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = groups_sandbox::Sandbox::start().await?;
    /// # let client = groups_ergonomic::Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build()?;
    /// let mut groups = client.groups().list().stream();
    /// while let Some(group) = groups.next().await {
    ///     println!("{:?}", group?.subject);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<Group> {
        let client = self.client.clone();
        List::new(Operation::ListGroups, move |ask| Box::pin(page(client.clone(), ask)))
    }

    /// Creates a group, with 1 to 128 characters of subject. The answer is a receipt: id and invite link come by
    /// webhook, or by listing later (Facts 1.2). Two calls make two groups, so a call that may have been
    /// delivered is not repeated.
    pub fn create(&self, subject: impl Into<String>) -> CreateGroup {
        CreateGroup {
            client: self.client.clone(),
            subject: subject.into(),
            description: None,
            approval: None,
        }
    }
}

async fn page(client: Client, ask: Ask) -> Result<Answered<Group>> {
    let raw = client.raw();
    let answer = client
        .call(Operation::ListGroups, || {
            let mut call = raw.list_groups().limit(ask.limit);
            if let Some(cursor) = &ask.after {
                call = call.after(cursor.clone());
            }
            if let Some(cursor) = &ask.before {
                call = call.before(cursor.clone());
            }
            call.send()
        })
        .await?;
    let mut problems = answer.problems;
    if let GroupListShape::Nested(data) = &answer.value.data
        && data.groups.is_empty()
        && !data.extra.is_empty()
        && problems.is_empty()
    {
        problems.push(Problem::missing("data.groups"));
        client.report(Operation::ListGroups, &problems);
    }
    let is_nested = matches!(answer.value.data, GroupListShape::Nested(_));
    let mut items = convert::groups(answer.value.data);
    let path = if is_nested { "data.groups" } else { "data" };
    let left_out = convert::leave_out_empty_ids(&mut items, (path, "id"), |group| group.id.as_str());
    client.report(Operation::ListGroups, &left_out);
    problems.append(left_out);
    Ok(Answered { items, paging: answer.value.paging, problems })
}

/// A group to be created. Await it.
#[derive(Clone, Debug)]
#[must_use = "does nothing until awaited"]
pub struct CreateGroup {
    pub(crate) client: Client,
    pub(crate) subject: String,
    pub(crate) description: Option<String>,
    pub(crate) approval: Option<JoinApprovalMode>,
}

impl CreateGroup {
    /// At most 2048 characters.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// Whether people who open the link are in at once (the default of the API) or ask first. It cannot be
    /// changed later (Facts 1.4).
    pub fn join_approval_mode(mut self, mode: JoinApprovalMode) -> Self {
        self.approval = Some(mode);
        self
    }

    /// The request this would send.
    pub async fn preview(self) -> Result<Preview> {
        let client = self.client.clone();
        Preview::of(&client, |client| Self { client, ..self }.send()).await
    }

    async fn send(self) -> Result<Accepted> {
        let checked = self.checked()?;
        // Its group may be mistaken for that of a create that is waited for.
        let ticket = checked.client.rivals().begin(checked.likeness());
        checked.submit(&ticket).await
    }

    /// In the form in which it is compared with groups.
    pub(crate) fn likeness(&self) -> Likeness {
        Likeness::new(&self.subject, self.description.as_deref(), self.approval.as_ref())
    }

    /// Follows this create, so that a [`CreateMatcher`](crate::CreateMatcher) can assign its group. `number`: of the same
    /// create in an earlier process, which this one goes on with.
    pub fn follow(self, number: Option<u64>) -> Result<FollowedCreate> {
        let create = self.checked()?;
        let number = number.unwrap_or_else(|| fastrand::u64(..));
        let ticket = create.client.rivals().ticket(number, create.likeness());
        Ok(FollowedCreate::new(create, ticket))
    }

    /// With what the API would refuse refused, and the subject as it will be.
    pub(crate) fn checked(mut self) -> Result<Self> {
        let during = |invalid| Error::from(invalid).during(Operation::CreateGroup);
        self.subject = limits::subject(&self.subject).map_err(during)?.to_owned();
        if let Some(description) = &self.description {
            limits::description(description).map_err(during)?;
        }
        Ok(self)
    }

    /// Sends it. The ticket is settled where no group will come of it.
    pub(crate) async fn submit(&self, ticket: &Ticket) -> Result<Accepted> {
        let operation = Operation::CreateGroup;
        let body = types::CreateGroupRequest {
            messaging_product: types::MessagingProduct::Whatsapp,
            subject: self.subject.clone(),
            description: self.description.clone(),
            join_approval_mode: self.approval.clone(),
        };
        let raw = self.client.raw();
        let answer = self.client.call(operation, || raw.create_group().body(body.clone()).send()).await;
        let answer = answer.inspect_err(|error| {
            if !may_have_happened(error) {
                ticket.settle(None);
            }
        })?;
        // The status says that it was accepted, whatever is missing.
        Ok(convert::accepted(operation, None, answer.value))
    }
}

/// Whether a create may have been carried out although it failed. A 404 without a code comes from something before the API,
/// which may have passed the call on.
pub(crate) fn may_have_happened(error: &Error) -> bool {
    let is_foreign = error.kind() == ErrorKind::NotFound && error.code().is_none();
    error.delivery() == Delivery::MaybeDelivered || is_foreign
}

impl IntoFuture for CreateGroup {
    type Output = Result<Accepted>;
    type IntoFuture = Pending<Accepted>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
