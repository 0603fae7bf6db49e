//! Connections that do not come about: certificates, proxies, addresses. The message names the host, the proxy and the cause,
//! and nothing is repeated that cannot get better.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use groups_tests::{Run, Served, World};
use wiremock::ResponseTemplate;

use crate::tls::{CA, Server, answer};
use crate::{answers, world};

const KEY: (&str, &str) = ("D360_API_KEY", "k");
const TRUST: (&str, &str) = ("SSL_CERT_FILE", CA);

/// A read that fails without a connection: its message for programs, which is the one for people, too.
fn refused(world: &World, url: &str, variables: &[(&str, &str)]) -> String {
    refused_after(world, url, variables, "nothing was sent")
}

/// As [`refused`], with what was done until then.
fn refused_after(world: &World, url: &str, variables: &[(&str, &str)], done: &str) -> String {
    let variables = [&[KEY], variables].concat();
    let list = ["list", "--base-url", url, "-o", "json", "--timeout", "20s"];
    let run = world.quietly_with(&list, &variables);
    assert_eq!(run.code, Some(6), "{run:?}");
    let error = run.error();
    assert_eq!(error["kind"], "network", "{run:?}");
    assert!(error["remedy"].as_str().unwrap().ends_with('.'), "{run:?}");
    let message = error["message"].as_str().unwrap().to_owned();
    let table = world.quietly_with(&["list", "--base-url", url, "--timeout", "20s"], &variables);
    assert!(table.stderr.starts_with(&format!("error: {message}")), "{table:?}");
    assert!(message.ends_with(done), "{message}");
    message
}

#[test]
fn a_certificate_that_is_trusted_is_taken() {
    let world = world();
    let server = Server::with("good");
    let list = ["list", "--base-url", &server.https(), "-o", "json"];
    let run = world.quietly_with(&list, &[KEY, TRUST]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "[]\n"), "{run:?}");
}

#[test]
fn a_certificate_that_cannot_be_verified_is_named_and_not_tried_again() {
    let world = world();
    let other_ca = world.file("other.pem", std::fs::read_to_string(CA).unwrap().as_bytes());
    for (certificate, said) in [
        ("expired", "has expired (Fri, 01 Jan 2021 00:00:00 GMT)"),
        ("future", "is not valid before Sun, 01 Jan 2119 00:00:00 GMT"),
        ("other-name", "is for other.example, not for this name"),
        ("self-signed", "it is a CA certificate, as self-signed ones are"),
    ] {
        let server = Server::with(certificate);
        let message = refused(&world, &server.https(), &[("SSL_CERT_FILE", &other_ca)]);
        assert!(message.contains(said) && message.contains("127.0.0.1:"), "{certificate}: {message}");
        assert!(message.ends_with("; nothing was sent"), "{message}");
        assert_eq!(server.connections(), 2, "one for each run: {message}");
    }
}

/// The CA of another server is trusted, but not the one that issued this certificate.
#[test]
fn an_unknown_ca_is_named_in_every_command_that_connects() {
    let world = world();
    let server = Server::with("good");
    // A certificate that has issued nothing.
    let stranger = world.file("stranger.pem", stranger().as_bytes());
    let variables = [("SSL_CERT_FILE", stranger.as_str())];
    let untrusted = "is not trusted: it is not issued by a CA that this computer trusts";
    let message = refused(&world, &server.https(), &variables);
    assert!(message.contains(untrusted), "{message}");
    assert_eq!(server.connections(), 2, "no attempt was repeated");
    let url = server.https();
    let login = ["auth", "login", "--insecure-storage", "--base-url", &url];
    let mut command = world.command(&login);
    command.envs(variables).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"a-key").unwrap();
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(6), "{said}");
    assert!(said.contains(untrusted) && said.contains("no key was stored"), "{said}");
    assert!(said.contains("SSL_CERT_FILE"), "{said}");
    let both = [&[KEY], &variables[..]].concat();
    let doctor = world.quietly_with(&["doctor", "--base-url", &url], &both);
    assert!(doctor.stdout.contains(untrusted), "{doctor:?}");
    let status = world.quietly_with(&["auth", "status", "--base-url", &url], &both);
    assert!(status.stdout.contains(untrusted) && status.code == Some(6), "{status:?}");
}

