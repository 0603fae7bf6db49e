//! What may have been meant by a word that is not known. The parser does this for its own words; this does it for those
//! that are looked up later, by the same measure.

use groups_ergonomic::model::text::quoted;

/// The word that is nearest, if one is near.
pub(crate) fn near<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    words
        .into_iter()
        .map(|other| (strsim::jaro(word, other), other))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, word)| word)
}

/// `Did you mean ...? `, or nothing.
pub(crate) fn question<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    near(word, words).map(|near| format!("Did you mean {}? ", quoted(near))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_near_and_another_word_is_not() {
        let words = ["subject", "description", "suspended"];
        assert_eq!(near("sbject", words), Some("subject"));
        assert_eq!(near("descripton", words), Some("description"));
        assert_eq!(near("colour", words), None);
        assert_eq!(question("suspend", words), "Did you mean \"suspended\"? ");
        assert_eq!(question("zzz", words), "");
    }
}
