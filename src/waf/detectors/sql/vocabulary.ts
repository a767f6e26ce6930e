import { wordTable } from "../word-table.ts";

/**
 * What a word means to the grammar. Words that the grammar treats alike share a meaning; `plain` is every other word, be it
 * a column or a piece of prose. The order of the first ones says what may stand between two conditions.
 */
export const Word = {
  plain: 0,
  or: 1,
  and: 2,
  not: 3,
  /** Compares: LIKE, RLIKE, REGEXP, GLOB … */
  like: 4,
  is: 5,
  in: 6,
  between: 7,
  /** Between two numbers: DIV, MOD, XOR's neighbours. */
  div: 8,
  /** A value without brackets: NULL, TRUE, CURRENT_USER … */
  constant: 9,
  select: 10,
  union: 11,
  from: 12,
  where: 13,
  having: 14,
  order: 15,
  group: 16,
  by: 17,
  /** ALL, DISTINCT: before a list of columns. */
  distinct: 18,
  /** TOP: a number follows. */
  top: 19,
  as: 20,
  into: 21,
  outfile: 22,
  values: 23,
  set: 24,
  insert: 25,
  update: 26,
  delete: 27,
  drop: 28,
  /** What can be dropped, made or altered: TABLE, DATABASE, USER … */
  thing: 29,
  exec: 30,
  declare: 31,
  waitfor: 32,
  delay: 33,
  shutdown: 34,
  copy: 35,
  program: 36,
  create: 37,
  load: 38,
  data: 39,
  exists: 40,
  case: 41,
  when: 42,
  /** THEN. */
  outcome: 43,
  limit: 44,
  join: 45,
  /** IF, IIF: a condition in brackets. */
  if: 46,
  /** BINARY, COLLATE-like words before a value. */
  binary: 47,
  sounds: 48,
  procedure: 49,
  analyse: 50,
  begin: 51,
  /** A call that waits. */
  sleeps: 52,
  /** A call that is known from attacks that read out by error messages. */
  tells: 53,
  /** A call or procedure that reaches files, commands or the network. */
  reaches: 54,
  /** A call that says who or where the database is. */
  introduces: 55,
  /** Any other call of SQL. */
  call: 56,
  /** A call that makes characters of numbers. */
  character: 57,
  /** A table or view of the catalogue; the word stands nowhere else. */
  catalogue: 58,
  /** A word of prose that is never a table: THE, OUR, LIST … */
  prose: 59,
  /** A table that attacks ask for: USERS, ACCOUNTS … */
  wanted: 60,
  /** MASTER, SYS, MYSQL: part of the catalogue where a dot follows. */
  system: 61,
  with: 62,
  grant: 63,
  else: 64,
  end: 65,
  for: 66,
  xor: 67,
  /** WAITFOR TIME. */
  time: 68,
  table: 69,
  on: 70,
  to: 71,
} as const;

/** One of the meanings of {@link Word}. */
export type Word = (typeof Word)[keyof typeof Word];

const CALLS =
  "concat concat_ws group_concat substring substr substrb mid left right ascii ord bin hex unhex length len char_length octet_length lower upper lcase ucase ltrim rtrim trim reverse replace repeat replicate space instr locate position strcmp conv coalesce ifnull nullif isnull nvl nvl2 decode encode greatest least interval elt field find_in_set make_set export_set count sum avg min max floor ceil ceiling round rand random pow power sqrt exp log ln sin cos tan pi abs sign crc32 md5 sha sha1 sha2 password old_password encrypt des_encrypt aes_encrypt aes_decrypt compress uncompress cast convert to_char to_number to_date quotename stuff patindex charindex difference soundex nchar unicode string_agg listagg wm_concat array_agg array_to_string string_to_array rawtohex rawtonum utl_raw.cast_to_varchar2 bitand json_extract json_depth json_length json_valid json_value json_query openjson last_insert_id row_count found_rows serverproperty has_dbaccess is_srvrolemember is_member object_id object_name col_name db_name db_id suser_name suser_sname host_name isnumeric regexp_like regexp_substr regexp_instr regexp_replace xmlelement xmlagg xmlforest tochar quote quote_literal quote_ident typeof glob likelihood zeroblob printf hextoraw sys_context row_number dense_rank date_format date_add curdate curtime now sysdate getdate unix_timestamp from_unixtime st_x st_pointfromtext inet_ntoa inet_aton uuid benchmarking current_setting set_config pg_typeof lpad rpad chr2 collation coercibility charset ifelse iff to_base64 from_base64 weight_string bit_count bit_length overlay split_part regexp_split_to_table regexp_matches md5sum standard_hash dbms_utility.sqlid_to_sqlhash ascii_char fn_varbintohexstr";

