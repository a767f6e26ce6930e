import { wordTable } from "./word-table.ts";

/** A file's name that is known by itself, where a folder stands before it or it is the whole value. */
const ALONE = 1;
/** Known with the folder before it. */
const WITH_FOLDER = 2;

const NAMES = wordTable([
  [
    ALONE,
    `win.ini boot.ini system.ini ntuser.dat ntuser.ini desktop.ini autoexec.bat pagefile.sys config.sys global.asa global.asax web.config machine.config applicationhost.config .htaccess .htpasswd .htgroup
 wp-config.php wp-config.php.bak wp-config wp-login.php id_rsa id_dsa id_ecdsa id_ed25519 authorized_keys known_hosts .bash_history .zsh_history .mysql_history .psql_history .bashrc .bash_profile .profile
 .netrc .pgpass .npmrc .dockercfg .git-credentials .gitconfig .env .env.local .env.production .svn .git httpd.conf httpd2.conf apache2.conf apache.conf nginx.conf my.cnf my.ini php.ini php5.ini
 proftpd.conf vsftpd.conf pure-ftpd.conf sshd_config ssh_config lighttpd.conf tomcat-users.xml access_log error_log access.log error.log catalina.out phpmyadmin pg_hba.conf postgresql.conf
 weblogic.xml ntds.dit sam.log security.log setupinfo setupapi.log localsettings settings.php configuration.php web-inf meta-inf phpinfo.php lxc.conf filezilla.xml filezilla server.xml
 mysql.log mysql-bin.log mysqld.log httpd-access.log httpd-error.log php_errors.log faillog lastlog btmp wtmp utmp xferlog maillog auth.log secure.log kern.log dmesg.log cron.log shadow~ passwd~ shadow- passwd-
 dump.rdb aquota.user aquota.group kcore initrd.img vmlinuz sudoers passwd shadow master.passwd gshadow unattend.xml sysprep.inf iis6.log metabase.xml users.xml cmdline environ webdav.txt resolv.conf`,
  ],
  [
    WITH_FOLDER,
    `passwd shadow group hosts issue motd fstab hostname crontab services networks resolv.conf mtab profile bashrc inittab sudoers exports ports.conf redhat-release debian_version os-release
 environ cmdline version self status maps stat mounts fd config head index logs master.passwd sam system security software cmd.exe web.xml manifest.mf credentials config.json token passwords.txt
 entries wc.db localhost.xml serviceaccount namespace docker.sock secrets config.php config.inc.php database.yml secrets.yml master.key application.properties application.yml database.php db.php
 sched_debug mem settings.json mcp.json config.yaml chat.aider cpuinfo meminfo modules net filesystems ioports swaps partitions logon.exe hosts.allow hosts.deny anacrontab xinetd.conf ldap.conf pam.conf named.conf samba smb.conf grub.conf lilo.conf
 syslog.conf logrotate.conf ld.so.conf sysctl.conf tomcat5 release rc.conf notes.ini nsswitch.conf securetty printcap login.defs timezone subuid wgetrc environment ssl ssh`,
  ],
]);
const FOLDERS = wordTable([
  [
    1,
    "etc proc self .claude .cursor .continue .aider .roo .vscode .idea repair regback system32 drivers web-inf meta-inf .git .svn .hg .bzr .aws .kube .docker .ssh secrets serviceaccount run 1 fd task default mysql sites apache2 httpd include inc wp-content public_html security apache nginx root private ntds logs ..",
  ],
]);

/** Is there a file in the path between `from` and `to` that nobody asks for in good faith? Reads each segment once. */
export function isSensitivePath(value: string, from: number, to: number, isWhole: boolean): boolean {
  let start = from;
  let isBefore = false;
  let slashes = 0;
  for (let at = from; at <= to; at++) {
    const code = at < to ? value.charCodeAt(at) : 47;
    if (code !== 47 && code !== 92 && code !== 0 && code !== 59 && code !== 58 && code !== 63 && code !== 35) continue;
    let end = at;
    while (end > start && end > at - 8 && value.charCodeAt(end - 1) === 46) end--;
    const kind = NAMES.at(value, start, end);
    if ((kind & ALONE) !== 0 && (slashes > 0 || (isWhole && start <= from + 1 && end >= to - 2))) return true;
    if ((kind & WITH_FOLDER) !== 0 && isBefore) return true;
    if (at - start > 0 && !(at - start === 1 && value.charCodeAt(start) === 46)) isBefore = FOLDERS.at(value, start, at) !== 0;
    if (code === 47 || code === 92) slashes++;
    start = at + 1;
  }
  return false;
}

const SYSTEM = /^(file:)?[/\\]*(\w:)?[/\\]*(etc|proc|root|sys[/\\](class|kernel|devices|firmware|module)|private[/\\]etc|usr[/\\](local[/\\]|pkg[/\\])?(etc|apache\d*|apps|bin|sbin|lib|share[/\\]adduser|ports|local|home|spool|var|internet)|var[/\\](log|www|lib|spool|mail|run|adm|cpanel|cron|db|apache\d*|mysql|local|lock|webmin|data|nm2|tmp)|opt[/\\](lampp?|xampp|apache\d*|httpd|tomcat|bitnami|php)|dev[/\\](tcp|null|random|urandom|zero|fd|stdin|shm)|home\d*[/\\][^/\\]+[/\\](\.|public_html)|tmp[/\\]sess|windows[/\\]|winnt[/\\]|inetpub[/\\]|xampp[/\\]|apache\d*[/\\]|boot[/\\](grub|vmlinuz)|logs?[/\\](access|error)|srv[/\\]www|system volume information|volumes[/\\]|program files( \(x86\))?[/\\](apache|mysql|php|xampp|filezilla|proftpd|vsftpd)|php\d?[/\\]php|mysql[/\\](data|my)|recycler?[/\\]|documents and settings[/\\]|users[/\\][^/\\]+[/\\](appdata|ntuser|\.)|sysvol|wwwroot|library[/\\](webserver|logs)|applications[/\\]|system[/\\]library|acct[/\\]config|app[/\\]etc)([/\\.]|\b)/i;

/** It begins at the root, or at that of a drive. */
const ROOTED = /^(file:)?([/\\]|\w:[/\\])/i;
/** Folders that are of the system even where the path does not say so. */
const RELATIVE = /^(etc|proc|windows|winnt|inetpub|xampp|(usr|var|private|opt)[/\\]\w+)[/\\]/i;

/** Does the path lead into a folder of the system? For whole values alone: a text may well name one. */
export function isSystemFolder(value: string, from: number, to: number): boolean {
  const head = value.slice(from, Math.min(to, from + 80));
  return head.length > 4 && SYSTEM.test(head) && (ROOTED.test(head) || RELATIVE.test(head));
}
