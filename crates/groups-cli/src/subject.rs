//! GROUP as people know it: at a terminal, a subject that exactly one group has stands for its id. Elsewhere GROUP is
//! always an id and no request is made for it; destructive commands take an id everywhere.

use std::io::IsTerminal;

use groups_ergonomic::model::text::{normalized, quoted};
use groups_ergonomic::model::{Group, GroupId};

use crate::args::{Command, InviteCommand, ParticipantsCommand, RequestsCommand};
use crate::failure::{Failure, Kind};
use crate::scene::Scene;
use groups_ergonomic::ErrorKind;

/// What every group id that was ever seen begins with (Facts 7.1). It only saves the question: another id is found in the
/// list, or tried as one.
const KNOWN_FORM: &str = "Y2FwaV9ncm91cD";

/// How many of several groups are told.
const SHOWN: usize = 10;

/// Whether there is somebody who may have given a subject.
pub(crate) fn may_be_given() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// The GROUP of a command that may be named by its subject, unless it is an id for certain.
pub(crate) fn of(command: &mut Command) -> Option<&mut String> {
    let group = match command {
        Command::Get(args) => args.group.as_mut(),
        Command::Update(args) if !args.dry.dry_run => args.group.as_mut(),
        Command::Invite(InviteCommand::Get(args)) => args.group.as_mut(),
        Command::Invite(InviteCommand::Reset(args)) if !args.dry.dry_run => args.group.as_mut(),
        Command::Requests(RequestsCommand::List(args)) => Some(&mut args.group),
        Command::Requests(RequestsCommand::Approve(args) | RequestsCommand::Reject(args))
            if !args.dry.dry_run =>
        {
            args.group.as_mut()
        }
        Command::Participants(ParticipantsCommand::List(args)) => args.group.as_mut(),
        _ => None,
    };
    group.filter(|text| !text.starts_with(KNOWN_FORM) && !GroupId::is_damaged(text))
}

/// What a text stands for, among all groups. Never guesses.
pub(crate) fn meant(text: &str, groups: &[Group], scene: &Scene) -> Result<GroupId, Failure> {
    if let Some(group) = groups.iter().find(|group| group.id.as_str() == text) {
        return Ok(group.id.clone());
    }
    let subject = |group: &Group| normalized(group.subject.as_deref().unwrap_or_default());
    let wanted = normalized(text);
    let of_subject: Vec<&Group> = groups.iter().filter(|group| subject(group) == wanted).collect();
    match &of_subject[..] {
        [group] => Ok(group.id.clone()),
        [] => match GroupId::new(text) {
            // It may be one that is not listed, such as a suspended one.
            Ok(id) => Ok(id),
            Err(_) => Err(unknown(text, groups, scene)),
        },
        several => {
            let mut ids: Vec<&str> = several.iter().take(SHOWN).map(|group| group.id.as_str()).collect();
            if several.len() > SHOWN {
                ids.push("...");
            }
            let message = format!("{} groups have the subject {}", several.len(), quoted(text));
            Err(Failure::usage(scene.command(), message)
                .with_remedy(format!("Give the id of the one that is meant: {}.", ids.join(", "))))
        }
    }
}

fn unknown(text: &str, groups: &[Group], scene: &Scene) -> Failure {
    let lower = text.trim().to_lowercase();
    let near = groups.iter().filter_map(|group| group.subject.as_deref()).filter(|subject| {
        let subject = subject.to_lowercase();
        subject.contains(&lower) || strsim::damerau_levenshtein(&subject, &lower) <= 2
    });
    let near: Vec<String> = near.take(3).map(|subject| quoted(subject).to_string()).collect();
    let list = scene.line("list --all");
    let advice = match near.is_empty() {
        true => format!("`{list}` prints the groups and their ids."),
        false => format!("Did you mean {}? `{list}` prints all.", near.join(" or ")),
    };
    let kind = Kind::Api(ErrorKind::GroupUnknown);
    Failure::local(kind, scene.command(), format!("no group has the id or subject {}", quoted(text)))
        .with_remedy(advice)
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;
    use crate::args::Cli;
    use crate::exit::Code;

    fn groups() -> Vec<Group> {
        serde_json::from_value(json!([
            { "id": "g1", "subject": "Book club" },
            { "id": "g2", "subject": "Trip" },
            { "id": "g3", "subject": "Trip" },
            { "id": "Chess", "subject": "g2" },
        ]))
        .unwrap()
    }

    #[test]
    fn a_subject_stands_for_the_one_group_that_has_it() {
        let meant = |text| meant(text, &groups(), &Scene::default());
        for (text, id) in
            [("Book club", "g1"), (" Book club ", "g1"), ("g2", "g2"), ("Chess", "Chess"), ("g9", "g9")]
        {
            assert_eq!(meant(text).unwrap().as_str(), id, "{text}");
        }
        let several = meant("Trip").unwrap_err();
        assert_eq!(several.code, Code::Usage);
        assert!(several.report.remedy.unwrap().contains("g2, g3"));
        let none = meant("book clob").unwrap_err();
        assert_eq!(none.code, Code::NotFound);
        assert!(none.report.remedy.unwrap().contains("Book club"));
    }

    #[test]
    fn only_what_destroys_nothing_takes_a_subject() {
        for (line, taken) in [
            ("get x", true),
            ("update x --subject y", true),
            ("update x --subject y --dry-run", false),
            ("invite get x", true),
            ("invite reset x", true),
            ("requests list x", true),
            ("requests approve x --all", true),
            ("participants list x", true),
            ("participants remove x 15550100110", false),
            ("delete x", false),
            ("get Y2FwaV9ncm91cDox", false),
            ("get <Y2FwaV9ncm91cDoxODA1NTU1MDE3>", false),
            ("get \u{200b}Y2FwaV9ncm91cDoxODA1NTU1MDE3", false),
            ("get --from x", false),
            ("sandbox user join x 15550100110", false),
        ] {
            let mut cli = Cli::try_parse_from(format!("wagroups {line}").split(' ')).unwrap();
            assert_eq!(of(&mut cli.command).is_some(), taken, "{line}");
        }
    }
}
