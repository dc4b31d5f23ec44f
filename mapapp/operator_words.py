"""What each failure is called on the command line (命令行的说法), in English; pages have words of their own."""

from collections.abc import Mapping

from mapapp.errors import MapappError

# What a code of `mapapp.errors` means to an operator; `{name}` are the values of the error.
SENTENCES: Mapping[str, str] = {
    "wrong_database_url": "{field} is not the address of a SQLite or PostgreSQL database.",
    "wrong_read_url": "DATABASE_READ_URL names a replica of PostgreSQL, and DATABASE_URL must name its primary.",
    "database_away": "The database cannot be used: {reason}.",
    "invalid_setting": "The setting {field} cannot be read: {value!r} is not of type {kind}.",
    "nothing_loaded": "The database holds no data yet; run: mapapp load",
    "unknown_point": "There is no service point {value}.",
    "invalid_hours": "These opening hours cannot be read: {detail}.",
    "unknown_provider": "There is no geocoder of this name: {value}.",
    "time_out_of_range": "The time {value} is too far from today to say anything.",
    "wrong_time": "{value!r} is not a time with an offset, such as 2026-11-25T10:00:00+08:00.",
    "network_unreadable": "The walking network cannot be read: {reason}. Nothing was changed.",
    "network_empty": "The file holds no way open to people on foot. Nothing was changed.",
    "no_network_file": "Name one OpenStreetMap extract (.osm.pbf), or --remove.",
    "wrong_booking_keys": "The keys of booking cannot be used: each must be 32 bytes in URL-safe Base64.",
    "booking_keys_are_given": "The keys come from MAPAPP_BOOKING_KEYS; put a new one first there, then run this again.",
    "nothing_to_say": "A message is about something that is gone.",
    "booking_key_missing": "A booking was sealed with a key that is not there.",
    "invalid_booking_rule": "The rule {field} of booking makes no sense: {value}.",
    "unknown_kind_of_file": "There is no data of the kind {value} to read or to write.",
    "unreadable_file": "The file is neither CSV nor XLSX, or it is broken. Nothing was changed.",
    "file_too_large": "The file is too large.",
    "missing_column": "The file has no column {field}.",
    "no_positions": "Only points have positions; give them out as csv or xlsx.",
    "no_password": "Give the password on standard input, with --password-stdin.",
    "password_too_short": "The password needs at least {least} characters.",
    "password_too_long": "The password has more than {most} characters.",
    "password_common": "Many people use this password or one like it; take another one.",
    "wrong_account_name": "A name has 1 to 50 characters that can be shown, and no /.",
    "name_taken": "There is an account of the name {value} already.",
    "unknown_account": "There is no account of the name {value}.",
    "no_second_factor": "This account has no second factor.",
    "unknown_role": "There is no role {value}.",
    "department_of_nobody": "Only a chief representative has a department.",
    "last_office": "{value} is the last account of the district office and stays.",
    "one_of": "Give only one of: {names}.",
    "unknown_matter": "There is no matter with the code {value}.",
    "unknown_package": "There is no package with the code {value}.",
    "unknown_kind_of_point": "There is no kind of point {value}. Known are: {known}.",
    "mode_without_package": "A mode is that of a package; name the --package.",
    "wrong_parameter": "The value of {field} is out of range: {value}.",
    "unknown_datum": "Only wgs84, gcj02 and bd09 are known, not {value}.",
    "unreadable_area_file": "The file {field} cannot be read: {reason}. Nothing was changed.",
    "unknown_crs": "The file {field} does not say its reference system; name it, such as --crs EPSG:4547.",
    "looks_like_datum": "The file {field} fits the district line {converted} read as {datum} and {as_read} as it "
    "stands. Declare it with --datum {datum}, or with --datum wgs84 if it is right. Nothing was changed.",
    "too_many_features": "The file {field} holds {count} features, which are too many.",
    "page_not_drawn": "The report could not be drawn (status {status}).",
    "backup_not_written": "The backup could not be written: {reason}. A file that was there before is still whole.",
    "backup_foreign": "The file is no backup of this program, or cut off at once. Nothing was changed.",
    "backup_damaged": "The backup is damaged: {reason}. Nothing was changed.",
    "backup_newer": "A newer version of this program made the backup (migration {migration}). Nothing was changed.",
    "backup_older": "The backup is of the tables as they were at {migration}, and these are at {present}. Restore it "
    "into a database without tables, which is then brought to this version. Nothing was changed.",
    "database_not_empty": "The database holds {total} rows, which a restore would delete: {point} points, {change} "
    "changes, {booking} bookings, {staff} accounts and more. Say --replace if you want that. Nothing was changed.",
    "areas_are_not_drafted": "Of {value} there are no drafts; try --dry-run first.",
    "shipped_folder_missing": "The folder {name} that belongs to this program is missing; install it again.",
}


def sentence_of(error: MapappError) -> str:
    """Return what an operator reads about an error."""
    sentence = SENTENCES.get(error.code)
    if sentence is None:
        return f"{error}: " + ", ".join(f"{name} {value}" for name, value in error.values.items())
    return sentence.format_map(_Known({"field": error.field, **error.values}))


class _Known(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "?"
