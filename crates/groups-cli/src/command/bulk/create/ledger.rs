//! What the journal says of each row of the sheet, and whether the sheet still is the one that it speaks of. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use groups_ergonomic::model::text::{normalized, quoted};
use groups_ergonomic::model::{GroupId, JoinApprovalMode, RequestId, Timestamp};
use groups_ergonomic::{KnownGroups, Likeness};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::super::row::RowResult;
use super::journal::Record;
use crate::failure::Problem;

/// A group that is wanted.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) line: u64,
    pub(super) carried: Map<String, Value>,
    /// Without the white space around it, as the server has it.
    pub(super) subject: String,
    pub(super) description: Option<String>,
    pub(super) mode: JoinApprovalMode,
}

impl Wanted {
    /// What it says, in short.
    pub(super) fn hash(&self) -> String {
        let said = serde_json::json!([self.subject, self.description, self.mode]).to_string();
        Sha256::digest(said.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The row as it is printed before anything is known of its group.
    pub(super) fn shown(&self) -> RowResult {
        RowResult {
            line: self.line,
            carried: self.carried.clone(),
            subject: Some(self.subject.clone()),
            description: self.description.clone(),
            join_approval_mode: Some(self.mode.clone()),
            ..RowResult::default()
        }
    }

    /// Rows of which this is the same are alike.
    /// Whether it asks for a subject only.
    pub(super) fn is_plain(&self) -> bool {
        self.description.is_none() && self.mode == JoinApprovalMode::AutoApprove
    }

    pub(super) fn likeness(&self) -> Likeness {
        Likeness::new(&self.subject, self.description.as_deref(), Some(&self.mode))
    }
}

/// How far a row has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum State {
    /// To be sent.
    #[default]
    New,
    /// Sent, and its answer is not known; by this time the call had ended, as far as this machine's clock goes.
    Unknown(Timestamp),
    Accepted {
        at: Timestamp,
        request_id: Option<RequestId>,
        group_id: Option<GroupId>,
    },
    Created {
        group_id: GroupId,
        invite_link: Option<String>,
        request_id: Option<RequestId>,
    },
    Skipped,
}

/// How long a call of an earlier run may have taken where its journal does not say.
const CALL: u64 = 15 * 60;

/// What the journal says.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) states: Vec<State>,
    /// Whether anything was sent.
    pub(super) sent: bool,
    /// By which the creates of rows are followed across runs.
    pub(super) tickets: HashMap<usize, u64>,
    /// The groups of each subject, in its normal form, before anything was sent that is not known.
    before: HashMap<String, HashSet<GroupId>>,
    /// The newest group there was then.
    pub(super) newest: Option<Timestamp>,
    /// Where it was sent to, and the fingerprint of the key.
    pub(super) begun: Option<(String, Option<String>)>,
}

