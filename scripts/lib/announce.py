"""Print the ready line once the server answers: `announce.py HOST PORT PID`. Ends quietly when the process is gone."""

import json
import os
import sys
import time
import urllib.error
import urllib.request

PATIENCE_S = 60.0
# a server on every address is asked on this machine's own
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


def lives(pid: int) -> bool:
    """Return whether the server's process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def readiness(address: str) -> tuple[int, str]:
    """Return status and body of /readyz; status 0 while nothing listens."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy of the environment
    try:
        with opener.open(f"{address}/readyz", timeout=5) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, error.read(2000).decode("utf-8", "replace")
    except OSError:
        return 0, ""


def main(host: str, port: str, pid: int) -> None:
    """Ask until ready, until the server is gone, or until patience ends."""
    asked = ANY_ADDRESS.get(host, host)
    shown = f"[{asked}]" if ":" in asked else asked
    address = f"http://{shown}:{port}"
    status, body, deadline = 0, "", time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and lives(pid):
        status, body = readiness(address)
        if status == 200:
            print(f"Ready: {address}", flush=True)
            return
        time.sleep(0.05)
    if lives(pid):
        try:
            reason = json.loads(body).get("detail") or body
        except (ValueError, AttributeError):
            reason = body or "it does not answer"
        print(f"scripts/serve: the server started but is not ready: {reason}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
