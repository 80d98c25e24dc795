//! The `curl` command of a failed request, pasted into a shell: a server gets the same as it got from the probe.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // in a test a failure is the message

mod process;

use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const BOUND: Duration = Duration::from_mins(1);
const SECRET: &str = "s3cr3t $HOME `x` \"y\"";

/// A request as it came: its first line, its headers, its body.
type Asked = (String, Vec<String>, Vec<u8>);

/// Answers 500 to everything, and remembers it.
fn server() -> (String, Arc<Mutex<Vec<Asked>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
    let record = asked.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Some(request) = read(&mut stream) else { continue };
            record.lock().unwrap().push(request);
            let _ = stream.write_all(b"HTTP/1.1 500 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        }
    });
    (url, asked)
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let mut lines = head.lines();
            let first = lines.next().unwrap().to_owned();
            let mut headers: Vec<String> = lines.map(|line| lower(line.trim_end())).collect();
            let length = headers.iter().find_map(|line| line.strip_prefix("content-length: "));
            if bytes.len() - end - 4 >= length.map_or(0, |length| length.parse().unwrap()) {
                // What each program says of itself.
                let own = ["user-agent", "accept:", "accept-encoding", "connection", "expect"];
                headers.retain(|line| !own.iter().any(|own| line.starts_with(own)));
                headers.sort();
                return Some((first, headers, bytes[end + 4..].to_vec()));
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend(&buffer[..count]),
        }
    }
}

fn lower(line: &str) -> String {
    line.split_once(": ").map_or(line.to_owned(), |(name, value)| format!("{}: {value}", name.to_lowercase()))
}

#[test]
fn a_command_asks_what_the_probe_asked() {
    if Command::new("curl").arg("--version").output().is_err() || Command::new("bash").output().is_err() {
        eprintln!("skipped: there is no `curl`, or no `bash`");
        return;
    }
    let (url, asked) = server();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("it's.bin"), [b"\0\xff\r\n".as_slice(), &[7; 5000]].concat()).unwrap();
    let probes = [
        "{get: \"URL/a?b=[1]&c={2}#d\"}",
        "{get: URL/a/../b/./c, headers: {x-empty: '', x-odd: \"it's $HOME \\\\ \\\"q\\\" é\"}}",
        "{post: URL/p, json: {key: $key, rows: [[1.5, null, \"it's\\n@x\"]]}}",
        "{post: URL/p, json: '@file'}",
        "{post: URL/p, body: '@file'}",
        "{post: URL/p}",
        "{put: URL/p, form: {a: $key, b: 'x y&z'}}",
        "{patch: URL/p, body: \"a\\r\\n\\tb\\e[31m\\u202e 'x'\\n\"}",
        "{post: URL/p, file: \"it's.bin\"}",
        "{delete: URL/p, auth: {bearer: $key}}",
        "{get: URL/p, auth: {basic: {user: me, password: $key}}}",
        "{get: URL/p, auth: {basic: {user: me, password: 'a:b é'}}}",
        "{get: URL/p, auth: {header: {name: X-Api-Key, value: $key}}}",
        "{method: PURGE, url: URL/p}",
        "{head: URL/p}",
        "{options: URL/p, query: {q: [1, $key]}}",
    ];
    let mut spec =
        String::from("suite: by hand\ntier: integration\nvars: {key: {env: KEY, secret: true}}\ncases:\n");
    for (number, probe) in probes.iter().enumerate() {
        let probe = probe.replace("URL", &url);
        writeln!(spec, "  - name: number {number}\n    probe: {probe}\n    expect: {{samples: 1}}").unwrap();
    }
    fs::write(folder.path().join("a.yaml"), spec).unwrap();
    let mut command =
        process::mlfunnel(folder.path(), &["run", "--jobs", "1", "--report", "jsonl=run.jsonl", "a.yaml"]);
    let ran = process::finish(command.env("KEY", SECRET), BOUND);
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stdout.contains(SECRET), "{}", ran.stdout);
    let recorded = fs::read_to_string(folder.path().join("run.jsonl")).unwrap();
    let by_hand: Vec<String> = recorded
        .lines()
        .filter_map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let notes = event["problems"][0]["notes"].as_array()?.clone();
            notes.iter().find_map(|note| Some(note.as_str()?.strip_prefix("the same by hand: ")?.to_owned()))
        })
        .collect();
    let sent = std::mem::take(&mut *asked.lock().unwrap());
    assert_eq!((sent.len(), by_hand.len()), (probes.len(), probes.len()), "{by_hand:#?}");
    for ((probe, command), expected) in probes.iter().zip(&by_hand).zip(&sent) {
        // The variable is in the environment of whoever pastes it; what is encoded in a body or a URL is hidden.
        if command.contains("[secret]") {
            assert!(["json", "form", "query"].iter().any(|key| probe.contains(key)), "{probe}: {command}");
            continue;
        }
        let mut shell = Command::new("bash");
        let done = shell.args(["-c", command]).env("KEY", SECRET).current_dir(folder.path()).output();
        assert!(done.unwrap().status.success(), "{probe}: {command}");
        assert_eq!(&asked.lock().unwrap().pop().unwrap(), expected, "{probe}: {command}");
    }
}

