/** What the detector of SQL tells; see `Detector.marks`. From the surest to the weakest. */
export const SQL_MARKS = {
  union: "a second query joined by UNION, INTERSECT or EXCEPT",
  tautology: "a condition between constants behind OR, AND, WHERE, HAVING or WHEN, such as 1=1 or 'a'='a'",
  condition: "a condition behind the end of a string or a number, or one with a call, a subquery or a variable of the server",
  "quote-operator": "the value ends a string, computes or compares, and opens a string again: it fits exactly between the quotes of a query",
  "comment-end": "the value ends a string and comments the rest of the query away",
  stacked: "a second statement behind a semicolon, a quote or a comment",
  statement: "a whole statement: SELECT … FROM, INSERT INTO … VALUES, UPDATE … SET, DROP TABLE, EXEC",
  subquery: "a query in brackets where a value belongs",
  delay: "a call or statement that makes the database wait",
  "error-based": "a call that is made to fail with the wanted data in the error",
  reach: "a call, procedure or clause that reads or writes files, runs commands or opens connections",
  call: "calls of SQL in each other, joined or with the tell-tale values of an attack",
  schema: "the database's catalogue of tables, columns and users",
  variable: "a variable of the server, or one that is set inside a query",
  probe: "ORDER BY, GROUP BY, HAVING or LIMIT that finds out how many columns or rows a query has",
  disguise: "words of SQL parted by comments, or in a comment that MySQL runs",
  exhausting: "so tangled that reading it was given up: no text is, and no query that anybody needs",
  hint: "something that could be SQL and could as well be a text: counts only beside other things",
} as const satisfies Record<string, string>;

/** One of the marks. */
export type SqlMark = keyof typeof SQL_MARKS;
