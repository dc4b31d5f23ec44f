"""Which matters are wanted in the list (筛选): by theme, department, audience, done on the spot or not."""

from collections.abc import Mapping
from dataclasses import dataclass

from mapapp.catalogue.catalogue import Catalogue
from mapapp.catalogue.matters import Matter
from mapapp.web.spoken import gettext

AUDIENCES = ("personal", "enterprise")
Facet = tuple[str, str, tuple[tuple[str, str, bool], ...]]
# A heading, and under it links to the list: their words, the language of these where it is not the page's, the filter.
Theme = tuple[str, tuple[tuple[str, str | None, Mapping[str, str]], ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The filter of the list. `theme` is the code of a package; "" everywhere is all matters."""

    theme: str = ""
    department: str = ""
    audience: str = ""
    instant: str = ""

    @classmethod
    def read(cls, arguments: Mapping[str, str], catalogue: Catalogue) -> "Wanted":
        """Return what the form says; what does not exist is left out, as old links bring it."""
        theme, department = arguments.get("theme", ""), arguments.get("department", "")
        audience = arguments.get("audience", "")
        departments = {matter.department for matter in catalogue.matters.values()}
        return cls(
            theme=theme if theme in catalogue.packages else "",
            department=department if department in departments else "",
            audience=audience if audience in AUDIENCES else "",
            instant="yes" if arguments.get("instant") == "yes" else "",
        )

    def fits(self, matter: Matter, catalogue: Catalogue) -> bool:
        """Return whether the matter is wanted; theme and audience are those of the packages it is part of."""
        packages = catalogue.packages_by_matter[matter.code]
        return (
            self.department in ("", matter.department)
            and (not self.instant or matter.is_instant)
            and (not self.theme or any(package.code == self.theme for package in packages))
            and (not self.audience or any(package.audience == self.audience for package in packages))
        )


def themes(catalogue: Catalogue, language: str) -> tuple[Theme, ...]:
    """Return the ways into the list for who has no words for it: for residents, for businesses, by department."""
    chinese = "zh-CN" if language == "en" else None
    headings = {"personal": gettext("For residents"), "enterprise": gettext("For businesses")}
    audiences = tuple(
        (
            heading,
            tuple(
                (package.name(language), chinese if not package.name_en else None, {"theme": package.code})
                for package in catalogue.packages.values()
                if package.audience == audience
            ),
        )
        for audience, heading in headings.items()
    )
    names = dict.fromkeys(matter.department for matter in catalogue.matters.values())
    departments = (gettext("By department"), tuple((name, chinese, {"department": name}) for name in names))
    return tuple(theme for theme in (*audiences, departments) if theme[1])


def facets(wanted: Wanted, catalogue: Catalogue, language: str) -> tuple[Facet, ...]:
    """Return for each field its name, its label, and its choices: value, words, whether it is chosen."""
    departments = tuple(dict.fromkeys(matter.department for matter in catalogue.matters.values()))
    themes = tuple((package.code, package.name(language)) for package in catalogue.packages.values())
    audiences = (
        ("personal", gettext("Part of a package for residents")),
        ("enterprise", gettext("Part of a package for businesses")),
    )
    fields = (
        ("theme", gettext("Theme"), themes),
        ("department", gettext("Department"), tuple((name, name) for name in departments)),
        ("audience", gettext("For whom"), audiences),
        ("instant", gettext("Done at once"), (("yes", gettext("yes")),)),
    )
    return tuple(
        (name, label, tuple((value, text, getattr(wanted, name) == value) for value, text in choices))
        for name, label, choices in fields
    )
