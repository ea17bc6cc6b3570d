"""Requests that mean to stop the site, or to learn what they should not; each was taken from a real attack or limit."""

# ruff: noqa: E501 a table of one attack a line

from __future__ import annotations

from urllib.parse import urlencode

TABLE = "service_requests"
BLOB = "zeroblob(20000000)"
LONG = "(with recursive c(x, n) as (select 'aaaaaaaaaa', 0 union all select x || x, n + 1 from c where n < 12) " + (
    "select max(x) from c)"
)  # about 40 kB
LONG_ROWS = f"with l as (select {LONG} as t)"
DOUBLING = (
    "with a as (select 1 as x union all select 2), b as (select a.x from a, a as y), "
    + ", ".join(f"{new} as (select p.x from {old} p, {old} q, {old} r)" for old, new in ("bc", "cd", "de", "ef", "fg"))
    + " select count(*) from g"
)
NESTED = "with v0 as (select 1 as x) " + "".join(
    f", v{n} as (select a.x from v{n - 1} a join v{n - 1} b using (x))" for n in range(1, 19)
)

SQL: dict[str, str] = {
    "endless recursion": "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c",
    "endless recursion without its word": "with c(x) as (select 1 union all select x + 1 from c) select count(*) from c",
    "product of three tables": f"select count(*) from {TABLE} a, {TABLE} b, {TABLE} c",
    "product in another spelling": f"SeLeCt/**/count(*)\tfrom {TABLE} a join {TABLE} b join {TABLE} c",
    "blobs in a hundred columns": "select " + ", ".join(f"{BLOB} as c{n}" for n in range(100)),
    "one large blob": "select zeroblob(100000000)",
    "hex of a blob": "select hex(zeroblob(100000000))",
    "length of a hex of a blob": "select length(hex(zeroblob(500000000)))",
    "random blob": "select randomblob(100000000)",
    "printf that counts": "select length(printf('%.*c', 500000000, 'x'))",
    "format that counts": "select length(format('%.*c', 500000000, 'x'))",
    "wide printf": "select printf('%500000000d', 1)",
    "replace that grows": "select length(replace(replace(hex('aaaaaaaa'), '6', hex('bbbbbbbbbbbb')), '6', hex('ccccccccccccc')))",
    "replace that grows rows": f"{LONG_ROWS} select length(replace(t, 'a', t)) from l",
    "instr in two long texts": f"{LONG_ROWS} select instr(t, t || 'b'), instr(t || t, substr(t, 9) || 'b') from l",
    "instr for each row": f"{LONG_ROWS} select sum(instr(t, substr(t, 20000) || r.description)) from l, {TABLE} r",
    "a hundred searches in one row": f"{LONG_ROWS} select " + "+".join(["instr(t, substr(t, 20000) || 'b')"] * 90) + " from l",
    "searches that nothing interrupts": f"{LONG_ROWS} select " + "+".join(["instr(t || t, substr(t || t, 40000) || 'b')"] * 90) + " from l",
    "folding that nothing interrupts": f"{LONG_ROWS} select " + "||".join(["substr(fold(t || t), 1, 1)"] * 90) + " from l",
    "two hundred columns of searches": f"{LONG_ROWS} select " + ", ".join(f"instr(t, substr(t, 20000) || {n})" for n in range(190)) + " from l",
    "likes in one row": f"{LONG_ROWS} select " + "+".join(["(t like '%a%a%a%a%a%a%a%b')"] * 90) + " from l",
    "globs in one row": f"{LONG_ROWS} select " + "+".join(["(t glob '*a*a*a*a*a*a*a*b')"] * 90) + " from l",
    "like over rows": f"select count(*) from {TABLE} where description like '%ا%ب%پ%ت%ث%ج%چ%ح%خ%د%'",
    "long rows": f"{LONG_ROWS} select t, t, t from l, {TABLE}",
    "doubling rows": "with recursive c(x) as (select 'a' union all select x || x from c) select x, x, x, x, x, x from c",
    "doubling tables": DOUBLING,
    "names that unfold": f"{NESTED} select count(*) from v18",
    "one text of all rows": f"select json_group_array(description) from {TABLE} a, {TABLE} b",
    "one text of texts": f"{LONG_ROWS} select group_concat(t) from l, {TABLE}",
    "object of all rows": f"select json_group_object(a.rowid, b.description) from {TABLE} a, {TABLE} b",
    "sorting long texts": f"{LONG_ROWS} select t || rowid as s from l, {TABLE} order by s desc",
    "distinct long texts": f"{LONG_ROWS} select count(distinct t || rowid) from l, {TABLE}",
    "sorting a product": f"select a.description from {TABLE} a, {TABLE} b order by b.description, a.description",
    "grouping a product": f"select a.description || b.description as s, count(*) from {TABLE} a, {TABLE} b group by s",
    "windows over a product": f"select sum(a.rowid) over (order by b.rowid rows 100000 preceding) from {TABLE} a, {TABLE} b",
    "a deep expression": "select " + "(" * 300 + "1" + ")" * 300 + "+1" * 300,
    "many unions": " union all ".join(["select 1"] * 400),
    "many columns": "select " + ", ".join(["1"] * 1500),
    "many joined tables": "select 1 from " + ", ".join(f"{TABLE} t{n}" for n in range(70)),
    "deep json": "select json('" + "[" * 2000 + "]" * 2000 + "')",
    "json of json": "with recursive j(x, n) as (select '[1]', 0 union all select json_array(json(x), json(x)), n + 1 from j where n < 40) select * from j, json_tree(j.x)",
    "statements of others": "select * from sqlite_stmt",
    "count of statements of others": "select count(*) from sqlite_stmt",
    "statements of others in another spelling": 'select sql from "SQLITE_STMT"',
    "path of the database": "select * from pragma_database_list()",
    "path by pragma": "pragma database_list",
    "options of the library": "select * from pragma_compile_options",
    "functions of the library": "select * from pragma_function_list",
    "modules of the library": "select * from pragma_module_list",
    "version of the library": "select sqlite_version(), sqlite_source_id()",
    "option by function": "select sqlite_compileoption_get(1)",
    "address in memory": "select hex(fts3_tokenizer('simple'))",
    "pages of the file": "select * from dbstat",
    "raw pages": "select * from sqlite_dbpage",
    "extension": "select load_extension('/tmp/x')",
    "file": "select readfile('/etc/passwd')",
    "writing a file": "select writefile('/tmp/x', 'x')",
    "attached file": "attach '/etc/passwd' as p",
    "attached after with": "with x as (select 1) attach 'x' as p",
    "insert after with": "with x as (select 1) insert into districts select * from districts",
    "delete": "delete from districts",
    "two statements": "select 1; drop table districts",
    "temporary table": "create temp table x as select 1",
    "setting of memory": "select * from pragma_temp_store",
    "search with a broken expression": f"select * from {TABLE}_fts where {TABLE}_fts match 'a AND (\"b'",
    "search for everything": f"select highlight({TABLE}_fts, 0, '[', ']') from {TABLE}_fts, {TABLE} where {TABLE}_fts match 'ا* OR ب* OR م* OR د*'",
    "blank bomb": " " * 5_900 + "x",
    "comment bomb": "/*" + "*/ /*" * 900 + "x",
    "line comments": "--\n \n" * 1_500 + "x",
    "names of parameters": "select " + ", ".join(f":p{n}" for n in range(300)),
    "letters that are none": "select '\ud7ff\x00\x01', char(0, 55296, 1114112)",
}  # fmt: skip
PATHS: dict[str, str] = {
    "a hundred facets": f"/db/shahrnama/{TABLE}?" + "&".join(["_facet=status_code"] * 60),
    "four facets": f"/db/shahrnama/{TABLE}?_facet=a&_facet=b&_facet_array=c&_facet_date=d",
    "the same facet twice": f"/db/shahrnama/{TABLE}?_facet=status_code&_facet=status_code",
    "five hundred parameters": f"/db/shahrnama/{TABLE}?" + "&".join(f"p{n}=1" for n in range(500)),
    "a long address": "/db/shahrnama/" + "x" * 5_000,
    "a long question": "/db/shahrnama?" + urlencode({"sql": "select '" + "x" * 20_000 + "'"}),
    "trace": "/db/shahrnama?_trace=1",
    "trace in capitals of its letters": "/db/shahrnama?%5Ftrace=1",
    "context": "/db/shahrnama?_context=1",
    "stream": f"/db/shahrnama/{TABLE}.csv?_stream=on&_size=max",
    "the whole database": "/db/shahrnama.db",
    "a page of everything": f"/db/shahrnama/{TABLE}?_size=max",
    "a size that is none": f"/db/shahrnama/{TABLE}.json?_size=-1",
    "another table through": f"/db/shahrnama/{TABLE}?" + urlencode({"_through": '{"table":"x","column":"y","value":"z"}'}),
    "time that is none": "/db/shahrnama?sql=select+1&_timelimit=x",
    "conditions": f"/db/shahrnama/{TABLE}?" + urlencode([("_where", f"exists (select 1 from {TABLE} a, {TABLE} b where a.rowid > b.rowid + {n} and a.description > b.description)") for n in range(3)]),
    "many conditions": f"/db/shahrnama/{TABLE}?" + "&".join(["_where=1"] * 9),
    "filter of every row": f"/db/shahrnama/{TABLE}?description__glob=" + "*%D8%A7" * 60,
    "raw search": f"/db/shahrnama/{TABLE}?_searchmode=raw&_search=%22",
    "order by nothing": f"/db/shahrnama/{TABLE}?_sort=nothing",
    "next that is none": f"/db/shahrnama/{TABLE}?_next=x,y,z~00",
    "facet of nothing": f"/db/shahrnama/{TABLE}?_facet=nothing",
    "databases": "/db/-/databases.json",
    "threads": "/db/-/threads",
    "plugins": "/db/-/plugins",
    "settings": "/db/-/settings.json",
    "metadata": "/db/-/metadata.json",
    "versions": "/db/-/versions.json",
    "patterns": "/db/-/patterns",
    "messages": "/db/-/messages",
    "allow-debug": "/db/-/allow-debug",
    "permissions": "/db/-/permissions",
    "actor": "/db/-/actor.json",
    "token": "/db/-/auth-token?token=x",
    "config": "/db/-/config",
    "internal": "/db/_internal",
    "memory": "/db/:memory:",
    "code by static": "/db/-/static-plugins/shahrnama/../__init__.py",
    "code by encoded static": "/db/-/static/%2e%2e/app.py",
    "redirect": "/db//example.org/",
    "redirect by backslash": "/db/\\example.org/",
    "redirect by encoded backslash": "/db/%5cexample.org/",
    "redirect by both": "/db/\\/example.org/",
    "redirect of the site": "//example.org/%2e%2e",
    "redirect of the site by backslash": "/\\example.org/",
}  # fmt: skip
REQUESTS = {**{name: "/db/shahrnama.json?" + urlencode({"sql": sql}) for name, sql in SQL.items()}, **PATHS}