impl Ledger {
    /// Takes the journal's records for the rows of a sheet. Fails with the lines that were sent and say something else
    /// now.
    pub(super) fn read(records: &[Record], rows: &[Wanted]) -> Result<Self, Vec<Problem>> {
        let places: HashMap<u64, usize> =
            rows.iter().enumerate().map(|(place, row)| (row.line, place)).collect();
        let mut states: BTreeMap<u64, (State, String)> = BTreeMap::new();
        let mut ledger = Self::default();
        let mut longest = CALL;
        let mut tickets = HashMap::new();
        for record in records {
            match record {
                Record::Begun { to, key, call, .. } => {
                    longest = call.unwrap_or(CALL);
                    if !ledger.sent {
                        // It may have been another number that was looked at.
                        ledger.before.clear();
                        ledger.newest = None;
                    }
                    ledger.begun = Some((to.clone(), key.clone()));
                }
                Record::Looked { newest, subjects, .. } => ledger.looked(*newest, subjects),
                Record::Sending { line, hash, at, ticket } => {
                    ledger.sent = true;
                    tickets.extend(ticket.map(|ticket| (*line, ticket)));
                    let longest = i64::try_from(longest).unwrap_or(i64::MAX);
                    let ended = Timestamp::from_seconds(at.seconds().saturating_add(longest));
                    states.insert(*line, (State::Unknown(ended), hash.clone()));
                }
                Record::Accepted { line, at, request_id, group_id } => {
                    set(&mut states, *line, |_| State::Accepted {
                        at: *at,
                        request_id: request_id.clone(),
                        group_id: group_id.clone(),
                    });
                }
                Record::NotMade { line, .. } => set(&mut states, *line, |_| State::New),
                Record::Unknown { line, at, .. } => set(&mut states, *line, |earlier| match (earlier, at) {
                    (State::Unknown(_), Some(at)) => State::Unknown(*at),
                    _ => earlier.clone(),
                }),
                Record::Created { line, group_id, invite_link } => {
                    set(&mut states, *line, |earlier| State::Created {
                        group_id: group_id.clone(),
                        invite_link: invite_link.clone(),
                        request_id: match earlier {
                            State::Accepted { request_id, .. } | State::Created { request_id, .. } => {
                                request_id.clone()
                            }
                            _ => None,
                        },
                    })
                }
                Record::Skipped { line } => set(&mut states, *line, |_| State::Skipped),
            }
        }
        ledger.states = vec![State::New; rows.len()];
        ledger.tickets =
            tickets.iter().filter_map(|(line, ticket)| Some((*places.get(line)?, *ticket))).collect();
        let mut problems = Vec::new();
        for (line, (state, hash)) in states {
            if state == State::New {
                continue;
            }
            match places.get(&line) {
                Some(place) if rows[*place].hash() == hash => ledger.states[*place] = state,
                Some(place) => problems.push(Problem {
                    line,
                    message: format!(
                        "was sent, and says something else now: {}",
                        quoted(&rows[*place].subject)
                    ),
                }),
                None => {
                    problems.push(Problem { line, message: "was sent, and is not there any more".to_owned() })
                }
            }
        }
        if problems.is_empty() { Ok(ledger) } else { Err(problems) }
    }

    /// Groups that there are of these subjects, of which nothing is open. What was seen later counts: others make groups,
    /// too. The newest group is the one that was the newest at first.
    pub(super) fn looked(&mut self, newest: Option<Timestamp>, subjects: &BTreeMap<String, Vec<GroupId>>) {
        if self.newest.is_none() {
            self.newest = newest;
        }
        for (subject, groups) in subjects {
            self.before.insert(normalized(subject), groups.iter().cloned().collect());
        }
    }

    /// Whether it is known what groups of a subject there were before.
    pub(super) fn knows(&self, subject: &str) -> bool {
        self.before.contains_key(&normalized(subject))
    }

    /// The groups that are no open row's.
    pub(super) fn known(&self) -> KnownGroups {
        let before = self.before.values().flatten().cloned();
        KnownGroups::new(before.chain(self.taken()), self.newest)
    }

    /// The groups that are known to be a row's.
    pub(super) fn taken(&self) -> HashSet<GroupId> {
        let of = |state: &State| match state {
            State::Created { group_id, .. } => Some(group_id.clone()),
            State::Accepted { group_id, .. } => group_id.clone(),
            _ => None,
        };
        self.states.iter().filter_map(of).collect()
    }
}