/// The self-signed certificate of the tests, as a PEM file.
fn stranger() -> String {
    let der = std::fs::read(CA.replace("ca.pem", "self-signed.der")).unwrap();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", base64(&der))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let padded = [chunk[0], *chunk.get(1).unwrap_or(&0), *chunk.get(2).unwrap_or(&0)];
        let bits = u32::from_be_bytes([0, padded[0], padded[1], padded[2]]);
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() { digit as char } else { '=' });
        }
    }
    text
}

#[test]
fn a_server_that_speaks_plain_http_is_named_and_not_tried_again() {
    let world = world();
    let server = Server::serving(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    let message = refused(&world, &server.https(), &[TRUST]);
    assert!(message.contains("did not answer with TLS"), "{message}");
    assert_eq!(server.connections(), 2);
}

/// What the variables of CA certificates may wrongly name. The remedy is about the variable that is set.
#[test]
fn without_ca_certificates_the_message_says_why() {
    let world = world();
    let server = Server::with("good");
    let folder = world.folder().join("certificates");
    std::fs::create_dir(&folder).unwrap();
    let folder = folder.to_str().unwrap().to_owned();
    let nowhere = world.folder().join("nowhere.pem").to_str().unwrap().to_owned();
    let der = std::fs::read(CA.replace("ca.pem", "good.der")).unwrap();
    let cases = [
        ("SSL_CERT_FILE", nowhere.clone(), "does not exist"),
        ("SSL_CERT_FILE", folder.clone(), "is a folder"),
        ("SSL_CERT_FILE", world.file("good.der", &der), "contains a certificate in DER, not in PEM"),
        ("SSL_CERT_FILE", world.file("empty.pem", b""), "is empty"),
        ("SSL_CERT_FILE", world.file("text.pem", b"hello"), "contains no PEM certificate"),
        (
            "SSL_CERT_FILE",
            world.file("bad.pem", b"-----BEGIN CERTIFICATE-----\nAAAA!!\n-----END CERTIFICATE-----\n"),
            "contains no PEM certificate that can be read",
        ),
        ("SSL_CERT_DIR", nowhere.clone(), "does not exist"),
        ("SSL_CERT_DIR", folder, "contains no file with a PEM certificate"),
        ("SSL_CERT_DIR", world.file("file.pem", b"hello"), "is not a folder"),
    ];
    let url = server.https();
    for (variable, value, said) in &cases {
        let run = world.quietly_with(&["list", "--base-url", &url], &[KEY, (variable, value)]);
        assert_eq!(run.code, Some(3), "{run:?}");
        assert!(run.stderr.contains("no CA certificates were found") && run.stderr.contains(said), "{run:?}");
        assert!(run.stderr.contains(&format!("Correct or unset {variable}")), "{run:?}");
        assert!(!run.stderr.contains("ca-certificates"), "{run:?}");
    }
    let empty = world.quietly_with(&["list", "--base-url", &url], &[KEY, ("SSL_CERT_FILE", "")]);
    assert_eq!(empty.code, Some(3), "{empty:?}");
    assert!(empty.stderr.contains("SSL_CERT_FILE is set but empty"), "{empty:?}");
    let variables = [KEY, ("SSL_CERT_FILE", nowhere.as_str())];
    let trigger = ["sandbox", "trigger", "group_created", "--to", &url];
    for (command, code) in
        [(&["auth", "status"][..], 3), (&["doctor"], 3), (&["conformance"], 3), (&["sandbox", "status"], 3)]
    {
        let arguments = [command, &["--base-url", &url]].concat();
        let run = world.quietly_with(&arguments, &variables);
        assert_eq!(run.code, Some(code), "{run:?}");
        let all = format!("{}{}", run.stdout, run.stderr);
        assert!(all.contains("does not exist") && all.contains("Correct or unset SSL_CERT_FILE"), "{run:?}");
    }
    let run = world.quietly_with(&trigger, &variables);
    assert!(run.code == Some(6) && run.stderr.contains("Correct or unset SSL_CERT_FILE"), "{run:?}");
    assert_eq!(server.connections(), 0);
    // A wrong variable is named, too, where the other one has certificates.
    let both = [KEY, TRUST, ("SSL_CERT_DIR", nowhere.as_str())];
    let run = world.quietly_with(&["list", "--base-url", &Server::with("self-signed").https()], &both);
    assert_eq!(run.code, Some(6), "{run:?}");
    // A plain address needs none.
    let plain = answers::with(ResponseTemplate::new(200).set_body_string("{\"data\":{\"groups\":[]}}"));
    assert_eq!(world.quietly_with(&["list", "--base-url", &plain.url()], &variables).code, Some(0));
    let to_plain = ["sandbox", "trigger", "group_created", "--to", &plain.url()];
    assert_eq!(world.quietly_with(&to_plain, &variables).code, Some(0));
}

/// SSL_CERT_FILE contains exactly this certificate, and that does not help.
#[test]
fn a_ca_certificate_of_a_server_is_not_answered_with_the_advice_to_trust_it() {
    let world = world();
    let server = Server::with("self-signed");
    let itself = world.file("itself.pem", stranger().as_bytes());
    let list = ["list", "--base-url", &server.https()];
    let run = world.quietly_with(&list, &[KEY, ("SSL_CERT_FILE", &itself)]);
    assert!(run.stderr.contains("it is a CA certificate"), "{run:?}");
    assert!(run.stderr.contains("cannot be used, not even with SSL_CERT_FILE"), "{run:?}");
}

/// Conformance and the control of a served sandbox give the same causes as any other command.
#[test]
fn every_client_names_the_cause() {
    let world = world();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let closed = format!("https://{free}");
    let asking = Server::serving(|mut stream| answer(&mut stream, "407 Proxy Authentication Required", ""));
    let (proxy, untrusted) = (asking.http(), Server::with("good").https());
    let stranger = world.file("stranger.pem", stranger().as_bytes());
    let quoted = format!("\"{proxy}\"");
    let far = "https://waba.example";
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], i32, &'a str, bool);
    let cases: [Case; 4] = [
        (&closed, &[TRUST], 6, "connection refused", true),
        (
            &untrusted,
            &[("SSL_CERT_FILE", &stranger)],
            6,
            "is not issued by a CA that this computer trusts",
            false,
        ),
        (far, &[TRUST, ("HTTPS_PROXY", &proxy)], 6, "requires a user name and password", false),
        (far, &[TRUST, ("HTTPS_PROXY", &quoted)], 3, "HTTPS_PROXY has quotation marks around it", false),
    ];
    for (url, variables, code, said, retryable) in cases {
        for command in [&["list"][..], &["conformance"], &["sandbox", "status"], &["sandbox", "clock"]] {
            let arguments = [command, &["--base-url", url, "-o", "json", "--timeout", "20s"]].concat();
            let run = world.quietly_with(&arguments, &[&[KEY], variables].concat());
            assert_eq!(run.code, Some(code), "{run:?}");
            let error = run.error();
            assert!(error["message"].as_str().unwrap().contains(said), "{run:?}");
            if command == ["list"] || command == ["conformance"] {
                assert_eq!(error["retryable"], retryable, "{run:?}");
            }
            if !retryable {
                let listed = world.quietly_with(
                    &["list", "--base-url", url, "-o", "json", "--timeout", "20s"],
                    &[&[KEY], variables].concat(),
                );
                assert_eq!(error["remedy"], listed.error()["remedy"], "{run:?}");
            }
        }
    }
}

