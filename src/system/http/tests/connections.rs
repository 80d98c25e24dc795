//! Connections: made, kept, lost and broken off.

use super::*;

#[test]
fn connections_are_kept_and_reused() {
    let (url, connections) = server(|stream, _| ok(stream, "x"));
    let client = client();
    assert!(client.send(&get(&url)).unwrap().timings.connect.is_some());
    for _ in 0..20 {
        assert_eq!(client.send(&get(&url)).unwrap().timings.connect, None);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn a_pooled_connection_that_was_closed_is_made_anew() {
    // Closes each connection at its second request, without an answer, as a server does whose idle time is up.
    let (url, connections) = server({
        let first = Mutex::new(true);
        move |stream, _| {
            let mut first = first.lock().unwrap();
            let open = *first;
            *first = !open;
            open && ok(stream, "x")
        }
    });
    let client = client();
    client.send(&get(&url)).unwrap();
    client.send(&get(&url)).unwrap();
    assert_eq!(connections.load(Ordering::SeqCst), 2);
    let post = Request { method: "POST".into(), ..get(&url) };
    let error = client.send(&post).unwrap_err();
    assert!(
        error.message.ends_with(
            "closed the reused connection without an answer, and a POST is not sent a second time by itself"
        ),
        "{error}"
    );
    assert!(error.help.unwrap().contains("`retry`"));
    assert_eq!(error.kind, HttpErrorKind::Io, "a POST is never sent twice: {error}");
}

#[test]
fn nobody_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let got = error(&get(&format!("http://{address}/")));
    assert_eq!(got.kind, HttpErrorKind::Refused);
    assert_eq!(got.message, format!("`{address}` refuses the connection: nothing listens there"));
}

#[test]
fn no_such_host() {
    let got = error(&get("http://no-such-host.invalid/"));
    assert_eq!(got.kind, HttpErrorKind::Dns);
    assert_eq!(got.message, "the host of `no-such-host.invalid:80` has no address");
}

#[test]
fn a_connection_closed_early() {
    let got = error(&get(&canned("")));
    assert_eq!(got.kind, HttpErrorKind::Io);
    assert!(got.message.ends_with("closed the connection without an answer"), "{got}");
    for cut in ["HTTP/1.1 200 OK\r\nx-y: z", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345"] {
        let got = error(&get(&canned(cut)));
        assert_eq!(got.kind, HttpErrorKind::Io, "{got}");
        assert!(got.message.ends_with("closed the connection in the middle of its answer"), "{got}");
    }
    let got = error(&get(&canned("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc")));
    assert_eq!(got.kind, HttpErrorKind::Io, "{got}");
}

#[test]
fn an_answer_given_before_the_body_was_read_still_arrives() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut some = [0; 1000];
        stream.read_exact(&mut some).unwrap();
        say(&mut stream, "HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\nconnection: close\r\n\r\nno!");
        // Says that it sends no more, and swallows what comes, until the client has read the answer.
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap_or_default();
    });
    let request = Request { method: "POST".into(), body: vec![b'x'; 20 << 20], ..get(&url) };
    let got = send(&request).unwrap();
    assert_eq!((got.status, &got.body[..]), (413, &b"no!"[..]));
    server.join().unwrap();
}

#[test]
fn an_interrupted_request_ends_and_the_next_one_works() {
    let (url, _) = server(|stream, seen| {
        if seen.line.contains("/slow") {
            thread::sleep(SOON * 2);
        }
        ok(stream, "x")
    });
    let client = Arc::new(client());
    let slow = {
        let (client, url) = (client.clone(), url.clone());
        thread::spawn(move || client.send(&get(&format!("{url}/slow"))))
    };
    let began = Instant::now();
    // The request may not have been sent yet at the first interruption.
    while !slow.is_finished() && began.elapsed() < SOON {
        thread::sleep(Duration::from_millis(20));
        client.interrupt();
    }
    assert_eq!(slow.join().unwrap().unwrap_err().kind, HttpErrorKind::Io);
    assert!(began.elapsed() < SOON);
    assert_eq!(client.send(&get(&url)).unwrap().status, 200);
}

#[test]
#[cfg(target_os = "linux")]
fn no_thread_is_started_for_a_request() {
    // The library's own resolver starts one for each request with a timeout. Thread numbers are given in order, so the
    // next one after many requests tells how many threads were started meanwhile by the whole process.
    let (url, _) = server(|stream, _| ok(stream, "x"));
    let next = || {
        let newest = || std::fs::read_link("/proc/thread-self").unwrap();
        let name = thread::spawn(newest).join().unwrap().file_name().unwrap().to_owned();
        name.to_str().unwrap().parse::<i64>().unwrap()
    };
    let client = client();
    client.send(&get(&url)).unwrap();
    // Other tests and programs start threads too: the quietest of a few rounds counts.
    let started = (0..5).map(|_| {
        let before = next();
        for _ in 0..100 {
            client.send(&get(&url)).unwrap();
        }
        next() - before
    });
    assert!(started.min().unwrap() < 100);
}
