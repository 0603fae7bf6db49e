//! The sandbox's page in headless Chromium: what a person does with it, by pointer and by keyboard, and whether it can be
//! seen and heard by everybody.
// Helpers of tests fail like tests do; clippy recognises only the tests themselves.
#![allow(clippy::unwrap_used)]

mod browser;

use std::time::Duration;

use browser::{Browser, Console};
use fantoccini::Locator;
use groups_ergonomic::Client;
use groups_sandbox::{Emulator, Sandbox, Seed, SeedGroup};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const PERSON: &str = "15550100199";
const ENTER: &str = "\u{E007}";

async fn seeded() -> Sandbox {
    Sandbox::builder().seeded().outcome_delay(Duration::ZERO).start().await.unwrap()
}

async fn visit(sandbox: &Sandbox) -> Browser {
    let browser = Browser::open(&sandbox.page_url()).await;
    browser.says("#summary", "Groups: ").await;
    browser
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder().api_key(sandbox.api_key()).base_url(sandbox.base_url()).build().unwrap()
}

/// Lists the groups as a program does.
async fn list(sandbox: &Sandbox) -> Vec<String> {
    let page = client(sandbox).groups().list().pages().next().await.unwrap().unwrap();
    page.items.iter().map(|group| group.id.to_string()).collect()
}

/// A seeded group's line, opened.
async fn open_group(browser: &Browser, subject: &str) {
    browser.click(".group summary", subject).await;
}

/// The invite link of a group on the page.
async fn link_of(browser: &Browser, subject: &str) -> String {
    let script = "return [...document.querySelectorAll('.group')]
        .find((one) => one.querySelector('h3').textContent === arguments[0]).querySelector('.link').textContent";
    browser.page.execute(script, vec![json!(subject)]).await.unwrap().as_str().unwrap().to_owned()
}

async fn be(browser: &Browser, person: &str) {
    browser.fill("#person", person).await;
    browser.press(ENTER).await;
}

async fn open_link(browser: &Browser, link: &str) {
    browser.fill("#link", link).await;
    browser.press(ENTER).await;
}