#[test]
fn a_receiver_that_cannot_be_reached_is_named_with_the_cause() {
    let world = world();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, said) in [
        (Server::with("self-signed").https(), "it is a CA certificate"),
        (Server::with("expired").https(), "has expired (Fri, 01 Jan 2021 00:00:00 GMT)"),
        (format!("http://{free}"), "connection refused. Check that the receiver is running there"),
    ] {
        let trigger = ["sandbox", "trigger", "group_created", "--to", &url];
        let run = world.quietly_with(&trigger, &[TRUST]);
        assert_eq!(run.code, Some(6), "{run:?}");
        assert!(run.stderr.contains(said) && !run.stderr.contains("CaUsedAsEndEntity"), "{run:?}");
    }
}

#[test]
fn conformance_stops_at_a_page() {
    let world = world();
    for (status, code) in [(200, 1), (403, 3), (404, 3), (407, 6), (502, 1)] {
        let page = "<html><title>Access Denied</title></html>";
        let service = answers::with(ResponseTemplate::new(status).set_body_raw(page, "text/html"));
        let url = service.url();
        let run = world.quietly_with(&["conformance", "--base-url", &url], &[KEY]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{run:?}");
        let said =
            format!("an HTML page (\"Access Denied\", HTTP {status}) came in place of the API's answer");
        assert!(run.stderr.contains(&said) && run.stderr.contains("the base URL"), "{run:?}");
        assert!(!run.stderr.contains("hub") && !run.stderr.contains("send it to the project"), "{run:?}");
        assert_eq!(service.asked().len(), 1);
        let list = ["list", "--base-url", &url, "--max-retries", "0"];
        assert_eq!(world.quietly_with(&list, &[KEY]).code, Some(code), "{status}");
    }
}

#[test]
fn a_port_that_speaks_another_protocol_is_named() {
    let world = world();
    let ssh = Server::serving(|mut stream| {
        let _ = std::io::Read::read(&mut stream, &mut [0; 1024]);
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.0\r\n");
    });
    let message = refused_after(&world, &ssh.http(), &[], "nothing was changed");
    assert!(message.contains("did not answer with HTTP"), "{message}");
    assert_eq!(ssh.connections(), 2, "it was asked again");
    // Whether the data or the request is first is a race.
    let banner = Server::serving(|mut stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.0\r\n");
        let _ = std::io::Read::read(&mut stream, &mut [0; 1024]);
    });
    let run = world.quietly_with(&["list", "--base-url", &banner.http(), "--max-retries", "0"], &[KEY]);
    assert!(run.stderr.contains("HTTP") && run.stderr.contains("speaks another protocol"), "{run:?}");
    let closing = Server::serving(|mut stream| {
        let _ = std::io::Read::read(&mut stream, &mut [0; 1024]);
    });
    let list = ["list", "--base-url", &closing.https(), "--max-retries", "0"];
    let run = world.quietly_with(&list, &[KEY, TRUST]);
    assert!(run.stderr.contains("closed the connection during the TLS handshake"), "{run:?}");
    assert!(run.stderr.contains("may not speak TLS"), "{run:?}");
}

