//! What would be lost, read and shown before it is asked for: subject, how many people, the invite link. What cannot be
//! read is said to be unknown, and asked about all the same.

use futures_util::StreamExt;
use groups_ergonomic::ErrorKind;
use groups_ergonomic::model::{Group, GroupField};

use super::{AT_ONCE, Call};
use crate::confirm::{Loss, Yes, confirm};
use crate::failure::Failure;
use crate::output::{self, Printer};

/// Groups that are shown one by one.
const SHOWN: usize = 20;
/// Groups among which one is told by its id; of more, their number has to be typed.
const FEW: usize = 9;

/// Shows what would be lost, and asks. Fails unless the answer is yes.
pub(super) async fn ask(losses: &[Loss], call: &Call<'_>, out: &Printer) -> Result<(), Failure> {
    let shown = losses.iter().take(SHOWN);
    let reads = futures_util::stream::iter(shown).map(|loss| told(loss, call)).buffered(AT_ONCE);
    let lines: Vec<String> = out.waiting("Reading what would be lost", reads.collect()).await;
    let deletes = losses.iter().all(|loss| loss.people.is_none());
    output::losses(match deletes {
        true => "To be deleted, for everybody in it and for good:",
        false => "To be removed; they cannot come back by the invite link:",
    });
    for line in &lines {
        output::losses(&format!("  {line}"));
    }
    if losses.len() > SHOWN {
        output::losses(&format!("  ... and {} more groups", losses.len() - SHOWN));
    }
    let people: usize = losses.iter().map(|loss| loss.people.as_ref().map_or(0, Vec::len)).sum();
    let count = losses.len();
    let what = match (deletes, count, people) {
        (true, 1, _) => "Delete this group?".to_owned(),
        (true, count, _) => format!("Delete these {count} groups?"),
        (false, 1, 1) => "Remove this person?".to_owned(),
        (false, 1, people) => format!("Remove these {people} people?"),
        (false, count, people) => format!("Remove {people} people from {count} groups?"),
    };
    let (question, yes) = match losses {
        [] | [_] => (what, Yes::Word),
        [.., last] if count <= FEW => {
            (format!("{what} Type the id of the last one to go ahead:"), Yes::Typed(last.group.to_string()))
        }
        _ => (format!("{what} Type how many groups they are to go ahead:"), Yes::Typed(count.to_string())),
    };
    confirm(&question, yes, call.scene.command()).await
}

async fn told(loss: &Loss, call: &Call<'_>) -> String {
    let id = &loss.group;
    let fields = [GroupField::Subject, GroupField::TotalParticipantCount, GroupField::Participants];
    let read = async {
        let group = call.client.group(id.clone())?;
        let read = group.get().fields(fields).await?;
        // The group is told of without it.
        let link = group.invite_link().await.ok().map(|link| link.invite_link);
        Ok::<_, groups_ergonomic::Error>((read, link))
    };
    match read.await {
        Ok((group, link)) => line(loss, &group, link.as_deref()),
        Err(error) if error.kind() == ErrorKind::GroupUnknown => format!("{id}: there is no such group"),
        Err(error) => format!("{id}: cannot be read ({})", error.message()),
    }
}

fn line(loss: &Loss, group: &Group, link: Option<&str>) -> String {
    let subject = group.subject.as_deref().unwrap_or("(no subject)");
    let count = match group.participant_count {
        Some(1) => "1 participant".to_owned(),
        Some(count) => format!("{count} participants"),
        None => "participants unknown".to_owned(),
    };
    let Some(people) = &loss.people else {
        return format!("{subject}  {}  {count}  {}", loss.group, link.unwrap_or("no invite link"));
    };
    let inside = |user: &groups_ergonomic::model::ParticipantInput| {
        let people = group.participants.as_deref()?;
        Some(people.iter().any(|one| one.is(user)))
    };
    let named = people.iter().map(|user| match inside(user) {
        Some(false) => format!("{user} (not seen in the group)"),
        _ => user.to_string(),
    });
    format!("{}  from {subject}  {}  {count}", named.collect::<Vec<_>>().join(", "), loss.group)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_lost_is_told_in_a_line() {
        let group: Group =
            serde_json::from_value(json!({ "id": "g", "subject": "Trip", "participant_count": 2,
            "participants": [{ "wa_id": "15550100110" }, { "user_id": "US.1", "parent_user_id": "US.ENT.1" }] }))
            .unwrap();
        let loss = Loss::whole(group.id.clone());
        assert_eq!(line(&loss, &group, Some("https://l")), "Trip  g  2 participants  https://l");
        assert_eq!(
            line(&loss, &Group::new(group.id.clone()), None),
            "(no subject)  g  participants unknown  no invite link"
        );
        let people =
            ["+15550100110", "US.1", "US.ENT.1", "15550100119"].map(|user| user.parse().unwrap()).to_vec();
        assert_eq!(
            line(&Loss::of_people(group.id.clone(), people), &group, None),
            "+15550100110, US.1, US.ENT.1, 15550100119 (not seen in the group)  from Trip  g  2 participants"
        );
    }
}
