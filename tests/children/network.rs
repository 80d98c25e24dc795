//! Whom a child may speak to.

use std::net::{TcpListener, UdpSocket};

use mlfunnel::system::cancel::Cancel;
use mlfunnel::system::clock::Deadline;
use mlfunnel::system::process::{Command, Finished, Network, Sandbox, converse, support};

use super::{SOON, sh, within};

/// Whether children can be kept from the network here, and do have something to speak with; says so where not.
fn possible() -> bool {
    if let Err(why) = support().unwrap().network {
        println!("skipped: nothing keeps children from the network here: {why}");
        return false;
    }
    let python = within(&sh("python", "python3 -c 'import socket'"), SOON);
    let there = python.exit == mlfunnel::system::process::Exit::Code(0);
    if !there {
        println!("skipped: there is no python3 to speak with");
    }
    there
}

/// What each attempt comes to: `ok`, or the name of the system's error.
const PRELUDE: &str = r#"
import errno, os, sys
from socket import *
def attempt(what):
    try:
        what()
        print("ok")
    except OSError as error:
        print(errno.errorcode.get(error.errno, error))
def tcp(address, family=AF_INET):
    s = socket(family, SOCK_STREAM); s.settimeout(5); s.connect(address)
def udp(address, family=AF_INET):
    socket(family, SOCK_DGRAM).sendto(b"x", address)
def udp_connected(address, family=AF_INET):
    s = socket(family, SOCK_DGRAM); s.connect(address); s.send(b"x")
def message(address):
    socket(AF_INET, SOCK_DGRAM).sendmsg([b"x"], [], 0, address)
"#;

fn python(network: Network, script: &str) -> Finished {
    let script = format!("{PRELUDE}{script}");
    let command = Command {
        argv: ["python3", "-c", &script].map(String::from).into(),
        sandbox: Sandbox { network, writable: None },
        ..sh("network", "")
    };
    within(&command, SOON)
}

/// The attempt is refused, as these addresses.
fn refused(network: &Network, attempt: &str, addresses: &[&str]) {
    let finished = python(network.clone(), &format!("attempt(lambda: {attempt})"));
    assert_eq!(finished.stdout.text(), "EACCES\n", "{attempt} in {network:?}: {finished:?}");
    assert_eq!(finished.refused, addresses, "{attempt} in {network:?}");
}

fn allowed(network: &Network, attempt: &str) {
    let finished = python(network.clone(), &format!("attempt(lambda: {attempt})"));
    assert_eq!(finished.stdout.text(), "ok\n", "{attempt} in {network:?}: {finished:?}");
    assert_eq!(finished.refused, [""; 0], "{attempt} in {network:?}");
}

#[test]
fn nobody_beyond_this_machine() {
    if !possible() {
        return;
    }
    // Addresses kept for documentation: should one get out, nobody is there.
    for network in [Network::Loopback, Network::Ports(vec![443])] {
        refused(&network, "tcp(('192.0.2.1', 443))", &["192.0.2.1:443"]);
        refused(&network, "tcp(('2001:db8::1', 443), AF_INET6)", &["[2001:db8::1]:443"]);
        refused(&network, "tcp(('::ffff:192.0.2.1', 443), AF_INET6)", &["192.0.2.1:443"]);
        refused(&network, "udp(('192.0.2.1', 443))", &["192.0.2.1:443"]);
        refused(&network, "udp_connected(('192.0.2.1', 443))", &["192.0.2.1:443"]);
        refused(&network, "message(('192.0.2.1', 443))", &["192.0.2.1:443"]);
        refused(&network, "udp(('192.0.2.1', 53))", &["192.0.2.1:53 (a name lookup)"]);
        // A first packet with data, and the broadcast of a datagram.
        refused(
            &network,
            "socket(AF_INET, SOCK_STREAM).sendto(b'x', 0x20000000, ('192.0.2.1', 443))",
            &["192.0.2.1:443"],
        );
        refused(&network, "udp(('255.255.255.255', 443))", &["255.255.255.255:443"]);
    }
}

#[test]
fn sockets_that_need_no_address() {
    if !possible() {
        return;
    }
    let network = Network::Loopback;
    refused(&network, "socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)", &["a raw socket"]);
    refused(&network, "socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)", &["a raw socket"]);
    refused(&network, "socket(AF_PACKET, SOCK_RAW, 0)", &["a socket of family 17"]);
    refused(&network, "socket(AF_VSOCK, SOCK_STREAM)", &["a socket of family 40"]);
    allowed(&network, "socket(AF_NETLINK, SOCK_RAW, 0)");
    allowed(&network, "[s.send(b'x') for s in socketpair()]");
}