/// What a form of parts is by hand has another boundary, and the same parts: a parser nobody here wrote takes both apart.
#[test]
fn a_form_of_parts_is_the_same_by_hand() {
    let python = Command::new("python3").arg("--version").output().is_ok_and(|ran| ran.status.success());
    if !python || Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: there is no `python3`, or no `curl`");
        return;
    }
    let (url, asked) = server();
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("x.png"),
        [b"\x89PNG\r\n\0\xff--mlfunnel-part-0\r\n".as_slice(), &[0; 3000]].concat(),
    )
    .unwrap();
    let spec = format!(
        "suite: parts\ntier: integration\ncases:\n  - name: parts\n    probe:\n      post: {url}\n      multipart:\n        file: {{path: x.png, name: \"a \\\"b\\\".png\"}}\n        tags: [one, \"it's; @two\"]\n        meta: {{json: {{top: 3}}}}\n        note: {{body: \"line\\r\\nline\", type: text/markdown}}\n    expect: {{samples: 1}}\n"
    );
    fs::write(folder.path().join("a.yaml"), spec).unwrap();
    let ran = process::finish(
        &mut process::mlfunnel(folder.path(), &["run", "--report", "jsonl=run.jsonl", "a.yaml"]),
        BOUND,
    );
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let recorded = fs::read_to_string(folder.path().join("run.jsonl")).unwrap();
    let line = recorded.lines().find(|line| line.contains("the same by hand: ")).unwrap();
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    let notes = event["problems"][0]["notes"].as_array().unwrap();
    let command =
        notes.iter().find_map(|note| note.as_str().unwrap().strip_prefix("the same by hand: ")).unwrap();
    assert!(Command::new("bash").args(["-c", command]).output().unwrap().status.success(), "{command}");
    let taken_apart = |(_, headers, body): &Asked| {
        let media = headers.iter().find(|line| line.starts_with("content-type: ")).unwrap();
        let script = "import email.policy, email.parser, sys\n\
                      message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(sys.stdin.buffer.read())\n\
                      assert message.is_multipart() and not message.defects, message.defects\n\
                      for part in message.iter_parts():\n\
                      \x20   name = part.get_param('name', header='content-disposition')\n\
                      \x20   kind = part['content-type']\n\
                      \x20   print(name, part.get_filename(), kind, part.get_payload(decode=True))\n";
        let mut child = Command::new("python3")
            .args(["-c", script])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(format!("{media}\r\n\r\n").as_bytes()).unwrap();
        stdin.write_all(body).unwrap();
        drop(stdin);
        String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
    };
    let asked = asked.lock().unwrap();
    let (probe, by_hand) = (taken_apart(&asked[0]), taken_apart(&asked[1]));
    assert_eq!(probe, by_hand, "{command}");
    assert_eq!(probe.lines().count(), 5, "{probe}");
    assert!(probe.contains("mlfunnel-part-0") && probe.contains("tags None None b\"it's; @two\""), "{probe}");
}
