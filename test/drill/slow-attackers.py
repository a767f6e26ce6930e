"""Clients that keep connections busy with next to nothing: slow-attackers.py KIND PORT COUNT EVERY_MS PER_SECOND

KIND is head (a head that never ends), body (a body that drips) or read (an answer that is hardly taken). A connection that
is ended is opened anew, so that COUNT stay open. At the end of standard input one line of JSON tells how they fared.
Python, because it can set what a client far away has and one on loopback has not: a small segment size and a small window.
Without them the system itself would swallow whole answers.
"""
import json
import select
import socket
import sys
import time

KIND, PORT, COUNT, EVERY, PER_SECOND = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) / 1000, float(sys.argv[5])
HEAD = b"Host: attacker\r\nUser-Agent: slow\r\n"
FIRST = {
    "head": b"GET /api/codes HTTP/1.1\r\n" + HEAD,
    "body": b"POST /api/invoices HTTP/1.1\r\n" + HEAD + b"Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{",
    "read": b"GET /api/echo?bytes=200000 HTTP/1.1\r\n" + HEAD + b"\r\n",
}[KIND]
MORE = {"head": b"X-A: b\r\n", "body": b" ", "read": b""}[KIND]
LOOK_S = 0.05

conns = {}
lives = []
refused = 0
most = 0


def begin():
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    one.settimeout(2)
    try:
        one.connect(("127.0.0.1", PORT))
        one.send(FIRST)
    except OSError:
        one.close()
        return False
    one.setblocking(False)
    now = time.monotonic()
    conns[one] = [now, now + EVERY]
    return True


def is_over(one, state, now, may_hear):
    """Sends or takes a little where it is time. True where the other side has ended it."""
    try:
        if now >= state[1]:
            state[1] = now + EVERY
            if KIND == "read":
                return one.recv(1) == b""
            one.send(MORE)
        if KIND != "read" and may_hear and one.recv(4096) == b"":
            return True
    except BlockingIOError:
        return False
    except OSError:
        return True
    return False


def dead(one):
    """An attacker that reads hardly anything notices an end late: the system knows it at once (TCP_INFO; 1 is ESTABLISHED)."""
    return one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[0] != 1


poll = select.poll()
poll.register(sys.stdin.fileno(), select.POLLIN | select.POLLHUP)
started = time.monotonic()
opened = 0
while True:
    if poll.poll(LOOK_S * 1000):
        break
    now = time.monotonic()
    for one, state in list(conns.items()):
        if is_over(one, state, now, True) or dead(one):
            lives.append(now - state[0])
            del conns[one]
            one.close()
    budget = int((now - started) * PER_SECOND) - opened
    while len(conns) < COUNT and budget > 0:
        opened += 1
        budget -= 1
        if not begin():
            refused += 1
            break
    if len(conns) >= COUNT:
        # Those that are missing later are replaced at the same pace, not all at once.
        opened = max(opened, int((now - started) * PER_SECOND) - int(PER_SECOND * 0.2))
    most = max(most, len(conns))

now = time.monotonic()
oldest = max([now - state[0] for state in conns.values()], default=0)
print(json.dumps({"ended": len(lives), "longest": round(1000 * max(lives, default=0)), "oldest": round(1000 * oldest), "most": most, "open": len(conns), "refused": refused}), flush=True)
