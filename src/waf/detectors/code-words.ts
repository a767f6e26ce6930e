import { wordTable } from "./word-table.ts";

/*
 * The words by which program text is known, by what must stand around one before it counts. Ordinary words (`system`, `open`,
 * `top`) need more than odd ones (`__globals__`, `fromCharCode`).
 */

/** The word is enough. */
export const SURE = 1;
/** An odd name: counts where it is called. */
export const CALLED = 2;
/** A name that is also an ordinary word: counts where it is called with a quoted text, a variable or another call. */
export const CALLED_AS_CODE = 4;
/** Counts with a member of MEMBERS after a dot. */
export const OBJECT = 8;
/** The same; and with a quoted member in brackets. */
export const SCOPE = 16;
/** A handler of an event: counts where something is given to it. */
export const HANDLER = 32;
/** A statement that takes a text or a path: `include '…'`, `require("…")`. */
export const STATEMENT = 64;
/** Counts with a number alone: `sleep(5)`, `md5(31337)`. */
export const NUMBERED = 128;
/** Does nothing without an argument: `eval()` is how people write of it. */
export const NEEDY = 256;

const PYTHON = `__import__ __class__ __mro__ __subclasses__ __globals__ __builtins__ __bases__ __base__ __getattribute__ __getitem__ __reduce__
 __loader__ _templatereference__context __code__ __closure__`;
const JAVASCRIPT = "__proto__ __definegetter__ __definesetter__ __lookupgetter__ __lookupsetter__ child_process fromcharcode fromcodepoint xmlhttprequest createcontextualfragment mainmodule spawnsync execsync __js_function";
const JAVA = `getruntime processbuilder scriptenginemanager objectinputstream urlclassloader getdeclaredmethods getdeclaredconstructor newinstance
 getenginebyname _memberaccess allowstaticmethodaccess excludedclasses excludedpackagenames forname getmethod springutil ognlutil defineclass
 invokertransformer clonetransformer instantiatetransformer instantiatefactory constanttransformer chainedtransformer forclosure whileclosure xmldecoder
 prototypeclonefactory prototypeserializationfactory templatesimpl jdbcrowsetimpl`;
const PHP = "shell_exec passthru proc_open pcntl_exec create_function call_user_func call_user_func_array auto_prepend_file allow_url_include auto_append_file";

const CALLS = `eval assert_options base64_decode base64_encode file_get_contents file_put_contents fopen fwrite fputs readfile highlight_file show_source phpinfo phpversion
 php_uname getenv putenv ini_set set_time_limit preg_replace array_map array_filter array_walk usort uasort ob_start unserialize gzinflate gzuncompress gzdecode str_rot13
 strrev hex2bin bin2hex move_uploaded_file opendir readdir scandir glob posix_getpwuid error_log func_get_args get_defined_vars get_cfg_var getcwd
 proc_close proc_get_status escapeshellcmd escapeshellarg parse_ini_file simplexml_load_string dl fsockopen stream_socket_client curl_init curl_exec
 alert confirm prompt settimeout setinterval setimmediate requestanimationframe atob btoa importscripts execscript unescape decodeuri decodeuricomponent
 postmessage queueMicrotask execfile getattr setattr delattr compile_command vbscript msgbox createobject wscript ord array_diff_ukey is_executable is_readable
 is_writable file_exists fileperms ftp_get ftp_put readlink symlink tempnam tmpfile chgrp php_strip_whitespace ob_get_contents header_register_callback
 register_shutdown_function forward_static_call iterator_apply array_reduce session_set_save_handler xml_set_element_handler mb_ereg_replace runinnewcontext
 runinthiscontext readfilesync writefilesync readdirsync appendfilesync execfilesync mkdirsync unlinksync print_r var_dump var_export globals locals
 define_method instance_eval class_eval module_eval instance_variable_get const_get load_file`;
const ORDINARY_CALLS = `system exec assert popen open print function fetch import require sleep chr char compile dir execute send sendline syscall spawn fork
 file md5 sha1 printf echo expression extractvalue implode mail copy rename unlink delete kill
 usleep benchmark constructor subprocess define die exit`;
