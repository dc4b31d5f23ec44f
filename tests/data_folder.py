"""A small folder of data that is right, to be made wrong in one place."""

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.building import OFFICE_HOURS, a_square

_ROWS: Mapping[str, str] = {
    "about.csv": "name,value\nis_sample,no\n",
    "district.csv": (
        "code,name_zh,name_en,short_zh,aliases,valid_from,valid_to,source\n"
        "500105,江北区,Jiangbei District,江北,江北;渝江北,,,test\n"
        ",两江新区,Liangjiang New Area,两江,,,,test\n"
    ),
    "service_points.csv": (
        "code,name_zh,name_en,kind,street,address,phone,hours,lon,lat,datum,accuracy_m,"
        "place_source,place_confidence,source,confidence,note,source_date\n"
        f'P1,甲办理点,Point A,street,观音桥街道,建新北路1号,023-67757209,"{OFFICE_HOURS}",106.53,29.57,WGS-84,200,'
        "map,medium,test,A,,2026-11-01\n"
        f'P2,乙办理点,Point B,sub-police,观音桥街道,建新东路2号,,"{OFFICE_HOURS}",106.54,29.58,WGS-84,600,'
        "map,low,test,C,,\n"
    ),
    "matters.csv": (
        "code,name_zh,name_en,type,department,instant,legal_days,promised_days,day_unit,materials,folk_names,"
        "point_kinds,source,confidence,note\n"
        "M1,社会保障卡补领,Card replacement,公共服务,区人力社保局,yes,,0,工作日,"
        "身份证;照片（容缺）,补社保卡;社保卡丢了,street,test,A,\n"
        "M2,户口迁移,Household transfer,行政许可,区公安分局,no,20,10,自然日,"
        "身份证;户口簿（免提交）,落户,sub-police,test,B,\n"
    ),
    "offers.csv": "point,matter,mode,hours,bookable,note\nP1,M1,finish,,yes,\nP2,M2,forward,Tu 09:00-12:00,no,\n",
    "packages.csv": (
        "code,name_zh,name_en,audience,lead_department,members,named_in_source,source,confidence\n"
        "K1,新生儿一件事,Newborn,personal,区卫生健康委,M1;M2,yes,test,A\n"
    ),
    "gazetteer.csv": (
        "name_zh,aliases,name_en,kind,street,lon,lat,datum,accuracy_m,source,confidence\n"
        "观音桥,观音桥步行街,Guanyinqiao,area,观音桥街道,106.532,29.574,WGS-84,300,test,high\n"
    ),
    "work_calendar.csv": (
        "day,kind,name_zh,name_en,follows,source\n"
        "2026-01-01,holiday,元旦,New Year,,test\n"
        "2026-05-01,holiday,劳动节,Labour Day,,test\n"
        "2026-10-01,holiday,国庆节,National Day,,test\n"
        "2026-10-10,workday,国庆节调休,Worked weekend,4,test\n"
    ),
}


def write_folder(folder: Path) -> Path:
    """Write a folder of data with two points, two matters and one of everything else, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _ROWS.items():
        (folder / name).write_text(text, encoding="utf-8")
    areas = {
        "district": a_square(106.4, 29.5, 106.7, 29.7, adcode="500105", name_zh="江北区"),
        "streets": a_square(106.5, 29.55, 106.56, 29.6, code="1", name_zh="观音桥街道"),
        "rivers": a_square(106.4, 29.49, 106.7, 29.51, name_zh="长江"),
    }
    for name, area in areas.items():
        (folder / f"{name}.geojson").write_text(json.dumps(area), encoding="utf-8")
    return folder


def change_cell(folder: Path, file: str, line: int, column: str, value: str) -> None:
    """Set one cell; `line` counts as editors do: the header is line 1."""

    def change(rows: list[list[str]]) -> None:
        rows[line - 1][rows[0].index(column)] = value

    change_rows(folder, file, change)


def change_rows(folder: Path, file: str, change: Callable[[list[list[str]]], object]) -> None:
    """Let `change` alter the rows (the first is the header) of a CSV file."""
    with (folder / file).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    change(rows)
    with (folder / file).open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)
