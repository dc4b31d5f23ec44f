"""The settings: one list with type, default and a sentence each, built once and passed in."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from mapapp.errors import InvalidQuery


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator can choose. `from_environ` reads `MAPAPP_<NAME>`; see docs/settings.md."""

    # Folder of the embedded database and of generated keys; `MAPAPP_DATA`.
    data: Path = Path("instance")
    # SQLAlchemy address of the database; `DATABASE_URL`. Empty: SQLite in the data folder.
    database_url: str = ""
    # Address of a read replica of that database; empty: everything is read from it itself. `DATABASE_READ_URL`.
    database_read_url: str = ""
    # Seconds that the replica may lack what was published; then it is read from the primary. `DATABASE_READ_LAG_S`.
    database_read_lag_s: float = 0.5
    # Who runs this service, in the footer of every page.
    operator: str = "江北区政务服务管理办公室（示例）"
    # Telephone number offered when the page cannot help.
    hotline: str = "12345"
    # The promise in metres of walking: 只走一公里.
    goal_m: int = 1000
    # Walking distance over straight distance where no walking network is loaded, 1.0 to 1.6.
    detour: float = 1.3
    # How far beside a path of the walking network, in metres, somebody may stand to be counted as on it.
    snap_limit_m: int = 200
    # Walking speed in metres a minute (75 is 4.5 km/h, an older person's pace).
    walk_m_per_minute: int = 75
    # Minutes before closing from which an arrival is shown as "closing soon".
    closing_soon_minutes: int = 15
    # Minutes that a matter takes at the counter, waiting included, when a trip is planned.
    service_minutes_per_matter: int = 20
    # Minutes that a trip may wait at a stop for its next opening; two hours of lunch and a little more.
    trip_wait_minutes: int = 150
    # How far outside the district, in metres, a service point may lie.
    district_tolerance_m: int = 300
    # How far outside the district, in metres, a resident's position may lie.
    outside_m: int = 20_000
    # Review number of the base map (审图号), shown on the map when set.
    map_review_number: str = ""
    # Key of the Tianditu tile service; empty: no tiles, no third party.
    tianditu_tile_key: str = ""
    # Key of the Tianditu geocoder for `mapapp geocode`; empty: not asked.
    tianditu_key: str = ""
    # Address of the Tianditu geocoder.
    tianditu_url: str = "https://api.tianditu.gov.cn"
    # Key of the Amap geocoder for `mapapp geocode`; empty: not asked.
    amap_key: str = ""
    # Address of the Amap geocoder.
    amap_url: str = "https://restapi.amap.com"
    # Key of the Baidu geocoder for `mapapp geocode`; empty: not asked.
    baidu_key: str = ""
    # Address of the Baidu geocoder.
    baidu_url: str = "https://api.map.baidu.com"
    # Address of a Nominatim server for `mapapp geocode`; empty: not asked.
    nominatim_url: str = ""
    # Seconds to wait for a geocoder.
    geocoder_timeout_s: float = 10.0
    # Requests a second that a geocoder allows.
    geocoder_rate_per_s: float = 2.0
    # Address under which residents reach these pages, such as https://map.example.gov.cn; stands in messages.
    public_url: str = ""
    # Keys that seal personal data of bookings, the newest first, comma-separated; empty: made in the data folder.
    booking_keys: str = ""
    # Minutes of one slot (号段).
    booking_slot_minutes: int = 30
    # Seats of one slot.
    booking_capacity: int = 3
    # First day that can be booked, in working days from today; 0 is today.
    booking_first_day: int = 1
    # Last day that can be booked, in working days from today.
    booking_last_day: int = 10
    # Time of day after which today counts as over for booking.
    booking_closes_at: str = "17:00"
    # Bookings that one person may have at a time.
    booking_active_limit: int = 2
    # Bookings that one person may have for the same matter on the same day.
    booking_matter_day_limit: int = 1
    # Minutes before the start until which a booking can be moved or cancelled.
    booking_change_until_minutes: int = 120
    # Minutes before the start from which one may check in.
    booking_early_minutes: int = 15
    # Minutes after the start until which one may check in.
    booking_late_minutes: int = 15
    # Missed bookings after which a confirmed number pauses.
    booking_no_shows: int = 3
    # Days within which missed bookings count.
    booking_no_show_days: int = 90
    # Days of a pause.
    booking_pause_days: int = 30
    # Minutes for which a chosen time is held.
    booking_hold_minutes: int = 5
    # Minutes for which a freed time is offered to the first of the waiting list.
    booking_offer_minutes: int = 30
    # Matters that one slot has time for; more take consecutive slots.
    booking_matters_per_slot: int = 2
    # Days after the visit until personal data are deleted by `mapapp purge`.
    booking_keep_days: int = 30
    # Requests a minute from one address that book, move, cancel, hold or look for a booking.
    booking_rate_per_minute: int = 30
    # Bookings an hour from one address at one point.
    booking_point_rate_per_hour: int = 30
    # Times a day that one number may have its forgotten code sent.
    booking_find_per_day: int = 3
    # Address of the operator's SMS gateway that takes messages as JSON; empty: this channel is off.
    message_webhook_url: str = ""
    # Secret sent to the gateway in `Authorization: Bearer`.
    message_webhook_token: str = ""
    # Mail server that takes messages: smtp://USER:PASSWORD@HOST:PORT or smtps://...; empty: this channel is off.
    message_smtp_url: str = ""
    # Sender of these mails.
    message_smtp_from: str = ""
    # Where a mail for a mobile number goes, such as {phone}@sms.example.cn.
    message_smtp_to: str = "{phone}@localhost"
    # Seconds to wait for the gateway or the mail server.
    message_timeout_s: float = 10.0
    # Key that signs the cookie of staff; empty: made in the data folder. The same for all machines of one database.
    secret_key: str = ""
    # Minutes without a page after which a login of staff ends.
    staff_idle_minutes: int = 120
    # Hours after which a login of staff ends in any case.
    staff_session_hours: int = 12
    # Second factor of staff (TOTP): "optional", or "required" of everybody at the next login.
    second_factor: str = "optional"
    # KiB of memory that one password hash costs; 64 MiB take 0.1 s.
    password_memory_kib: int = 65_536
    # Days after which a point asks its staff again whether all is still right.
    confirm_days: int = 90
    # Days for which a published change can be undone.
    undo_days: int = 30
    # Errors an hour that one address may report about points.
    report_rate_per_hour: int = 10
    # Number of reverse proxies in front whose forwarding headers are believed.
    trusted_proxies: int = 0
    # Limits per address: "on" or "off" (for load tests on one machine).
    rate_limits: str = "on"
    # Where rate limits are counted: "memory://" per worker, or a Redis address.
    rate_limit_storage: str = "memory://"
    # Requests a minute from one address to the interface under /api/v1.
    api_rate_per_minute: int = 600
    # Sites that may show these pages in a frame: "'none'", "'self'" or a list of origins.
    frame_ancestors: str = "'none'"
    # "debug", "info", "warning" or "error".
    log_level: str = "info"

    def resolved_database_url(self) -> str:
        """Return the database address; the embedded default is a SQLite file in the data folder."""
        if self.database_url:
            # the old scheme of some hosts; SQLAlchemy 2.1 reads postgresql:// as psycopg 3
            return self.database_url.replace("postgres://", "postgresql://", 1)
        return f"sqlite:///{(self.data / 'mapapp.sqlite').resolve()}"


# field types stand as they are written above; a type that is not here fails the first time it is read
_CONVERT: Mapping[str, Callable[[str], object]] = {"str": str, "int": int, "float": float, "Path": Path}


def from_environ(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the environment: `DATABASE_<NAME>` of the database, and `MAPAPP_<NAME>` for each field.

    Raises InvalidQuery `invalid_setting` naming the variable that cannot be read.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, object] = {}
    for field in fields(Settings):
        variable = field.name.upper() if field.name.startswith("database_") else f"MAPAPP_{field.name.upper()}"
        text = environ.get(variable)
        if text is None or text == "":
            continue
        convert = _CONVERT[getattr(field.type, "__name__", str(field.type))]
        try:
            values[field.name] = convert(text)
        except ValueError:
            raise InvalidQuery(
                "invalid_setting", field=variable, value=text, kind=getattr(field.type, "__name__", field.type)
            ) from None
    return Settings(**values)  # type: ignore[arg-type]  # each value has the type of its field's default
