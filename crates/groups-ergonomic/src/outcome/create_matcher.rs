//! Decides which new group belongs to which create. Pure, and the only place that decides it: waiting for one create and
//! creating from a sheet both ask here.

use std::collections::{BTreeMap, HashMap, HashSet};

use groups_model::event::{Event, EventKind};
use groups_model::text::normalized;
use groups_model::{Group, GroupId, ItemError, JoinApprovalMode, LearntBy, RequestId, Timestamp};
use serde::{Deserialize, Serialize};

/// By how much the clocks that date groups may differ, in seconds.
const SKEW: i64 = 60;

/// What a create asks for, in the form in which it is compared with groups: Unicode NFC, white space collapsed, without
/// invisible characters. A service may store a subject in another form than the one that was sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Likeness {
    subject: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(default = "auto_approve")]
    approval: String,
}

fn auto_approve() -> String {
    JoinApprovalMode::AutoApprove.as_str().to_owned()
}

impl Likeness {
    /// Of these settings. Without an approval mode it is the API's default.
    pub fn new(subject: &str, description: Option<&str>, approval: Option<&JoinApprovalMode>) -> Self {
        Self {
            subject: normalized(subject),
            description: normalized(description.unwrap_or_default()),
            approval: approval.map_or_else(auto_approve, |mode| mode.as_str().to_owned()),
        }
    }

    /// The subject in its normal form.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Whether a group with this subject may be what was asked for. A list reports neither description nor approval mode,
    /// so what is not known does not count.
    fn fits(&self, group: &Group) -> bool {
        let mode = group.join_approval_mode.as_ref();
        let description = match &group.description {
            Some(text) => Some(normalized(text)),
            // Read, and not understood.
            None if group.extra.contains_key("?description") => None,
            // Where the mode was read, there is no description.
            None => mode.map(|_| String::new()),
        };
        description.is_none_or(|text| text == self.description)
            && mode.is_none_or(|mode| mode.as_str() == self.approval)
    }
}

/// Whether the subject of a group could not be read, or not all of it: the group may have any subject.
pub fn has_odd_subject(group: &Group) -> bool {
    group.subject.as_deref().is_none_or(|subject| subject.contains('\u{fffd}'))
}

/// The groups that existed before the creates were sent.
#[derive(Clone, Debug, Default)]
pub struct KnownGroups {
    ids: HashSet<GroupId>,
    newest: Option<Timestamp>,
}

impl KnownGroups {
    /// These groups, the newest of which was created at that time.
    pub fn new(ids: impl IntoIterator<Item = GroupId>, newest: Option<Timestamp>) -> Self {
        Self { ids: ids.into_iter().collect(), newest }
    }

    /// The groups of a list.
    pub fn of(groups: &[Group]) -> Self {
        let newest = groups.iter().filter_map(|group| group.created_at).max_by_key(|at| at.seconds());
        Self::new(groups.iter().map(|group| group.id.clone()), newest)
    }

    /// Whether a listed group may have been created since. One that is older than another that existed has only returned
    /// to the list, as after a suspension (Facts 7.2).
    pub fn is_new(&self, group: &Group) -> bool {
        let older = match (group.created_at, self.newest) {
            (Some(at), Some(newest)) => at.seconds() + SKEW < newest.seconds(),
            _ => false,
        };
        !older && !self.ids.contains(&group.id)
    }
}

/// A create whose group is not known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenCreate<'a> {
    pub likeness: &'a Likeness,
    /// The receipt, where it is known.
    pub request_id: Option<&'a RequestId>,
    /// Whether it was accepted; else its answer was lost.
    pub is_accepted: bool,
    /// Whether a group may be assigned to it. Creates of others only make groups ambiguous.
    pub is_mine: bool,
}

/// What is concluded of a create.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// It created this group.
    Created(GroupId, LearntBy),
    /// This group fits, but has not been the only one for long enough.
    Unconfirmed(GroupId),
    /// It failed.
    Failed(ItemError),
    /// One of these groups may be the one, and it is unknown which.
    Ambiguous(Vec<GroupId>),
    /// No group fits. These new groups have the subject and other settings.
    Missing(Vec<GroupId>),
}

