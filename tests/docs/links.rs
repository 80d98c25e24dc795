//! Links between pages lead somewhere.

use std::fs;

use regex::Regex;

use super::page::{pages, root};

#[test]
fn every_link_leads_to_a_file() {
    let link = Regex::new(r"\]\(([^)#\s]+)(#[^)]*)?\)").unwrap();
    let code = Regex::new(r"(?s)```.*?```|`[^`\n]*`").unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        let folder = root().join(&page).parent().unwrap().to_owned();
        for found in link.captures_iter(&code.replace_all(&text, "`code`")) {
            let target = &found[1];
            if target.contains("://") {
                continue;
            }
            count += 1;
            if !folder.join(target).exists() {
                wrong.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(wrong.is_empty(), "these lead nowhere:\n{}", wrong.join("\n"));
    assert!(count > 10, "only {count} links were found");
}