/// Opens a connection through SOCKS5, with the user name and password `user` and `s3cret`.
fn socks(mut client: std::net::TcpStream) {
    use std::io::Read;
    let mut relay = || -> std::io::Result<()> {
        let mut head = [0; 2];
        client.read_exact(&mut head)?;
        client.read_exact(&mut vec![0; head[1].into()])?;
        client.write_all(&[5, 2])?;
        client.read_exact(&mut head)?;
        let mut user = vec![0; head[1].into()];
        client.read_exact(&mut user)?;
        let mut length = [0];
        client.read_exact(&mut length)?;
        let mut password = vec![0; length[0].into()];
        client.read_exact(&mut password)?;
        let is_right = (user.as_slice(), password.as_slice()) == (b"user", b"s3cret");
        client.write_all(&[1, u8::from(!is_right)])?;
        let mut request = [0; 5];
        client.read_exact(&mut request)?;
        // The name of the host, which only socks5h sends.
        assert_eq!(request[3], 3);
        let mut name = vec![0; usize::from(request[4])];
        client.read_exact(&mut name)?;
        let mut port = [0; 2];
        client.read_exact(&mut port)?;
        if name == b"refused.example" {
            return client.write_all(&[5, 2, 0, 1, 0, 0, 0, 0, 0, 0]);
        }
        let server = std::net::TcpStream::connect(("127.0.0.1", u16::from_be_bytes(port)))?;
        client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
        let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
        std::thread::spawn(move || std::io::copy(&mut from, &mut to));
        std::io::copy(&mut client, &mut &server).map(drop)
    };
    // Either side may go first.
    let _ = relay();
}

