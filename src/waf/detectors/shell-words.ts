import { wordTable } from "./word-table.ts";

/*
 * Programs by how much a text must hold beside the name before it is a command. `cat` and `sort` are words of product names;
 * `bash` and `java` are listed in offers of training; nobody writes `whoami` but to run it.
 */

/** The name is enough where a command may stand. */
export const SURE = 1;
/** Needs an argument as programs have them, or a place where only a command can stand. */
export const TOOL = 2;
/** An ordinary word: the same, and more. */
export const PLAIN = 4;
/** Runs what follows. */
export const PREFIX = 8;
/** May be all of a command (`; ls`). */
export const ALONE = 16;
/** Takes a number or an address (`sleep 5`, `ping 10.0.0.1`). */
export const TAKES_NUMBER = 32;
/** Writes its argument: any quoted one, variable or calculation will do. */
export const WRITES = 64;
/** Takes the name of a program, a switch or a word of its own (`net user`, `reg add`). */
export const TAKES_WORD = 128;
/** Is a command where it is the whole value: no word of any language, no name of a field or format. */
export const WHOLE = 256;

const SURE_ONES = `whoami ifconfig ipconfig nslookup netstat systeminfo sysinfo certutil bitsadmin mkfifo lsb_release printenv getent tasklist taskkill mshta rundll32 regsvr32 cscript
 wscript msiexec installutil lsmod lspci lsusb lsblk lsof tcpdump crontab usermod useradd userdel adduser groupadd chpasswd visudo sudoedit iptables schtasks vssadmin wevtutil
 quser qwinsta nltest dsquery icacls cacls whereis getfacl setfacl zcat bzcat xzcat zgrep egrep fgrep bsdtar zstdcat lzcat dialog2 aptitude htop regedit bcdboot bcdedit mknod dmesg journalctl systemctl arp sysctl ipcs unshadow
 lwp-download lwp-request id.exe net1 wmic uname chmod chown hostnamectl netcat ncat wget dnsdomainname lastlog whoam i-am getprop pkexec nohup setsid strace ltrace gdb rmdir nproc umask ulimit`;
const TOOLS = `curl bash sh zsh ksh csh tcsh dash ash fish rbash powershell pwsh cmd python python2 python3 perl php ruby lua node nodejs java javac gcc cc g++ make go tclsh expect awk gawk mawk nawk sed
 grep egrep rgrep nc socat telnet ssh scp sftp ftp tftp rsync rcp rlogin rsh ping ping6 traceroute tracert dig host base64 base32 xxd od hexdump strings tar gzip gunzip zip unzip bzip2 xz 7z cpio
 mysql mysqldump psql sqlite3 mongo redis-cli docker kubectl git svn apt apt-get yum dnf apk pip pip3 npm gem cp mv rm ln mkdir touch tee xargs ls ps kill killall pkill df du free mount
 umount lynx links w3m axel aria2c fetch lftp openssl vi vim nano emacs ed busybox env pwd passwd su sudo doas unset jobs nmap mail sendmail exec source dir del erase copy xcopy robocopy move ren
 attrib net netsh reg sc at start wget.exe curl.exe pathping route nbtstat ver assoc ftype fc findstr where python3.9 rev tac nl tail head cat cut tr wc uniq id who w last finger groups uptime hostname
 stat chroot gpg dd wall screen tmux watch timeout which type sleep jq tshark ip iconv shuf paste nice ionice time iex irm iwr gci gc ni sal curl32 ftp.exe echo printf print egrep cmd32 chattr lsattr showmount
 ansible ansible-playbook ansible-galaxy ansible-console ansible-inventory ansible-vault ansible-doc ansible-pull ansible-config chef-client chef-shell chef-run chef-vault cscli aa-exec aa-disable aoss
 aspell base58 basenc bashbug batcat bpftrace byebug c89 c99 capsh choom cobc cpan cpulimit csplit csvtool dmsetup dosbox dvips efax enscript eqn flock fping gcloud gcore genisoimage ghci gimp ginsh grc gtester hping3
 iftop ispell jrunscript ksh93 kshell ksu latexmk ldconfig logsave lualatex mawk minicom mosquitto msgfilter mtr mutt nasm ncdu ncftp neofetch nft nroff nsenter octave openvpn opkg pandoc pdflatex perlbug pidstat posh pry psftp ptx
 puppet rake restic rmt rpm rpmquery rtorrent run-mailcap run-parts rview rvim scanmem setarch slsh smbclient soelim ssh-agent ssh-keygen ssh-keyscan sshpass start-stop-daemon stdbuf systemd-run taskset tasksh tclsh8.6 terraform timedatectl
 tmate torify torsocks troff unshare unsquashfs unxz update-alternatives uudecode uuencode vagrant valgrind vigr vimdiff vipw virsh whiptail xdotool xelatex xetex xmodmap zathura zsoelim zypper tee dstat gdb-server nft
 forfiles cmstp odbcconf msbuild regasm regsvcs esentutl extrac32 diskshadow dnscmd pcalua mavinject xwizard syncappvhost wevtutil certreq hh.exe powershell_ise
 mkisofs ld as ldd readelf objdump ghc rustc scala kotlin groovy jrunscript jjs jshell tcl irb pry erl iex.bat pico more less`;
