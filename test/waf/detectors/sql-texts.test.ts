import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSqlDetector } from "../../../src/waf/detectors/sql/sql.ts";
import { marksOf } from "./look.ts";

const detector = createSqlDetector();

const NAMES = ["O'Reilly", "Dell'Orto & C. S.p.A.", 'Toys "R" Us', "A&B <GmbH>", "Levi's", "L'Oréal", "Marks & Spencer", "AT&T", "株式会社サンプル", "مؤسسة النور", "Спецмаш ООО «Восток»", "'t Hoekje B.V.", "Kovács és Társa Kft."];
const WORDS = [
  "SELECT comfort mattress", "Union Jack", "drop-in sink", "Drop table lamp", "Update service", "Insert tray", "Delete key", "Where to go", "From farm to table", "Values menu", "Order book", "Group photo",
  "Having fun", "Like new", "Case when full", "Sleep (bed)", "Exec chair", "Master key", "Password book", "User manual", "Set of 4", "Null modem", "Top 10", "\"Select\" GmbH", "O'Select's Foods", "Exec @ Cork",
];
const SIZES = ['12"', '1/2" x 3/4"', "6' x 8'", "5'11\"", "10 or 12", "size = 10 or 12", "50 % off", "-15%", "cat 6; 10 m", "(2 pcs.)", "#12", "1=yes, 0=no", "x > 3", "A/B", "d<5", "'M'", '"XL"', '24"-27"', "16\" or 18\"", "1' = 30 cm", "100,-", "--", "3 in 1", "2 & 3"];
const JOINTS = [" ", " - ", " -- ", "; ", ", ", " & ", " or ", " and ", " + ", " / ", " (", ": "];

describe("business text", () => {
  test("made of names, products and sizes in every order raises nothing", () => {
    const values = WORDS.flatMap((word) => SIZES.flatMap((size) => JOINTS.flatMap((joint, index) => [`${word}${joint}${size}`, `${size}${joint}${word}`, `${NAMES[index % NAMES.length] ?? ""}${joint}${word} ${size}`])));
    assert.deepEqual(alarming(values), []);
  });

  test("of quoted pieces raises nothing", () => {
    const values = ["'", '"'].flatMap((quote) => ["and", "or", "&", "+", "-", "/", "like", "not", "in"].flatMap((word) => WORDS.map((name) => `${quote}${name}${quote} ${word} ${quote}blue bag${quote}`)));
    assert.deepEqual(alarming(values), []);
  });

  test("that people write raises nothing", () => {
    const texts = [
      "Please select a table from our catalogue and order by phone.",
      "The credit union selects members from the area; see 'Terms' (p. 2).",
      "It's 5' wide and 6' long; that's 30 sq. ft. -- more or less",
      "He said: \"It's fine\" and left.",
      "boys' or girls' shoes & kids' hats",
      "USPS 1-3 day (USPS doesn't guarantee 3 day arrival)",
      "Apt is gated; call when you get here, and we'll come down to get it.",
      "Bague or 750 = 18 carats, côte d'or ou d'argent",
      "L'installation d'un système -- 2 h (main d'œuvre); l'option 'A' ou 'B'",
      "Lieferung frei Haus; Rabatt 5% -- siehe Anlage 'A' und \"B\"",
      "Usługa \"montaż i demontaż\" -- 5 szt. (lok. nr 3)",
      "Szerelési díj (3 óra) -- 'sürgős'; \"kiszállás\"",
      "¿Cuánto? -- 50% 'oferta'; sólo hoy",
      "خدمة الصيانة (3 ساعات) - 50% 'عرض'",
      "技术服务费（2024年3月）；含税6%；'加急'",
      "Shirts \"XL\" and size = 10, 'blue' or length > 3",
      "note: see {{order}}; total = 5% of net",
      "Calle D'Or 162 #4; 76677 L'Aquila", "12 Rue d'Or 7 -- rear",
      "name=='*Bill*' and price=ge=4", "q=\"exact phrase\" OR other&hl=en",
      "benchmark (5,000 pts) vs sleep (8 h)", "new; user() guide; database() guide", "version() is shown in \"about\"",
      "we grant all rights; create user guide; waitfor delay at customs", "x; @@ = \"at\"", "N,N'-dicyclohexylcarbodiimide; #87",
      "Don't mix 'A' and 'B' -- danger!", "ring; Where 1 = first and 2 = second floor",
      "2 + 2 = 4 and 3 * 3 = 9, as everyone knows",
      "Union members select delegates from each region.",
      "Create a table of values (1, 2, 3), then insert it into the report.",
      "update your profile, set your password and delete from list what you don't need",
      "C:\\Temp\\new", "\\\\server\\share\\drop table.doc", "http://example.com/?a=1&b=2#c", "o'neil@example.ie", "a=1&b=2",
      "'", '"', "''", "';", "--", "#", "`", "\\", "-", "/*", "*/*", "1/2\"", "1 or", "or 1", "and 5", "true", "null", "not null", "(1)", "1,1", "order by name", "delete from list", "'12345'", "table_name", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.a-b--c_d",
    ];
    assert.deepEqual(alarming(texts), []);
  });
});

function alarming(values: readonly string[]): string[] {
  return values.filter((value) => marksOf(detector, value).some((mark) => mark !== "hint")).map((value) => `${value} → ${marksOf(detector, value).join(" ")}`);
}
