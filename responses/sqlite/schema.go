package sqlite

import "waymark/surveys/engine"

// Steps are the tables. Version 2 takes a response's map and stage out of the
// JSON and serves the lists of a map and of a stage, which looked through the
// whole workspace before. What the JSON of older rows still says of them is not read.
// Version 3 lets the index of time carry what scores are made of, so that
// reading facts seldom goes to the rows: those of a day lie far apart where
// answers came in another order. Longer answers and properties stay in the row,
// and 0 stands for them, so that an entry of the index never needs a page of
// its own. SQLite itself keeps the columns and the index: there is no second
// copy that could say something else.
var Steps = []engine.SQLiteStep{{Version: 1, Domain: "responses", SQL: `
CREATE TABLE responses (ws TEXT NOT NULL, id TEXT NOT NULL, rev INTEGER NOT NULL, seq INTEGER NOT NULL, survey TEXT NOT NULL, version INTEGER NOT NULL,
	status TEXT NOT NULL, occurred_at INTEGER NOT NULL, received_at INTEGER NOT NULL, answers BLOB, properties BLOB, respondent TEXT NOT NULL, more BLOB,
	marks BLOB, marked_at INTEGER);
CREATE UNIQUE INDEX responses_id ON responses (ws, id);
CREATE INDEX responses_time ON responses (ws, survey, occurred_at, id);
CREATE INDEX responses_seq ON responses (ws, seq, id);
CREATE INDEX responses_survey_seq ON responses (ws, survey, seq, id);
CREATE INDEX responses_marks ON responses (ws, survey, marked_at) WHERE marked_at IS NOT NULL;
CREATE INDEX responses_respondent ON responses (ws, respondent, seq, id) WHERE respondent <> '';
`}, {Version: 2, Domain: "responses", SQL: `
ALTER TABLE responses ADD COLUMN map TEXT NOT NULL DEFAULT '';
ALTER TABLE responses ADD COLUMN stage TEXT NOT NULL DEFAULT '';
UPDATE responses SET map = coalesce(json_extract(CAST(more AS TEXT), '$.map'), ''), stage = coalesce(json_extract(CAST(more AS TEXT), '$.stage'), '')
	WHERE more IS NOT NULL;
CREATE INDEX responses_map_seq ON responses (ws, map, seq, id);
CREATE INDEX responses_map_stage_seq ON responses (ws, map, stage, seq, id);
`}, {Version: 3, Domain: "responses", SQL: `
ALTER TABLE responses ADD COLUMN short_answers BLOB GENERATED ALWAYS AS (iif(length(answers) > 256, 0, answers)) VIRTUAL;
ALTER TABLE responses ADD COLUMN short_properties BLOB GENERATED ALWAYS AS (iif(length(properties) > 256, 0, properties)) VIRTUAL;
DROP INDEX responses_time;
CREATE INDEX responses_facts ON responses (ws, survey, occurred_at, id, version, status, short_answers, short_properties);
`}}