const ORDINARY = `cat cut head tail more less sort find host dig last at w who time date test set read make go fish dash expect links screen watch start move copy type where which route type print echo
 sleep node ruby java python perl php mail fetch free mount touch source kill net at strings expect od as nl rev tr fc ed ash host finger groups paste nice time ip id links type xz go lua dir hostname history file alias
 printf exit cal pr join split fold fmt look command eval call for if while case function let export local wait trap shift tee env su free passwd zip tar ftp rsync git docker npm gem perl base64 scala kotlin groovy pico ver
 telnet start reg sc del erase ren mysql cmd bash nano mongo openssl cc`;
const ALONES = "id ls dir pwd ps w who env set ver uptime hostname ipconfig sh bash reboot shutdown halt poweroff passwd ifconfig df history logname users groups tty arp last";
const PREFIXES = "sudo doas env time nohup exec command builtin eval busybox xargs timeout nice then do else start call cmd setsid strace stdbuf";
const NUMBERS = "curl wget lynx fetch ftp tftp scp lwp-request lwp-download getent sleep ping ping6 kill timeout seq host nc ncat netcat telnet dig nslookup traceroute tracert expr exit factor ssh usleep pathping";
const WRITERS = "echo printf print set expr test write";
const WHOLES = `whoami ifconfig ipconfig netstat nslookup systeminfo tasklist printenv lsb_release lsmod lspci lsusb lsblk lsof dmesg quser qwinsta hostnamectl dnsdomainname id.exe whoam sysinfo getent wevtutil
 vssadmin schtasks taskkill certutil bitsadmin rundll32 regsvr32 cscript wscript msiexec mkfifo tcpdump crontab visudo sudoedit nproc`;
const WORDED = "net sc reg wmic which type where netsh start uname ip find history for if while case export source id finger tar unzip apt apt-get yum dnf apk systemctl service mount ipconfig su sudo";

export const PROGRAMS = wordTable([
  [SURE, SURE_ONES],
  [TOOL, TOOLS],
  [PLAIN, ORDINARY],
  [ALONE, ALONES],
  [PREFIX, PREFIXES],
  [TAKES_NUMBER, NUMBERS],
  [WRITES, WRITERS],
  [TAKES_WORD, WORDED],
  [WHOLE, WHOLES],
]);

/** Words that follow such a program: `net user`, `which curl`, `set /a`. */
export const SUBCOMMANDS = wordTable([
  [1, "user users localgroup group view share use session start stop query add delete import export save process os computersystem bios product service useraccount nc ncat netcat wget curl python python3 perl php ruby gcc cc bash sh link addr route neigh interface advfirewall firewall wlan all"],
]);
