//! Proxies and fixed hosts.

use super::*;

fn through(proxy: &str) -> Client {
    Client::new(ClientOptions { proxy: ProxyOptions::Url(proxy.into()), ..ClientOptions::default() }).unwrap()
}

/// Joins two connections until both are done.
fn join(mut one: TcpStream, mut other: TcpStream) {
    let (mut back, mut forth) = (one.try_clone().unwrap(), other.try_clone().unwrap());
    thread::spawn(move || {
        let _ = std::io::copy(&mut back, &mut forth);
    });
    let _ = std::io::copy(&mut other, &mut one);
}

/// A proxy for `CONNECT` (RFC 9110, section 9.3.6) that lets in who knows the password; what it was asked.
fn connect_proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let log = log.clone();
            thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let Some(seen) = read_request(&mut reader) else { return };
                log.lock().unwrap().push(seen.line.clone());
                // `user:pass` in base64.
                if !seen.headers.contains("proxy-authorization: basic dxnlcjpwyxnz") {
                    say(&mut stream, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
                    return;
                }
                let target = seen.line.split(' ').nth(1).unwrap();
                let onward = TcpStream::connect(target).unwrap();
                say(&mut stream, "HTTP/1.1 200 Connection established\r\n\r\n");
                join(stream, onward);
            });
        }
    });
    (address, asked)
}

/// A SOCKS5 proxy without authentication (RFC 1928) that connects everyone to one address.
fn socks_proxy(to: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut greeting = [0; 2];
            stream.read_exact(&mut greeting).unwrap();
            stream.read_exact(&mut vec![0; greeting[1].into()]).unwrap();
            stream.write_all(&[5, 0]).unwrap();
            let mut request = [0; 10];
            stream.read_exact(&mut request).unwrap();
            assert_eq!(request[..4], [5, 1, 0, 1], "an IPv4 address is asked for");
            stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
            let onward = TcpStream::connect(&to).unwrap();
            thread::spawn(move || join(stream, onward));
        }
    });
    address
}

#[test]
fn a_proxy_by_name_takes_every_request() {
    let (url, _) = server(|stream, seen| ok(stream, &seen.headers));
    let (proxy, asked) = connect_proxy();
    let client = through(&format!("http://user:pass@{proxy}"));
    let got = client.send(&Request { loopback_only: true, ..get(&url) }).unwrap();
    let headers = String::from_utf8(got.body).unwrap();
    assert!(!headers.contains("proxy"), "{headers}");
    let host = url.strip_prefix("http://").unwrap();
    assert_eq!(*asked.lock().unwrap(), [format!("CONNECT {host} HTTP/1.1")]);
    assert!(!got.timings.reused && got.timings.first_byte <= got.timings.total);
    assert!(client.send(&get(&url)).unwrap().timings.reused);

    let error = through(&format!("http://{proxy}")).send(&get(&url)).unwrap_err();
    assert_eq!(error.kind, HttpErrorKind::Refused);
    assert_eq!(error.message, format!("the proxy `{proxy}` does not lead to `{host}`: it responded 407/407"));
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = through(&format!("http://{nobody}")).send(&get(&url)).unwrap_err();
    assert_eq!(error.message, format!("the proxy `{nobody}` refuses the connection: nothing listens there"));
}

#[test]
fn a_socks_proxy_and_one_that_is_silent() {
    let (url, _) = server(|stream, _| ok(stream, "x"));
    let proxy = socks_proxy(url.strip_prefix("http://").unwrap().to_owned());
    let client = through(&format!("socks5://{proxy}"));
    let got = client.send(&get("http://192.0.2.1:9/")).unwrap();
    assert_eq!((&got.body[..], got.timings.reused), (&b"x"[..], false));
    assert!(client.send(&get("http://192.0.2.1:9/")).unwrap().timings.reused);

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    for scheme in ["http", "https", "socks5"] {
        let mut request = get("http://192.0.2.1:9/");
        request.timeouts.connect = Duration::from_millis(100);
        let began = Instant::now();
        let error = through(&format!("{scheme}://{address}")).send(&request).unwrap_err();
        assert_eq!(error.kind, HttpErrorKind::Timeout(Phase::Connect), "{scheme} {error}");
        let expected = match scheme {
            "https" => format!("the proxy `{address}` had not finished the TLS handshake within 100 ms"),
            _ => format!("could not connect to the proxy `{address}` within 100 ms"),
        };
        assert_eq!(error.message, expected);
        assert!(began.elapsed() < SOON);
    }
}

#[test]
fn a_fixed_host_is_reached_past_any_proxy() {
    let (url, _) = server(|stream, seen| ok(stream, &seen.headers));
    let at = url.strip_prefix("http://").unwrap();
    let fixed = |host: &str, at: &str| FixedHost::new(host, at).unwrap();
    let port = at.rsplit_once(':').unwrap().1;
    let options = ClientOptions {
        proxy: ProxyOptions::Url("http://192.0.2.1:9".into()),
        resolve: vec![
            fixed("api.internal", "192.0.2.1"),
            fixed("api.internal:81", at),
            fixed("Other.internal", "127.0.0.1"),
        ],
        ..ClientOptions::default()
    };
    let client = Client::new(options).unwrap();
    for (host, expected) in
        [("api.internal:81", "api.internal:81"), (&format!("other.internal:{port}"), "other.internal")]
    {
        let got = client.send(&Request { loopback_only: true, ..get(&format!("http://{host}/")) }).unwrap();
        let headers = String::from_utf8(got.body).unwrap();
        assert!(headers.contains(&format!("host: {expected}")), "{headers}");
    }
}

#[test]
fn what_may_only_reach_this_machine_is_held_to_the_address_and_the_proxy() {
    let fixed = |host: &str, at: &str| FixedHost::new(host, at).unwrap();
    let resolve = vec![fixed("localhost", "192.0.2.1"), fixed("api.internal", "::ffff:127.0.0.1")];
    let client = Client::new(ClientOptions { resolve, ..ClientOptions::default() }).unwrap();
    let refused = |client: &Client, url: &str| {
        let error = client.send(&Request { loopback_only: true, ..get(url) }).unwrap_err();
        (error.kind, error.message)
    };
    let no = HttpErrorKind::NotLoopback;
    assert_eq!(
        refused(&client, "http://localhost:9/"),
        (no, "`localhost` at `192.0.2.1:9` is not this machine".into())
    );
    assert_eq!(refused(&client, "http://api.internal:1/").0, HttpErrorKind::Refused);
    assert_eq!(refused(&client, "http://example.org/"), (no, "`example.org` is not this machine".into()));
    let away = through("http://192.0.2.1:9");
    assert_eq!(
        refused(&away, "http://localhost:9/"),
        (no, "the proxy `192.0.2.1` is not this machine".into())
    );
}

#[test]
fn what_is_no_host_or_address() {
    for (host, at, why) in [
        ("", "127.0.0.1", "`` is no name of a host"),
        ("http://a", "127.0.0.1", "`//a` is no port"),
        ("a/b", "127.0.0.1", "`a/b` is no name of a host"),
        ("*.a", "127.0.0.1", "`*.a` is no name of a host"),
        ("a:x", "127.0.0.1", "`x` is no port"),
        ("a", "localhost", "`localhost` is no address"),
        ("a", "127.0.0.1:x", "`127.0.0.1:x` is no address"),
    ] {
        assert_eq!(FixedHost::new(host, at).unwrap_err(), why);
    }
    assert!(FixedHost::new("[::1]:80", "[::1]:81").unwrap().is_loopback());
    assert!(FixedHost::new("::2", "::1").unwrap().names("[::2]"));
}
