"""Runs a program on a pseudo-terminal of 80 x 24 and presses keys when a text has appeared.

    python3 play.py STEPS PROGRAM ARGUMENT...

STEPS is a JSON array of [text to wait for, keys to press]; `KILL` in place of keys ends the program without warning.
Prints the exit code, or `killed`."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

steps = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm-256color"
    os.execv(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
seen, killed, deadline = b"", False, time.monotonic() + 120
# Between two Chinese characters the cursor is moved.
COMMANDS = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


def read():
    """What the program writes, for a moment; false when it has ended."""
    global seen
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            return False
        seen = COMMANDS.sub(b"", seen + data)
        return bool(data)
    return True


for text, keys in steps:
    while text.encode() not in seen:
        if not read() or time.monotonic() > deadline:
            sys.exit(f"{text!r} did not appear in\n{seen.decode(errors='replace')}")
    seen = seen[seen.index(text.encode()) + len(text.encode()):]
    if keys == "KILL":
        os.kill(pid, signal.SIGKILL)
        killed = True
        break
    os.write(terminal, keys.encode())
while read() and time.monotonic() < deadline:
    pass
_, status = os.waitpid(pid, 0)
print("killed" if killed else os.waitstatus_to_exitcode(status))
