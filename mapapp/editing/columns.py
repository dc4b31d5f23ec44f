"""What the columns of a file are called (列名): English as in the sample data, or Chinese; and their values as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from mapapp.catalogue.importing import (
    MATTER_COLUMNS,
    MATTER_OPTIONAL,
    MAY_FOLLOW,
    OFFER_COLUMNS,
    PACKAGE_COLUMNS,
    POINT_COLUMNS,
    POINT_OPTIONAL,
    WAIVED,
)
from mapapp.editing.changes import Values
from mapapp.hours.work_calendar import COLUMNS as CALENDAR_COLUMNS

# kind of file -> its columns, in the order in which they are written
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "points": (*POINT_COLUMNS, *POINT_OPTIONAL),
    "matters": (*MATTER_COLUMNS, *MATTER_OPTIONAL),
    "offers": (*OFFER_COLUMNS, "note"),
    "packages": PACKAGE_COLUMNS,
    "hours": ("code", "hours"),
    "calendar": tuple(CALENDAR_COLUMNS),
}
# kind of file -> the columns without which a row cannot be told
KEYS: Mapping[str, tuple[str, ...]] = {
    "points": ("code",),
    "matters": ("code",),
    "offers": ("point", "matter"),
    "packages": ("code",),
    "hours": ("code",),
    "calendar": ("day",),
}
_CHINESE: Mapping[str, str] = {
    **dict.fromkeys(("编号", "编码", "代码", "办理点编号", "事项编码", "一件事编码"), "code"),
    **dict.fromkeys(("名称", "中文名称", "名称（中文）", "办理点名称", "事项名称"), "name_zh"),
    **dict.fromkeys(("英文名称", "名称（英文）"), "name_en"),
    **dict.fromkeys(("类型", "类别", "办理点类型"), "kind"),
    **dict.fromkeys(("街道", "街镇", "所属街镇"), "street"),
    **dict.fromkeys(("地址", "详细地址"), "address"),
    **dict.fromkeys(("电话", "联系电话"), "phone"),
    **dict.fromkeys(("办理时间", "办公时间", "开放时间"), "hours"),
    **dict.fromkeys(("经度",), "lon"),
    **dict.fromkeys(("纬度",), "lat"),
    **dict.fromkeys(("坐标系",), "datum"),
    **dict.fromkeys(("误差", "误差（米）", "位置误差"), "accuracy_m"),
    **dict.fromkeys(("位置来源",), "place_source"),
    **dict.fromkeys(("位置把握",), "place_confidence"),
    **dict.fromkeys(("来源", "数据来源"), "source"),
    **dict.fromkeys(("来源日期",), "source_date"),
    **dict.fromkeys(("可信度",), "confidence"),
    **dict.fromkeys(("备注",), "note"),
    **dict.fromkeys(("窗口",), "windows"),
    **dict.fromkeys(("无障碍", "无障碍设施"), "accessibility"),
    **dict.fromkeys(("事项类型", "权力类型"), "type"),
    **dict.fromkeys(("部门", "实施主体"), "department"),
    **dict.fromkeys(("即办件", "是否即办"), "instant"),
    **dict.fromkeys(("法定时限", "法定办结时限"), "legal_days"),
    **dict.fromkeys(("承诺时限", "承诺办结时限"), "promised_days"),
    **dict.fromkeys(("时限单位",), "day_unit"),
    **dict.fromkeys(("申请材料", "材料"), "materials"),
    **dict.fromkeys(("俗称",), "folk_names"),
    **dict.fromkeys(("英文俗称",), "folk_names_en"),
    **dict.fromkeys(("可办点类型",), "point_kinds"),
    **dict.fromkeys(("收费", "费用"), "fee"),
    **dict.fromkeys(("办理点",), "point"),
    **dict.fromkeys(("事项",), "matter"),
    **dict.fromkeys(("办理方式",), "mode"),
    **dict.fromkeys(("可预约", "是否可预约"), "bookable"),
    **dict.fromkeys(("服务对象",), "audience"),
    **dict.fromkeys(("牵头部门",), "lead_department"),
    **dict.fromkeys(("包含事项", "成员"), "members"),
    **dict.fromkeys(("来源有名",), "named_in_source"),
    **dict.fromkeys(("日期",), "day"),
    **dict.fromkeys(("按周几",), "follows"),
}
# field of a subject -> its column, where they are not called the same
COLUMN_OF: Mapping[str, str] = {"hours_rule": "hours", "is_instant": "instant"}
_UNIT_NAMES = {"working": "工作日", "calendar": "自然日"}


def header_of(cells: Sequence[str], kind: str) -> list[str]:
    """Return the English names of a header; an unknown name as it stands. A name may be written in Chinese."""
    names = [cell.strip().lstrip("\ufeff") for cell in cells]
    if kind == "calendar":
        # a day has a kind, too, and Chinese has one word for both
        names = ["kind" if name == "类型" else name for name in names]
    return [_CHINESE.get(name, name.lower()) for name in names]


def cells_of(kind: str, key: str, values: Values) -> list[Any]:
    """Return the row of a subject in the order of the columns of its kind; numbers stay numbers."""
    told = _TOLD[kind](key, values)
    return [told.get(column) for column in COLUMNS[kind]]


def _point(key: str, values: Values) -> dict[str, Any]:
    where = values["place"] or {}
    told = {name: _text(value) for name, value in values.items() if name not in ("place", "retired")}
    return {
        **told,
        "code": key,
        "hours": values["hours_rule"],
        "lon": where.get("lon"),
        "lat": where.get("lat"),
        "datum": "WGS-84" if where else "",
        "accuracy_m": where.get("accuracy_m"),
        "place_confidence": where.get("confidence"),
        "place_source": where.get("source"),
    }


def _hours(key: str, values: Values) -> dict[str, Any]:
    return {"code": key, "hours": values["hours_rule"]}


def _matter(key: str, values: Values) -> dict[str, Any]:
    told = {name: _text(value) for name, value in values.items() if name not in ("materials", "retired")}
    return {
        **told,
        "code": key,
        "instant": _flag(values["is_instant"]),
        "day_unit": _UNIT_NAMES[values["day_unit"]],
        "materials": ";".join(_paper(*row) for row in values["materials"]),
    }


def _package(key: str, values: Values) -> dict[str, Any]:
    told = {name: _text(value) for name, value in values.items() if name != "retired"}
    return {**told, "code": key, "named_in_source": _flag(values["named_in_source"])}


def _offer(key: str, values: Values) -> dict[str, Any]:
    point, _, matter = key.partition("/")
    told = {"hours": values["hours_rule"], "bookable": _flag(values["bookable"])}
    return {"point": point, "matter": matter, "mode": values["mode"], "note": values["note"], **told}


def _day(key: str, values: Values) -> dict[str, Any]:
    return {**values, "day": key}


def _paper(name: str, waived: bool, may_follow: bool) -> str:
    return f"{name}{WAIVED[0] if waived else ''}{MAY_FOLLOW[0] if may_follow else ''}"


def _text(value: Any) -> Any:
    return ";".join(value) if isinstance(value, list) else value


def _flag(value: Any) -> str:
    return "yes" if value else "no"


_TOLD: Mapping[str, Any] = {
    "points": _point,
    "hours": _hours,
    "matters": _matter,
    "packages": _package,
    "offers": _offer,
    "calendar": _day,
}