#[test]
fn what_no_filter_sees_is_not_there() {
    if !possible() {
        return;
    }
    let io_uring = "import ctypes
libc = ctypes.CDLL(None, use_errno=True)
params = ctypes.create_string_buffer(120)
print(libc.syscall(425, 8, params), errno.errorcode[ctypes.get_errno()])";
    let finished = python(Network::Loopback, io_uring);
    assert_eq!(finished.stdout.text(), "-1 ENOSYS\n");
    assert_eq!(finished.refused, [""; 0], "everyone falls back, and nobody was reached");
}

#[test]
fn this_machine_as_far_as_allowed() {
    if !possible() {
        return;
    }
    let (listener, datagrams) =
        (TcpListener::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    let (tcp, udp) = (listener.local_addr().unwrap().port(), datagrams.local_addr().unwrap().port());
    let attempts = [
        (tcp, format!("tcp(('127.0.0.1', {tcp}))")),
        (tcp, format!("tcp(('::ffff:127.0.0.1', {tcp}), AF_INET6)")),
        (udp, format!("udp(('127.0.0.1', {udp}))")),
        (udp, format!("udp_connected(('127.0.0.1', {udp}))")),
        (udp, format!("message(('127.0.0.1', {udp}))")),
    ];
    for (port, attempt) in attempts {
        allowed(&Network::Any, &attempt);
        allowed(&Network::Loopback, &attempt);
        allowed(&Network::Ports(vec![1, port]), &attempt);
        refused(&Network::Ports(vec![1]), &attempt, &[&*format!("127.0.0.1:{port}")]);
        refused(&Network::Ports(vec![]), &attempt, &[&*format!("127.0.0.1:{port}")]);
    }
}

#[test]
fn to_listen_is_no_reaching_out() {
    if !possible() {
        return;
    }
    for network in [Network::Loopback, Network::Ports(vec![])] {
        allowed(&network, "create_server(('127.0.0.1', 0))");
    }
}

#[test]
fn a_refusal_that_is_swallowed_is_told_and_told_once() {
    if !possible() {
        return;
    }
    let script = "
for _ in range(50):
    attempt(lambda: tcp(('192.0.2.1', 80)))
if os.fork() == 0:
    os.setsid()
    attempt(lambda: tcp(('192.0.2.2', 80)))
    os._exit(0)
os.wait()
for port in range(200):
    attempt(lambda: udp(('192.0.2.3', 1000 + port)))";
    let finished = python(Network::Loopback, script);
    assert_eq!(finished.exit, mlfunnel::system::process::Exit::Code(0), "{finished:?}");
    assert_eq!(finished.refused.len(), 64, "a flood of them is cut");
    assert_eq!(finished.refused[..3], ["192.0.2.1:80", "192.0.2.2:80", "192.0.2.3:1000"]);
}

#[test]
fn the_children_of_a_child_are_kept_in_as_well() {
    if !possible() {
        return;
    }
    let script = "
import subprocess
print(subprocess.run([sys.executable, '-c', 'import socket; socket.create_connection((\"192.0.2.1\", 80), 5)'], capture_output=True, text=True, start_new_session=True).stderr.splitlines()[-1])";
    let finished = python(Network::Ports(vec![]), script);
    assert_eq!(finished.stdout.text(), "PermissionError: [Errno 13] Permission denied\n", "{finished:?}");
    assert_eq!(finished.refused, ["192.0.2.1:80"]);
}

#[test]
fn a_worker_may_reach_more_or_less_from_one_call_to_the_next() {
    if !possible() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let script = format!(
        "import socket
calls = socket.socket(fileno=0)
while calls.recv(1):
    try:
        socket.create_connection(('127.0.0.1', {port}), 5)
        calls.send(b'y')
    except PermissionError:
        calls.send(b'n')"
    );
    let command = Command {
        argv: ["python3", "-c", &script].map(String::from).into(),
        sandbox: Sandbox { network: Network::Any, writable: None },
        ..sh("worker", "")
    };
    let mut worker = converse(&command).unwrap();
    let (deadline, cancel) = (Deadline::after(SOON), Cancel::new());
    let mut call = |network: Network| {
        worker.set_network(&network).unwrap();
        let mut answer = [0];
        worker.write(b"?", deadline, &cancel).unwrap();
        worker.read(&mut answer, deadline, &cancel).unwrap();
        (answer[0], worker.take_refused())
    };
    let address = format!("127.0.0.1:{port}");
    assert_eq!(call(Network::Any), (b'y', vec![]));
    for _ in 0..3 {
        assert_eq!(call(Network::Ports(vec![])), (b'n', vec![address.clone()]));
    }
    assert_eq!(call(Network::Ports(vec![port])), (b'y', vec![]));
    assert_eq!(call(Network::Ports(vec![1])), (b'n', vec![address]));
    assert_eq!(call(Network::Loopback), (b'y', vec![]));
}
