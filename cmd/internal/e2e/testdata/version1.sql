-- A store of schema version 1, written by hand: the tables as that version made them, and data of each domain.
-- Nothing here is ever edited: it is what is out there. The program's clock stands at 2026-03-04T12:00:00Z in the tests.

CREATE TABLE engine_ping (id INTEGER PRIMARY KEY, n INTEGER NOT NULL);
CREATE TABLE workspaces (id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE api_keys (id TEXT PRIMARY KEY, workspace TEXT NOT NULL, name TEXT NOT NULL, scope TEXT NOT NULL, hash TEXT NOT NULL,
	created_at INTEGER NOT NULL, revoked_at INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_workspace ON api_keys (workspace, created_at, id);
CREATE TABLE settings (workspace TEXT PRIMARY KEY, version INTEGER NOT NULL, document BLOB NOT NULL, created_at INTEGER NOT NULL,
	updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE idempotency (workspace TEXT NOT NULL, id TEXT NOT NULL, fingerprint TEXT NOT NULL, created_at INTEGER NOT NULL, status INTEGER NOT NULL DEFAULT 0,
	location TEXT NOT NULL DEFAULT '', etag TEXT NOT NULL DEFAULT '', body BLOB, PRIMARY KEY (workspace, id)) STRICT;
CREATE INDEX idempotency_created ON idempotency (created_at);
CREATE TABLE surveys (ws TEXT NOT NULL, id TEXT NOT NULL, rev INTEGER NOT NULL, seq INTEGER NOT NULL, status TEXT NOT NULL, version INTEGER NOT NULL,
	current INTEGER NOT NULL, map TEXT NOT NULL, stage TEXT NOT NULL, touchpoint TEXT NOT NULL, current_map TEXT NOT NULL, draft BLOB, published BLOB,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL);
CREATE UNIQUE INDEX surveys_id ON surveys (ws, id);
CREATE INDEX surveys_seq ON surveys (ws, seq, id);
CREATE INDEX surveys_map ON surveys (ws, map, seq, id);
CREATE INDEX surveys_current_map ON surveys (ws, current_map, seq, id);
CREATE TABLE survey_versions (ws TEXT NOT NULL, survey TEXT NOT NULL, number INTEGER NOT NULL, version BLOB NOT NULL, PRIMARY KEY (ws, survey, number)) WITHOUT ROWID;
CREATE TABLE responses (ws TEXT NOT NULL, id TEXT NOT NULL, rev INTEGER NOT NULL, seq INTEGER NOT NULL, survey TEXT NOT NULL, version INTEGER NOT NULL,
	status TEXT NOT NULL, occurred_at INTEGER NOT NULL, received_at INTEGER NOT NULL, answers BLOB, properties BLOB, respondent TEXT NOT NULL, more BLOB,
	marks BLOB, marked_at INTEGER);
CREATE UNIQUE INDEX responses_id ON responses (ws, id);
CREATE INDEX responses_time ON responses (ws, survey, occurred_at, id);
CREATE INDEX responses_seq ON responses (ws, seq, id);
CREATE INDEX responses_survey_seq ON responses (ws, survey, seq, id);
CREATE INDEX responses_marks ON responses (ws, survey, marked_at) WHERE marked_at IS NOT NULL;
CREATE INDEX responses_respondent ON responses (ws, respondent, seq, id) WHERE respondent <> '';
CREATE TABLE maps (ws TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL, document BLOB NOT NULL,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL);
CREATE UNIQUE INDEX maps_id ON maps (ws, id);
CREATE INDEX maps_seq ON maps (ws, seq, id);
CREATE TABLE map_versions (ws TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL, document BLOB NOT NULL,
	created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL);
CREATE UNIQUE INDEX map_versions_id ON map_versions (ws, id, version);
CREATE TABLE shares (hash TEXT PRIMARY KEY, ws TEXT NOT NULL, map TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, label TEXT NOT NULL, access TEXT NOT NULL,
	expires_at INTEGER, revoked_at INTEGER, created_at INTEGER NOT NULL, created_by TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX shares_id ON shares (ws, map, id);
CREATE INDEX shares_seq ON shares (ws, map, seq, id);
CREATE TABLE cells (ws TEXT NOT NULL, survey TEXT NOT NULL, level INTEGER NOT NULL, at INTEGER NOT NULL, prefix TEXT NOT NULL, rev INTEGER NOT NULL,
	split INTEGER NOT NULL, open INTEGER NOT NULL, counted INTEGER NOT NULL, last INTEGER NOT NULL, groups BLOB, PRIMARY KEY (ws, survey, level, at, prefix)) STRICT;
CREATE INDEX cells_last_day ON cells (ws, survey, at) WHERE level = 0 AND counted > 0;
PRAGMA user_version = 1;

-- The secret of the key "old" is abcdefghijklmnopqrstuvwxyz0123456789.
INSERT INTO workspaces VALUES ('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'Loja', 1769904000000), ('wsp_ahuapk7bzkwnpba3tgvmrhfyfu', 'Other', 1769904000000);
INSERT INTO api_keys VALUES
	('old', 'wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'old', 'admin', '3decf0b2971684e8f17907daf9bd9398aeb8c8cb6390bb5d7f90955f75840f06', 1769904000000, NULL),
	('gone', 'wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'gone', 'admin', '6e54705f507871aebdd1394db4a88e2d72c59b4bfc83028a73f791ebc7aa47f0', 1769904000001, 1769990400000);
INSERT INTO settings VALUES ('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 2, CAST('{"name":"Loja","language":"pt-BR","timezone":"America/Sao_Paulo","freshness":{"fresh":"P30D","stale":"P90D"}}' AS BLOB),
	1769904000000, 1769990400000, 'old');
INSERT INTO leases VALUES ('sweep', 'prc_old', 1769904000000);
-- Of: POST /v1/maps with the Idempotency-Key k-1 and the body {}.
INSERT INTO idempotency VALUES ('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'idm_ngpz4bbdf6viv26glwgyegj7ym', '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a', 1772582400000,
	201, '/v1/maps/map_shopaaaaaaaaaaaaaaaaaaaaaa', '"1"', CAST('{"id":"map_shopaaaaaaaaaaaaaaaaaaaaaa"}' AS BLOB));

INSERT INTO maps VALUES
	('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'map_shopaaaaaaaaaaaaaaaaaaaaaa', 2, 1769904000000000001, CAST('{"title":"Loja 🛒","language":"pt-BR","stages":[{"id":"order","name":"Pedido"},{"id":"delivery","name":"Entrega","touchpoints":[{"id":"courier","name":"Courier","channel":"in_person"}]}]}' AS BLOB),
	1769904000000, 1769990400000, 'old'),
	('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'map_helpaaaaaaaaaaaaaaaaaaaaaa', 1, 1769904000000000002, CAST('{"title":"Ajuda","stages":[{"id":"chat","name":"Chat","touchpoints":[{"id":"bot","name":"Bot"}]}]}' AS BLOB),
	1769904000000, 1769904000000, 'old');
INSERT INTO map_versions VALUES ('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'map_shopaaaaaaaaaaaaaaaaaaaaaa', 1, 1769904000000000001, CAST('{"title":"Loja","language":"pt-BR","stages":[{"id":"order","name":"Pedido"},{"id":"delivery","name":"Entrega"}]}' AS BLOB),
	1769904000000, 1769904000000, 'old');
-- Their tokens are live, gone, twin and free, each written over and over until it has 27 characters.
INSERT INTO shares VALUES
	('dcaec9ee028584f771031576fb202c0c617af61f05fb07b711ae5bee7d9cc92e', 'wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'map_shopaaaaaaaaaaaaaaaaaaaaaa', 'shr_liveaaaaaaaaaaaaaaaaaaaaaa', 1769904000000000003, 'equipe', 'read', NULL, NULL, 1769904000000, 'old'),
	('98c1f81bfc9dc7a5cdd14bfc9bb968eed0bd145946e893c67b7880c03107357f', 'wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'map_shopaaaaaaaaaaaaaaaaaaaaaa', 'shr_goneaaaaaaaaaaaaaaaaaaaaaa', 1769904000000000004, 'antigo', 'read', 1893456000000, 1769990400000, 1769904000000, 'old');

-- "Document" is the definition as it was sent, in base64.
INSERT INTO surveys VALUES
	('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'srv_deliveryaaaaaaaaaaaaaaaaaa', 4, 1769904000000000005, 'published', 3, 3, 'map_shopaaaaaaaaaaaaaaaaaaaaaa', 'delivery', '', 'map_shopaaaaaaaaaaaaaaaaaaaaaa', NULL,
	CAST('{"Survey":"srv_deliveryaaaaaaaaaaaaaaaaaa","Number":3,"Document":"eyJtYXAiOiJtYXBfc2hvcGFhYWFhYWFhYWFhYWFhYWFhYWFhYWEiLCJzdGFnZSI6ImRlbGl2ZXJ5IiwidGl0bGUiOnsicHQtQlIiOiJFbnRyZWdhIn0sInNlZ21lbnRzIjpbInN0YXRlIl0sInF1ZXN0aW9ucyI6W3siaWQiOiJzYXQiLCJ0eXBlIjoiY3NhdCIsInRpdGxlIjp7InB0LUJSIjoiUXXDo28gc2F0aXNmZWl0byBlc3TDoT8ifSwicmVxdWlyZWQiOnRydWV9LHsiaWQiOiJmZWVsIiwidHlwZSI6ImVtb3Rpb24iLCJ0aXRsZSI6eyJwdC1CUiI6IkNvbW8gc2Ugc2VudGl1PyJ9fV19","Binding":{"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"},"Segments":["state"],"Series":[{"series":"ser_vlaxv3drqs5ec7d7hn6odq7vzm","question":"sat","metric":"csat","title":"Quão satisfeito está?"},{"series":"ser_7lnkx7uaxlkdba3nuvjdpwhzim","question":"feel","metric":"emotion","title":"Como se sentiu?"}],"PublishedAt":"2026-03-02T00:00:00Z","PublishedBy":"old"}' AS BLOB),
	1769904000000, 1772409600000, 'old'),
	('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'srv_helpaaaaaaaaaaaaaaaaaaaaaa', 2, 1769904000000000006, 'published', 1, 1, 'map_helpaaaaaaaaaaaaaaaaaaaaaa', 'chat', 'bot', 'map_helpaaaaaaaaaaaaaaaaaaaaaa', NULL,
	CAST('{"Survey":"srv_helpaaaaaaaaaaaaaaaaaaaaaa","Number":1,"Document":"eyJtYXAiOiJtYXBfaGVscGFhYWFhYWFhYWFhYWFhYWFhYWFhYWEiLCJzdGFnZSI6ImNoYXQiLCJ0b3VjaHBvaW50IjoiYm90IiwidGl0bGUiOnsicHQtQlIiOiJBanVkYSJ9LCJxdWVzdGlvbnMiOlt7ImlkIjoic2F0IiwidHlwZSI6ImNzYXQiLCJ0aXRsZSI6eyJwdC1CUiI6IlF1w6NvIHNhdGlzZmVpdG8gZXN0w6E/In19XX0=","Binding":{"map":"map_helpaaaaaaaaaaaaaaaaaaaaaa","stage":"chat","touchpoint":"bot"},"Segments":null,"Series":[{"series":"ser_vlaxv3drqs5ec7d7hn6odq7vzm","question":"sat","metric":"csat","title":"Quão satisfeito está?"}],"PublishedAt":"2026-02-01T00:00:00Z","PublishedBy":"old"}' AS BLOB),
	1769904000000, 1769904000000, 'old'),
	('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'srv_draftaaaaaaaaaaaaaaaaaaaaa', 1, 1769904000000000007, 'draft', 1, 0, 'map_shopaaaaaaaaaaaaaaaaaaaaaa', 'order', '', '',
	CAST('{"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"order","title":"Rascunho","questions":[{"id":"n","type":"nps","title":"Recomendaria?"}]}' AS BLOB), NULL,
	1769904000000, 1769904000000, 'old');
INSERT INTO survey_versions VALUES ('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'srv_deliveryaaaaaaaaaaaaaaaaaa', 1,
	CAST('{"Survey":"srv_deliveryaaaaaaaaaaaaaaaaaa","Number":1,"Document":"eyJtYXAiOiJtYXBfc2hvcGFhYWFhYWFhYWFhYWFhYWFhYWFhYWEiLCJzdGFnZSI6ImRlbGl2ZXJ5IiwidGl0bGUiOnsicHQtQlIiOiJFbnRyZWdhIn0sInNlZ21lbnRzIjpbInN0YXRlIl0sInF1ZXN0aW9ucyI6W3siaWQiOiJzYXQiLCJ0eXBlIjoiY3NhdCIsInRpdGxlIjp7InB0LUJSIjoiUXXDo28gc2F0aXNmZWl0byBlc3TDoT8ifSwicmVxdWlyZWQiOnRydWV9XX0=","Binding":{"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"},"Segments":["state"],"Series":[{"series":"ser_vlaxv3drqs5ec7d7hn6odq7vzm","question":"sat","metric":"csat","title":"Quão satisfeito está?"}],"PublishedAt":"2026-02-01T00:00:00Z","PublishedBy":"old"}' AS BLOB));

-- o-13 is suspect; o-14 was deleted and rolled up; o-15 was deleted and o-16 came in just before the program ended, and neither is rolled up.
INSERT INTO responses VALUES
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_bnf57gjdv3vcqok75zicajvenu', 1, 1772352000000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 1, 'counted', 1772352000000, 1772352000500, CAST('{"sat":5}' AS BLOB), CAST('{"state":"SP"}' AS BLOB), 'cust-1',
	CAST('{"sender_id":"o-1","digest":"f8d102bca4af455875e8f1652b51e42067f2df0510f7a07242b6018cf6c29444","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_7l6yyzqziiavpwy2tpm2h2skc4', 1, 1772355600000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 1, 'counted', 1772355600000, 1772355600500, CAST('{"sat":4}' AS BLOB), CAST('{"state":"SP"}' AS BLOB), 'cust-2',
	CAST('{"sender_id":"o-2","digest":"o-2","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_dy4v3thgqwjs6zweigqtxlhxwi', 1, 1772359200000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 1, 'counted', 1772359200000, 1772359200500, CAST('{"sat":2}' AS BLOB), CAST('{"state":"RJ"}' AS BLOB), 'cust-3',
	CAST('{"sender_id":"o-3","digest":"o-3","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_m5nfqrk6e2qcbyowrw4mnfs4wi', 1, 1772438400000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'counted', 1772438400000, 1772438400500, CAST('{"sat":5,"feel":2}' AS BLOB), CAST('{"state":"SP"}' AS BLOB), 'cust-4',
	CAST('{"sender_id":"o-4","digest":"o-4","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_gfobrr55ycnm2wbpewtkwvxlga', 1, 1772442000000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'counted', 1772442000000, 1772442000500, CAST('{"sat":5,"feel":1}' AS BLOB), CAST('{"state":"SP"}' AS BLOB), 'cust-5',
	CAST('{"sender_id":"o-5","digest":"o-5","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_hmdu5jw7nn6tr7vih62emt5jeq', 1, 1772445600000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'counted', 1772445600000, 1772445600500, CAST('{"sat":1,"feel":-2}' AS BLOB), CAST('{"state":"RJ"}' AS BLOB), 'cust-6',
	CAST('{"sender_id":"o-6","digest":"o-6","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_4t4axluyzxr67qnr6cmfyeu7pe', 1, 1772449200000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'counted', 1772449200000, 1772449200500, CAST('{"sat":3,"feel":0}' AS BLOB), CAST('{"state":"SP"}' AS BLOB), 'cust-7',
	CAST('{"sender_id":"o-7","digest":"o-7","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_do7izlehtdug5srzarsjc5u7uu', 1, 1772452800000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'counted', 1772452800000, 1772452800500, CAST('{"sat":4,"feel":1}' AS BLOB), CAST('{"state":"RJ"}' AS BLOB), 'cust-8',
	CAST('{"sender_id":"o-8","digest":"o-8","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_ykn4dxdzatglaew5oyg2pey3h4', 1, 1772524800000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'counted', 1772524800000, 1772524800500, CAST('{"sat":4,"feel":1}' AS BLOB), CAST('{"state":"RJ"}' AS BLOB), 'cust-9',
	CAST('{"sender_id":"o-9","digest":"o-9","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_vm2grolguvc4f67pax2kjhotbe', 1, 1772528400000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'counted', 1772528400000, 1772528400500, CAST('{"sat":2,"feel":-1}' AS BLOB), CAST('{"state":"SP"}' AS BLOB), 'cust-10',
	CAST('{"sender_id":"o-10","digest":"o-10","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_hhjvuziyjzyo2wbwp3e5iv3pj4', 1, 1772532000000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'counted', 1772532000000, 1772532000500, CAST('{"sat":5,"feel":2}' AS BLOB), CAST('{"state":"RJ"}' AS BLOB), 'cust-11',
	CAST('{"sender_id":"o-11","digest":"o-11","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_lnm7amh63ilnck2z3w76g64sja', 1, 1772535600000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'counted', 1772535600000, 1772535600500, CAST('{"sat":4,"feel":0}' AS BLOB), CAST('{"state":"SP"}' AS BLOB), 'cust-12',
	CAST('{"sender_id":"o-12","digest":"o-12","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_brfwadgxrfluxyhm7ri6u6sazm', 1, 1772539200000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'suspect', 1772539200000, 1772539200500, CAST('{"sat":1}' AS BLOB), CAST('{"state":"SP"}' AS BLOB), 'cust-13',
	CAST('{"sender_id":"o-13","digest":"o-13","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_3ngddwis375fvrzhnammrwoyfu', 2, 0, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 0, 'erased', 0, 0, NULL, NULL, '', NULL, NULL, NULL),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_crmsqfzh3dryzjtu5hpz6mzihu', 2, 1772456400000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'erased', 1772456400000, 1772456400500, NULL, NULL, '', NULL, CAST('[1772456400000]' AS BLOB), 1772582400000),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_esfhwfirbe2xeon7je7ynybc3a', 1, 1772542800000000, 'srv_deliveryaaaaaaaaaaaaaaaaaa', 3, 'counted', 1772542800000, 1772542800500, CAST('{"sat":5}' AS BLOB), CAST('{"state":"SP"}' AS BLOB), 'cust-16',
	CAST('{"sender_id":"o-16","digest":"d19cace7b6a38a47ae6b135c337833df44c490f5fb18826ac38a68ac78fe274e","via":{"channel":"api"},"map":"map_shopaaaaaaaaaaaaaaaaaaaaaa","stage":"delivery"}' AS BLOB), CAST('[1772542800000]' AS BLOB), 1772582400000),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'rsp_helpaaaaaaaaaaaaaaaaaaaaaa', 1, 1772542800000000001, 'srv_helpaaaaaaaaaaaaaaaaaaaaaa', 1, 'counted', 1772542800000, 1772542800500, CAST('{"sat":3}' AS BLOB), NULL, '',
	CAST('{"digest":"h","calculated":{"total":1.50},"language":"pt-BR","via":{"channel":"link","link":"lnk_1","url":"https://loja.example/?a=1&b=2"},"map":"map_helpaaaaaaaaaaaaaaaaaaaaaa","stage":"chat","touchpoint":"bot"}' AS BLOB), NULL, NULL);

INSERT INTO cells VALUES
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'srv_deliveryaaaaaaaaaaaaaaaaaa', 0, 1772323200000, '', 1, 0, 0, 3, 1772359200000,
	CAST('[{"v":1,"s":{"state":"RJ"},"n":1,"l":1772359200000,"h":{"sat":{"2":1}}},{"v":1,"s":{"state":"SP"},"n":2,"l":1772355600000,"h":{"sat":{"4":1,"5":1}}}]' AS BLOB)),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'srv_deliveryaaaaaaaaaaaaaaaaaa', 0, 1772409600000, '', 6, 0, 0, 6, 1772456400000,
	CAST('[{"v":3,"s":{"state":"RJ"},"n":3,"l":1772456400000,"h":{"feel":{"-2":1,"1":1,"2":1},"sat":{"1":1,"4":1,"5":1}}},{"v":3,"s":{"state":"SP"},"n":3,"l":1772449200000,"h":{"feel":{"0":1,"1":1,"2":1},"sat":{"3":1,"5":2}}}]' AS BLOB)),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'srv_deliveryaaaaaaaaaaaaaaaaaa', 0, 1772496000000, '', 5, 0, 0, 4, 1772535600000,
	CAST('[{"v":3,"s":{"state":"RJ"},"n":2,"l":1772532000000,"h":{"feel":{"1":1,"2":1},"sat":{"4":1,"5":1}}},{"v":3,"s":{"state":"SP"},"n":2,"x":1,"l":1772535600000,"h":{"feel":{"-1":1,"0":1},"sat":{"2":1,"4":1}}}]' AS BLOB)),
('wsp_f3lvqnsapsxyh6vdwt7ujb4534', 'srv_helpaaaaaaaaaaaaaaaaaaaaaa', 0, 1772496000000, '', 1, 0, 0, 1, 1772542800000,
	CAST('[{"v":1,"n":1,"l":1772542800000,"h":{"sat":{"3":1}}}]' AS BLOB));
