"""A name server on loopback, in namespaces of its own, and a command that asks it.

Usage: unshare -rmn python3 names.py BEHAVIOUR COMMAND…
"""
import fcntl, os, socket, struct, subprocess, sys, tempfile, threading, time

BEHAVIOUR = sys.argv[1]
HOST = b"\x05model\x04test\x00"


def bind_over(path, text):
    with tempfile.NamedTemporaryFile("w", delete=False) as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    subprocess.run(["mount", "--bind", file.name, path], check=True)


def loopback_up():
    up, name = 1, b"lo"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, 0x8914, struct.pack("16sh22x", name, up))  # SIOCSIFFLAGS


def answer(question, code, addresses=()):
    head = question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, len(addresses), 0, 0)
    records = b"".join(
        b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(address) for address in addresses
    )
    asked = question[12 : question.index(b"\x00", 12) + 5]
    return head + asked + records


def serve(sock):
    while True:
        question, peer = sock.recvfrom(512)
        is_a = question[question.index(b"\x00", 12) + 1 :][:2] == b"\x00\x01"
        if BEHAVIOUR == "unknown":
            sock.sendto(answer(question, 3), peer)
        elif BEHAVIOUR == "failing":
            sock.sendto(answer(question, 2), peer)
        elif BEHAVIOUR == "garbage":
            sock.sendto(b"garbage" * 4, peer)
        elif BEHAVIOUR == "nowhere":
            sock.sendto(answer(question, 0), peer)
        elif BEHAVIOUR == "slow":
            time.sleep(0.3)
            sock.sendto(answer(question, 0, ["127.0.0.1"] if is_a else []), peer)
        # `silent` says nothing.


def serve_http(listener):
    while True:
        stream, _ = listener.accept()
        stream.recv(4096)
        stream.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\n1")
        stream.close()


loopback_up()
bind_over("/etc/resolv.conf", "nameserver 127.0.0.1\n")
bind_over("/etc/nsswitch.conf", "hosts: dns\n")
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("127.0.0.1", 53))
listener = socket.create_server(("127.0.0.1", 80))
threading.Thread(target=serve, args=(names,), daemon=True).start()
threading.Thread(target=serve_http, args=(listener,), daemon=True).start()
sys.exit(subprocess.run(sys.argv[2:]).returncode)
