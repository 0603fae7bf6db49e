//! One group: what it is, its settings, its end. Its links, join requests and participants have files of
//! their own.

use std::borrow::Cow;
use std::future::IntoFuture;
use std::sync::LazyLock;

use groups_api::progenitor_client::{ClientInfo, encode_path};
use groups_api::{ResponseValue, types};
use groups_model::{Accepted, Group, GroupField, GroupId, InvalidInput, limits};
use serde::de::DeserializeOwned;

use crate::call::Written;
use crate::client::Client;
use crate::convert;
use crate::error::{Error, Result};
use crate::failure::RawError;
use crate::groups::Pending;
use crate::operation::Operation;
use crate::picture::Picture;
use crate::preview::Preview;

/// One group of the number. From [`Client::group`]; making it asks nobody whether the group exists.
#[derive(Clone, Debug)]
pub struct GroupHandle {
    pub(crate) client: Client,
    pub(crate) id: GroupId,
}

impl GroupHandle {
    pub(crate) fn new(client: Client, id: GroupId) -> Self {
        Self { client, id }
    }

    /// The group's id.
    pub fn id(&self) -> &GroupId {
        &self.id
    }

    /// Reads the group, with all fields unless told otherwise.
    pub fn get(&self) -> GetGroup {
        GetGroup { group: self.clone(), fields: None }
    }

    /// Changes settings; at least one must be given. The answer is a receipt.
    pub fn update(&self) -> UpdateGroup {
        UpdateGroup { group: self.clone(), subject: None, description: None, picture: None }
    }

    /// Deletes the group for everybody in it, for good. The answer is a receipt.
    pub fn delete(&self) -> DeleteGroup {
        DeleteGroup { group: self.clone() }
    }
}

/// A group to be read. Await it.
#[derive(Clone, Debug)]
#[must_use = "does nothing until awaited"]
pub struct GetGroup {
    group: GroupHandle,
    fields: Option<Vec<GroupField>>,
}

impl GetGroup {
    /// Asks for these fields only. The API itself tells the id alone unless it is asked for more (Facts 1.3).
    pub fn fields(mut self, fields: impl IntoIterator<Item = GroupField>) -> Self {
        self.fields = Some(fields.into_iter().collect());
        self
    }

    async fn send(self) -> Result<Group> {
        static ALL: LazyLock<String> = LazyLock::new(|| listed(GroupField::KNOWN));
        let fields = match &self.fields {
            Some(fields) => Cow::Owned(listed(fields)),
            None => Cow::Borrowed(ALL.as_str()),
        };
        let GroupHandle { client, id } = self.group;
        let raw = client.raw();
        let answer = client
            .call(Operation::GetGroup, || {
                let call = raw.get_group().group_id(id.clone());
                if fields.is_empty() { call } else { call.fields(&*fields) }.send()
            })
            .await?;
        let mut group = convert::group(answer.value);
        // It was not told in a way that can be read, and it is the one that was asked for.
        if group.id.as_str().is_empty() {
            group.id = id;
        }
        Ok(group)
    }
}

/// Fields as the API takes them.
fn listed(fields: &[GroupField]) -> String {
    fields.iter().map(GroupField::as_str).collect::<Vec<_>>().join(",")
}

impl IntoFuture for GetGroup {
    type Output = Result<Group>;
    type IntoFuture = Pending<Group>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Settings to be changed. Await it.
///
/// ```
/// # async fn example(client: groups_ergonomic::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use groups_ergonomic::Picture;
/// let picture = Picture::read("logo.jpg")?;
/// client.group("Y2FwaV9ncm91cDox")?.update().subject("Kyoto, May 2027").picture(picture).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "does nothing until awaited"]
pub struct UpdateGroup {
    pub(crate) group: GroupHandle,
    pub(crate) subject: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) picture: Option<Picture>,
}

impl UpdateGroup {
    /// 1 to 128 characters.
    pub fn subject(mut self, text: impl Into<String>) -> Self {
        self.subject = Some(text.into());
        self
    }

    /// At most 2048 characters. What an empty one does is not documented (Facts 9).
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    /// The profile picture. There is no documented way to take one away (Facts 1.4).
    pub fn picture(mut self, picture: Picture) -> Self {
        self.picture = Some(picture);
        self
    }

    /// The request this would send.
    pub async fn preview(self) -> Result<Preview> {
        let client = self.group.client.clone();
        let parts = self.picture.as_ref().map(|picture| {
            let mut parts = serde_json::Map::new();
            for (name, text) in self.texts() {
                parts.insert(name.into(), text.into());
            }
            let file = format!("profile.jpg ({} bytes, image/jpeg)", picture.bytes().len());
            parts.insert(client.picture_part().name().into(), file.into());
            parts
        });
        let id = self.group.id.clone();
        let path = self.picture.as_ref().and_then(Picture::path).map(std::path::Path::to_owned);
        let part = client.picture_part().name();
        let preview =
            Preview::of(&client, |client| Self { group: GroupHandle { client, id }, ..self }.send()).await?;
        Ok(match parts {
            Some(parts) => Preview {
                picture: path.map(|path| (part.to_owned(), path)),
                ..preview.with_body(parts.into())
            },
            None => preview,
        })
    }

    async fn send(self) -> Result<Accepted> {
        self.checked()?.submit().await
    }

