import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSqlDetector } from "../../../src/waf/detectors/sql/sql.ts";
import { marksOf, unseen } from "./look.ts";

const detector = createSqlDetector();

/** A condition in each way to write it: what stands before and behind makes it fit a place in a query. */
const CONDITIONS = ["7=7", "7 <=> 7", "7!=8", "7 LIKE 7", "'k'='k'", "(7)=(7)", "7 BETWEEN 6 AND 8", "7 IN (7)", "NOT 7=8", "~7=~7", "7e0=7", "0x37=7", "3+4=7", "length('k')=1", "(SELECT 7)=7", "EXISTS(SELECT 7)", "@@port>7"];
const LINKS = [" or ", " OR ", " oR\t", "\nor\n", "/**/or/**/", " || ", " && ", " and ", " xor ", "/*x*/||/*y*/", ")or("];
const PLACES: readonly (readonly [string, string])[] = [
  ["9", ""],
  ["9", "-- "],
  ["9)", "#"],
  ["joe'", "-- -"],
  ["joe'", "/*"],
  ['joe"', "#"],
  ["joe')", ";--"],
  ["joe'", " and 'z'='z"],
  ["", " -- "],
];

describe("conditions", () => {
  test("are seen in every place, with every link, however they are written", () => {
    const values = CONDITIONS.flatMap((condition) => LINKS.flatMap((link) => PLACES.map(([before, behind]) => `${before}${link}${condition}${behind}`)));
    assert.deepEqual(unseen(detector, values), []);
    assert.equal(values.length, CONDITIONS.length * LINKS.length * PLACES.length);
  });

  test("are seen inside a text, with any quotes before", () => {
    const texts = ["Levi's jeans 32/34", 'Screen 24" wide', "Delivery (express); note 5", "O'Neil & Sons -- \"the best\"", "发票备注", "rock 'n' roll"];
    const values = texts.flatMap((text) => ["' or 3=3 -- ", "' OR 'q'='q", '" or "q"="q', "') or ('q'='q", "'or(3)=(3)#", "' and 1=2 union select 1,2-- "].map((attack) => text + attack));
    assert.deepEqual(unseen(detector, values), []);
  });
});

/** Values that end the string of a query and open it again. */
const AROUND = ["'-'", "'&'", "'^'", "'*'", "'='", "'<'", "'|'", "'||'", "x'+'y", "x'='", "' or ''='", "' or 'x", "'or'1", "' and 'x' like 'x", "'=''or'", "' div '", "x' xor 'y", "' <=> '", "1'*1*'1", "a' in ('a') or 'b", "' is not null or '"];

/** The rest of the query is commented away. */
const CUT = ["admin'--", "admin' -- ", "admin' #", "admin'/*", "x');--", "x')) -- -", 'admin"--', 'x")#', "'--", "x';--", "x';#", "x'-- -", "x' --+"];

const UNION = [
  "9 union select pin from cards",
  "9 UNION ALL SELECT NULL,NULL--",
  "9'union/**/select/**/1,2,3#",
  "9 uNiOn\n\tsElEcT 1",
  "9+union+select+1,2",
  "9 union(select 1)",
  "9)union(select(1),2)-- ",
  "9 /*!50000union*/ /*!50000select*/ 1",
  "9/*!union*/select 1",
  "9 union distinct select 1",
  "9.0union select 1",
  "9e1union select 1",
  "\\Nunion select 1",
  "9 union -- x\nselect 1",
  "9 union # x\n select 1",
  "9 union values (1,2)",
  "x' union select * from t where 'a'='a",
  "9 except select name from t",
];

const STACKED = [
  "9; drop table orders",
  "x'; drop table orders;--",
  "x');drop/**/table orders--",
  "9;insert into t values (1)",
  "x';insert into t(a,b) values (1,2)--",
  "9; update t set a=1 where b=2",
  "x'; delete from orders where 1=1;--",
  "9;exec master..xp_cmdshell 'dir'",
  "x'; exec xp_dirtree '\\\\10.0.0.1\\a'--",
  "9;declare @q nvarchar(99) set @q=0x61 exec(@q)",
  "x'; shutdown with nowait--",
  "9; truncate table t--",
  "x'; alter table t add c int--",
  "x';select pg_sleep(9)--",
  "9; copy t from program 'id'--",
  "x';create table z(a text);copy z from '/etc/passwd'--",
];

