//! Join requests by who asks. Who is named by number or user id is looked up among the open requests; an id of a request is
//! taken as it is, and nobody is asked about it.

use std::collections::{BTreeMap, HashSet};

use groups_ergonomic::model::{
    Batch, FailedItem, InvalidInput, ItemError, JoinRequest, JoinRequestId, Participant, ParticipantInput,
};
use groups_ergonomic::{Error, ErrorKind, GroupHandle};
use schemars::JsonSchema;
use serde::de::IntoDeserializer as _;
use serde::{Deserialize as _, Serialize};

use crate::people;

/// A join request as it was given: by its own id or by who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// With the person, where that was told, too.
    Request(JoinRequestId, Option<ParticipantInput>),
    Person(ParticipantInput),
}

impl Asked {
    /// An id of a request is base64 of number and group (Facts 7.1): neither a number nor with the dot of a user id.
    pub(super) fn of(text: &str) -> Result<Self, InvalidInput> {
        match people::given(text) {
            Ok(person) => Ok(Self::Person(person)),
            Err(invalid) if people::looks_like_one(text) => Err(invalid),
            Err(_) => Ok(Self::Request(JoinRequestId::new(text)?, None)),
        }
    }

    /// By what it is the same one again.
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Request(id, _) => id.as_str(),
            Self::Person(person) => person.as_str().trim_start_matches('+'),
        }
    }

    pub(super) fn is_person(&self) -> bool {
        matches!(self, Self::Person(_))
    }

    /// What is told of it before anything is looked up.
    pub(super) fn told(&self) -> (Option<JoinRequestId>, Option<ParticipantInput>) {
        match self {
            Self::Request(id, person) => (Some(id.clone()), person.clone()),
            Self::Person(person) => (None, Some(person.clone())),
        }
    }
}

/// The open requests of a group, as far as they were needed.
#[derive(Debug, Default)]
pub(super) struct Open(Vec<JoinRequest>);

impl Open {
    /// All of them.
    pub(super) async fn all(group: &GroupHandle) -> Result<Self, Error> {
        group.join_requests().stream().all().await.map(Self)
    }

    /// All of them where somebody is named by who they are, else none.
    pub(super) async fn for_these(
        asked: impl IntoIterator<Item = &Asked>,
        group: &GroupHandle,
    ) -> Result<Self, Error> {
        if asked.into_iter().any(Asked::is_person) { Self::all(group).await } else { Ok(Self::default()) }
    }

    pub(super) fn ids(&self) -> Vec<JoinRequestId> {
        self.0.iter().map(|request| request.id.clone()).collect()
    }

    /// The request that is meant; `None` where the person has none.
    pub(super) fn find(&self, asked: &Asked) -> Option<JoinRequestId> {
        match asked {
            Asked::Request(id, _) => Some(id.clone()),
            Asked::Person(person) => {
                let open = self.0.iter().find(|request| request.participant.is(person));
                open.map(|open| open.id.clone())
            }
        }
    }

    /// Those that are meant, each once.
    pub(super) fn found<'a>(&self, asked: impl IntoIterator<Item = &'a Asked>) -> Vec<JoinRequestId> {
        let mut seen = HashSet::new();
        asked.into_iter().filter_map(|one| self.find(one)).filter(|id| seen.insert(id.clone())).collect()
    }

    fn people(&self, ids: &HashSet<&JoinRequestId>) -> BTreeMap<String, Participant> {
        let asked = self.0.iter().filter(|request| ids.contains(&request.id));
        asked.map(|request| (request.id.to_string(), request.participant.clone())).collect()
    }

    /// What became of them, with who they are.
    pub(super) fn decided(&self, batch: Batch, asked: &[Asked]) -> Decided {
        let mut batch = batch;
        for person in asked.iter().filter(|one| self.find(one).is_none()) {
            if let (Some(failed), Asked::Person(person)) = (missing(person), person) {
                // By the name that was given, which has not the form of a request's id and so is not checked as one.
                let id = JoinRequestId::deserialize(person.as_str().into_deserializer());
                let id: Result<_, serde::de::value::Error> = id;
                batch.failed.extend(id.ok().map(|id| FailedItem::new(id, failed)));
            }
        }
        let ids = batch.succeeded.iter().chain(batch.failed.iter().map(|item| &item.id)).collect();
        let people = self.people(&ids);
        Decided { batch, people }
    }
}

/// Why nothing is done for a person who has no open request.
pub(super) fn missing(asked: &Asked) -> Option<ItemError> {
    match asked {
        Asked::Person(person) => {
            let message = format!("{person} has no open join request");
            Some(ItemError::new(ErrorKind::JoinRequestUnknown, message))
        }
        Asked::Request(..) => None,
    }
}

/// What became of each join request, with who asked where that is known.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Batch")]
pub(crate) struct Decided {
    #[serde(flatten)]
    pub(super) batch: Batch,
    /// Who asked, by the id of the request; those that were looked up.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(default)]
    pub(super) people: BTreeMap<String, Participant>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn open() -> Open {
        let requests = json!([
            { "id": "r1", "participant": { "wa_id": "15550100110" } },
            { "id": "r2", "participant": { "user_id": "US.1", "username": "ann" } },
            { "id": "r3", "participant": { "wa_id": "15550100113", "user_id": "US.3", "parent_user_id": "US.ENT.3" } },
        ]);
        Open(serde_json::from_value(requests).unwrap())
    }

    #[test]
    fn a_person_stands_for_the_request_they_have() {
        let open = open();
        for (text, id) in [
            ("+1 555 010-0110", Some("r1")),
            ("15550100110", Some("r1")),
            ("US.1", Some("r2")),
            ("15550100113", Some("r3")),
            ("US.3", Some("r3")),
            ("US.ENT.3", Some("r3")),
            ("US.2", None),
            ("+15550100111", None),
            ("r9", Some("r9")),
        ] {
            let found = open.find(&Asked::of(text).unwrap());
            assert_eq!(found.as_ref().map(JoinRequestId::as_str), id, "{text}");
        }
        assert!(Asked::of("0049170123411").unwrap_err().to_string().contains("+49170123411"));
        let twice = ["15550100110", "r1"].map(|text| Asked::of(text).unwrap());
        assert_eq!(open.found(&twice).len(), 1);
    }

    #[test]
    fn who_has_no_request_is_among_those_that_failed() {
        let open = open();
        let asked = ["US.1", "+15550100119"].map(|text| Asked::of(text).unwrap());
        let decided = open.decided(Batch::default(), &asked);
        assert_eq!(decided.batch.failed.len(), 1);
        assert_eq!(decided.batch.failed[0].id.as_str(), "+15550100119");
        assert_eq!(decided.batch.failed[0].error.message, "+15550100119 has no open join request");
    }
}
