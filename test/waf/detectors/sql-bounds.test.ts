import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSqlDetector } from "../../../src/waf/detectors/sql/sql.ts";
import { TokenWindow } from "../../../src/waf/detectors/sql/tokens.ts";
import { createLdapDetector } from "../../../src/waf/detectors/ldap.ts";
import { createNosqlDetector } from "../../../src/waf/detectors/nosql.ts";
import { createXpathDetector } from "../../../src/waf/detectors/xpath.ts";
import { countingText, marksOf } from "./look.ts";

/** What makes a reader look far ahead again and again: openings that nothing closes, quotes that nothing pairs. */
const PIECES = [
  "'", '"', "`", "'\"`", "(", ")", "' or ", "'or'", "'+'", "or(", "or 'a ", "or a.b=", "or ! - (", "/*", "/*'", "/*!", "/**/or", "--\n", "#\n", "-- ", "select ", "(select ", "select a,", "union ", "union -- ",
  "order by 1,", "insert into a(b,", "concat(", "concat('", "if(", "case when ", "sleep(", "char(1)||", "exec ", "@@a", "@a:=", "a.b.", "::int", "1e", "0x", "1d", "\\N", "' a b c d e f g ", "in (", "like 'a", "is not ", "copy a ",
  "$ne", "[$ne]", "{$ne:", "this.a", "function(){", "db.a.b.", ")(", "(&(", "*))", "*)", "a:1.2.", "a::", "child::", "count(/", "/a[", "]|//", "for $x ",
];

describe("a hostile value", () => {
  const detectors = [createSqlDetector(), createNosqlDetector(), createLdapDetector(), createXpathDetector()];

  for (const length of [3000, 24_000]) {
    test(`of ${length} characters is read a bounded number of times by every detector`, (context) => {
      let tokens = 0;
      const kind = TokenWindow.prototype.kind;
      // A mock of the runner would keep every call.
      TokenWindow.prototype.kind = function (at) {
        tokens++;
        return kind.call(this, at);
      };
      context.after(() => {
        TokenWindow.prototype.kind = kind;
      });
      for (const piece of PIECES) {
        for (const detector of detectors) {
          const { text, reads } = countingText(piece.repeat(Math.ceil(length / piece.length)));
          tokens = 0;
          marksOf(detector, text);
          assert.ok(reads() <= 60 * text.length, `${detector.name} reads ${piece} ${Math.round(reads() / text.length)} times`);
          assert.ok(tokens <= 200 * text.length, `${detector.name} looks at tokens of ${piece} ${Math.round(tokens / text.length)} times a character`);
        }
      }
    });
  }

  test("that is too tangled is told instead of being passed", () => {
    const [sql] = detectors;
    assert.ok(sql !== undefined);
    assert.ok(marksOf(sql, "concat(if(".repeat(20_000)).includes("exhausting"));
  });

  test("hides nothing behind its length, nor behind its quotes", () => {
    const [sql] = detectors;
    assert.ok(sql !== undefined);
    for (const filler of ["harmless words ", "it's ", '12" x ', "(a) ", "a, b; ", "-- \n", "/* x */ ", "1 + 2 = 3\n", "'quoted' "]) {
      const value = `${filler.repeat(5000)}' union select pin from cards -- ${filler.repeat(5000)}`;
      assert.ok(marksOf(sql, value).includes("union"), filler);
    }
  });

  test("leaves nothing behind for the next value", () => {
    for (const detector of detectors) {
      marksOf(detector, "' or 1=1 -- (&(uid=*)(a=b)) {$ne: 1} //a[@b]");
      assert.deepEqual(marksOf(detector, "Bolt M8 x 20 (zinc)"), []);
    }
  });
});
