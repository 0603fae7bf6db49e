//! Content codings of a body (`Content-Encoding`). The limit holds for the decoded size, after each coding.

use std::io::{self, Read};

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// What a sender may use, as a header value.
pub(crate) const SUPPORTED: &str = "gzip, deflate, zstd, br";
/// How many codings may be stacked.
const STACKED: usize = 3;
/// RFC 8878 asks decoders to support windows of 8 MiB, and allows them to refuse larger ones.
const ZSTD_WINDOW: u64 = 8 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Gzip,
    Deflate,
    Zstd,
    Brotli,
}

/// The codings of a body in the order in which they were applied; or the value that is not supported.
pub(crate) fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, String> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let text = String::from_utf8_lossy(value.as_bytes());
        for name in text.split(',').map(str::trim) {
            match name.to_ascii_lowercase().as_str() {
                "" | "identity" => {}
                "gzip" | "x-gzip" => codings.push(Coding::Gzip),
                "deflate" => codings.push(Coding::Deflate),
                "zstd" => codings.push(Coding::Zstd),
                "br" => codings.push(Coding::Brotli),
                _ => return Err(name.chars().take(40).collect()),
            }
        }
    }
    if codings.len() > STACKED { Err(format!("{} stacked codings", codings.len())) } else { Ok(codings) }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Undecoded {
    /// Longer than the limit.
    TooLarge,
    /// Truncated, damaged, or followed by other bytes.
    Damaged(Coding),
}

/// The body without its codings, of which the last was applied last.
pub(crate) fn decode(body: Bytes, codings: &[Coding], max: usize) -> Result<Bytes, Undecoded> {
    codings.iter().rev().try_fold(body, |body, coding| decode_one(&body, *coding, max).map(Bytes::from))
}

fn decode_one(body: &[u8], coding: Coding, max: usize) -> Result<Vec<u8>, Undecoded> {
    let mut output = Output { bytes: Vec::new(), max, is_full: false };
    let decoded = match coding {
        Coding::Gzip => gzip(body, &mut output),
        Coding::Deflate => deflate(body, &mut output),
        Coding::Zstd => zstd(body, &mut output),
        Coding::Brotli => brotli(body, &mut output),
    };
    match decoded {
        _ if output.is_full => Err(Undecoded::TooLarge),
        Ok(()) => Ok(output.bytes),
        Err(_) => Err(Undecoded::Damaged(coding)),
    }
}

/// What was decoded, up to the limit.
struct Output {
    bytes: Vec<u8>,
    max: usize,
    is_full: bool,
}

impl Output {
    fn read(&mut self, from: &mut impl Read) -> io::Result<()> {
        // One byte more shows that there is more.
        let room = self.max.saturating_sub(self.bytes.len()).saturating_add(1);
        from.take(room as u64).read_to_end(&mut self.bytes)?;
        self.is_full = self.bytes.len() > self.max;
        if self.is_full { Err(damaged()) } else { Ok(()) }
    }
}

fn damaged() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

fn all_read(rest: &[u8]) -> io::Result<()> {
    if rest.is_empty() { Ok(()) } else { Err(damaged()) }
}

/// One member or several.
fn gzip(mut body: &[u8], output: &mut Output) -> io::Result<()> {
    loop {
        output.read(&mut GzDecoder::new(&mut body))?;
        if body.is_empty() {
            return Ok(());
        }
    }
}

/// The zlib format, as RFC 9110 defines it, or bare deflate, which some senders mean by it.
fn deflate(body: &[u8], output: &mut Output) -> io::Result<()> {
    let mut rest = body;
    let decoded = output.read(&mut ZlibDecoder::new(&mut rest)).and_then(|()| all_read(rest));
    if decoded.is_ok() || output.is_full {
        return decoded;
    }
    output.bytes.clear();
    let mut rest = body;
    output.read(&mut DeflateDecoder::new(&mut rest))?;
    all_read(rest)
}

/// Frames one after the other, skippable ones among them.
fn zstd(mut body: &[u8], output: &mut Output) -> io::Result<()> {
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(ZSTD_WINDOW.max(output.max as u64));
    loop {
        match StreamingDecoder::new_with_decoder(&mut body, &mut decoder) {
            Ok(mut frame) => output.read(&mut frame)?,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                let length = usize::try_from(length).map_err(|_| damaged())?;
                body = body.get(length..).ok_or_else(damaged)?;
            }
            Err(_) => return Err(damaged()),
        }
        if decoder.get_checksum_from_data() != decoder.get_calculated_checksum()
            && decoder.get_checksum_from_data().is_some()
        {
            return Err(damaged());
        }
        if body.is_empty() {
            return Ok(());
        }
    }
}

