/*
 * diag-codes.h - the closed list of diagnostics: code, severity, what it
 * means, and what to do about it. `explain` and the manual print these texts.
 *
 * Codes: 10xx files and text, 11xx structure, 12xx words, 13xx values,
 * 14xx names and references, 15xx meaning of the whole, 16xx what does not
 * act here, 17xx what the policy names in the world. A code is never given to another meaning.
 */
#ifndef SALLYPORT_POLICY_DIAG_CODES_H
#define SALLYPORT_POLICY_DIAG_CODES_H

/*        symbol, number, severity, title, help */
#define DIAG_LIST(D) \
	D(FILE_UNREADABLE, 1001, ERROR, "the file cannot be read", \
	  "Check the path and its permissions.") \
	D(OUT_OF_MEMORY, 1002, ERROR, "memory ran out", \
	  "Give the process more memory, or make the policy smaller.") \
	D(NUL_BYTE, 1003, ERROR, "the file holds a NUL byte", \
	  "A policy is text. The file may be damaged, or in another encoding: " \
	  "save it as UTF-8.") \
	D(NO_BREAK_SPACE, 1004, WARNING, "a no-break space is read as a blank", \
	  "It often comes from a web page. Replace it by an ordinary blank.") \
	D(TEXT_DAMAGED, 1010, WARNING, "a character is damaged", \
	  "The text was saved in one encoding and read in another. Save it as " \
	  "UTF-8, and write the character again.") \
	D(TEXT_LOOKALIKE, 1011, WARNING, \
	  "a character looks like another one", \
	  "Web pages and word processors put in curved quotes, long dashes and " \
	  "odd blanks, which are not those of the keyboard. Type it again.") \
	D(TEXT_CONTROL, 1012, WARNING, "a control character is in the text", \
	  "It is part of the word that it stands in, and cannot be seen. " \
	  "Remove it.") \
	D(HASH_INSIDE, 1013, ADVICE, "a # is part of a word", \
	  "Here # begins a remark at the start of a line or behind a blank. " \
	  "Other readers of the language end the line at any #.") \
	D(REMARK_GLUED, 1014, WARNING, "a remark is glued to a value", \
	  "A # begins a remark at the start of a line or behind a blank; this " \
	  "one became part of the value. Put a blank before it.") \
	D(REMARK_DAMAGED, 1015, ADVICE, "a remark has a damaged character", \
	  "The text was saved in one encoding and read in another. It does no " \
	  "harm in a remark.") \
	D(LINE_END, 1016, ERROR, "the lines end in another way", \
	  "Lines end in LF, or in CR and LF. Other ends of line would hide what " \
	  "follows them in a remark, or join two lines. NEL is what iconv makes " \
	  "of the line ends of z/OS: turn them into LF first (tr '\\025' '\\045' " \
	  "<FILE | iconv -f IBM1047 -t UTF-8).") \
	D(ENCODING, 1017, ERROR, "the file is in another encoding", \
	  "A policy is UTF-8, of which ASCII is a part. Convert it with iconv, " \
	  "or transfer it from z/OS as text.") \
	/* structure */ \
	D(BLOCK_UNCLOSED, 1101, ERROR, "a block is not closed", \
	  "Every { needs a } of its own, on a line by itself.") \
	D(BRACE_SURPLUS, 1102, ERROR, "a } closes nothing", \
	  "Remove it, or look for the { that is missing above.") \
	D(BRACE_AFTER_VALUE, 1103, ERROR, "a } stands behind a value", \
	  "Put it on a line by itself.") \
	D(BRACE_BARE, 1104, ERROR, "a { has no statement before it", \
	  "Write the statement's keyword and name before the {.") \
	D(NESTING_DEPTH, 1105, ERROR, "blocks are nested too deeply", \
	  "No statement needs more than three levels; look for a } that is " \
	  "missing.") \
	D(SYNTAX, 1106, ERROR, "a line cannot be read", \
	  "A line begins with a keyword; values follow it.") \
	D(BRACES_LEFT_OUT, 1107, ADVICE, "a statement is written without braces", \
	  "It takes the parameter lines that follow it, up to the next " \
	  "statement. Put them in { and }.") \
	D(STATEMENT_MISPLACED, 1108, ERROR, "a statement stands inside another", \
	  "Look for a } that is missing before it.") \
	/* words */ \
	D(UNKNOWN_STATEMENT, 1201, ERROR, "no statement has this name", \
	  "See `sallyport describe` for the statements there are.") \
	/* 1202 was given, once */ \
	D(UNKNOWN_PARAMETER, 1203, ERROR, "the statement has no such parameter", \
	  "See `sallyport describe` for the parameters of each statement.") \
	D(WRONG_STATEMENT, 1204, ERROR, "the parameter belongs elsewhere", \
	  "Move the line to the statement that is named.") \
	D(TEMPLATE_TEXT, 1205, ERROR, "a template was not filled in", \
	  "Replace the placeholder by what it stands for.") \
	D(BLOCK_EXPECTED, 1206, ERROR, "the parameter is a block", \
	  "Put its parameters in braces, or refer to a statement by ...Ref.") \
	D(BLOCK_UNEXPECTED, 1207, ERROR, "the parameter is not a block", \
	  "Write its value on the same line, without braces.") \
	D(REMARK_FOREIGN, 1208, ERROR, "a remark does not begin with #", \
	  "Only # begins a remark: put one before the line.") \
	D(TEMPLATE_LIKELY, 1209, WARNING, \
	  "a word seems to be left from a template", \
	  "Replace it by what it stands for.") \
	D(POLICY_FOREIGN, 1210, WARNING, "a statement is not of AT-TLS", \
	  "Files of the z/OS Policy Agent hold its own settings and other " \
	  "policies (IPSec, IDS, QoS, routing), too. Nothing here acts on them.") \
	/* values */ \
	D(VALUE_MISSING, 1301, ERROR, "a parameter has no value", \
	  "Write the value on the same line, or remove the line.") \
	D(VALUE_BAD, 1302, ERROR, "a value is not one of those allowed", \
	  "The message says what is allowed.") \
	D(VALUE_RANGE, 1303, ERROR, "a number is out of range", \
	  "The message says the range.") \
	D(VALUE_LENGTH, 1304, ERROR, "a value is too long or too short", \
	  "The message says how long it may be.") \
	D(ADDRESS_BAD, 1305, ERROR, "an address cannot be read", \
	  "Addresses are numeric: 192.0.2.1, 2001:db8::1, with /prefix, or two " \
	  "with a hyphen between.") \
	D(ADDRESS_FORM, 1306, ERROR, "an IPv6 address stands for an IPv4 one", \
	  "Write the IPv4 address itself.") \
	D(RANGE_INVERTED, 1307, ERROR, "a range ends before it starts", \
	  "Swap its ends.") \
	D(PORT_BAD, 1308, ERROR, "a port cannot be read", \
	  "Ports are numbers from 1 to 65535, two of them for a range; 0 is " \
	  "any port.") \
	D(CIPHER_BAD, 1309, ERROR, "a cipher suite is not known", \
	  "Use IANA names, or their codes in hexadecimal.") \
	D(CIPHER_LENGTH, 1310, ERROR, "cipher codes are cut off", \
	  "V3CipherSuites takes two digits a suite, V3CipherSuites4Char four.") \
	D(VALUE_QUOTED, 1311, ERROR, "a value is in quotes", \
	  "The language has no quotes: remove them.") \
	D(TEXT_AFTER_VALUE, 1312, WARNING, "text after the value is ignored", \
	  "Remove it, or put a # before it.") \
	D(ADDRESS_INTEGER, 1313, WARNING, "a number is taken as an address", \
	  "z/OS does so too. Write the address in full.") \
	D(QUOTES_KEPT, 1314, WARNING, "quotes around a value", \
	  "The language has no quotes. In a text or a name they are a part of " \
	  "it; a path may have them here, which z/OS would take for its own. " \
	  "Remove them if they are not meant.") \
	D(CIPHER_TWICE, 1315, WARNING, "a cipher suite is listed twice", \
	  "The first place in the list counts.") \
	D(WILDCARD_BAD, 1316, ERROR, "a wildcard is not at the end", \
	  "A * at the end of a name stands for any ending. There is no other " \
	  "wildcard: write a rule for each name.") \
	D(CODE_BAD, 1317, ERROR, \
	  "a curve or signature algorithm is not known", \
	  "Curves have four decimal digits (0023 is secp256r1), signature " \
	  "algorithms four hexadecimal ones, ciphers of SSL 2 one; or use " \
	  "their names.") \
	D(CODE_LENGTH, 1318, ERROR, "a list of codes cannot be cut in codes", \
	  "Curves and signature algorithms have four digits each.") \
	D(CODE_TWICE, 1319, WARNING, "a code is listed twice", \
	  "The first place in the list counts.") \
	D(CURVES_ANY, 1320, WARNING, "Any stands beside other curves", \
	  "Any offers every curve there is: it needs no others, and the order " \
	  "of the others is lost.") \
	D(URL_BAD, 1321, ERROR, "a URL cannot be read", \
	  "Write http://HOST, with :PORT and /PATH where they are needed.") \
	D(VALUE_SECOND, 1322, ERROR, "a condition has a second value", \
	  "Only the first one would count, and what the other one means would " \
	  "go another way. Put several ports into a PortGroup, several " \
	  "addresses into an IpAddrGroup.") \
	D(VALUE_SECRET, 1323, ERROR, \
	  "the keyword of a password stands in another value", \
	  "Write one parameter a line: what follows the keyword would be shown " \
	  "as a part of the other value.") \
	D(TIME_MASK, 1340, ERROR, "a mask of times cannot be read", \
	  "A mask is a row of digits, 1 where the rule is in force: 12 months " \
	  "from January, 7 days of the week from Sunday, 31 days of the month " \
	  "from the first, and 31 more from the last back.") \
	D(TIME_PERIOD, 1341, ERROR, "a period cannot be read", \
	  "Write the first and the last second, yyyymmddhhmmss each, with a : " \
	  "between.") \
	D(TIME_OF_DAY, 1342, ERROR, "a range of times cannot be read", \
	  "Write hh:mm-hh:mm, from 00:00 to 24:00, and several of them with " \
	  "commas between. One that ends before it starts goes over midnight.") \
	D(TIME_ZONE, 1343, ERROR, "a time zone cannot be read", \
	  "It is Local (the zone of the daemon: TZ, or /etc/localtime), UTC, or " \
	  "an offset to the east such as UTC+01:00.") \
	D(TIME_NEVER, 1344, WARNING, "a time condition is never met", \
	  "No date of the calendar has a 1 in all of its masks. A rule that has " \
	  "no other time condition is never in force.") \
	D(TIME_PAST, 1345, WARNING, "a time condition is over", \
	  "Its ConditionTimeRange has ended, by this host's clock.") \
	D(TIME_MIDNIGHT, 1346, ADVICE, "a night is cut at midnight", \
	  "All parts of an IpTimeCondition are looked at at one moment, so " \
	  "after midnight the masks are asked for the next day. With a mask for " \
	  "Fridays, 22:00-06:00 is Friday from 00:00 to 06:00 and from 22:00 to " \
	  "24:00. For Friday's night write two conditions: Friday from 22:00 to " \
	  "24:00, and Saturday from 00:00 to 06:00.") \
	D(TIME_LAPSE, 1347, ADVICE, \
	  "a secured rule is in force at times only", \
	  "At other times the rule is not looked at, and another one may match. " \
	  "Where none does, a wrapped service gets the connection in the clear, " \
	  "as on z/OS; a port of Handoff Forward closes it. To have it secured " \
	  "at all times, write a rule of lower priority without times.") \
	D(OWNER_UNKNOWN, 1348, WARNING, \
	  "a forwarded port has no user and no job", \
	  "With Handoff Forward the agent itself listens, so that no process is " \
	  "known by which Jobname or Userid could be met: the rule never " \
	  "matches, and sallyportd does not start with it.") \
	D(JOB_UNMET, 1349, WARNING, "no process has such a job name", \
	  "A process's name has 15 characters at most; a longer Jobname is met " \
	  "by a systemd service of this name alone. Scopes, slices, sockets and " \
	  "the other kinds of units are no jobs. A rule that is never met leaves " \
	  "its service in clear.") \
	/* names and references */ \
	D(NAME_MISSING, 1401, ERROR, "a statement has no name", \
	  "A statement outside of others needs a name, for others to refer to.") \
	D(NAME_LENGTH, 1402, ERROR, "a name is too long", \
	  "Names have 1 to 32 characters.") \
	D(NAME_REDEFINED, 1403, ERROR, "one name has two different bodies", \
	  "Rename one, or remove the one that is not meant.") \
	D(NAME_REPEATED, 1404, WARNING, "a statement is written twice", \
	  "Both say the same; remove one.") \
	D(REFERENCE_UNRESOLVED, 1405, ERROR, "a reference leads nowhere", \
	  "Define the statement, or correct the name.") \
	D(REFERENCE_KIND, 1406, ERROR, "a reference leads to another kind", \
	  "Use the ...Ref parameter of that kind, or correct the name.") \
	D(PARAMETER_REPEATED, 1407, WARNING, "a parameter is coded twice", \
	  "The last one counts.") \
	D(CONDITION_REPEATED, 1408, ERROR, "a condition is coded twice", \
	  "Put several ports into a PortGroup, several addresses into an " \
	  "IpAddrGroup.") \
	D(BLOCK_REPLACED, 1409, WARNING, \
	  "a block or reference replaces an earlier one", \
	  "The last one counts as a whole; nothing of the first remains.") \
	D(HOMES_DIFFER, 1411, WARNING, \
	  "a parameter has different values in two statements", \
	  "HttpCdpEnable and OcspAiaEnable may stand in TTLSGskAdvancedParms, " \
	  "too, but what their own statement says counts. Remove the other.") \
	D(UNUSED, 1420, WARNING, "a statement is never used", \
	  "No rule leads to it. Remove it, or refer to it; a name that is " \
	  "written in two ways is often the reason.") \
	D(NAMES_ALIKE, 1421, WARNING, "two names are easily confused", \
	  "They differ by case or by ~ - _ . only, and both count. Rename one.") \
	D(ACTIONS_SAME, 1422, ADVICE, "two actions say the same", \
	  "Rules may refer to one action; what is written once is changed " \
	  "once.") \
	/* meaning */ \
	D(PARAMETER_REQUIRED, 1501, ERROR, "a required parameter is missing", \
	  "Add it.") \
	D(RULE_UNCONDITIONAL, 1502, ERROR, "a rule has no condition", \
	  "Code an address, a port, a job or a user; All counts.") \
	D(ENVIRONMENT_MISSING, 1503, ERROR, "a secured rule has no environment", \
	  "Add TTLSEnvironmentActionRef, or set TTLSEnabled Off.") \
	D(PROTOCOLS_OFF, 1504, ERROR, "every protocol version is off", \
	  "Switch at least one on; TLSv1.2 and TLSv1.3 are the safe ones.") \
	D(BACKEND_REQUIRED, 1505, ERROR, "Forward has no Backend", \
	  "Say where the application listens.") \
	D(BACKEND_UNUSED, 1506, WARNING, "Backend has no effect", \
	  "Only Handoff Forward uses it.") \
	D(NO_RULES, 1507, WARNING, "the policy has no rule", \
	  "It secures nothing.") \
	D(RESUMPTION_OFF, 1508, WARNING, \
	  "a parameter is for sessions or tickets that are switched off", \
	  "Remove it, or the line that switches them off; see RESUMPTION in " \
	  "sallyport.policy(5).") \
	D(RESUMPTION_CUT, 1509, WARNING, \
	  "tickets end sooner than they are meant to", \
	  "Where GSK_V3_SESSION_TIMEOUT is coded, it limits tickets too, and " \
	  "the shorter time counts.") \
	D(TICKET_KEYS, 1510, WARNING, "ticket keys are gone before tickets", \
	  "Only so many old keys are kept. Replace the key less often, or give " \
	  "tickets less time.") \
	D(SHADOWED, 1520, WARNING, "a rule can never match", \
	  "The first rule that matches a connection is the one: that of the " \
	  "highest Priority, and among equals the first by name. Earlier " \
	  "rules take all that this one asks for: give it a higher Priority, " \
	  "narrow them, or remove it.") \
	D(SHADOWED_BY_OFF, 1521, WARNING, \
	  "a rule that secures can never match, and its connections go in clear", \
	  "Rules with TTLSEnabled Off come first and take them. Give the rule " \
	  "a higher Priority, narrow the others, or remove it if this is meant.") \
	D(HIDDEN_BY_OFF, 1522, WARNING, \
	  "a part of what a rule would secure goes in clear", \
	  "A rule with TTLSEnabled Off comes first and takes it. If that is " \
	  "not meant, give the rule a higher Priority, or narrow the other.") \
	D(DIRECTION_SHADOWED, 1523, WARNING, \
	  "a rule for both directions matches in one only", \
	  "Earlier rules take all connections of the other direction. Code the " \
	  "direction that is left, or a higher Priority.") \
	D(ORDER_BY_NAME, 1524, WARNING, \
	  "the alphabet decides between rules with different actions", \
	  "They have one Priority and connections in common, which go to the " \
	  "first by name: lower case before upper case before digits, as on " \
	  "z/OS. Give each a Priority of its own.") \
	D(ORDER_BY_NAME_SAME, 1525, ADVICE, \
	  "the alphabet decides between rules that lead to the same", \
	  "They have one Priority and connections in common. It makes no " \
	  "difference until one of them is changed.") \
	D(PARTLY_SHADOWED, 1526, ADVICE, "earlier rules take a part of a rule's connections", \
	  "So it should be where the rule is for what others leave. If it is " \
	  "not, give it a higher Priority.") \
	D(SHADOW_UNDECIDED, 1527, ADVICE, \
	  "whether rules stand in each other's way was not decided", \
	  "So many rules overlap that it would take too long. What is said of " \
	  "others holds.") \
	/* protocols and ciphers */ \
	D(PROTOCOL_OLD, 1530, WARNING, "an old protocol version is on", \
	  "RFC 8996 ended TLS 1.0 and 1.1. On z/OS, and with PolicyDefaults " \
	  "zOS, both are on where they are not coded: switch them off.") \
	D(PROTOCOL_AGING, 1531, ADVICE, "TLS 1.1 is on", \
	  "RFC 8996 ended it. Switch it off as soon as no partner needs it.") \
	D(PROTOCOL_NO_MODERN, 1532, WARNING, \
	  "neither TLS 1.2 nor TLS 1.3 is on", \
	  "Only versions that RFC 8996 ended are left. On z/OS, and with " \
	  "PolicyDefaults zOS, the newer ones are off where they are not " \
	  "coded.") \
	D(SUITES_NO_TLS13, 1533, WARNING, \
	  "TLS 1.3 is switched on, and no suite is listed for it", \
	  "A cipher list counts for all versions. Without a suite of TLS 1.3 " \
	  "(1301, 1302, 1303) that version is never used.") \
	D(SUITES_LACK_TLS13, 1534, ADVICE, \
	  "the cipher list leaves TLS 1.3 out", \
	  "With PolicyDefaults Modern TLS 1.3 is on, but a cipher list counts " \
	  "for all versions. Add its suites (1301, 1302, 1303) to use it.") \
	D(SUITES_TLS13_OFF, 1535, WARNING, \
	  "suites of TLS 1.3 are listed, and TLS 1.3 is off", \
	  "Nothing uses them. Switch TLSv1.3 on, or remove them.") \
	D(SUITES_TLS12_OFF, 1536, WARNING, \
	  "suites of TLS 1.2 are listed, and TLS 1.2 is off", \
	  "Suites with GCM, SHA256 or SHA384 need TLS 1.2. Switch TLSv1.2 on, " \
	  "or remove them.") \
	D(SUITES_NO_TLS12, 1537, WARNING, \
	  "TLS 1.2 is switched on, and no suite is listed for it", \
	  "A cipher list counts for all versions; one that has suites of TLS " \
	  "1.3 only leaves TLS 1.2 out.") \
	D(PAIRS_NO_TLS13, 1538, WARNING, \
	  "TLS 1.3 is on, and no signature pair is for it", \
	  "TLS 1.3 signs by 0804, 0805 and 0806 with RSA keys, by 0403, 0503 " \
	  "and 0603 with ECDSA keys of P-256, P-384 and P-521, by 0807 with " \
	  "Ed25519. The lists of z/OS's older releases lack 08xx. Without a pair " \
	  "of the key that version is not offered.") \
	D(SUITES_BROKEN, 1540, WARNING, "a cipher suite does not protect", \
	  "NULL encrypts nothing; EXPORT, RC4, RC2 and DES can be broken; 3DES " \
	  "leaks in long connections. Remove them: there is no list that needs " \
	  "them.") \
	D(SUITES_UNABLE, 1541, WARNING, "a suite is not in the TLS library", \
	  "It is skipped: nothing is encrypted with it. Static DH, ECDH and " \
	  "DSS suites are in no library of today.") \
	D(SUITES_STATIC, 1542, WARNING, \
	  "a cipher suite has no forward secrecy", \
	  "With TLS_RSA_, TLS_DH_ and TLS_ECDH_ suites, who gets the private " \
	  "key later reads all that was recorded. Prefer TLS_ECDHE_ suites.") \
	D(SUITES_ORDER, 1543, WARNING, \
	  "a weaker suite is preferred to a stronger one", \
	  "The list is in order of preference. Put suites with GCM or CHACHA20 " \
	  "before those with CBC, and TLS_ECDHE_ before TLS_RSA_.") \
	D(SUITES_CLIENT_AUTH, 1544, ADVICE, \
	  "suites that may not carry RSA client certificates", \
	  "Before TLS 1.3 some TLS libraries ask clients for certificates of " \
	  "the kind that their own suites have. With ECDSA suites alone a " \
	  "client's RSA certificate is then not sent, and with Required the " \
	  "client is refused.") \
	/* client authentication and roles */ \
	D(CLIENT_AUTH_UNUSED, 1550, WARNING, "ClientAuthType has no effect", \
	  "Only HandshakeRole ServerWithClientAuth asks a client for its " \
	  "certificate.") \
	D(CLIENT_AUTH_PASSTHRU, 1551, WARNING, "any certificate is let in", \
	  "PassThru asks for a certificate and accepts every one, and none. " \
	  "Required lets in who has one of a trusted CA.") \
	D(CLIENT_AUTH_OPTIONAL, 1552, ADVICE, \
	  "a client without a certificate is let in", \
	  "Full judges the certificates that are shown, and lets in who shows " \
	  "none. Required does not.") \
	D(CLIENT_AUTH_DROPPED, 1553, WARNING, \
	  "a connection action turns mutual TLS off", \
	  "The environment has HandshakeRole ServerWithClientAuth, and the " \
	  "connection action has Server, which counts: no client is asked for " \
	  "its certificate.") \
	D(HANDSHAKE_UNLIMITED, 1554, WARNING, "a handshake may last for ever", \
	  "HandshakeTimeout 0 sets no limit: clients that connect and stay " \
	  "silent pile up.") \
	D(HANDSHAKE_LONG, 1555, WARNING, "a handshake may last very long", \
	  "Clients that connect and stay silent are kept for HandshakeTimeout, " \
	  "and slow ones ten times as long. 300 seconds are the most that is " \
	  "not warned of.") \
	D(HANDSHAKE_HASTY, 1556, WARNING, \
	  "a handshake with a client certificate has little time", \
	  "Less than the default of 10 seconds. A client that reads its " \
	  "certificate from a card does not make it.") \
	D(HANDSHAKE_SHORT, 1557, ADVICE, \
	  "a handshake leaves no time to type a PIN", \
	  "Who uses a card has to find it and type its PIN; 30 seconds do. For " \
	  "clients that are programs, 10 do.") \
	D(SESSION_OUTLIVES_CARD, 1558, ADVICE, \
	  "a session is resumed without the client's card", \
	  "A resumed session stands for the certificate it began with, though " \
	  "the card may be drawn. Where that matters, code a short " \
	  "GSK_V3_SESSION_TIMEOUT; see RESUMPTION in sallyport.policy(5).") \
	D(NO_HOST_CHECK, 1559, WARNING, "a client does not compare a name", \
	  "A certificate of a trusted CA says that its owner is somebody, not " \
	  "that he is the right one. HostReferenceIdDNS names whom the " \
	  "certificate must name.") \
	/* conditions */ \
	D(DIRECTION_BOTH, 1560, WARNING, "one role for both directions", \
	  "Whom others connect to is the server, who connects is the client. " \
	  "Write a rule for each direction.") \
	D(ROLE_DIRECTION, 1561, WARNING, \
	  "the role does not fit the direction", \
	  "Inbound connections are a server's, outbound ones a client's. With " \
	  "two servers or two clients no handshake ends.") \
	D(PORT_SIDE, 1562, WARNING, "the port of the wrong side is asked for", \
	  "Who connects does so from any port. Inbound rules ask for the local " \
	  "port, outbound rules for the remote one.") \
	D(OUTBOUND_WIDE, 1563, WARNING, \
	  "an outbound rule catches every program", \
	  "It also wraps programs that do their own TLS, and connections within " \
	  "the host. Add RemoteAddr, Jobname or Userid.") \
	D(CONDITION_EMPTY, 1565, ADVICE, "a condition asks nothing", \
	  "All, * and port 0 match everything, as if the line were not there.") \
	D(RANGE_OF_ONE, 1567, ADVICE, "a range has one member", \
	  "Write it alone; or is the other end wrong?") \
	D(ADDRESS_HOST_BITS, 1568, WARNING, "a subnet is written as a host", \
	  "The prefix length says how many bits count; the address has bits " \
	  "behind them, which do not.") \
	D(PORT_ZERO, 1569, WARNING, "a range of ports begins with 0", \
	  "No connection has port 0. Alone it stands for any port; in a range " \
	  "it does not.") \
	D(ADDRESS_NO_HOST, 1570, WARNING, "an address is no host's", \
	  "No TCP connection has 0.0.0.0, a multicast or a broadcast address. " \
	  "Write All for any address, and address/prefix for a subnet.") \
	D(HOST_NAME_ODD, 1573, WARNING, "no certificate has such a name", \
	  "HostReferenceIdDNS is compared with the DNS names in the server's " \
	  "certificate, which hold no scheme, port, path or address.") \
	D(ENDS_APART, 1571, WARNING, "no connection has both addresses", \
	  "Connections from 127.0.0.1 or ::1 go there, too: both ends are " \
	  "within the host, or none.") \
	/* values that surprise */ \
	D(SNI_INCOMPLETE, 1580, WARNING, "a server name is not said", \
	  "ClientHandshakeSNI and ServerHandshakeSNI need their List, and their " \
	  "Match to say whether a name must be in it.") \
	D(SNI_NO_LABEL, 1581, WARNING, "a server name has no certificate", \
	  "ServerHandshakeSNIList takes name/label: the label of the " \
	  "certificate for that name.") \
	D(SNI_OFF, 1590, WARNING, "server names are listed, and not looked at", \
	  "ClientHandshakeSNI and ServerHandshakeSNI are Off where they are not " \
	  "coded: code Required or Optional.") \
	D(SNI_UNSENT, 1591, WARNING, "no client asks for such a server name", \
	  "Clients send a host's name in ASCII, as DNS has it (xn--...), without " \
	  "a dot at the end; never an address (RFC 6066, 3). The whole name is " \
	  "compared: there are no wildcards.") \
	D(SNI_TWICE, 1592, WARNING, "a server name is listed twice", \
	  "Names are compared without regard to case, and the first that is the " \
	  "client's decides the certificate.") \
	D(LABEL_IDLE, 1593, WARNING, "a certificate label has no effect", \
	  "Where ServerCertificateLabel is coded it counts in place of " \
	  "CertificateLabel; a label that is listed again adds nothing.") \
	D(FRAGMENT_LENGTH, 1582, WARNING, "a record size is not said", \
	  "ClientMaxSSLFragment needs ClientMaxSSLFragmentLength.") \
	D(SUITE_B_LIST, 1583, WARNING, \
	  "a cipher list does not count beside a Suite B profile", \
	  "SuiteBProfile replaces TTLSCipherParms. Remove one of them.") \
	D(FIPS_WEAK, 1584, WARNING, "something weak beside FIPS140", \
	  "FIPS 140 does not allow it: it is refused, or not used.") \
	D(KEY_SIZE, 1585, WARNING, "small keys are taken", \
	  "Keys below 2048 bits (RSA, DH, DSA) or 224 bits (elliptic curves) " \
	  "can be broken. Where nothing is coded, PolicyDefaults Modern asks " \
	  "for enough.") \
	D(TRACE_HIGH, 1586, ADVICE, "a trace level for finding faults", \
	  "Levels above 7 trace events, flows and data. On z/OS they cost, and " \
	  "lose records.") \
	D(TRACE_REMARK, 1587, ADVICE, "a remark does not fit its Trace", \
	  "Trace is a sum: 1 and 2 errors, 4 info, 8 events, 16 flows, 32 " \
	  "data.") \
	D(LABEL_ODD, 1588, WARNING, "a label seems to hold a remark", \
	  "All of the line is the label, blanks and all; labels have up to 32 " \
	  "characters on z/OS. Put a # before a remark.") \
	D(KEYRING_FOREIGN, 1589, WARNING, "a key ring that is z/OS's alone", \
	  "Virtual key rings, tokens and data sets are not known on Linux. Name " \
	  "a directory or a PEM file; see KEY RINGS in sallyport.policy(5).") \
	/* what does not act */ \
	D(NOT_BUILT, 1601, WARNING, "a parameter does not act yet", \
	  "A later version builds it; the agent does not start with it.") \
	D(NO_EFFECT, 1602, WARNING, "a parameter has no effect here", \
	  "It is accepted, so that a z/OS policy loads unchanged.") \
	D(DETAIL_IDLE, 1605, ADVICE, "a detail of something that does not act", \
	  "It belongs to a parameter that does not act here, or to the other " \
	  "side of connections: alone it means nothing.") \
	D(LISTS_UNABLE, 1603, WARNING, \
	  "this TLS library takes no lists of curves or signature pairs", \
	  "It chooses them itself. The library that `quickstart` and `runtests` " \
	  "build takes them.") \
	D(CODES_UNABLE, 1604, WARNING, \
	  "a curve or signature algorithm is never used", \
	  "The TLS library has no such curve. Signatures with DSA, MD5, SHA-1 or " \
	  "SHA-224 are refused everywhere (RFC 9155).") \
	/* what the policy names in the world */ \
	D(KEYRING, 1701, ERROR, "a key ring cannot be used", \
	  "The message names the file and what is wrong with it; see KEY RINGS " \
	  "in sallyport.policy(5).") \
	D(KEYRING_TRUST, 1702, ERROR, \
	  "client certificates are asked for, and no CA is trusted", \
	  "Put the CA certificates of the clients into trusted/ of the key " \
	  "ring.") \
	D(CERTIFICATE_DATES, 1703, ERROR, \
	  "a certificate is out of its validity dates", \
	  "Renew it, or compare the host's clock.") \
	D(PORT_TAKEN, 1704, ERROR, "a port cannot be opened", \
	  "Stop the program that holds it (ss -ltnp shows it), or change the " \
	  "rule.") \
	D(NOT_SERVED, 1705, ERROR, "this daemon cannot serve a rule", \
	  "The message says what the rule lacks.") \
	D(NOT_SERVED_HERE, 1706, WARNING, "a rule is another program's", \
	  "Ports of Handoff Forward are opened by sallyportd, not by " \
	  "sallyport run.") \
	D(KEYRING_LABEL, 1707, ERROR, "a label is not in the key ring", \
	  "CertificateLabel, or the line in personal/default, names " \
	  "personal/LABEL.pem. The labels that there are are listed.") \
	D(KEY_MISMATCH, 1708, ERROR, \
	  "a private key is not that of its certificate", \
	  "Compare what `openssl pkey -pubout -in KEY` and `openssl x509 " \
	  "-pubkey -noout -in CERTIFICATE` print: they have to be the same.") \
	D(SUITES_UNUSABLE, 1709, ERROR, "no cipher suite can be used", \
	  "Suites up to TLS 1.2 are for one kind of key: ..._ECDSA_... for " \
	  "ECDSA and EdDSA keys, other ..._RSA_... for RSA keys. Use a list " \
	  "that fits the certificate, or a certificate that fits the list.") \
	D(TRUSTED_CA, 1710, ERROR, "a trusted certificate cannot be trusted", \
	  "What is in trusted/ has to be a CA certificate that may sign " \
	  "certificates (basicConstraints CA, keyUsage keyCertSign where there " \
	  "is one) and has not expired.") \
	D(SUITES_VERSION, 1711, WARNING, \
	  "a protocol version is on and has no cipher suite", \
	  "All suites of the list for that version are for another kind of key " \
	  "than the certificate has: such clients are refused.") \
	D(KEY_WEAK, 1713, WARNING, "a key is too small", \
	  "RSA keys of less than 2048 bits and ECDSA keys of less than 256 are " \
	  "refused by many clients.") \
	D(SIGNATURE_WEAK, 1714, WARNING, \
	  "a certificate is signed by MD5 or SHA-1", \
	  "Such signatures can be forged, and clients refuse them. Have the " \
	  "certificate issued again.") \
	D(CHAIN_INCOMPLETE, 1715, WARNING, "an intermediate CA is missing", \
	  "The server sends what is in personal/LABEL.pem. Clients know roots " \
	  "only: append the certificates of all CAs between the server's and " \
	  "the root, in this order.") \
	D(CHAIN_OPEN, 1716, ADVICE, "the chain ends below a root", \
	  "That is as it should be where the clients have the root that is " \
	  "named; it cannot be seen from here.") \
	D(CHAIN_BROKEN, 1717, WARNING, \
	  "a certificate is not signed by the one behind it", \
	  "The CA has another key by now, or another CA has the same name. " \
	  "Clients cannot follow the chain.") \
	D(CHAIN_ORDER, 1718, WARNING, "the chain is out of order", \
	  "TLS 1.2 has each certificate followed by that of its issuer, and " \
	  "some clients insist.") \
	D(CERTIFICATE_ENDS, 1719, WARNING, "a certificate ends soon", \
	  "Within 30 days. From that day on no start and no reload accepts " \
	  "the policy.") \
	D(SERVER_IS_CA, 1720, WARNING, "the server's certificate is a CA's", \
	  "`openssl req -x509` makes such ones. Some clients refuse them, and " \
	  "who has the server's key can make certificates.") \
	D(SERVER_USE, 1721, WARNING, \
	  "the server's certificate is not for servers", \
	  "Clients refuse it. A server's certificate needs digitalSignature in " \
	  "its key usage and serverAuth in its extended key usage, where it " \
	  "has these.") \
	D(SERVER_NAME, 1722, ADVICE, \
	  "the server's certificate lacks what some clients ask for", \
	  "Browsers ask for the server's name in subjectAltName, and some " \
	  "clients for serverAuth in the extended key usage.") \
	D(CA_NOT_YET, 1723, WARNING, "a trusted CA is not valid yet", \
	  "Clients with certificates of this CA are refused until then.") \
	D(CA_TWICE, 1724, ADVICE, "a trusted CA is there twice", \
	  "Who removes one of the files goes on trusting the CA.") \
	D(CRL_UNREADABLE, 1725, WARNING, "a revocation list cannot be read", \
	  "A CRL in PEM or DER, as the CA publishes it, is expected in crl/.") \
	D(CRL_ISSUER, 1726, WARNING, "a revocation list is of a stranger", \
	  "A CRL says something only about certificates of its own issuer.") \
	D(CRL_DATES, 1727, WARNING, "a revocation list is out of date", \
	  "Fetch a new one before the old one ends: cron, or a timer.") \
	D(KEY_EXPOSED, 1728, WARNING, \
	  "others can read a private key", \
	  "Only the user that starts the daemon needs it: mode 0600, or 0400.") \
	D(FILE_WRITABLE, 1729, WARNING, "everybody can change a file", \
	  "Who can write a file of the key ring, or exchange it in its " \
	  "directory, decides who is let in.") \
	D(FILE_OWNER, 1730, WARNING, "a file belongs to another user", \
	  "The owner of a file of the key ring, or of a directory above it, " \
	  "can change it. It should be root, or the user that starts the " \
	  "daemon.") \
	D(FILE_IGNORED, 1731, WARNING, "a file of the key ring is not read", \
	  "In personal/ LABEL.pem, LABEL.key and default are read, in trusted/ " \
	  "what ends in .pem, in crl/ everything.") \
	D(BACKEND_ABSENT, 1732, ADVICE, "nobody is at a Backend", \
	  "The service has not been started, or the path is another. Until it " \
	  "is there, connections end with backend-down.") \
	D(BACKEND_KIND, 1733, WARNING, "a Backend is no socket", \
	  "Backend unix:PATH names the unix socket that the service listens on.") \
	D(PAIRS_UNUSABLE, 1734, ERROR, \
	  "no signature pair can be used", \
	  "The server could not sign a handshake: no pair of SignaturePairs is " \
	  "for the kind of its key, and with an ECDSA key in TLS 1.3 for the " \
	  "key's own curve.") \
	D(PAIRS_VERSION, 1735, WARNING, \
	  "TLS 1.3 is on, and no signature pair is for it and the key", \
	  "That version is not offered: clients get an older one, or are " \
	  "refused where they have none.") \
	D(KEY_KIND, 1737, ERROR, "the server's key is of a kind that cannot serve", \
	  "RSA keys of 2048 to 4096 bits, ECDSA keys of P-256, P-384 and P-521, " \
	  "and Ed25519 keys can. Keys for RSA-PSS alone, of other curves, DSA " \
	  "keys and larger ones cannot.") \
	D(USER_UNKNOWN, 1736, WARNING, "there is no such user", \
	  "Userid is met by the name of the user that the service runs as, and " \
	  "its case counts: names of z/OS are in upper case, those of Linux are " \
	  "not. A rule that is never met leaves its service in clear.")

#endif
