"""Names of the invented people."""

GIVEN = (
    "Ana", "Bruno", "Carla", "Deniz", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas",
    "Kira", "Liam", "Mei", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tove",
    "Ulrich", "Vera", "Wanda", "Xenia", "Yusuf", "Zoe", "Aiko", "Boris", "Chloe", "Dario",
    "Emre", "Freya", "Goran", "Hana", "Ivo", "Jana", "Kofi", "Lena", "Marco", "Nils",
)  # fmt: skip
FAMILY = (
    "Silva", "Keller", "Okafor", "Lindqvist", "Moreau", "Tanaka", "Novak", "Haddad", "Costa",
    "Virtanen", "Brandt", "Demir", "Petrov", "Singh", "Rossi", "Larsen", "Horvat", "Mensah",
    "Dubois", "Fischer", "Iyer", "Jensen", "Kowalski", "Lopez", "Marin", "Nakamura", "Olsen",
    "Pereira", "Reiter", "Sato", "Torres", "Ueda", "Vogel", "Weber", "Yilmaz", "Zhang",
    "Andersen", "Bianchi", "Cermak",
)  # fmt: skip


def name_of(number: int) -> tuple[str, str]:
    """Given and family name of the nth person, from 0; the first 1,560 all differ."""
    return GIVEN[number % len(GIVEN)], FAMILY[number % len(FAMILY)]