/// Concludes for creates from the groups before, the groups now and the events. `taken`: groups that other creates were
/// given.
///
/// An event with the receipt of a create decides. A new group is assigned to a create if both agree and nothing else does.
/// Creates of one caller that ask for the same are interchangeable: they are given as many groups as there are, accepted ones
/// first, unless there are more groups than creates.
pub(crate) fn assign(
    creates: &[OpenCreate<'_>],
    known: &KnownGroups,
    taken: &HashSet<GroupId>,
    events: &[Event],
    now: &[Group],
) -> Vec<Verdict> {
    let mut verdicts: Vec<Option<Verdict>> = vec![None; creates.len()];
    let (given, foreign) = by_events(creates, taken, events, &mut verdicts);

    let mut groups: BTreeMap<String, Vec<&Group>> = BTreeMap::new();
    let mut listed = HashSet::new();
    for group in now {
        let is_free = !taken.contains(&group.id) && !given.contains(&group.id);
        if is_free && known.is_new(group) && listed.insert(&group.id) {
            let subject = normalized(group.subject.as_deref().unwrap_or_default());
            groups.entry(subject).or_default().push(group);
        }
    }
    // Those that ask for the same and may be given the same groups.
    let mut classes: BTreeMap<&str, BTreeMap<(&Likeness, bool), Vec<usize>>> = BTreeMap::new();
    for (index, create) in creates.iter().enumerate().filter(|(index, _)| verdicts[*index].is_none()) {
        let alike = (create.likeness, create.request_id.is_some());
        classes.entry(&create.likeness.subject).or_default().entry(alike).or_default().push(index);
    }
    for (subject, classes) in classes {
        let mut groups = groups.remove(subject).unwrap_or_default();
        groups.sort_by_key(|group| (group.created_at.map_or(0, Timestamp::seconds), group.id.clone()));
        let classes: Vec<Class> = classes
            .into_iter()
            .map(|((likeness, has_receipt), members)| Class {
                // What an event says to be of another receipt cannot be of this one.
                fitting: (0..groups.len())
                    .filter(|place| likeness.fits(groups[*place]))
                    .filter(|place| !(has_receipt && foreign.contains(&groups[*place].id)))
                    .collect(),
                likeness,
                members,
            })
            .collect();
        for together in connected(&classes) {
            conclude(&together, creates, &groups, &mut verdicts);
        }
    }
    verdicts.into_iter().map(|verdict| verdict.unwrap_or(Verdict::Missing(Vec::new()))).collect()
}

/// Concludes from events. The groups that they give away, and those that belong to receipts of others.
fn by_events(
    creates: &[OpenCreate<'_>],
    taken: &HashSet<GroupId>,
    events: &[Event],
    verdicts: &mut [Option<Verdict>],
) -> (HashSet<GroupId>, HashSet<GroupId>) {
    let receipts: HashMap<&RequestId, usize> = creates
        .iter()
        .enumerate()
        .filter_map(|(index, create)| create.request_id.map(|receipt| (receipt, index)))
        .collect();
    let (mut given, mut foreign) = (HashSet::new(), HashSet::new());
    for event in events {
        let (EventKind::GroupCreate(created), Some(receipt)) = (&event.kind, &event.request_id) else {
            continue;
        };
        let verdict = match (created.errors.first(), &event.group_id) {
            (Some(error), _) => Verdict::Failed(error.clone()),
            (None, Some(group)) => Verdict::Created(group.clone(), LearntBy::Webhook),
            (None, None) => continue,
        };
        match receipts.get(receipt) {
            // The first event counts; a group is given once.
            Some(index) if verdicts[*index].is_none() => {
                if let Verdict::Created(group, _) = &verdict
                    && (taken.contains(group) || !given.insert(group.clone()))
                {
                    continue;
                }
                verdicts[*index] = Some(verdict);
            }
            Some(_) => {}
            None => foreign.extend(event.group_id.clone()),
        }
    }
    (given, foreign)
}

/// Creates that ask for the same, and the places of the groups that fit.
struct Class<'a> {
    likeness: &'a Likeness,
    members: Vec<usize>,
    fitting: Vec<usize>,
}

/// Classes that share groups, directly or by others, come together.
fn connected<'a, 'b>(classes: &'b [Class<'a>]) -> Vec<Vec<&'b Class<'a>>> {
    let mut together: Vec<Vec<&Class>> = Vec::new();
    for class in classes {
        let shares = |other: &&Class| other.fitting.iter().any(|place| class.fitting.contains(place));
        let (with, mut without): (Vec<_>, Vec<_>) =
            together.into_iter().partition(|others| others.iter().any(shares));
        without.push(with.into_iter().flatten().chain([class]).collect());
        together = without;
    }
    together
}

