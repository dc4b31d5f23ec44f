"""A page as one file (单页文件): its style sheets stand in it, its scripts are left out, its links go nowhere else."""

import re

from flask import Flask

from mapapp.errors import Refused

_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.DOTALL)
_ICON = re.compile(r'<link rel="icon"[^>]*>|<img\b[^>]*>')
_LINK = re.compile(r'\shref="/[^"]*"')


def standalone(app: Flask, address: str) -> str:
    """Return the page at this address of `app` as one HTML file to keep, send or print.

    Raises Refused `page_not_drawn` when the page does not answer.
    """
    client = app.test_client()
    response = client.get(address, follow_redirects=True)
    if response.status_code != 200:
        raise Refused("page_not_drawn", status=response.status_code)
    html = response.get_data(as_text=True)

    def style(match: re.Match[str]) -> str:
        return f"<style>\n{client.get(match.group(1)).get_data(as_text=True)}</style>"

    html = _STYLE.sub(style, html)
    return _LINK.sub("", _ICON.sub("", _SCRIPT.sub("", html)))
