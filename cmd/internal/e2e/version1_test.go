package e2e

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"waymark/surveys/engine"
)

// A store of schema version 1, as the program of that version left it: written
// by hand on both engines, with the same data, and never edited.
const (
	v1Key       = "wm_old_abcdefghijklmnopqrstuvwxyz0123456789"
	v1Workspace = "wsp_f3lvqnsapsxyh6vdwt7ujb4534" // of the name Loja
	v1Shop      = "map_shopaaaaaaaaaaaaaaaaaaaaaa"
	v1Help      = "map_helpaaaaaaaaaaaaaaaaaaaaaa"
	v1Delivery  = "srv_deliveryaaaaaaaaaaaaaaaaaa"
	v1Bot       = "srv_helpaaaaaaaaaaaaaaaaaaaaaa"
)

// v1Now is what the program's clock must stand at.
var v1Now = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

//go:embed testdata/version1.sql
var v1SQL string

// v1Clock gives the environment in which a program lives at v1Now.
func v1Clock(t *testing.T) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "clock")
	if err := os.WriteFile(file, []byte(strconv.FormatInt(int64(time.Until(v1Now).Seconds()), 10)), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"WAYMARK_TEST_CLOCK=" + file, "WAYMARK_BOOTSTRAP_KEY="}
}

// v1SQLite gives the arguments of a program on such an embedded store.
func v1SQLite(t *testing.T) []string {
	t.Helper()
	data := t.TempDir()
	sqlExec(t, filepath.Join(data, "waymark.db"), v1SQL)
	return []string{"--data", data}
}

