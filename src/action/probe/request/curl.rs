//! The `curl` command that sends a request again.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::system::http::{ClientOptions, FixedHost, Pem, ProxyOptions, Request};
use crate::system::shell::quoted;
use crate::value::show_size;

/// The most bytes of a body that stand in the command itself.
const INLINE: usize = 800;
/// How much is shown of one that is too long for it.
const BEGINNING: usize = 100;

/// Where a request's body came from.
#[derive(Debug)]
pub(in crate::action::probe) enum Carried {
    /// From the spec, or from values.
    Value,
    File(PathBuf),
    /// The parts of a form, as options of `curl`.
    Parts(Vec<String>),
}

/// The command; every text that is no option stands in single quotes.
pub(in crate::action::probe) fn command(request: &Request, carried: &Carried) -> String {
    let mut words = vec!["curl -i".to_owned()];
    words.extend(method(request, carried));
    words.extend(connection(&request.client));
    // Both mean something else to `curl` unless it is told.
    if request.url.contains(['[', ']', '{', '}']) {
        words.push("--globoff".to_owned());
    }
    if request.url.split('?').next().is_some_and(|path| path.contains("/.")) {
        words.push("--path-as-is".to_owned());
    }
    words.push(quoted(&request.url));
    let parts = matches!(carried, Carried::Parts(_));
    let ours = |name: &str| parts && name.eq_ignore_ascii_case("content-type");
    words.extend(
        request.headers.iter().filter(|(name, _)| !ours(name)).map(|(name, value)| header(name, value)),
    );
    words.extend(match carried {
        Carried::Parts(parts) => parts.clone(),
        Carried::File(path) => vec![format!("--data-binary {}", quoted(&format!("@{}", path.display())))],
        Carried::Value if request.body.is_empty() && request.method == "POST" => {
            let typed = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            vec![if typed { "--data-raw ''" } else { "-H 'content-type:' --data-raw ''" }.to_owned()]
        }
        Carried::Value if request.body.is_empty() => Vec::new(),
        Carried::Value => vec![match inline(&request.body) {
            Some(text) => format!("--data-raw {}", quoted(text)),
            None => "--data-binary @BODY".to_owned(),
        }],
    });
    if request.redirects > 0 {
        words.push(format!("-L --max-redirs {}", request.redirects));
    }
    words.push(format!("--max-time {}", request.timeouts.total.as_secs_f64()));
    if words.iter().any(|word| word.contains("@BODY")) {
        words.push(format!(" # BODY is {}", told(&request.body)));
    }
    words.join(" ")
}

/// How it is connected, as options.
fn connection(options: &ClientOptions) -> Vec<String> {
    let mut words = Vec::new();
    let mut file =
        |option: &str, pem: &Pem| words.push(format!("{option} {}", quoted(&pem.path.to_string_lossy())));
    if let Some(pem) = &options.tls.authorities {
        file("--cacert", pem);
    }
    if let Some(identity) = &options.tls.identity {
        file("--cert", &identity.certificates);
        file("--key", &identity.key);
    }
    if options.tls.insecure {
        words.push("-k".to_owned());
    }
    if let ProxyOptions::Url(proxy) = &options.proxy {
        words.push(format!("-x {}", quoted(proxy)));
        // What is resolved here is asked straight.
        let straight: Vec<&str> = options.resolve.iter().map(FixedHost::host).collect();
        if !straight.is_empty() {
            words.push(format!("--noproxy {}", quoted(&straight.join(","))));
        }
    }
    words.extend(options.resolve.iter().map(|fixed| format!("--connect-to {}", quoted(&fixed.connect_to()))));
    words
}

/// What the body alone does not say.
fn method(request: &Request, carried: &Carried) -> Option<String> {
    let bodiless = request.body.is_empty() && matches!(carried, Carried::Value);
    match &*request.method {
        "POST" => None,
        "GET" if bodiless => None,
        "HEAD" if bodiless => Some("--head".to_owned()),
        method => Some(format!("-X {}", crate::system::shell::word(method))),
    }
}