#[test]
fn a_socks_proxy_is_used_and_its_refusals_are_named() {
    let world = world();
    let (server, proxy) = (Server::with("good"), Server::serving(socks));
    let address = proxy.http().replace("http://", "");
    let port = server.https().rsplit(':').next().unwrap().to_owned();
    let through = |credentials: &str| format!("socks5h://{credentials}{address}");
    // The certificate is for 127.0.0.1 only: the handshake is that of the server.
    let url = format!("https://waba.example:{port}");
    let message = refused(&world, &url, &[TRUST, ("HTTPS_PROXY", &through("user:s3cret@"))]);
    assert!(message.contains("127.0.0.1, not for this name"), "{message}");
    assert_eq!((server.connections(), proxy.connections()), (2, 2));
    let message = refused(&world, &url, &[TRUST, ("ALL_PROXY", &through("user:wrong@"))]);
    let expected = format!("the proxy {} refused the user name and password in ALL_PROXY", through(""));
    assert!(message.starts_with(&expected), "{message}");
    let message =
        refused(&world, "https://refused.example", &[TRUST, ("HTTPS_PROXY", &through("user:s3cret@"))]);
    assert!(message.contains("did not connect to refused.example"), "{message}");
    assert!(!message.contains("s3cret"), "{message}");
}

#[test]
fn a_proxy_is_named_without_its_credentials() {
    let world = world();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let down = format!("http://user:s3cret@{free}");
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let message = refused(&world, "https://waba.example", &[TRUST, (variable, &format!(" {down}\n"))]);
        let expected = format!(
            "cannot connect to the proxy http://{free}, which is used for waba.example: connection refused"
        );
        assert!(message.starts_with(&expected), "{message}");
    }
    let asking = Server::serving(|mut stream| answer(&mut stream, "407 Proxy Authentication Required", ""));
    let message = refused(&world, "https://waba.example", &[TRUST, ("HTTPS_PROXY", &asking.http())]);
    let expected = "requires a user name and password, and HTTPS_PROXY has none";
    assert!(message.contains(expected), "{message}");
    assert_eq!(asking.connections(), 2, "it was asked again");
    let with_credentials = asking.http().replace("http://", "http://user:s3cret@");
    let message = refused(&world, "https://waba.example", &[TRUST, ("ALL_PROXY", &with_credentials)]);
    let expected = format!("the proxy {} refused the user name and password in ALL_PROXY", asking.http());
    assert!(message.starts_with(&expected), "{message}");
    let breaking = Server::serving(|mut stream| {
        let _ = std::io::Read::read(&mut stream, &mut [0; 1024]);
    });
    let message = refused(&world, "https://waba.example", &[TRUST, ("HTTPS_PROXY", &breaking.http())]);
    let expected = format!("the proxy {} broke the connection", breaking.http());
    assert!(message.starts_with(&expected), "{message}");
    let refusing = Server::serving(|mut stream| answer(&mut stream, "403 Forbidden", ""));
    let message = refused(&world, "https://waba.example", &[TRUST, ("HTTPS_PROXY", &refusing.http())]);
    let expected = format!("the proxy {} refused to connect to waba.example", refusing.http());
    assert!(message.starts_with(&expected), "{message}");
}

