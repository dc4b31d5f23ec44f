"""What answers about matters and packages look like (结构), for the OpenAPI document and for the tests."""

from typing import Literal

from mapapp.web.api.shapes import Mode, NamedShape, SaidShape, Shape


class MatterShape(NamedShape):
    """A matter in a list; `matched` is the name that hit, null when nothing was searched."""

    department: str
    type: str
    instant: bool
    score: float | None
    matched: str | None


class MattersShape(Shape):
    """Matters, best first; when not `confident` they are a guess. `understood` only with words."""

    matters: list[MatterShape]
    confident: bool
    understood: SaidShape | None = None


class MaterialShape(Shape):
    """A paper to bring; `waived` 免提交, `may_follow` 容缺."""

    name: str
    waived: bool
    may_follow: bool


class LimitShape(Shape):
    """A time limit."""

    days: int
    unit: Literal["working", "calendar"]


class LimitsShape(Shape):
    """The legal limit and the promised one."""

    legal: LimitShape | None
    promised: LimitShape | None


class PointNamedShape(Shape):
    """A point by name."""

    id: str
    name: str
    kind: str
    street: str


class PointTakingShape(PointNamedShape):
    """A point that takes the matter."""

    mode: Mode
    bookable: bool
    hours_rule: str | None


class MatterDetailsShape(NamedShape):
    """Everything known about a matter."""

    department: str
    type: str
    instant: bool
    materials: list[MaterialShape]
    limits: LimitsShape
    fee: str | None
    folk_names: list[str]
    packages: list[NamedShape]
    points: list[PointTakingShape]
    note: str
    source: str
    confidence: str
    is_sample: bool


class PackageShape(NamedShape):
    """A package in a list; `members` are codes of matters."""

    audience: str
    lead_department: str
    members: list[str]


class PackagesShape(Shape):
    """All packages."""

    packages: list[PackageShape]


class PackageDetailsShape(NamedShape):
    """A package with its matters, their materials once each, and the points that take all of it."""

    audience: str
    lead_department: str
    members: list[MatterShape]
    materials: list[MaterialShape]
    points: list[PointNamedShape]
    source: str
    confidence: str
    is_sample: bool
