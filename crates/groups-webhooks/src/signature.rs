//! The signature of a delivery: HMAC-SHA256 over the raw body, in hex (Facts 4.7). Compares in constant time; must never
//! say how a signature differs.

use axum::http::HeaderMap;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// 360dialog's, with the partner's platform secret; and Meta's own, with the app's secret.
const HEADERS: [&str; 2] = ["x-360dialog-signature", "x-hub-signature-256"];

/// Whether one of the headers holds a signature of the body with one of the secrets.
pub(crate) fn is_signed(headers: &HeaderMap, body: &[u8], secrets: &[SecretString]) -> bool {
    let given: Vec<Vec<u8>> = HEADERS
        .iter()
        .flat_map(|name| headers.get_all(*name))
        .filter_map(|value| bytes_of_hex(value.as_bytes()))
        .collect();
    if given.is_empty() {
        return false;
    }
    // Every pair is looked at, whichever fits.
    secrets.iter().filter(|secret| !is_empty(secret)).fold(false, |signed, secret| {
        let expected = mac(secret, body);
        given.iter().fold(signed, |signed, given| signed | bool::from(expected.as_slice().ct_eq(given)))
    })
}

/// The header that holds a signature, if one does.
pub(crate) fn signature_header(headers: &HeaderMap) -> Option<&'static str> {
    HEADERS.into_iter().find(|name| headers.contains_key(*name))
}

/// A signature as Meta writes it: `sha256=` and hex.
pub(crate) fn sign(secret: &SecretString, body: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("sha256=");
    for byte in mac(secret, body) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Whether two secrets are the same, in time that depends on their length alone. An empty one is the same as none.
pub(crate) fn is_same(secret: &SecretString, given: &[u8]) -> bool {
    !is_empty(secret) && bool::from(secret.expose_secret().as_bytes().ct_eq(given))
}

/// Whatever was meant by it, anybody knows it.
fn is_empty(secret: &SecretString) -> bool {
    secret.expose_secret().is_empty()
}

fn mac(secret: &SecretString, body: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length, so the error cannot occur; an empty result would match no signature.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return [0; 32];
    };
    mac.update(body);
    mac.finalize().into_bytes().into()
}

/// Hex of any case, with or without `sha256=` in front.
fn bytes_of_hex(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii();
    let hex = text.strip_prefix(b"sha256=").unwrap_or(text);
    if hex.len() != 64 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    hex.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    const KEY: &str = "Jefe";
    const BODY: &[u8] = b"what do ya want for nothing?";
    const HEX: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
    }

    fn secrets(keys: &[&str]) -> Vec<SecretString> {
        keys.iter().map(|key| SecretString::from(*key)).collect()
    }

    #[test]
    fn both_headers_and_both_forms_are_taken() {
        for name in HEADERS {
            for value in [HEX.to_owned(), HEX.to_uppercase(), format!("sha256={HEX}")] {
                assert!(is_signed(&headers(name, &value), BODY, &secrets(&[KEY])), "{name}: {value}");
            }
        }
        assert_eq!(sign(&secrets(&[KEY])[0], BODY), format!("sha256={HEX}"));
    }

    #[test]
    fn any_of_several_secrets_is_enough_and_no_other_is() {
        let signed = headers(HEADERS[1], HEX);
        assert!(is_signed(&signed, BODY, &secrets(&["new", KEY])));
        assert!(!is_signed(&signed, BODY, &secrets(&["new"])));
        assert!(!is_signed(&signed, b"another body", &secrets(&[KEY])));
        assert!(!is_signed(&HeaderMap::new(), BODY, &secrets(&[KEY])));
        for bad in ["", "sha256=", &HEX[1..], &format!("{HEX}00"), &HEX.replace('5', "g"), "sha1=00"] {
            assert!(!is_signed(&headers(HEADERS[0], bad), BODY, &secrets(&[KEY])), "{bad}");
        }
    }

    #[test]
    fn one_good_signature_among_bad_ones_is_enough() {
        let mut both = headers(HEADERS[0], &HEX.replace('5', "6"));
        both.insert(HEADERS[1], HEX.parse().unwrap());
        assert!(is_signed(&both, BODY, &secrets(&[KEY])));
    }

    #[test]
    fn shared_secrets_are_compared_whole() {
        let secret = SecretString::from("s3cret");
        assert!(is_same(&secret, b"s3cret"));
        assert!(!is_same(&secret, b"s3cre") && !is_same(&secret, b"s3cret ") && !is_same(&secret, b""));
    }

    #[test]
    fn an_empty_secret_fits_nothing() {
        let empty = SecretString::from("");
        assert!(!is_same(&empty, b""));
        let signed = headers(HEADERS[0], &sign(&empty, BODY));
        assert!(!is_signed(&signed, BODY, &secrets(&[""])));
        assert!(!is_signed(&signed, BODY, &secrets(&["", KEY])));
        assert!(is_signed(&headers(HEADERS[0], HEX), BODY, &secrets(&["", KEY])));
    }
}
