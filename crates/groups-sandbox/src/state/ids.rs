//! Identifiers in the known formats (Facts 7.1).
//! To clients they are opaque; only the sandbox may look inside.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use fastrand::Rng;

const LINK_PREFIX: &str = "https://chat.whatsapp.com/";
const LINK_CODE_LENGTH: usize = 22;

/// Base64 the way the Graph API escapes it, so that only letters and digits remain.
pub(crate) fn encode(text: &str) -> String {
    let mut escaped = String::new();
    for c in STANDARD.encode(text).chars() {
        match c {
            'Z' => escaped.push_str("ZA"),
            '=' => escaped.push_str("ZD"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The inverse of [`encode`]; `None` for anything it cannot have produced.
pub(crate) fn decode(escaped: &str) -> Option<String> {
    let mut plain = String::with_capacity(escaped.len());
    let mut chars = escaped.chars();
    while let Some(c) = chars.next() {
        if c != 'Z' {
            plain.push(c);
            continue;
        }
        match chars.next()? {
            'A' => plain.push('Z'),
            'D' => plain.push('='),
            _ => return None,
        }
    }
    String::from_utf8(STANDARD.decode(plain).ok()?).ok()
}

/// WhatsApp's own number of a group: 18 digits.
pub(crate) fn wa_group_number(rng: &mut Rng) -> String {
    format!("1203634{:011}", rng.u64(0..100_000_000_000))
}

pub(crate) fn group_id(business: &str, wa_group_number: &str) -> String {
    encode(&format!("capi_group:{business}:{wa_group_number}"))
}

/// The same person asking the same group always gets the same id.
pub(crate) fn join_request_id(wa_id: &str, group_id: &str) -> String {
    let inner = decode(group_id).unwrap_or_default();
    let number = inner.rsplit(':').next().unwrap_or_default();
    encode(&format!("{wa_id}:{number}"))
}

pub(crate) fn request_id(rng: &mut Rng) -> String {
    format!("{:032X}", rng.u128(..))
}

pub(crate) fn invite_code(rng: &mut Rng) -> String {
    std::iter::repeat_with(|| rng.alphanumeric()).take(LINK_CODE_LENGTH).collect()
}

pub(crate) fn invite_link(code: &str) -> String {
    format!("{LINK_PREFIX}{code}")
}

/// The code inside an invite link; a bare code is taken as it is.
pub(crate) fn code_of_link(link: &str) -> &str {
    let link = link.trim();
    link.strip_prefix(LINK_PREFIX).unwrap_or(link).trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_samples_of_group_ids_are_reproduced() {
        let sample = "Y2FwaV9ncm91cDoxODA1NTU1MDE3MjoxMjAzNjMyMjI3NzE5NjMwNjcZD";
        assert_eq!(group_id("18055550172", "120363222771963067"), sample);
        assert_eq!(decode(sample).as_deref(), Some("capi_group:18055550172:120363222771963067"));
    }

    #[test]
    fn ids_hold_letters_and_digits_only_and_come_back() {
        let mut rng = Rng::with_seed(7);
        for _ in 0..500 {
            let id = group_id("15550100001", &wa_group_number(&mut rng));
            let request = join_request_id("15550100123", &id);
            for text in [&id, &request, &request_id(&mut rng), &invite_code(&mut rng)] {
                assert!(text.chars().all(|c| c.is_ascii_alphanumeric()), "{text}");
            }
            assert!(decode(&id).unwrap().starts_with("capi_group:15550100001:1203634"));
            assert!(decode(&request).unwrap().starts_with("15550100123:1203634"));
        }
    }

    #[test]
    fn request_ids_are_32_upper_hex() {
        let id = request_id(&mut Rng::with_seed(1));
        assert_eq!(id.len(), 32);
        assert!(id.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c)));
    }

    #[test]
    fn damaged_ids_do_not_decode() {
        for text in ["Z", "ZB", "a=b", "%", "Y2Z"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn a_link_and_its_bare_code_name_the_same_group() {
        assert_eq!(code_of_link("https://chat.whatsapp.com/Abc123"), "Abc123");
        assert_eq!(code_of_link(" Abc123 "), "Abc123");
    }
}