#[test]
fn no_part_of_a_proxy_password_is_printed() {
    let world = world();
    for value in
        ["http://user:s3@cret@127.0.0.1:1", "http://user:1/s3cret@127.0.0.1:1", "user:s3@cret@127.0.0.1:1"]
    {
        for variable in ["HTTPS_PROXY", "all_proxy"] {
            for format in ["table", "json"] {
                let list = ["list", "--base-url", "https://waba.example", "-o", format];
                let run = world.quietly_with(&list, &[KEY, TRUST, (variable, value)]);
                assert_eq!(run.code, Some(3), "{run:?}");
                let said = format!("{variable} has a user name or password that contains");
                assert!(run.stderr.contains(&said) && run.stderr.contains("%40"), "{run:?}");
                assert!(!run.stderr.contains("s3") && !run.stderr.contains("cret@"), "{run:?}");
            }
        }
    }
}

#[test]
fn a_proxy_variable_that_cannot_be_right_is_refused_by_name() {
    let world = world();
    for variable in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
        for (value, said) in [
            ("\"http://s3cret:1\"", "has quotation marks around it"),
            ("\u{feff}http://s3cret:1", "contains a byte order mark"),
        ] {
            for command in [&["list"][..], &["auth", "status"], &["doctor"]] {
                let arguments = [command, &["--base-url", "https://waba.example"]].concat();
                let run = world.quietly_with(&arguments, &[KEY, TRUST, (variable, value)]);
                assert_eq!(run.code, Some(3), "{run:?}");
                let all = format!("{}{}", run.stdout, run.stderr);
                assert!(all.contains(&format!("{variable} {said}")) && !all.contains("s3cret"), "{all}");
            }
        }
    }
}