fn conclude(
    classes: &[&Class<'_>],
    creates: &[OpenCreate<'_>],
    groups: &[&Group],
    verdicts: &mut [Option<Verdict>],
) {
    let ids = |places: &[usize]| places.iter().map(|place| groups[*place].id.clone()).collect::<Vec<_>>();
    let first = classes[0];
    let alike =
        classes.iter().all(|class| class.likeness == first.likeness && class.fitting == first.fitting);
    let mut members: Vec<usize> = classes.iter().flat_map(|class| class.members.iter().copied()).collect();
    let all_mine = members.iter().all(|index| creates[*index].is_mine);
    if all_mine && alike && first.fitting.len() <= members.len() {
        members.sort_by_key(|index| (!creates[*index].is_accepted, *index));
        let mut fitting = first.fitting.iter();
        for index in members {
            verdicts[index] = Some(match fitting.next() {
                Some(place) => Verdict::Created(groups[*place].id.clone(), LearntBy::Polling),
                None => Verdict::Missing(strangers(first, groups)),
            });
        }
        return;
    }
    for class in classes {
        for index in &class.members {
            verdicts[*index] = Some(match class.fitting.is_empty() {
                true => Verdict::Missing(strangers(class, groups)),
                false => Verdict::Ambiguous(ids(&class.fitting)),
            });
        }
    }
}

/// New groups with the subject of a class that are otherwise not what it asks for.
fn strangers(class: &Class<'_>, groups: &[&Group]) -> Vec<GroupId> {
    let others = groups.iter().enumerate().filter(|(place, _)| !class.fitting.contains(place));
    others.map(|(_, group)| group.id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use groups_model::event::decode;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn groups(listed: Value) -> Vec<Group> {
        serde_json::from_value(listed).unwrap()
    }

    fn id(text: &str) -> GroupId {
        GroupId::new(text).unwrap()
    }

    fn open(likeness: &Likeness, is_mine: bool) -> OpenCreate<'_> {
        OpenCreate { likeness, request_id: None, is_accepted: true, is_mine }
    }

    /// What is concluded of one create of a group with this subject, from these groups.
    fn of_one(subject: &str, now: Value) -> Verdict {
        let likeness = Likeness::new(subject, None, None);
        let known = KnownGroups::default();
        assign(&[open(&likeness, true)], &known, &HashSet::new(), &[], &groups(now)).remove(0)
    }

    fn created(text: &str) -> Verdict {
        Verdict::Created(id(text), LearntBy::Polling)
    }

    #[test]
    fn a_subject_is_recognised_in_the_form_that_a_service_stores() {
        for (sent, stored) in [
            ("Cafe\u{301}", "Caf\u{e9}"),
            ("Caf\u{e9}", "Cafe\u{301}"),
            ("Trip  to\tKyoto", "Trip to Kyoto"),
            ("Trip\u{a0}to Kyoto", " Trip to Kyoto "),
            ("Love \u{2764}\u{fe0f}", "Love \u{2764}"),
            ("Team \u{1f469}\u{200d}\u{1f4bb}", "Team \u{1f469}\u{1f4bb}"),
            ("a\u{200b}b\u{ad}c", "abc"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{d55c}"),
        ] {
            assert_eq!(of_one(sent, json!([{ "id": "g", "subject": stored }])), created("g"), "{sent:?}");
        }
        for other in ["trip", "Trip!", "Trips", "Tr ip"] {
            let verdict = of_one("Trip", json!([{ "id": "g", "subject": other }]));
            assert_eq!(verdict, Verdict::Missing(Vec::new()), "{other:?}");
        }
        assert_eq!(of_one("Trip", json!([{ "id": "g" }])), Verdict::Missing(Vec::new()));
    }

    #[test]
    fn a_new_group_was_not_there_and_is_not_old() {
        let known = KnownGroups::of(&groups(json!([
            { "id": "a", "subject": "Trip", "created_at": "2026-01-01T00:00:00Z" },
            { "id": "b", "subject": "Other", "created_at": "2026-03-01T00:00:00Z" },
        ])));
        for (group, expected) in [
            (json!({ "id": "c", "created_at": "2026-03-01T00:05:00Z" }), true),
            (json!({ "id": "c", "created_at": "2026-02-28T23:59:30Z" }), true),
            (json!({ "id": "c" }), true),
            (json!({ "id": "a", "created_at": "2026-03-01T00:05:00Z" }), false),
            // It was renamed, not created.
            (json!({ "id": "b", "created_at": "2026-03-01T00:00:00Z" }), false),
            // It returned after a suspension.
            (json!({ "id": "c", "created_at": "2026-02-01T00:00:00Z" }), false),
        ] {
            assert_eq!(known.is_new(&groups(json!([group]))[0]), expected, "{group}");
        }
    }

    #[test]
    fn description_and_approval_count_where_they_are_known() {
        let trip = |more: Value| {
            let mut group = json!({ "id": "g", "subject": "Trip" });
            group.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            of_one("Trip", json!([group]))
        };
        assert_eq!(trip(json!({})), created("g"));
        assert_eq!(trip(json!({ "join_approval_mode": "auto_approve" })), created("g"));
        assert_eq!(trip(json!({ "description": " " })), created("g"));
        let stranger = Verdict::Missing(vec![id("g")]);
        assert_eq!(trip(json!({ "join_approval_mode": "approval_required" })), stranger);
        assert_eq!(trip(json!({ "description": "x" })), stranger);
    }

    #[test]
    fn several_that_fit_are_ambiguous_unless_they_differ_in_what_is_known() {
        let two = json!([{ "id": "g", "subject": "Trip" }, { "id": "h", "subject": "Trip" }]);
        assert_eq!(of_one("Trip", two), Verdict::Ambiguous(vec![id("g"), id("h")]));
        let other = json!([
            { "id": "g", "subject": "Trip", "description": "x" },
            { "id": "h", "subject": "Trip", "join_approval_mode": "auto_approve" },
        ]);
        assert_eq!(of_one("Trip", other), created("h"));
    }

    #[test]
    fn a_create_of_another_process_makes_a_group_ambiguous_unless_it_asks_for_something_else() {
        let (plain, described) = (Likeness::new("Trip", None, None), Likeness::new("Trip ", Some("x"), None));
        let one = groups(json!([{ "id": "g", "subject": "Trip" }]));
        let read = groups(json!([{ "id": "g", "subject": "Trip", "join_approval_mode": "auto_approve" }]));
        let known = KnownGroups::default();
        let of = |other: &Likeness, now: &[Group]| {
            let creates = [open(&plain, true), open(other, false)];
            assign(&creates, &known, &HashSet::new(), &[], now).remove(0)
        };
        assert_eq!(of(&plain, &one), Verdict::Ambiguous(vec![id("g")]));
        assert_eq!(of(&described, &one), Verdict::Ambiguous(vec![id("g")]));
        assert_eq!(of(&described, &read), created("g"));
        assert_eq!(of(&plain, &[]), Verdict::Missing(Vec::new()));
    }

    /// `a` is accepted, `u` has an unknown answer; what is concluded of each in its order: `y`es, `n`o, `?`.
    fn concluded(rows: &str, count: usize) -> String {
        let likeness = Likeness::new("Trip", None, None);
        let creates: Vec<OpenCreate> =
            rows.chars().map(|row| OpenCreate { is_accepted: row == 'a', ..open(&likeness, true) }).collect();
        let now: Vec<Value> =
            (0..count).map(|n| json!({ "id": format!("g{n}"), "subject": "Trip" })).collect();
        let verdicts = assign(&creates, &KnownGroups::default(), &HashSet::new(), &[], &groups(json!(now)));
        let letter = |verdict: &Verdict| match verdict {
            Verdict::Created(..) => 'y',
            Verdict::Ambiguous(_) => '?',
            _ => 'n',
        };
        verdicts.iter().map(letter).collect()
    }

    #[test]
    fn rows_that_ask_for_the_same_are_given_what_there_is_accepted_ones_first() {
        for (rows, count, expected) in [
            ("u", 0, "n"),
            ("u", 1, "y"),
            ("u", 2, "?"),
            ("ua", 1, "ny"),
            ("ua", 2, "yy"),
            ("ua", 3, "??"),
            ("uau", 2, "yyn"),
            ("uuu", 1, "ynn"),
            ("", 3, ""),
        ] {
            assert_eq!(concluded(rows, count), expected, "{rows} {count}");
        }
    }

    /// An event of a create: its receipt, and its group or that it failed.
    fn event(receipt: &str, group: Option<&str>) -> Event {
        let mut said = json!({ "type": "group_create", "request_id": receipt, "subject": "Trip" });
        match group {
            Some(group) => said["group_id"] = json!(group),
            None => said["errors"] = json!([{ "code": 131_214, "title": "Disabled", "message": "Disabled" }]),
        }
        let body = json!({ "entry": [{ "changes": [{
            "field": "group_lifecycle_update", "value": { "groups": [said] } }] }] });
        decode(body.to_string().as_bytes()).remove(0)
    }

    #[test]
    fn an_event_decides_for_its_receipt_and_excludes_its_group_for_others() {
        let likeness = Likeness::new("Trip", None, None);
        let receipts = ["R1", "R2"].map(|receipt| RequestId::new(receipt).unwrap());
        let creates = receipts
            .each_ref()
            .map(|receipt| OpenCreate { request_id: Some(receipt), ..open(&likeness, true) });
        let now = groups(json!([{ "id": "g", "subject": "Trip" }, { "id": "h", "subject": "Trip" }]));
        let known = KnownGroups::default();
        let of = |events: &[Event]| assign(&creates, &known, &HashSet::new(), events, &now);
        let told = |text: &str| Verdict::Created(id(text), LearntBy::Webhook);
        assert_eq!(of(&[event("R2", Some("g"))]), [created("h"), told("g")]);
        assert!(matches!(&of(&[event("R1", None)])[..], [Verdict::Failed(error), Verdict::Ambiguous(_)]
            if error.code == Some(131_214)));
        // The group of another receipt.
        assert_eq!(of(&[event("other", Some("g"))]), [created("h"), Verdict::Missing(vec![id("g")])]);
        // Told twice.
        assert_eq!(of(&[event("R1", Some("g")), event("R2", Some("g"))])[1], created("h"));
        // One whose receipt is unknown may be that other receipt.
        let lost = OpenCreate { request_id: None, is_accepted: false, ..creates[0] };
        let verdicts = assign(&[lost], &known, &HashSet::new(), &[event("other", Some("g"))], &now);
        assert_eq!(verdicts, [Verdict::Ambiguous(vec![id("g"), id("h")])]);
    }

    prop_compose! {
        /// A create: subject, description, approval, receipt known, accepted, mine.
        fn a_create()(subject in 0..3usize, described: bool, asks: bool, receipt: bool, accepted: bool, mine in 0..4u8)
            -> (Likeness, bool, bool, bool) {
            let subject = ["Caf\u{e9}", "Cafe\u{301}", "Trip"][subject];
            let mode = asks.then_some(JoinApprovalMode::ApprovalRequired);
            (Likeness::new(subject, described.then_some("x"), mode.as_ref()), receipt, accepted, mine > 0)
        }
    }

    prop_compose! {
        fn a_group()(number in 0..12usize, subject in 0..3usize, described in 0..3u8, mode in 0..3u8, at in 0..3i64)
            -> Group {
            let mut group = Group::new(id(&format!("g{number}")));
            group.subject = Some(["Cafe\u{301} ", "Caf\u{e9}\u{200b}", "Trip"][subject].to_owned());
            group.description = [None, Some(String::new()), Some("x".to_owned())][usize::from(described)].clone();
            group.join_approval_mode =
                [None, Some(JoinApprovalMode::AutoApprove), Some(JoinApprovalMode::ApprovalRequired)]
                    [usize::from(mode)].clone();
            group.created_at = Some(Timestamp::from_seconds(1_000 + 100 * at));
            group
        }
    }

    proptest! {
        /// No group goes to two creates, none that was there or taken goes to any, and the order changes nothing but which
        /// of those that are alike is given which group.
        #[test]
        fn assignments_are_exclusive_new_and_independent_of_the_order(
            creates in proptest::collection::vec(a_create(), 0..8),
            now in proptest::collection::vec(a_group(), 0..8),
            before in proptest::collection::hash_set(0..12usize, 0..4),
            taken in proptest::collection::hash_set(0..12usize, 0..4),
            told in proptest::collection::vec((0..10usize, proptest::option::of(0..12usize)), 0..4),
            seed: u64,
        ) {
            let ids = |numbers: &HashSet<usize>| -> HashSet<GroupId> {
                numbers.iter().map(|number| id(&format!("g{number}"))).collect()
            };
            let known = KnownGroups::new(ids(&before), Some(Timestamp::from_seconds(1_100)));
            let taken = ids(&taken);
            let receipts: Vec<RequestId> =
                (0..creates.len()).map(|n| RequestId::new(format!("R{n}")).unwrap()).collect();
            let open: Vec<OpenCreate> = creates.iter().zip(&receipts)
                .map(|((likeness, has_receipt, is_accepted, is_mine), receipt)| OpenCreate {
                    likeness, request_id: has_receipt.then_some(receipt),
                    is_accepted: *is_accepted, is_mine: *is_mine,
                })
                .collect();
            let events: Vec<Event> = told.iter()
                .map(|(receipt, group)| {
                    event(&format!("R{receipt}"), group.map(|group| format!("g{group}")).as_deref())
                })
                .collect();
            let mut unique = HashSet::new();
            let mut now: Vec<Group> =
                now.iter().filter(|group| unique.insert(group.id.clone())).cloned().collect();
            let verdicts = assign(&open, &known, &taken, &events, &now);
            prop_assert_eq!(verdicts.len(), open.len());
            let mut given = HashSet::new();
            for (create, verdict) in open.iter().zip(&verdicts) {
                if let Verdict::Created(group, by) = verdict {
                    prop_assert!(given.insert(group.clone()), "{} is given twice", group);
                    prop_assert!(!taken.contains(group));
                    if *by == LearntBy::Polling {
                        let was_there = ids(&before).contains(group);
                        prop_assert!(create.is_mine && !was_there);
                        let listed = now.iter().find(|listed| listed.id == *group).unwrap();
                        prop_assert_eq!(normalized(listed.subject.as_deref().unwrap()), create.likeness.subject());
                        prop_assert!(create.likeness.fits(listed));
                    }
                }
            }
            // Permuted.
            let mut random = fastrand::Rng::with_seed(seed);
            let mut order: Vec<usize> = (0..open.len()).collect();
            random.shuffle(&mut order);
            let plain = verdicts.clone();
            random.shuffle(&mut now);
            let shuffled: Vec<OpenCreate> = order.iter().map(|index| open[*index]).collect();
            let again = assign(&shuffled, &known, &taken, &events, &now);
            let summary = |open: &[OpenCreate], verdicts: &[Verdict]| {
                let mut all: Vec<String> = open.iter().zip(verdicts)
                    .map(|(create, verdict)| {
                        format!("{:?} {} {} {verdict:?}", create.likeness, create.is_accepted, create.is_mine)
                    })
                    .collect();
                all.sort();
                all
            };
            let same_kind = |verdicts: &[Verdict]| {
                let mut given: Vec<String> = verdicts.iter()
                    .filter(|verdict| matches!(verdict, Verdict::Created(..) | Verdict::Failed(_)))
                    .map(|verdict| format!("{verdict:?}"))
                    .collect();
                given.sort();
                given
            };
            prop_assert_eq!(same_kind(&plain), same_kind(&again));
            if open.iter().all(|create| create.request_id.is_none()) {
                prop_assert_eq!(summary(&open, &plain), summary(&shuffled, &again));
            }
        }
    }
}
