//! Files that a child may write, and those that it may only read.

use std::fs;

use mlfunnel::system::process::{Command, Exit, Network, Sandbox, support};

use super::{SOON, sh, within};

#[test]
fn only_below_the_folders_given() {
    if let Err(why) = support().unwrap().writes {
        println!("skipped: nothing keeps children from writing here: {why}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (inside, outside) = (folder.path().join("in"), folder.path().join("out"));
    for folder in [&inside, &outside] {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("old"), "old").unwrap();
    }
    let sandbox = Sandbox { network: Network::Any, writable: Some(vec![inside.clone()]) };
    let attempts = [
        "echo new > DIR/new",
        "echo more >> DIR/old",
        "mkdir DIR/folder",
        "ln -s old DIR/link",
        "ln in/old DIR/hard",
        "mkfifo DIR/pipe",
        "mv in/moved DIR/other",
        "truncate -s 0 DIR/old",
        "rm DIR/old",
        "(setsid sh -c 'echo late > DIR/late' &); sleep 0.2; test -e DIR/late",
    ];
    for attempt in attempts {
        for (name, may) in [("out", false), ("in", true)] {
            fs::write(inside.join("moved"), "").unwrap();
            let script = attempt.replace("DIR", name);
            let command =
                Command { sandbox: sandbox.clone(), cwd: folder.path().into(), ..sh("writes", &script) };
            let finished = within(&command, SOON);
            assert_eq!(finished.exit == Exit::Code(0), may, "{script}: {finished:?}");
        }
    }
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(outside.join("old")).unwrap(), "old");
    let script = "cat out/old && echo > /dev/null && echo x > /dev/shm/mlfunnel-test-$$ && rm /dev/shm/mlfunnel-test-$$ && echo fine > /dev/stdout";
    let finished = within(&Command { sandbox, cwd: folder.path().into(), ..sh("reads", script) }, SOON);
    assert_eq!((finished.exit, finished.stdout.text()), (Exit::Code(0), "oldfine\n".into()), "{finished:?}");
}