fn header(name: &str, value: &str) -> String {
    if let Some((user, password)) = basic(name, value) {
        return format!("-u {}", quoted(&format!("{user}:{password}")));
    }
    // `name:` alone would take a header away.
    let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
    format!("-H {}", quoted(&header))
}

/// Who asks, where a header says it in base64.
fn basic(name: &str, value: &str) -> Option<(String, String)> {
    let code = value.strip_prefix("Basic ").filter(|_| name.eq_ignore_ascii_case("authorization"))?;
    let text = String::from_utf8(STANDARD.decode(code).ok()?).ok()?;
    text.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
}

/// The body as text, where it can stand in a command.
pub(in crate::action::probe) fn inline(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?;
    (text.len() <= INLINE && !text.contains('\0')).then_some(text)
}

fn told(body: &[u8]) -> String {
    let size = show_size(body.len() as u64);
    match std::str::from_utf8(body) {
        Ok(text) if !text.contains('\0') => {
            let shown = |c: char| if c.is_control() { ' ' } else { c };
            let beginning: String = text.chars().take(BEGINNING).map(shown).collect();
            format!("{size}, too much to stand here: {beginning}…")
        }
        _ => format!("{size} that are no text"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::system::http::TlsOptions;

    fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Request { headers, body: body.to_vec(), ..Request::new(method, url) }
    }

    fn line(request: &Request) -> String {
        command(request, &Carried::Value)
    }

    #[test]
    fn a_request_becomes_a_command() {
        let url = "http://localhost/x?a=1&b=[2]";
        assert_eq!(line(&request("GET", url, &[], b"")), format!("curl -i --globoff '{url}' --max-time 30"));
        let url = "http://localhost/x";
        let json = [("content-type", "application/json"), ("x-none", "")];
        assert_eq!(
            line(&request("POST", url, &json, b"{\"a\": \"it's\"}")),
            format!(
                r#"curl -i '{url}' -H 'content-type: application/json' -H 'x-none;' --data-raw '{{"a": "it'\''s"}}' --max-time 30"#
            )
        );
        let known = [("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")];
        assert_eq!(
            line(&request("HEAD", url, &known, b"")),
            format!("curl -i --head '{url}' -u 'Aladdin:open sesame' --max-time 30")
        );
        let mut put = request("PUT", "http://localhost/a/../b", &[], b"\0");
        put.redirects = 2;
        put.timeouts.total = Duration::from_millis(1500);
        let tls = TlsOptions { insecure: true, ..TlsOptions::default() };
        put.client = Arc::new(ClientOptions { tls, ..ClientOptions::default() });
        assert_eq!(
            command(&put, &Carried::File("x.bin".into())),
            "curl -i -X PUT -k --path-as-is 'http://localhost/a/../b' --data-binary '@x.bin' -L --max-redirs 2 --max-time 1.5"
        );
        let binary = line(&request("POST", url, &[], b"\0\xff"));
        assert!(
            binary.ends_with("--data-binary @BODY --max-time 30  # BODY is 2 B that are no text"),
            "{binary}"
        );
        let long = line(&request("POST", url, &[], "é'".repeat(500).as_bytes()));
        assert!(long.contains("  # BODY is 1500 B, too much to stand here: é'é'"), "{long}");
    }

    #[test]
    fn a_command_goes_the_same_way() {
        let options = ClientOptions {
            proxy: ProxyOptions::Url("http://p:1".into()),
            resolve: vec![FixedHost::new("a.internal:80", "127.0.0.1").unwrap()],
            ..ClientOptions::default()
        };
        assert_eq!(
            connection(&options),
            ["-x 'http://p:1'", "--noproxy 'a.internal'", "--connect-to 'a.internal:80:127.0.0.1:'"]
        );
    }
}
