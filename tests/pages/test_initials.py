"""The page shows the same initials before signing as the PDF shows afterwards."""

import json

from countersign.pdf.stamp import initials
from tests.support.node import require_node_package, run_module

NAMES = [
    "Astrid Lindqvist",
    "anna-maria von der Leyen Smith",
    "Jo",
    "Madonna",
    "  Bo   Ek ",
    "O'Brien Pat",
    "José Ñandú",
    "Straße ßet",
    "A. B.",
    "(Bo) 2nd “Ek”",
    "_x y",
    "Ⅳ ²x 3",
    "Οδυσσέας Ελύτης",
    "Żółw",
    "Лев Толстой",
    "李明",
    "王 小明",
    "मोहन कुमार",
    "علي حسن",
    "𐐨𐐩𐐪𐐫",
    "𐐨𐐩 𐐪",
    "👩 x y",
    "ǆ ﬁn",
    "",
]

ASK = """
import { readFileSync } from "node:fs";
import { transformSync } from "esbuild";
const source = readFileSync("signing/initials.ts", "utf8");
const { code } = transformSync(source, { loader: "ts", format: "esm" });
const { initials } = await import("data:text/javascript," + encodeURIComponent(code));
console.log(JSON.stringify(JSON.parse(process.env.NAMES).map(initials)));
"""


def test_the_page_and_the_pdf_shorten_a_name_alike() -> None:
    require_node_package("esbuild")
    shown = json.loads(run_module(ASK, environment={"NAMES": json.dumps(NAMES)}))
    # The PDF's names come without blanks at their ends
    assert dict(zip(NAMES, shown, strict=True)) == {n: initials(n.strip()) for n in NAMES}
