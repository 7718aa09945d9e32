"""The words that invented names are made of, and the names that break careless programs."""

from __future__ import annotations

from typing import Final

FIRST: Final = (
    *("Blue", "Green", "Silver", "Northern", "Bright", "Urban", "Alpine", "Coastal", "Prime", "Rapid", "Solid", "Open"),
    *("Golden", "Quiet", "Modern", "Global", "Local", "Lucky", "Royal", "Fresh", "Clear", "Grand", "Nova", "Vital"),
)
SECOND: Final = (
    *("River", "Oak", "Bridge", "Harbor", "Field", "Peak", "Stone", "Garden", "Anchor", "Lantern", "Mill", "Forge"),
    *("Orchard", "Compass", "Summit", "Meadow", "Falcon", "Cedar", "Beacon", "Quarry", "Atlas", "Canal", "Willow"),
)
TRADE: Final = (
    *("Dental", "Logistics", "Software", "Foods", "Travel", "Energy", "Media", "Legal", "Fitness", "Homes", "Robotics"),
    *("Coffee", "Textiles", "Insurance", "Academy", "Clinic", "Bikes", "Consulting", "Pets", "Optics", "Wines"),
)
FORM: Final = ("Inc.", "LLC", "Ltd", "GmbH", "S.A.", "B.V.", "AB", "& Sons", "Group", "Co., Ltd.")
ACCENTED: Final = (
    *("Café Élan", "Müller & Söhne", "São João Comércio", "Łódź Przemysł", "Åse Ødegård", "Niño Año Nuevo"),
    *("Žižkov Pivovar", "Ğüneş İnşaat", "Crème Brûlée", "Þórshöfn Fiskur", "Đà Nẵng Xuất Khẩu", "Zoe\u0308 Cafe\u0301"),
)
JAPANESE: Final = (
    "株式会社東京商事",
    "大阪ソフトウェア",
    "京都珈琲店",
    "北海道物流サービス",
    "さくら歯科医院",
    "髙橋﨑𠮷野家",
)
RIGHT_TO_LEFT: Final = ("شركة الخليج للتجارة", "مكتبة النور", "מאפיית השמש", "חברת הים התיכון בע״מ", "شرکت نمونه ایران")
OTHER_SCRIPTS: Final = (
    "Ελληνικός Καφές",
    "ООО Ромашка",
    "한국 소프트웨어",
    "北京科技有限公司",
    "मुंबई व्यापार",
    "กรุงเทพการค้า",
    "🚀 Rocket Labs",
)
HOSTILE: Final = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+9)",
    "\t=1+1",
    '<script>alert("x")</script>',
    "<img src=x onerror=alert(1)>",
    "{{ 7*7 }} {% raw %}",
    "'; DROP TABLE clients; --",
    'Quotes "inside", and commas, twice',
    "Line one\nline two",
    "  spaces kept  ",
    "null",
    "NaN",
    "&amp; &lt;b&gt;",
    "%s %n {0} ${HOME}",
    "../../etc/passwd",
    "\u202etxt.exe",
    "zero\u200bwidth",
    "Long " + "and longer " * 14 + "name",
    "Unbreakable" + "Donaudampfschifffahrtsgesellschaft" * 4,
)
GIVEN: Final = (
    *("Ana", "Bruno", "Chloé", "Dmitri", "Elif", "Fatima", "Grace", "Hiro", "Ines", "José", "Kofi", "Lena", "Mateo"),
    *("Nora", "Owen", "Priya", "Quentin", "Rosa", "Søren", "Tara", "Uma", "Víctor", "Wei", "Ximena", "Yusuf", "Zoë"),
)
FAMILY: Final = (
    *(
        "Almeida",
        "Brown",
        "Chen",
        "Dubois",
        "Eriksson",
        "Fischer",
        "García",
        "Haddad",
        "Ito",
        "Jensen",
        "Khan",
        "Lopez",
    ),
    *("Müller", "Nowak", "O'Brien", "Petrov", "Quispe", "Rossi", "Silva", "Tanaka", "Umar", "van den Berg", "Young"),
)
JOB_TITLES: Final = ("Owner", "Head of Marketing", "CFO", "Sales, EMEA", "IT Manager", "Assistant", None)
APPS: Final = ("Gmail", "Outlook", "Slack", "Salesforce", "Zoom", "Shopify", "WordPress", "Zapier")
LOCALES: Final = (None, "en", "en-GB", "de-DE", "pt-BR", "ja-JP", "fr-FR", "es-MX", "ar-AE")
TIME_ZONES: Final = (None, "UTC", "America/New_York", "Europe/Berlin", "America/Sao_Paulo", "Asia/Tokyo", "Asia/Kuwait")