// sqlExec runs statements on a file past the program.
func sqlExec(t *testing.T, file string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range append([]string{"PRAGMA busy_timeout = 10000"}, statements...) {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

// mongoDatabase gives the database of a URI past the program.
func mongoDatabase(t *testing.T, uri string) *mongo.Database {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	m, err := engine.OpenMongo(ctx, uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(context.Background()) })
	return m.DB
}

// v1Mongo gives the arguments of a program on such a MongoDB database. Two pairs
// of its shares have an id in common, which version 1 let happen: live and
// free, of which none is revoked, and gone and twin, of which one is.
func v1Mongo(t *testing.T) ([]string, *mongo.Database) {
	t.Helper()
	args := mongoArgs(t)
	db := mongoDatabase(t, args[1])
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	index := func(collection, name string, sparse bool, keys ...string) {
		t.Helper()
		var d bson.D
		for _, k := range keys {
			d = append(d, bson.E{Key: k, Value: 1})
		}
		o := options.Index().SetName(name)
		if sparse {
			o.SetSparse(true)
		}
		if _, err := db.Collection(collection).Indexes().CreateOne(ctx, mongo.IndexModel{Keys: d, Options: o}); err != nil {
			t.Fatal(err)
		}
	}
	index("api_keys", "workspace_created", false, "workspace", "created_at", "_id")
	index("idempotency", "created", false, "created_at")
	index("surveys", "workspace_seq", false, "workspace", "seq", "id")
	index("surveys", "workspace_map", false, "workspace", "map", "seq", "id")
	index("surveys", "workspace_current_map", false, "workspace", "current.map", "seq", "id")
	index("survey_versions", "workspace_survey_number", false, "workspace", "survey", "number")
	index("responses", "workspace_survey_occurred", false, "workspace", "survey", "occurred_at", "id")
	index("responses", "workspace_seq", false, "workspace", "seq", "id")
	index("responses", "workspace_survey_seq", false, "workspace", "survey", "seq", "id")
	index("responses", "workspace_respondent_seq", false, "workspace", "respondent", "seq", "id")
	index("responses", "marks", true, "mark_key", "mark_since")
	index("maps", "workspace_seq", false, "workspace", "seq", "id")
	index("map_versions", "workspace_id_version", false, "workspace", "id", "version")
	index("shares", "workspace_map_seq", false, "workspace", "map", "seq", "id")
	for collection, docs := range v1Documents() {
		var all []any
		for _, d := range docs {
			all = append(all, d)
		}
		if _, err := db.Collection(collection).InsertMany(ctx, all); err != nil {
			t.Fatal(err)
		}
	}
	return args, db
}

type m = bson.M

func v1Documents() map[string][]m {
	const (
		ws    = v1Workspace
		made  = int64(1769904000000) // 2026-02-01
		later = int64(1769990400000) // a day on
		sat   = `{"id":"sat","type":"csat","title":{"pt-BR":"Quão satisfeito está?"},"required":true}`
	)
	satSeries := m{"id": "ser_vlaxv3drqs5ec7d7hn6odq7vzm", "question": "sat", "metric": "csat", "title": "Quão satisfeito está?"}
	feelSeries := m{"id": "ser_7lnkx7uaxlkdba3nuvjdpwhzim", "question": "feel", "metric": "emotion", "title": "Como se sentiu?"}
	delivery := `{"map":"` + v1Shop + `","stage":"delivery","title":{"pt-BR":"Entrega"},"segments":["state"],"questions":[` + sat
	docs := map[string][]m{
		"meta":       {{"_id": "schema", "schema": 1}},
		"workspaces": {{"_id": ws, "name": "Loja", "created_at": made}, {"_id": "wsp_ahuapk7bzkwnpba3tgvmrhfyfu", "name": "Other", "created_at": made}},
		"api_keys": {
			{"_id": "old", "workspace": ws, "name": "old", "scope": "admin", "hash": "3decf0b2971684e8f17907daf9bd9398aeb8c8cb6390bb5d7f90955f75840f06", "created_at": made, "revoked_at": nil},
			{"_id": "gone", "workspace": ws, "name": "gone", "scope": "admin", "hash": "6e54705f507871aebdd1394db4a88e2d72c59b4bfc83028a73f791ebc7aa47f0", "created_at": made + 1, "revoked_at": later}},
		"settings": {{"_id": ws, "version": int64(2), "document": []byte(`{"name":"Loja","language":"pt-BR","timezone":"America/Sao_Paulo","freshness":{"fresh":"P30D","stale":"P90D"}}`),
			"created_at": made, "updated_at": later, "updated_by": "old"}},
		"leases": {{"_id": "sweep", "holder": "prc_old", "until": made}},
		"idempotency": {{"_id": ws + "/idm_ngpz4bbdf6viv26glwgyegj7ym", "workspace": ws, "fingerprint": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
			"created_at": int64(1772582400000), "status": 201, "location": "/v1/maps/" + v1Shop, "etag": `"1"`, "body": []byte(`{"id":"` + v1Shop + `"}`)}},
		"maps": {
			{"_id": ws + "/" + v1Shop, "workspace": ws, "id": v1Shop, "version": int64(2), "seq": int64(1769904000000000001), "created_at": made, "updated_at": later, "updated_by": "old",
				"document": []byte(`{"title":"Loja 🛒","language":"pt-BR","stages":[{"id":"order","name":"Pedido"},{"id":"delivery","name":"Entrega","touchpoints":[{"id":"courier","name":"Courier","channel":"in_person"}]}]}`)},
			{"_id": ws + "/" + v1Help, "workspace": ws, "id": v1Help, "version": int64(1), "seq": int64(1769904000000000002), "created_at": made, "updated_at": made, "updated_by": "old",
				"document": []byte(`{"title":"Ajuda","stages":[{"id":"chat","name":"Chat","touchpoints":[{"id":"bot","name":"Bot"}]}]}`)}},
		"map_versions": {{"_id": ws + "/" + v1Shop + "/1", "workspace": ws, "id": v1Shop, "version": int64(1), "seq": int64(1769904000000000001), "created_at": made, "updated_at": made, "updated_by": "old",
			"document": []byte(`{"title":"Loja","language":"pt-BR","stages":[{"id":"order","name":"Pedido"},{"id":"delivery","name":"Entrega"}]}`)}},
		"shares": {
			{"_id": "dcaec9ee028584f771031576fb202c0c617af61f05fb07b711ae5bee7d9cc92e", "workspace": ws, "map": v1Shop, "id": "shr_liveaaaaaaaaaaaaaaaaaaaaaa", "seq": int64(1769904000000000003), "label": "equipe", "access": "read", "created_at": made, "created_by": "old"},
			{"_id": "88142c796b838b971e1b6071340dbcca8d463ba11970a4ee23114aa88a472af6", "workspace": ws, "map": v1Shop, "id": "shr_liveaaaaaaaaaaaaaaaaaaaaaa", "seq": int64(1769904000000000008), "label": "equipe", "access": "read", "created_at": made, "created_by": "old"},
			{"_id": "98c1f81bfc9dc7a5cdd14bfc9bb968eed0bd145946e893c67b7880c03107357f", "workspace": ws, "map": v1Shop, "id": "shr_goneaaaaaaaaaaaaaaaaaaaaaa", "seq": int64(1769904000000000009), "label": "antigo", "access": "read", "expires_at": int64(1893456000000), "revoked_at": later, "created_at": made, "created_by": "old"},
			{"_id": "2b3fd452477f0195227e2c17ffc5dfe9e1af4e666e65c4159a8f2b9a67f6ddd4", "workspace": ws, "map": v1Shop, "id": "shr_goneaaaaaaaaaaaaaaaaaaaaaa", "seq": int64(1769904000000000004), "label": "antigo", "access": "read", "expires_at": int64(1893456000000), "created_at": made, "created_by": "old"}},
		"surveys": {
			{"_id": ws + "/" + v1Delivery, "workspace": ws, "id": v1Delivery, "rev": int64(4), "seq": int64(1769904000000000005), "status": "published", "version": int64(3), "map": v1Shop, "stage": "delivery", "touchpoint": "",
				"current": m{"survey": v1Delivery, "number": int64(3), "document": []byte(delivery + `,{"id":"feel","type":"emotion","title":{"pt-BR":"Como se sentiu?"}}]}`), "map": v1Shop, "stage": "delivery", "touchpoint": "",
					"segments": bson.A{"state"}, "series": bson.A{satSeries, feelSeries}, "published_at": int64(1772409600000), "published_by": "old"},
				"created_at": made, "updated_at": int64(1772409600000), "updated_by": "old"},
			{"_id": ws + "/" + v1Bot, "workspace": ws, "id": v1Bot, "rev": int64(2), "seq": int64(1769904000000000006), "status": "published", "version": int64(1), "map": v1Help, "stage": "chat", "touchpoint": "bot",
				"current": m{"survey": v1Bot, "number": int64(1), "document": []byte(`{"map":"` + v1Help + `","stage":"chat","touchpoint":"bot","title":{"pt-BR":"Ajuda"},"questions":[{"id":"sat","type":"csat","title":{"pt-BR":"Quão satisfeito está?"}}]}`),
					"map": v1Help, "stage": "chat", "touchpoint": "bot", "segments": nil, "series": bson.A{satSeries}, "published_at": made, "published_by": "old"},
				"created_at": made, "updated_at": made, "updated_by": "old"},
			{"_id": ws + "/srv_draftaaaaaaaaaaaaaaaaaaaaa", "workspace": ws, "id": "srv_draftaaaaaaaaaaaaaaaaaaaaa", "rev": int64(1), "seq": int64(1769904000000000007), "status": "draft", "version": int64(1), "map": v1Shop, "stage": "order", "touchpoint": "",
				"draft": []byte(`{"map":"` + v1Shop + `","stage":"order","title":"Rascunho","questions":[{"id":"n","type":"nps","title":"Recomendaria?"}]}`), "created_at": made, "updated_at": made, "updated_by": "old"}},
		"survey_versions": {{"_id": ws + "/" + v1Delivery + "/1", "workspace": ws, "survey": v1Delivery, "number": int64(1), "document": []byte(delivery + `]}`), "map": v1Shop, "stage": "delivery", "touchpoint": "",
			"segments": bson.A{"state"}, "series": bson.A{satSeries}, "published_at": made, "published_by": "old"}},
	}
	for _, r := range []struct {
		n       int
		id      string
		version int64
		status  string
		state   string
		answers string
		at      int64
	}{
		{1, "rsp_bnf57gjdv3vcqok75zicajvenu", 1, "counted", "SP", `{"sat":5}`, 1772352000000},
		{2, "rsp_7l6yyzqziiavpwy2tpm2h2skc4", 1, "counted", "SP", `{"sat":4}`, 1772355600000},
		{3, "rsp_dy4v3thgqwjs6zweigqtxlhxwi", 1, "counted", "RJ", `{"sat":2}`, 1772359200000},
		{4, "rsp_m5nfqrk6e2qcbyowrw4mnfs4wi", 3, "counted", "SP", `{"sat":5,"feel":2}`, 1772438400000},
		{5, "rsp_gfobrr55ycnm2wbpewtkwvxlga", 3, "counted", "SP", `{"sat":5,"feel":1}`, 1772442000000},
		{6, "rsp_hmdu5jw7nn6tr7vih62emt5jeq", 3, "counted", "RJ", `{"sat":1,"feel":-2}`, 1772445600000},
		{7, "rsp_4t4axluyzxr67qnr6cmfyeu7pe", 3, "counted", "SP", `{"sat":3,"feel":0}`, 1772449200000},
		{8, "rsp_do7izlehtdug5srzarsjc5u7uu", 3, "counted", "RJ", `{"sat":4,"feel":1}`, 1772452800000},
		{9, "rsp_ykn4dxdzatglaew5oyg2pey3h4", 3, "counted", "RJ", `{"sat":4,"feel":1}`, 1772524800000},
		{10, "rsp_vm2grolguvc4f67pax2kjhotbe", 3, "counted", "SP", `{"sat":2,"feel":-1}`, 1772528400000},
		{11, "rsp_hhjvuziyjzyo2wbwp3e5iv3pj4", 3, "counted", "RJ", `{"sat":5,"feel":2}`, 1772532000000},
		{12, "rsp_lnm7amh63ilnck2z3w76g64sja", 3, "counted", "SP", `{"sat":4,"feel":0}`, 1772535600000},
		{13, "rsp_brfwadgxrfluxyhm7ri6u6sazm", 3, "suspect", "SP", `{"sat":1}`, 1772539200000},
		{16, "rsp_esfhwfirbe2xeon7je7ynybc3a", 3, "counted", "SP", `{"sat":5}`, 1772542800000},
	} {
		d := m{"_id": ws + "/" + r.id, "workspace": ws, "id": r.id, "rev": int64(1), "seq": r.at * 1000, "survey": v1Delivery, "version": r.version, "status": r.status,
			"sender_id": fmt.Sprint("o-", r.n), "digest": fmt.Sprint("o-", r.n), "answers": []byte(r.answers), "properties": bson.A{m{"n": "state", "v": r.state}}, "respondent": fmt.Sprint("cust-", r.n),
			"occurred_at": r.at, "received_at": r.at + 500, "channel": "api", "map": v1Shop, "stage": "delivery"}
		switch r.n {
		case 1:
			d["digest"] = "f8d102bca4af455875e8f1652b51e42067f2df0510f7a07242b6018cf6c29444"
		case 16: // came in just before the program ended
			d["marks"], d["mark_key"], d["mark_since"] = bson.A{r.at}, ws+"/"+v1Delivery, int64(1772582400000)
		}
		docs["responses"] = append(docs["responses"], d)
	}
	docs["responses"] = append(docs["responses"],
		m{"_id": ws + "/rsp_3ngddwis375fvrzhnammrwoyfu", "workspace": ws, "id": "rsp_3ngddwis375fvrzhnammrwoyfu", "rev": int64(2), "seq": int64(0), "survey": v1Delivery, "version": int64(0), "status": "erased", "occurred_at": int64(0), "received_at": int64(0)},
		m{"_id": ws + "/rsp_crmsqfzh3dryzjtu5hpz6mzihu", "workspace": ws, "id": "rsp_crmsqfzh3dryzjtu5hpz6mzihu", "rev": int64(2), "seq": int64(1772456400000000), "survey": v1Delivery, "version": int64(3), "status": "erased",
			"occurred_at": int64(1772456400000), "received_at": int64(1772456400500), "marks": bson.A{int64(1772456400000)}, "mark_key": ws + "/" + v1Delivery, "mark_since": int64(1772582400000)},
		m{"_id": ws + "/rsp_helpaaaaaaaaaaaaaaaaaaaaaa", "workspace": ws, "id": "rsp_helpaaaaaaaaaaaaaaaaaaaaaa", "rev": int64(1), "seq": int64(1772542800000000001), "survey": v1Bot, "version": int64(1), "status": "counted",
			"digest": "h", "answers": []byte(`{"sat":3}`), "calculated": []byte(`{"total":1.50}`), "language": "pt-BR", "occurred_at": int64(1772542800000), "received_at": int64(1772542800500),
			"channel": "link", "link": "lnk_1", "url": "https://loja.example/?a=1&b=2", "map": v1Help, "stage": "chat", "touchpoint": "bot"})

	state := func(v string) bson.A { return bson.A{m{"n": "state", "v": v}} }
	h := func(question string, counts ...int64) m { // pairs of answer and count
		d := m{"q": question, "a": bson.A{}, "n": bson.A{}}
		for i := 0; i < len(counts); i += 2 {
			d["a"], d["n"] = append(d["a"].(bson.A), int32(counts[i])), append(d["n"].(bson.A), counts[i+1])
		}
		return d
	}
	for _, c := range []struct {
		survey            string
		day, rev, n, last int64
		groups            bson.A
	}{
		{v1Delivery, 1772323200000, 1, 3, 1772359200000, bson.A{
			m{"v": int64(1), "s": state("RJ"), "n": int64(1), "l": int64(1772359200000), "h": bson.A{h("sat", 2, 1)}},
			m{"v": int64(1), "s": state("SP"), "n": int64(2), "l": int64(1772355600000), "h": bson.A{h("sat", 4, 1, 5, 1)}}}},
		{v1Delivery, 1772409600000, 6, 6, 1772456400000, bson.A{
			m{"v": int64(3), "s": state("RJ"), "n": int64(3), "l": int64(1772456400000), "h": bson.A{h("feel", -2, 1, 1, 1, 2, 1), h("sat", 1, 1, 4, 1, 5, 1)}},
			m{"v": int64(3), "s": state("SP"), "n": int64(3), "l": int64(1772449200000), "h": bson.A{h("feel", 0, 1, 1, 1, 2, 1), h("sat", 3, 1, 5, 2)}}}},
		{v1Delivery, 1772496000000, 5, 4, 1772535600000, bson.A{
			m{"v": int64(3), "s": state("RJ"), "n": int64(2), "l": int64(1772532000000), "h": bson.A{h("feel", 1, 1, 2, 1), h("sat", 4, 1, 5, 1)}},
			m{"v": int64(3), "s": state("SP"), "n": int64(2), "x": int64(1), "l": int64(1772535600000), "h": bson.A{h("feel", -1, 1, 0, 1), h("sat", 2, 1, 4, 1)}}}},
		{v1Bot, 1772496000000, 1, 1, 1772542800000, bson.A{m{"v": int64(1), "n": int64(1), "l": int64(1772542800000), "h": bson.A{h("sat", 3, 1)}}}},
	} {
		docs["cells"] = append(docs["cells"], m{"_id": fmt.Sprintf("%s/%s/0/%016d/", ws, c.survey, c.day), "workspace": ws, "survey": c.survey, "level": int32(0), "at": c.day, "prefix": "",
			"rev": c.rev, "split": false, "open": false, "counted": c.n, "last": c.last, "groups": c.groups})
	}
	return docs
}