fn set(states: &mut BTreeMap<u64, (State, String)>, line: u64, next: impl FnOnce(&State) -> State) {
    if let Some((state, _)) = states.get_mut(&line) {
        *state = next(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, subject: &str) -> Wanted {
        let mode = JoinApprovalMode::AutoApprove;
        Wanted { line, carried: Map::new(), subject: subject.to_owned(), description: None, mode }
    }

    fn sending(row: &Wanted) -> Record {
        Record::Sending {
            line: row.line,
            hash: row.hash(),
            at: Timestamp::from_seconds(5),
            ticket: Some(row.line),
        }
    }

    fn accepted(line: u64) -> Record {
        Record::Accepted {
            line,
            at: Timestamp::from_seconds(6),
            request_id: RequestId::new("R").ok(),
            group_id: None,
        }
    }

    #[test]
    fn a_row_is_as_far_as_its_last_record_says() {
        let rows: Vec<_> = (2..8).map(|line| row(line, "Trip")).collect();
        let group_id = GroupId::new("g").unwrap();
        let records = [
            sending(&rows[0]),
            sending(&rows[1]),
            accepted(3),
            sending(&rows[2]),
            Record::NotMade { line: 4, why: "no".to_owned() },
            sending(&rows[3]),
            Record::Unknown { line: 5, why: "lost".to_owned(), at: Some(Timestamp::from_seconds(9)) },
            sending(&rows[4]),
            accepted(6),
            Record::Created { line: 6, group_id: group_id.clone(), invite_link: None },
        ];
        let ledger = Ledger::read(&records, &rows).unwrap();
        let unknown = State::Unknown(Timestamp::from_seconds(5 + 15 * 60));
        assert_eq!(ledger.tickets.get(&3), Some(&5));
        assert_eq!(ledger.states[0], unknown);
        assert!(matches!(&ledger.states[1], State::Accepted { request_id: Some(_), .. }));
        assert_eq!(ledger.states[2], State::New);
        assert_eq!(ledger.states[3], State::Unknown(Timestamp::from_seconds(9)), "when its answer was lost");
        let old: Record = serde_json::from_str(r#"{"did":"in_doubt","line":2,"why":"lost"}"#).unwrap();
        assert_eq!(Ledger::read(&[sending(&rows[0]), old], &rows).unwrap().states[0], unknown);
        let begun = Record::Begun {
            version: 1,
            at: Timestamp::from_seconds(1),
            to: "x".to_owned(),
            key: None,
            call: Some(30),
        };
        let patient = Ledger::read(&[begun, sending(&rows[0])], &rows).unwrap();
        assert_eq!(patient.states[0], State::Unknown(Timestamp::from_seconds(35)), "as the run was patient");
        assert!(matches!(&ledger.states[4], State::Created { request_id: Some(_), .. }));
        assert_eq!(ledger.states[5], State::New);
        assert_eq!(ledger.taken(), HashSet::from([group_id]));
    }

    #[test]
    fn a_sheet_that_has_changed_under_it_is_refused_unless_it_does_not_matter() {
        let rows = [row(2, "One"), row(3, "Two")];
        let records = [sending(&rows[0]), sending(&rows[1]), Record::NotMade { line: 3, why: String::new() }];
        let told = |rows: &[Wanted]| {
            let problems = Ledger::read(&records, rows).err().unwrap_or_default();
            problems.into_iter().map(|problem| problem.line).collect::<Vec<_>>()
        };
        assert!(told(&rows).is_empty());
        assert!(told(&[row(2, "One"), row(3, "Two"), row(4, "Three")]).is_empty(), "rows at the end");
        assert!(told(&[row(2, "One"), row(3, "Mended")]).is_empty(), "it was not made");
        assert_eq!(told(&[row(2, "Zero"), row(3, "One")]), [2], "a row was put in before it");
        assert_eq!(told(&[row(3, "Two")]), [2]);
        let with_column = Wanted { carried: Map::from_iter([("c".to_owned(), 1.into())]), ..row(2, "One") };
        assert!(told(&[with_column, row(3, "Two")]).is_empty(), "what comes along is not sent");
    }

    #[test]
    fn what_there_was_before_is_what_was_seen_last() {
        let mut ledger = Ledger::default();
        let group = |id: &str| GroupId::new(id).unwrap();
        let at = |seconds| Some(Timestamp::from_seconds(seconds));
        ledger.looked(at(1), &BTreeMap::from([("A".to_owned(), vec![group("1")]), ("B".to_owned(), vec![])]));
        ledger.looked(at(2), &BTreeMap::from([("A".to_owned(), vec![group("1"), group("2")])]));
        let is_new = |id: &str| ledger.known().is_new(&groups_ergonomic::model::Group::new(group(id)));
        assert!(!is_new("1") && !is_new("2") && is_new("3"));
        assert!(ledger.knows("B") && !ledger.knows("C"));
        assert_eq!(ledger.newest, at(1));
    }

    #[test]
    fn a_run_that_has_sent_nothing_binds_nobody() {
        let rows = [row(2, "One")];
        let begun = |key: &str| Record::Begun {
            version: 1,
            at: Timestamp::from_seconds(1),
            to: "x".to_owned(),
            key: Some(key.to_owned()),
            call: None,
        };
        let group = GroupId::new("g").unwrap();
        let looked = Record::Looked {
            at: Timestamp::from_seconds(2),
            newest: Some(Timestamp::from_seconds(2)),
            subjects: BTreeMap::from([("One".to_owned(), vec![group.clone()])]),
        };
        let records = [begun("wrong"), looked, begun("right"), sending(&rows[0])];
        let before = Ledger::read(&records[..3], &rows).unwrap();
        assert!(!before.sent && !before.knows("One") && before.newest.is_none());
        assert_eq!(before.begun, Some(("x".to_owned(), Some("right".to_owned()))));
        assert!(Ledger::read(&records[1..], &rows).unwrap().sent);
    }
}
