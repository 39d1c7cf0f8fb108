package feel

import "strings"

// What people write out of habit from other languages, and what FEEL writes instead. The names are in small letters; those
// with a point are functions of a type or module, such as JSON.parse.

// foreignFunctions are functions and methods, by what FEEL writes for them.
var foreignFunctions = map[string]string{
	"length": "count(list) or string length(text)", "size": "count(list) or string length(text)", "len": "count(list) or string length(text)",
	"strlen": "string length(text)", "array_length": "count(list)", "counta": "count(list)", "countif": "count(list[condition])",
	"sumif": "sum(list[condition])", "arraylength": "count(list)",
	"coalesce": "get or else(value, default)", "nvl": "get or else(value, default)", "ifnull": "get or else(value, default)",
	"isnull": "value = null", "isnotnull": "value != null", "ifna": "get or else(value, default)", "iferror": "get or else(value, default)",
	"orelse": "get or else(value, default)", "getordefault": "get or else(value, default)", "default": "get or else(value, default)",
	"nullif": "if a = b then null else a", "isna": "value = null", "defined": "is defined(value)", "isdefined": "is defined(value)", "exists": "value != null",
	"isempty": "is empty(list), or text = \"\"", "empty": "is empty(list), or text = \"\"", "isnotempty": "not(is empty(list))", "isblank": "is blank(text)", "isnotblank": "not(is blank(text))",
	"iif": "if condition then a else b", "if": "if condition then a else b", "ifelse": "if condition then a else b", "ifs": "if a then b else if c then d else e",
	"switch": "if a then b else if c then d else e", "case": "if a then b else if c then d else e", "decode": "if a then b else if c then d else e", "choose": "if a then b else if c then d else e",
	"json": "from json(text) to read, to json(value) to write", "json.parse": "from json(text)", "json.stringify": "to json(value)", "parsejson": "from json(text)",
	"json.loads": "from json(text)", "json.dumps": "to json(value)", "tojson": "to json(value)", "fromjson": "from json(text)", "stringify": "to json(value)", "json_value": "from json(text).field", "json_extract": "from json(text).field",
	"s": "from json(text)", "tojsonstring": "to json(value)",
	"round": "round half up(n, scale)", "math.round": "round half up(n, 0)", "tofixed": "round half up(n, scale)", "roundup": "round up(n, scale)", "rounddown": "round down(n, scale)", "setscale": "decimal(n, scale)",
	"ceil": "ceiling(n)", "math.ceil": "ceiling(n)", "math.floor": "floor(n)", "trunc": "round down(n, 0)", "truncate": "round down(n, 0)", "math.abs": "abs(n)", "math.max": "max(list)", "math.min": "min(list)",
	"pow": "a ** b", "power": "a ** b", "math.pow": "a ** b", "mod": "modulo(a, b)", "rem": "modulo(a, b)", "math.sqrt": "sqrt(n)", "math.random": "random number()", "rand": "random number()", "random": "random number()", "ln": "log(n)",
	"avg": "mean(list)", "average": "mean(list)", "math.avg": "mean(list)", "total": "sum(list)", "greatest": "max(list)", "least": "min(list)",
	"int": "number(text), or floor(n)", "integer": "number(text), or floor(n)", "parseint": "number(text)", "parsefloat": "number(text)", "tonumber": "number(text)", "float": "number(text)", "double": "number(text)", "val": "number(text)", "to_number": "number(text)",
	"integer.parseint": "number(text)", "integer.valueof": "number(text)", "double.parsedouble": "number(text)", "number.parseint": "number(text)", "intvalue": "floor(n)", "asint": "number(text)", "tointeger": "number(text)", "bigdecimal": "number(text)", "long": "number(text)",
	"str": "string(value)", "tostring": "string(value)", "text": "string(value)", "to_char": "string(value)", "tochar": "string(value)", "string.valueof": "string(value)", "valueof": "string(value), or number(text)", "cast": "string(value), or number(text)", "convert": "string(value), or number(text)", "astext": "string(value)", "asstring": "string(value)",
	"bool": "value = \"true\"", "boolean": "value = \"true\"", "parseboolean": "value = \"true\"", "toboolean": "value = \"true\"", "boolean.parseboolean": "value = \"true\"",
	"format": "text + string(value)", "string.format": "text + string(value)", "sprintf": "text + string(value)", "printf": "text + string(value)", "concat": "a + b, or concatenate(list, list)", "textjoin": "string join(list, delimiter)", "concatws": "string join(list, delimiter)", "string_agg": "string join(list, delimiter)", "group_concat": "string join(list, delimiter)", "listagg": "string join(list, delimiter)", "join": "string join(list, delimiter)", "string.join": "string join(list, delimiter)", "strcat": "a + b",
	"upper": "upper case(text)", "ucase": "upper case(text)", "touppercase": "upper case(text)", "toupper": "upper case(text)", "uppercase": "upper case(text)", "strtoupper": "upper case(text)",
	"lower": "lower case(text)", "lcase": "lower case(text)", "tolowercase": "lower case(text)", "tolower": "lower case(text)", "lowercase": "lower case(text)", "strtolower": "lower case(text)",
	"trim": "trim(text)", "strip": "trim(text)", "ltrim": "trim(text)", "rtrim": "trim(text)", "trimstart": "trim(text)", "trimend": "trim(text)",
	"substr": "substring(text, start, length), counted from 1", "substring": "substring(text, start, length), counted from 1", "mid": "substring(text, start, length)", "left": "substring(text, 1, length)", "right": "substring(text, -length)", "slice": "sublist(list, start, length) or substring(text, start, length), counted from 1", "charat": "substring(text, position, 1), counted from 1",
	"indexof": "index of(list, value), or contains(text, part)", "lastindexof": "index of(list, value)[-1]", "instr": "contains(text, part)", "charindex": "contains(text, part)", "locate": "contains(text, part)", "position": "contains(text, part)", "search": "contains(text, part)", "find": "list[condition][1], or contains(text, part)", "strpos": "contains(text, part)",
	"includes": "list contains(list, value), or contains(text, part)", "contains": "contains(text, part), or list contains(list, value)", "has": "list contains(list, value)", "in_array": "list contains(list, value)", "containskey": "get value(context, key) != null", "haskey": "get value(context, key) != null", "hasownproperty": "get value(context, key) != null", "any_of": "some x in list satisfies condition",
	"startswith": "starts with(text, start)", "starts_with": "starts with(text, start)", "beginswith": "starts with(text, start)", "endswith": "ends with(text, end)", "ends_with": "ends with(text, end)", "hasprefix": "starts with(text, start)", "hassuffix": "ends with(text, end)",
	"like": "matches(text, pattern), contains or starts with", "regexp": "matches(text, pattern)", "rlike": "matches(text, pattern)", "match": "matches(text, pattern), or extract(text, pattern)", "matches": "matches(text, pattern)", "regexmatch": "matches(text, pattern)", "regex_match": "matches(text, pattern)", "test": "matches(text, pattern)", "regexp_like": "matches(text, pattern)", "re.match": "matches(text, pattern)",
	"replace": "replace(text, pattern, replacement)", "replaceall": "replace(text, pattern, replacement)", "substitute": "replace(text, pattern, replacement)", "regexp_replace": "replace(text, pattern, replacement)", "split": "split(text, delimiter)", "explode": "split(text, delimiter)",
	"equals": "a = b", "equalsignorecase": "lower case(a) = lower case(b)", "compareto": "a < b, or a = b", "compare": "a < b, or a = b", "ne": "a != b", "eq": "a = b", "objects.equals": "a = b", "strcmp": "a = b",
	"map": "for x in list return …", "foreach": "for x in list return …", "filter": "list[condition]", "where": "list[condition]", "reduce": "sum(list), string join(list) or another function of a list", "select": "for x in list return …", "flatmap": "flatten(for x in list return …)", "findall": "list[condition]", "collect": "for x in list return …", "each": "for x in list return …",
	"some": "some x in list satisfies condition", "every": "every x in list satisfies condition", "anymatch": "some x in list satisfies condition", "allmatch": "every x in list satisfies condition",
	"first": "list[1]", "last": "list[-1]", "head": "list[1]", "at": "list[position], counted from 1", "get": "list[position] counted from 1, or get value(context, key)", "getvalue": "get value(context, key)", "getentries": "get entries(context)", "elementat": "list[position], counted from 1",
	"push": "append(list, item)", "add": "append(list, item)", "addall": "concatenate(list, list)", "put": "context put(context, key, value)", "set": "context put(context, key, value)", "merge": "context merge(context, context)", "object.assign": "context merge(context, context)", "assign": "context merge(context, context)", "putall": "context merge(context, context)",
	"keys": "for e in get entries(context) return e.key", "object.keys": "for e in get entries(context) return e.key", "keyset": "for e in get entries(context) return e.key", "values": "for e in get entries(context) return e.value", "object.values": "for e in get entries(context) return e.value", "object.entries": "get entries(context)", "entries": "get entries(context)", "entryset": "get entries(context)",
	"unique": "distinct values(list)", "distinct": "distinct values(list)", "uniq": "distinct values(list)", "sortby": "sort(list, function(a, b) a < b)", "sorted": "sort(list, function(a, b) a < b)", "order": "sort(list, function(a, b) a < b)", "reversed": "reverse(list)", "array": "[a, b]", "list": "[a, b]", "aslist": "[a, b]", "list.of": "[a, b]", "arrays.aslist": "[a, b]", "range": "for i in 1..10 return i", "sequence": "for i in 1..10 return i", "list.size": "count(list)",
	"date.now": "now()", "date.parse": "date and time(text)", "currentdate": "today()", "curdate": "today()", "getdate": "now()", "sysdate": "now()", "current_date": "today()", "current_timestamp": "now()", "currenttime": "now()", "gettime": "now()", "localdate.now": "today()", "localdatetime.now": "now()", "instant.now": "now()", "datetime": "date and time(text)", "datetime.now": "now()", "zoneddatetime.now": "now()", "todate": "date(text)", "to_date": "date(text)", "to_timestamp": "date and time(text)", "timestamp": "date and time(text)", "parsedate": "date(text)", "localdate.parse": "date(text)", "moment": "now(), or date and time(text)", "toisostring": "string(value)", "timestamp.now": "now()", "utcnow": "now()",
	"dateadd": "date + duration(\"P1D\")", "adddays": "date + duration(\"P1D\")", "plusdays": "date + duration(\"P1D\")", "minusdays": "date - duration(\"P1D\")", "date_add": "date + duration(\"P1D\")", "addmonths": "date + duration(\"P1M\")", "plusmonths": "date + duration(\"P1M\")", "plushours": "date + duration(\"PT1H\")", "datediff": "date2 - date1", "date_diff": "date2 - date1", "timedelta": "duration(\"P1D\")", "interval": "duration(\"P1D\")", "duration.ofdays": "duration(\"P1D\")", "duration.ofseconds": "duration(\"PT1S\")", "duration.parse": "duration(text)",
	"year": "date.year", "month": "date.month", "day": "date.day", "hour": "time.hour", "minute": "time.minute", "getyear": "date.year", "getfullyear": "date.year", "getmonth": "date.month", "weekday": "date.weekday", "dayofweek": "day of week(date)", "dateformat": "string(value)", "date_format": "string(value)", "formatdate": "string(value)", "strftime": "string(value)",
	"guid": "uuid()", "newid": "uuid()", "newguid": "uuid()", "randomuuid": "uuid()", "uuid.randomuuid": "uuid()", "crypto.randomuuid": "uuid()", "uuid.v4": "uuid()", "generateuuid": "uuid()",
	"base64": "to base64(text)", "btoa": "to base64(text)", "atob": "from base64(text)", "base64encode": "to base64(text)", "base64decode": "from base64(text)", "encode": "to base64(text)",
	"error": "bpmnError(code, message), jobError(message) or ignoreError()", "throw": "bpmnError(code, message) or jobError(message)", "fail": "jobError(message)", "failjob": "jobError(message, variables, retries)", "raise": "bpmnError(code, message) or jobError(message)", "bpmn_error": "bpmnError(code, message)", "throwerror": "bpmnError(code, message)", "incident": "jobError(message)", "retry": "jobError(message, {}, job.retries - 1)",
	"typeof": "value instance of string", "type": "value instance of string", "isnumber": "value instance of number", "isstring": "value instance of string", "array.isarray": "value instance of list", "isarray": "value instance of list", "isinstance": "value instance of string", "isnan": "value = null",
	"between": "x between a and b", "xor": "a != b", "print": "", "console.log": "", "getvariable": "the name of the variable alone", "setvariable": "a field of the result: {name: value}", "execution.getvariable": "the name of the variable alone", "execution.setvariable": "a field of the result: {name: value}", "getproperty": "get value(context, key)", "prop": "get value(context, key)", "jsonpath": "a path: context.field",
	"spin": "from json(text)", "getmessage": "error.message", "getcode": "error.code", "geterrorcode": "error.code", "getclass": "value instance of string", "system.currenttimemillis": "now()", "time.now": "now()", "zip": "for i in 1..count(list) return [a[i], b[i]]", "any?": "", "cardinality": "count(list)", "lambda": "function(x) x + 1", "eval": "", "date.of": "date(year, month, day)", "localdate.of": "date(year, month, day)", "now.iso": "string(now())",
}

