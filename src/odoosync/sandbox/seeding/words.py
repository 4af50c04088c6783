"""Words that seeded rows are made of, in several scripts."""

from __future__ import annotations

FIRST_NAMES = tuple(
    "Anna Björn Chloé Dário Elif François Giulia Håkon Inês Jürgen Katarzyna Léa Miloš Noémie "
    "Øyvind Paweł Renée Søren Théo Uğur Věra Wolfgang Xavier Yasmín Zoë Aiko 陽菜 伟 민준 Αλέξης "
    "Ольга Дмитро محمد ليلى דניאל Priya".split()  # noqa: SIM905 - a list of words reads as words
)
LAST_NAMES = tuple(
    "Müller Ångström Bélanger Çelik Dvořák Eriksson Fernández García Häberli Ibáñez Jönsson "
    "Kovačević Łukaszewicz Müller-Lüdenscheidt Núñez O'Brien Østergaard Pérez Quiñones Rossi "
    "Schößler Tanaka 田中 王 김 Παπαδόπουλος Иванова Шевченко حسن כהן Sharma Žižek".split()  # noqa: SIM905
)
TRADES = tuple(
    "Bau Café Consulting Design Druck Elektro Fleisch Garten Holz Import Joinery Keramik Logistik "
    "Metall Nähwerk Optik Papier Quarz Reisen Software Textil Uhren Velo Wein Yacht Zimmerei".split()  # noqa: SIM905
)
LEGAL_FORMS = (
    "GmbH",
    "AG",
    "S.A.",
    "SARL",
    "Ltd",
    "B.V.",
    "Sp. z o.o.",
    "株式会社",
    "& Söhne",
    "AB",
)
STREETS = tuple(
    "Hauptstrasse,Rue de l'Église,Calle Mayor,Via Garibaldi,Storgata,Näckrosvägen,Långgatan,"
    "Kärntner Straße,High Street,Avenida São João,Plac Wolności,улица Ленина,銀座通り".split(",")  # noqa: SIM905
)
CITIES = tuple(
    "Zürich,Genève,São Paulo,København,Kraków,Málaga,Malmö,Łódź,München,Köln,Bern,Wien,Lisboa,"
    "Αθήνα,Київ,東京,서울,Montréal,İstanbul,القاهرة,New York,Portland".split(",")  # noqa: SIM905
)
FUNCTIONS = ("CEO", "Buyer", "Einkauf", "Comptable", "Ingénieure", "Vendedor", "経理", "Head of IT")
TAGS = ("VIP", "Kunde", "Lieferant", "Prospect", "Newsletter", "Presse", "Événement", "Partner 🤝")
THINGS = tuple(
    "Bolt,Cable,Desk,Drawer,Chair,Lamp,Table,Wardrobe,Screen,Keyboard,Bottle,Käse,Brötchen,"
    "Crème brûlée,Schlüssel,Fauteuil,Étagère,Stół,自転車,Kaffee ☕".split(",")  # noqa: SIM905
)
QUALITIES = (
    "Large",
    "Small",
    "Oak",
    "Steel",
    "Blue",
    "Röd",
    "Organic",
    "Heavy-duty",
    "Deluxe",
    "Mini",
)