const DELAY = [
  "sleep(9)",
  "9 and sleep(9)",
  "9-sleep(9)",
  "if(now()=sysdate(),sleep(9),0)",
  "x' and sleep(9) and 'a'='a",
  "9;waitfor delay '0:0:9'",
  "x' waitfor/**/delay'0:0:9'--",
  "9 and 1=(select 1 from pg_sleep(9))",
  "9||pg_sleep(9)",
  "benchmark(9000000,md5(1))",
  "9 and dbms_pipe.receive_message('a',9)=1",
  "9 and 7=like('abc',upper(hex(randomblob(900000000/2))))",
  "(select count(*) from generate_series(1,9000000))",
  "9 and (select*from(select(sleep(9)))a)",
];

const READ_OUT = [
  "9 and extractvalue(1,concat(0x5c,version()))",
  "9 and updatexml(1,concat(0x7e,user()),1)",
  "9 and 1=convert(int,@@version)",
  "9 and 1=cast((select version()) as int)",
  "x'||utl_inaddr.get_host_name((select user from dual))||'",
  "9 and 1=ctxsys.drithsx.sn(1,(select banner from v$version))",
  "9 procedure analyse(extractvalue(1,concat(0x5c,user())),1)",
  "9 or (select count(*) from t group by concat(version(),floor(rand(0)*2)))",
  "load_file('/etc/passwd')",
  "load_file(0x2f6574632f706173737764)",
  "9 into outfile '/srv/a.php'",
  "9 union select 1 into dumpfile '/srv/a'",
  "x';select lo_import('/etc/passwd')--",
  "9 and ascii(substring(user(),1,1))>64",
  "9 and (select substr(name,1,1) from t limit 1)='a'",
  "@@version",
  "x'+(select top 1 name from sysobjects)+'",
  "select table_name from information_schema.tables",
  "(select sql from sqlite_master)",
  "select * from pg_catalog.pg_tables",
  "select owner from all_tables",
  "9,(select 1 from users)",
  "char(65,66,67)",
  "chr(65)||chr(66)",
  "concat(char(65),char(66))",
];

const PROBES = ["9 order by 3--", "9' order by 3#", "9) order by 3 -- ", "9' group by a having 1=1--", "9 having 1=1", "x' order by 12-- -", "x' and name is null; --", "x' or name like 'a%", "9 and name like '%", "x' group by 1,2--"];

/** Found beside the classes above, each a way of its own. */
const TRICKS = [
  "un/**/ion sel/**/ect 1,2 from t", "9.e(1)", "9 or not 0", "x'; pragma user_version; --", "x',role='boss',note='y", "'); drop schema s cascade; --", "select(/*'*/sleep(/*a'b*/9))",
  "x’ or ’1’=’1", "x´ or ´1´=´1", "9 or/*+ hint */true", "joe'collate nocase--", "pin::int", "9DUNION SELECT 1", "x' or array[1] is not null--", "'||true-- ", "9'; begin shutdown end --", "(@a or 'b') --",
];

describe("attacks", () => {
  for (const [name, values] of Object.entries({ AROUND, CUT, UNION, STACKED, DELAY, READ_OUT, PROBES, TRICKS })) {
    test(`of the class ${name} are seen`, () => assert.deepEqual(unseen(detector, values), []));
  }

  test("are named by what they do", () => {
    const cases: readonly (readonly [string, string])[] = [
      ["9 union select 1", "union"],
      ["9 or 1=1", "tautology"],
      ["x' and id=6", "condition"],
      ["'-'", "quote-operator"],
      ["admin'--", "comment-end"],
      ["9; drop table t", "stacked"],
      ["insert into t values (1)", "statement"],
      ["(select a from b where c=1)", "subquery"],
      ["9-sleep(5)", "delay"],
      ["updatexml(1,2,3)", "error-based"],
      ["load_file('/a')", "reach"],
      ["concat(char(65),1)", "call"],
      ["information_schema.tables", "schema"],
      ["@@version", "variable"],
      ["9' order by 4--", "probe"],
      ["9/**/or/**/true", "disguise"],
    ];
    assert.deepEqual(
      cases.map(([value, mark]) => [value, marksOf(detector, value).includes(mark) ? mark : marksOf(detector, value)]),
      cases,
    );
  });

  test("each told once, and only marks that the list explains", () => {
    for (const value of [...UNION, ...STACKED, ...READ_OUT]) {
      const marks = marksOf(detector, value.repeat(3));
      assert.deepEqual(marks, [...new Set(marks)]);
      assert.deepEqual(marks.filter((mark) => detector.marks[mark] === undefined), []);
    }
  });
});
