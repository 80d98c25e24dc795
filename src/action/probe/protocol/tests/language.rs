//! Language models: OpenAI-compatible servers.

use super::*;

fn openai(task: &'static str) -> Spoken {
    Spoken { model: Some("tiny".into()), task: Some(task), ..Spoken::default() }
}

#[test]
fn prompts_are_sent_one_by_one_and_embeddings_together() {
    let chat = Spoken { seed: Some(7), stream: true, ..openai("chat") };
    let stream = find("openai").unwrap().request(&rows("[hello]"), &chat).unwrap().events.unwrap();
    assert!(
        !stream(r#"{"choices": [{"delta": {"role": "assistant", "content": ""}}]}"#) && !stream("[DONE]")
    );
    assert!(
        stream(r#"{"choices": [{"delta": {"content": "He"}}]}"#)
            && stream(r#"{"choices": [{"text": "He"}]}"#)
    );
    assert_eq!(
        sent("openai", "[hello]", &chat),
        (
            "/v1/chat/completions".to_owned(),
            r#"{"model":"tiny","messages":[{"role":"user","content":"hello"}],"max_tokens":16,"temperature":0,"seed":7,"stream":true}"#
                .to_owned()
        )
    );
    let few = Spoken { max_tokens: Some(4), temperature: Some(0.5), ..openai("completions") };
    assert_eq!(
        sent("openai", "[hello]", &few),
        (
            "/v1/completions".to_owned(),
            r#"{"model":"tiny","prompt":"hello","max_tokens":4,"temperature":0.5}"#.to_owned()
        )
    );
    assert_eq!(
        sent("openai", "[{text: a}, {text: b}]", &openai("embeddings")),
        ("/v1/embeddings".to_owned(), r#"{"model":"tiny","input":["a","b"]}"#.to_owned())
    );
    let (_, body) =
        sent("openai", "[[{role: system, content: s}, {role: user, content: u}]]", &openai("chat"));
    assert!(
        body.contains(r#""messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}]"#),
        "{body}"
    );
    let chat = find("openai").unwrap();
    assert_eq!(
        (chat.rows_at_once(&openai("chat")), chat.rows_at_once(&openai("embeddings"))),
        (1, usize::MAX)
    );
    assert_eq!(refused("openai", "[[1, 2]]", &openai("chat")), "a prompt is a text, and this row is [1, 2]");
}

/// The shape of the API reference, `POST /v1/chat/completions`.
const CHAT: &str = r#"{"id": "chatcmpl-123", "object": "chat.completion", "created": 1677652288, "model": "tiny",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello there"}, "logprobs": null,
    "finish_reason": "stop"}], "usage": {"prompt_tokens": 9, "completion_tokens": 12, "total_tokens": 21}}"#;

#[test]
fn a_chat_has_choices_that_end_and_tokens_that_add_up() {
    let spoken = openai("chat");
    assert_eq!(read("openai", CHAT, 1, &spoken), good(r#"["Hello there"]"#));
    let changed = |from: &str, to: &str| read("openai", &CHAT.replace(from, to), 1, &spoken);
    assert_eq!(changed("\"stop\"", "null"), bad(&["`choices[0]` has no `finish_reason`"]));
    assert_eq!(
        changed("\"total_tokens\": 21", "\"total_tokens\": 20"),
        bad(&["`usage.total_tokens` is 20, and prompt and completion are 9 and 12"])
    );
    assert_eq!(changed("\"Hello there\"", "null"), bad(&["`choices[0]` has no `message.content`"]));
    assert_eq!(read("openai", r#"{"choices": []}"#, 1, &spoken), bad(&["`choices` is empty"]));
    let few = Spoken { max_tokens: Some(8), ..spoken.clone() };
    assert_eq!(read("openai", CHAT, 1, &few), bad(&["12 tokens came, and `max_tokens` is 8"]));
    assert_eq!(
        read("openai", r#"{"error": {"message": "out of memory", "code": 500}}"#, 1, &spoken),
        bad(&[r#"an error is answered with status 200: {message: "out of memory", code: 500}"#])
    );
    // A model that thinks first may be cut off before it says anything.
    let thinks = r#"{"choices": [{"message": {"content": null, "reasoning_content": "hm"}, "finish_reason": "length"}]}"#;
    assert_eq!(read("openai", thinks, 1, &spoken), good(r#"[""]"#));
    let text = r#"{"choices": [{"text": " world", "index": 0, "finish_reason": "length"}]}"#;
    assert_eq!(read("openai", text, 1, &openai("completions")), good(r#"[" world"]"#));
}

/// Chunks as the API reference shows them; some servers end with `[DONE]`, some with a chunk of usage alone.
#[test]
fn a_stream_is_put_together() {
    let spoken = Spoken { stream: true, ..openai("chat") };
    let read = |body: &str| read_as("openai", "text/event-stream", body, 1, &spoken);
    let piece = |text: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}},\"finish_reason\":null}}]}}\n\n"
        )
    };
    let end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    let begin = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    let whole = format!("{begin}{}: ping\n\n{}{end}", piece("Hel"), piece("lo"));
    assert_eq!(read(&format!("{whole}data: [DONE]\n\n")), good(r#"["Hello"]"#));
    let usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":2,\"total_tokens\":4}}\n\n";
    assert_eq!(read(&format!("{whole}{usage}")), good(r#"["Hello"]"#));
    assert_eq!(read(&piece("Hel")), bad(&["the stream ends without a `finish_reason`"]));
    assert_eq!(
        read(&format!("{}data: {{\"error\": \"gone\"}}\n\n", piece("Hel"))),
        bad(&["event 2 of the stream is an error: gone"])
    );
    assert_eq!(
        read("data: {oops\n\n"),
        bad(&[
            "event 1 of the stream is not JSON: line 1, column 2: key must be a string (it begins with `{oops`)"
        ])
    );
    assert_eq!(
        read_as("openai", "application/json", CHAT, 1, &spoken),
        bad(&["the answer is no stream of events, but one body (application/json)"])
    );
}

/// `POST /v1/embeddings` of the API reference, shortened.
#[test]
fn embeddings_are_finite_and_of_one_length() {
    let spoken = openai("embeddings");
    let answer = |first: &str, second: &str| {
        format!(
            r#"{{"object": "list", "data": [{{"object": "embedding", "index": 1, "embedding": {second}}},
            {{"object": "embedding", "index": 0, "embedding": {first}}}], "usage": {{"prompt_tokens": 8, "total_tokens": 8}}}}"#
        )
    };
    let read = |first: &str, second: &str| read("openai", &answer(first, second), 2, &spoken);
    assert_eq!(read("[0.1, -0.2]", "[0.3, 0.4]"), good("[[0.1, -0.2], [0.3, 0.4]]"));
    assert_eq!(read("[0.1]", "[0.3, 0.4]"), bad(&["embedding 2 has the length 2, and the first has 1"]));
    assert_eq!(read("[0.1, null]", "[0.3, 0.4]"), bad(&["embedding 1 has null at element 2"]));
    let twice = answer("[0.1]", "[0.3]").replace("\"index\": 1", "\"index\": 0");
    assert_eq!(super::read("openai", &twice, 2, &spoken), bad(&["two embeddings have the `index` 0"]));
    let misses = read("[0.1, NaN]", "[0.3, 0.4]").unwrap_err();
    assert_eq!(misses.len(), 1);
    assert!(misses[0].starts_with("`data[1].embedding[1]` is NaN (a bare NaN token at byte "), "{misses:?}");
}

#[test]
fn the_model_is_one_that_is_listed() {
    let protocol = find("openai").unwrap();
    let listed = value(r#"{"object": "list", "data": [{"id": "tiny", "object": "model"}, {"id": "large"}]}"#);
    assert!(protocol.described(&listed, &openai("chat")).misses.is_empty());
    let other = Spoken { model: Some("tinny".into()), ..Spoken::default() };
    let misses = protocol.described(&listed, &other).misses;
    assert_eq!(misses, ["the server lists no model `tinny`: it lists tiny, large"]);
}
