/** Files of rules that stand beside the configurations of tests. */
export const RULE_FILES: Readonly<Record<string, string>> = {
  "own-rules.yaml": `ruleset: own
version: "7"
classes: { words: { en: words, zh: 词 } }
rules:
  - { id: own-word, class: words, severity: critical, say: a word, matches: evilword }
`,
  "more-rules.yaml": `ruleset: more
version: "1"
classes: { more: { en: more, zh: 更多 } }
rules:
  - id: more-word
    class: more
    severity: error
    say: { en: another word, zh: 另一个词 }
    matches: ['\\bworse\\b', "worst"]
    unless: 'not worse'
    in: [json]
    fields: /note
`,
  "broken-rules.yaml": `ruleset: broken
version: 2026.11
classes: { more: { en: more, zh: 更多 } }
rules:
  - id: look-ahead
    class: more
    severity: critical
    say: text
    matches: 'a(?=b)'
  - id: no-class
    class: unheard-of
    severity: urgent
    say: text
    matches: ["fine", '(', 'a{1,200}']
  - { id: unknown-mark, class: more, severity: notice, say: text, sees: [fields.nothing] }
  - { id: sees-nothing, class: more, severity: notice, say: text }
  - { id: Bad Name, class: more, severity: notice, say: text, matches: a, colour: red }
`,
  "not-yaml.yaml": "rules: [",
  "twice.yaml": `ruleset: twice
version: "1"
rules:
  - { id: own-word, class: words, severity: critical, say: a word, matches: evilword }
  - { id: new-word, class: strange, severity: critical, say: a word, matches: evilword }
`,
};
