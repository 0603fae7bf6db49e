//! What is wrong with a certificate or a TLS handshake, in words.

use std::time::{Duration, SystemTime};

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error};

use crate::trust;

const UNTRUSTED: &str = "If a proxy or firewall on the way inspects TLS, add its CA certificate to the system's, or set SSL_CERT_FILE to \
                         a PEM file that contains it.";
const CA_AS_SERVER: &str = "Such a certificate cannot be used, not even with SSL_CERT_FILE. The server needs a certificate that a CA has issued, \
                            or a self-signed one that is not a CA (openssl: basicConstraints=CA:FALSE). Then set SSL_CERT_FILE to a \
                            PEM file that contains the CA or the self-signed certificate.";
const CLOCK: &str =
    "Check the clock of this computer; if it is right, the certificate has to be replaced at the server.";
const NAME: &str =
    "Check the host in the URL; a proxy, firewall or sign-in page may also answer in place of the host.";
const SERVER: &str =
    "Check the URL and what is on the way; the certificate or the TLS settings have to be corrected there.";

/// A sentence about a host, what to do, and whether it stays so.
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) advice: &'static str,
    pub(crate) permanent: bool,
}

pub(crate) fn problem(error: &Error, host: &str) -> Problem {
    let of = |message: String, advice| Problem { message, advice, permanent: true };
    match error {
        Error::InvalidCertificate(error) => certificate(error, host),
        Error::NoCertificatesPresented => of(format!("{host} sent no certificate"), SERVER),
        // The first bytes of an answer in plain HTTP are no TLS record.
        Error::InvalidMessage(_) | Error::PeerSentOversizedRecord => of(
            format!("{host} did not answer with TLS"),
            "Check host and port in the URL: the server there speaks another protocol, such as plain HTTP.",
        ),
        Error::PeerIncompatible(why) => {
            of(format!("{host} and this program have no TLS version or cipher in common ({why:?})"), SERVER)
        }
        Error::AlertReceived(alert) => Problem {
            message: format!("{host} ended the TLS handshake ({alert:?})"),
            advice: SERVER,
            permanent: !matches!(
                alert,
                AlertDescription::InternalError
                    | AlertDescription::CloseNotify
                    | AlertDescription::UserCanceled
            ),
        },
        other => Problem {
            message: format!("the TLS handshake with {host} failed: {other}"),
            advice: SERVER,
            permanent: false,
        },
    }
}

#[allow(deprecated, reason = "an older form of a variant has to be matched, too")]
fn certificate(error: &CertificateError, host: &str) -> Problem {
    let of = |message: String, advice| Problem { message, advice, permanent: true };
    match error {
        CertificateError::UnknownIssuer => {
            let message = format!(
                "the certificate of {host} is not trusted: it is not issued by a CA that this computer trusts"
            );
            // Certificates were read from one variable, and the other is wrong.
            match trust::certain_problems().as_slice() {
                [] => of(message, UNTRUSTED),
                problems => of(format!("{message}, and {}", problems.join("; ")), trust::advice()),
            }
        }
        CertificateError::Expired => of(format!("the certificate of {host} has expired"), CLOCK),
        CertificateError::ExpiredContext { not_after, .. } => {
            of(format!("the certificate of {host} has expired ({})", date(*not_after)), CLOCK)
        }
        CertificateError::NotValidYet => of(format!("the certificate of {host} is not valid yet"), CLOCK),
        CertificateError::NotValidYetContext { not_before, .. } => {
            of(format!("the certificate of {host} is not valid before {}", date(*not_before)), CLOCK)
        }
        CertificateError::NotValidForName => {
            of(format!("the certificate that {host} sent is for another name"), NAME)
        }
        CertificateError::NotValidForNameContext { presented, .. } => of(
            format!("the certificate that {host} sent is for {}, not for this name", names(presented)),
            NAME,
        ),
        CertificateError::Revoked => of(format!("the certificate of {host} was revoked"), SERVER),
        CertificateError::Other(other) if is_ca_as_server(other) => of(
            format!(
                "the certificate of {host} is not trusted: it is a CA certificate, as self-signed ones are, and not one of a server"
            ),
            CA_AS_SERVER,
        ),
        CertificateError::Other(other) => {
            of(format!("the certificate of {host} cannot be used: {}", other.0), SERVER)
        }
        other => of(format!("the certificate of {host} cannot be used: {other}"), SERVER),
    }
}

fn is_ca_as_server(error: &rustls::OtherError) -> bool {
    matches!(error.0.downcast_ref::<webpki::Error>(), Some(webpki::Error::CaUsedAsEndEntity))
}

fn date(time: UnixTime) -> String {
    // A date that no clock can show is not worth more than its number.
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(time.as_secs()));
    match time.filter(|time| *time < SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799)) {
        Some(time) => httpdate::fmt_http_date(time),
        None => "an unknown date".to_owned(),
    }
}

/// The first few, as rustls shows them: `DnsName("example.com")`.
fn names(presented: &[String]) -> String {
    const SHOWN: usize = 3;
    let plain = |name: &String| match name.split('"').nth(1) {
        Some(dns) => dns.to_owned(),
        None => name.trim_start_matches("IpAddress(").trim_end_matches(')').to_owned(),
    };
    let mut shown: Vec<String> = presented.iter().take(SHOWN).map(plain).collect();
    match presented.len() {
        0 => return "no name".to_owned(),
        count if count > SHOWN => shown.push(format!("{} more", count - SHOWN)),
        _ => {}
    }
    // The server chose them: no control characters go to a terminal.
    shown.join(", ").chars().filter(|c| !c.is_control()).take(200).collect()
}