const OBJECTS = `java javax os sys subprocess process system string object math reflect runtime response server wscript request kernel io ioutil pty socket shutil commands posix
 constructor prototype array class cookie function pickle marshal yaml importlib codecs timeit platform vm module require globals config
 localstorage sessionstorage navigator history activexobject application session javascript file dir process_builder com ognl facescontext freemarker velocity jdk sun jndi el`;
const SCOPES = "console process document window self top parent frames globalthis global this location opener";
const HANDLERS = `onabort onactivate onafterprint onafterscriptexecute onafterupdate onanimationcancel onanimationend onanimationiteration onanimationstart onauxclick onbeforeactivate
 onbeforecopy onbeforecut onbeforedeactivate onbeforeeditfocus onbeforeinput onbeforematch onbeforepaste onbeforeprint onbeforescriptexecute onbeforetoggle onbeforeunload
 onbeforeupdate onbegin onblur onbounce oncancel oncanplay oncanplaythrough oncellchange onchange onclick onclose oncommand oncontentvisibilityautostatechange oncontextmenu
 oncontextlost oncontextrestored oncontrolselect oncopy oncuechange oncut ondataavailable ondatasetchanged ondatasetcomplete ondblclick ondeactivate ondrag ondragdrop ondragend ondragenter
 ondragexit ondragleave ondragover ondragstart ondrop ondurationchange onemptied onend onended onerror onerrorupdate onfilterchange onfinish onfocus onfocusin onfocusout onformchange
 onformdata onforminput onfullscreenchange onfullscreenerror ongotpointercapture onhashchange onhelp oninput oninvalid onkeydown onkeypress onkeyup onlanguagechange onlayoutcomplete
 onload onloadeddata onloadedmetadata onloadend onloadstart onlosecapture onlostpointercapture onmediacomplete onmediaerror onmessage onmessageerror onmousedown onmouseenter
 onmouseleave onmousemove onmouseout onmouseover onmouseup onmousewheel onmove onmoveend onmovestart onmozfullscreenchange onoffline ononline onorientationchange onoutofsync
 onpagehide onpageshow onpagereveal onpageswap onpaste onpause onplay onplaying onpointercancel onpointerdown onpointerenter onpointerleave onpointermove onpointerout
 onpointerover onpointerrawupdate onpointerup onpopstate onprogress onpropertychange onratechange onreadystatechange onredo onrejectionhandled onrepeat onreset onresize
 onresizeend onresizestart onresume onreverse onrowdelete onrowenter onrowexit onrowinserted onrowsenter onrowsdelete onrowsinserted onscroll onscrollend
 onscrollsnapchange onscrollsnapchanging onsearch onsecuritypolicyviolation onseek onseeked onseeking onselect onselectionchange onselectstart onshow onslotchange onstalled
 onstart onstop onstorage onsubmit onsuspend onsyncrestored ontimeerror ontimeupdate ontoggle ontouchcancel ontouchend ontouchmove ontouchstart ontrackchange
 ontransitioncancel ontransitionend ontransitionrun ontransitionstart onundo onunhandledrejection onunload onurlflip onvisibilitychange onvolumechange onwaiting
 onwebkitanimationend onwebkitanimationiteration onwebkitanimationstart onwebkitmouseforcechanged onwebkitmouseforcedown onwebkitmouseforceup
 onwebkitmouseforcewillbegin onwebkittransitionend onwebkitfullscreenchange onwebkitplaybacktargetavailabilitychanged onwheel onzoom`;

/** The words that are looked at. */
export const CODE_WORDS = wordTable([
  [OBJECT, OBJECTS],
  [SCOPE, SCOPES],
  [CALLED_AS_CODE, ORDINARY_CALLS],
  [CALLED, CALLS],
  [SURE, `${PYTHON} ${JAVASCRIPT} ${JAVA} ${PHP}`],
  [HANDLER, HANDLERS],
  [NUMBERED, "sleep usleep md5 sha1 chr"],
  [NEEDY, "eval base64_decode base64_encode file_get_contents file_put_contents fopen fwrite fputs readfile preg_replace unserialize ini_set settimeout setinterval atob btoa unescape var_dump print_r getenv setattr getattr"],
  [STATEMENT, "include include_once require require_once"],
]);

