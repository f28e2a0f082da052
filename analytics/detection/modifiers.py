"""What pySigma lacks of the modifiers that Sigma's specification names."""

import re
from typing import Any

from sigma.modifiers import SigmaModifier, SigmaWideModifier, SigmaWindowsDashModifier
from sigma.types import SigmaExpansion, SigmaString

DASH = re.compile(r"\B[–—―]\b")


class Windash(SigmaWindowsDashModifier):
    """Each dash before a word stands for each other, however the rule writes it."""

    def modify(self, val: SigmaString) -> SigmaExpansion:
        return super().modify(val.map_str_parts(lambda text: DASH.sub("-", text)))


MODIFIERS: dict[str, type[SigmaModifier[Any, Any]]] = {
    "utf16le": SigmaWideModifier,
    "windash": Windash,
}
