//! What is set about the sandbox: switches, faults, time, a crowd, single webhooks, seeds.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::world;

#[test]
fn switches_are_shown_set_one_by_one_and_all_at_once() {
    let world = world();
    world.run(&["sandbox", "behaviour"]);
    world.run(&[
        "sandbox",
        "behaviour",
        "--set",
        "list_shape=flat",
        "--set",
        "webhook_drops=0.5",
        "-o",
        "json",
    ]);
    world.run(&["sandbox", "behaviour", "messy", "--set", "webhook_drops=0"]);
    world.run(&["sandbox", "behaviour", "tidy"]);
    world.run(&["sandbox", "behaviour", "--set", "list_shape"]);
    world.run(&["sandbox", "behaviour", "--set", "list_form=flat"]);
    world.run(&["sandbox", "behaviour", "--set", "list_shape=round"]);
    world.run(&["sandbox", "behaviour", "--set", "seats=9", "-o", "json"]);
    world.check("the_sandbox_is_switched");
}

#[test]
fn a_messy_sandbox_is_understood_by_every_command() {
    let world = world();
    world.quietly(&["sandbox", "behaviour", "messy"]);
    for _ in 0..10 {
        let listed = world.quietly(&["--sandbox", "list", "-o", "json"]);
        assert_eq!(listed.code, Some(0), "{listed:?}");
        assert_eq!(listed.json().as_array().unwrap().len(), 4);
        let id = listed.json()[0]["id"].as_str().unwrap().to_owned();
        for line in [
            vec!["--sandbox", "get", &id],
            vec!["--sandbox", "requests", "list", &id],
            vec!["--sandbox", "participants", "list", &id],
            vec!["--sandbox", "update", &id, "--subject", "New"],
        ] {
            let run = world.quietly(&line);
            assert_eq!(run.code, Some(0), "{line:?}: {run:?}");
        }
        let unknown = world.quietly(&["--sandbox", "get", "nowhere", "-o", "json"]);
        assert_eq!((unknown.code, unknown.error()["code"].as_u64()), (Some(4), Some(131_041)), "{unknown:?}");
    }
}

#[test]
fn faults_are_scripted_hit_listed_and_taken_away() {
    let world = world();
    world.run(&["sandbox", "fault"]);
    world.run(&["sandbox", "fault", "list_groups", "code=131208", "details=slow down", "times=1"]);
    world.run(&["sandbox", "fault", "create_group status=500 done"]);
    world.run(&["sandbox", "fault", "-o", "jsonl"]);
    world.run(&["--sandbox", "list", "--max-retries", "0"]);
    world.run(&["sandbox", "fault", "--remove", "1"]);
    world.run(&["sandbox", "fault", "--remove", "2"]);
    world.run(&["sandbox", "fault", "lists", "status=500"]);
    world.run(&["sandbox", "fault", "*", "explode"]);
    world.run(&["sandbox", "fault", "*", "status=500", "--clear"]);
    world.run(&["sandbox", "fault", "--clear", "-o", "json"]);
    world.check("faults_are_scripted");
}

#[test]
fn time_passes_as_it_is_told() {
    let world = world();
    world.run(&["sandbox", "clock", "--stop"]);
    let before = world.quietly(&["sandbox", "clock", "-o", "json"]).json();
    let after = world.quietly(&["sandbox", "clock", "--advance", "2h", "-o", "json"]).json();
    let hour = |value: &serde_json::Value| value["now"].as_str().unwrap()[11..13].parse::<u32>().unwrap();
    assert_eq!((hour(&before) + 2) % 24, hour(&after));
    assert_eq!(
        before["now"].as_str().unwrap()[13..],
        after["now"].as_str().unwrap()[13..],
        "it stands still"
    );
    world.run(&["sandbox", "clock", "--start", "-o", "json"]);
    world.run(&["sandbox", "clock", "--advance", "soon"]);
    world.run(&["sandbox", "clock", "--start", "--stop"]);
    world.check("time_passes_as_it_is_told");
}

#[test]
fn a_crowd_does_the_same_for_the_same_seed() {
    let acts = |world: &groups_tests::World, seed: &str| {
        let line = ["sandbox", "crowd", "--acts", "12", "--every", "1ms", "--seed", seed, "-o", "jsonl"];
        world.quietly(&line).stdout
    };
    let (one, two, three) = (world(), world(), world());
    assert_eq!(acts(&one, "7"), acts(&two, "7"));
    assert_ne!(acts(&three, "8"), acts(&two, "7"));
    one.run(&["sandbox", "crowd", "--people", "0"]);
    one.check("a_crowd_of_nobody");
}

