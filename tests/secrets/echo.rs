//! A server that gives away whatever it knows.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use super::forms;

pub struct Echo {
    pub url: String,
}

impl Echo {
    pub fn start(secrets: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let secrets: Arc<Vec<String>> = Arc::new(secrets.iter().map(|secret| (*secret).to_owned()).collect());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let secrets = secrets.clone();
                std::thread::spawn(move || serve(stream, &secrets));
            }
        });
        Self { url }
    }
}

fn serve(mut stream: TcpStream, secrets: &[String]) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    // One request a connection; a body comes with its head or shortly after.
    let (head, body) = loop {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend(&buffer[..count]),
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let whole = bytes.len() - bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() - 4;
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if whole >= length.unwrap_or(0) {
            break (head.to_owned(), text);
        }
    };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut parts = path.trim_start_matches('/').split('/');
    let answer = match parts.next().unwrap_or_default() {
        "form" => {
            let secret = match parts.next() {
                Some("plain") => &secrets[0],
                Some("odd") => &secrets[1],
                _ => &secrets[2],
            };
            let form = parts.next().unwrap().parse::<usize>().unwrap();
            answer("500 No", "x-a: b\r\n", &format!("it is {} indeed", forms::all(secret)[form].1))
        }
        "json" => {
            let escaped = &forms::all(&secrets[1])[8].1; // every character as `\u` and four digits
            answer("200 OK", "content-type: application/json\r\n", &format!("{{\"key\": \"{escaped}\"}}"))
        }
        "redirect" => answer("302 Found", &format!("location: /redirect?token={}\r\n", secrets[0]), ""),
        "header" => {
            answer("200 OK", &format!("x-token: {}\r\nset-cookie: a={}\r\n", secrets[0], secrets[0]), "")
        }
        "garbage" => format!("{} is no HTTP\r\n\r\n", secrets[0]),
        "status" => format!("HTTP/1.1 abc {}\r\n\r\n", secrets[0]),
        "away" => return,
        _ => answer("500 No", "", &body),
    };
    let _ = stream.write_all(answer.as_bytes());
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
