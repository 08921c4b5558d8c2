"""The customers of the shop: from many countries, some without address or consent, two behind one address."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from random import Random

COUNT = 1500
REGIONS = {"North": 20, "South": 22, "East": 19, "West": 21, "Central": 18}  # percent of the customers
SEGMENTS = {"consumer": 80, "business": 20}
LANGUAGES = {"de": 60, "en": 25, "pt": 15}
TIME_ZONES = {"de": "Europe/Berlin", "en": "Europe/London", "pt": "Europe/Lisbon"}
GIVEN_NAMES = {
    "de": "Anna Jürgen Käthe Lukas Mareike Sören Ursula Björn Heike Thomas Zoë Günter",
    "en": "Alice Brian Chloe Dylan Emma George Harriet Liam Olivia Siobhán Zachary Ruth",
    "pt": "João Conceição Inês Luís Mónica António Beatriz Gonçalo Sofia Tomás Vânia Rui",
}
FAMILY_NAMES = {
    "de": "Müller Schäfer Groß Weiß Köhler Jäger Schmidt Fischer Böhm Krüger Neumann Voß",
    "en": "Smith Taylor O'Brien Walker Hughes Clarke Wright Evans Ward Cooper McKay Reid",
    "pt": "Silva Gonçalves Araújo Magalhães Simões Brandão Pereira Assunção Costa Leitão Reis Sá",
}
UNUSUAL_NAMES = (
    'Karl "Kalle" Böhm', "Ольга Петрова", "李 小雨", "Γιώργος Παπαδόπουλος", "محمد الخطيب",
    "Schmidt, Eva-Maria", "D'Arcy O'Neill", "Nguyễn Thị Hồng", "Łukasz Żółć", "Sigríður Þórsdóttir",
    "佐藤 花子", '"Ritter & Söhne" GmbH',
)  # fmt: skip
UNUSUAL_EVERY = 40  # one customer in so many has an unusual name
KEY_ACCOUNT_EVERY = 60  # one customer in so many is asked only after somebody approved it
SHARED_ADDRESS = ("haus.lindenhof@example.org", "Haus.Lindenhof@Example.org")  # one household, two accounts


@dataclass(frozen=True)
class Customer:
    """One row of customers.csv."""

    customer_id: str
    name: str
    email: str
    language: str
    time_zone: str
    segment: str
    region: str
    consent: str
    key_account: str


def make_customers(random: Random) -> list[Customer]:
    """All customers in the order in which they first buy; the last two share an address."""
    customers = [_customer(number, random) for number in range(1, COUNT - 1)]
    household = [
        Customer(
            f"C{COUNT - 1 + index:05d}",
            name,
            email,
            "de",
            "Europe/Berlin",
            "consumer",
            "South",
            "true",
            "false",
        )
        for index, (name, email) in enumerate(zip(("Lena Jäger", "Sven Jäger"), SHARED_ADDRESS, strict=True))
    ]
    return customers + household


def _customer(number: int, random: Random) -> Customer:
    language = pick(LANGUAGES, random)
    given, family = _one_of(GIVEN_NAMES[language], random), _one_of(FAMILY_NAMES[language], random)
    unusual = number % UNUSUAL_EVERY == 0
    return Customer(
        customer_id=f"C{number:05d}",
        name=UNUSUAL_NAMES[number // UNUSUAL_EVERY % len(UNUSUAL_NAMES)] if unusual else f"{given} {family}",
        email=_email(number, given, family, random),
        language=language,
        time_zone=TIME_ZONES[language] if random.random() < 0.8 else "",
        segment=pick(SEGMENTS, random),
        region=pick(REGIONS, random),
        consent=pick({"true": 76, "": 20, "false": 4}, random),
        key_account="true" if number % KEY_ACCOUNT_EVERY == 0 else "false",
    )


def _email(number: int, given: str, family: str, random: Random) -> str:
    chance = random.random()
    if chance < 0.025:
        return ""
    if chance < 0.03:
        return f"{_ascii(given)}.{_ascii(family)}(at)example.org"  # typed by somebody in a hurry
    return f"{_ascii(given)}.{_ascii(family)}{number}@example.{random.choice(('com', 'org', 'net'))}"


def _one_of(words: str, random: Random) -> str:
    return random.choice(words.split())


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss"))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())


def pick(weights: dict[str, int], random: Random) -> str:
    """One of the keys, by its weight."""
    return random.choices(list(weights), list(weights.values()))[0]