    /// Sends what was checked.
    pub(crate) async fn submit(&self) -> Result<Accepted> {
        let operation = Operation::UpdateGroup;
        let GroupHandle { client, id } = &self.group;
        let raw = client.raw();
        let written = match &self.picture {
            Some(picture) => client.write(operation, || self.multipart(picture)).await?,
            None => {
                let body = types::UpdateGroupRequest {
                    messaging_product: types::MessagingProduct::Whatsapp,
                    subject: self.subject.clone(),
                    description: self.description.clone(),
                };
                client
                    .write(operation, || {
                        or_empty(operation, raw.update_group().group_id(id.clone()).body(body.clone()).send())
                    })
                    .await?
            }
        };
        Ok(receipt(operation, id, written).0)
    }

    /// With what the API would refuse refused, and the subject as it will be.
    pub(crate) fn checked(self) -> Result<Self> {
        self.within_limits().map_err(|invalid| Error::from(invalid).during(Operation::UpdateGroup))
    }

    fn within_limits(mut self) -> Result<Self, InvalidInput> {
        if self.subject.is_none() && self.description.is_none() && self.picture.is_none() {
            return Err(InvalidInput::new(
                "update",
                "must change at least one setting: subject, description or picture",
            ));
        }
        if let Some(subject) = &self.subject {
            self.subject = Some(limits::subject(subject)?.to_owned());
        }
        if let Some(description) = &self.description {
            limits::description(description)?;
        }
        Ok(self)
    }

    fn texts(&self) -> impl Iterator<Item = (&'static str, String)> {
        [
            ("messaging_product", Some("whatsapp".to_owned())),
            ("subject", self.subject.clone()),
            ("description", self.description.clone()),
        ]
        .into_iter()
        .filter_map(|(name, text)| Some((name, text?)))
    }

    /// What generated code would do, if the generator had multipart.
    async fn multipart(&self, picture: &Picture) -> Result<ResponseValue<types::Accepted>, RawError> {
        let GroupHandle { client, id } = &self.group;
        let raw = client.raw();
        let mut form = reqwest::multipart::Form::new();
        for (name, text) in self.texts() {
            form = form.text(name, text);
        }
        form = form.part(client.picture_part().name(), picture.part()?);
        let url = format!("{}/groups/{}", raw.baseurl(), encode_path(id.as_str()));
        let mut request = raw
            .client()
            .post(url)
            .header(reqwest::header::ACCEPT, "application/json")
            .multipart(form)
            .build()?;
        raw.inner().prepare(&mut request)?;
        let answer = raw.inner().execute(raw.client(), request).await?;
        or_empty(Operation::UpdateGroup, async {
            match answer.status().as_u16() {
                200 => ResponseValue::from_response(answer).await,
                _ => Err(RawError::UnexpectedResponse(answer)),
            }
        })
        .await
    }
}

impl IntoFuture for UpdateGroup {
    type Output = Result<Accepted>;
    type IntoFuture = Pending<Accepted>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// A group to be deleted. Await it.
#[derive(Clone, Debug)]
#[must_use = "does nothing until awaited"]
pub struct DeleteGroup {
    pub(crate) group: GroupHandle,
}

impl DeleteGroup {
    /// The request this would send.
    pub async fn preview(self) -> Result<Preview> {
        let GroupHandle { client, id } = self.group;
        Preview::of(&client, |client| Self { group: GroupHandle { client, id } }.send()).await
    }

    async fn send(self) -> Result<Accepted> {
        Ok(self.submit().await?.0)
    }

    /// With whether the answer shows that it is done already.
    pub(crate) async fn submit(self) -> Result<(Accepted, bool)> {
        let operation = Operation::DeleteGroup;
        let GroupHandle { client, id } = self.group;
        let raw = client.raw();
        let written = client
            .write(operation, || or_empty(operation, raw.delete_group().group_id(id.clone()).send()))
            .await?;
        Ok(receipt(operation, &id, written))
    }
}

impl IntoFuture for DeleteGroup {
    type Output = Result<Accepted>;
    type IntoFuture = Pending<Accepted>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Takes an empty 2xx for the acknowledgement it is, where no field of the answer is needed (Facts 1.4, 1.5, 1.11).
pub(crate) async fn or_empty<T: DeserializeOwned>(
    operation: Operation,
    answer: impl Future<Output = Result<ResponseValue<T>, RawError>>,
) -> Result<ResponseValue<T>, RawError> {
    let answer = match answer.await {
        // A 2xx that the document does not name, such as 202 or 204, says the same.
        Err(RawError::UnexpectedResponse(answer)) if answer.status().is_success() => {
            ResponseValue::from_response(answer).await
        }
        other => other,
    };
    match answer {
        Err(RawError::InvalidResponsePayload(body, error))
            if operation.may_answer_empty() && body.trim_ascii().is_empty() =>
        {
            match serde_json::from_str("{}") {
                Ok(nothing) => Ok(ResponseValue::new(nothing, reqwest::StatusCode::OK, Default::default())),
                Err(_) => Err(RawError::InvalidResponsePayload(body, error)),
            }
        }
        other => other,
    }
}

/// What a write that is done later came to, and whether the answer shows that it is done already.
pub(crate) fn receipt(
    operation: Operation,
    id: &GroupId,
    written: Written<types::Accepted>,
) -> (Accepted, bool) {
    match written {
        Written::Answered(answer) => (convert::accepted(operation, Some(id), answer.value), false),
        Written::AlreadyDone => (Accepted::new(operation.id(), Some(id.clone()), None), true),
    }
}