/// Waits until a log contains a text.
fn logged(file: &std::path::Path, text: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let log = std::fs::read_to_string(file).unwrap_or_default();
        if log.contains(text) {
            return;
        }
        assert!(Instant::now() < deadline, "no {text:?} in {log}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_variable_at_fault_is_named_before_anything_is_forwarded() {
    let world = world();
    let listen = ["listen", "--port", "0", "--forward-to", "https://hooks.example/x", "-o", "json"];
    let run = world.quietly_with(&listen, &[("HTTPS_PROXY", "\"http://127.0.0.1:1\"")]);
    assert_eq!(run.code, Some(3), "{run:?}");
    let error = run.error();
    assert_eq!(error["message"], "HTTPS_PROXY has quotation marks around it", "{error}");
    assert!(error["remedy"].as_str().unwrap().starts_with("Write the value without"), "{error}");
}

#[test]
fn forwarding_says_why_it_failed() {
    let world = world();
    let server = Server::with("expired");
    let log = world.folder().join("log.txt");
    let mut command = world.command(&[
        "listen",
        "--port",
        "0",
        "--forward-to",
        &format!("{}/s3cret", server.https()),
        "--log-file",
        log.to_str().unwrap(),
    ]);
    command.env("SSL_CERT_FILE", CA);
    let listening = Served::started_by(command);
    let trigger = ["sandbox", "trigger", "group_created", "--to", listening.base_url()];
    assert_eq!(world.quietly(&trigger).code, Some(0));
    logged(&log, "has expired (Fri, 01 Jan 2021 00:00:00 GMT)");
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(!log.contains("s3cret") && !log.contains("base URL"), "{log}");
    assert!(log.contains("advice="), "the advice is not part of the reason: {log}");
    drop(listening);
    // Sent on demand, with the advice as the remedy.
    let replay = ["events", "replay", "--to", &server.https(), "-o", "json"];
    let run = world.quietly_with(&replay, &[TRUST]);
    let error = run.error();
    assert_eq!(run.code, Some(6), "{run:?}");
    let message = error["message"].as_str().unwrap();
    assert!(message.ends_with("GMT); it and those after it were not sent"), "{message}");
    assert!(error["remedy"].as_str().unwrap().starts_with("Check the clock"), "{error}");
    // Of the proxy, not of the target.
    let asking = Server::serving(|mut stream| answer(&mut stream, "407 Proxy Authentication Required", ""));
    let replay = ["events", "replay", "--to", "http://target.example/hook", "-o", "json"];
    let run = world.quietly_with(&replay, &[TRUST, ("HTTP_PROXY", &asking.http())]);
    let expected = format!("the proxy {} requires a user name and password", asking.http());
    assert!(run.error()["message"].as_str().unwrap().contains(&expected), "{run:?}");
}

#[test]
fn a_wait_that_the_service_asks_for_and_that_is_too_long_ends_the_call() {
    let world = world();
    for (status, code, expected) in [(429, 5, "rate_limited"), (503, 1, "service_unavailable")] {
        let service = answers::with(ResponseTemplate::new(status).insert_header("retry-after", "7200"));
        let started = Instant::now();
        let list = ["list", "--base-url", &service.url(), "-o", "json", "--timeout", "30s"];
        let run = world.quietly_with(&list, &[KEY]);
        assert_eq!(run.code, Some(code), "{run:?}");
        assert!(started.elapsed() < Duration::from_secs(20), "it waited");
        let error = run.error();
        assert_eq!((&error["kind"], &error["attempts"]), (&expected.into(), &1.into()), "{error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.ends_with("; the service asks to wait 2 h 0 min"), "{message}");
        assert_eq!(service.asked().len(), 1);
    }
}

#[test]
fn a_rate_limit_ends_a_wait_at_once_although_webhooks_are_received() {
    let world = world();
    let _listen = crate::events::listen(&world, &[]);
    let service = answers::with(ResponseTemplate::new(429).insert_header("retry-after", "3600"));
    for command in [
        &["create", "--subject", "Trip"][..],
        &["update", "G", "--subject", "Trip"],
        &["participants", "remove", "G", "+15550100110", "--yes"],
    ] {
        let started = Instant::now();
        let url = service.url();
        let arguments =
            [command, &["--wait=40s", "--timeout", "40s", "--base-url", &url, "-o", "json"]].concat();
        let run = world.quietly_with(&arguments, &[KEY]);
        assert_eq!(run.code, Some(5), "{run:?}");
        assert!(started.elapsed() < Duration::from_secs(20), "it waited");
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.ends_with("; the service asks to wait 60 min"), "{message}");
    }
}

/// Every command that reads or writes, and a page in place of each kind of answer.
#[test]
fn a_page_is_called_a_page_in_every_command() {
    let world = world();
    let commands: [(&[&str], bool); 12] = [
        (&["list"], false),
        (&["get", "G"], false),
        (&["participants", "list", "G"], false),
        (&["requests", "list", "G"], false),
        (&["invite", "get", "G"], false),
        (&["webhook", "get"], false),
        (&["api", "GET", "/groups"], false),
        (&["create", "--subject", "Trip"], true),
        (&["delete", "G", "--yes"], true),
        (&["update", "G", "--subject", "Trip"], true),
        (&["invite", "reset", "G"], true),
        (&["api", "POST", "/groups", "-f", "subject=x"], true),
    ];
    for (status, on_read, on_write) in [(200, 1, 6), (403, 3, 3), (404, 3, 3), (401, 3, 3), (502, 1, 6)] {
        let page =
            "\u{feff}<!DOCTYPE html><html><head><title>Blocked by\n policy\u{1b}[2J</title></head></html>";
        let service = answers::with(ResponseTemplate::new(status).set_body_raw(page, "text/html"));
        for (command, writes) in commands {
            let url = service.url();
            let arguments = [command, &["--base-url", &url, "--max-retries", "0"]].concat();
            let run: Run = world.quietly_with(&arguments, &[KEY]);
            assert_eq!(run.code, Some(if writes { on_write } else { on_read }), "{status} {run:?}");
            let said = format!(
                "an HTML page (\"Blocked by policy[2J\", HTTP {status}) came in place of the API's answer"
            );
            assert!(run.stderr.contains(&said), "{status} {run:?}");
            assert!(run.stderr.contains("HTTPS_PROXY"), "{run:?}");
            assert_eq!(
                run.stderr.contains("it may have been done"),
                writes && [200, 502].contains(&status),
                "{run:?}"
            );
        }
        let status_command = ["auth", "status", "--base-url", &service.url(), "--max-retries", "0"];
        let run = world.quietly_with(&status_command, &[KEY]);
        assert!(run.stdout.contains("unknown") && !run.stdout.contains("refused"), "{run:?}");
    }
}
