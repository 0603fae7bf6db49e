//! The limits of the API and the checks that need nothing but a value.
//! Every number is from Facts 3; a limit that no source names has no place here.

use imagesize::ImageType;
use sha2::{Digest as _, Sha256};

use super::codes::{INVALID_VALUE, PICTURE_NOT_SQUARE, PICTURE_TOO_SMALL, Refusal};
use super::group::Picture;

/// Characters of a subject, and of a description.
pub(crate) const SUBJECT_MAX: usize = 128;
pub(crate) const DESCRIPTION_MAX: usize = 2048;
/// Seats besides the business. Sources disagree on whether the business takes one of the eight.
pub(crate) const SEATS: usize = 8;
/// Groups that one business number may have.
pub(crate) const GROUP_LIMIT: usize = 10_000;
pub(crate) const PAGE_DEFAULT: usize = 25;
pub(crate) const PAGE_MAX: usize = 1024;
/// 5 MB. Whether that is 5,000,000 or 5 MiB is not said; the larger is accepted.
pub(crate) const PICTURE_MAX_BYTES: usize = 5 * 1024 * 1024;
/// Each side of a picture in pixels. Exactly 192 is accepted; one source asks for more than 192.
pub(crate) const PICTURE_MIN_SIDE: usize = 192;

/// A person as a caller names one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum User {
    /// Digits without "+": a phone number in E.164, or a `wa_id`.
    WaId(String),
    /// A business-scoped user id such as `US.13491208655302741918`.
    Scoped(String),
}

impl User {
    /// Reads `+15550100123`, `15550100123` or `US.13491…`; spaces and other decoration are not accepted.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        let is_number = (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if is_number && !digits.starts_with('0') {
            return Some(Self::WaId(digits.to_owned()));
        }
        let (country, rest) = text.split_once('.')?;
        let rest = rest.strip_prefix("ENT.").unwrap_or(rest);
        let scoped = country.len() == 2
            && country.bytes().all(|b| b.is_ascii_uppercase())
            && (1..=128).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        scoped.then(|| Self::Scoped(text.to_owned()))
    }
}

/// A subject as it is stored: whitespace around it trimmed, and something left.
pub(crate) fn subject(text: &str) -> Result<String, Refusal> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Refusal::new(INVALID_VALUE, "subject must contain something other than whitespace."));
    }
    Ok(trimmed.to_owned())
}

/// A description as it is stored. How to clear one is undocumented; the sandbox takes the empty string.
pub(crate) fn description(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Checks a profile picture by its content; the name and the declared type of the part are not trusted.
pub(crate) fn picture(bytes: &[u8]) -> Result<Picture, Refusal> {
    if bytes.len() > PICTURE_MAX_BYTES {
        let details = format!("The profile picture has {} bytes; at most 5 MB are accepted.", bytes.len());
        return Err(Refusal::new(INVALID_VALUE, details));
    }
    if !matches!(imagesize::image_type(bytes), Ok(ImageType::Jpeg)) {
        return Err(Refusal::new(INVALID_VALUE, "The profile picture must be a JPEG image."));
    }
    let size = imagesize::blob_size(bytes)
        .map_err(|_| Refusal::new(INVALID_VALUE, "The profile picture is a damaged JPEG image."))?;
    let (width, height) = (size.width, size.height);
    if width != height {
        let details = format!("The profile picture is {width} x {height} pixels; it must be square.");
        return Err(Refusal::new(PICTURE_NOT_SQUARE, details));
    }
    if width < PICTURE_MIN_SIDE {
        let details =
            format!("The profile picture is {width} x {height} pixels; each side needs {PICTURE_MIN_SIDE}.");
        return Err(Refusal::new(PICTURE_TOO_SMALL, details));
    }
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Picture { sha256 })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::state::codes::Code;

    /// The smallest thing that is a JPEG of the given size: start, frame header, end.
    pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xC0, 0x00, 0x0B, 0x08];
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([0x01, 0x01, 0x11, 0x00, 0xFF, 0xD9]);
        bytes
    }

    #[test]
    fn users_are_read_in_every_documented_form() {
        let number = Some(User::WaId("15550100123".into()));
        assert_eq!(User::parse("+15550100123"), number);
        assert_eq!(User::parse("15550100123"), number);
        assert_eq!(User::parse("US.134"), Some(User::Scoped("US.134".into())));
        assert_eq!(User::parse("US.ENT.134"), Some(User::Scoped("US.ENT.134".into())));
        for bad in ["", "+", "abc", "+1 555", "012345", "1234567890123456", "us.1", "US.", "US.a-b"] {
            assert_eq!(User::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn pictures_are_judged_by_content() {
        let refused = |bytes: &[u8]| picture(bytes).map_err(|r| r.code).unwrap_err();
        let table: [(Vec<u8>, Code); 6] = [
            (jpeg(200, 201), PICTURE_NOT_SQUARE),
            (jpeg(191, 191), PICTURE_TOO_SMALL),
            (b"\x89PNG\r\n\x1a\n0000000000000000".to_vec(), INVALID_VALUE),
            (vec![], INVALID_VALUE),
            (vec![0xFF, 0xD8, 0xFF, 0xC0], INVALID_VALUE),
            (vec![0; PICTURE_MAX_BYTES + 1], INVALID_VALUE),
        ];
        for (bytes, code) in table {
            assert_eq!(refused(&bytes), code);
        }
        assert_eq!(picture(&jpeg(192, 192)).unwrap().sha256.len(), 64);
    }
}