// foreignFields are fields that other languages have at lists and texts.
var foreignFields = map[string]string{
	"length": "count(list) or string length(text)", "size": "count(list) or string length(text)", "count": "count(list)",
	"first": "list[1]", "last": "list[-1]", "keys": "get entries(context)", "values": "get entries(context)", "empty": "is empty(list)",
}

// foreignNames are words of other languages that FEEL takes for variables.
var foreignNames = map[string]string{
	"none": "null", "nil": "null", "undefined": "null", "nan": "null", "nothing": "null", "null": "null", "true": "true", "false": "false", "yes": "true", "no": "false",
	"this": "the name of the variable alone", "self": "the name of the variable alone", "execution": "the name of the variable alone", "variables": "the name of the variable alone", "$": "the name of the variable alone",
	"not": "not(condition)", "typeof": "value instance of string", "return": "the value alone", "new": "now(), date(text) or {name: value}",
	"sysdate": "now()", "current_timestamp": "now()", "current_date": "today()", "today": "today()", "now": "now()",
}

// unseen are names that expressions cannot see, by what to do.
var unseen = map[string]string{
	"secrets": "an expression does not see secrets: write {{secrets.NAME}} as a text into a field of the task",
	"secret":  "an expression does not see secrets: write {{secrets.NAME}} as a text into a field of the task",
	"env":     "an expression does not see the environment: map what it needs into a variable", "process": "an expression does not see the environment: map what it needs into a variable",
	"system": "an expression does not see the environment: map what it needs into a variable", "environment": "an expression does not see the environment: map what it needs into a variable",
	"body":    "the answer of EventBridge has no body: an expression sees response.entries and response.failedEntryCount",
	"status":  "the status of the answer is response.sdkHttpMetadata.httpStatusCode, and that of an entry its errorCode",
	"headers": "the headers of the answer are response.sdkHttpMetadata.httpHeaders", "request": "an expression sees what the task was given as input",
	"statuscode": "the status of the answer is response.sdkHttpMetadata.httpStatusCode", "result": "the answer is response", "data": "the answer is response",
	"job": "job is there in error expressions alone", "camunda": "expressions of the connector do not see camunda: use it in an input mapping",
	"processinstancekey": "it is job.processInstanceKey, in error expressions alone", "jobkey": "it is job.key, in error expressions alone", "retries": "it is job.retries, in error expressions alone",
	"math": foreignType, "json": foreignType, "string": foreignType, "number": foreignType, "integer": foreignType, "double": foreignType, "boolean": foreignType, "object": foreignType, "array": foreignType, "arrays": foreignType, "objects": foreignType, "uuid": foreignType,
	"localdate": foreignType, "localdatetime": foreignType, "instant": foreignType, "datetime": foreignType, "console": foreignType, "date": foreignType, "int": foreignType, "float": foreignType, "bigdecimal": foreignType,
}

const foreignType = "FEEL has no such type or module, only functions"

// httpFields are fields that the answers of other connectors have.
var httpFields = map[string]bool{"body": true, "status": true, "headers": true, "statuscode": true, "data": true, "result": true}

// insteadOfFunction returns what FEEL writes for a function of another language, "" if it is unknown. Of is what stands before
// the point of a method, "" for none.
func insteadOfFunction(of, name string) string {
	if of != "" {
		if instead := foreignFunctions[strings.ToLower(of+"."+name)]; instead != "" {
			return instead
		}
	}
	lower := strings.ToLower(name)
	if instead := foreignFunctions[lower]; instead != "" {
		return instead
	}
	first, rest, several := strings.Cut(lower, " ") // FEEL takes "new Date" for one name
	switch {
	case !several:
		return ""
	case first == "new" && rest == "date":
		return "now(), or date(text)"
	case first == "new":
		return "a context: {name: value}"
	case first == "return", first == "await":
		return "the value alone"
	case first == "throw", first == "raise":
		return foreignFunctions[first]
	}
	return ""
}

// writes is the end of a message that says what FEEL writes.
func writes(instead string) string {
	if instead == "" {
		return ""
	}
	return " (FEEL writes: " + instead + ")"
}
