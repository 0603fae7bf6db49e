//! docs/sandbox.md against what it describes.

use groups_sandbox::{Behaviour, Sandbox, Seed};
use serde_json::Value;

const PAGE: &str = include_str!("../../docs/sandbox.md");

fn block(kind: &str) -> &'static str {
    let begin = format!("```{kind}\n");
    let at = PAGE.find(&begin).expect("the page has such a block") + begin.len();
    let length = PAGE[at..].find("```").expect("a block ends");
    &PAGE[at..at + length]
}

#[test]
fn every_switch_is_on_the_page_with_its_documented_position() {
    let behaviour = serde_json::to_value(Behaviour::strict()).unwrap();
    let table = PAGE.split("## Switches").nth(1).unwrap().split("## Faults").next().unwrap();
    for (switch, value) in behaviour.as_object().unwrap() {
        let row = table.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{switch}`")));
        let row = row.unwrap_or_else(|| panic!("{switch} is not on the page"));
        if let Value::String(position) = value {
            assert!(row.contains(&format!("`{position}`")), "{switch}: {row}");
        }
    }
}

#[test]
fn every_code_of_the_group_api_is_on_the_page() {
    let table: Value = serde_saphyr::from_str(groups_spec::ERRORS_YAML).unwrap();
    let section = PAGE.split("## How to get each error").nth(1).unwrap().split("## Webhooks").next().unwrap();
    for row in table["codes"].as_array().unwrap().iter().filter(|row| row["group_api"] == true) {
        let code = row["code"].to_string();
        let listed = section.lines().filter(|line| line.starts_with('|'));
        let first_cells: Vec<&str> = listed.filter_map(|line| line.split('|').nth(1)).collect();
        assert!(first_cells.iter().any(|cell| cell.contains(&code)), "{code} is not on the page");
    }
}

#[test]
fn the_seed_on_the_page_is_one() {
    Seed::from_yaml(block("yaml")).unwrap();
}

#[tokio::test]
async fn every_code_of_the_error_table_can_be_had_by_a_fault_with_its_status() {
    let sandbox = Sandbox::builder().seeded().start().await.unwrap();
    let http = reqwest::Client::new();
    let table: Value = serde_saphyr::from_str(groups_spec::ERRORS_YAML).unwrap();
    for row in table["codes"].as_array().unwrap() {
        let (code, status) = (row["code"].as_u64().unwrap(), row["http_status"].as_u64().unwrap_or(400));
        sandbox
            .emulator()
            .add_fault(format!("list_groups code={code} times=1").parse().unwrap())
            .await
            .unwrap();
        let request = http.get(format!("{}/groups", sandbox.base_url()));
        let answer = request.header("D360-API-KEY", sandbox.api_key()).send().await.unwrap();
        assert_eq!(u64::from(answer.status().as_u16()), status, "{code}");
        if status >= 400 {
            let body: Value = answer.json().await.unwrap();
            assert_eq!(body["error"]["code"], code);
            assert_eq!(body["error"]["message"], format!("(#{code}) {}", row["title"].as_str().unwrap()));
        }
    }
}

#[tokio::test]
async fn the_calls_on_the_page_exist() {
    let sandbox = Sandbox::builder().seeded().start().await.unwrap();
    let http = reqwest::Client::new();
    let section = PAGE.split("## The control API").nth(1).unwrap().split("## In a Rust test").next().unwrap();
    let mut tried = 0;
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cell = row.split('|').nth(1).unwrap();
        let path = cell
            .split('`')
            .find_map(|part| part.split(' ').find(|word| word.starts_with("/sandbox")))
            .unwrap();
        let path = path.split('?').next().unwrap().replace("{id}", "1");
        let answer = http.put(format!("{}{path}", sandbox.base_url())).body("{}").send().await.unwrap();
        let status = answer.status();
        // Whatever is wrong with the call, it is not that there is nothing.
        assert_ne!(status, 404, "{path}");
        tried += 1;
    }
    assert!(tried > 10);
}
