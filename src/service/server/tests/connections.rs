use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use super::super::body;
use super::*;

const BOUND: Duration = Duration::from_secs(20);

fn connect(server: &Host) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.set_read_timeout(Some(BOUND)).unwrap();
    stream
}

/// All that comes until the connection is closed.
fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset after the last byte is as good an end.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One whole answer on a kept connection.
fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut byte = [0];
    while !text.ends_with("\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        text.push(char::from(byte[0]));
    }
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    text + &String::from_utf8(body).unwrap()
}

fn asking(body: &str) -> String {
    format!("POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn quick() -> Limits {
    let short = Duration::from_millis(300);
    Limits { head: short, body: short, stall: short, ..Limits::default() }
}

#[test]
fn a_body_past_the_limit_is_answered_and_not_cut_off() {
    let server = start();
    let predict = |body: &str| {
        let (response, document) = ask(&server, "POST", "/predict", body);
        (response.status, document)
    };
    let mut body = String::from(r#"{"instances": []"#);
    body.push_str(&" ".repeat(body::LIMIT - body.len() - 1));
    body.push('}');
    assert_eq!(predict(&body).0, 200);
    body.push_str(&" ".repeat(body::LIMIT));
    let (status, document) = predict(&body);
    assert_eq!(status, 413);
    assert!(document["error"].as_str().unwrap().starts_with("the body is larger than 8388608 bytes"));
}

#[test]
fn of_256_kept_connections_none_is_starved() {
    let server = start();
    let mut streams: Vec<TcpStream> = (0..256).map(|_| connect(&server)).collect();
    for round in 0..5 {
        for (index, stream) in streams.iter_mut().enumerate() {
            stream
                .write_all(asking(&format!(r#"{{"instances": [[{index}, {round}]]}}"#)).as_bytes())
                .unwrap();
        }
        for (index, stream) in streams.iter_mut().enumerate() {
            let expected = format!(r#"{{"predictions":[{}.0]}}"#, index + round);
            let got = answer(stream);
            assert!(got.starts_with("HTTP/1.1 200") && got.ends_with(&expected), "{got}");
        }
    }
}

#[test]
fn one_connection_too_many_is_told_so() {
    let server = start_with(&[], Limits { connections: 2, ..Limits::default() });
    let request = asking(r#"{"instances": [[1, 2]]}"#);
    let mut kept: Vec<TcpStream> = (0..2).map(|_| connect(&server)).collect();
    for stream in &mut kept {
        stream.write_all(request.as_bytes()).unwrap();
        assert!(answer(stream).starts_with("HTTP/1.1 200"));
    }
    for _ in 0..3 {
        let mut third = connect(&server);
        third.write_all(request.as_bytes()).unwrap();
        let told = rest(&mut third);
        assert!(told.starts_with("HTTP/1.1 503") && told.contains("all 2 connections are taken"), "{told}");
    }
    drop(kept.pop());
    let began = Instant::now();
    loop {
        let mut again = connect(&server);
        again.write_all(request.as_bytes()).unwrap();
        if answer(&mut again).starts_with("HTTP/1.1 200") {
            break;
        }
        assert!(began.elapsed() < BOUND, "its place is never given to another");
    }
}

#[test]
fn who_dawdles_is_cut_off_and_keeps_nobody_waiting() {
    let server = start_with(&[], quick());
    let mut silent = connect(&server);
    let mut half_a_head = connect(&server);
    half_a_head.write_all(b"POST /predict HTTP/1.1\r\nhost: x\r\n").unwrap();
    let mut dripping = connect(&server);
    dripping.write_all(b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n{").unwrap();
    let mut feed = dripping.try_clone().unwrap();
    let drips = thread::spawn(move || {
        let began = Instant::now();
        while began.elapsed() < BOUND && feed.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
        began.elapsed()
    });
    // Meanwhile another is answered.
    let (response, _) = ask(&server, "POST", "/predict", r#"{"instances": [[1, 2]]}"#);
    assert_eq!(response.status, 200);
    let told = rest(&mut dripping);
    assert!(told.starts_with("HTTP/1.1 408"), "{told}");
    assert!(told.contains("the body did not come within 0.3 s; send it at once"), "{told}");
    assert!(drips.join().unwrap() < BOUND);
    assert_eq!((rest(&mut silent), rest(&mut half_a_head)), (String::new(), String::new()));
}

#[test]
fn who_takes_nothing_of_an_answer_is_given_up() {
    let server = start_with(&[], Limits { connections: 1, ..quick() });
    // Its answers are more than the buffers between the two hold, and it reads none of them.
    let mut deaf = connect(&server);
    let rows = vec!["[1,2]"; 60_000].join(",");
    let request = asking(&format!(r#"{{"instances": [{rows}]}}"#));
    deaf.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    for _ in 0..200 {
        if deaf.write_all(request.as_bytes()).is_err() {
            break;
        }
    }
    let began = Instant::now();
    while ask(&server, "GET", "/health", "").0.status != 200 {
        assert!(began.elapsed() < BOUND, "it holds its place for ever");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn work_on_a_long_body_keeps_nobody_waiting() {
    let server = start();
    let mut rows = vec!["[1,2]"; 20_000];
    // Three times 300 ms.
    rows.extend(["[-4,0]"; 3]);
    let mut long = connect(&server);
    long.write_all(asking(&format!(r#"{{"instances": [{}]}}"#, rows.join(","))).as_bytes()).unwrap();
    long.set_nonblocking(true).unwrap();
    let mut answered = 0;
    while long.peek(&mut [0]).is_err() {
        assert_eq!(ask(&server, "GET", "/health", "").0.status, 200);
        answered += 1;
    }
    assert!(answered > 1, "nobody else was answered meanwhile");
    long.set_nonblocking(false).unwrap();
    assert!(answer(&mut long).starts_with("HTTP/1.1 200"));
}

#[test]
fn http_that_is_none_or_too_much_is_refused() {
    let server = start();
    let told = |text: &str| {
        let mut stream = connect(&server);
        // The server may have had enough before all is sent.
        let _ = stream.write_all(text.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        rest(&mut stream)
    };
    for (text, status) in [
        ("garbage\r\n\r\n".to_owned(), "400"),
        ("GET /health HTTP/9.9\r\n\r\n".to_owned(), "400"),
        ("POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_owned(), "400"),
        (
            "POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}"
                .to_owned(),
            "400",
        ),
        ("POST /predict HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_owned(), "400"),
        (format!("GET /health HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(100_000)), "431"),
        (format!("GET /health HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(200)), "431"),
        (format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "y".repeat(100_000)), "4"),
        // A side that is closed once it has asked is answered all the same.
        ("GET /health HTTP/1.0\r\n\r\n".to_owned(), "200"),
    ] {
        let got = told(&text);
        let shown = text.chars().take(60).collect::<String>();
        assert!(got.split(' ').nth(1).is_some_and(|code| code.starts_with(status)), "{shown}: {got}");
    }
    assert_eq!(ask(&server, "GET", "/health", "").0.status, 200);
}

#[test]
fn who_asks_before_sending_is_told_to_go_on_or_not_to() {
    let server = start();
    let mut stream = connect(&server);
    let head = |length: usize| {
        format!(
            "POST /predict HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    let body = r#"{"instances": [[1, 2]]}"#;
    stream.write_all(head(body.len()).as_bytes()).unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).unwrap();
    assert!(answer(&mut stream).ends_with(r#"{"predictions":[3.0]}"#));
    stream.write_all(head(1 << 30).as_bytes()).unwrap();
    assert!(rest(&mut stream).starts_with("HTTP/1.1 413"));
}

#[test]
fn stopping_is_clean_and_bounded_whatever_clients_do() {
    let mut server = start();
    let port = server.port();
    // One idle, one in the middle of a request.
    let _idle = connect(&server);
    let mut half = connect(&server);
    half.write_all(b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{").unwrap();
    let began = Instant::now();
    server.stop();
    server.stop();
    assert!(began.elapsed() < Duration::from_secs(8));
    assert_eq!(rest(&mut half), "");
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn what_is_under_way_is_answered_within_the_grace() {
    let mut server = start();
    let mut stream = connect(&server);
    let body = r#"{"instances": [[1, 2]]}"#;
    let (now, later) = body.split_at(5);
    stream.write_all(asking(body).strip_suffix(later).unwrap().as_bytes()).unwrap();
    assert_eq!(now.len() + later.len(), body.len());
    // The server has it once another, sent after it, is answered.
    assert_eq!(ask(&server, "GET", "/health", "").0.status, 200);
    let stopping = thread::spawn(move || {
        let began = Instant::now();
        server.stop_within(BOUND);
        began.elapsed()
    });
    thread::sleep(Duration::from_millis(100));
    stream.write_all(later.as_bytes()).unwrap();
    let told = rest(&mut stream);
    assert!(told.starts_with("HTTP/1.1 200") && told.ends_with(r#"{"predictions":[3.0]}"#), "{told}");
    // It ends with its last answer, not with the grace.
    assert!(stopping.join().unwrap() < BOUND);
}

#[test]
fn a_port_in_use_is_an_error_that_names_it() {
    let server = start();
    let model = Arc::new(Adder { features: Vec::new(), classes: Vec::new() });
    let taken = |host: Ipv4Addr| {
        super::super::start(model.clone(), host.into(), server.port(), Limits::default())
            .unwrap_err()
            .to_string()
    };
    let port = server.port();
    let expected = format!("port {port} cannot be listened on: another program uses it");
    assert_eq!(taken(Ipv4Addr::LOCALHOST), expected);
    let expected = format!("port {port} of 0.0.0.0 cannot be listened on: another program uses it");
    assert_eq!(taken(Ipv4Addr::UNSPECIFIED), expected);
}
