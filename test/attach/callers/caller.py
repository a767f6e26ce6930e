"""Posts to each address that it is given, and prints a line an address: the status and the body, or what went wrong.

Where HOSTS is set (`host=address,...`) names are looked up there first: what an entry in the system's hosts file does.
"""

import os
import socket
import sys

import requests

known = dict(pair.split("=") for pair in os.environ.get("HOSTS", "").split(",") if pair)
look_up = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **named: look_up(known.get(host, host), *rest, **named)

for url in sys.argv[1:]:
    try:
        answer = requests.post(url, data="invoice", timeout=10)
        print(answer.status_code, answer.text.replace("\n", " "))
    except Exception as fault:
        print("ERROR", str(fault).replace("\n", " "))
