"""What every answer says about how it may be used (安全响应头): built once from the settings, added to all answers."""

from mapapp.settings import Settings

Headers = list[tuple[str, str]]


def security_headers(settings: Settings) -> Headers:
    """Return the headers of every answer.

    Own files only, no inline script or style, no nonce: a page that is answered with 304 keeps working.
    An operator's tile key opens images from the tile service, nothing else.
    """
    tiles = " https://*.tianditu.gov.cn" if settings.tianditu_tile_key else ""
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self'{tiles}",
            "connect-src 'self'",
            "font-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {settings.frame_ancestors}",
        )
    )
    return [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Permissions-Policy", "geolocation=(self)"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]
