"""Say whether HOST and PORT can be served on: `check_port.py HOST PORT`, exit status 1 with a sentence when not."""

import errno
import socket
import sys


def obstacle(host: str, port_text: str) -> str | None:
    """Return the sentence that says why nothing can listen there, None when it can."""
    if not port_text.isascii() or not port_text.isdigit() or not 1 <= int(port_text) <= 65535:
        return f"PORT is '{port_text}'; it must be a number from 1 to 65535."
    port = int(port_text)
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return f"HOST is '{host}', which is not an address of this machine."
    with socket.socket(family, kind) as listener:
        # REUSEADDR as the server does (ended connections linger); never REUSEPORT, which would hide a second server
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = port + 1 if port < 65535 else 8000
                return f"port {port} is taken; stop the other program or choose another: PORT={other} scripts/serve"
            if error.errno in (errno.EACCES, errno.EPERM):
                return f"port {port} may not be used by this user; choose one above 1023, for example PORT=8000."
            return f"HOST is '{host}', which is not an address of this machine."
    return None


if __name__ == "__main__":
    sentence = obstacle(*sys.argv[1:3])
    if sentence is not None:
        sys.exit(f"scripts/serve: {sentence}")
