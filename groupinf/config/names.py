"""From the name of a study to that of its folder."""

from __future__ import annotations

import re
import unicodedata


def folder_name(name: str) -> str:
    """The name in letters, digits, '.', '_' and '-', which every file system and shell takes as they are.

    Accents are left out, and what else there is becomes '-'; ``study`` where nothing is left.

    >>> folder_name("breast_cancer"), folder_name("Été à Lyon: pilote n° 2"), folder_name("研究")
    ('breast_cancer', 'Ete-a-Lyon-pilote-n-2', 'study')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[^A-Za-z0-9._-]+", "-", plain.replace("°", " ")).strip("-._ ") or "study"