fn brotli(body: &[u8], output: &mut Output) -> io::Result<()> {
    let mut decoder = brotli_decompressor::Decompressor::new(body, 4096);
    output.read(&mut decoder)?;
    // At its end it returns an error if its buffer holds more.
    if decoder.read(&mut [0])? > 0 {
        return Err(damaged());
    }
    all_read(decoder.get_ref())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use axum::http::HeaderValue;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    const TEXT: &[u8] = b"{\"object\":\"whatsapp_business_account\",\"entry\":[]}";
    const MAX: usize = 100_000;
    /// `TEXT`, by Node.js: `zlib.brotliCompressSync`.
    const BROTLI: &[u8] = include_bytes!("../tests/data/body.json.br");
    /// A mebibyte of zeros, by Node.js.
    const BROTLI_BOMB: &[u8] = include_bytes!("../tests/data/zeros.br");

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn bare(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        compress_to_vec(bytes, CompressionLevel::Fastest)
    }

    fn encoded() -> [(Coding, Vec<u8>); 5] {
        [
            (Coding::Gzip, gzip(TEXT)),
            (Coding::Deflate, zlib(TEXT)),
            (Coding::Deflate, bare(TEXT)),
            (Coding::Zstd, zstd(TEXT)),
            (Coding::Brotli, BROTLI.to_vec()),
        ]
    }

    fn decoded(body: &[u8], codings: &[Coding]) -> Result<Vec<u8>, Undecoded> {
        decode(Bytes::copy_from_slice(body), codings, MAX).map(Vec::from)
    }

    #[test]
    fn the_header_is_read_in_every_form() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CONTENT_ENCODING, HeaderValue::from_str(value).unwrap());
            }
            codings(&headers)
        };
        assert_eq!(of(&[]), Ok(Vec::new()));
        assert_eq!(of(&["identity", ""]), Ok(Vec::new()));
        assert_eq!(of(&["X-GZip, identity", "br"]), Ok(vec![Coding::Gzip, Coding::Brotli]));
        assert_eq!(of(&["deflate,zstd"]), Ok(vec![Coding::Deflate, Coding::Zstd]));
        assert_eq!(of(&["compress"]), Err("compress".to_owned()));
        assert_eq!(of(&["gzip, foo"]), Err("foo".to_owned()));
        assert_eq!(of(&["gzip,gzip,gzip,gzip"]), Err("4 stacked codings".to_owned()));
    }

    #[test]
    fn every_coding_is_decoded_alone_and_stacked() {
        for (coding, body) in encoded() {
            assert_eq!(decoded(&body, &[coding]).as_deref(), Ok(TEXT), "{coding:?}");
            assert_eq!(decoded(&gzip(&body), &[coding, Coding::Gzip]).as_deref(), Ok(TEXT), "{coding:?}");
        }
        assert_eq!(decoded(TEXT, &[]).as_deref(), Ok(TEXT));
        let (one, two) = TEXT.split_at(20);
        assert_eq!(decoded(&[gzip(one), gzip(two)].concat(), &[Coding::Gzip]).as_deref(), Ok(TEXT));
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..]].concat();
        let frames = [skippable.clone(), zstd(one), skippable, zstd(two)].concat();
        assert_eq!(decoded(&frames, &[Coding::Zstd]).as_deref(), Ok(TEXT));
    }

    #[test]
    fn a_truncated_or_damaged_body_or_one_with_more_behind_it_is_refused() {
        for (coding, body) in encoded() {
            for end in 0..body.len() {
                assert_eq!(
                    decoded(&body[..end], &[coding]),
                    Err(Undecoded::Damaged(coding)),
                    "{coding:?} cut after {end} of {} bytes",
                    body.len()
                );
            }
            let more = [&body[..], b"more"].concat();
            assert_eq!(decoded(&more, &[coding]), Err(Undecoded::Damaged(coding)), "{coding:?} with more");
            assert_eq!(
                decoded(TEXT, &[coding]),
                Err(Undecoded::Damaged(coding)),
                "{coding:?} of no such body"
            );
        }
    }

    #[test]
    fn a_body_that_decodes_to_more_than_the_limit_is_refused() {
        let zeros = vec![0; 1024 * 1024];
        for (coding, body) in [
            (Coding::Gzip, gzip(&zeros)),
            (Coding::Deflate, zlib(&zeros)),
            (Coding::Deflate, bare(&zeros)),
            (Coding::Zstd, zstd(&zeros)),
            (Coding::Brotli, BROTLI_BOMB.to_vec()),
        ] {
            assert!(body.len() < 10_000, "{coding:?}: {}", body.len());
            assert_eq!(decoded(&body, &[coding]), Err(Undecoded::TooLarge), "{coding:?}");
            let twice = gzip(&body);
            assert_eq!(decoded(&twice, &[coding, Coding::Gzip]), Err(Undecoded::TooLarge), "{coding:?}");
        }
        let exact = vec![7; MAX];
        assert_eq!(decoded(&gzip(&exact), &[Coding::Gzip]).as_deref(), Ok(&exact[..]));
    }
}
