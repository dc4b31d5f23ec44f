"""What a package (一件事) is: several matters that one event in life needs together."""

from dataclasses import dataclass

from mapapp.catalogue.matters import Material, Matter


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A one-thing package; `members` are matter codes in the order of the source."""

    code: str
    name_zh: str
    name_en: str
    audience: str
    lead_department: str
    members: tuple[str, ...]
    source: str
    confidence: str

    def name(self, language: str) -> str:
        """Return the name in `language` ("zh" or "en"); Chinese stands in where no English name is known."""
        return self.name_en if language == "en" and self.name_en else self.name_zh


def merged_materials(matters: tuple[Matter, ...]) -> tuple[Material, ...]:
    """Return the materials of `matters` once each, in order of first mention.

    A paper that one member needs and another waives is needed, so the stricter entry wins.
    """
    merged: dict[str, Material] = {}
    for matter in matters:
        for material in matter.materials:
            known = merged.get(material.name)
            merged[material.name] = (
                material
                if known is None
                else Material(
                    name=material.name,
                    waived=known.waived and material.waived,
                    may_follow=known.may_follow and material.may_follow,
                )
            )
    return tuple(merged.values())
