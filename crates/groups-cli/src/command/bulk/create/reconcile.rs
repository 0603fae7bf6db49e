//! What became of creates that nobody has told about: concluded from the groups that are there now and were not there
//! before. Pure. Rows that ask for the same (subject, description, approval) are alike: each needs one group, whichever.
//! Where there are more new groups than rows, another has made some, and nothing is concluded.

use groups_ergonomic::model::GroupId;

/// A row whose group is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) index: usize,
    /// Its answer was lost; else it was accepted.
    pub(super) unknown: bool,
}

/// What is concluded of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Conclusion {
    /// This is its group.
    Made(GroupId),
    /// It was not made.
    NotMade,
    /// It may still appear.
    NotYet,
    /// One of these may be its group, or none.
    Ambiguous(Vec<GroupId>),
}

/// Concludes for rows that are alike, from the new groups that are like them and nobody's yet. `settled`: whatever was
/// sent would have appeared by now.
pub(super) fn conclude(rows: &[Open], groups: &[GroupId], settled: bool) -> Vec<(usize, Conclusion)> {
    if groups.len() > rows.len() {
        let all = || Conclusion::Ambiguous(groups.to_vec());
        return rows.iter().map(|row| (row.index, all())).collect();
    }
    // Those that were accepted come first: of the others it is not even known that they were received.
    let (accepted, unknown): (Vec<&Open>, Vec<&Open>) = rows.iter().partition(|row| !row.unknown);
    let mut groups = groups.iter();
    let told = accepted.into_iter().chain(unknown).map(|row| {
        let conclusion = match groups.next() {
            Some(group) => Conclusion::Made(group.clone()),
            None if row.unknown && settled => Conclusion::NotMade,
            None => Conclusion::NotYet,
        };
        (row.index, conclusion)
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` is accepted, `d` unknown; what is concluded of each in its order: `y`es, `n`o, `w`ait, `?`.
    fn concluded(rows: &str, groups: usize, settled: bool) -> String {
        let rows: Vec<Open> =
            rows.chars().enumerate().map(|(index, row)| Open { index, unknown: row == 'd' }).collect();
        let groups: Vec<GroupId> = (0..groups).map(|n| GroupId::new(format!("g{n}")).unwrap()).collect();
        let mut told = conclude(&rows, &groups, settled);
        told.sort_by_key(|(index, _)| *index);
        let mut taken: Vec<&GroupId> = told
            .iter()
            .filter_map(|(_, conclusion)| match conclusion {
                Conclusion::Made(group) => Some(group),
                _ => None,
            })
            .collect();
        let count = taken.len();
        taken.sort();
        taken.dedup();
        assert_eq!(taken.len(), count, "a group is given away twice");
        let letter = |conclusion: &Conclusion| match conclusion {
            Conclusion::Made(_) => 'y',
            Conclusion::NotMade => 'n',
            Conclusion::NotYet => 'w',
            Conclusion::Ambiguous(_) => '?',
        };
        told.iter().map(|(_, conclusion)| letter(conclusion)).collect()
    }

    #[test]
    fn each_case_is_concluded_as_written_here() {
        for (rows, groups, settled, expected) in [
            ("d", 0, false, "w"),
            ("d", 0, true, "n"),
            ("d", 1, false, "y"),
            ("d", 2, true, "?"),
            ("a", 0, true, "w"),
            ("a", 1, false, "y"),
            ("a", 2, false, "?"),
            // Two alike, one lost: one group is missing, whichever of them it is.
            ("da", 1, false, "wy"),
            ("da", 1, true, "ny"),
            ("da", 2, true, "yy"),
            ("da", 3, true, "??"),
            ("da", 0, true, "nw"),
            ("dad", 2, true, "yyn"),
            ("ddd", 1, true, "ynn"),
            ("", 3, true, ""),
        ] {
            assert_eq!(concluded(rows, groups, settled), expected, "{rows} {groups} {settled}");
        }
    }

    /// However many answers were lost, sending what was concluded not to be made makes one group for each row.
    #[test]
    fn what_is_missing_is_made_up_for_exactly() {
        for accepted in 0..4 {
            for unknown in 0..4 {
                // All that were accepted are there, and any number of the unknown ones.
                for made in 0..=unknown {
                    let rows = "a".repeat(accepted) + &"d".repeat(unknown);
                    let told = concluded(&rows, accepted + made, true);
                    let missing = told.matches('n').count();
                    assert_eq!(accepted + made + missing, accepted + unknown, "{rows} {made}: {told}");
                }
            }
        }
    }
}