/** `object.member`, written as one word. */
export const MEMBERS = wordTable([
  [
    1,
    `console.log console.info console.error console.dir console.warn console.table console.debug document.cookie document.domain document.write document.writeln document.location document.body document.getelementbyid document.getelementsbytagname document.createelement
 document.documentelement document.queryselector document.url document.documenturi document.baseuri document.referrer document.head document.forms document.scripts document.defaultview
 document.implementation document.execcommand document.title document.all document.links document.anchors document.images document.readystate document.vulnerable document.addeventlistener
 window.location window.open window.name window.onerror window.eval window.alert window.parent window.top window.document window.atob window.navigate window.addeventlistener window.frames window.self
 window.settimeout window.opener window.onload window.constructor
 self.location top.location parent.location parent.document top.document self.document self.alert top.alert parent.frames self.name
 this.constructor this.window this.ownerdocument this.contentwindow this.parentnode this.src this.href this.process this.name this.value this.form this.innerhtml
 global.process globalthis.process global.require globalthis.alert
 location.href location.hash location.search location.replace location.assign location.pathname location.protocol location.reload location.host
 string.fromcharcode string.raw object.prototype object.assign object.constructor object.defineproperty object.keys object.values function.constructor array.prototype array.from array.constructor array.map
 constructor.constructor constructor.prototype prototype.constructor constructor.call math.constructor function.prototype reflect.apply reflect.construct reflect.set reflect.get
 process.env process.mainmodule process.exit process.binding process.cwd process.argv process.version process.platform process.kill process.pid process.stdout process.dlopen process.start process.getcurrentprocess
 os.system os.popen os.environ os.execute os.listdir os.getcwd os.execl os.execv os.execve os.spawnl os.fork os.remove os.dup2 os.getenv os.read os.open
 subprocess.popen subprocess.check_output subprocess.call subprocess.run subprocess.getoutput subprocess.check_call commands.getoutput pty.spawn socket.socket
 socket.connect socket.gethostbyname shutil.rmtree pickle.loads marshal.loads yaml.load importlib.import_module codecs.decode timeit.timeit sys.modules sys.path sys.stdout sys.exit
 platform.popen vm.runinnewcontext vm.script module.exports require.main
 java.lang java.io java.net java.nio java.beans java.security java.util java.awt java.sql java.text javax.script javax.naming javax.management javax.el javax.servlet javax.swing
 jdk.internal jdk.nashorn com.sun com.opensymphony com.alibaba com.mchange com.rometools freemarker.template freemarker.cache velocity.context
 system.out system.getproperty system.getenv system.exit system.diagnostics system.reflection system.io system.net system.runtime system.web system.exec system.activator system.appdomain system.convert
 system.text system.environment system.setproperty system.setsecuritymanager system.loadlibrary system.windows system.management system.servicemodel
 runtime.exec runtime.getruntime response.write response.end response.redirect response.addheader server.scripttimeout server.createobject server.execute server.mappath wscript.shell
 request.querystring request.form request.servervariables request.item request.getparameter request.application request.environ
 kernel.exec kernel.system kernel.open kernel.spawn io.popen io.read io.readlines io.sysopen ioutil.readfile file.open file.read file.readlines file.write file.delete file.new dir.entries dir.glob dir.pwd
 class.forname class.classloader class.getclassloader class.module class.protectiondomain class.getresource class.getmethod class.inspect class.mro class.base class.constructor
 localstorage.getitem localstorage.setitem sessionstorage.getitem sessionstorage.setitem navigator.sendbeacon navigator.vibrate navigator.useragent history.pushstate history.replacestate
 facescontext.getcurrentinstance globals.put config.items config.from_pyfile config.from_object application.getclass session.getattribute el.eval`,
  ],
]);
