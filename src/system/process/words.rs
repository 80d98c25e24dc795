//! What the runner and the supervisor of a child say to each other.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Exit, Network};

/// From the runner. Once it can say no more, because it has ended, the supervisor ends all it watches over.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// The first word, or else `Probe`.
    Start(Box<Start>),
    /// Ask the child's group to end.
    Terminate,
    /// End the child and all it has started.
    Kill,
    /// From now on only these may be spoken to.
    Reach(Network),
    /// Tell again of addresses that were told of before.
    Forget,
    /// Tell what could be enforced here, and exit.
    Probe,
}

/// What to start. The standard streams are the supervisor's own.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Start {
    pub program: OsString,
    pub argv: Vec<String>,
    pub env: Vec<(String, String)>,
    pub cwd: OsString,
    pub network: Network,
    /// Whether `Reach` may come later.
    pub changing: bool,
    pub writable: Option<Vec<OsString>>,
}

/// From the supervisor.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Report {
    Started {
        pid: u32,
    },
    /// The system refused to start the program, with this number of its own.
    NotStarted {
        errno: i32,
    },
    NotSandboxed {
        why: String,
    },
    /// The child tried to reach this.
    Refused {
        address: String,
    },
    /// `Reach` is in force.
    Obeyed,
    /// The child has ended, and all that it started is gone.
    Ended {
        exit: Exit,
        duration: Duration,
        peak_memory: Option<u64>,
    },
    /// Why not, for each of the two.
    Probed {
        network: Option<String>,
        writes: Option<String>,
    },
}

/// Says one word.
pub(super) fn say(mut stream: &UnixStream, word: &impl Serialize) -> io::Result<()> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, word)?;
    let length = u32::try_from(frame.len() - 4).map_err(|_| io::ErrorKind::InvalidInput)?;
    frame[..4].copy_from_slice(&length.to_ne_bytes());
    stream.write_all(&frame)
}

/// Waits for one word.
pub(super) fn hear<W: DeserializeOwned>(mut stream: &UnixStream) -> io::Result<W> {
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut text = vec![0; u32::from_ne_bytes(length) as usize];
    stream.read_exact(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// Takes the first word out of what has come so far, if all of it is there.
pub(super) fn take<W: DeserializeOwned>(heard: &mut Vec<u8>) -> Option<io::Result<W>> {
    let length = u32::from_ne_bytes(*heard.first_chunk()?) as usize;
    let word = serde_json::from_slice(heard.get(4..4 + length)?).map_err(io::Error::from);
    heard.drain(..4 + length);
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_whole_and_in_order() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        say(&ours, &Order::Reach(Network::Ports(vec![80]))).unwrap();
        say(&ours, &Order::Kill).unwrap();
        assert!(matches!(hear(&theirs).unwrap(), Order::Reach(Network::Ports(ports)) if ports == [80]));
        let mut heard = Vec::new();
        let mut word = [0];
        while take::<Order>(&mut heard).is_none() {
            (&theirs).read_exact(&mut word).unwrap();
            heard.extend(word);
        }
        assert!(heard.is_empty());
        drop(ours);
        assert!(hear::<Order>(&theirs).is_err());
    }
}