#[test]
fn one_webhook_is_sent_to_a_receiver() {
    let world = world();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let receiver = std::thread::spawn(move || {
        let mut bodies = Vec::new();
        for status in ["200 OK", "500 Oh"] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut text = String::new();
            let mut buffer = [0; 4096];
            // The body is the rest of a request that ends with the event's closing brackets.
            while !text.ends_with("]}]}") && !text.ends_with("}]}]}") {
                let read = stream.read(&mut buffer).unwrap();
                assert!(read > 0, "{text}");
                text.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
            }
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
            bodies.push(text);
        }
        bodies
    });
    let secret = world.file("secret", b"key\n");
    let sent = world.quietly(&[
        "sandbox",
        "trigger",
        "group_created",
        "--to",
        &url,
        "--override",
        "subject=Kyoto",
        "--header",
        "x-a=b",
        "--secret-file",
        &secret,
        "-o",
        "json",
    ]);
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let refused = world.quietly(&["sandbox", "trigger", "group_deleted", "--to", &url, "-o", "json"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.error()["message"].as_str().unwrap().contains("500"));
    let bodies = receiver.join().unwrap();
    assert!(bodies[0].contains("\"subject\":\"Kyoto\""));
    assert!(bodies[0].contains("x-a: b") && bodies[0].contains("x-360dialog-signature: "));
    assert!(!bodies[1].contains("x-360dialog-signature"));

    world.run(&["sandbox", "trigger"]);
    world.run(&["sandbox", "trigger", "group_made", "--to", &url]);
    world.run(&["sandbox", "trigger", "group_created"]);
    world.run(&["sandbox", "trigger", "group_created", "--to", "ftp://x"]);
    world.run(&["sandbox", "trigger", "group_created", "--to", &url]);
    world.run(&["sandbox", "trigger", "group_created", "--to", &url, "--override", "a.b=1"]);
    world.run(&["sandbox", "trigger", "group_created", "--to", &url, "--secret-file", "/nowhere/x"]);
    world.check("one_webhook_is_sent");
}

#[test]
fn a_seed_is_for_the_beginning() {
    let world = world();
    let seed = world.file("seed.yaml", b"groups: [{subject: Kyoto, participants: ['+15550100123']}]\n");
    let bad = world.file("bad.yaml", b"groups: [{subject: Kyoto, participants: [bob]}]\n");
    world.run(&["sandbox", "reset", "--seed", &seed, "--yes"]);
    world.run(&["--sandbox", "list"]);
    world.run(&["sandbox", "serve", "--seed", &seed]);
    world.run(&["sandbox", "reset", "--seed", &bad, "--yes"]);
    world.run(&["sandbox", "serve", "--fresh", "--fault", "boom"]);
    world.run(&["sandbox", "serve", "--fresh", "--set", "seats=99"]);
    world.run(&["sandbox", "serve", "--fresh", "--webhook", "nowhere"]);
    world.check("a_seed_is_for_the_beginning");
}

#[test]
fn a_served_sandbox_begins_as_it_is_told() {
    let world = world();
    let seed = world.file("seed.yaml", b"api_key: mine\ngroups: [{subject: Kyoto}]\n");
    let line = ["--fresh", "--seed", &seed, "--behaviour", "messy", "--set", "list_shape=flat"];
    let served = world.serve(&[&line[..], &["--fault", "get_group status=500 times=1"]].concat());
    assert!(served.first_line().contains("mine"), "{}", served.first_line());
    let list = world
        .command(&["list", "--base-url", served.base_url(), "-o", "json"])
        .env("D360_API_KEY", "mine")
        .output();
    let groups: serde_json::Value = serde_json::from_slice(&list.unwrap().stdout).unwrap();
    assert_eq!(groups[0]["subject"], "Kyoto");
    let id = groups[0]["id"].as_str().unwrap();
    let line = ["get", id, "--base-url", served.base_url(), "--max-retries", "0"];
    let get = world.command(&line).env("D360_API_KEY", "mine").output().unwrap();
    assert_eq!(get.status.code(), Some(1), "{get:?}");
}