async fn participants(world: &Emulator) -> usize {
    world.status().await.unwrap().participants
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn groups_are_listed_and_found() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    assert_eq!(browser.page.find_all(Locator::Css(".group")).await.unwrap().len(), 4);
    browser.says(".group summary", "8 of 8 seats taken: full").await;
    browser.says(".group summary", "3 of 8 seats taken, 5 free").await;
    browser.says(".group summary", "2 asking").await;
    open_group(&browser, "Lisbon").await;
    browser.click(".group details[open] .link-line button", "Copy").await;
    browser.says("#outcome", "The link is copied.").await;
    let copied = browser.script("return navigator.clipboard.readText()").await;
    assert_eq!(copied, json!(link_of(&browser, "Lisbon trip in June").await));
    browser.fill("#search", "book").await;
    browser.says("#matching", "1 of 4 match").await;
    browser.until("return document.querySelectorAll('.group').length === 1").await;
    browser.fill("#search", "no such group").await;
    browser.says("#no-groups", "No group matches.").await;
    browser.close(Console::Silent).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn somebody_joins_by_a_link_leaves_and_is_remembered() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    be(&browser, "not a number").await;
    browser.says("#person-error", "no number of a person").await;
    be(&browser, "+1 555 010-0199").await;
    open_link(&browser, &link_of(&browser, "Spanish for beginners").await).await;
    browser.says("#invitation", "5 people are in").await;
    browser.click("#enter", "Join the group").await;
    browser.says("#phone-said", "You are in.").await;
    browser.says(".group summary", "6 of 8 seats taken").await;
    browser.page.refresh().await.unwrap();
    browser.says("#chats", "You are in.").await;
    browser.click("#chats button", "Spanish").await;
    browser.click("#leave", "Leave").await;
    browser.says("#phone-said", "You have left").await;
    assert_eq!(participants(sandbox.emulator()).await, 17);
    browser.close(Console::Refusals).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn why_somebody_cannot_join_is_said_in_words() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    be(&browser, PERSON).await;
    open_link(&browser, &link_of(&browser, "Book club").await).await;
    browser.says("#invitation-seats", "full").await;
    browser.click("#enter", "Join").await;
    browser.says("#phone-said", "the group is full").await;

    let spanish = link_of(&browser, "Spanish for beginners").await;
    open_group(&browser, "Spanish").await;
    browser.click(".group[data-key] details[open] button", "Suspend").await;
    browser.says(".group summary", "Suspended").await;
    open_link(&browser, &spanish).await;
    browser.says("#invitation-standing", "suspended").await;
    browser.click("#enter", "Join").await;
    browser.says("#phone-said", "WhatsApp has suspended this group").await;
    browser.click(".group details[open] button", "Restore").await;
    browser.says("#invitation-standing", "Whoever opens the link is in").await;

    // Those who are removed cannot come back.
    browser.click("#enter", "Join").await;
    browser.says("#phone-said", "You are in.").await;
    let script = "arguments[0].click()";
    let remove = browser.find(&format!("[aria-label='Remove +{PERSON}']"), "Remove").await;
    browser.page.execute(script, vec![serde_json::to_value(&remove).unwrap()]).await.unwrap();
    browser.says("#phone-said", "You were removed from").await;
    browser.click("#enter", "Join").await;
    browser.says("#phone-said", "the business removed you").await;

    // An old link is dead.
    browser.click(".group details[open] button", "Reset the link").await;
    browser.says("#outcome", "was answered 200").await;
    open_link(&browser, &spanish).await;
    browser.says("#phone-said", "no longer works").await;
    browser.close(Console::Refusals).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn somebody_asks_and_is_approved_through_the_api() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    be(&browser, PERSON).await;
    open_link(&browser, &link_of(&browser, "Lisbon trip in June").await).await;
    browser.click("#enter", "Ask to join").await;
    browser.says("#invitation-standing", "Waiting for approval").await;
    browser.click("#withdraw", "Take the request back").await;
    browser.says("#phone-said", "taken your request back").await;
    browser.click("#enter", "Ask to join").await;
    browser.says("#invitation-standing", "Waiting for approval").await;
    open_group(&browser, "Lisbon").await;
    browser.click(&format!("[aria-label='Approve +{PERSON}']"), "Approve").await;
    browser.says("#phone-said", "You were let into “Lisbon trip in June”").await;
    browser.says("#log-list li[data-name=approve_join_requests]", "200 OK").await;
    browser.click("[aria-label='Reject +15550100113']", "Reject").await;
    browser.says("#log-list li[data-name=reject_join_requests]", "200 OK").await;
    assert_eq!(sandbox.emulator().status().await.unwrap().pending_requests, 1);
    browser.close(Console::Silent).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn a_group_is_created_and_deleted_through_the_api() {
    let sandbox = Sandbox::builder().outcome_delay(Duration::from_millis(50)).start().await.unwrap();
    let browser = visit(&sandbox).await;
    browser.says("#no-groups", "There are no groups.").await;
    // What a stranger writes is shown, never run.
    let subject = "<img src=x onerror=alert(1)>&amp;";
    browser.click("#create-box summary", "Create a group").await;
    browser.fill("#create-subject", subject).await;
    browser.press(ENTER).await;
    browser.says(".group h3", subject).await;
    assert_eq!(browser.script("return document.images.length").await, json!(0));
    open_group(&browser, subject).await;
    browser.click(".group button", "Delete the group").await;
    browser.says("#question-text", subject).await;
    browser.click("#question-no", "Cancel").await;
    assert_eq!(sandbox.emulator().status().await.unwrap().groups, 1);
    browser.click(".group button", "Delete the group").await;
    browser.click("#question-yes", "Delete").await;
    browser.says("#no-groups", "There are no groups.").await;
    assert_eq!(sandbox.log().calls_of("delete_group").len(), 1);
    // Somebody with a keyboard goes on nearby.
    assert_ne!(browser.script("return document.activeElement.tagName").await, json!("BODY"));
    browser.close(Console::Silent).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn calls_and_webhooks_appear_in_the_log_with_their_bodies() {
    let receiver = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&receiver).await;
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    browser.says("#log-empty", "Nothing yet").await;
    browser.says("#webhook-state", "webhooks go nowhere").await;
    browser.fill("#webhook-url", "nowhere").await;
    browser.press(ENTER).await;
    browser.says("#webhook-error", "is no URL").await;
    browser.fill("#webhook-url", &receiver.uri()).await;
    browser.press(ENTER).await;
    browser.says("#webhook-state", "Delivered to").await;
    client(&sandbox).groups().create("From a program").await.unwrap();
    browser.says("#log-list li[data-name=create_group]", "200 OK").await;
    browser.says("#log-list li[data-name=group_create]", "delivered").await;
    browser.click("#log-list li[data-name=create_group] summary", "POST /groups").await;
    browser.says("#log-list pre", "\"subject\": \"From a program\"").await;

    // An entry that is open stays open while others come.
    browser.page.find(Locator::Css("#log-kind")).await.unwrap().select_by_value("call").await.unwrap();
    browser.until("return document.querySelector('[data-name=group_create]').hidden").await;
    list(&sandbox).await;
    browser.says("#log-list li[data-name=list_groups]", "200 OK").await;
    browser.says("#log-list pre", "From a program").await;
    browser.page.find(Locator::Css("#log-name")).await.unwrap().select_by_value("list_groups").await.unwrap();
    browser.until("return document.querySelector('[data-name=create_group]').hidden").await;

    // While it is paused nothing moves; then all of it comes, once.
    let listed = "return document.querySelectorAll('[data-name=list_groups]').length";
    browser.click("#log-pause", "Pause").await;
    let anywhere = list(&sandbox).await.pop().unwrap();
    sandbox.emulator().join(&anywhere, PERSON).await.unwrap();
    browser.says("#summary", "Participants: 18").await;
    assert_eq!(browser.script(listed).await, json!(1));
    browser.click("#log-pause", "Go on").await;
    browser.until(&format!("{listed} === 2")).await;
    browser.close(Console::Refusals).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn a_bad_fault_is_refused_beside_its_field_and_a_good_one_hits() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    browser.fill("#fault", "create_group status=many").await;
    browser.press(ENTER).await;
    browser.says("#fault-error", "status takes a number").await;
    assert_eq!(browser.script("return document.getElementById('fault').ariaInvalid").await, json!("true"));
    browser.fill("#fault", "create_group code=131211 times=1").await;
    browser.press(ENTER).await;
    browser.says("#fault-list", "create_group code=131211 times=1").await;
    browser.until("return document.getElementById('fault-error').textContent === ''").await;
    client(&sandbox).groups().create("Unlucky").await.unwrap_err();
    browser.says("#log-list li[data-name=create_group]", "refused").await;
    browser.says("#log-list li[data-name=create_group]", "Fault").await;
    browser.says("#no-faults", "None").await;

    browser.fill("#fault", "* latency=1ms").await;
    browser.press(ENTER).await;
    browser.click("#fault-list button", "Remove").await;
    browser.says("#no-faults", "None").await;
    browser.close(Console::Refusals).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn switches_are_thrown_one_by_one_and_all_at_once() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    let world = sandbox.emulator();
    let shown =
        |value: &str| format!("return document.getElementById('switch-list_shape')?.value === '{value}'");
    browser.until(&shown("nested")).await;
    browser.click("#messy", "Messy").await;
    browser.until(&shown("any")).await;
    assert_eq!(world.behaviour().await.unwrap(), groups_sandbox::Behaviour::messy());
    browser.click("#strict", "Strict").await;
    browser.until(&shown("nested")).await;
    assert_eq!(world.behaviour().await.unwrap(), groups_sandbox::Behaviour::strict());

    let select = browser.page.find(Locator::Css("#switch-list_shape")).await.unwrap();
    select.select_by_value("flat").await.unwrap();
    browser.says("#meaning-list_shape", "as a capture has it").await;
    browser.says("#outcome", "list_shape is set").await;
    assert_eq!(world.behaviour().await.unwrap().list_shape, groups_sandbox::ListShape::Flat);
    browser.fill("#switch-seats", "9").await;
    browser.press(ENTER).await;
    browser.says("#error-seats", "1 to 8").await;
    browser.fill("#switch-seats", "4").await;
    browser.press(ENTER).await;
    browser.says(".group summary", "3 of 4 seats taken, 1 free").await;
    browser.close(Console::Refusals).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn the_clock_the_crowd_and_the_reset() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    let before = sandbox.emulator().clock().await.unwrap().now_ms;
    browser.click("#time button", "Advance 1 day").await;
    browser.says("#outcome", "Advanced 1 day.").await;
    assert!(sandbox.emulator().clock().await.unwrap().now_ms >= before + 86_400_000);
    browser.click("#clock-stop", "Stop the clock").await;
    browser.says("#clock-state", "stands still").await;
    browser.click("#clock-stop", "Let the clock go on").await;
    browser.says("#clock-state", "goes on").await;

    browser.fill("#crowd-people", "0").await;
    browser.press(ENTER).await;
    browser.says("#crowd-error", "at least 1").await;
    browser.fill("#crowd-people", "5").await;
    browser.fill("#crowd-pace", "6000").await;
    browser.press(ENTER).await;
    browser.says("#crowd-state", "5 people join").await;
    browser.click("#crowd-stop", "Stop the crowd").await;
    browser.says("#crowd-state", "Nobody acts").await;

    sandbox.emulator().suspend(&first_group(&sandbox).await).await.unwrap();
    browser.says("#summary", "1 suspended").await;
    browser.click("#reset", "Reset").await;
    browser.click("#question-yes", "Reset").await;
    browser.says("#outcome", "started over, with 4 groups").await;
    browser.until("return !document.getElementById('summary').textContent.includes('suspended')").await;
    browser.close(Console::Refusals).await;
}

async fn first_group(sandbox: &Sandbox) -> String {
    list(sandbox).await[0].clone()
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn the_keyboard_alone_is_enough_to_join() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    let link = link_of(&browser, "Support: order 4711").await;
    browser.tab_to("search").await;
    browser.tab_to("person").await;
    browser.press(&format!("+{PERSON}{ENTER}")).await;
    browser.tab_to("link").await;
    browser.press(&format!("{link}{ENTER}")).await;
    // The focus follows to what has been opened.
    browser.until("return document.activeElement.id === 'invitation-subject'").await;
    browser.tab_to("enter").await;
    browser.press(ENTER).await;
    browser.says("#phone-said", "You are in.").await;
    browser.until("return document.activeElement.id === 'invitation-subject'").await;
    assert_eq!(participants(sandbox.emulator()).await, 18);
    browser.close(Console::Silent).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn the_skip_link_comes_first_and_tab_leads_through_the_page_and_out() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    browser.press("\u{E004}").await;
    assert_eq!(browser.script("return document.activeElement.className").await, json!("skip"));
    browser.press(ENTER).await;
    browser.until("return document.activeElement.id === 'groups'").await;
    browser.tab_to("reset").await;
    browser.tab_to("switch-webhook_retry_ms").await;
    browser.close(Console::Silent).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn nothing_is_taken_from_under_the_hands_of_who_uses_it() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    open_group(&browser, "Support").await;
    browser.script("window.kept = document.querySelector('.group details[open]').closest('li')").await;
    browser.fill("#fault", "half a fa").await;
    let group = browser.script("return window.kept.dataset.key").await;
    sandbox.emulator().join(group.as_str().unwrap(), PERSON).await.unwrap();
    client(&sandbox).groups().create("Another").await.unwrap();
    browser.says(".group h3", "Another").await;
    browser.says(".group details[open]", PERSON).await;
    let kept = "return window.kept === document.querySelector('.group details[open]').closest('li')
        && document.activeElement.id === 'fault' && document.activeElement.value === 'half a fa'";
    assert_eq!(browser.script(kept).await, json!(true));
    browser.close(Console::Silent).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn a_sandbox_that_is_gone_is_said_to_be_and_found_again() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    let address = sandbox.base_url().trim_start_matches("http://").parse().unwrap();
    sandbox.shutdown().await;
    browser.says("#gone", "The sandbox does not answer; it is tried again.").await;
    let again = Sandbox::builder().listen(address).start().await.unwrap();
    browser.says("#no-groups", "There are no groups.").await;
    browser.until("return document.getElementById('gone').textContent === ''").await;
    client(&again).groups().create("Afterwards").await.unwrap();
    browser.says("#log-list", "POST /groups").await;
    browser.close(Console::Refusals).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn ten_thousand_groups_stay_usable() {
    let groups = (0..10_000).map(|number| SeedGroup::new(format!("Class {number}")));
    let seed = groups.fold(Seed::empty(), Seed::group);
    let sandbox = Sandbox::builder().seed(seed).start().await.unwrap();
    let browser = visit(&sandbox).await;
    browser.says("#matching", "10000 groups; the newest 50 are shown").await;
    assert_eq!(browser.page.find_all(Locator::Css(".group")).await.unwrap().len(), 50);
    browser.fill("#search", "class 777").await;
    browser.says("#matching", "11 of 10000 match").await;
    browser.until("return document.querySelectorAll('.group').length === 11").await;
    browser.close(Console::Silent).await;
}

/// Each text that is seen, on the ground it stands on, with less contrast than WCAG's AA asks for.
const FAINT: &str = r"
    const light = ([r, g, b]) => {
      const part = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
    const ground = (node) => {
      for (; node; node = node.parentElement) {
        const colour = numbers(getComputedStyle(node).backgroundColor);
        if (colour.length === 3 || colour[3] === 1) return colour;
      }
      return [255, 255, 255];
    };
    const faint = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let looked = 0;
    while (walker.nextNode()) {
      const node = walker.currentNode.parentElement;
      if (walker.currentNode.data.trim() === '' || !node.checkVisibility()) continue;
      const [a, b] = [light(numbers(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
      const contrast = (a + 0.05) / (b + 0.05);
      looked += 1;
      if (contrast < 4.5) faint.push(`${contrast.toFixed(2)}: ${walker.currentNode.data.trim().slice(0, 40)}`);
    }
    return looked > 100 ? faint : ['only ' + looked + ' texts were looked at'];
";

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn light_and_dark_follow_the_system_and_every_text_can_be_read() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    be(&browser, PERSON).await;
    open_link(&browser, &link_of(&browser, "Book club").await).await;
    browser.click("#enter", "Join").await;
    browser.says("#phone-said", "full").await;
    open_group(&browser, "Lisbon").await;
    list(&sandbox).await;
    browser.says("#log-list", "GET /groups").await;
    browser.until("return document.getElementById('switch-list_shape') !== null").await;
    let ground = "return getComputedStyle(document.body).backgroundColor";
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        browser.scheme(scheme).await;
        grounds.push(browser.script(ground).await);
        assert_eq!(browser.script(FAINT).await, json!([]), "in {scheme}");
    }
    assert_ne!(grounds[0], grounds[1]);
    browser.close(Console::Refusals).await;
}

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn no_screen_is_too_narrow_or_too_wide() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    open_group(&browser, "Lisbon").await;
    for width in [320, 390, 800, 1280, 2560] {
        browser.width(width).await;
        let over = "return [...document.querySelectorAll('body *')]
            .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
            .map((one) => one.tagName + '#' + one.id + '.' + one.className)";
        assert_eq!(browser.script(over).await, json!([]), "at {width} pixels");
        let scrolls = "return document.documentElement.scrollWidth > innerWidth";
        assert_eq!(browser.script(scrolls).await, json!(false), "at {width} pixels");
    }
    browser.close(Console::Silent).await;
}

/// What a screen reader is told: roles that must have a name.
const NAMED: [&str; 8] =
    ["button", "link", "textbox", "searchbox", "combobox", "spinbutton", "region", "navigation"];

#[tokio::test]
#[ignore = "needs Chromium; run by cargo xtask ci"]
async fn a_screen_reader_finds_landmarks_headings_and_names() {
    let sandbox = seeded().await;
    let browser = visit(&sandbox).await;
    browser.until("return document.getElementById('switch-list_shape') !== null").await;
    open_group(&browser, "Lisbon").await;
    be(&browser, PERSON).await;
    open_link(&browser, &link_of(&browser, "Book club").await).await;
    browser.says("#invitation", "Book club").await;
    let tree = browser.devtools("Accessibility.getFullAXTree", json!({})).await;
    let nodes: Vec<&Value> =
        tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] == false).collect();
    let of = |role: &str| nodes.iter().filter(|node| node["role"]["value"] == role).count();
    for (role, least) in [
        ("banner", 1),
        ("main", 1),
        ("navigation", 1),
        ("search", 1),
        ("region", 7),
        ("status", 5),
        ("alert", 3),
    ] {
        assert!(of(role) >= least, "{} of {role}", of(role));
    }
    for role in NAMED {
        for node in nodes.iter().filter(|node| node["role"]["value"] == role) {
            assert!(
                !node["name"]["value"].as_str().unwrap_or_default().is_empty(),
                "without a name: {node:#}"
            );
        }
    }
    // Two buttons that do different things are never called the same.
    let mut names: Vec<&str> = nodes
        .iter()
        .filter(|node| node["role"]["value"] == "button")
        .filter_map(|node| node["name"]["value"].as_str())
        .collect();
    names.sort_unstable();
    let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
    assert!(twice.is_empty(), "{twice:?}");

    let structure = "
        const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
        const levels = [...document.querySelectorAll('h1, h2, h3, h4')].filter((one) => one.checkVisibility())
          .map((one) => Number(one.tagName[1]));
        const named = (one) => (one.getAttribute('aria-describedby') ?? one.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean);
        return {
          language: document.documentElement.lang,
          ids_twice: ids.filter((id, index) => ids.indexOf(id) !== index),
          names_of_nothing: [...document.querySelectorAll('[aria-describedby], [aria-labelledby]')].flatMap(named)
            .filter((id) => !document.getElementById(id)),
          levels_skipped: levels.filter((level, index) => index > 0 && level > levels[index - 1] + 1),
          first_headings: levels.filter((level) => level === 1).length,
          fields_without_a_label: [...document.querySelectorAll('input, select, textarea')]
            .filter((one) => one.labels.length === 0).map((one) => one.id),
          groups_without_a_name: document.querySelectorAll('[role=group]:not([aria-label]), fieldset:not(:has(> legend))').length,
          own_tab_order: document.querySelectorAll('[tabindex]:not([tabindex=\"0\"], [tabindex=\"-1\"])').length,
          clickable_boxes: document.querySelectorAll('div[onclick], span[onclick], a:not([href])').length,
        }";
    let expected = json!({ "language": "en", "ids_twice": [], "names_of_nothing": [], "levels_skipped": [],
        "first_headings": 1, "fields_without_a_label": [],
        "groups_without_a_name": 0, "own_tab_order": 0, "clickable_boxes": 0 });
    assert_eq!(browser.script(structure).await, expected);
    browser.close(Console::Silent).await;
}
