import { codeDetector } from "./code.ts";
import type { Detector } from "./detector.ts";
import { createLdapDetector } from "./ldap.ts";
import { markupDetector } from "./markup.ts";
import { createNosqlDetector } from "./nosql.ts";
import { shellDetector } from "./shell.ts";
import { createSqlDetector } from "./sql/sql.ts";
import { SQL_CHARACTERS, SQL_PAIRS, SQL_TEXTS } from "./sql/waking.ts";
import { templateDetector } from "./template.ts";
import { traversalDetector } from "./traversal.ts";
import { urlDetector } from "./url.ts";
import { createXpathDetector } from "./xpath.ts";

/** A detector, and what has to stand in a value for it to see anything: values without it are not shown to it. */
export interface Watch {
  readonly detector: Detector;
  /** Characters of ASCII, each of which wakes it. */
  readonly characters: string;
  /** Texts of ASCII, each of which wakes it, wherever it stands; small and capital letters are the same, any white space is a blank. */
  readonly words: readonly string[];
  /** What wakes it together: one of the characters and one of the words, wherever they stand. */
  readonly pairs?: readonly { readonly characters: string; readonly words: readonly string[] }[];
}

const LETTERS = Array.from("abcdefghijklmnopqrstuvwxyz");

/** A dot before a letter: members of objects and names of files have it, numbers have not. */
const DOT_AND_LETTER = LETTERS.map((letter) => `.${letter}`);

/** What is called; a bracket behind a blank is a text's, unless there is more that wakes. */
const LETTER_AND_BRACKET = ["0", ...LETTERS].map((letter) => `${letter}(`);

/** Names that only program text holds and that have no underscore. */
const PROGRAM_NAMES = `fromcharcode fromcodepoint xmlhttprequest createcontextualfragment mainmodule spawnsync execsync getruntime processbuilder scriptenginemanager objectinputstream urlclassloader
 getdeclared newinstance getenginebyname allowstaticmethodaccess excludedclasses excludedpackagenames forname getmethod springutil ognlutil defineclass passthru
 invokertransformer clonetransformer instantiatetransformer instantiatefactory constanttransformer chainedtransformer forclosure whileclosure xmldecoder prototypeclonefactory
 prototypeserializationfactory templatesimpl jdbcrowsetimpl`;

/** Programs that are commands without any sign beside them, or with a number behind them. */
const COMMANDS = `whoami whoam i-am ifconfig ipconfig nslookup netstat systeminfo sysinfo certutil bitsadmin mkfifo printenv getent tasklist taskkill mshta rundll32 regsvr32 cscript wscript msiexec installutil lsmod lspci lsusb
 lsblk lsof tcpdump crontab usermod useradd userdel adduser groupadd chpasswd visudo sudoedit iptables schtasks vssadmin wevtutil quser qwinsta nltest dsquery icacls cacls whereis getfacl setfacl zcat grep mknod dmesg
 journalctl systemctl arp sysctl ipcs unshadow lwp- id.exe net1 wmic uname chmod chown hostnamectl netcat ncat wget dnsdomainname lastlog getprop pkexec nohup setsid strace ltrace gdb rmdir nproc umask ulimit
 curl ping traceroute tracert seq bsdtar zstdcat lzcat aptitude htop regedit bcdboot bcdedit lsb_release`;

/** Functions of XPath and of what runs JavaScript beside a database, as they are called. */
const XPATH_CALLS = `text node comment processing-instruction name local-name namespace-uri position last root count string string-length substring substring-before substring-after contains starts-with ends-with
 normalize-space translate concat sum number boolean not string-to-codepoints codepoints-to-string matches replace tokenize lower-case upper-case exists empty distinct-values string-join id doc document collection
 unparsed-text unparsed-text-lines doc-available environment-variable`;
const SCRIPT_CALLS = "function sleep while emit object tojson for";

const called = (names: string): string[] => names.split(/\s+/).flatMap((name) => [`${name.slice(-5)}(`, `${name.slice(-5)} (`]);

/** All detectors. A value wakes those whose characters or words stand in it, in any of its forms. */
export const DETECTORS: readonly Watch[] = [
  { detector: createSqlDetector(), characters: SQL_CHARACTERS, words: SQL_TEXTS, pairs: SQL_PAIRS },
  { detector: createNosqlDetector(), characters: "${;", words: ["this.", "return", "db.", ...called(SCRIPT_CALLS)] },
  { detector: createLdapDetector(), characters: "=", words: [")(", ") (", ")|", ")&", "(&", "(|", "(!", "*)", ":="] },
  { detector: createXpathDetector(), characters: "[|$", words: ["::", "//", "/*", "/@", "..", "declare", ...called(XPATH_CALLS)] },
  { detector: shellDetector, characters: ";|&\n\r`\\$'\"{*?", words: [" -", " /", "<(", ">(", "@(", ...COMMANDS.split(/\s+/)] },
  { detector: templateDetector, characters: "{#", words: ["<%", "[[", "[(", "[=", "@("] },
  { detector: codeDetector, characters: "=_`[\"'$\\", words: ["?.", ")(", ...LETTER_AND_BRACKET, ...DOT_AND_LETTER, ...PROGRAM_NAMES.split(/\s+/)] },
  { detector: markupDetector, characters: "<", words: ["t:", "a:", "t :", "a :", "\\:"] },
  { detector: traversalDetector, characters: "/\\%", words: ["..", "0x2", ...DOT_AND_LETTER] },
  { detector: urlDetector, characters: "", words: [":/", ":\\", "//", "\\\\", "jar:", "url:", "http:", "https:"] },
];

/** Marks of the detectors by their names. */
export const DETECTOR_MARKS: ReadonlyMap<string, readonly string[]> = new Map(DETECTORS.map(({ detector }) => [detector.name, Object.keys(detector.marks)]));
