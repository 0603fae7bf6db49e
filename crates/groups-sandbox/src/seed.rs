//! The groups a first use finds: believable, always the same, with fictitious numbers only.

use crate::state::business::BUSINESS_NUMBER;
use crate::state::group::{Group, JoinApprovalMode, JoinRequest, Participant};
use crate::state::ids;

struct Seed {
    wa_group_number: &'static str,
    invite_code: &'static str,
    created_ms: i64,
    subject: &'static str,
    description: Option<&'static str>,
    join_approval_mode: JoinApprovalMode,
    participants: &'static [&'static str],
    requests: &'static [(&'static str, i64)],
}

const SEEDS: [Seed; 4] = [
    Seed {
        wa_group_number: "120363402718281828",
        invite_code: "GkT7wQ2mXb9RfL4sVn6HdY",
        created_ms: 1_767_603_600_000,
        subject: "Lisbon trip in June",
        description: Some("Flights, rooms and the plan for each day. Ask to join if you have booked."),
        join_approval_mode: JoinApprovalMode::ApprovalRequired,
        participants: &["15550100110", "15550100111", "15550100112"],
        requests: &[("15550100113", 1_767_690_000_000), ("15550100114", 1_767_693_600_000)],
    },
    Seed {
        wa_group_number: "120363403141592653",
        invite_code: "Jp3cZs8NqUe1WtK5yBo7Mx",
        created_ms: 1_768_212_000_000,
        subject: "Spanish for beginners",
        description: Some("Tuesdays at 18:30. Homework and recordings are posted here."),
        join_approval_mode: JoinApprovalMode::AutoApprove,
        participants: &["15550100120", "15550100121", "15550100122", "15550100123", "15550100124"],
        requests: &[],
    },
    Seed {
        wa_group_number: "120363405772156649",
        invite_code: "Dv6aRh1YlFi0EuP9zCg2Tj",
        created_ms: 1_768_903_200_000,
        subject: "Support: order 4711",
        description: None,
        join_approval_mode: JoinApprovalMode::AutoApprove,
        participants: &["15550100130"],
        requests: &[],
    },
    Seed {
        wa_group_number: "120363406931471805",
        invite_code: "Sx8oBm5KwGn3QdA7rIv4Lc",
        created_ms: 1_769_421_600_000,
        subject: "Book club",
        description: Some("One book a month. All eight seats are taken."),
        join_approval_mode: JoinApprovalMode::AutoApprove,
        participants: &[
            "15550100140",
            "15550100141",
            "15550100142",
            "15550100143",
            "15550100144",
            "15550100145",
            "15550100146",
            "15550100147",
        ],
        requests: &[],
    },
];

/// The seeded groups, their serials following on `serial`, which is moved along.
pub(crate) fn groups(serial: &mut u64) -> Vec<Group> {
    let mut next = || {
        *serial += 1;
        *serial
    };
    SEEDS
        .iter()
        .map(|seed| {
            let id = ids::group_id(BUSINESS_NUMBER, seed.wa_group_number);
            let request = |(wa_id, created_ms): &(&str, i64), serial| JoinRequest {
                id: ids::join_request_id(wa_id, &id),
                serial,
                wa_id: (*wa_id).to_owned(),
                created_ms: *created_ms,
            };
            Group {
                serial: next(),
                created_ms: seed.created_ms,
                subject: seed.subject.to_owned(),
                description: seed.description.map(str::to_owned),
                join_approval_mode: seed.join_approval_mode,
                invite_code: seed.invite_code.to_owned(),
                picture: None,
                suspended: false,
                participants: seed
                    .participants
                    .iter()
                    .map(|wa_id| Participant { wa_id: (*wa_id).to_owned() })
                    .collect(),
                join_requests: seed.requests.iter().map(|asked| request(asked, next())).collect(),
                removed: Default::default(),
                id,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::rules::SEATS;

    #[test]
    fn seeds_are_the_same_every_time_and_keep_the_rules() {
        let (mut one, mut two) = (0, 0);
        let groups = groups(&mut one);
        assert_eq!(groups, super::groups(&mut two));
        let mut full = 0;
        for group in &groups {
            assert_eq!(group.invite_code.len(), 22);
            assert!(group.participants.len() <= SEATS);
            assert!(group.join_requests.iter().all(|request| !group.has(&request.wa_id)));
            full += usize::from(group.is_full());
        }
        assert_eq!(full, 1);
    }
}
