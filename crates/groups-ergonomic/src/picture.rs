//! A group's profile picture: checked before it is sent, and sent by hand, as the generator has no multipart.

use std::io::Read;
use std::path::{Path, PathBuf};

use groups_model::{InvalidInput, limits};

use crate::error::Result;

/// Which part of the multipart body carries the picture. Sources disagree (Facts 1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PicturePart {
    /// `file`: Meta's document and its sample.
    #[default]
    File,
    /// `profile_picture_file`: what two other clients send.
    ProfilePictureFile,
}

impl PicturePart {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::ProfilePictureFile => "profile_picture_file",
        }
    }
}

/// A picture that meets the documented rules: JPEG, square, sides of at least 192 px, at most 5 MB (Facts 1.4).
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    bytes: bytes::Bytes,
    side: u32,
    /// The file that it was read from.
    path: Option<PathBuf>,
}

impl Picture {
    /// Checks a picture that is in memory. Reads its head only; the pixels are not decoded.
    pub fn new(bytes: impl Into<bytes::Bytes>) -> Result<Self, InvalidInput> {
        let bytes = bytes.into();
        let refuse = |problem: String| InvalidInput::new("picture", problem);
        if bytes.len() > limits::PICTURE_MAX_BYTES {
            return Err(too_big(&bytes, Some(bytes.len() as u64)));
        }
        match imagesize::image_type(&bytes) {
            Ok(imagesize::ImageType::Jpeg) => {}
            Ok(other) => return Err(refuse(format!("must be a JPEG, got {}", shown(other)))),
            Err(_) => return Err(refuse("must be a JPEG, got something else".into())),
        }
        let size = imagesize::blob_size(&bytes)
            .map_err(|error| refuse(format!("is a JPEG that cannot be read: {error}")))?;
        if size.width != size.height {
            return Err(refuse(format!(
                "must be square, got {} x {} px; crop it first",
                size.width, size.height
            )));
        }
        let side = u32::try_from(size.width).unwrap_or(u32::MAX);
        if side < limits::PICTURE_MIN_SIDE {
            return Err(refuse(format!(
                "must be at least {} px on each side, got {side} px",
                limits::PICTURE_MIN_SIDE
            )));
        }
        Ok(Self { bytes, side, path: None })
    }

    /// Reads and checks a file. Blocks while it reads, at most 5 MB.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, InvalidInput> {
        let path = path.as_ref();
        let refuse = |error: std::io::Error| {
            InvalidInput::new("picture", format!("{} cannot be read: {error}", path.display()))
        };
        let file = std::fs::File::open(path).map_err(refuse)?;
        // Of a pipe the length is not known.
        let length = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|file| file.len());
        let mut bytes = Vec::new();
        // One byte beyond the limit is enough to know that it is too long.
        file.take(limits::PICTURE_MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(refuse)?;
        if bytes.len() > limits::PICTURE_MAX_BYTES {
            return Err(too_big(&bytes, length));
        }
        Ok(Self { path: Some(path.to_owned()), ..Self::new(bytes)? })
    }

    /// The picture's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The length of each side in pixels.
    pub fn side(&self) -> u32 {
        self.side
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    pub(crate) fn part(&self) -> reqwest::Result<reqwest::multipart::Part> {
        let length = self.bytes.len() as u64;
        reqwest::multipart::Part::stream_with_length(self.bytes.clone(), length)
            .file_name("profile.jpg")
            .mime_str("image/jpeg")
    }
}

/// `length`: of the whole, of which `bytes` may be the beginning.
fn too_big(bytes: &[u8], length: Option<u64>) -> InvalidInput {
    let got = match length {
        Some(length) => format!("{length} bytes"),
        None => "more".to_owned(),
    };
    let format = imagesize::image_type(bytes).map(|format| format!(" of {}", shown(format)));
    let most = limits::PICTURE_MAX_BYTES;
    let problem =
        format!("must be a JPEG of at most {most} bytes (5 MB), got {got}{}", format.unwrap_or_default());
    InvalidInput::new("picture", problem)
}

/// A format by its name.
fn shown(format: imagesize::ImageType) -> String {
    format!("{format:?}").to_uppercase()
}

/// Without the bytes.
impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Picture").field("bytes", &self.bytes.len()).field("side", &self.side).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a JPEG of a size: start, frame header, end. Enough for every check, as none decodes pixels.
    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
        bytes.extend(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        bytes.extend([0xff, 0xc0, 0, 11, 8]);
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([1, 1, 0x11, 0, 0xff, 0xd9]);
        bytes
    }

    fn problem(bytes: Vec<u8>) -> String {
        Picture::new(bytes).unwrap_err().to_string()
    }

    #[test]
    fn the_documented_rules_hold_and_the_refusal_names_them() {
        assert_eq!(Picture::new(jpeg(192, 192)).unwrap().side(), 192);
        assert_eq!(problem(jpeg(191, 191)), "picture must be at least 192 px on each side, got 191 px");
        assert_eq!(problem(jpeg(640, 480)), "picture must be square, got 640 x 480 px; crop it first");
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x02\0\x08\x06\0\0\0".to_vec();
        assert_eq!(problem(png), "picture must be a JPEG, got PNG");
        assert_eq!(problem(b"hello".to_vec()), "picture must be a JPEG, got something else");
        let mut long = jpeg(192, 192);
        long.resize(limits::PICTURE_MAX_BYTES + 1, 0);
        let expected = "picture must be a JPEG of at most 5242880 bytes (5 MB), got 5242881 bytes of JPEG";
        assert_eq!(problem(long), expected);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_after_a_jpeg_start_are_judged_without_panic(tail: Vec<u8>) {
            let mut bytes = vec![0xff, 0xd8, 0xff];
            bytes.extend(tail);
            let _ = Picture::new(bytes);
        }
    }
}