/** A word that stands in several groups has the meaning of the last. */
const GROUPS: readonly (readonly [number, string])[] = [
  [Word.call, CALLS],
  [Word.or, "or"],
  [Word.xor, "xor"],
  [Word.and, "and"],
  [Word.not, "not"],
  [Word.like, "like ilike rlike regexp glob similar match collate notnull escape"],
  [Word.is, "is"],
  [Word.in, "in"],
  [Word.between, "between"],
  [Word.div, "div mod"],
  [Word.constant, "null true false unknown current_user session_user system_user current_date current_time current_timestamp sysdate utc_date utc_time utc_timestamp localtime localtimestamp rownum rowid"],
  [Word.select, "select"],
  [Word.union, "union intersect except minus"],
  [Word.from, "from"],
  [Word.where, "where"],
  [Word.having, "having"],
  [Word.order, "order"],
  [Word.group, "group"],
  [Word.by, "by"],
  [Word.distinct, "distinct all distinctrow sql_no_cache sql_cache high_priority straight_join"],
  [Word.top, "top"],
  [Word.as, "as"],
  [Word.into, "into"],
  [Word.outfile, "outfile dumpfile infile"],
  [Word.values, "values value"],
  [Word.set, "set"],
  [Word.insert, "insert replace merge"],
  [Word.update, "update"],
  [Word.delete, "delete"],
  [Word.drop, "drop truncate"],
  [Word.table, "table"],
  [Word.thing, "database schema view index trigger function user role login extension sequence tablespace member members column"],
  [Word.exec, "exec execute call"],
  [Word.declare, "declare"],
  [Word.waitfor, "waitfor"],
  [Word.delay, "delay"],
  [Word.time, "time"],
  [Word.shutdown, "shutdown"],
  [Word.copy, "copy"],
  [Word.program, "program stdin stdout"],
  [Word.create, "create alter"],
  [Word.load, "load"],
  [Word.data, "data"],
  [Word.exists, "exists"],
  [Word.case, "case"],
  [Word.when, "when while"],
  [Word.outcome, "then"],
  [Word.else, "else"],
  [Word.end, "end"],
  [Word.limit, "limit offset fetch"],
  [Word.join, "join natural"],
  [Word.if, "if iif"],
  [Word.binary, "binary"],
  [Word.sounds, "sounds"],
  [Word.procedure, "procedure"],
  [Word.analyse, "analyse analyze"],
  [Word.begin, "begin"],
  [Word.with, "with"],
  [Word.grant, "grant revoke"],
  [Word.for, "for"],
  [Word.on, "on"],
  [Word.to, "to"],
  [Word.sleeps, "sleep pg_sleep pg_sleep_for pg_sleep_until benchmark randomblob generate_series dbms_pipe dbms_lock dbms_session get_lock delay_exec"],
  [
    Word.tells,
    "extractvalue updatexml gtid_subset gtid_subtract name_const xmltype utl_inaddr ctxsys drithsx ordsys dbms_xmlgen dbms_xmlquery query_to_xml database_to_xml table_to_xml xmltransform geometrycollection multipoint multipolygon multilinestring linestring polygon st_latfromgeohash st_longfromgeohash st_pointfromgeohash cume_dist sqlcode json_keys",
  ],
  [
    Word.reaches,
    "load_file lo_import lo_get lo_put lo_export lo_create lo_from_bytea pg_read_file pg_read_binary_file pg_ls_dir pg_stat_file dblink dblink_connect dblink_send_query openrowset opendatasource openquery utl_http utl_file httpuritype dbms_ldap dbms_scheduler dbms_java dbms_advisor dbms_xslprocessor xp_cmdshell xp_dirtree xp_fileexist xp_subdirs xp_regread xp_regwrite xp_regdeletekey xp_regdeletevalue xp_regenumvalues xp_regenumkeys xp_regaddmultistring xp_regremovemultistring xp_servicecontrol xp_availablemedia xp_enumdsn xp_enumgroups xp_enumerrorlogs xp_loginconfig xp_makecab xp_ntsec_enumdomains xp_terminate_process xp_execresultset xp_filelist xp_logininfo xp_grantlogin xp_revokelogin xp_sendmail xp_printstatements xp_displayparamstmt xp_setsqlsecurity xp_startmail xp_stopmail xp_deletemail xp_readmail sp_oacreate sp_oamethod sp_oagetproperty sp_oadestroy sp_oasetproperty sp_addextendedproc sp_addlogin sp_addsrvrolemember sp_adduser sp_addrolemember sp_executesql sp_execute sp_configure sp_makewebtask sp_password sp_prepare sp_start_job sp_add_job sp_add_jobstep sp_helpdb sp_helptext sp_who sp_tables sp_columns sp_dropextendedproc sp_sqlexec sp_msforeachdb sp_msforeachtable sp_replwritetovarbin sp_send_dbmail load_extension edit writefile readfile sys_exec sys_eval do_system filetoclob filetoblob fn_xe_file_target_read_file fn_get_audit_file fn_trace_gettable",
  ],
  [Word.introduces, "version user database schema connection_id sqlite_version sqlite_source_id pg_backend_pid inet_server_addr inet_client_addr current_database current_schema getpgusername"],
  [Word.character, "char chr nchar"],
  [
    Word.catalogue,
    "information_schema sqlite_master sqlite_temp_master sqlite_schema pg_catalog pg_shadow pg_user pg_database pg_class pg_namespace pg_tables pg_roles pg_authid pg_largeobject pg_attribute pg_proc pg_stat_activity pg_ls_logdir sysobjects syscolumns sysdatabases sysusers sysxlogins syslogins sysprocesses systypes syscat sysibm all_tables all_tab_columns all_tab_cols all_users all_objects all_views all_source all_col_comments user_tables user_tab_columns user_users user_objects user_role_privs user_sys_privs user_password dba_tables dba_users dba_tab_columns dba_objects dba_sys_privs dba_role_privs msysobjects msysaces msysqueries msysrelationships v$version v$instance v$parameter v$session v$database session_privs role_sys_privs table_schema table_name column_name schema_name syssegments sysconstraints sysforeignkeys sysindexes sysfiles sysservers sysreferences innodb_table_stats innodb_index_stats mysql_user rdb$database rdb$relations mon$database",
  ],
  [
    Word.prose,
    "the a an our your my his her their its this that these those list menu menus option options range ranges catalog catalogue brochure below above following dropdown each every among various one both many several most stock selection selected available within bottom home here there menü der die das den dem del la le les el los las un une il da van het",
  ],
  [Word.wanted, "users usr admin admins administrator administrators accounts passwords passwd password members employees customers customer credentials logins dual wp_users sys_users tbl_users creditcards credit_cards secrets"],
  [Word.system, "master mysql sys msdb tempdb performance_schema northwind dbo syscat sysibm pg_temp"],
];

/** All words that mean something other than prose. */
export const SQL_WORDS: readonly string[] = GROUPS.flatMap(([meaning, words]) => (meaning === Word.prose ? [] : words.split(" ")));

const TABLE = wordTable(onePerWord());

function onePerWord(): (readonly [number, string])[] {
  const meanings = new Map<string, number>();
  for (const [meaning, words] of GROUPS) for (const word of words.split(" ")) meanings.set(word, meaning);
  return [...meanings].map(([word, meaning]) => [meaning, word]);
}

/** The meaning of the word from `from` up to `to` (not included). */
export function wordAt(text: string, from: number, to: number): number {
  return TABLE.at(text, from, to);
}
